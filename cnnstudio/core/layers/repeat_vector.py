"""RepeatVector: one vector, several times."""

from __future__ import annotations

from cnnstudio.core.layers.common import describe
from cnnstudio.core.layers.parameters import Integer
from cnnstudio.core.layers.spec import (
    Action,
    Family,
    Fix,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    everything,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    if len(inputs[0]) != 1:
        raise ShapeError(
            T(
                "{layer} repeats a vector, but {producer} gives {shape}. Flatten makes a vector "
                "of it.",
                shape=describe(inputs[0]),
            ),
            fixes=(Fix(Action.INSERT, T("Insert Flatten"), kind="flatten"),),
        )
    return v["n"], inputs[0][0]


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    return (
        Reason("axis_1", "n", f"{v['n']}", output[0]),
        Reason("axis_2", "N_in", f"{inputs[0][0]}", output[1]),
    )


KIND = LayerKind(
    id="repeat_vector",
    keras="RepeatVector",
    family=Family.RESHAPING,
    summary=T("Repeats a vector: n rows of the same values."),
    help=T(
        "What is known of the whole picture is given to every step of a sequence, or, with a "
        "Reshape after it, to every cell of a feature map. Nothing is learned: all rows are "
        "alike, and the gradients of all of them are added up on the way back."
    ),
    parameters=(
        Integer(
            name="n",
            label=T("Times"),
            help=T("How many times the vector is repeated: the rows that come out."),
            default=2,
            required=True,
        ),
    ),
    output_shape=_output_shape,
    sight=everything,
    reasons=_reasons,
    headline=("n",),
)
