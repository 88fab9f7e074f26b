"""Stored arrays, understood and put together: the pictures of one part after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import overload

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.catalogue import Refused
from cnnstudio.core.data.questions import Options, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text
from cnnstudio.decode.faults import unusable
from cnnstudio.decode.sources.labels import coded
from cnnstudio.decode.sources.layout import Layout, layout_of
from cnnstudio.decode.sources.listing import FREE, TEST, TRAIN, VALIDATION, Arrays, Tell
from cnnstudio.decode.sources.pixels import Stored, as_bytes, measure, values_of

NAMES = {FREE: "pictures", TRAIN: "train", VALIDATION: "validation", TEST: "test"}
"""What the pictures of a part are called, by `given`."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Pictures and labels that belong together.

    Attributes:
        given: The part the source says they are.
        pictures, labels: The arrays as stored.
        where, where_labels: What they are called and in which file, to begin a sentence with.
        first: The number of the first picture, where several arrays are one part.
    """

    given: int
    pictures: Stored
    labels: Stored
    where: Text | str
    where_labels: Text | str
    first: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """What the pictures come from.

    Attributes:
        kind: As ``Arrays.kind``.
        files: As ``Arrays.files``.
        names: Names of the classes by label, where it has them.
        options: The answers it was read with.
        notes: What was found already.
        questions: What was assumed already.
    """

    kind: str
    files: tuple[str, ...]
    names: Sequence[str] = ()
    options: Options | None = None
    notes: tuple[Text, ...] = ()
    questions: tuple[Question, ...] = ()


class Numbered(Sequence[str]):
    """Names such as "train/17", made when they are asked for.

    Args:
        runs: For each part its name and the numbers of its pictures.
    """

    def __init__(self, runs: Sequence[tuple[str, NDArray[np.intp]]]) -> None:
        self._runs = runs
        self._ends = list(accumulate(len(numbers) for _, numbers in runs))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        run = bisect_right(self._ends, position)
        prefix, numbers = self._runs[run]
        return f"{prefix}/{numbers[position - (self._ends[run - 1] if run else 0)]}"

    def __iter__(self) -> Iterator[str]:
        for prefix, numbers in self._runs:
            yield from (f"{prefix}/{number}" for number in numbers.tolist())


def assembled(source: Source, parts: Sequence[Part], tell: Tell) -> Arrays:
    """Understands the parts together, for their pictures have one shape, range and set of classes.

    Raises:
        BadInput: When they aren't pictures with labels, or don't belong together.
        Ask: When something can't be told.
    """
    options = source.options or {}
    for part in parts:
        _check_lengths(part)
    layouts = _layouts(parts, options)
    labels = coded([(part.where_labels, part.labels) for part in parts], source.names, options)
    stored = [part.pictures for part in parts]
    measured = measure(stored, tell)
    values = values_of(stored, measured, options, parts[0].where)
    keep, refused = _kept(parts, labels.codes, measured.bad)
    notes = [*source.notes, *labels.notes, *(one.note for one in layouts), values.note]
    if layouts[0].channels == 4:
        notes.append(T("The fourth channel was taken as opacity; what is transparent is black."))

    def chunks() -> Iterator[NDArray[np.uint8]]:
        for part, layout, kept in zip(parts, layouts, keep, strict=True):
            yield from as_bytes(part.pictures, layout, values, kept)

    numbers = [np.flatnonzero(kept) for kept in keep]
    return Arrays(
        kind=source.kind,
        classes=labels.classes,
        names=Numbered(
            [
                (NAMES[part.given], some + part.first)
                for part, some in zip(parts, numbers, strict=True)
            ]
        ),
        labels=np.concatenate(
            [codes[some] for codes, some in zip(labels.codes, numbers, strict=True)]
        ),
        given=np.concatenate(
            [
                np.full(len(some), part.given, np.uint8)
                for part, some in zip(parts, numbers, strict=True)
            ]
        ),
        shape=layouts[0].shape,
        chunks=chunks,
        files=source.files,
        refused=refused,
        questions=tuple(
            one for one in (*source.questions, *labels.questions, values.question) if one
        ),
        notes=_once(notes),
        options=dict(options),
    )


def _once(notes: Sequence[Text | None]) -> tuple[Text, ...]:
    """The notes that there are, each once."""
    found: list[Text] = []
    for note in notes:
        if note is not None and note not in found:
            found.append(note)
    return tuple(found)


def _check_lengths(part: Part) -> None:
    pictures, labels = len(part.pictures), len(part.labels) if part.labels.ndim else 0
    if pictures != labels:
        raise BadInput(
            T(
                "{where} has {pictures} pictures, but {where_labels} has {labels} labels; every "
                "picture needs one. Choose two that belong together.",
                where=part.where,
                pictures=pictures,
                where_labels=part.where_labels,
                labels=labels,
            )
        )


def _layouts(parts: Sequence[Part], options: Options) -> list[Layout]:
    layouts = [layout_of(part.pictures.shape, options, part.where) for part in parts]
    first = parts[0]
    for part, layout in zip(parts, layouts, strict=True):
        if part.pictures.dtype.kind not in "biuf":
            raise unusable(part.where, T("it holds text where pictures belong."))
        alike = (layout.size, layout.channels) == (layouts[0].size, layouts[0].channels)
        if not alike or (part.pictures.dtype.kind == "f") != (first.pictures.dtype.kind == "f"):
            raise BadInput(
                T(
                    "{first} has {one}, but {second} has {other}; pictures that are used together "
                    "must be alike.",
                    first=first.where,
                    one=_described(first.pictures),
                    second=part.where,
                    other=_described(part.pictures),
                )
            )
    return layouts


def _described(array: Stored) -> str:
    return f"{'×'.join(map(str, array.shape))} {array.dtype.name}"


def _kept(
    parts: Sequence[Part], codes: Sequence[NDArray[np.int32]], bad: Sequence[NDArray[np.intp]]
) -> tuple[list[NDArray[np.bool_]], tuple[Refused, ...]]:
    """Which pictures of each part have a label and only finite values, and why the others don't."""
    keep: list[NDArray[np.bool_]] = []
    refused: list[Refused] = []
    unlabelled = T("It has no label.")
    infinite = T("It has values that are NaN or infinite.")
    for part, own, broken in zip(parts, codes, bad, strict=True):
        kept = own >= 0
        reasons = [(number, unlabelled) for number in np.flatnonzero(~kept).tolist()]
        reasons += [(number, infinite) for number in broken.tolist() if kept[number]]
        refused += [
            Refused(f"{NAMES[part.given]}/{part.first + number}", why) for number, why in reasons
        ]
        kept[broken] = False
        keep.append(kept)
    if not any(kept.any() for kept in keep):
        raise BadInput(T("{where} has no picture with a label.", where=parts[0].where))
    return keep, tuple(refused)
