"""Named arrays in an ``.npz`` file that NumPy alone can read; no pickle in either direction."""

from __future__ import annotations

import contextlib
import math
import os
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault
from cnnstudio.core.text import T, Text

Array = np.ndarray[Any, np.dtype[Any]]

_SUFFIX = ".npy"
_PLAIN_KINDS = "biufc"  # bool, int, uint, float, complex: what needs no pickle
_DAMAGED = T(
    "{file} is damaged or isn't a file of the studio ({reason}). Use another epoch, or train again."
)


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Writes `arrays` to a new file and puts it on the disk.

    Raises:
        OSError: From the file system.
        TypeError: For an array that isn't of plain numbers.
    """
    with path.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, value in arrays.items():
                array = np.asanyarray(value)
                if array.dtype.kind not in _PLAIN_KINDS:
                    raise TypeError(f"{name} has dtype {array.dtype}, not plain numbers")
                # A ZipInfo of its own has a fixed date: the same arrays give the same file.
                with archive.open(zipfile.ZipInfo(name + _SUFFIX), "w", force_zip64=True) as member:
                    npy.write_array(member, array, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())


def read_arrays(
    path: Path, names: Collection[str] | None = None, *, damaged: Text = _DAMAGED
) -> dict[str, Array]:
    """Reads a file of ``write_arrays``; checksums and declared sizes are checked first.

    Args:
        path: The file.
        names: Which of its arrays to read; all of them by default.
        damaged: What to say of a damaged file; may use ``{file}`` and ``{reason}``.

    Raises:
        BadInput: For a file that is missing, damaged, or of a kind the studio doesn't write.
    """
    with _opened(path, damaged) as (archive, members):
        wanted = members if names is None else {name: _found(members, name) for name in names}
        return {name: _read_member(archive, member) for name, member in wanted.items()}


def array_shapes(path: Path, *, damaged: Text = _DAMAGED) -> dict[str, tuple[int, ...]]:
    """The shapes that a file of ``write_arrays`` declares, checked against what it holds.

    The arrays themselves aren't read; ``read_arrays`` compares their checksums. Takes and raises
    what that does.
    """
    with _opened(path, damaged) as (archive, members):
        shapes = {}
        for name, member in members.items():
            with archive.open(member) as file:
                shapes[name] = _check_header(file, member)  # type: ignore[arg-type]
        return shapes


class _Damaged(Exception):
    """A file that doesn't hold what it declares."""


@contextlib.contextmanager
def _opened(
    path: Path, damaged: Text
) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    """The archive and its members by the names of the arrays; its faults become BadInput."""
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            yield archive, _members(archive, size)
    except OSError as error:
        raise read_fault(error, path) from error
    except (
        _Damaged,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,  # a compression this Python doesn't have
        RuntimeError,  # an encrypted member
    ) as error:
        raise BadInput(T(damaged.id, file=str(path), reason=str(error))) from error


def _members(archive: zipfile.ZipFile, file_size: int) -> dict[str, zipfile.ZipInfo]:
    members = archive.infolist()
    if len({member.filename for member in members}) < len(members):
        raise _Damaged("two arrays of one name")
    for member in members:
        name = member.filename[:60]
        if member.compress_type != zipfile.ZIP_STORED or not member.filename.endswith(_SUFFIX):
            raise _Damaged(f"unexpected member {name}")
        if member.file_size > file_size:
            raise _Damaged(f"{name} is cut")
    return {member.filename.removesuffix(_SUFFIX): member for member in members}


def _found(members: Mapping[str, zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    if name not in members:
        raise _Damaged(f"{name[:60]} isn't in it")
    return members[name]


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    with archive.open(member) as file:
        _check_header(file, member)  # type: ignore[arg-type]
    with archive.open(member) as file:
        array: Array = npy.read_array(file, allow_pickle=False)
        if file.read(1):  # reading to the end checks the CRC
            raise _Damaged(f"{member.filename[:60]} is too long")
    return array


def _check_header(file: BinaryIO, member: zipfile.ZipInfo) -> tuple[int, ...]:
    """Compares the declared shape with the bytes that are there, before anything is allocated."""
    if npy.read_magic(file) != (1, 0):
        raise _Damaged(f"{member.filename[:60]} has an unexpected version")
    shape, _fortran, dtype = npy.read_array_header_1_0(file)
    if dtype.kind not in _PLAIN_KINDS:
        raise _Damaged(f"{member.filename[:60]} holds no plain numbers")
    if any(n < 0 for n in shape) or (
        math.prod(shape) * dtype.itemsize != member.file_size - file.tell()
    ):
        raise _Damaged(f"{member.filename[:60]} has another size than it declares")
    return tuple(shape)
