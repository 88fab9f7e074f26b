"""RMSNormalization: every place's channels with a mean square of 1."""

from __future__ import annotations

import math

from cnnstudio.core.layers.axes import count_together, positions, sight
from cnnstudio.core.layers.common import describe, unchanged
from cnnstudio.core.layers.normalising import epsilon_advice
from cnnstudio.core.layers.parameters import Axis, Number
from cnnstudio.core.layers.spec import (
    Advice,
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    Weight,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T

_USUAL = 1e-6


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    """Refuses axes that aren't the last ones.

    Keras multiplies by factors whose shape is that of the axes it sorted as they are written,
    without matching them to the input's: with other axes it builds the layer and then fails, or
    gives another shape (``_rms_normalization`` in ``keras/src/ops/nn.py``).
    """
    axes = v["axis"] if isinstance(v["axis"], tuple) else (v["axis"],)
    found = positions({"axis": tuple(sorted(axes))}, inputs)
    rank = len(inputs[0])
    if found == tuple(range(rank - len(found), rank)):
        return inputs[0]
    raise ShapeError(
        T(
            "{layer} works along {axes}, but its factors only fit the last axes of {shape}, in "
            "their order. Keras would build it and then fail. Axis −1 is the channels.",
            axes=repr(v["axis"]),
            shape=describe(inputs[0]),
        ),
        parameter="axis",
        fixes=(setting("axis", -1),),
    )


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    count = len(v["axis"]) if isinstance(v["axis"], tuple) else 1
    return (Weight("scale", inputs[0][-count:]),)


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    shape = _weights(v, inputs)[0].shape
    names = "·".join("n" if len(shape) == 1 else f"n_{i + 1}" for i in range(len(shape)))
    return (
        *unchanged(v, inputs, output),
        Reason("parameters", names, "·".join(map(str, shape)), math.prod(shape)),
    )


def _advice(v: Values, inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    found = epsilon_advice(v, _USUAL)
    if count_together(v, inputs) == 1:
        text = T("{layer} divides a single value by its own size: only its sign is left.")
        found += (Advice(text, "axis"),)
    return found


KIND = LayerKind(
    id="rms_normalization",
    keras="RMSNormalization",
    family=Family.NORMALISATION,
    summary=T("Divides the channels of every place by their root mean square, then scales them."),
    help=T(
        "A LayerNormalization that leaves the mean alone: values are divided by √(mean of v²) and "
        "multiplied by learned factors. It costs less and mostly works as well (Zhang and "
        "Sennrich, 2019). Like LayerNormalization it treats every picture by itself, whatever the "
        "batch."
    ),
    parameters=(
        Axis(
            name="axis",
            label=T("Axis"),
            help=T("Along which axes the mean square is taken: −1 is the channels, or the last."),
            default=-1,
            several=True,
            advanced=True,
        ),
        Number(
            name="epsilon",
            label=T("Epsilon"),
            help=T("Added to the mean square so that nothing is divided by 0."),
            default=_USUAL,
            advanced=True,
        ),
    ),
    output_shape=_output_shape,
    weights=_weights,
    sight=sight,
    reasons=_reasons,
    advice=_advice,
)
