"""The part of a program that makes the network's pictures of a dataset, as the studio does."""

from __future__ import annotations

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.division import sizes
from cnnstudio.core.data.fitting import borders, inner_size
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import T
from cnnstudio.core.training.checks import picture_shape

_IN_KERAS = ("fashion_mnist",)

_SPLIT = '''\
def stratified_split(labels, share, seed):
    """Chooses pictures to validate on; returns the indices to train and to validate on."""
    random = np.random.RandomState(seed)
    classes, counts = np.unique(labels, return_counts=True)
    wanted = share * counts
    taken = np.floor(wanted).astype(int)
    missing = max(round(share * len(labels)) - taken.sum(), 0)
    taken[np.argsort(taken - wanted, kind="stable")[:missing]] += 1
    taken = np.minimum(taken, counts - 1)
    chosen = np.zeros(len(labels), bool)
    for label, count in zip(classes, taken):
        chosen[random.permutation(np.flatnonzero(labels == label))[:count]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)'''


def data_code(settings: DataSettings, facts: Dataset) -> str:
    """Code that loads pictures and labels, the pictures with the network's size and channels.

    Raises:
        BadInput: For a dataset that Keras doesn't have.
    """
    if facts.id not in _IN_KERAS:
        raise BadInput(
            T(
                "There is no program for this project: its pictures, {data}, can't be loaded "
                "without the studio. Choose one of {names}, or write the model alone.",
                data=facts.title,
                names=", ".join(_IN_KERAS),
            )
        )
    load = f"(x_train, y_train), (x_test, y_test) = keras.datasets.{facts.id}.load_data()"
    steps = _steps(settings, facts)
    if steps == [_CHANNEL]:
        return "\n".join(
            [load, "x_train = x_train[..., np.newaxis]", "x_test = x_test[..., np.newaxis]"]
        )
    rows, columns, channels = picture_shape(settings, facts)
    function = [
        "def prepared(pictures):",
        f'    """Gives pictures {rows} rows, {columns} columns and {channels} channels."""',
        *(f"    {line}" for step in steps for line in step.splitlines()),
        "    return pictures",
    ]
    calls = ["x_train = prepared(x_train)", "x_test = prepared(x_test)"]
    return "\n".join([*function, "", "", load, *calls])


def split_code(settings: DataSettings) -> str:
    """Code that takes the validation pictures out of the training pictures."""
    arguments = f"y_train, {settings.validation!r}, {settings.split_seed}"
    return "\n".join(
        [
            _SPLIT,
            "",
            "",
            f"train, validation = stratified_split({arguments})",
            "x_validation, y_validation = x_train[validation], y_train[validation]",
            "x_train, y_train = x_train[train], y_train[train]",
        ]
    )


def validates(settings: DataSettings, facts: Dataset) -> bool:
    """Whether there are pictures to validate on."""
    return sizes(facts, settings).validation > 0


_CHANNEL = "pictures = pictures[..., np.newaxis]"


def _steps(settings: DataSettings, facts: Dataset) -> list[str]:
    """What is done to grey pictures of shape (n, rows, columns), each a statement."""
    rows, columns, channels = picture_shape(settings, facts)
    own = facts.shape[0], facts.shape[1]
    inner = inner_size(own, (rows, columns), settings.fit)
    steps = []
    if inner != own:
        steps.append(_stretch(*inner))
    if inner != (rows, columns):
        (top, bottom), (left, right) = borders(rows - inner[0]), borders(columns - inner[1])
        steps.append(f"pictures = np.pad(pictures, ((0, 0), ({top}, {bottom}), ({left}, {right})))")
    steps.append(_CHANNEL)
    if channels == 3:
        steps.append("pictures = np.repeat(pictures, 3, axis=-1)")
    return steps


def _stretch(rows: int, columns: int) -> str:
    return (
        f"size = ({columns}, {rows})  # Pillow counts columns first\n"
        "images = [Image.fromarray(picture) for picture in pictures]\n"
        "images = [image.resize(size, Image.Resampling.BILINEAR) for image in images]\n"
        "pictures = np.stack([np.asarray(image) for image in images])"
    )
