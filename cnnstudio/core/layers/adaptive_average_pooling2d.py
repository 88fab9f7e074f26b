"""AdaptiveAveragePooling2D: the mean of windows that give a fixed number of rows and columns."""

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
    return adaptive_advice(
        KIND.id, "global_average_pooling2d", inputs, output, "GlobalAveragePooling2D"
    )


KIND = LayerKind(
    id="adaptive_average_pooling2d",
    keras="AdaptiveAveragePooling2D",
    family=Family.POOLING,
    summary=T("Takes means over as many windows as rows and columns are wanted."),
    help=T(
        "Other poolings say how large the window is; this one says how many come out, and each "
        "channel is divided into that many windows, as equal as can be. So a Dense layer below "
        "gets the same number of values from a picture of any size. VGG in PyTorch ends in one "
        "of 7×7."
    ),
    parameters=(OUTPUT_SIZE,),
    output_shape=adaptive_shape,
    sight=adaptive_sight,
    reasons=adaptive_reasons,
    advice=_advice,
    headline=("output_size",),
)
