"""What the adaptive pooling kinds share."""

from __future__ import annotations

from cnnstudio.core.layers.common import feature_map
from cnnstudio.core.layers.parameters import PairOf
from cnnstudio.core.layers.spec import (
    Action,
    Advice,
    Cells,
    Fix,
    Origin,
    Reason,
    Shapes,
    Span,
    Values,
    setting,
)
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T

OUTPUT_SIZE = PairOf(
    name="output_size",
    label=T("Output size"),
    help=T(
        "Rows and columns that come out, whatever goes in. Larger keeps more of where a feature "
        "was, and gives the layers below more to weigh."
    ),
    default=(7, 7),
    required=True,
)


def windows(size: int, output: int) -> tuple[Span, ...]:
    """The window of each output cell along one axis: from ⌊i·I/O⌋ to ⌈(i + 1)·I/O⌉.

    Source: ``_compute_static_gather_indices`` in ``keras/src/backend/tensorflow/nn.py``.
    """
    return tuple((cell * size // output, -(-(cell + 1) * size // output)) for cell in range(output))


def adaptive_shape(v: Values, inputs: Shapes) -> Shape:
    """(rows, columns, channels) with the rows and columns asked for."""
    return (*v["output_size"], feature_map(inputs)[2])


def adaptive_sight(_v: Values, inputs: Shapes, output: Shape) -> Cells:
    """Each cell sees its own window; neighbouring ones may overlap by a cell."""
    return Cells(windows(inputs[0][0], output[0]), windows(inputs[0][1], output[1]))


def adaptive_reasons(_v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    """The size asked for; a pooling learns nothing."""
    return (
        Reason("rows", "output_size", f"{output[0]}", output[0]),
        Reason("columns", "output_size", f"{output[1]}", output[1]),
        Reason("channels", "C_in", f"{inputs[0][2]}", output[2]),
    )


def adaptive_advice(
    kind: str, other: str, inputs: Shapes, output: Shape, keras: str
) -> tuple[Advice, ...]:
    """What Keras can't compute, and what repeats cells.

    Along each axis Keras pools with windows of ⌈I/O⌉ and of ⌈I/O⌉ + 1 and takes what it needs of
    both; where O or I is 1 the second doesn't fit, and TensorFlow refuses to trace it.

    Args:
        kind: The id of the kind.
        other: The id of the global pooling that gives the same for an output of 1×1.
        inputs: The shapes given.
        output: The shape that comes out.
        keras: The class of `other`.
    """
    pairs = tuple(zip(inputs[0][:2], output[:2], strict=True))
    if any(1 in pair for pair in pairs):
        fixes: tuple[Fix, ...] = ()
        if output[:2] == (1, 1):
            fixes = (
                Fix(
                    Action.REPLACE,
                    T("Use {kind}", kind=keras),
                    kind=other,
                    params={"keepdims": True},
                ),
            )
        elif all(size > 1 for size, _ in pairs):
            fixes = (setting("output_size", [max(wanted, 2) for _, wanted in pairs]),)
        return (
            Advice(
                T(
                    "{layer} is built but can't be trained: Keras 3.15 can't compute an adaptive "
                    "pooling from or to a single row or column ({given} to {wanted}). To 1×1, "
                    "{kind} gives the same.",
                    given=show_shape(inputs[0][:2]),
                    wanted=show_shape(output[:2]),
                    kind=keras,
                ),
                "output_size",
                fixes,
                id=f"{kind}.single",
                origin=Origin.KERAS,
            ),
        )
    if any(wanted > size for size, wanted in pairs):
        return (
            Advice(
                T(
                    "{layer} makes {wanted} of {given}, which is larger: cells are repeated, "
                    "nothing is pooled.",
                    given=show_shape(inputs[0][:2]),
                    wanted=show_shape(output[:2]),
                ),
                "output_size",
                (setting("output_size", [min(pair) for pair in pairs]),),
                id=f"{kind}.larger",
            ),
        )
    return ()
