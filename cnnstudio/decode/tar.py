"""The files in a tar archive, one after the other; nothing is written, no name is used as a path.

Only what a set of pictures needs: plain files with their names (POSIX.1-1988, ustar). Headers of
other kinds, such as links and long names, are passed over with what belongs to them, so that none
of them can take memory.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T
from cnnstudio.decode.files import open_regular

_BLOCK = 512
_CHUNK = 2**20
_MOST = 8 * 2**30
"""Bytes that are unpacked before an archive counts as a bomb."""
_PLAIN = (b"0", b"\0", b"7")


class Member:
    """A file in the archive, to be read once, before the next is asked for.

    Args:
        name: Its name, as it is stored.
        size: Bytes it has.
        stream: The archive, where the file begins.
    """

    def __init__(self, name: str, size: int, stream: IO[bytes]) -> None:
        self.name, self.size = name, size
        self._stream, self._left = stream, size

    def read(self, size: int) -> bytes:
        """Up to so many bytes; none at its end."""
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data

    def skip(self) -> None:
        """Passes over what wasn't read, and the padding behind it."""
        self._left += -self.size % _BLOCK
        while self._left and self.read(_CHUNK):
            pass


@contextmanager
def tar_stream(path: Path) -> Iterator[IO[bytes]]:
    """Opens an archive, packed by gzip, bzip2, xz or not at all, as its content says.

    Raises:
        BadInput: When it can't be read, or turns out to be damaged while it is.
    """
    with open_regular(path) as raw:
        start = raw.read(6)
        raw.seek(0)
        stream: object = raw
        if start[:2] == b"\x1f\x8b":
            stream = gzip.GzipFile(fileobj=raw)
        elif start[:3] == b"BZh":
            stream = bz2.BZ2File(raw)
        elif start == b"\xfd7zXZ\0":
            stream = lzma.LZMAFile(raw)  # noqa: SIM115 — it has no file of its own
        try:
            yield cast(IO[bytes], stream)
        except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
            raise BadInput(
                T(
                    "{file} is a damaged or incomplete archive; perhaps a download stopped. Get it "
                    "again.",
                    file=str(path),
                )
            ) from error


def members(stream: IO[bytes]) -> Iterator[Member]:
    """The plain files of an archive; ends where it ends, or where it isn't one any more.

    Raises:
        OSError: When it is packed more than any set of pictures.
    """
    done = 0
    while True:
        header = stream.read(_BLOCK)
        size = _octal(header[124:136])
        if len(header) < _BLOCK or size is None or not _sound(header):
            return
        done += _BLOCK + size
        if done > _MOST:
            raise OSError("more than any set of pictures")
        prefix = header[345:500] if header[257:262] == b"ustar" else b""
        name = b"/".join(
            part.split(b"\0")[0] for part in (prefix, header[:100]) if part.strip(b"\0")
        )
        member = Member(name.decode("utf-8", "replace"), size, stream)
        if header[156:157] in _PLAIN:
            yield member
        member.skip()


def _octal(field: bytes) -> int | None:
    digits = field.strip(b" \0")
    if not digits or not all(48 <= digit < 56 for digit in digits):
        return None
    return int(digits, 8)


def _sound(header: bytes) -> bool:
    """Whether the header has the checksum it says."""
    return _octal(header[148:156]) == sum(header) - sum(header[148:156]) + 8 * 32
