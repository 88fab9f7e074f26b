"""ZeroPadding2D: a border of zeros."""

from __future__ import annotations

from cnnstudio.core.layers.borders import BorderOf, border_reasons, bordered
from cnnstudio.core.layers.spec import Family, LayerKind, Reason, Shapes, Values, Window
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    return bordered(v, inputs, "padding", 1)


def _sight(v: Values, _inputs: Shapes, _output: Shape) -> Window:
    return Window(before=(v["padding"][0][0], v["padding"][1][0]))


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    return border_reasons(v["padding"], "+", "P", inputs, output)


KIND = LayerKind(
    id="zero_padding2d",
    keras="ZeroPadding2D",
    family=Family.RESHAPING,
    summary=T("Puts rows and columns of zeros around the feature map."),
    help=T(
        "A convolution with padding valid after it then reaches the outermost cells as well. It "
        "does what padding same does, but says itself how wide each side is: with stride 2, same "
        "may pad the end alone, while networks ported from elsewhere, such as ResNet50, pad both "
        "sides alike."
    ),
    parameters=(
        BorderOf(
            name="padding",
            label=T("Padding"),
            help=T("How many rows and columns of zeros each side gets."),
            default=((1, 1), (1, 1)),
        ),
    ),
    output_shape=_output_shape,
    sight=_sight,
    reasons=_reasons,
    headline=("padding",),
)
