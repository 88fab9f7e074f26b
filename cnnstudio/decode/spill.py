"""What comes out of a stream, to be looked at in any order; in memory only where it is little."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.cache import cache_folder
from cnnstudio.core.storage.faults import write_fault

LITTLE = 64 * 2**20
"""Bytes that are kept in memory."""
_CHUNK = 2**20


def unpacked(stream: IO[bytes], limit: int, little: int | None = None) -> NDArray[np.uint8]:
    """Up to `limit` bytes of a stream; memory and disk are taken only for what really comes.

    More than `little` bytes (``LITTLE``, unless given) are mapped from a file without a name in the
    cache folder, which is gone with the last array that looks at it.

    Returns:
        uint8, shape (bytes,).

    Raises:
        JobFailed: When the disk is full.
    """
    chunks = _chunks(stream, limit)
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > (LITTLE if little is None else little):
            return _spilled(body, chunks, limit)
    return np.frombuffer(body, np.uint8)


def mapped(path: Path, start: int, size: int) -> NDArray[np.uint8]:
    """`size` bytes of a file from `start` on, mapped; uint8, shape (size,), read-only.

    Raises:
        OSError: When it can't be read.
        ValueError: When the file ends earlier.
    """
    return np.memmap(path, np.uint8, "r", start, (size,))


def _chunks(stream: IO[bytes], limit: int) -> Iterator[bytes]:
    while limit > 0 and (chunk := stream.read(min(_CHUNK, limit))):
        limit -= len(chunk)
        yield chunk


def _spilled(body: bytearray, chunks: Iterator[bytes], limit: int) -> NDArray[np.uint8]:
    folder = cache_folder()
    done = len(body)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file: Any = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 — closed below
    except OSError as error:
        raise write_fault(error, folder, limit) from error
    with file:
        _write(file, body, folder, limit)
        body.clear()
        for chunk in chunks:
            _write(file, chunk, folder, limit)
            done += len(chunk)
        _write(file, b"", folder, limit)
        return np.memmap(file, np.uint8, "r", shape=(done,))


def _write(file: IO[bytes], data: bytes | bytearray, folder: Path, limit: int) -> None:
    """Writes; nothing to write asks for what was written to reach the file."""
    try:
        file.write(data) if data else file.flush()
    except OSError as error:
        raise write_fault(error, folder / "unpacked", limit) from error
