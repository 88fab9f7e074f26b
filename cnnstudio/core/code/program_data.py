"""The part of a program that makes the network's pictures of a dataset, as the studio does."""

from __future__ import annotations

import json

from cnnstudio.core.code.stored_data import StoredData
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.division import PARTS, sizes
from cnnstudio.core.data.fitting import borders, inner_size, middle
from cnnstudio.core.project import DataSettings
from cnnstudio.core.training.checks import picture_shape

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
    """Code that loads a set of Keras, the pictures with the network's size and channels."""
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


def stored_code(settings: DataSettings, facts: Dataset, stored: StoredData) -> str:
    """Code that loads decoded pictures, divided as the project divides them."""
    parts = [part for part in PARTS if part in stored.parts]
    lines = ["division = np.load(", f"    {text(stored.division)}", ")"]
    for part in parts:
        file = text(stored.pictures[stored.parts[part]])
        lines += ["pictures = np.load(", f"    {file},", '    mmap_mode="r",', ")"]
        lines.append(f'x_{part} = pictures[division["{part}"]]')
        lines.append(f'y_{part} = division["{part}_labels"]')
    channels = picture_shape(settings, facts)[2]
    if channels == facts.shape[2]:
        return "\n".join(lines)
    function = _TO_COLOUR if channels == 3 else _TO_GREY
    calls = [f"x_{part} = with_channels(x_{part})" for part in parts]
    return "\n".join([function, "", "", *lines, *calls])


def text(value: str) -> str:
    """A string as a formatter leaves it."""
    return json.dumps(value, ensure_ascii=False)


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


_TO_COLOUR = '''\
def with_channels(pictures):
    """Gives grey pictures three channels."""
    return np.repeat(pictures, 3, axis=-1)'''

_TO_GREY = '''\
def with_channels(pictures):
    """Makes colour grey, in the whole numbers of Pillow's convert("L")."""
    red, green, blue = np.moveaxis(pictures.astype("uint32"), -1, 0)
    grey = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16
    return grey[..., np.newaxis].astype("uint8")'''


def validates(settings: DataSettings, facts: Dataset) -> bool:
    """Whether there are pictures to validate on."""
    return sizes(facts, settings).validation > 0


_CHANNEL = "pictures = pictures[..., np.newaxis]"


def _steps(settings: DataSettings, facts: Dataset) -> list[str]:
    """What is done to grey pictures of shape (n, rows, columns), each a statement."""
    rows, columns, channels = picture_shape(settings, facts)
    own = facts.shape[0], facts.shape[1]
    inner = inner_size(own, (rows, columns), settings.fit)
    above, before, *used = middle(own, (rows, columns), settings.fit)
    steps = []
    if tuple(used) != own:
        steps.append(
            f"pictures = pictures[:, {above} : {above + used[0]}, {before} : {before + used[1]}]"
        )
    if inner != tuple(used):
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
