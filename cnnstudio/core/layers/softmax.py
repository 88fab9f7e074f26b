"""Softmax: scores as probabilities."""

from __future__ import annotations

from cnnstudio.core.layers.axes import along_axes, count_together, sight
from cnnstudio.core.layers.common import unchanged
from cnnstudio.core.layers.parameters import Axis
from cnnstudio.core.layers.spec import Advice, Family, LayerKind, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _advice(v: Values, inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    if count_together(v, inputs) > 1:
        return ()
    return (Advice(T("{layer} shares 1 out among a single value, which is therefore always 1.")),)


KIND = LayerKind(
    id="softmax",
    keras="Softmax",
    family=Family.ACTIVATION,
    usual=True,
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
    output_shape=along_axes,
    sight=sight,
    reasons=unchanged,
    advice=_advice,
)
