"""A pool of pictures as a network takes them, from the cache where possible."""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import secrets
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.cache import NewPictures, cached, cached_path, open_cached
from cnnstudio.core.data.datasets import DataFile, Dataset
from cnnstudio.core.data.fitting import Size
from cnnstudio.core.data.parts import (
    Labelled,
    Numbered,
    groups_as_bytes,
    groups_from_bytes,
    groups_name,
    labels_name,
    open_pool,
    pool_name,
)
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.text import T
from cnnstudio.decode.files import open_regular
from cnnstudio.decode.idx import check_pair, read_images, read_labels
from cnnstudio.decode.resizing import fit_pictures

_ARRAYS = ".npz"
_IN_MEMORY = 2**28  # bytes; more is written to the cache block by block


def load_pool(dataset: Dataset, pool: str) -> Labelled:
    """A pool of a dataset as it is: its own size and channels.

    Raises:
        BadInput: When a file of a shipped set is missing or isn't what was shipped, or a person's
            own pictures aren't in the cache.
    """
    return prepare_pool(dataset, pool, DataSettings(source=dataset.id, imported=dataset.own))


def prepare_pool(dataset: Dataset, pool: str, settings: DataSettings) -> Labelled:
    """A pool with the size that the project's network gets; its channels stay.

    Raises:
        BadInput: As ``load_pool``.
    """
    if dataset.own is None:
        own = _shipped(dataset, pool)
        size = settings.size
        if size is None or size == dataset.shape[:2]:
            return own
        name = pool_name(dataset, pool, size, settings.fit)
        pictures = _fitted(name, own.pictures, size, settings.fit)
        return Labelled(pictures, own.labels, own.names, own.given, own.groups)
    found = open_pool(dataset, pool, settings)
    if found is None:
        raise not_in_cache(dataset)
    return found


def not_in_cache(dataset: Dataset) -> BadInput:
    """What is said of a person's own pictures that were decoded, but can't be opened."""
    return BadInput(
        T(
            "The decoded pictures of {data} could not be kept on the disk. Free some space, or "
            "check that the cache folder can be written.",
            data=dataset.title,
        )
    )


def _shipped(dataset: Dataset, pool: str) -> Labelled:
    facts = dataset.pools[pool]
    assert facts.images is not None
    assert facts.labels is not None
    images, labels = (dataset.folder / file.name for file in (facts.images, facts.labels))
    if facts.images.name.endswith(_ARRAYS):
        return _from_arrays(dataset, pool, facts.images, images)
    pictures_sha, labels_sha = facts.images.sha256, facts.labels.sha256
    pictures = cached(
        pool_name(dataset, pool), lambda: read_images(images, pictures_sha)[..., np.newaxis]
    )
    numbers = cached(labels_name(dataset, pool), lambda: read_labels(labels, labels_sha))
    check_pair(pictures, numbers, images, labels)
    return Labelled(pictures, numbers, Numbered(pool, len(numbers)))


def _fitted(name: str, own: NDArray[np.uint8], size: Size, fit: str) -> NDArray[np.uint8]:
    """Pictures of another size from the cache, made first if they aren't there."""
    shape = (len(own), *size, own.shape[3])
    if math.prod(shape) <= _IN_MEMORY:
        return cached(name, lambda: fit_pictures(own, size, fit))
    if (found := open_cached(name)) is not None:
        return found
    path = cached_path(name)
    temporary = path.with_name(f"{secrets.token_hex(8)}.tmp")
    step = max(1, _IN_MEMORY // math.prod(shape[1:]) // 8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NewPictures(temporary, shape) as new:
            for first in range(0, len(own), step):
                block = fit_pictures(own[first : first + step], size, fit)
                new.write(first, block.tobytes())
                new.settle(np.ones(len(block), bool))
            new.finish()
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise write_fault(error, path, math.prod(shape)) from error
    made = open_cached(name)
    assert made is not None
    return made


def _from_arrays(dataset: Dataset, pool: str, file: DataFile, path: Path) -> Labelled:
    """A pool whose ``.npz`` file has arrays called "train_pictures", "train_labels" …"""

    def array(kind: str) -> NDArray[np.uint8]:
        return _array(path, file, f"{pool}_{kind}")

    pictures = cached(pool_name(dataset, pool), lambda: array("pictures"))
    labels = cached(labels_name(dataset, pool), lambda: array("labels"))
    groups = None
    if dataset.pools[pool].grouped:
        stored = cached(groups_name(dataset, pool), lambda: groups_as_bytes(array("groups")))
        groups = groups_from_bytes(stored)
    return Labelled(pictures, labels, Numbered(pool, len(labels)), groups=groups)


def _array(path: Path, file: DataFile, name: str) -> NDArray[np.uint8]:
    """An array of a shipped file, whose content is known: nothing else needs to be checked."""
    with open_regular(path) as opened:
        content = opened.read()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise BadInput(
            T(
                "{file} isn't the file that came with the studio: its SHA-256 differs. "
                "Install the studio again.",
                file=str(path),
            )
        )
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(f"{name}.npy") as member:
        array: NDArray[np.uint8] = np.lib.format.read_array(member, allow_pickle=False)
    return array
