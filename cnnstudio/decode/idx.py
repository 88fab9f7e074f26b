"""The IDX format of MNIST and its relatives, read strictly.

A file is a magic number (two zero bytes, the type of its values, the number of axes), one
big-endian uint32 for the length of each axis, then the values; usually the whole is gzipped.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import struct
import zlib
from itertools import islice
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T
from cnnstudio.decode.files import open_regular
from cnnstudio.decode.spill import mapped, unpacked

_GZIP = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08
_TYPES = (_UNSIGNED_BYTE, 0x09, 0x0B, 0x0C, 0x0D, 0x0E)
_LARGEST = 64 * 2**30  # bytes of values; more is a damaged size, not a dataset
_CHUNK = 2**20
_MOST_TOO_MANY = 1024  # chunks that are counted where there are bytes too many


def is_idx(path: Path) -> bool:
    """Whether a regular file begins as an IDX file, of whatever type and axes, gzipped or not."""
    try:
        with path.open("rb") as raw:
            start = raw.read(4)
            if start[:2] == _GZIP:
                raw.seek(0)
                with gzip.GzipFile(fileobj=raw) as stream:
                    start = stream.read(4)
    except (OSError, EOFError, zlib.error):
        return False
    return len(start) == 4 and start[:2] == b"\0\0" and start[2] in _TYPES and 1 <= start[3] <= 4


def read_images(path: Path, sha256: str = "") -> NDArray[np.uint8]:
    """Reads the pictures of an IDX file.

    Args:
        path: The file, gzipped or not.
        sha256: The SHA-256 its decompressed bytes must have, in hexadecimal; "" for any.

    Returns:
        Grey pictures, shape (pictures, rows, columns), read-only or not to be written; of a large
        file they are mapped, not in memory.

    Raises:
        BadInput: When the file isn't exactly that.
    """
    return _read(path, 3, sha256)


def read_labels(path: Path, sha256: str = "") -> NDArray[np.uint8]:
    """Reads the labels of an IDX file, shape (pictures,); else as ``read_images``."""
    return _read(path, 1, sha256)


def check_pair(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], image_file: Path, label_file: Path
) -> None:
    """Raises BadInput unless every picture has a label."""
    if len(images) != len(labels):
        raise BadInput(
            T(
                "{images} holds {pictures} pictures, but {labels} holds {count} labels; every "
                "picture needs one. Choose two files that belong together.",
                images=str(image_file),
                pictures=len(images),
                labels=str(label_file),
                count=len(labels),
            )
        )


def _read(path: Path, axes: int, sha256: str) -> NDArray[np.uint8]:
    with open_regular(path) as raw:
        zipped = raw.read(2) == _GZIP
        raw.seek(0)
        try:
            if not zipped:
                return _read_plain(raw, path, axes, sha256)
            with gzip.GzipFile(fileobj=raw) as stream:
                return _read_zipped(cast(IO[bytes], stream), path, axes, sha256)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadInput(
                T(
                    "{file} is a damaged or incomplete gzip file; perhaps a download stopped. "
                    "Get it again.",
                    file=str(path),
                )
            ) from error
        except OSError as error:
            raise BadInput(
                T(
                    "{file} can't be read: {reason}.",
                    file=str(path),
                    reason=error.strerror or str(error),
                )
            ) from error


def _read_plain(file: IO[bytes], path: Path, axes: int, sha256: str) -> NDArray[np.uint8]:
    header, shape = _header(file, path, axes)
    found = os.fstat(file.fileno()).st_size
    if found != len(header) + math.prod(shape):
        raise _wrong_length(path, len(header) + math.prod(shape), found)
    body = mapped(path, len(header), math.prod(shape))
    if sha256:
        _check_digest(path, header, body, sha256)
    return body.reshape(shape)


def _read_zipped(stream: IO[bytes], path: Path, axes: int, sha256: str) -> NDArray[np.uint8]:
    header, shape = _header(stream, path, axes)
    size = math.prod(shape)
    body = unpacked(stream, size + 1)
    if len(body) != size:
        chunks = iter(lambda: stream.read(_CHUNK), b"")
        rest = sum(len(chunk) for chunk in islice(chunks, _MOST_TOO_MANY))
        raise _wrong_length(path, len(header) + size, len(header) + len(body) + rest)
    if sha256:
        _check_digest(path, header, body, sha256)
    return body.reshape(shape)


def _header(stream: IO[bytes], path: Path, axes: int) -> tuple[bytes, tuple[int, ...]]:
    """The bytes before the values, and the shape they declare."""
    header = stream.read(4 + 4 * axes)
    _check_magic(header, path, axes)
    if len(header) < 4 + 4 * axes:
        raise _wrong_length(path, 4 + 4 * axes, len(header))
    shape = struct.unpack(f">{axes}I", header[4:])
    size = math.prod(shape)
    if size > _LARGEST:
        raise BadInput(
            T(
                "{file} says it holds {sizes} values, {expected} bytes; that is more than "
                "any dataset has, so its header is damaged.",
                file=str(path),
                sizes="×".join(map(str, shape)),
                expected=size,
            )
        )
    if size == 0:
        raise BadInput(T("{file} holds no pictures or labels.", file=str(path)))
    return header, shape


def _check_magic(header: bytes, path: Path, axes: int) -> None:
    expected = bytes((0, 0, _UNSIGNED_BYTE, axes))
    found = header[:4]
    if found == expected:
        return
    if found[:3] == expected[:3] and {*found[3:], axes} == {1, 3}:
        text = (
            T(
                "{file} holds labels where pictures belong (it begins with {found}, expected "
                "{expected}); perhaps the two files were swapped.",
                file=str(path),
                found=found.hex(" "),
                expected=expected.hex(" "),
            )
            if axes == 3
            else T(
                "{file} holds pictures where labels belong (it begins with {found}, expected "
                "{expected}); perhaps the two files were swapped.",
                file=str(path),
                found=found.hex(" "),
                expected=expected.hex(" "),
            )
        )
        raise BadInput(text)
    raise BadInput(
        T(
            "{file} isn't an IDX file of bytes: it begins with {found}, expected {expected}.",
            file=str(path),
            found=found.hex(" ") or "—",
            expected=expected.hex(" "),
        )
    )


def _wrong_length(path: Path, expected: int, found: int) -> BadInput:
    text = (
        T(
            "{file} is cut short: its header asks for {expected} bytes, it has {found}. "
            "Get the file again.",
            file=str(path),
            expected=expected,
            found=found,
        )
        if found < expected
        else T(
            "{file} has bytes too many: its header asks for {expected}, it has {found}. "
            "It isn't a sound IDX file.",
            file=str(path),
            expected=expected,
            found=found,
        )
    )
    return BadInput(text)


def _check_digest(path: Path, header: bytes, body: NDArray[np.uint8], expected: str) -> None:
    digest = hashlib.sha256(header)
    digest.update(body.data)
    if digest.hexdigest() != expected:
        raise BadInput(
            T(
                "{file} isn't the file that was shipped: its content has the SHA-256 {found}…, "
                "expected {expected}…. Install the studio again.",
                file=str(path),
                found=digest.hexdigest()[:16],
                expected=expected[:16],
            )
        )
