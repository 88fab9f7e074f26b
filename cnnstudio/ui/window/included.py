"""One picture of each class of a dataset that ships with the studio."""

from __future__ import annotations

import gzip

from PySide6.QtGui import QImage

from cnnstudio.core.data.datasets import Dataset

_IDX_PICTURES, _IDX_LABELS = 16, 8  # bytes before the first picture, the first label
_LOOKED_AT = 200


def one_of_each(dataset: Dataset) -> tuple[QImage, ...]:
    """The first test picture of each class, in the order of the classes.

    Reads the beginning of the shipped IDX files only, so a start page may call it.
    """
    rows, columns, _ = dataset.shape
    size = rows * columns
    labels_file, images_file = dataset.pools["test"].labels, dataset.pools["test"].images
    assert labels_file is not None
    assert images_file is not None
    with gzip.open(dataset.folder / labels_file.name) as file:
        labels = file.read(_IDX_LABELS + _LOOKED_AT)[_IDX_LABELS:]
    with gzip.open(dataset.folder / images_file.name) as file:
        pixels = file.read(_IDX_PICTURES + _LOOKED_AT * size)[_IDX_PICTURES:]
    found = [labels.index(label) for label in range(len(dataset.classes))]
    return tuple(
        QImage(
            pixels[at * size : (at + 1) * size], columns, rows, columns,
            QImage.Format.Format_Grayscale8,
        ).copy()
        for at in found
    )  # fmt: skip
