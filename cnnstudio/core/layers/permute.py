"""Permute: the axes in another order."""

from __future__ import annotations

from cnnstudio.core.layers.common import axis_names, describe
from cnnstudio.core.layers.orders import Order
from cnnstudio.core.layers.spec import (
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Sight,
    Values,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import TN, T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    shape = inputs[0]
    if len(v["dims"]) != len(shape):
        raise ShapeError(
            T(
                "{layer} puts {axes} in order, but {producer} gives {shape}: every axis must be "
                "named once.",
                axes=TN("{count} axis", "{count} axes", count=len(v["dims"])),
                shape=describe(shape),
            ),
            parameter="dims",
            fixes=(setting("dims", list(range(1, len(shape) + 1))),),
        )
    return tuple(shape[axis - 1] for axis in v["dims"])


def _sight(v: Values, _inputs: Shapes, _output: Shape) -> Sight:
    """Rows and columns in their place leave a cell where it is; otherwise nothing is sure."""
    dims = v["dims"]
    stays = dims == tuple(range(1, len(dims) + 1)) or (len(dims) > 3 and dims[:2] == (1, 2))
    return Sight.SAME_CELL if stays else Sight.EVERYTHING


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    names = axis_names(len(output))
    symbols = ("H_in", "W_in", "C_in") if len(output) == 3 else ()
    return tuple(
        Reason(
            name,
            symbols[axis - 1] if symbols else f"n_{axis}",
            f"{inputs[0][axis - 1]}",
            output[index],
        )
        for index, (name, axis) in enumerate(zip(names, v["dims"], strict=True))
    )


KIND = LayerKind(
    id="permute",
    keras="Permute",
    family=Family.RESHAPING,
    summary=T("Puts the axes in another order: columns as rows, channels first, and so on."),
    help=T(
        "(2, 1, 3) turns rows into columns, as if the picture were mirrored at its diagonal; "
        "(3, 1, 2) puts the channels first, where some models expect them. No value changes, "
        "only where it stands. The layers below still take the first axis for rows, the second "
        "for columns and the last for channels, whatever they now hold."
    ),
    parameters=(
        Order(
            name="dims",
            label=T("Order"),
            help=T(
                "Which axis of the input becomes the first, the second and so on, counted from 1."
            ),
            default=(2, 1, 3),
            required=True,
        ),
    ),
    output_shape=_output_shape,
    sight=_sight,
    reasons=_reasons,
    headline=("dims",),
)
