"""Add: the sum of several branches."""

from __future__ import annotations

from cnnstudio.core.layers.common import axis_names, describe
from cnnstudio.core.layers.spec import Family, LayerKind, Reason, ShapeError, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(_v: Values, inputs: Shapes) -> Shape:
    """Broadcasts as ``Merge.compute_output_shape`` in ``keras/src/layers/merging/base_merge.py``.

    Axes are matched from the last; one of length 1, or a missing one, is repeated.
    """
    output = inputs[0]
    for index, shape in enumerate(inputs[1:], start=1):
        longer, shorter = (shape, output) if len(output) < len(shape) else (output, shape)
        padded = (1,) * (len(longer) - len(shorter)) + shorter
        if any(a != b and 1 not in (a, b) for a, b in zip(longer, padded, strict=True)):
            raise ShapeError(
                T(
                    "{layer} adds value by value, but {producer} gives {first} and {other} gives "
                    "{second}. Both need the same shape (an axis of length 1 is repeated): give "
                    "them the same strides, padding and number of filters, or use Concatenate.",
                    first=describe(inputs[0]),
                    second=describe(shape),
                ),
                inputs=(0, index),
            )
        output = tuple(b if a == 1 else a for a, b in zip(longer, padded, strict=True))
    return output


def _reasons(_v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    rank = len(output)
    padded = [(1,) * (rank - len(shape)) + shape for shape in inputs]
    formula = f"max({', '.join(f'n_{i + 1}' for i in range(len(inputs)))})"
    return tuple(
        Reason(
            name,
            formula,
            f"max({', '.join(str(shape[axis]) for shape in padded)})",
            output[axis],
        )
        for axis, name in enumerate(axis_names(rank))
    )


KIND = LayerKind(
    id="add",
    keras="Add",
    family=Family.MERGING,
    summary=T("Adds several feature maps value by value."),
    help=T(
        "All inputs have the same shape (an axis of length 1 is repeated) and so has the sum. "
        "Added to what a few convolutions made of it, an input finds a short way around them, "
        "and so does the gradient: that is how very deep networks learn (He et al., 2015)."
    ),
    inputs=(2, None),
    output_shape=_output_shape,
    reasons=_reasons,
)
