"""What a decoding process is asked for, and what it says: plain values for both sides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from cnnstudio.core.text import Text


@dataclass(frozen=True, slots=True)
class PartOrder:
    """Decode a part of a dataset into the cache.

    Attributes:
        source: The dataset's id.
        part: "train" or "test".
        size: (rows, columns) to give the pictures; None for their own.
        fit: How, "stretch" or "pad".
    """

    source: str
    part: str
    size: tuple[int, int] | None = None
    fit: str = "stretch"

    def words(self) -> list[str]:
        """The worker's arguments."""
        rows, columns = self.size or (0, 0)
        return ["part", self.source, self.part, str(rows), str(columns), self.fit]


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """Decode a picture file as one network input.

    Attributes:
        path: The file.
        shape: (rows, columns, channels) wanted.
    """

    path: Path
    shape: tuple[int, int, int]

    def words(self) -> list[str]:
        """The worker's arguments."""
        return ["picture", str(self.path.absolute()), *map(str, self.shape)]


class Outcome(msgspec.Struct, frozen=True):
    """What a worker says before its bytes.

    Attributes:
        shape: The shape of the uint8 picture that follows; () where nothing does.
        refused: Why it couldn't be done.
    """

    shape: tuple[int, ...] = ()
    refused: Text | None = None
