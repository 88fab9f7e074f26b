"""All pictures of the data under one numbering, and what is known of each of them now."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, compress, pairwise

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.cache import let_go
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.division import PARTS, Division
from cnnstudio.core.data.parts import Labelled, with_channels
from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import Text

PART_NUMBERS = {part: number for number, part in enumerate(PARTS)}
"""The numbers of the parts in ``Collection.parts``."""
_NOWHERE = 255
_AROUND = 1 << 16  # bytes that a system maps along with what is read
_MOST_MAPPED = 32 << 20
_MANY = 8  # where a picture in this many is named, reading all names is quicker


class Pooled:
    """The pictures of several pools in a row, as the network gets them but for the scaling.

    Nothing is read before it is asked for, and what was read doesn't stay in this process' memory.

    Args:
        pools: The pools, in their order.
        channels: The channels each picture is given, 1 or 3.
    """

    def __init__(self, pools: Mapping[str, Labelled], channels: int) -> None:
        self.names = tuple(pools)
        self.held = tuple(pools.values())
        self.channels = channels
        self._mapped = 0
        self.starts = tuple(accumulate((len(each.labels) for each in self.held), initial=0))

    def __getitem__(self, number: int, /) -> NDArray[np.uint8]:
        pool, index = self.at(number)
        stored = self.held[pool].pictures[index : index + 1]
        picture: NDArray[np.uint8] = with_channels(stored, self.channels)[0]
        self._mapped += stored.nbytes + _AROUND
        if self._mapped > _MOST_MAPPED:
            self._mapped = 0
            for each in self.held:
                let_go(each.pictures)
        return picture

    def __len__(self) -> int:
        return self.starts[-1]

    def at(self, number: int) -> tuple[int, int]:
        """Which pool a picture is in, and its index there.

        Raises:
            IndexError: For a number that no picture has.
        """
        if not 0 <= number < len(self):
            raise IndexError(number)
        pool = bisect_right(self.starts, number) - 1
        return pool, number - self.starts[pool]


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """All pictures, pool after pool; a picture's *number* counts through all of them.

    Attributes:
        facts: The dataset.
        pictures: The pictures by their numbers.
        labels: int32, shape (n,): their labels as the person corrected them.
        original: int32, shape (n,): what the source says.
        parts: uint8, shape (n,): ``PART_NUMBERS`` of the part they are in, or would be in.
        excluded: bool, shape (n,): which are left out.
    """

    facts: Dataset
    pictures: Pooled
    labels: NDArray[np.int32]
    original: NDArray[np.int32]
    parts: NDArray[np.uint8]
    excluded: NDArray[np.bool_]

    @classmethod
    def of(cls, facts: Dataset, pictures: Pooled, division: Division) -> Collection:
        """The pictures of some pools as they are divided now."""
        count, starts = len(pictures), dict(zip(pictures.names, pictures.starts, strict=False))
        parts, excluded = np.full(count, _NOWHERE, np.uint8), np.zeros(count, bool)
        for part, number in PART_NUMBERS.items():
            start = starts.get(division.pools[part], 0)
            parts[start + division.chosen[part]] = number
            parts[start + division.excluded[part]] = number
            excluded[start + division.excluded[part]] = True
        labels = [division.labels[name] for name in pictures.names]
        original = [pool.labels.astype(np.int32) for pool in pictures.held]
        return cls(
            facts, pictures, np.concatenate(labels), np.concatenate(original), parts, excluded
        )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Which pictures a person relabelled or left out, shape (n,)."""
        changed: NDArray[np.bool_] = self.excluded | (self.labels != self.original)
        return changed

    def part(self, number: int) -> str:
        """The part a picture is in, or would be in if it weren't left out; "" for none."""
        at = int(self.parts[number])
        return PARTS[at] if at < len(PARTS) else ""

    def class_name(self, number: int) -> Text | str:
        """The class of a picture."""
        return self.facts.classes[int(self.labels[number])]

    def own_number(self, number: int) -> int:
        """A picture's number in its pool, which is what a person sees."""
        return self.pictures.at(number)[1]

    def numbered(self, own: int) -> list[int]:
        """The pictures with this number in their pools."""
        starts = self.pictures.starts
        sizes = pairwise(starts)
        return [start + own for start, end in sizes if 0 <= own < end - start]

    def key(self, number: int) -> str:
        """What edits call a picture: its name, or its pool and number."""
        pool, index = self.pictures.at(number)
        return self.pictures.held[pool].names[index]

    def keys(self, numbers: Indices) -> list[str]:
        """What edits call some pictures, in ascending order."""
        if len(numbers) * _MANY < len(self):
            return [self.key(int(number)) for number in np.sort(numbers)]
        wanted = np.zeros(len(self), bool)
        wanted[numbers] = True
        names = chain.from_iterable(pool.names for pool in self.pictures.held)
        return list(compress(names, wanted.tolist()))

    @property
    def names(self) -> Sequence[str] | None:
        """The names of the pictures' files; None where they have none."""
        return self.pictures.held[0].names if self.facts.own is not None else None

    def name(self, number: int) -> str:
        """The name of a picture's file, or "#17" where it has none."""
        return f"#{self.own_number(number):,}" if self.names is None else self.names[number]
