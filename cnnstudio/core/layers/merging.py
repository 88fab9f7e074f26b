"""What the merges share that work value by value."""

from __future__ import annotations

from cnnstudio.core.layers.common import axis_names, describe
from cnnstudio.core.layers.spec import Reason, ShapeError, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def broadcast(_v: Values, inputs: Shapes) -> Shape:
    """Broadcasts as ``Merge.compute_output_shape`` in ``keras/src/layers/merging/base_merge.py``.

    Axes are matched from the last; one of length 1, or a missing one, is repeated.

    Raises:
        ShapeError: For two inputs with an axis that can't be matched.
    """
    output = inputs[0]
    for index, shape in enumerate(inputs[1:], start=1):
        longer, shorter = (shape, output) if len(output) < len(shape) else (output, shape)
        padded = _padded(shorter, len(longer))
        if any(a != b and 1 not in (a, b) for a, b in zip(longer, padded, strict=True)):
            raise ShapeError(
                T(
                    "{layer} works value by value, but {producer} gives {first} and {other} gives "
                    "{second}. Both need the same shape (an axis of length 1 is repeated): give "
                    "them the same strides, padding and number of filters, or use Concatenate.",
                    first=describe(inputs[0]),
                    second=describe(shape),
                ),
                inputs=(0, index),
            )
        output = tuple(b if a == 1 else a for a, b in zip(longer, padded, strict=True))
    return output


def broadcast_reasons(_v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    """Where the axes of a merge's output come from: the longest of the inputs'."""
    padded = [_padded(shape, len(output)) for shape in inputs]
    formula = f"max({', '.join(f'n_{i + 1}' for i in range(len(inputs)))})"
    return tuple(
        Reason(
            name,
            formula,
            f"max({', '.join(str(shape[axis]) for shape in padded)})",
            output[axis],
        )
        for axis, name in enumerate(axis_names(len(output)))
    )


def _padded(shape: Shape, rank: int) -> Shape:
    return (1,) * (rank - len(shape)) + shape
