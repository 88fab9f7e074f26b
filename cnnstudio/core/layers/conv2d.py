"""Conv2D: filters slide over a feature map."""

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
from cnnstudio.core.layers.convolutions import DILATION_RATE, FILTERS, KERNEL_SIZE, STRIDES
from cnnstudio.core.layers.parameters import Integer
from cnnstudio.core.layers.spec import (
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    Weight,
    Window,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    channels = feature_map(inputs)[2]
    groups, filters = v["groups"], v["filters"]
    if channels % groups or filters % groups:
        raise ShapeError(
            T(
                "{layer} splits channels into {groups} groups, which must divide both the "
                "{channels} channels from {producer} and its own {filters} filters.",
                groups=groups,
                channels=channels,
                filters=filters,
            ),
            parameter="groups",
            fixes=(setting("groups", 1),),
        )
    if max(v["strides"]) > 1 and max(v["dilation_rate"]) > 1:
        raise ShapeError(
            T("{layer} has both strides and a dilation above 1; Keras takes only one of them."),
            parameter="dilation_rate",
            fixes=(setting("dilation_rate", 1), setting("strides", 1)),
        )
    rows, columns = slides(v, inputs)
    return rows.output, columns.output, filters


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    per_group = feature_map(inputs)[2] // v["groups"]
    kernel = Weight("kernel", (*v["kernel_size"], per_group, v["filters"]))
    return (kernel, Weight("bias", (v["filters"],))) if v["use_bias"] else (kernel,)


def _macs(v: Values, inputs: Shapes, output: Shape) -> int:
    height, width = v["kernel_size"]
    per_cell: int = height * width * (inputs[0][2] // v["groups"])
    return output[0] * output[1] * output[2] * per_cell


def _sight(v: Values, inputs: Shapes, _output: Shape) -> Window:
    return window(v, inputs)


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    rows, columns = slides(v, inputs)
    height, width = v["kernel_size"]
    channels, filters, groups = inputs[0][2], v["filters"], v["groups"]
    bias, bias_number = (" + 1", " + 1") if v["use_bias"] else ("", "")
    per_group, per_group_number = ("", "") if groups == 1 else ("/G", f"/{groups}")
    return (
        Reason("rows", rows.formula, rows.numbers, rows.output),
        Reason("columns", columns.formula, columns.numbers, columns.output),
        Reason("channels", "filters", f"{filters}", filters),
        Reason(
            "parameters",
            f"(F_h·F_w·C_in{per_group}{bias})·C_out",
            f"({height}·{width}·{channels}{per_group_number}{bias_number})·{filters}",
            sum(w.size for w in _weights(v, inputs)),
        ),
        Reason(
            "macs",
            f"H·W·C_out·F_h·F_w·C_in{per_group}",
            f"{output[0]}·{output[1]}·{filters}·{height}·{width}·{channels}{per_group_number}",
            _macs(v, inputs, output),
        ),
    )


KIND = LayerKind(
    id="conv2d",
    keras="Conv2D",
    family=Family.CONVOLUTION,
    usual=True,
    summary=T("Slides learned filters over the feature map; each filter gives one channel."),
    help=T(
        "A filter is as deep as its input: one kernel for each input channel. At every position "
        "the kernels are multiplied with the patch below them and everything is added up, plus "
        "one bias. Each filter makes one channel of the output, so there are as many output "
        "channels as filters."
    ),
    parameters=(
        FILTERS,
        KERNEL_SIZE,
        STRIDES,
        replace(PADDING, any_case=True),
        DILATION_RATE,
        Integer(
            name="groups",
            label=T("Groups"),
            help=T("Splits channels into groups that don't see each other."),
            default=1,
            advanced=True,
        ),
        ACTIVATION,
        USE_BIAS,
        KERNEL_INITIALIZER,
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
    headline=("filters", "kernel_size", "strides", "padding", "activation"),
)
