"""The cache of decoded pictures: immutable, memory-mapped, named by what it holds.

A cache file is a ``.npy`` file followed by the SHA-256 of all its bytes. It appears under its
name complete or not at all, so any number of processes may make and open it at once; one that
was damaged later is noticed on opening and made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import mmap
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

_DIGEST = hashlib.sha256().digest_size
_ABANDONED = 3600.0  # seconds after which a temporary file belongs to a process that died


def cache_folder() -> Path:
    """The folder of this person's caches; ``CNNSTUDIO_CACHE`` names another one."""
    if given := os.environ.get("CNNSTUDIO_CACHE"):
        return Path(given)
    return platformdirs.user_cache_path("cnnstudio", appauthor=False)


def cached(name: str, build: Callable[[], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Opens the cached array `name`, built and stored first if it isn't there or is damaged.

    Where the cache can't be written (full disk, no permission) the array comes from memory.

    Args:
        name: Unique for the content: a digest of the source and what was done to it.
        build: Makes the array.

    Returns:
        A read-only array.
    """
    if (found := open_cached(name)) is not None:
        return found
    array = build()
    with contextlib.suppress(OSError):
        _store(name, array)
        if (found := open_cached(name)) is not None:
            return found
    array.flags.writeable = False
    return array


def open_cached(name: str) -> NDArray[np.uint8] | None:
    """Opens the cached array `name` memory-mapped; None if it isn't there or is damaged."""
    path = _path(name)
    try:
        if not _is_whole(path):
            return None
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    return np.asarray(array)


def _path(name: str) -> Path:
    return cache_folder() / "pictures" / f"{name}.npy"


def _is_whole(path: Path) -> bool:
    if path.stat().st_size <= _DIGEST:
        return False
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        memoryview(content) as view,
        view[:-_DIGEST] as body,
        view[-_DIGEST:] as digest,
    ):
        return hashlib.sha256(body).digest() == digest


def _store(name: str, array: NDArray[np.uint8]) -> None:
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path.parent)
    header = io.BytesIO()
    body = np.ascontiguousarray(array)
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(body))
    digest = hashlib.sha256(header.getvalue())
    digest.update(body.data)
    descriptor, name_of_temporary = tempfile.mkstemp(suffix=".tmp", dir=path.parent)
    temporary = Path(name_of_temporary)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(header.getvalue())
            file.write(body.data)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)  # fails on Windows while another process has it open
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _remove_abandoned(folder: Path) -> None:
    for temporary in folder.glob("*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - temporary.stat().st_mtime > _ABANDONED:
                temporary.unlink()
