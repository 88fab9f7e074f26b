"""DepthwiseConv2D: every channel convolved by itself."""

from __future__ import annotations

from dataclasses import replace

from cnnstudio.core.layers.common import (
    ACTIVATION,
    ACTIVITY_REGULARIZER,
    BIAS_INITIALIZER,
    BIAS_REGULARIZER,
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
    KERNEL_SIZE,
    STRIDES,
)
from cnnstudio.core.layers.spec import Family, LayerKind, Reason, Shapes, Values, Weight, Window
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    rows, columns = slides(v, inputs)
    return rows.output, columns.output, inputs[0][2] * v["depth_multiplier"]


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    channels, multiplier = feature_map(inputs)[2], v["depth_multiplier"]
    kernel = Weight("kernel", (*v["kernel_size"], channels, multiplier))
    return (kernel, Weight("bias", (channels * multiplier,))) if v["use_bias"] else (kernel,)


def _macs(v: Values, _inputs: Shapes, output: Shape) -> int:
    height, width = v["kernel_size"]
    per_cell: int = height * width
    return output[0] * output[1] * output[2] * per_cell


def _sight(v: Values, inputs: Shapes, _output: Shape) -> Window:
    return window(v, inputs)


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    rows, columns = slides(v, inputs)
    height, width = v["kernel_size"]
    channels, multiplier = inputs[0][2], v["depth_multiplier"]
    bias, bias_number = (" + 1", " + 1") if v["use_bias"] else ("", "")
    return (
        Reason("rows", rows.formula, rows.numbers, rows.output),
        Reason("columns", columns.formula, columns.numbers, columns.output),
        Reason("channels", "C_in·M", f"{channels}·{multiplier}", output[2]),
        Reason(
            "parameters",
            f"(F_h·F_w{bias})·C_in·M",
            f"({height}·{width}{bias_number})·{channels}·{multiplier}",
            sum(w.size for w in _weights(v, inputs)),
        ),
        Reason(
            "macs",
            "H·W·C_in·M·F_h·F_w",
            f"{output[0]}·{output[1]}·{channels}·{multiplier}·{height}·{width}",
            _macs(v, inputs, output),
        ),
    )


KIND = LayerKind(
    id="depthwise_conv2d",
    keras="DepthwiseConv2D",
    family=Family.CONVOLUTION,
    summary=T("Slides one kernel over each channel by itself; no channel sees another."),
    help=T(
        "Where Conv2D mixes all channels in every filter, here each channel has a kernel of its "
        "own and becomes a channel of its own. With C channels in and out that takes a C-th of "
        "Conv2D's multiplications. Channels don't learn from each other until a 1×1 convolution "
        "below mixes them; MobileNet is made of such pairs (Howard et al., 2017)."
    ),
    parameters=(
        KERNEL_SIZE,
        STRIDES,
        replace(PADDING, any_case=True),
        DEPTH_MULTIPLIER,
        DILATION_RATE,
        ACTIVATION,
        USE_BIAS,
        DEPTHWISE_INITIALIZER,
        BIAS_INITIALIZER,
        DEPTHWISE_REGULARIZER,
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
    ),
    output_shape=_output_shape,
    weights=_weights,
    macs=_macs,
    sight=_sight,
    reasons=_reasons,
    advice=softmax_advice,
    headline=("kernel_size", "strides", "padding", "depth_multiplier", "activation"),
)
