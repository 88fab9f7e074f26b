"""The way each link takes round the cards. No Qt: only numbers."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from cnnstudio.core.network import Link
from cnnstudio.ui.canvas.geometry import (
    CARD_HEIGHT,
    GAP,
    Curve,
    Path,
    Places,
    Point,
    Rect,
    card_rect,
    direct,
    input_port,
    line,
    output_port,
)

LANE = 24.0
_CROSSING = 4 * LANE  # so much longer may a way be that crosses one link less


def routes(links: Iterable[Link], places: Places, ports: Mapping[str, int]) -> dict[Link, Path]:
    """The path of every link whose two ends stand on the canvas.

    A link with cards in its way, or one that goes up, goes down beside them: in the column of one
    of its ends where that is free, else outside, on the nearer side. Several on one side are
    nested, the shortest innermost.

    Args:
        links: The links.
        places: Where each layer's card stands.
        ports: How many input ports each layer shows (1 where absent).
    """
    links = list(links)
    field = _Field(places)
    inputs = Counter((link.target, link.slot) for link in links)
    found: dict[Link, Path] = {}
    blocked: list[tuple[float, Link, Point, Point]] = []
    for link in links:
        if link.source not in places or link.target not in places:
            continue
        start = output_port(places[link.source])
        end = input_port(
            places[link.target], link.slot, max(ports.get(link.target, 1), link.slot + 1)
        )
        if end.y < start.y or field.blocks(start, end):
            blocked.append((abs(end.y - start.y), link, start, end))
        else:
            found[link] = direct(start, end)
    lanes = _Lanes(field)
    for _, link, start, end in sorted(blocked, key=lambda b: (b[0], b[1])):
        beside = _crossed(link, inputs, ports)
        found[link] = around(start, end, lanes.take(start, end, beside))
    return found


def around(start: Point, end: Point, lane: float) -> Path:
    """A link that leaves the chain, runs along x = `lane` and comes back above `end`."""
    half = GAP / 2
    corners = [
        start,
        Point(start.x, start.y + half),
        Point(lane, start.y + half),
        Point(lane, end.y - half),
        Point(end.x, end.y - half),
        end,
    ]
    return _rounded(corners, half)


def _rounded(corners: Sequence[Point], radius: float) -> Path:
    """A polyline with its corners rounded."""
    curves: list[Curve] = []
    here = corners[0]
    for corner, after in pairwise(corners[1:]):
        r = min(radius, math.dist(here, corner), math.dist(corner, after) / 2)
        enter, leave = _towards(corner, here, r), _towards(corner, after, r)
        if math.dist(here, enter) > 1e-6:
            curves.append(line(here, enter))
        if r > 0:
            curves.append(Curve(enter, _towards(corner, enter, 0.45 * r),
                                _towards(corner, leave, 0.45 * r), leave))  # fmt: skip
        here = leave
    curves.append(line(here, corners[-1]))
    return tuple(curves)


def _towards(a: Point, b: Point, by: float) -> Point:
    length = math.dist(a, b)
    if length == 0:
        return a
    return Point(a.x + (b.x - a.x) * by / length, a.y + (b.y - a.y) * by / length)


def _crossed(
    link: Link, inputs: Mapping[tuple[str, int], int], ports: Mapping[str, int]
) -> tuple[int, int]:
    """How many other links into the same layer end left and right of this one."""
    used = [slot for slot in range(ports.get(link.target, 1)) if inputs[link.target, slot]]
    return sum(slot < link.slot for slot in used), sum(slot > link.slot for slot in used)


class _Field:
    """The cards, sorted so that those in a strip are found quickly."""

    def __init__(self, places: Places) -> None:
        self._rects = sorted((card_rect(p) for p in places.values()), key=lambda r: r.y)
        self._tops = [r.y for r in self._rects]

    def strip(self, top: float, bottom: float) -> list[Rect]:
        """Cards with a part between two heights."""
        first = bisect_left(self._tops, top - CARD_HEIGHT)
        return self._rects[first : bisect_right(self._tops, bottom)]

    def blocks(self, start: Point, end: Point) -> bool:
        """Whether a card stands between the two ends."""
        left, right = min(start.x, end.x), max(start.x, end.x)
        return any(
            r.x <= right and r.right >= left and start.y < r.centre.y < end.y
            for r in self.strip(start.y, end.y)
        )

    def meeting(self, corridor: Rect) -> list[Rect]:
        """Cards a corridor runs through."""
        strip = self.strip(corridor.y, corridor.bottom)
        return [r for r in strip if r.meets(corridor)]


class _Lanes:
    """The lanes that are taken, and the next one to take."""

    def __init__(self, field: _Field) -> None:
        self._field = field
        self._taken: dict[int, list[Rect]] = defaultdict(list)

    def take(self, start: Point, end: Point, crossed: tuple[int, int] = (0, 0)) -> float:
        """The x along which a link goes from one height to the other.

        Args:
            start: Where it comes from.
            end: Where it goes.
            crossed: How many other links into the same layer it would cross from the left, and
                from the right.
        """
        lane = self._choose(start, end, crossed)
        self._taken[int(lane // LANE)].append(_corridor(lane, start, end))
        return lane

    def _choose(self, start: Point, end: Point, crossed: tuple[int, int]) -> float:
        if end.y > start.y:
            for x in (start.x, end.x):
                corridor = _corridor(x, start, end)
                if self._is_free(corridor) and not self._field.meeting(corridor):
                    return x
        found = []
        for step, others in ((LANE, crossed[1]), (-LANE, crossed[0])):
            lane = self._outside(start, end, step)
            cost = abs(lane - start.x) + abs(lane - end.x) + others * _CROSSING
            found.append((cost, -step, lane))
        return min(found)[2]

    def _outside(self, start: Point, end: Point, step: float) -> float:
        """The first lane on one side (the sign of `step`) with no card in it."""
        strip = self._field.strip(*sorted((start.y + 1, end.y - 1)))
        near = [r for r in strip if r.x - LANE < start.x < r.right + LANE] or strip
        edges = [r.right if step > 0 else r.x for r in near]
        outermost = max if step > 0 else min
        lane = outermost([*edges, start.x, end.x]) + step
        while True:
            corridor = _corridor(lane, start, end)
            if hit := self._field.meeting(corridor):
                lane = outermost(r.right if step > 0 else r.x for r in hit) + step
            elif self._is_free(corridor):
                return lane
            else:
                lane += step

    def _is_free(self, corridor: Rect) -> bool:
        at = int(corridor.centre.x // LANE)
        return not any(
            corridor.meets(other)
            for lane in (at - 1, at, at + 1)
            for other in self._taken.get(lane, ())
        )


def _corridor(lane: float, start: Point, end: Point) -> Rect:
    top, bottom = min(start.y, end.y) + 1, max(start.y, end.y) - 1
    return Rect(lane - LANE / 2 + 1, top, LANE - 2, max(bottom - top, 0.0))
