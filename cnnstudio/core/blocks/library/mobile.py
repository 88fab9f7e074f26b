"""MobileNet's blocks: depthwise convolutions, cheap enough for a telephone."""

from __future__ import annotations

from cnnstudio.core.blocks.library.spec import IN, LibraryBlock, Sketch
from cnnstudio.core.text import T

_EXPANSION = 6


def _bn_relu6(sketch: Sketch, part: str) -> None:
    sketch.layer(f"{part}_bn", "batch_normalization")
    sketch.layer(f"{part}_relu", "re_lu", max_value=6)


def _pointwise(sketch: Sketch, part: str, filters: int) -> None:
    sketch.layer(
        part,
        "conv2d",
        own=("filters",),
        filters=filters,
        kernel_size=1,
        use_bias=False,
        kernel_initializer="he_normal",
    )


def _depthwise(sketch: Sketch, step: int) -> None:
    sketch.layer(
        "depthwise",
        "depthwise_conv2d",
        own=("strides",),
        kernel_size=3,
        strides=step,
        padding="same",
        use_bias=False,
    )
    _bn_relu6(sketch, "depthwise")


def _inverted(sketch: Sketch, channels: int, step: int) -> None:
    given = sketch.place.channels
    _pointwise(sketch, "expand", _EXPANSION * given)
    _bn_relu6(sketch, "expand")
    _depthwise(sketch, step)
    _pointwise(sketch, "project", channels)
    main = sketch.layer("project_bn", "batch_normalization")
    if step == 1 and channels == given:
        sketch.layer("add", "add", main, IN)


def _separable(sketch: Sketch) -> None:
    _depthwise(sketch, 1)
    _pointwise(sketch, "pointwise", sketch.place.width)
    _bn_relu6(sketch, "pointwise")


_PAPER = "Sandler et al., 2018, MobileNetV2, arXiv:1801.04381"

BLOCKS = (
    LibraryBlock(
        id="depthwise_separable",
        name="depthwise_separable",
        pattern="depthwise_separable",
        title=T("Depthwise separable block"),
        summary=T("A 3×3 convolution channel by channel, then a 1×1 one that mixes the channels."),
        help=T(
            "What a usual convolution does at once is done in two steps, the window first and the "
            "channels after it: for 3×3 windows that takes about a ninth of the multiply-adds. It "
            "keeps the channels it is given."
        ),
        paper="Howard et al., 2017, MobileNets, arXiv:1704.04861",
        draw=_separable,
    ),
    LibraryBlock(
        id="inverted_residual",
        name="inverted_residual",
        pattern="inverted_residual",
        title=T("Inverted residual"),
        summary=T("Six times the channels inside, few outside, and what came in is added."),
        help=T(
            "A 1×1 convolution makes six times the channels, a depthwise one looks around in each, "
            "and a 1×1 one without a bend brings them back to the few that came in. Where ResNet's "
            "bottleneck is narrow inside, this one is wide, so little is kept in memory between "
            "blocks."
        ),
        paper=_PAPER,
        draw=lambda sketch: _inverted(sketch, sketch.place.channels, 1),
    ),
    LibraryBlock(
        id="inverted_residual_down",
        name="inverted_residual",
        pattern="inverted_residual",
        title=T("Inverted residual, stride 2"),
        summary=T("An inverted residual that halves rows and columns and doubles the channels."),
        help=T(
            "The first block of each further stage of a MobileNetV2: its depthwise convolution has "
            "stride 2. Nothing is added, since what comes in has another shape."
        ),
        paper=_PAPER,
        draw=lambda sketch: _inverted(sketch, 2 * sketch.place.width, 2),
    ),
)
