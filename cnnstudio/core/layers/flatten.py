"""Flatten: a feature map as one long vector."""

from __future__ import annotations

import math

from cnnstudio.core.layers.spec import Family, LayerKind, Reason, Shapes, Values, everything
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(_v: Values, inputs: Shapes) -> Shape:
    return (math.prod(inputs[0]),)


def _reasons(_v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    shape = inputs[0]
    symbols = "H·W·C" if len(shape) == 3 else "·".join(f"n_{i + 1}" for i in range(len(shape)))
    return (Reason("values", symbols, "·".join(map(str, shape)), output[0]),)


KIND = LayerKind(
    id="flatten",
    keras="Flatten",
    family=Family.RESHAPING,
    usual=True,
    summary=T("Lays all values of the feature map out in one long row."),
    help=T(
        "Row by row, and in every cell channel by channel, the values are written one after the "
        "other. Nothing is lost or learned, but from here on no layer knows what was beside what. "
        "It stands between the convolutions and the Dense layers."
    ),
    output_shape=_output_shape,
    sight=everything,
    reasons=_reasons,
)
