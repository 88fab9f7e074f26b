"""What a dataset is: those that ship with the studio, and a person's own as a project knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cnnstudio.core.data.imported import POOL, SOURCE, Imported, is_digest
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings
from cnnstudio.core.resources import resource
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T, Text


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of a shipped set: IDX, gzipped, or ``.npz``.

    Attributes:
        name: Its name in the dataset's folder.
        sha256: The SHA-256 of its content, of an IDX file's decompressed bytes; hexadecimal.
    """

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A stored sequence of pictures with labels; the parts of a division are indices into pools.

    Attributes:
        pictures: How many there are.
        images: The shipped file of the pictures; None for a person's own.
        labels: The shipped file of the labels; None for a person's own.
        grouped: Whether its file says which pictures belong together.
    """

    pictures: int
    images: DataFile | None = None
    labels: DataFile | None = None
    grouped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The facts of a dataset.

    Attributes:
        id: What project files have as ``data.source``.
        title: What people call it.
        about: What is in it and where it comes from.
        shape: (rows, columns, channels) of a picture.
        classes: The names of the classes, in the order of their labels; a person's own as they are.
        pools: What is stored, by name: "train" and "test" of a shipped set (a run trains and
            validates on the one and is measured on the other), "all" of a person's own.
        folder: Where the files of a shipped set are, or a person's own pictures.
        own: What a project knows of a person's own pictures; None for a shipped set.
    """

    id: str
    title: Text | str
    about: Text
    shape: Shape
    classes: tuple[Text | str, ...]
    pools: Mapping[str, Pool]
    folder: Path
    own: Imported | None = None

    @property
    def pictures(self) -> int:
        """How many pictures there are."""
        return sum(pool.pictures for pool in self.pools.values())


FASHION_MNIST = Dataset(
    id="fashion_mnist",
    title=T("Fashion-MNIST"),
    about=T(
        "70,000 grey pictures of clothes from Zalando, 28×28, ten classes of equal size "
        "(Xiao, Rasul and Vollgraf, 2017)."
    ),
    shape=(28, 28, 1),
    classes=(
        T("T-shirt/top"),
        T("Trouser"),
        T("Pullover"),
        T("Dress"),
        T("Coat"),
        T("Sandal"),
        T("Shirt"),
        T("Sneaker"),
        T("Bag"),
        T("Ankle boot"),
    ),
    pools={
        "train": Pool(
            60_000,
            DataFile(
                "train-images-idx3-ubyte.gz",
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            DataFile(
                "train-labels-idx1-ubyte.gz",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
        ),
        "test": Pool(
            10_000,
            DataFile(
                "t10k-images-idx3-ubyte.gz",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            DataFile(
                "t10k-labels-idx1-ubyte.gz",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    },
    folder=resource("datasets", "fashion_mnist"),
)

_EMOJI_FILE = DataFile(
    "emoji.npz", "cdecfed798374948a91cbbd2cd684bca6d779f084acacddc8b4200f03febac4d"
)

EMOJI = Dataset(
    id="emoji",
    title=T("Emoji"),
    about=T(
        "{count} colour pictures of emoji, 32×32, drawn for Noto Emoji and Twemoji, ten classes by "
        "what they show. Drawings of one emoji are in one part.",
        count=2627,
    ),
    shape=(32, 32, 3),
    classes=(
        T("Face"),
        T("Person"),
        T("Animal"),
        T("Plant"),
        T("Food"),
        T("Vehicle"),
        T("Place"),
        T("Clothing"),
        T("Object"),
        T("Flag"),
    ),
    pools={
        "train": Pool(2245, _EMOJI_FILE, _EMOJI_FILE, grouped=True),
        "test": Pool(382, _EMOJI_FILE, _EMOJI_FILE, grouped=True),
    },
    folder=resource("datasets", "emoji"),
)

DATASETS = {each.id: each for each in (FASHION_MNIST, EMOJI)}
"""The shipped sets by id."""


def dataset_of(settings: DataSettings) -> Dataset:
    """The facts of a project's data; nothing is read for them.

    Raises:
        BadInput: When the settings name no dataset, or what they say of a person's own makes no
            sense.
    """
    if settings.source == SOURCE and settings.imported is not None:
        return _own(settings.imported)
    if found := DATASETS.get(settings.source):
        return found
    if settings.source == SOURCE:
        raise BadInput(
            T(
                "The project doesn't say where its pictures are. Choose them anew in the Data "
                "workspace, or read them with: cnnstudio data FOLDER -o PROJECT."
            )
        )
    raise BadInput(
        T(
            "data.source can't be {value}: there is no such dataset. There is {names}.",
            value=_short(settings.source),
            names=", ".join((*DATASETS, SOURCE)),
        )
    )


def class_key(name: Text | str) -> str:
    """What a class is called in files and results: in English, or as it is."""
    return name if isinstance(name, str) else name.id


def find_dataset(settings: DataSettings) -> Dataset | None:
    """As ``dataset_of``, but None where that raises."""
    try:
        return dataset_of(settings)
    except BadInput:
        return None


def _own(facts: Imported) -> Dataset:
    sound = (
        is_digest(facts.digest)
        and min(*facts.counts, *facts.shape) >= 0
        and facts.pictures > 0
        and min(facts.shape[:2]) > 0
        and facts.shape[2] in (1, 3)
        and len(facts.classes) > 0
    )
    if not sound:
        raise BadInput(
            T(
                "What the project says of the pictures in {path} doesn't fit together. Read them "
                "again in the Data workspace.",
                path=facts.path,
            )
        )
    return Dataset(
        id=SOURCE,
        title=facts.title or Path(facts.path).name,
        about=T("Your own pictures in {path}.", path=facts.path),
        shape=facts.shape,
        classes=facts.classes,
        pools={POOL: Pool(facts.pictures)},
        folder=Path(facts.path),
        own=facts,
    )


def _short(value: str) -> str:
    return repr(value) if len(value) <= 60 else repr(value[:57] + "…")
