"""A first network for somebody's data: the lecture's form, as large as the pictures need."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.analysis import analyse
from cnnstudio.core.chains import add_chain
from cnnstudio.core.data.catalogue import Catalogue
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.division import Division
from cnnstudio.core.data.imported import SOURCE, TEST, VALIDATION, Imported
from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.network import Network
from cnnstudio.core.project import DataSettings, Project, TrainingSettings
from cnnstudio.core.quick_entry import NewLayer
from cnnstudio.core.training.checks import picture_shape

POOLED = 4
"""An axis of so many rows or columns or more is halved once more …"""
ODD = 8
"""… unless it is an odd number below this: halving would leave out too much of it."""
MOST_FILTERS = 128
LARGE = 64
"""Pictures with a longer side begin with half as many filters, since there each costs more."""
MOST_FLATTENED = 50_000
"""Weights of the last layer from which global average pooling takes the place of Flatten."""

_MEMORY = 2**29  # bytes of layer outputs for a batch
_BATCH = 64
_STEPS = 2_000  # that a training from nothing takes, at least
_FEWEST_EPOCHS, _MOST_EPOCHS = 5, 30


def first_network(data: Dataset, settings: DataSettings) -> Network:
    """A small CNN that takes these pictures and tells these classes apart.

    Convolutions with ReLU and max poolings take turns while there are rows or columns to be halved;
    what is left goes through Flatten, or global average pooling where that would make too
    many weights, into a Dense layer with softmax, one unit for each class.

    Args:
        data: The dataset.
        settings: Size and colour that the network gets.
    """
    rows, columns, channels = picture_shape(settings, data)
    layers = list(_layers(rows, columns, channels, len(data.classes)))
    return add_chain(Network(), layers)


def first_project(name: str, data: Dataset, settings: DataSettings, division: Division) -> Project:
    """A project that trains such a network on the data, with settings that suit their number.

    Args:
        name: What the project is called.
        data: The dataset.
        settings: How the pictures are divided and reach the network.
        division: What the division comes to.
    """
    network = first_network(data, settings)
    pictures = max(division.total("train"), 1)
    per_picture = analyse(network).memory_bytes_per_image or 1
    batch = _power_of_two(min(_BATCH, pictures / 8, _MEMORY / per_picture))
    steps = math.ceil(pictures / batch)
    epochs = min(max(math.ceil(_STEPS / steps), _FEWEST_EPOCHS), _MOST_EPOCHS)
    return Project(
        name=name,
        network=network,
        data=settings,
        training=TrainingSettings(batch_size=batch, epochs=epochs),
    )


def first_settings(
    facts: Imported,
    catalogue: Catalogue,
    *,
    size: tuple[int, int] | None = None,
    fit: str = "stretch",
    validation: float | None = None,
    test: float = 0.0,
) -> DataSettings:
    """Settings that suit a person's own pictures.

    Args:
        facts: What a scan says of them.
        catalogue: What it found.
        size: (rows, columns) the network gets; None for the pictures' own.
        fit: How they are given that size.
        validation: The share for validation; None to have it chosen.
        test: The share for testing.
    """
    if validation is None:
        kept = catalogue.labels[catalogue.given != TEST]
        counts = np.bincount(kept, minlength=1) * (1 - test)
        validation = validation_share(counts.astype(np.int64), DataSettings().validation)
    return DataSettings(
        source=SOURCE,
        imported=facts,
        validation=validation,
        test=test,
        split="folders" if facts.counts[VALIDATION] else "ratio",
        size=size,
        fit=fit,
        colour="rgb" if facts.shape[2] == 3 else "grey",
    )


def validation_share(counts: NDArray[np.integer[Any]], share: float) -> float:
    """The smallest share, from `share` on, that gives every class a validation picture.

    Classes of a single picture can't have one. Those with less than a tenth of what is usual
    don't decide, since that would take pictures from all others.

    Args:
        counts: The pictures of each class that are to be divided, shape (classes,).
        share: The share that is wanted at least.
    """
    there = counts[counts > 1]
    if not len(there):
        return share
    fewest = there[there >= np.median(there) / 10].min()
    return max(share, math.ceil(100 / int(fewest)) / 100)


def _layers(rows: int, columns: int, channels: int, classes: int) -> Iterator[NewLayer]:
    yield _new("input", shape=[rows, columns, channels])
    filters = 32 if max(rows, columns) <= LARGE else 16
    while True:
        yield _conv(rows, columns, filters)
        pool = [_halved(axis) for axis in (rows, columns)]
        if pool == [1, 1]:
            break
        yield _new("max_pooling2d", pool_size=pool)
        rows, columns = rows // pool[0], columns // pool[1]
        if _halved(rows) == _halved(columns) == 1:
            break
        filters = min(2 * filters, MOST_FILTERS)
    flat = rows * columns * filters * classes <= MOST_FLATTENED
    if not flat and min(rows, columns) >= 3:
        yield _conv(rows, columns, filters)
    yield _new("flatten" if flat else "global_average_pooling2d")
    yield _new("dense", units=classes, activation="softmax")


def _conv(rows: int, columns: int, filters: int) -> NewLayer:
    kernel = [3 if axis >= 3 else 1 for axis in (rows, columns)]
    return _new("conv2d", filters=filters, kernel_size=kernel, padding="same", activation="relu")


def _halved(axis: int) -> int:
    """2 for an axis that is to be halved, 1 for one that isn't."""
    return 2 if axis >= (ODD if axis % 2 else POOLED) else 1


def _new(kind: str, **params: object) -> NewLayer:
    found = kind_of(kind)
    assert found is not None
    return NewLayer(found, dict(params))


def _power_of_two(number: float) -> int:
    return 1 << int(math.log2(max(number, 1)))
