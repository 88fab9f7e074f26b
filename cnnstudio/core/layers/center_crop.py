"""CenterCrop: the middle of a picture."""

from __future__ import annotations

from cnnstudio.core.layers.common import feature_map
from cnnstudio.core.layers.resampling import cropped, size, sized_reasons, through_crop
from cnnstudio.core.layers.spec import (
    Advice,
    Cells,
    Family,
    LayerKind,
    Seen,
    Shapes,
    Values,
    Window,
    setting,
)
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    return v["height"], v["width"], feature_map(inputs)[2]


def _is_smaller(inputs: Shapes, output: Shape) -> bool:
    """Whether there is less to crop from than is asked for."""
    return inputs[0][0] < output[0] or inputs[0][1] < output[1]


def _sight(_v: Values, inputs: Shapes, output: Shape) -> Seen:
    rows, columns = inputs[0][:2]
    if not _is_smaller(inputs, output):
        return Window(before=(-((rows - output[0]) // 2), -((columns - output[1]) // 2)))
    kept = cropped(inputs[0], output)
    return Cells(
        through_crop(rows, kept[0], output[0], "bilinear"),
        through_crop(columns, kept[1], output[1], "bilinear"),
    )


def _advice(_v: Values, inputs: Shapes, output: Shape) -> tuple[Advice, ...]:
    if not _is_smaller(inputs, output):
        return ()
    short = 0 if inputs[0][0] < output[0] else 1
    return (
        Advice(
            T(
                "{layer} is to cut {wanted} out of {given}, which is smaller: Keras then takes "
                "the largest middle part of these proportions and enlarges it.",
                wanted=show_shape(output[:2]),
                given=show_shape(inputs[0][:2]),
            ),
            ("height", "width")[short],
            (setting(("height", "width")[short], inputs[0][short]),),
            id="center_crop.smaller",
        ),
    )


KIND = LayerKind(
    id="center_crop",
    keras="CenterCrop",
    family=Family.PREPROCESSING,
    summary=T("Cuts the middle out of pictures."),
    help=T(
        "What matters mostly stands in the middle of a picture, so the edges are cut off until "
        "the rows and columns asked for are left; nothing is stretched or learned. Cropping2D "
        "says how much goes, this layer how much stays."
    ),
    parameters=(
        size("height", T("Rows"), T("How many rows are left.")),
        size("width", T("Columns"), T("How many columns are left.")),
    ),
    output_shape=_output_shape,
    sight=_sight,
    reasons=sized_reasons,
    advice=_advice,
    headline=("height", "width"),
)
