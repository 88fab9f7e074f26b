"""SeparableConv2D: every channel by itself, then all of them mixed."""

from __future__ import annotations

from dataclasses import replace

from cnnstudio.core.layers.common import (
    ACTIVATION,
    ACTIVITY_REGULARIZER,
    BIAS_INITIALIZER,
    BIAS_REGULARIZER,
    KERNEL_INITIALIZER,
    KERNEL_REGULARIZER,
    PADDING,
    USE_BIAS,
    feature_map,
    slides,
    softmax_advice,
    window,
)
from cnnstudio.core.layers.convolutions import (
    DEPTH_MULTIPLIER,
    DEPTHWISE_INITIALIZER,
    DEPTHWISE_REGULARIZER,
    DILATION_RATE,
    FILTERS,
    KERNEL_SIZE,
    STRIDES,
)
from cnnstudio.core.layers.spec import (
    Action,
    Advice,
    Family,
    Fix,
    LayerKind,
    Origin,
    Reason,
    Shapes,
    Values,
    Weight,
    Window,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    rows, columns = slides(v, inputs)
    return rows.output, columns.output, v["filters"]


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    channels, multiplier, filters = feature_map(inputs)[2], v["depth_multiplier"], v["filters"]
    kernels = (
        Weight("depthwise_kernel", (*v["kernel_size"], channels, multiplier)),
        Weight("pointwise_kernel", (1, 1, channels * multiplier, filters)),
    )
    return (*kernels, Weight("bias", (filters,))) if v["use_bias"] else kernels


def _macs(v: Values, inputs: Shapes, output: Shape) -> int:
    height, width = v["kernel_size"]
    per_cell: int = inputs[0][2] * v["depth_multiplier"] * (height * width + output[2])
    return output[0] * output[1] * per_cell


def _sight(v: Values, inputs: Shapes, _output: Shape) -> Window:
    return window(v, inputs)


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    rows, columns = slides(v, inputs)
    height, width = v["kernel_size"]
    between = f"{inputs[0][2]}·{v['depth_multiplier']}"
    bias, bias_number = (" + C_out", f" + {output[2]}") if v["use_bias"] else ("", "")
    return (
        Reason("rows", rows.formula, rows.numbers, rows.output),
        Reason("columns", columns.formula, columns.numbers, columns.output),
        Reason("channels", "filters", f"{output[2]}", output[2]),
        Reason(
            "parameters",
            f"C_in·M·(F_h·F_w + C_out){bias}",
            f"{between}·({height}·{width} + {output[2]}){bias_number}",
            sum(w.size for w in _weights(v, inputs)),
        ),
        Reason(
            "macs",
            "H·W·C_in·M·(F_h·F_w + C_out)",
            f"{output[0]}·{output[1]}·{between}·({height}·{width} + {output[2]})",
            _macs(v, inputs, output),
        ),
    )


def _advice(v: Values, inputs: Shapes, output: Shape) -> tuple[Advice, ...]:
    """Also what oneDNN of TensorFlow 2.21 often refuses to run on the CPU (CONTRIBUTING)."""
    found = softmax_advice(v, inputs, output)
    depthwise, pointwise = _weights(v, inputs)[:2]
    if inputs[0][2] > 1 or 1 not in (depthwise.size, pointwise.size):
        return found
    text = T(
        "{layer} has a kernel of a single number. On the CPU TensorFlow 2.21 often can't compute "
        "that and the run ends with “could not create a primitive descriptor”; Conv2D does the "
        "same and computes."
    )
    params = {p.name: p.write(v[p.name]) for p in KIND.parameters if p.name in _SHARED}
    fix = Fix(Action.REPLACE, T("Use {kind}", kind="Conv2D"), kind="conv2d", params=params)
    told = Advice(text, "kernel_size", (fix,), id="separable_conv2d.single", origin=Origin.KERAS)
    return (*found, told)


_SHARED = ("filters", "kernel_size", "strides", "padding", "activation", "use_bias")


KIND = LayerKind(
    id="separable_conv2d",
    keras="SeparableConv2D",
    family=Family.CONVOLUTION,
    summary=T("Convolves each channel by itself, then mixes the channels at each cell."),
    help=T(
        "What Conv2D does at once is done in two steps: a depthwise convolution looks around in "
        "each channel by itself, and a 1×1 convolution mixes the channels. With 3×3 kernels that "
        "takes about an eighth of the parameters and multiplications, and often recognises about "
        "as well. Xception is made of it (Chollet, 2017)."
    ),
    parameters=(
        replace(
            FILTERS,
            help=T("How many mixtures of the channels are learned: the channels of the output."),
        ),
        KERNEL_SIZE,
        STRIDES,
        replace(PADDING, any_case=True),
        DILATION_RATE,
        replace(DEPTH_MULTIPLIER, advanced=True),
        ACTIVATION,
        USE_BIAS,
        DEPTHWISE_INITIALIZER,
        replace(
            KERNEL_INITIALIZER,
            name="pointwise_initializer",
            label=T("Pointwise initialiser"),
            help=T("How the weights that mix the channels are drawn before training starts."),
        ),
        BIAS_INITIALIZER,
        DEPTHWISE_REGULARIZER,
        replace(
            KERNEL_REGULARIZER,
            name="pointwise_regularizer",
            label=T("Pointwise regulariser"),
            help=T("A penalty on the weights that mix the channels, added to the loss."),
        ),
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
    ),
    output_shape=_output_shape,
    weights=_weights,
    macs=_macs,
    sight=_sight,
    reasons=_reasons,
    advice=_advice,
    headline=("filters", "kernel_size", "strides", "padding", "activation"),
)
