"""A ``.npz`` file of numpy: a zip archive of arrays, read where they lie; nothing is unpickled.

An array that is compressed is unpacked to the disk first. Sizes are believed only once the bytes
are there.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault, show_bytes
from cnnstudio.core.text import T, Text
from cnnstudio.decode.faults import unusable
from cnnstudio.decode.files import open_regular
from cnnstudio.decode.npy import Header, read_header
from cnnstudio.decode.spill import mapped, unpacked

_MEMBER = b"PK\x03\x04"
_LOCAL = struct.Struct("<26xHH")  # the lengths of the name and the extra field that follow
_ENCRYPTED = 0x1
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LARGEST_DIRECTORY = 2**20  # bytes of the archive's table of contents: some ten thousand members
_MUCH, _EXPANSION = 2**30, 500  # a member of more bytes than this, out of so much fewer, is a bomb


@dataclass(frozen=True, slots=True)
class Member:
    """An array of the file.

    Attributes:
        name: What it is called.
        where: The same with the file, to begin a sentence with.
        info: Where it lies.
        header: What it declares; None if it can't be used.
        problem: Why it can't.
    """

    name: str
    where: Text
    info: zipfile.ZipInfo
    header: Header | None
    problem: BadInput | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape; () if it can't be used."""
        return self.header.shape if self.header else ()

    @property
    def kind(self) -> str:
        """The kind of its values, as numpy's ``dtype.kind``; "" if it can't be used."""
        return self.header.dtype.kind if self.header else ""

    @property
    def described(self) -> str:
        """Its name, shape and type."""
        if self.header is None:
            return self.name
        return f"{self.name} ({'×'.join(map(str, self.shape))} {self.header.dtype.name})"


class NpzFile:
    """A ``.npz`` file, open as long as the block it is used in.

    Args:
        path: The file.

    Attributes:
        path: The file.
        arrays: Its arrays by name, also those that can't be used.

    Raises:
        BadInput: On entering, when it is no sound archive, or has no arrays or two of one name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.arrays: dict[str, Member] = {}

    def __enter__(self) -> NpzFile:
        _check_beginning(self.path)
        with _damage(self.path):
            _check_directory(self.path)
            self._archive = zipfile.ZipFile(self.path)
        try:
            with _damage(self.path):
                self._list()
        except BaseException:
            self._archive.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._archive.close()

    def load(self, name: str, tell: Callable[[int, int], None]) -> NDArray[Any]:
        """An array, mapped or, where it is little, in memory.

        Args:
            name: One of ``arrays``.
            tell: Gets how many pictures were read, of how many.

        Raises:
            BadInput: When it can't be used, or turns out to be damaged.
            JobFailed: When it is compressed and doesn't fit on the disk.
        """
        member = self.arrays[name]
        if member.header is None:
            assert member.problem is not None
            raise member.problem
        header = member.header
        if not header.size:
            raise unusable(member.where, T("it is empty."))
        with _damage(self.path), self._archive.open(member.info) as packed:
            stream = cast(IO[bytes], _Telling(packed, header, tell))
            if member.info.compress_type == zipfile.ZIP_STORED:
                while stream.read(2**20):  # to its end, where the checksum is compared
                    pass
                body = mapped(self.path, self._start(member.info) + header.length, header.size)
            else:
                stream.read(header.length)
                body = unpacked(stream, header.size)
                stream.read(1)
        if len(body) != header.size:
            raise _other_size(member.where, header, len(body))
        values = np.frombuffer(body, header.dtype)
        return values.reshape(header.shape, order="F" if header.fortran else "C")

    def _list(self) -> None:
        for info in self._archive.infolist():
            name = info.filename.removesuffix(".npy")
            if name == info.filename:
                continue
            if name in self.arrays:
                raise BadInput(
                    T(
                        "{file} has two arrays called {array}, so it is ambiguous. Save it again "
                        "with numpy.savez.",
                        file=str(self.path),
                        array=name,
                    )
                )
            where = T("The array {array} of {file}", array=name, file=str(self.path))
            try:
                self.arrays[name] = Member(name, where, info, self._header(info, where))
            except BadInput as problem:
                self.arrays[name] = Member(name, where, info, None, problem)
        if not self.arrays:
            raise BadInput(
                T("{file} holds no arrays. Save it with numpy.savez.", file=str(self.path))
            )

    def _header(self, info: zipfile.ZipInfo, where: Text) -> Header:
        if info.flag_bits & _ENCRYPTED:
            raise unusable(where, T("it is encrypted. Save it without a password."))
        with self._archive.open(info) as stream:
            header = read_header(stream, where)
        real = info.file_size - header.length
        if header.size != real:
            raise _other_size(where, header, real)
        if real > _MUCH and real > _EXPANSION * info.compress_size:
            raise unusable(
                where,
                T(
                    "its {packed} would become {size}, as no pictures do.",
                    packed=show_bytes(info.compress_size),
                    size=show_bytes(real),
                ),
            )
        return header

    def _start(self, info: zipfile.ZipInfo) -> int:
        """Where the bytes of a member begin."""
        with self.path.open("rb") as file:
            file.seek(info.header_offset)
            lengths = _LOCAL.unpack(file.read(_LOCAL.size))
            return int(file.tell() + sum(lengths))


def begins_with_array(path: Path) -> bool:
    """Whether a regular file is a zip archive whose first member is an array."""
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError:
        return False
    if not start.startswith(_MEMBER) or len(start) < _LOCAL.size:
        return False
    (length, _) = _LOCAL.unpack_from(start)
    return start[_LOCAL.size : _LOCAL.size + length].endswith(b".npy")


def _check_beginning(path: Path) -> None:
    with open_regular(path) as file:
        start = file.read(4)
    if start != _MEMBER:
        raise unusable(
            str(path),
            T(
                "it begins with {found}, expected {expected}, so it is no npz file. Save it with "
                "numpy.savez.",
                found=start.hex(" "),
                expected=_MEMBER.hex(" "),
            ),
        )


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Puts into words what ``zipfile`` raises for archives that aren't sound."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        NotImplementedError,
        ValueError,  # a name that isn't UTF-8, a place before the beginning
    ) as error:
        raise BadInput(
            T(
                "{file} is incomplete or damaged ({reason}); perhaps a download stopped. Save or "
                "download it again.",
                file=str(path),
                reason=str(error) or T("it ends early"),
            )
        ) from error
    except OSError as error:
        raise read_fault(error, path) from error


def _check_directory(path: Path) -> None:
    """Refuses a table of contents that would take much memory; ``zipfile`` reads all of it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 2**16 - 42))
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + 22:
            raise zipfile.BadZipFile("it has no table of contents")
        (length,) = struct.unpack_from("<I", tail, at + 12)
        if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR64:
            (place,) = struct.unpack_from("<Q", tail, at - 12)
            file.seek(min(place, size))
            record = file.read(56)
            if record[:4] == _END64 and len(record) == 56:
                (length,) = struct.unpack_from("<Q", record, 40)
    if length > _LARGEST_DIRECTORY:
        raise unusable(
            str(path),
            T(
                "its table of contents has {size}; a set of pictures has a few arrays.",
                size=show_bytes(length),
            ),
        )


def _other_size(where: Text, header: Header, found: int) -> BadInput:
    return unusable(
        where,
        T(
            "its header declares {sizes} values, {expected} bytes, but there are {found}.",
            sizes="×".join(map(str, header.shape)) or "1",
            expected=header.size,
            found=found,
        ),
    )


class _Telling:
    """A stream that tells how many pictures went by.

    Args:
        stream: What is read.
        header: What it holds.
        tell: Gets how many, of how many.
    """

    def __init__(self, stream: IO[bytes], header: Header, tell: Callable[[int, int], None]) -> None:
        self._stream, self._tell, self._done = stream, tell, 0
        self._size = header.length + header.size
        self._pictures = header.shape[0] if header.shape else 1

    def read(self, size: int) -> bytes:
        """Reads as the stream does."""
        data = self._stream.read(size)
        self._done += len(data)
        self._tell(self._done * self._pictures // self._size, self._pictures)
        return data
