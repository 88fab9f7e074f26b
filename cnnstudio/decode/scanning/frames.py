"""What a coordinator and its workers say to each other: msgpack, each message after its length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from cnnstudio.core.text import Text


class Job(msgspec.Struct, frozen=True, tag="job"):
    """What the tasks that follow are about.

    Attributes:
        root: The folder the files are in, or the archive that holds them.
        is_archive: Which of the two.
        pool: The file the decoded pictures go into.
        start: Where the first of them begins there.
        shape: (rows, columns, channels) of each; () to only look at the files' headers.
        fit: How it is given that size.
    """

    root: bytes
    is_archive: bool = False
    pool: bytes = b""
    start: int = 0
    shape: tuple[int, ...] = ()
    fit: str = "stretch"


class Task(msgspec.Struct, frozen=True, tag="task"):
    """Some pictures that follow each other.

    Attributes:
        first: The number of the first.
        names: The path of each from the root, with a NUL between them.
        spans: int64, shape (n, 5), as in ``Members.spans``; empty for files.
    """

    first: int
    names: bytes
    spans: bytes = b""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """What came of a task; the arrays are as in ``core.data.catalogue``, little-endian.

    Attributes:
        first: As in the task.
        sizes, digests, looks, flags: One row for each picture; zeros for a refused one.
        modes: How many there were of each mode.
        refused: Positions in the task, and why.
        coloured: Whether a picture had colour.
        failed: Why nothing could be written: what the system says.
    """

    first: int
    sizes: bytes
    digests: bytes
    looks: bytes
    flags: bytes
    modes: dict[str, int]
    refused: list[tuple[int, Text]]
    coloured: bool
    failed: int = 0


Message = Job | Task | Done

SPAN = 5 * 8
"""The bytes of one row of ``Task.spans``."""

_LENGTH = 4
_LARGEST = 2**28


def send(stream: BinaryIO, message: Message) -> None:
    """Writes a message."""
    body = msgspec.msgpack.encode(message)
    stream.write(len(body).to_bytes(_LENGTH, "little") + body)
    stream.flush()


def received(stream: BinaryIO) -> Iterator[Message]:
    """Reads messages until the stream ends, or breaks off within one.

    Raises:
        msgspec.DecodeError: For what isn't a message.
    """
    decoder = msgspec.msgpack.Decoder(Message)
    while len(length := stream.read(_LENGTH)) == _LENGTH:
        size = int.from_bytes(length, "little")
        if size > _LARGEST:
            raise msgspec.DecodeError(f"a message of {size} bytes")
        body = stream.read(size)
        if len(body) < size:
            return
        message: Message = decoder.decode(body)
        yield message
