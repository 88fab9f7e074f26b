"""Opening a file a person named, with a sentence for one that can't be opened."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from cnnstudio.core.data.walking import plain
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.text import T, Text

LARGEST_FILE = 2**29
"""Bytes of a picture file; a larger one is no picture."""


class Unusable(Exception):
    """A file that can't be used as a picture.

    Attributes:
        reason: Why, and what helps, without its name.
    """

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.id)
        self.reason = reason


def open_regular(path: Path) -> BinaryIO:
    """Opens `path` for reading; a pipe or device is refused, since opening one could wait forever.

    Raises:
        BadInput: When `path` is missing, can't be read, is empty or isn't a file.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise BadInput(T("{file} is a folder; a file is needed.", file=plain(str(path))))
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(
                T("{file} is a pipe or a device; a file is needed.", file=plain(str(path))),
            )
        if status.st_size == 0:
            raise BadInput(
                T(
                    "{file} is empty (0 bytes); perhaps a copy was interrupted. Copy it again.",
                    file=plain(str(path)),
                )
            )
        return path.open("rb")
    except FileNotFoundError as error:
        raise BadInput(
            T("There is no file {file}. Check its name.", file=plain(str(path)))
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            T(
                "{file} can't be read: {reason}. Check its permissions, or copy it elsewhere.",
                file=plain(str(path)),
                reason=reason,
            )
        ) from error


def read_regular(path: bytes) -> bytes:
    """Reads a file whole; never waits for the other end of a pipe.

    Raises:
        Unusable: When it isn't a file, is empty, or is larger than a picture can be.
        OSError: When it can't be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unusable(T("It is a pipe, a socket or a device, not a file."))
        check_size(status.st_size)
        content = os.read(descriptor, status.st_size)
        while len(content) < status.st_size and (more := os.read(descriptor, status.st_size)):
            content += more
        return content
    finally:
        os.close(descriptor)


def check_size(size: int) -> None:
    """Raises Unusable for a file of that many bytes which no picture has."""
    if size == 0:
        raise Unusable(T("It is empty (0 bytes); perhaps a copy was interrupted. Copy it again."))
    if size > LARGEST_FILE:
        raise Unusable(
            T(
                "It is too large ({size}); files of up to {limit} are read.",
                size=show_bytes(size),
                limit=show_bytes(LARGEST_FILE),
            )
        )
