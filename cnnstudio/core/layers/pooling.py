"""What the pooling kinds share."""

from __future__ import annotations

from cnnstudio.core.layers.common import feature_map, slides, window
from cnnstudio.core.layers.parameters import PairOf
from cnnstudio.core.layers.spec import Reason, Shapes, Values, Window
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T, Text

STRIDES = PairOf(
    name="strides",
    label=T("Strides"),
    help=T("How far the window moves each time; None for as far as the window is large."),
    default=None,
    optional=True,
    follows="pool_size",
)


def pool_size(help: Text, *, required: bool = False) -> PairOf:
    """The window of a pooling, explained by `help`."""
    label = T("Pool size")
    return PairOf(name="pool_size", label=label, help=help, default=(2, 2), required=required)


def pooling_shape(v: Values, inputs: Shapes) -> Shape:
    """(rows, columns, channels) after a window has slid over every channel."""
    rows, columns = slides(v, inputs, "pool_size")
    return rows.output, columns.output, inputs[0][2]


def pooling_sight(v: Values, inputs: Shapes, _output: Shape) -> Window:
    """One cell sees its window."""
    return window(v, inputs, "pool_size")


def pooling_reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    """Rows, columns and channels; a pooling learns nothing."""
    rows, columns = slides(v, inputs, "pool_size")
    return (
        Reason("rows", rows.formula, rows.numbers, rows.output),
        Reason("columns", columns.formula, columns.numbers, columns.output),
        Reason("channels", "C_in", f"{inputs[0][2]}", output[2]),
    )


def global_shape(v: Values, inputs: Shapes) -> Shape:
    """One value a channel, as C values or as 1×1×C."""
    channels = feature_map(inputs)[2]
    return (1, 1, channels) if v["keepdims"] else (channels,)


def global_reasons(_v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    """One value a channel."""
    channels = inputs[0][2]
    if len(output) == 1:
        return (Reason("values", "C_in", f"{channels}", channels),)
    return (
        Reason("rows", "1", "1", 1),
        Reason("columns", "1", "1", 1),
        Reason("channels", "C_in", f"{channels}", channels),
    )
