"""The zip archive that a ``.keras`` file is, checked before anything in it is unpacked."""

from __future__ import annotations

import io
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cnnstudio.core.errors import BadInput
from cnnstudio.core.models.parsing import LARGEST
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.text import T, Text

CONFIG, ARRAYS = "config.json", "model.weights.h5"

MOST_MEMBERS = 2_000
MOST_EXPANSION = 100  # Keras doesn't compress; DEFLATE makes of HDF5 files about half

_UNPACKED = "unpacked.h5"
_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED = 0x1
_LOCAL_HEADER = struct.Struct("<26xHH")  # the lengths of the name and the extra field that follow


@contextmanager
def opened_archive(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """Opens the archive at `path` and checks its table of contents.

    Args:
        path: The file, which begins like a zip archive.
        name: What to call it in texts.

    Raises:
        BadInput: For an archive that is cut, ambiguous, encrypted, too full, would expand beyond
            measure, or has members with names that lead elsewhere.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive.infolist(), path.stat().st_size, name)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadInput(
            T(
                "{file} is incomplete or damaged ({reason}); perhaps a download stopped. Save or "
                "download the model again.",
                file=name,
                reason=str(error),
            )
        ) from error


def config_of(archive: zipfile.ZipFile, name: str) -> bytes:
    """The config of the model.

    Raises:
        BadInput: When there is none, or one that no model needs.
    """
    if CONFIG not in archive.namelist():
        raise BadInput(
            T(
                "{file} is a zip archive without {part}, so it holds no Keras model. Choose "
                "another file.",
                file=name,
                part=CONFIG,
            )
        )
    member = archive.getinfo(CONFIG)
    if member.file_size > LARGEST:
        raise _refused(
            name,
            T(
                "its {part} has {size}, more than the {limit} that a model's config may have",
                part=CONFIG,
                size=show_bytes(member.file_size),
                limit=show_bytes(LARGEST),
            ),
        )
    return archive.read(member)


@contextmanager
def arrays_of(archive: zipfile.ZipFile, folder: Path) -> Iterator[IO[bytes] | Part | None]:
    """The HDF5 file with the weights; None if there is none.

    It is read where it lies in the archive, as Keras stores it, after its checksum was compared;
    a compressed one is unpacked into `folder` first.
    """
    if ARRAYS not in archive.namelist():
        yield None
        return
    member = archive.getinfo(ARRAYS)
    if member.compress_type == zipfile.ZIP_STORED:
        with archive.open(member) as file:
            while file.read(2**20):  # to its end, where the checksum is compared
                pass
        assert archive.filename is not None
        with Path(archive.filename).open("rb") as whole:
            whole.seek(member.header_offset)
            lengths = _LOCAL_HEADER.unpack(whole.read(_LOCAL_HEADER.size))
            yield Part(whole, whole.tell() + sum(lengths), member.file_size)
        return
    with (folder / _UNPACKED).open("w+b") as unpacked:
        with archive.open(member) as file:
            shutil.copyfileobj(file, unpacked)
        yield unpacked


class Part(io.RawIOBase):
    """A part of a file as a file of its own, to be read.

    Args:
        file: The whole.
        start: Where the part begins.
        length: How many bytes it has.
    """

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        super().__init__()
        self._file, self._start, self._length, self._at = file, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fills the buffer as far as the part reaches, in one go: HDF5 doesn't ask twice."""
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), max(self._length - self._at, 0))
        self._file.seek(self._start + self._at)
        done = 0
        while done < wanted:
            count = self._file.readinto(view[done:wanted])  # type: ignore[attr-defined]
            if not count:
                break
            done += count
        self._at += done
        return done


def _check(members: list[zipfile.ZipInfo], size: int, name: str) -> None:
    if len(members) > MOST_MEMBERS:
        raise _refused(
            name,
            T(
                "it has {count} members, more than the {limit} that a model may have",
                count=len(members),
                limit=MOST_MEMBERS,
            ),
        )
    seen: set[str] = set()
    for member in members:
        shown = _shown(member.orig_filename)
        if member.orig_filename in seen:
            raise _refused(name, T("it is ambiguous: {member} is in it twice", member=shown))
        seen.add(member.orig_filename)
        if _leads_elsewhere(member.orig_filename):
            raise _refused(name, T("the name of its member {member} leads elsewhere", member=shown))
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _refused(name, T("its member {member} is a symbolic link", member=shown))
        if member.flag_bits & _ENCRYPTED:
            raise _refused(name, T("its member {member} is encrypted", member=shown))
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(
                name, T("its member {member} is compressed in an unusual way", member=shown)
            )
        if _is_bomb(member.file_size, member.compress_size):
            raise _refused(
                name,
                T(
                    "its member {member} would grow from {packed} to {size}",
                    member=shown,
                    packed=show_bytes(member.compress_size),
                    size=show_bytes(member.file_size),
                ),
            )
    total = sum(member.file_size for member in members)
    if _is_bomb(total, size):
        raise _refused(
            name,
            T(
                "it would grow from {packed} to {size}",
                packed=show_bytes(size),
                size=show_bytes(total),
            ),
        )


def _is_bomb(size: int, packed: int) -> bool:
    return size > LARGEST and size > MOST_EXPANSION * packed


def _leads_elsewhere(member: str) -> bool:
    return (
        member.startswith("/")
        or "\\" in member
        or "\0" in member
        or ".." in member.split("/")
        or _DRIVE.match(member) is not None
    )


def _shown(member: str) -> str:
    text = "".join(c if c.isprintable() else "�" for c in member)
    return text if len(text) <= 60 else text[:57] + "…"


def _refused(name: str, why: Text) -> BadInput:
    return BadInput(
        T(
            "{file} is refused: {why}. No model that Keras saves is like that; get it from "
            "somewhere you trust.",
            file=name,
            why=why,
        )
    )
