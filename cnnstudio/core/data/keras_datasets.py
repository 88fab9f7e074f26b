"""The picture sets of ``keras.datasets``: where they lie and how to know that they came whole.

Addresses and checksums are those of ``keras/src/datasets/mnist.py``, ``cifar10.py`` and
``cifar100.py``. ``fashion_mnist.py`` has no checksums; those of the set that ships are of the same
bytes, unpacked. ``tests/contract/test_keras_datasets.py`` compares.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.core.data.datasets import FASHION_MNIST, DataFile
from cnnstudio.core.text import T, Text

_STORE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to download.

    Attributes:
        url: Where it lies.
        checksum: Its SHA-256, in hexadecimal digits.
        size: About how many bytes it has.
        unpacked: Whether the checksum is of what it unpacks to.
    """

    url: str
    checksum: str
    size: int
    unpacked: bool = False

    @property
    def name(self) -> str:
        """What it is called."""
        return self.url.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class KerasDataset:
    """A set that can be downloaded.

    Attributes:
        name: As ``keras.datasets`` calls it.
        title: What people call it.
        about: What is in it.
        files: Its files; several belong into one folder.
    """

    name: str
    title: str
    about: Text
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """About how many bytes are downloaded."""
        return sum(file.size for file in self.files)


def _fashion(file: DataFile | None, size: int) -> RemoteFile:
    assert file is not None
    return RemoteFile(_STORE + file.name, file.sha256, size, unpacked=True)


_TRAIN, _TEST = FASHION_MNIST.pools["train"], FASHION_MNIST.pools["test"]

KERAS_DATASETS = {
    one.name: one
    for one in (
        KerasDataset(
            "mnist",
            "MNIST",
            T("70,000 grey pictures of written digits, 28×28, ten classes."),
            (
                RemoteFile(
                    _STORE + "mnist.npz",
                    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                    11_490_434,
                ),
            ),
        ),
        KerasDataset(
            "fashion_mnist",
            "Fashion-MNIST",
            T("70,000 grey pictures of clothes, 28×28, ten classes."),
            (
                _fashion(_TRAIN.images, 26_421_880),
                _fashion(_TRAIN.labels, 29_515),
                _fashion(_TEST.images, 4_422_102),
                _fashion(_TEST.labels, 5_148),
            ),
        ),
        KerasDataset(
            "cifar10",
            "CIFAR-10",
            T("60,000 colour pictures of animals and vehicles, 32×32, ten classes."),
            (
                RemoteFile(
                    _TORONTO + "cifar-10-python.tar.gz",
                    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                    170_498_071,
                ),
            ),
        ),
        KerasDataset(
            "cifar100",
            "CIFAR-100",
            T("60,000 colour pictures, 32×32, 100 classes in 20 groups."),
            (
                RemoteFile(
                    _TORONTO + "cifar-100-python.tar.gz",
                    "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
                    169_001_437,
                ),
            ),
        ),
    )
}
"""By name."""
