"""Messages as bytes on a pipe.

A frame is two little-endian unsigned 32-bit lengths, then that many bytes of JSON and that many
raw bytes (often none). JSON has no number for NaN and the infinities: they travel as null. No
pickles: what the other side sends is data only.
"""

from __future__ import annotations

import logging
import os
import struct
import sys
import threading
from types import UnionType
from typing import Final, Generic, TypeVar, get_args

import msgspec

from cnnstudio.protocol.messages import Event, Message, Request

MAX_FRAME = 64 * 2**20  # bytes of JSON and blob together

_LENGTHS = struct.Struct("<II")
_CHUNK = 2**20  # at most read at once: a length that lies doesn't reserve memory

logger = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()

M = TypeVar("M", bound=Message)


class WireError(Exception):
    """What came through the pipe isn't the protocol: the other side can't be trusted any more."""


class WireCut(WireError):
    """The pipe ended within a frame: the other side died or was ended."""


_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Tag(msgspec.Struct):
    type: str


def encode(message: Message, blob: bytes = b"") -> bytes:
    """Returns the frame of `message` and `blob`.

    Raises:
        WireError: The frame would be larger than MAX_FRAME.
    """
    header = _encoder.encode(message)
    if len(header) + len(blob) > MAX_FRAME:
        raise WireError(f"{type(message).__name__} has {len(header) + len(blob):,} bytes")
    return b"".join((_LENGTHS.pack(len(header), len(blob)), header, blob))


class Vocabulary(Generic[M]):
    """The messages that one direction of a pipe knows.

    Args:
        union: A union of message classes.
    """

    def __init__(self, union: UnionType) -> None:
        self._decoder: msgspec.json.Decoder[M] = msgspec.json.Decoder(union)
        self._tags = {kind.__struct_config__.tag for kind in get_args(union)}

    def decode(self, header: bytes) -> M | None:
        """Returns the message in `header`, None if its type is unknown.

        Raises:
            WireError: It is no JSON, or not the message that its type names.
        """
        try:
            return self._decoder.decode(header)
        except _BROKEN as error:
            if isinstance(error, msgspec.ValidationError) and not self._knows(header):
                return None
            raise WireError(f"{error}: {header[:200]!r}") from error

    def _knows(self, header: bytes) -> bool:
        try:
            return msgspec.json.decode(header, type=_Tag).type in self._tags
        except _BROKEN:  # no type at all, or broken behind it: not merely unknown
            return True


REQUESTS: Final = Vocabulary[Request](Request)
EVENTS: Final = Vocabulary[Event](Event)


class Reader(Generic[M]):
    """The receiving end of a pipe, for one thread.

    Args:
        fd: The file descriptor, in binary mode; whoever opened it closes it.
        vocabulary: ``REQUESTS`` or ``EVENTS``.
    """

    def __init__(self, fd: int, vocabulary: Vocabulary[M]) -> None:
        self._fd = fd
        self._vocabulary = vocabulary

    def read(self) -> tuple[M, bytes] | None:
        """Waits for the next message that is known, and its blob; None when the pipe ended.

        Raises:
            WireCut: The pipe ended within a frame.
            WireError: The bytes aren't the protocol.
        """
        while True:
            lengths = self._exactly(_LENGTHS.size, at_start=True)
            if not lengths:
                return None
            header_length, blob_length = _LENGTHS.unpack(lengths)
            if header_length + blob_length > MAX_FRAME:
                raise WireError(f"a frame of {header_length + blob_length:,} bytes: {lengths!r}")
            header = self._exactly(header_length)
            blob = self._exactly(blob_length)
            message = self._vocabulary.decode(header)
            if message is not None:
                return message, blob
            logger.warning("ignored a message of unknown type: %r", header[:200])

    def _exactly(self, count: int, at_start: bool = False) -> bytes:
        chunks: list[bytes] = []
        missing = count
        while missing:
            chunk = os.read(self._fd, min(missing, _CHUNK))
            if not chunk:
                if at_start and missing == count:
                    return b""
                raise WireCut(f"the pipe ended {missing:,} bytes before the end of a frame")
            chunks.append(chunk)
            missing -= len(chunk)
        return b"".join(chunks)


class Writer:
    """The sending end of a pipe, for any number of threads.

    Args:
        fd: The file descriptor, in binary mode; whoever opened it closes it.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.Lock()

    def write(self, message: Message, blob: bytes = b"") -> None:
        """Sends one frame; waits while the pipe is full.

        Raises:
            OSError: The other end is closed.
            WireError: The frame would be too large; nothing was written.
        """
        rest = memoryview(encode(message, blob))
        with self._lock:
            while rest:
                rest = rest[os.write(self._fd, rest) :]


def binary(fd: int) -> int:
    """Returns `fd`, on Windows switched to binary mode: text mode would change the bytes."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(fd, os.O_BINARY)
    return fd
