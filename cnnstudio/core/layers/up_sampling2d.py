"""UpSampling2D: every cell several times."""

from __future__ import annotations

from cnnstudio.core.layers.common import feature_map
from cnnstudio.core.layers.parameters import PairOf
from cnnstudio.core.layers.resampling import interpolation, resampled
from cnnstudio.core.layers.spec import Cells, Family, LayerKind, Reason, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    rows, columns, channels = feature_map(inputs)
    return rows * v["size"][0], columns * v["size"][1], channels


def _sight(v: Values, inputs: Shapes, output: Shape) -> Cells:
    return Cells(
        resampled(inputs[0][0], output[0], v["interpolation"]),
        resampled(inputs[0][1], output[1], v["interpolation"]),
    )


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    rows, columns, channels = inputs[0]
    return (
        Reason("rows", "H_in·size", f"{rows}·{v['size'][0]}", output[0]),
        Reason("columns", "W_in·size", f"{columns}·{v['size'][1]}", output[1]),
        Reason("channels", "C_in", f"{channels}", output[2]),
    )


KIND = LayerKind(
    id="up_sampling2d",
    keras="UpSampling2D",
    family=Family.RESHAPING,
    summary=T("Makes the feature map larger: every cell is repeated or values between are found."),
    help=T(
        "Rows and columns are multiplied by whole numbers and nothing is learned. It is the way "
        "back from a small feature map to a large one; a Conv2D after it learns what to make of "
        "the larger map, and leaves no checkerboard as Conv2DTranspose may."
    ),
    parameters=(
        PairOf(
            name="size",
            label=T("Factor"),
            help=T("What rows and columns are multiplied by. 2 makes four cells of one."),
            default=(2, 2),
        ),
        interpolation("nearest", any_case=True),
    ),
    output_shape=_output_shape,
    sight=_sight,
    reasons=_reasons,
    headline=("size", "interpolation"),
)
