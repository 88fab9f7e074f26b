"""What a decoding process is asked for, and what it says: plain values for both sides.

The order is one line of JSON on its standard input, which then stays open: its end ends the
process. The answer is lines of JSON on standard output: ``Progress``, as often as it likes, and
one ``Outcome``; the bytes of a picture follow that.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import msgspec

from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.questions import Question
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import TN, T, Text

UNPACKING, LISTING, DECODING, KEEPING = PHASES = ("unpacking", "listing", "decoding", "keeping")
"""Making a plain file of a compressed one, in megabytes; finding the files; reading and decoding
them; writing what was found."""

LARGEST_SHOWN = 4096
"""The most rows or columns of a picture that is only looked at; a larger one is shrunk."""


class PoolOrder(msgspec.Struct, frozen=True, tag="pool"):
    """Decode a pool into the cache, at the size and with the fit of the settings.

    Attributes:
        settings: Whose pictures, and how.
        pool: "train" or "test" of a shipped set, "all" of a person's own data.
    """

    settings: DataSettings
    pool: str = "all"


class PictureOrder(msgspec.Struct, frozen=True, tag="picture"):
    """Decode one picture: a file, or one of the data as its file has it.

    Attributes:
        path: The file; of a picture of the data, where they are (``Imported.path``).
        shape: (rows, columns, channels) wanted; None for its own, shrunk to ``LARGEST_SHOWN``.
        fit: How it is given that size.
        data: The digest of the catalogue it is in; "" for a file.
        index: Its number there.
        options: The answers the data were read with (``Imported.options``).
    """

    path: Path
    shape: tuple[int, int, int] | None = None
    fit: str = "stretch"
    data: str = ""
    index: int = 0
    options: dict[str, Any] = {}


class ScanOrder(msgspec.Struct, frozen=True, tag="scan"):
    """Find, check and decode a person's data.

    Attributes:
        path: The folder or file, absolute.
        options: Answers to questions.
        size: (rows, columns) wanted; None to have it chosen.
        fit: How the pictures are given it.
    """

    path: Path
    options: dict[str, Any] = {}
    size: tuple[int, int] | None = None
    fit: str = "stretch"


POOL, CATALOGUE, WHEREABOUTS = "pool.npy", "catalogue", "whereabouts"
"""What a scan and a decoding leave in their private folder."""

Order = PoolOrder | PictureOrder | ScanOrder


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far it is.

    Attributes:
        phase: One of ``PHASES``.
        done: Files or pictures so far.
        total: Of how many; 0 while nobody knows.
    """

    phase: str
    done: int
    total: int = 0

    @property
    def text(self) -> Text:
        """The same as a sentence."""
        if self.phase == UNPACKING:
            return T(
                "{done} of {total} MB of the archive unpacked", done=self.done, total=self.total
            )
        if self.phase == LISTING:
            return TN("{count} file found", "{count} files found", self.done)
        if self.phase == DECODING:
            return T("{done} of {total} pictures read", done=self.done, total=self.total)
        return T("Keeping what was read")


class Outcome(msgspec.Struct, frozen=True, tag="outcome"):
    """What came of an order.

    Attributes:
        shape: The shape of the uint8 picture that follows; () where nothing does.
        refused: Why it couldn't be done.
        failed: Whether that is a fault of the system, such as a full disk, rather than of the data.
        questions: What has to be answered before.
        imported: What a scan found.
    """

    shape: tuple[int, ...] = ()
    refused: Text | None = None
    failed: bool = False
    questions: tuple[Question, ...] = ()
    imported: Imported | None = None


def order_line(order: Order) -> bytes:
    """An order as one line of JSON; a path may have any bytes."""
    return msgspec.json.encode(order, enc_hook=_encoded) + b"\n"


def read_order(line: bytes) -> Order:
    """The order in such a line.

    Raises:
        msgspec.DecodeError: When it isn't one.
    """
    order: Order = msgspec.json.decode(line, type=Order, dec_hook=_decoded)
    return order


def _encoded(value: Any) -> bytes:
    if isinstance(value, Path):
        return os.fsencode(value)
    raise NotImplementedError(type(value))


def _decoded(kind: type, value: Any) -> Path:
    if kind is Path and isinstance(value, str):
        return Path(os.fsdecode(base64.b64decode(value)))
    raise NotImplementedError(kind)
