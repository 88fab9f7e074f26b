"""Where the pictures of a grid lie: sections below one another, equal tiles in rows in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import PANEL_PADDING


@dataclass(frozen=True, slots=True)
class Section:
    """A run of pictures under one heading.

    Attributes:
        title: The heading; "" for none.
        note: Something short beside it, muted.
        start: The index of its first picture.
        count: How many it has.
    """

    title: Text | str
    note: Text | str
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Measures:
    """The sizes of a grid, in logical pixels.

    Attributes:
        width: The room from the left edge to the right one.
        tile: The side of a picture.
        gap: The room between two.
        caption: The height of what is written under each; 0 for nothing.
        heading: The height of a section's heading.
    """

    width: int
    tile: int
    gap: int
    caption: int
    heading: int


class GridLayout:
    """The places of pictures, as if the whole grid were seen from its upper left corner.

    An *index* is what a picture is asked for by; its *position* counts through all sections, so
    that the picture after it on the screen has the next one. No two sections share an index.

    Args:
        sections: What is shown, from top to bottom.
        measures: How large.
    """

    def __init__(self, sections: Sequence[Section], measures: Measures) -> None:
        m = self.measures = measures
        self.sections = tuple(sections)
        self.columns = max(1, (m.width - 2 * PANEL_PADDING + m.gap) // (m.tile + m.gap))
        self.row_height = m.tile + m.gap + m.caption
        rows = [-(-section.count // self.columns) for section in self.sections]
        heights = [
            self.heading(section) + count * self.row_height
            for section, count in zip(self.sections, rows, strict=True)
        ]
        self._tops = [*accumulate(heights, initial=PANEL_PADDING)]
        self._before = [*accumulate((s.count for s in self.sections), initial=0)]
        self._rows_before = [*accumulate(rows, initial=0)]
        starts = [section.start for section in self.sections]
        self._by_start = sorted(range(len(starts)), key=starts.__getitem__)
        self._starts = [starts[at] for at in self._by_start]
        self.count = self._before[-1]
        self.height = self._tops[-1] + PANEL_PADDING

    def heading(self, section: Section) -> int:
        """The height of a section's heading; 0 for a section without a title."""
        return self.measures.heading if section.title else 0

    # ------------------------------------------------------------------------------ positions

    def position(self, index: int) -> int:
        """The position of the picture with this index; −1 if it isn't shown."""
        number = self.section_of(index)
        return -1 if number < 0 else self._before[number] + index - self.sections[number].start

    def index(self, position: int) -> int:
        """The index of the picture at a position, 0 ≤ position < ``count``."""
        number = bisect_right(self._before, position) - 1
        return self.sections[number].start + position - self._before[number]

    def section_of(self, index: int) -> int:
        """Which section shows the picture with this index; −1 for none."""
        at = bisect_right(self._starts, index) - 1
        if at < 0:
            return -1
        section = self.sections[self._by_start[at]]
        return self._by_start[at] if index < section.start + section.count else -1

    def below(self, position: int, rows: int) -> int:
        """The position some rows further down (or up), in the same column where there is one."""
        number = bisect_right(self._before, position) - 1
        row, column = divmod(position - self._before[number], self.columns)
        there = max(0, min(self._rows_before[number] + row + rows, self._rows_before[-1] - 1))
        number = bisect_right(self._rows_before, there) - 1
        first = (there - self._rows_before[number]) * self.columns
        return self._before[number] + min(first + column, self.sections[number].count - 1)

    def between(self, one: int, other: int) -> NDArray[np.int64]:
        """The indices of all pictures from one position to another, both included."""
        low, high = min(one, other), max(one, other) + 1
        runs = [np.zeros(0, np.int64)]
        for number in range(bisect_right(self._before, low) - 1, len(self.sections)):
            before, section = self._before[number], self.sections[number]
            if before >= high:
                break
            first, last = max(low - before, 0), min(high - before, section.count)
            runs.append(np.arange(section.start + first, section.start + last))
        return np.concatenate(runs)

    # -------------------------------------------------------------------------------- places

    def place(self, position: int) -> QRect:
        """Where the picture at a position is, without its caption."""
        number = bisect_right(self._before, position) - 1
        row, column = divmod(position - self._before[number], self.columns)
        tile, step = self.measures.tile, self.measures.tile + self.measures.gap
        top = self._first_row(number) + row * self.row_height
        return QRect(PANEL_PADDING + column * step, top, tile, tile)

    def headings(self, area: QRect) -> Iterator[tuple[Section, int]]:
        """The sections whose headings reach into an area, and where their headings begin."""
        for number in self._sections_in(area):
            section = self.sections[number]
            if self.heading(section) and self._tops[number] + self.heading(section) > area.top():
                yield section, self._tops[number]

    def tiles(self, area: QRect) -> list[tuple[int, QRect]]:
        """The pictures whose rows reach into an area: index and place, in their order."""
        found: list[tuple[int, QRect]] = []
        tile, step = self.measures.tile, self.measures.tile + self.measures.gap
        for number in self._sections_in(area):
            section, base = self.sections[number], self._first_row(number)
            for row in self._rows_in(number, area, self.row_height):
                top, first = base + row * self.row_height, row * self.columns
                for column in range(min(self.columns, section.count - first)):
                    place = QRect(PANEL_PADDING + column * step, top, tile, tile)
                    found.append((section.start + first + column, place))
        return found

    def touched(self, area: QRect) -> NDArray[np.int64]:
        """The indices of the pictures that an area covers a part of."""
        tile, step = self.measures.tile, self.measures.tile + self.measures.gap
        left, right = area.left() - PANEL_PADDING, area.right() - PANEL_PADDING
        first, last = max(0, (left - tile) // step + 1), min(self.columns - 1, right // step)
        columns = np.arange(first, last + 1)
        runs = [np.zeros(0, np.int64)]
        for number in self._sections_in(area):
            section, rows = self.sections[number], self._rows_in(number, area, tile)
            inside = (np.array(rows, np.int64)[:, None] * self.columns + columns).reshape(-1)
            runs.append(section.start + inside[inside < section.count])
        return np.concatenate(runs)

    def _sections_in(self, area: QRect) -> range:
        first = max(0, bisect_right(self._tops, area.top()) - 1)
        last = bisect_right(self._tops, area.bottom())
        return range(first, min(last, len(self.sections)))

    def _rows_in(self, number: int, area: QRect, depth: int) -> range:
        """The rows of a section of which the first `depth` pixels reach into an area."""
        base, rows = self._first_row(number), -(-self.sections[number].count // self.columns)
        first = max(0, (area.top() - base - depth) // self.row_height + 1)
        return range(first, min(rows, (area.bottom() - base) // self.row_height + 1))

    def _first_row(self, number: int) -> int:
        return self._tops[number] + self.heading(self.sections[number])
