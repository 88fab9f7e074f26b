"""Input: where pictures enter the network."""

from __future__ import annotations

from cnnstudio.core.layers.common import axis_names
from cnnstudio.core.layers.parameters import Sizes
from cnnstudio.core.layers.spec import Family, LayerKind, Reason, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, _inputs: Shapes) -> Shape:
    shape: Shape = v["shape"]
    return shape


def _reasons(_v: Values, _inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    return tuple(
        Reason(name, f"shape[{axis}]", f"{size}", size)
        for axis, (name, size) in enumerate(zip(axis_names(len(output)), output, strict=True))
    )


KIND = LayerKind(
    id="input",
    keras="Input",
    family=Family.INPUT,
    summary=T("Where pictures enter the network: rows, columns and channels of one of them."),
    help=T(
        "A picture is a block of numbers: rows × columns × channels, one channel for grey and "
        "three for red, green and blue. Every picture of the data is brought to this size. How "
        "many pictures go through at once, the batch, is not part of the shape."
    ),
    inputs=(0, 0),
    parameters=(
        Sizes(
            name="shape",
            label=T("Shape"),
            help=T(
                "Rows, columns and channels of one picture. Twice the rows and columns cost "
                "four times the work."
            ),
            default=(28, 28, 1),
            required=True,
        ),
    ),
    output_shape=_output_shape,
    reasons=_reasons,
    headline=("shape",),
)
