"""A part of a dataset as arrays, and the names under which the cache keeps them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.cache import open_cached
from cnnstudio.core.data.datasets import DataFile, Dataset
from cnnstudio.core.project import DataSettings


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Pictures with their labels, read-only.

    Attributes:
        pictures: uint8, shape (n, rows, columns, channels).
        labels: uint8, shape (n,).
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def pictures_name(
    dataset: Dataset, part: str, size: tuple[int, int] | None = None, fit: str = ""
) -> str:
    """The cache's name for a part's pictures.

    Args:
        dataset: The dataset.
        part: "train" or "test".
        size: (rows, columns) they were given; None for their own.
        fit: How they were given it.
    """
    name = _name(dataset, dataset.part(part).images)
    if size is None or size == dataset.shape[:2]:
        return name
    return f"{name}-{size[0]}x{size[1]}-{fit}"


def labels_name(dataset: Dataset, part: str) -> str:
    """The cache's name for a part's labels."""
    return _name(dataset, dataset.part(part).labels)


def open_part(dataset: Dataset, part: str, settings: DataSettings | None = None) -> Labelled | None:
    """Opens a part from the cache; None where it isn't there whole.

    Reads every byte once to compare its digest, so it takes about a second per gigabyte.

    Args:
        dataset: The dataset.
        part: "train" or "test".
        settings: Whose size the pictures have (their channels stay); None for their own size.
    """
    size, fit = (settings.size, settings.fit) if settings is not None else (None, "")
    pictures = open_cached(pictures_name(dataset, part, size, fit))
    labels = open_cached(labels_name(dataset, part))
    if pictures is None or labels is None:
        return None
    return Labelled(pictures, labels)


def with_channels(pictures: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Gives pictures 1 or 3 channels.

    Grey becomes colour by repeating its channel (a view without memory of its own); colour
    becomes grey as ITU-R 601-2 weighs it, in the integers of Pillow's ``convert("L")``
    (``src/libImaging/Convert.c``).

    Args:
        pictures: uint8, shape (n, rows, columns, own channels).
        channels: 1 or 3.
    """
    own = pictures.shape[3]
    if own == channels:
        return pictures
    if own == 1:
        return np.broadcast_to(pictures, (*pictures.shape[:3], channels))
    grey = np.empty((*pictures.shape[:3], 1), np.uint8)
    for index, picture in enumerate(pictures):
        red, green, blue = np.moveaxis(picture.astype(np.uint32), -1, 0)
        grey[index, ..., 0] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16
    return grey


def _name(dataset: Dataset, file: DataFile) -> str:
    return f"{dataset.id}-{file.name.split('.')[0]}-{file.sha256[:16]}"
