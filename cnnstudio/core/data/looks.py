"""Fingerprints of pictures that are in memory; for files the scan makes them while it reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.catalogue import Catalogue
from cnnstudio.core.data.datasets import Dataset, class_key
from cnnstudio.core.data.imported import TEST, TRAIN, Imported
from cnnstudio.core.data.parts import Labelled

ROWS, COLUMNS = 8, 9
"""The cells of a look."""

_CLEARLY = 0.5  # of 255: a cell that is darker by less is as dark as its neighbour
_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601-2
_BLOCK = 2**22  # values worked on at once


def difference_hashes(
    pictures: NDArray[np.uint8], stopped: Callable[[], bool] = lambda: False
) -> NDArray[np.uint64]:
    """The looks of pictures, as ``Catalogue.looks`` describes them.

    Args:
        pictures: uint8, shape (n, rows, columns, channels), with 1 or 3 channels.
        stopped: Asked between blocks; true ends it early, the rest is then 0.

    Returns:
        uint64, shape (n,).
    """
    _, rows, columns, channels = pictures.shape
    down, across = _averaging(rows, ROWS), _averaging(columns, COLUMNS).T
    looks = np.zeros(len(pictures), np.uint64)
    step = max(1, _BLOCK // (rows * columns * channels))
    for start in range(0, len(pictures), step):
        if stopped():
            break
        block = pictures[start : start + step].astype(np.float32)
        grey = block @ _GREY if channels == 3 else block[..., 0]
        cells = down @ (grey @ across)
        darker = cells[:, :, 1:] - cells[:, :, :-1] > _CLEARLY
        bits = np.packbits(darker.reshape(len(block), -1), axis=1)
        looks[start : start + step] = bits.view(">u8")[:, 0]
    return looks


def catalogue_of_pools(
    dataset: Dataset,
    pools: Mapping[str, Labelled],
    stopped: Callable[[], bool] = lambda: False,
) -> Catalogue:
    """What a scan would have found in a shipped set, its pools one after the other.

    Args:
        dataset: The dataset.
        pools: All its pools, at their own size.
        stopped: Asked now and then; true ends it early, and the fingerprints are then incomplete.
    """
    parts = [pools[name] for name in dataset.pools]
    count = dataset.pictures
    rows, columns, channels = dataset.shape
    kept = [TEST if name == "test" else TRAIN for name in dataset.pools]
    given = np.repeat(kept, [len(pool.labels) for pool in parts]).astype(np.uint8)
    free, train, validation, test = np.bincount(given, minlength=4).tolist()
    return Catalogue(
        facts=Imported(
            path=str(dataset.folder),
            kind=dataset.id,
            classes=tuple(class_key(name) for name in dataset.classes),
            shape=(rows, columns, channels),
            uniform=True,
            counts=(free, train, validation, test),
        ),
        names=[name for pool in parts for name in pool.names],
        labels=np.concatenate([pool.labels.astype(np.int32) for pool in parts]),
        given=given,
        sizes=np.broadcast_to(np.array([rows, columns], np.uint32), (count, 2)),
        digests=np.concatenate([_digests(pool.pictures, stopped) for pool in parts]),
        looks=np.concatenate([difference_hashes(pool.pictures, stopped) for pool in parts]),
        flags=np.zeros(count, np.uint8),
        modes={"L" if channels == 1 else "RGB": count},
        refused=(),
        ignored=0,
    )


def _digests(pictures: NDArray[np.uint8], stopped: Callable[[], bool]) -> NDArray[np.uint64]:
    digests = bytearray(16 * len(pictures))
    for place, picture in enumerate(pictures):
        if not place % 1000 and stopped():
            break
        digest = hashlib.blake2b(picture.tobytes(), digest_size=16).digest()
        digests[16 * place : 16 * place + 16] = digest
    return np.frombuffer(digests, np.uint64).reshape(-1, 2)


def _averaging(size: int, cells: int) -> NDArray[np.float32]:
    """The matrix, shape (cells, size), that averages an axis in equal stretches."""
    edges = np.arange(cells + 1) * size / cells
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(np.maximum(overlap, 0) * cells / size, np.float32)
