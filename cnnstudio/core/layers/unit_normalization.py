"""UnitNormalization: every place's channels as a vector of length 1."""

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
    text = T("{layer} brings a single value to length 1: only its sign is left.")
    return (Advice(text, "axis"),)


KIND = LayerKind(
    id="unit_normalization",
    keras="UnitNormalization",
    family=Family.NORMALISATION,
    summary=T("Divides the channels of every place by their length, so that it is 1."),
    help=T(
        "Seen as an arrow, the channels keep their direction and lose their length: values v "
        "become v / √(Σ v²). Two results can then be compared by their direction alone; a Dot "
        "after it gives the cosine of the angle between them. It learns nothing."
    ),
    parameters=(
        Axis(
            name="axis",
            label=T("Axis"),
            help=T("Along which axes the squares add up to 1; −1 is the last: values, channels."),
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
