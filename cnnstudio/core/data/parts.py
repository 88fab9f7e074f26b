"""A pool of pictures as arrays, and the names under which the cache keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.cache import open_cached
from cnnstudio.core.data.catalogue import open_catalogue
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.project import DataSettings

Size = tuple[int, int]


class Pictures(Protocol):
    """Pictures that may be made as they are asked for; an array is the simplest case."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(pictures, rows, columns, channels)."""

    def __len__(self) -> int: ...

    def __getitem__(self, chosen: Any, /) -> Any:
        """uint8: one picture, or those of a slice or of indices."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Pictures with their labels, read-only.

    Attributes:
        pictures: uint8, shape (n, rows, columns, channels); memory-mapped where the cache has them.
        labels: What the source says, a whole number each, shape (n,).
        names: A key for each picture, by which it can be excluded or relabelled; () where nothing
            is to be.
        given: uint8, shape (n,): what the source says of the part each picture belongs to, as
            ``core.data.imported`` has it; None where it says nothing.
        groups: Pictures of one number belong together and are never split; None where each is for
            itself.
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.integer[Any]]
    names: Sequence[str] = ()
    given: NDArray[np.uint8] | None = None
    groups: NDArray[np.integer[Any]] | None = None


class Numbered(Sequence[str]):
    """The keys of a shipped set's pictures: "train/0", "train/1" … made as they are asked for."""

    def __init__(self, pool: str, count: int) -> None:
        self._pool = pool
        self._range = range(count)

    def __len__(self) -> int:
        return len(self._range)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [f"{self._pool}/{number}" for number in self._range[index]]
        return f"{self._pool}/{self._range[index]}"

    def __iter__(self) -> Iterator[str]:
        return (f"{self._pool}/{number}" for number in self._range)


def pool_name(dataset: Dataset, pool: str, size: Size | None = None, fit: str = "stretch") -> str:
    """The cache's name for the pictures of a pool.

    Args:
        dataset: The dataset.
        pool: One of its pools.
        size: (rows, columns) they were given; None for their own.
        fit: How they were given it.
    """
    if dataset.own is not None:
        return own_pool_name(dataset.own, size, fit)
    images = dataset.pools[pool].images
    assert images is not None
    name = f"{dataset.id}-{pool}-{images.sha256[:16]}"
    return name if size in (None, dataset.shape[:2]) else f"{name}-{_sized(size, fit)}"


def own_pool_name(facts: Imported, size: Size | None = None, fit: str = "stretch") -> str:
    """The cache's name for a person's own pictures; else as ``pool_name``."""
    own: Size = facts.shape[:2]
    if facts.uniform and size in (None, own):
        return f"own-{facts.digest}"
    return f"own-{facts.digest}-{_sized(size or own, fit)}"


def labels_name(dataset: Dataset, pool: str) -> str:
    """The cache's name for the labels of a shipped set's pool."""
    labels = dataset.pools[pool].labels
    assert labels is not None
    return f"{dataset.id}-{pool}-labels-{labels.sha256[:16]}"


def groups_name(dataset: Dataset, pool: str) -> str:
    """The cache's name for the groups of a shipped set's pool that has some."""
    return labels_name(dataset, pool).replace("-labels-", "-groups-")


def open_pool(dataset: Dataset, pool: str, settings: DataSettings | None = None) -> Labelled | None:
    """Opens a pool from the cache; None where it isn't there whole.

    Args:
        dataset: The dataset.
        pool: One of its pools.
        settings: Whose size the pictures have (their channels stay); None for their own size.
    """
    size, fit = (settings.size, settings.fit) if settings is not None else (None, "stretch")
    pictures = open_cached(pool_name(dataset, pool, size, fit))
    if pictures is None:
        return None
    if dataset.own is None:
        return _shipped(dataset, pool, pictures)
    catalogue = open_catalogue(dataset.own.digest)
    if catalogue is None or not _agree(dataset.own, catalogue.facts):
        return None
    if len(pictures) != len(catalogue.labels):
        return None
    return Labelled(pictures, catalogue.labels, catalogue.names, catalogue.given)


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


class Recoloured:
    """Pictures given 1 or 3 channels as they are asked for, so that a pool needs no second copy.

    Args:
        pictures: uint8, shape (n, rows, columns, own channels); may be memory-mapped.
        channels: 1 or 3.
    """

    def __init__(self, pictures: NDArray[np.uint8], channels: int) -> None:
        self._pictures = pictures
        self._channels = channels

    @property
    def shape(self) -> tuple[int, ...]:
        return (*self._pictures.shape[:3], self._channels)

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, chosen: Any, /) -> NDArray[np.uint8]:
        found: NDArray[np.uint8] = self._pictures[chosen]
        if found.ndim == 3:
            (picture,) = with_channels(found[np.newaxis], self._channels)
            return picture  # type: ignore[no-any-return]
        return with_channels(found, self._channels)


def groups_as_bytes(groups: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
    """Groups as the cache keeps them: two bytes each, shape (n, 2)."""
    return groups.astype("<u2").view(np.uint8).reshape(-1, 2)


def groups_from_bytes(stored: NDArray[np.uint8]) -> NDArray[np.integer[Any]]:
    """Groups as they were given to ``groups_as_bytes``, shape (n,)."""
    groups: NDArray[np.integer[Any]] = np.ascontiguousarray(stored).view("<u2")[:, 0]
    return groups


def _shipped(dataset: Dataset, pool: str, pictures: NDArray[np.uint8]) -> Labelled | None:
    labels = open_cached(labels_name(dataset, pool))
    grouped = dataset.pools[pool].grouped
    stored = open_cached(groups_name(dataset, pool)) if grouped else None
    if labels is None or (grouped and stored is None):
        return None
    groups = None if stored is None else groups_from_bytes(stored)
    return Labelled(pictures, labels, Numbered(pool, len(labels)), groups=groups)


def _agree(one: Imported, other: Imported) -> bool:
    """Whether a project says of the pictures what their catalogue says."""
    return (one.classes, one.shape, one.uniform, one.counts) == (
        other.classes,
        other.shape,
        other.uniform,
        other.counts,
    )


def _sized(size: Size | None, fit: str) -> str:
    assert size is not None
    return f"{size[0]}x{size[1]}-{fit}"
