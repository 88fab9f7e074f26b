"""The ways of links between volumes, and the height of every lane.

A link runs along a lane in which no volume is in its way, or else over what it skips; several that
skip are nested, the shortest innermost.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping

from cnnstudio.core.volumes.grid import Grid
from cnnstudio.core.volumes.parts import CAPTION, Arrow, Form, Point, Volume

_LANES_APART = 28.0
_ARROW_UP, _LEAST_ARROW_UP = 23.0, 8.0
_START, _END, _END_AT_BOX = 6.0, 7.0, 22.0
_TURN_AFTER, _TURN_BEFORE = 18.0, 36.0  # how far beside volumes links turn
_ARC_APART = 14.0


class Links:
    """Finds a way for every link, and the height of every lane."""

    def __init__(self, grid: Grid, volumes: dict[str, Volume]) -> None:
        self._grid, self._volumes = grid, volumes
        self._in_lane: dict[int, list[int]] = {}  # sorted, as the volumes are
        for volume in volumes.values():
            self._in_lane.setdefault(volume.lane, []).append(volume.column)
        low = min((v.height for v in volumes.values()), default=0.0)
        self._up = max(_LEAST_ARROW_UP, min(_ARROW_UP, low / 2))
        self._edges = self._column_edges()

    def routed(self) -> tuple[dict[str, Volume], tuple[Arrow, ...]]:
        """The volumes on their lanes, and the arrows between them."""
        over: list[tuple[str, str]] = []
        direct: list[tuple[str, str]] = []
        for source, target in self._grid.links:
            blocked = self._lane_to_run_along(source, target) is None
            (over if blocked else direct).append((source, target))
        arcs = self._arcs(over)
        self._settle(arcs)
        arrows = [self._direct(*ends) for ends in direct]
        for ends, height in arcs.items():
            arrows.append(self._over(*ends, height))
        return self._volumes, tuple(arrows)

    def _column_edges(self) -> list[tuple[float, float]]:
        """The leftmost and the rightmost x of the volumes in each column."""
        edges = [(math.inf, -math.inf)] * self._grid.columns
        for v in self._volumes.values():
            left, right = edges[v.column]
            edges[v.column] = min(left, v.x), max(right, v.right)
        return edges

    def _is_free(self, lane: int, after: int, before: int) -> bool:
        """Whether no volume of a lane stands between two columns."""
        taken = self._in_lane[lane]
        following = bisect_right(taken, after)
        return following == len(taken) or taken[following] >= before

    def _lane_to_run_along(self, source: str, target: str) -> int | None:
        a, b = self._volumes[source], self._volumes[target]
        return next(
            (lane for lane in (a.lane, b.lane) if self._is_free(lane, a.column, b.column)), None
        )

    def _arcs(self, ends: list[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """How high above its lane's ground each link runs that goes over volumes."""
        skyline: dict[int, list[float]] = {}
        for v in self._volumes.values():
            heights = skyline.setdefault(v.lane, [0.0] * self._grid.columns)
            heights[v.column] = max(heights[v.column], v.height + v.rise)
        volumes = self._volumes

        def length(link: tuple[str, str]) -> int:
            return volumes[link[1]].column - volumes[link[0]].column

        found: dict[tuple[str, str], float] = {}
        for source, target in sorted(ends, key=length):
            a, b = volumes[source], volumes[target]
            heights = skyline[min(a.lane, b.lane)]
            span = slice(a.column, b.column + 1)
            height = max(heights[span]) + _ARC_APART
            heights[a.column + 1 : b.column] = [height] * (b.column - a.column - 1)
            found[source, target] = height
        return found

    def _settle(self, arcs: Mapping[tuple[str, str], float]) -> None:
        """Gives every lane its ground: below the captions of the lane above it.

        Only where branches stand beside each other; elsewhere everything is in the main lane.
        """
        volumes = self._volumes
        stretch = self._stretches()
        tall: dict[tuple[int, int], float] = {}
        for v in volumes.values():
            key = stretch[v.column], v.lane
            tall[key] = max(tall.get(key, 0.0), v.height + v.rise)
        for (source, target), height in arcs.items():
            lane = min(volumes[source].lane, volumes[target].lane)
            key = stretch[volumes[source].column], lane
            tall[key] = max(tall.get(key, 0.0), height)
        grounds: dict[tuple[int, int], float] = {}
        below: dict[int, float] = {}
        for where, lane in sorted(tall):
            ground = 0.0
            if lane:
                ground = below.get(where, 0.0) + CAPTION + _LANES_APART + tall[where, lane]
            grounds[where, lane] = below[where] = ground
        self._volumes = {
            id: _moved(v, grounds[stretch[v.column], v.lane]) for id, v in volumes.items()
        }

    def _stretches(self) -> list[int]:
        """A number for every column; columns whose branches belong together have the same."""
        numbers = []
        number = 0
        widest = self._grid.lanes
        for column in range(self._grid.columns):
            if column and not (widest[column] and widest[column - 1]):
                number += 1
            numbers.append(number)
        return numbers

    def _tip(self, target: Volume) -> Point:
        away = _END_AT_BOX if target.form is Form.BOX else _END
        return target.x - away, target.y - self._up

    def _direct(self, source: str, target: str) -> Arrow:
        a, b = self._volumes[source], self._volumes[target]
        start, tip = (a.right + _START, a.y - self._up), self._tip(b)
        if a.y == b.y:
            return Arrow(source, target, (start, tip))
        if self._lane_to_run_along(source, target) == a.lane:
            turn = self._edges[b.column][0] - _TURN_BEFORE
        else:
            turn = self._edges[a.column][1] + _TURN_AFTER
        return Arrow(source, target, (start, (turn, start[1]), (turn, tip[1]), tip))

    def _over(self, source: str, target: str, height: float) -> Arrow:
        """Over the volumes in between: from top to top where both stand in one lane."""
        a, b = self._volumes[source], self._volumes[target]
        if a.lane == b.lane:
            x0, x1, y = a.middle + 6, b.middle - 6, a.y - height
            return Arrow(source, target, ((x0, a.summit - 3), (x0, y), (x1, y), (x1, b.summit - 5)))
        upper = a if a.lane < b.lane else b
        y = upper.y - height
        start, tip = (a.right + _START, a.y - self._up), self._tip(b)
        out, into = self._edges[a.column][1] + _TURN_AFTER, self._edges[b.column][0] - _TURN_BEFORE
        corners = ((out, start[1]), (out, y), (into, y), (into, tip[1]))
        return Arrow(source, target, (start, *corners, tip))


def _moved(volume: Volume, ground: float) -> Volume:
    v = volume
    if not ground:
        return v
    return Volume(
        v.id, v.form, v.shape, v.x, ground, v.width, v.height, v.reach, v.rise, v.column, v.lane
    )
