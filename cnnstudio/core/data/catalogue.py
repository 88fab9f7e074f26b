"""What a scan found: every picture's name, label, own size and fingerprints; immutable.

A catalogue is called by the SHA-256 of what it says, and the place of the data is no part of that:
the same pictures scanned on another disk or another computer give the same catalogue. Where they
were found is kept apart (``core.data.whereabouts``). It is opened memory-mapped, so that a million
pictures cost a window next to nothing.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from cnnstudio.core.data.cache import cache_folder
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.packed import Names, joined, open_packed, write_packed
from cnnstudio.core.data.questions import Question
from cnnstudio.core.data.whereabouts import Changes, changes_at, newest_place, place_of
from cnnstudio.core.text import Text

ANIMATED, TURNED, DEEP, TRANSPARENT, CMYK, MISNAMED = (1 << bit for bit in range(6))
"""The bits of ``Catalogue.flags``: only the first of several frames or pages was taken; turned
upright by its EXIF orientation; more than 8 bits a channel scaled down; has transparent parts,
which became black; was CMYK; its name's ending says another format than its content."""

_DAY = 86400.0  # seconds


class Refused(msgspec.Struct, frozen=True):
    """A file that was left out.

    Attributes:
        name: Its name, as a picture's would be: valid Unicode.
        reason: Why, and what helps, without the name.
    """

    name: str
    reason: Text


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Catalogue:
    """What a scan found, read-only. Pictures are in the order of the pool "all".

    Attributes:
        facts: Kind, classes, shape, counts … as a project keeps them; title and path are those of
            the place where these pictures were seen last, "" if that isn't known here.
        names: A name for each picture, such as "cats/1.jpg": unique, valid Unicode.
        labels: int32, shape (n,).
        given: uint8, shape (n,): the part the source says, 0 free, 1 train, 2 validation, 3 test.
        sizes: uint32, shape (n, 2): own rows and columns, upright.
        digests: uint64, shape (n, 2): equal for pictures that are equal, pixel by pixel.
        looks: uint64, shape (n,): a difference hash. Pictures that look alike differ in few of its
            64 bits: each says whether a cell of the picture, shrunk to 8 rows of 9 grey cells, is
            darker than the one to its right.
        flags: uint8, shape (n,): ``ANIMATED``, ``TURNED`` …
        modes: How many pictures the files have in each of Pillow's modes.
        refused: The files that were left out, made when they are asked for.
        ignored: How many files nobody misses were passed over, such as ``.DS_Store``.
        notes: What was found and converted, for a person to read.
        questions: What was assumed (the guess of each), and may be answered otherwise.
    """

    facts: Imported
    names: Sequence[str]
    labels: NDArray[np.int32]
    given: NDArray[np.uint8]
    sizes: NDArray[np.uint32]
    digests: NDArray[np.uint64]
    looks: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    modes: dict[str, int]
    refused: Sequence[Refused]
    ignored: int
    notes: tuple[Text, ...] = ()
    questions: tuple[Question, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


def open_catalogue(digest: str) -> Catalogue | None:
    """Opens the catalogue of this digest memory-mapped; None if the cache hasn't got it whole.

    One that isn't opened for 90 days is removed some day.
    """
    path = catalogue_path(digest)
    packed = open_packed(path)
    if packed is None or packed.digest != digest:
        return None
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > _DAY:
            os.utime(path)
    header = msgspec.json.decode(packed.header, type=_Header)
    arrays = packed.arrays
    place = newest_place(digest)
    return Catalogue(
        facts=replace(
            header.facts,
            digest=digest,
            path=place.path if place else "",
            title=place.title if place else "",
        ),
        names=Names(arrays["names"], arrays["ends"]),
        labels=arrays["labels"],
        given=arrays["given"],
        sizes=arrays["sizes"],
        digests=arrays["digests"],
        looks=arrays["looks"],
        flags=arrays["flags"],
        modes=header.modes,
        refused=_Refusals(
            Names(arrays["refused"], arrays["refused_ends"]),
            arrays["refused_reasons"],
            header.reasons,
        ),
        ignored=header.ignored,
        notes=header.notes,
        questions=header.questions,
    )


def catalogue_of(path: Path, options: Mapping[str, Any]) -> str | None:
    """The digest of the newest scan of a source, as far as the cache still has it.

    Args:
        path: The folder or file.
        options: The answers it was read with.
    """
    place = place_of(path, options)
    return place.digest if place and catalogue_path(place.digest).exists() else None


def changes(catalogue: Catalogue, path: Path | None = None) -> Changes:
    """What happened to the files since they were scanned, by their sizes and times.

    Looks at every file's entry and opens none: about a second for 100,000 files.

    Args:
        catalogue: What the scan found.
        path: Where the data is; where they were seen last if None.
    """
    facts = catalogue.facts
    return changes_at(path or Path(facts.path), facts.digest, facts.options)


def catalogue_path(digest: str) -> Path:
    """Where the cache keeps the catalogue of this digest."""
    return cache_folder() / "catalogues" / f"{digest}.catalogue"


def write_catalogue(path: Path, catalogue: Catalogue) -> str:
    """Writes a catalogue to a new file and returns its digest."""
    reasons: dict[bytes, tuple[int, Text]] = {}
    numbers = [
        reasons.setdefault(msgspec.json.encode(one.reason), (len(reasons), one.reason))[0]
        for one in catalogue.refused
    ]
    header = _Header(
        facts=replace(catalogue.facts, digest="", path="", title=""),
        modes=catalogue.modes,
        reasons=[reason for _, reason in reasons.values()],
        ignored=catalogue.ignored,
        notes=catalogue.notes,
        questions=catalogue.questions,
    )
    names, ends = joined(name.encode() for name in catalogue.names)
    refused, refused_ends = joined(one.name.encode() for one in catalogue.refused)
    arrays: dict[str, NDArray[Any]] = {
        "names": names,
        "ends": ends,
        "labels": catalogue.labels,
        "given": catalogue.given,
        "sizes": catalogue.sizes,
        "digests": catalogue.digests,
        "looks": catalogue.looks,
        "flags": catalogue.flags,
        "refused": refused,
        "refused_ends": refused_ends,
        "refused_reasons": np.array(numbers, np.int32),
    }
    return write_packed(path, msgspec.json.encode(header, order="deterministic"), arrays)


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    facts: Imported
    modes: dict[str, int]
    reasons: list[Text]
    ignored: int
    notes: tuple[Text, ...] = ()
    questions: tuple[Question, ...] = ()


class _Refusals(Sequence[Refused]):
    """Refused files: names, and the number of the reason that each of them has."""

    def __init__(self, names: Names, numbers: NDArray[np.int32], reasons: list[Text]) -> None:
        self._names = names
        self._numbers = numbers
        self._reasons = reasons

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, index: int) -> Refused: ...
    @overload
    def __getitem__(self, index: slice) -> list[Refused]: ...
    def __getitem__(self, index: int | slice) -> Refused | list[Refused]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return Refused(self._names[index], self._reasons[int(self._numbers[index])])
