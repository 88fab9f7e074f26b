"""A network as volumes: each feature map a box in proportion to rows × columns × channels.

Rows go up, channels to the right, and columns recede at an angle with half their length, in
parallel projection: equal layers look equal. Vectors are bars. All lengths are logical pixels;
y points down, and the first layer of the main branch stands on y = 0.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.folding import exit_of, folded
from cnnstudio.core.shapes import Shape
from cnnstudio.core.volume_grid import Grid, grid_of
from cnnstudio.core.windows import Span

SMALLEST_ANGLE, LARGEST_ANGLE, USUAL_ANGLE = 20, 45, 30
GAP = 66.0
CAPTION = 84.0
"""The height of the three lines below a volume."""

_FORESHORTENING = 0.5
_LARGEST_SIDE, _LEAST_LINEAR = 220.0, 2.0
_LEAST_SIDE = 10.0
_BAR_WIDTH, _LEAST_BAR, _BAR_CELL = 14.0, 14.0, 46.0
_UNKNOWN = (60.0, 80.0)
_CAPTIONS_APART = 14.0
_LANES_APART = 28.0
_ARROW_UP, _LEAST_ARROW_UP = 23.0, 8.0
_START, _END, _END_AT_BOX = 6.0, 7.0, 22.0
_TURN_AFTER, _TURN_BEFORE = 18.0, 36.0  # how far beside volumes links turn
_ARC_APART = 14.0
_BRACKET_UP, _BRACKET_OUT = 33.0, 8.0
_LABEL_DOWN = 11.5

Point = tuple[float, float]
Polygon = tuple[Point, ...]


class Scale(StrEnum):
    """How lengths follow numbers."""

    LOG = "log"
    LINEAR = "linear"


class Form(StrEnum):
    """What a layer's output is drawn as."""

    BOX = "box"
    BAR = "bar"
    UNKNOWN = "unknown"


class Look(NamedTuple):
    """How a network is projected.

    Attributes:
        scale: How lengths follow numbers.
        angle: At how many degrees columns recede, 20 to 45.
    """

    scale: Scale = Scale.LOG
    angle: int = USUAL_ANGLE


USUAL = Look()


class Label(NamedTuple):
    """A number beside a volume.

    Attributes:
        text: The number; "?" where it isn't known.
        x: Where it is aligned.
        y: The middle of its line.
        align: −1 if it begins at x, 0 if x is its middle, 1 if it ends there.
    """

    text: str
    x: float
    y: float
    align: int


@dataclass(frozen=True, slots=True)
class Volume:
    """One layer's output.

    Attributes:
        id: The layer, or the collapsed block.
        form: Box, bar, or unknown.
        shape: Its output shape; () where it isn't known.
        x: The left edge of its front.
        y: The lower edge of its front.
        width: Its channels.
        height: Its rows, or the values of a vector.
        reach: How far its columns lead to the right.
        rise: How far they lead up.
        column: Its place along the network, from 0.
        lane: The branch it stands in; 0 is the main one.
    """

    id: str
    form: Form
    shape: Shape
    x: float
    y: float
    width: float
    height: float
    reach: float
    rise: float
    column: int
    lane: int

    @property
    def right(self) -> float:
        """Its rightmost x."""
        return self.x + self.width + self.reach

    @property
    def summit(self) -> float:
        """Its uppermost y."""
        return self.y - self.height - self.rise

    @property
    def middle(self) -> float:
        """The x its caption is centred on."""
        return (self.x + self.right) / 2

    @property
    def front(self) -> Polygon:
        """Rows and channels."""
        x, y, right, top = self.x, self.y, self.x + self.width, self.y - self.height
        return (x, y), (x, top), (right, top), (right, y)

    @property
    def top(self) -> Polygon:
        """Columns and channels."""
        x, right, top = self.x, self.x + self.width, self.y - self.height
        up = top - self.rise
        return (x, top), (x + self.reach, up), (right + self.reach, up), (right, top)

    @property
    def side(self) -> Polygon:
        """Rows and columns: the feature map as a picture, from its upper left corner on."""
        return self.cells((0, self._rows), (0, self._columns))

    @property
    def outline(self) -> Polygon:
        """What it covers."""
        (a, b, _, d), up, reach = self.front, self.summit, self.reach
        if not reach:
            return self.front
        right = self.right
        return a, b, (self.x + reach, up), (right, up), (right, self.y - self.rise), d

    def cells(self, rows: Span, columns: Span) -> Polygon:
        """Some cells on its side, from their upper left corner on; for a bar some of its values."""
        tall, deep = self.height / self._rows, 1 / self._columns
        first, last = (n * tall for n in rows)
        near, far = (n * deep for n in columns)
        top = self.y - self.height
        x = self.x + self.width
        if self.form is not Form.BOX or not self.reach:
            x0, x1 = self.x, x
            return (x0, top + first), (x1, top + first), (x1, top + last), (x0, top + last)
        x0, x1 = x + near * self.reach, x + far * self.reach
        up0, up1 = near * self.rise, far * self.rise
        return (
            (x0, top + first - up0),
            (x1, top + first - up1),
            (x1, top + last - up1),
            (x0, top + last - up0),
        )

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and column on its side under a point; None elsewhere."""
        if self.form is not Form.BOX or not self.reach:
            return None
        deep = (x - self.x - self.width) / self.reach
        tall = (y - (self.y - self.height) + deep * self.rise) / self.height
        if not (0 <= deep < 1 and 0 <= tall < 1):
            return None
        return int(tall * self._rows), int(deep * self._columns)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The numbers of its shape."""
        middle, below = self.x + self.width / 2, self.y + _LABEL_DOWN
        if self.form is Form.UNKNOWN:
            return (Label("?", middle, self.y - self.height / 2, 0),)
        if self.form is Form.BAR:
            return (Label(f"{math.prod(self.shape):,}", middle, below, 0),)
        found = [
            Label(f"{self._channels}", middle, below, 0),
            Label(f"{self.shape[0]}", self.x - 6, self.y - 0.27 * self.height, 1),
        ]
        if self.reach:
            x, y = self.x + self.width + self.reach / 2, self.y - self.rise / 2
            found.append(Label(f"{self.shape[1]}", x + 8, y + 10, -1))
        return tuple(found)

    @property
    def _rows(self) -> int:
        return self.shape[0] if self.shape else 1

    @property
    def _columns(self) -> int:
        return self.shape[1] if len(self.shape) > 2 else 1

    @property
    def _channels(self) -> int:
        return math.prod(self.shape[2:]) if len(self.shape) > 2 else self.shape[-1]


class Arrow(NamedTuple):
    """A link, drawn along a line with right angles to its end.

    Attributes:
        source: The layer that gives.
        target: The layer that takes.
        points: Its corners; the last is its tip.
    """

    source: str
    target: str
    points: Polygon


class Bracket(NamedTuple):
    """What spans a part of the network from above.

    Attributes:
        part: 0 for the feature extractor, 1 for the classifier.
        left: Its left end.
        right: Its right end.
        y: Its line.
    """

    part: int
    left: float
    right: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A network as volumes.

    Attributes:
        volumes: By layer or collapsed block, from left to right.
        arrows: The links between them.
        brackets: Feature extractor and classifier, once there are both.
        layers: The layer whose output each volume is: of a block the one that leads on.
    """

    volumes: Mapping[str, Volume]
    arrows: tuple[Arrow, ...]
    brackets: tuple[Bracket, ...]
    layers: Mapping[str, str]


def draw(
    analysis: Analysis,
    look: Look = USUAL,
    sections: tuple[Iterable[str], Iterable[str]] | None = None,
    captions: Mapping[str, float] | None = None,
) -> Drawing:
    """Places every layer of a network as a volume; a collapsed block is one.

    Args:
        analysis: The network and what it comes to.
        look: How it is projected.
        sections: The layers of the feature extractor and of the classifier.
        captions: How wide the caption of each layer or block is; it gets as much room.
    """
    view = folded(analysis.network)
    grid = grid_of(view.network)
    layers = {
        id: exit_of(view.whole, view.blocks[id]) if id in view.blocks else id for id in grid.places
    }
    shapes = {
        id: analysis.nodes[layer].output for id, layer in layers.items() if layer in analysis.nodes
    }
    measure = _measure(shapes.values(), look.scale)
    sizes = {id: _sizes(shapes.get(id), measure, look.angle) for id in grid.places}
    lefts = _lefts(grid, sizes, captions or {})
    volumes: dict[str, Volume] = {}
    for id, (column, lane) in grid.places.items():
        form, width, height, reach, rise = sizes[id]
        left, room = lefts[column]
        x = left + (room - width - reach) / 2
        shape = shapes.get(id, ())
        volumes[id] = Volume(id, form, shape, x, 0.0, width, height, reach, rise, column, lane)
    volumes, arrows = _Links(grid, volumes).routed()
    return Drawing(volumes, arrows, _brackets(volumes, arrows, layers, sections), layers)


# --- lengths -------------------------------------------------------------------------------------


class _Measure(NamedTuple):
    """From numbers to lengths: rows and columns, channels, values of a vector."""

    side: Callable[[int], float]
    channels: Callable[[int], float]
    bar: Callable[[int], float]


_LOG = _Measure(
    side=lambda n: max(40 * math.log2(n), _LEAST_SIDE),
    channels=lambda n: 10 + 14 * math.log2(n),
    bar=lambda n: max(18 * math.log2(n), _LEAST_BAR),
)


def _measure(shapes: Iterable[Shape], scale: Scale) -> _Measure:
    """On the linear scale the longest side of all boxes is 220, and so is the longest vector."""
    if scale is Scale.LOG:
        return _LOG
    side = values = 1
    for shape in shapes:
        if len(shape) > 1:
            side = max(side, *shape[:2], math.prod(shape[2:]))
        else:
            values = max(values, math.prod(shape))
    unit, share = _LARGEST_SIDE / side, _LARGEST_SIDE / values

    def length(n: int) -> float:
        return max(n * unit, _LEAST_LINEAR)

    return _Measure(length, length, lambda n: max(n * share, _LEAST_LINEAR))


_Sizes = tuple[Form, float, float, float, float]


def _sizes(shape: Shape | None, measure: _Measure, angle: int) -> _Sizes:
    """Form, width, height, reach and rise of a layer's output."""
    if shape is None:
        return Form.UNKNOWN, *_UNKNOWN, 0.0, 0.0
    if len(shape) < 2:
        return Form.BAR, _BAR_WIDTH, measure.bar(math.prod(shape)), 0.0, 0.0
    if len(shape) == 2:
        return Form.BOX, measure.channels(shape[1]), measure.side(shape[0]), 0.0, 0.0
    deep = measure.side(shape[1]) * _FORESHORTENING
    slant = math.radians(angle)
    return (
        Form.BOX,
        measure.channels(math.prod(shape[2:])),
        measure.side(shape[0]),
        deep * math.cos(slant),
        deep * math.sin(slant),
    )


def _lefts(
    grid: Grid, sizes: Mapping[str, _Sizes], captions: Mapping[str, float]
) -> list[tuple[float, float]]:
    """The left edge and the width of every column."""
    rooms = [0.0] * grid.columns
    for id, (column, _) in grid.places.items():
        form, width, _height, reach, _rise = sizes[id]
        least = _BAR_CELL if form is Form.BAR else width + reach
        caption = captions.get(id, 0.0) - GAP + _CAPTIONS_APART
        rooms[column] = max(rooms[column], least, caption)
    lefts = []
    x = 0.0
    for room in rooms:
        lefts.append((x, room))
        x += room + GAP
    return lefts


# --- links ---------------------------------------------------------------------------------------


class _Links:
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


# --- brackets ------------------------------------------------------------------------------------


def _brackets(
    volumes: Mapping[str, Volume],
    arrows: Iterable[Arrow],
    layers: Mapping[str, str],
    sections: tuple[Iterable[str], Iterable[str]] | None,
) -> tuple[Bracket, ...]:
    """Above everything. Vectors between feature maps belong to the feature extractor."""
    if sections is None:
        return ()
    maps, vectors = (
        [volumes[id] for id, layer in layers.items() if layer in ids]
        for ids in map(frozenset, sections)
    )
    if not maps:
        return ()
    end = max(v.right for v in maps)
    vectors = [v for v in vectors if v.x > end]
    if not vectors:
        return ()
    summit = min(v.summit for v in volumes.values())
    summit = min([summit, *(y for arrow in arrows for _, y in arrow.points)])
    y = summit - _BRACKET_UP
    found = []
    for part, group in enumerate((maps, vectors)):
        half = _BAR_CELL / 2 + _BRACKET_OUT
        left = min(min(v.x, v.middle - half) for v in group)
        right = max(max(v.right, v.middle + half) for v in group)
        found.append(Bracket(part, left, right, y))
    return tuple(found)
