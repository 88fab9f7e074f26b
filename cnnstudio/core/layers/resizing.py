"""Resizing: a feature map brought to fixed rows and columns."""

from __future__ import annotations

from cnnstudio.core.layers.common import feature_map
from cnnstudio.core.layers.parameters import Choice, Flag, Number
from cnnstudio.core.layers.resampling import (
    cropped,
    interpolation,
    resampled,
    shifted,
    size,
    sized_reasons,
    through_crop,
)
from cnnstudio.core.layers.spec import (
    Cells,
    Family,
    LayerKind,
    ShapeError,
    Shapes,
    Span,
    Values,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    channels = feature_map(inputs)[2]
    if v["crop_to_aspect_ratio"] and v["pad_to_aspect_ratio"]:
        raise ShapeError(
            T(
                "{layer} is to keep the proportions both by cutting off and by padding; only one "
                "can be done."
            ),
            parameter="pad_to_aspect_ratio",
            fixes=(setting("pad_to_aspect_ratio", False), setting("crop_to_aspect_ratio", False)),
        )
    return v["height"], v["width"], channels


def _sight(v: Values, inputs: Shapes, output: Shape) -> Cells:
    rows, columns = inputs[0][:2]
    kept: tuple[Span, Span] = (0, rows), (0, columns)
    if v["crop_to_aspect_ratio"]:
        kept = cropped(inputs[0], output)
    if v["pad_to_aspect_ratio"]:
        top = (max(rows, columns * output[0] // output[1]) - rows) // 2
        left = (max(columns, rows * output[1] // output[0]) - columns) // 2
        return Cells(
            shifted(_spans(v, rows + 2 * top, output[0]), -top, rows),
            shifted(_spans(v, columns + 2 * left, output[1]), -left, columns),
        )
    method, antialias = v["interpolation"], v["antialias"]
    return Cells(
        through_crop(rows, kept[0], output[0], method, antialias=antialias),
        through_crop(columns, kept[1], output[1], method, antialias=antialias),
    )


def _spans(v: Values, length: int, output: int) -> tuple[Span, ...]:
    return resampled(length, output, v["interpolation"], antialias=v["antialias"])


KIND = LayerKind(
    id="resizing",
    keras="Resizing",
    family=Family.PREPROCESSING,
    summary=T("Brings pictures to the rows and columns that are asked for."),
    help=T(
        "Directly below the Input it lets a network take pictures of one size and look at them in "
        "another: smaller saves time and memory, larger than they are adds nothing that wasn't "
        "there. Unless the proportions are kept, a picture is stretched. Nothing is learned."
    ),
    parameters=(
        size("height", T("Rows"), T("How many rows come out.")),
        size("width", T("Columns"), T("How many columns come out.")),
        interpolation("bilinear"),
        Flag(
            name="crop_to_aspect_ratio",
            label=T("Crop to fit"),
            help=T("Whether the proportions are kept by cutting off what sticks out."),
            default=False,
        ),
        Flag(
            name="pad_to_aspect_ratio",
            label=T("Pad to fit"),
            help=T("Whether the proportions are kept by filling up the shorter side."),
            default=False,
        ),
        Choice(
            name="fill_mode",
            label=T("Fill mode"),
            help=T("How the shorter side is filled up; Keras has one way, a constant value."),
            default="constant",
            choices=("constant",),
            advanced=True,
        ),
        Number(
            name="fill_value",
            label=T("Fill value"),
            help=T("The value the shorter side is filled up with; 0 is black."),
            default=0.0,
            advanced=True,
        ),
        Flag(
            name="antialias",
            label=T("Antialias"),
            help=T(
                "Whether making smaller takes a mean over all cells that fall together. Without "
                "it, fine patterns turn into coarse ones that weren't there."
            ),
            default=False,
            advanced=True,
        ),
    ),
    output_shape=_output_shape,
    sight=_sight,
    reasons=sized_reasons,
    headline=("height", "width", "interpolation"),
)
