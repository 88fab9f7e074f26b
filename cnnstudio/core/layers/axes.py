"""What layers share that work along axes of their input."""

from __future__ import annotations

from cnnstudio.core.layers.common import position
from cnnstudio.core.layers.spec import ShapeError, Shapes, Sight, Values, setting
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def positions(v: Values, inputs: Shapes) -> tuple[int, ...]:
    """Where the axes named by ``axis`` lie in the input's shape, in the order they are named.

    Raises:
        ShapeError: For an axis the input doesn't have, for the batch axis, and for one named twice
            (Keras sees that only when data flows).
    """
    axes = v["axis"] if isinstance(v["axis"], tuple) else (v["axis"],)
    found = tuple(position(axis, inputs[0]) for axis in axes)
    if len(set(found)) < len(found):
        raise ShapeError(
            T("{layer} names the same axis twice."),
            parameter="axis",
            fixes=(setting("axis", -1),),
        )
    return found


def along_axes(v: Values, inputs: Shapes) -> Shape:
    """The shape rule of a layer that works along axes and keeps its input's shape."""
    positions(v, inputs)
    return inputs[0]


def sight(v: Values, inputs: Shapes, output: Shape) -> Sight:
    """Along the channels alone a cell stays by itself; along anything else all are seen."""
    only_channels = len(output) > 1 and positions(v, inputs) == (len(output) - 1,)
    return Sight.SAME_CELL if only_channels else Sight.EVERYTHING


def count_together(v: Values, inputs: Shapes) -> int:
    """How many values are worked on together."""
    count = 1
    for axis in positions(v, inputs):
        count *= inputs[0][axis]
    return count
