"""What a project knows of a person's own pictures: facts, so that nothing has to be read for them.

The pictures stay where they are. What a scan found there is a *catalogue* in the cache, named by
its digest; these facts name it.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

SOURCE = "imported"
"""``data.source`` of a project whose pictures are the person's own."""

POOL = "all"
"""The one pool of a person's own data."""

FREE, TRAIN, VALIDATION, TEST = range(4)
"""The values of `given`: what the source says about the part a picture belongs to."""

_DIGEST = re.compile(r"[0-9a-f]{16,64}")


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a person's own data.

    Attributes:
        path: The folder or file: absolute in memory, in a project file relative where it can be.
        kind: What it is: "folder", "archive", "csv", "npz", "idx", "cifar10", "cifar100", …
        title: What it is called.
        digest: Names the catalogue in the cache; hexadecimal.
        classes: The names of the classes, in the order of their labels.
        shape: (rows, columns, channels) the pictures have where the project asks for no size.
        uniform: Whether every picture has these rows and columns itself, so that no fit matters.
        counts: Pictures by `given`: free, train, validation, test.
        options: Answers given when it was read, such as {"x": "images"}.
        extra: Unknown keys of the project file, kept.
    """

    path: str
    kind: str = "folder"
    title: str = ""
    digest: str = ""
    classes: tuple[str, ...] = ()
    shape: tuple[int, int, int] = (0, 0, 0)
    uniform: bool = False
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    options: dict[str, Any] = {}
    extra: dict[str, Any] = {}

    @property
    def pictures(self) -> int:
        """How many pictures there are."""
        return sum(self.counts)


def is_digest(text: str) -> bool:
    """Whether `text` can name a catalogue; a project file may hold anything, such as a path."""
    return _DIGEST.fullmatch(text) is not None
