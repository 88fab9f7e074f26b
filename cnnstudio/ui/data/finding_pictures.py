"""Finding pictures: by part, class, words and what a person changed; pure functions of arrays."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.split import Indices
from cnnstudio.ui.data.collection import PART_NUMBERS, Collection

EVERYTHING, EXCLUDED = "all", "excluded"
"""Besides the parts: all pictures, and those left out."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pictures are looked for.

    Attributes:
        part: "train", "validation", "test", ``EXCLUDED`` or ``EVERYTHING``. Pictures left out are
            in the part they would be in.
        words: What is typed: every word must be in a picture's name or in that of its class, or
            be its number.
        changed: Whether only those count that a person relabelled or left out.
    """

    part: str = EVERYTHING
    words: str = ""
    changed: bool = False


class NameIndex:
    """The names of pictures as they are searched: one run of bytes in which cases don't matter.

    Making it takes about a second for a million names.

    Args:
        names: The names.
    """

    def __init__(self, names: Sequence[str]) -> None:
        joined = "\0".join(names)
        if joined.count("\0") >= max(len(names), 1):  # a table can name anything
            joined = "\0".join(name.replace("\0", " ") for name in names)
        self._text = plain(joined).encode()
        ends = np.flatnonzero(np.frombuffer(self._text, np.uint8) == 0)
        self._ends = np.append(ends, len(self._text))
        self._count = len(names)

    def containing(self, word: str) -> Mask:
        """Which names have `word` in them, shape (n,); it must be ``plain`` and not empty."""
        found = np.zeros(self._count, bool)
        hits = (hit.start() for hit in re.finditer(re.escape(word.encode()), self._text))
        found[np.searchsorted(self._ends, np.fromiter(hits, np.int64))] = True
        return found


def plain(text: str) -> str:
    """Text as it is compared: composed (a Mac's Hangul as anyone's) and without cases."""
    return unicodedata.normalize("NFC", text).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """The words that are searched for."""
    return tuple(plain(text).replace("\0", "").split())


def find(
    collection: Collection, wanted: Wanted, index: NameIndex | None, classes: Sequence[str]
) -> Indices:
    """The numbers of the pictures that are looked for, ascending.

    Args:
        collection: All pictures.
        wanted: Which of them.
        index: Their names; None where they have none.
        classes: What the classes are called on the screen.
    """
    found = _in_part(collection, wanted.part)
    if wanted.changed:
        found &= collection.changed
    for word in words_of(wanted.words):
        found &= _with_word(collection, word, index, classes)
    return np.flatnonzero(found)


def _in_part(collection: Collection, part: str) -> Mask:
    if part == EVERYTHING:
        return np.ones(len(collection), bool)
    if part == EXCLUDED:
        return collection.excluded.copy()
    inside: Mask = collection.parts == PART_NUMBERS[part]
    return inside


def _with_word(
    collection: Collection, word: str, index: NameIndex | None, classes: Sequence[str]
) -> Mask:
    fitting = np.array([word in plain(name) for name in classes], bool)
    found = fitting[collection.labels]
    digits = word.removeprefix("#").replace(",", "")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        found[collection.numbered(int(digits))] = True
    if index is not None:
        found |= index.containing(word)
    return found
