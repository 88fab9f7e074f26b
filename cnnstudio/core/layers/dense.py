"""Dense: every output is a weighted sum of all inputs."""

from __future__ import annotations

import math

from cnnstudio.core.layers.common import (
    ACTIVATION,
    ACTIVITY_REGULARIZER,
    BIAS_INITIALIZER,
    BIAS_REGULARIZER,
    KERNEL_INITIALIZER,
    KERNEL_REGULARIZER,
    USE_BIAS,
    axis_names,
    softmax_advice,
    unchanged,
)
from cnnstudio.core.layers.initializers import MATRICES, initializer
from cnnstudio.core.layers.parameters import Integer
from cnnstudio.core.layers.spec import (
    Family,
    LayerKind,
    Reason,
    Shapes,
    Sight,
    Values,
    Weight,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    return (*inputs[0][:-1], v["units"])


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    kernel = Weight("kernel", (inputs[0][-1], v["units"]))
    return (kernel, Weight("bias", (v["units"],))) if v["use_bias"] else (kernel,)


def _macs(_v: Values, inputs: Shapes, output: Shape) -> int:
    return math.prod(output) * inputs[0][-1]


def _sight(_v: Values, inputs: Shapes, _output: Shape) -> Sight:
    return Sight.EVERYTHING if len(inputs[0]) == 1 else Sight.SAME_CELL


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    given, units = inputs[0][-1], v["units"]
    bias, bias_number = (" + 1", " + 1") if v["use_bias"] else ("", "")
    cells = [f"{n}" for n in output]
    symbols = [*(f"n_{axis + 1}" for axis in range(len(cells) - 1)), "units"]
    return (
        *unchanged(v, inputs, output)[:-1],
        Reason(axis_names(len(output))[-1], "units", f"{units}", units),
        Reason(
            "parameters",
            f"(N_in{bias})·units",
            f"({given}{bias_number})·{units}",
            sum(w.size for w in _weights(v, inputs)),
        ),
        Reason(
            "macs",
            "·".join(["N_in", *symbols]),
            "·".join([f"{given}", *cells]),
            _macs(v, inputs, output),
        ),
    )


KIND = LayerKind(
    id="dense",
    keras="Dense",
    family=Family.CORE,
    usual=True,
    summary=T("Makes every output value from all input values, each with its own weight."),
    help=T(
        "Each unit multiplies every input value with a weight of its own, adds everything up and "
        "adds one bias: it is fully connected. That sees everything at once and costs a weight "
        "for every pair of input and unit, which is where most parameters of a small CNN are. "
        "The last one has a unit for each class."
    ),
    parameters=(
        Integer(
            name="units",
            label=T("Units"),
            help=T("How many output values: more can tell finer differences and overfit more."),
            default=10,
            required=True,
        ),
        ACTIVATION,
        USE_BIAS,
        initializer(
            "kernel_initializer",
            KERNEL_INITIALIZER.label,
            KERNEL_INITIALIZER.help,
            "glorot_uniform",
            MATRICES,
        ),
        BIAS_INITIALIZER,
        KERNEL_REGULARIZER,
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
    ),
    output_shape=_output_shape,
    weights=_weights,
    macs=_macs,
    sight=_sight,
    reasons=_reasons,
    advice=softmax_advice,
    headline=("units", "activation"),
)
