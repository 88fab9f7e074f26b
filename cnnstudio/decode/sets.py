"""A dataset's pictures as a network takes them, from the cache where possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.cache import cached
from cnnstudio.core.data.datasets import DataFile, Dataset
from cnnstudio.core.project import DataSettings
from cnnstudio.core.training.checks import picture_shape
from cnnstudio.decode.idx import check_pair, read_images, read_labels
from cnnstudio.decode.resizing import fit_pictures, with_channels


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Pictures with their labels, read-only.

    Attributes:
        pictures: uint8, shape (n, rows, columns, channels).
        labels: uint8, shape (n,).
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def load_part(dataset: Dataset, part: str) -> Labelled:
    """The "train" or "test" part of a dataset as it is: its own size and channels.

    Raises:
        BadInput: When a file of the dataset is missing or isn't what was shipped.
    """
    facts = dataset.part(part)
    images, labels = dataset.folder / facts.images.name, dataset.folder / facts.labels.name
    found = Labelled(
        cached(
            _name(dataset, facts.images),
            lambda: read_images(images, facts.images.sha256)[..., np.newaxis],
        ),
        cached(
            _name(dataset, facts.labels),
            lambda: read_labels(labels, facts.labels.sha256),
        ),
    )
    check_pair(found.pictures, found.labels, images, labels)
    return found


def prepare_part(dataset: Dataset, part: str, settings: DataSettings) -> Labelled:
    """The part with the size and channels the project's network gets; not yet scaled.

    Raises:
        BadInput: As ``load_part``.
    """
    own = load_part(dataset, part)
    pictures = own.pictures
    rows, columns, channels = picture_shape(settings, dataset)
    if (rows, columns) != pictures.shape[1:3]:
        pictures = cached(
            f"{_name(dataset, dataset.part(part).images)}-{rows}x{columns}-{settings.fit}",
            lambda: fit_pictures(own.pictures, (rows, columns), settings.fit),
        )
    return Labelled(with_channels(pictures, channels), own.labels)


def _name(dataset: Dataset, file: DataFile) -> str:
    return f"{dataset.id}-{file.name.split('.')[0]}-{file.sha256[:16]}"
