"""Placing the layers of a network as volumes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.blocks.folding import exit_of, folded
from cnnstudio.core.shapes import Shape
from cnnstudio.core.volumes.grid import Grid, grid_of
from cnnstudio.core.volumes.links import Links
from cnnstudio.core.volumes.parts import USUAL, Arrow, Bracket, Drawing, Form, Look, Scale, Volume

GAP = 66.0

_FORESHORTENING = 0.5
_LARGEST_SIDE, _LEAST_LINEAR = 220.0, 2.0
_LEAST_SIDE = 10.0
_BAR_WIDTH, _LEAST_BAR, _BAR_CELL = 14.0, 14.0, 46.0
_UNKNOWN = (60.0, 80.0)
_CAPTIONS_APART = 14.0
_BRACKET_UP, _BRACKET_OUT = 33.0, 8.0


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
    volumes, arrows = Links(grid, volumes).routed()
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
