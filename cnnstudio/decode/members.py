"""A file inside an archive, found by its place there; no name of it is ever used on the disk."""

from __future__ import annotations

import bz2
import struct
import zlib
from typing import BinaryIO

from cnnstudio.core.text import T, Text
from cnnstudio.decode.files import Unusable, check_size

PLAIN, STORED, DEFLATED, BZIPPED = -1, 0, 8, 12
"""How a member is packed: as its bytes are (tar), or as a zip numbers its methods."""

_HEADER = 30  # bytes of a zip's local header before the name
_LENGTHS = struct.Struct("<HH")


def read_member(
    archive: BinaryIO, start: int, packed: int, size: int, method: int, crc: int
) -> bytes:
    """Reads a member whole.

    Args:
        archive: The archive; a tar that isn't compressed, or a zip.
        start: Where the member begins; in a zip with its local header.
        packed: How many bytes it takes.
        size: How many bytes they become.
        method: ``PLAIN``, ``STORED``, ``DEFLATED`` or ``BZIPPED``.
        crc: Their CRC-32; −1 where there is none.

    Raises:
        Unusable: When it is damaged, empty or too large.
    """
    check_size(size)
    archive.seek(start)
    if method != PLAIN:
        header = archive.read(_HEADER)
        if len(header) < _HEADER or header[:4] != b"PK\x03\x04":
            raise Unusable(_damaged())
        archive.seek(sum(_LENGTHS.unpack_from(header, 26)), 1)
    content = archive.read(min(packed, size) if method in (PLAIN, STORED) else packed)
    try:
        if method == DEFLATED:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, size)
        elif method == BZIPPED:
            content = bz2.BZ2Decompressor().decompress(content, size)
    except (zlib.error, OSError) as error:
        raise Unusable(_damaged()) from error
    if len(content) != size or (crc >= 0 and zlib.crc32(content) != crc):
        raise Unusable(_damaged())
    return content


def _damaged() -> Text:
    return T("It is damaged inside the archive. Get the archive again.")
