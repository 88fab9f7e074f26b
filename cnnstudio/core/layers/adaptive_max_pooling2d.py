"""AdaptiveMaxPooling2D: the largest value of windows that give a fixed number of rows, columns."""

from __future__ import annotations

from cnnstudio.core.layers.adaptive_pooling import (
    OUTPUT_SIZE,
    adaptive_advice,
    adaptive_reasons,
    adaptive_shape,
    adaptive_sight,
)
from cnnstudio.core.layers.spec import Advice, Family, LayerKind, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _advice(_v: Values, inputs: Shapes, output: Shape) -> tuple[Advice, ...]:
    return adaptive_advice(KIND.id, "global_max_pooling2d", inputs, output, "GlobalMaxPooling2D")


KIND = LayerKind(
    id="adaptive_max_pooling2d",
    keras="AdaptiveMaxPooling2D",
    family=Family.POOLING,
    summary=T("Keeps the largest value of as many windows as rows and columns are wanted."),
    help=T(
        "Each channel is divided into as many windows as rows and columns should come out, as "
        "equal as can be, and of each only the largest value is kept: whether a feature is there "
        "at all, not how much of it. The size that comes out is the same for a picture of any "
        "size."
    ),
    parameters=(OUTPUT_SIZE,),
    output_shape=adaptive_shape,
    sight=adaptive_sight,
    reasons=adaptive_reasons,
    advice=_advice,
    headline=("output_size",),
)
