"""What the layers share that resample a feature map: which cells each interpolation uses."""

from __future__ import annotations

from cnnstudio.core.layers.parameters import Choice, Integer
from cnnstudio.core.layers.spec import Reason, Shapes, Span, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T, Text

# How many cells an interpolation reaches to each side. Keras also takes "area", which it doesn't
# document and for which TensorFlow has no gradient.
_REACH = {"bilinear": 1, "bicubic": 2, "lanczos3": 3, "lanczos5": 5}


def interpolation(default: str, *, any_case: bool = False) -> Choice:
    """The parameter for how values between cells are found."""
    return Choice(
        name="interpolation",
        label=T("Interpolation"),
        help=T(
            "How values between cells are found. nearest: the nearest cell is repeated. bilinear: "
            "a mean of the 4 cells around, smooth. bicubic and lanczos use more cells: sharper, "
            "slower, and a little beyond the range at edges."
        ),
        default=default,
        choices=("nearest", *_REACH),
        any_case=any_case,
    )


def size(name: str, label: Text, help: Text) -> Integer:
    """The parameter for rows or columns that come out."""
    return Integer(name=name, label=label, help=help, default=224, maximum=100_000, required=True)


def resampled(
    length: int, output: int, method: str, *, antialias: bool = False
) -> tuple[Span, ...]:
    """The cells each output cell is made of along one axis of `length` cells.

    Output cell o has its middle at c = (o + ½)·I/O. An interpolation that reaches R cells uses
    those whose middle is less than R from c, or R·I/O where it is widened against aliasing.
    Source: ``tf.image.resize`` (half-pixel centres); compared with its gradient by test.
    """
    if method == "nearest":
        nearest = ((2 * cell + 1) * length // (2 * output) for cell in range(output))
        return tuple((cell, cell + 1) for cell in nearest)
    widened = antialias and length > output
    # In units of 1/(2·O), so that everything is whole.
    reach = 2 * _REACH[method] * (length if widened else output)
    return tuple(
        _around((2 * cell + 1) * length, reach, 2 * output, length, widened)
        for cell in range(output)
    )


def _around(middle: int, reach: int, unit: int, length: int, widened: bool) -> Span:
    """The cells of length `unit` whose middles are less than `reach` from `middle`.

    Right on the middle of a cell the others weigh nothing, unless the interpolation is widened.
    """
    cell, off = divmod(middle - unit // 2, unit)
    if off == 0 and not widened:
        return cell, cell + 1
    first = (middle - reach - unit // 2) // unit + 1
    after = -(-(middle + reach - unit // 2) // unit)
    return max(first, 0), min(after, length)


def shifted(spans: tuple[Span, ...], by: int, length: int) -> tuple[Span, ...]:
    """The spans moved by `by` cells and kept within an axis of `length` cells."""
    moved = ((min(max(first + by, 0), length), min(after + by, length)) for first, after in spans)
    return tuple((first, max(first, after)) for first, after in moved)


def cropped(given: Shape, wanted: Shape) -> tuple[Span, Span]:
    """The largest stretch in the middle of rows and columns that has the shape of `wanted`.

    Source: ``crop_to_aspect_ratio`` in ``keras/src/backend/tensorflow/image.py``.
    """
    rows = max(min(given[0], given[1] * wanted[0] // wanted[1]), 1)
    columns = max(min(given[1], given[0] * wanted[1] // wanted[0]), 1)
    top, left = (given[0] - rows) // 2, (given[1] - columns) // 2
    return (top, top + rows), (left, left + columns)


def through_crop(
    length: int, kept: Span, output: int, method: str, *, antialias: bool = False
) -> tuple[Span, ...]:
    """The cells each output cell is made of where only `kept` of an axis is resampled."""
    spans = resampled(kept[1] - kept[0], output, method, antialias=antialias)
    return shifted(spans, kept[0], length)


def sized_reasons(_v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    """The height and width asked for, and the channels as they were."""
    return (
        Reason("rows", "height", f"{output[0]}", output[0]),
        Reason("columns", "width", f"{output[1]}", output[1]),
        Reason("channels", "C_in", f"{inputs[0][2]}", output[2]),
    )
