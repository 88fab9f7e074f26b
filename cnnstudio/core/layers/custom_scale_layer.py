"""CustomScaleLayer: one branch plus another one times a fixed factor."""

from __future__ import annotations

from cnnstudio.core.layers.common import describe
from cnnstudio.core.layers.merging import broadcast, broadcast_reasons
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import (
    Advice,
    Family,
    LayerKind,
    ShapeError,
    Shapes,
    Values,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    first, second = inputs
    if len(first) != len(second):  # unlike Add it doesn't know which axis is the batch
        raise ShapeError(
            T(
                "{layer} needs two inputs with as many axes, but {producer} gives {first} and "
                "{other} gives {second}.",
                first=describe(first),
                second=describe(second),
            ),
            inputs=(0, 1),
        )
    return broadcast(v, inputs)


def _advice(v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    if v["scale"]:
        return ()
    text = T("{layer} multiplies its second input by 0, so that branch does nothing.")
    return (Advice(text, "scale", (setting("scale", 0.1),)),)


KIND = LayerKind(
    id="custom_scale_layer",
    keras="CustomScaleLayer",
    module="keras.src.applications.inception_resnet_v2",
    family=Family.MERGING,
    summary=T("Adds the second input, multiplied by a fixed factor, to the first."),
    help=T(
        "An Add whose second branch is turned down: output = first + scale·second. With a scale of "
        "0.1 to 0.3 the residual branches of a very wide network don't push its values out of "
        "bounds (Szegedy et al., 2016). Keras has it for Inception-ResNet-v2; in code it is "
        "imported from there."
    ),
    inputs=(2, 2),
    parameters=(
        Number(
            name="scale",
            label=T("Scale"),
            help=T("What the second input is multiplied with: smaller makes the branch quieter."),
            default=0.1,
            required=True,
        ),
    ),
    output_shape=_output_shape,
    reasons=broadcast_reasons,
    advice=_advice,
    headline=("scale",),
)
