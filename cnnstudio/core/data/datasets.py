"""The datasets that ship with the studio, described; ``cnnstudio.decode`` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnnstudio.core.errors import BadInput
from cnnstudio.core.resources import resource
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T, Text


@dataclass(frozen=True, slots=True)
class DataFile:
    """An IDX file, gzipped or not.

    Attributes:
        name: Its name in the dataset's folder.
        sha256: The SHA-256 of its decompressed bytes, in hexadecimal.
    """

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """The pictures and labels that belong together: the training or the test part.

    Attributes:
        pictures: How many there are.
        images: The file of the pictures.
        labels: The file of the labels.
    """

    pictures: int
    images: DataFile
    labels: DataFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The facts of a dataset.

    Attributes:
        id: The name project files use as ``data.source``.
        title: What people call it.
        about: What is in it and where it comes from.
        shape: (rows, columns, channels) of a picture.
        classes: The names of the classes, in the order of their labels.
        train: The part a run trains and validates on.
        test: The part kept apart until a trained network is measured.
        folder: Where the files are.
    """

    id: str
    title: Text
    about: Text
    shape: Shape
    classes: tuple[Text, ...]
    train: Part
    test: Part
    folder: Path

    def part(self, name: str) -> Part:
        """The part called "train" or "test"."""
        return {"train": self.train, "test": self.test}[name]


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
    train=Part(
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
    test=Part(
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
    folder=resource("datasets", "fashion_mnist"),
)

DATASETS = {FASHION_MNIST.id: FASHION_MNIST}


def dataset(id: str) -> Dataset:
    """The dataset a project's ``data.source`` names.

    Raises:
        BadInput: For a name no dataset has.
    """
    if found := DATASETS.get(id):
        return found
    raise BadInput(
        T(
            "data.source can't be {value}: there is no such dataset. There is {names}.",
            value=repr(id) if len(id) <= 60 else repr(id[:57] + "…"),
            names=", ".join(DATASETS),
        )
    )
