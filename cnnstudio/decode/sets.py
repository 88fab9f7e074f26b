"""A dataset's pictures as a network takes them, from the cache where possible."""

from __future__ import annotations

import numpy as np

from cnnstudio.core.data.cache import cached
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.parts import Labelled, labels_name, pictures_name, with_channels
from cnnstudio.core.project import DataSettings
from cnnstudio.core.training.checks import picture_shape
from cnnstudio.decode.idx import check_pair, read_images, read_labels
from cnnstudio.decode.resizing import fit_pictures


def load_part(dataset: Dataset, part: str) -> Labelled:
    """The "train" or "test" part of a dataset as it is: its own size and channels.

    Raises:
        BadInput: When a file of the dataset is missing or isn't what was shipped.
    """
    facts = dataset.part(part)
    images, labels = dataset.folder / facts.images.name, dataset.folder / facts.labels.name
    found = Labelled(
        cached(
            pictures_name(dataset, part),
            lambda: read_images(images, facts.images.sha256)[..., np.newaxis],
        ),
        cached(labels_name(dataset, part), lambda: read_labels(labels, facts.labels.sha256)),
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
            pictures_name(dataset, part, (rows, columns), settings.fit),
            lambda: fit_pictures(own.pictures, (rows, columns), settings.fit),
        )
    return Labelled(with_channels(pictures, channels), own.labels)
