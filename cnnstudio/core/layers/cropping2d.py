"""Cropping2D: the border cut off."""

from __future__ import annotations

from cnnstudio.core.layers.borders import BorderOf, border_reasons, bordered
from cnnstudio.core.layers.spec import (
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    Window,
    setting,
)
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    output = bordered(v, inputs, "cropping", -1)
    if min(output) < 1:
        (top, bottom), (left, right) = v["cropping"]
        raise ShapeError(
            T(
                "{layer} cuts {rows} rows and {columns} columns off the {shape} that {producer} "
                "gives: nothing is left. Cut off less.",
                rows=top + bottom,
                columns=left + right,
                shape=show_shape(inputs[0]),
            ),
            parameter="cropping",
            fixes=(setting("cropping", 0),),
        )
    return output


def _sight(v: Values, _inputs: Shapes, _output: Shape) -> Window:
    return Window(before=(-v["cropping"][0][0], -v["cropping"][1][0]))


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    return border_reasons(v["cropping"], "−", "K", inputs, output)


KIND = LayerKind(
    id="cropping2d",
    keras="Cropping2D",
    family=Family.RESHAPING,
    summary=T("Cuts rows and columns off the edges of the feature map."),
    help=T(
        "What is cut off is gone; what is left stays as it is. It makes two feature maps equal in "
        "size before they are joined, as U-Net does with what it carries across (Ronneberger et "
        "al., 2015), or takes away an edge that a padding has made unreliable."
    ),
    parameters=(
        BorderOf(
            name="cropping",
            label=T("Cropping"),
            help=T("How many rows and columns are cut off each side."),
            default=((0, 0), (0, 0)),
        ),
    ),
    output_shape=_output_shape,
    sight=_sight,
    reasons=_reasons,
    headline=("cropping",),
)
