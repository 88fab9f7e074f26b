"""Softmax: scores as probabilities."""

from __future__ import annotations

from cnnstudio.core.layers.common import position, same_shape, unchanged
from cnnstudio.core.layers.parameters import Axis
from cnnstudio.core.layers.spec import (
    Advice,
    Family,
    LayerKind,
    ShapeError,
    Shapes,
    Sight,
    Values,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _positions(v: Values, inputs: Shapes) -> list[int]:
    axes = v["axis"] if isinstance(v["axis"], tuple) else (v["axis"],)
    return [position(axis, inputs[0]) for axis in axes]


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    positions = _positions(v, inputs)
    if len(set(positions)) < len(positions):
        raise ShapeError(
            T("{layer} names the same axis twice."),
            parameter="axis",
            fixes=(setting("axis", -1),),
        )
    return same_shape(v, inputs)


def _sight(v: Values, inputs: Shapes, output: Shape) -> Sight:
    only_channels = len(output) > 1 and _positions(v, inputs) == [len(output) - 1]
    return Sight.SAME_CELL if only_channels else Sight.EVERYTHING


def _advice(v: Values, inputs: Shapes, output: Shape) -> tuple[Advice, ...]:
    count = 1
    for axis in _positions(v, inputs):
        count *= output[axis]
    if count > 1:
        return ()
    return (Advice(T("{layer} shares 1 out among a single value, which is therefore always 1.")),)


KIND = LayerKind(
    id="softmax",
    keras="Softmax",
    family=Family.ACTIVATION,
    summary=T("Turns scores into probabilities: all positive, their sum 1."),
    help=T(
        "Each score z becomes exp(z) divided by the sum of all of them: the largest wins most of "
        "the 1, and how far it is ahead says how sure the network is. It stands at the end of a "
        "classifier, after a Dense layer with a unit for each class."
    ),
    parameters=(
        Axis(
            name="axis",
            label=T("Axis"),
            help=T("Along which axis the values add up to 1; −1 is the last: classes, channels."),
            default=-1,
            several=True,
            advanced=True,
        ),
    ),
    output_shape=_output_shape,
    sight=_sight,
    reasons=unchanged,
    advice=_advice,
)
