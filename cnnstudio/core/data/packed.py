"""Several arrays in one file that is called by its content and opened memory-mapped.

The file is a magic number, the length of a JSON head, the head, each array at a multiple of 64
bytes, and the SHA-256 of all that. It is written once and never changed.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

_MAGIC = b"CNNSTUD1"
_ALIGNMENT = 64
_DIGEST = hashlib.sha256().digest_size
_START = len(_MAGIC) + 8


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """What such a file holds.

    Attributes:
        digest: The SHA-256 of its content, in hexadecimal digits.
        header: The bytes it was written with.
        arrays: By name, read-only.
    """

    digest: str
    header: bytes
    arrays: dict[str, NDArray[Any]]


class _Array(msgspec.Struct, frozen=True):
    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int


class _Head(msgspec.Struct, frozen=True):
    header: msgspec.Raw
    arrays: list[_Array]


def write_packed(path: Path, header: bytes, arrays: Mapping[str, NDArray[Any]]) -> str:
    """Writes a new file and returns its digest, in hexadecimal digits.

    Args:
        path: The file, which must not be there yet.
        header: JSON.
        arrays: By name; of fixed-size numbers.

    Raises:
        OSError: When it can't be written.
    """
    table, position = [], 0
    bodies = [np.ascontiguousarray(array) for array in arrays.values()]
    for name, body in zip(arrays, bodies, strict=True):
        position += -position % _ALIGNMENT
        table.append(_Array(name, body.dtype.newbyteorder("<").str, body.shape, position))
        position += body.nbytes
    head = msgspec.json.encode(_Head(msgspec.Raw(header), table))
    head += b" " * (-(_START + len(head)) % _ALIGNMENT)
    digest = hashlib.sha256()
    with path.open("xb") as file:

        def put(content: bytes | memoryview) -> None:
            file.write(content)
            digest.update(content)

        put(_MAGIC + len(head).to_bytes(8, "little") + head)
        position = 0
        for body in bodies:
            put(bytes(-position % _ALIGNMENT))
            position += -position % _ALIGNMENT + body.nbytes
            put(
                body.astype(body.dtype.newbyteorder("<"), copy=False)
                .reshape(-1)
                .view(np.uint8)
                .data
            )
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def open_packed(path: Path) -> Packed | None:
    """Opens such a file, reading it once to compare its digest; None if it isn't there whole."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < _START + _DIGEST:
                return None
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    whole = np.frombuffer(content, np.uint8)
    digest = hashlib.sha256(whole[:-_DIGEST].data)
    if digest.digest() != content[-_DIGEST:] or content[: len(_MAGIC)] != _MAGIC:
        return None
    start = _START + int.from_bytes(content[len(_MAGIC) : _START], "little")
    head = msgspec.json.decode(content[_START:start], type=_Head)
    arrays = {}
    for array in head.arrays:
        dtype, first = np.dtype(array.dtype), start + array.start
        size = int(np.prod(array.shape, dtype=np.int64)) * dtype.itemsize
        arrays[array.name] = whole[first : first + size].view(dtype).reshape(array.shape)
    return Packed(digest.hexdigest(), bytes(head.header), arrays)


def joined(names: Iterable[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Names as one run of bytes, and where each of them ends."""
    given = list(names)
    ends = np.cumsum(np.fromiter(map(len, given), np.int64, len(given)), dtype=np.int64)
    return np.frombuffer(b"".join(given), np.uint8), ends


class Names(Sequence[str]):
    """Names as one run of bytes, made into strings when they are asked for.

    Args:
        blob: uint8: the names, one after the other.
        ends: int64, shape (n,): where each of them ends.
        decode: Makes a string of the bytes of one.
    """

    def __init__(
        self,
        blob: NDArray[np.uint8],
        ends: NDArray[np.int64],
        decode: Callable[[bytes], str] = bytes.decode,
    ) -> None:
        self._blob = blob
        self._ends = ends
        self._decode = decode

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        start = int(self._ends[position - 1]) if position else 0
        return self._decode(self._blob[start : int(self._ends[position])].tobytes())

    def __iter__(self) -> Iterator[str]:
        blob, start = self._blob.tobytes(), 0
        for end in self._ends.tolist():
            yield self._decode(blob[start:end])
            start = end
