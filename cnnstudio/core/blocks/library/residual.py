"""ResNet's basic block and its bottleneck: what comes in is added to what the layers make of it."""

from __future__ import annotations

from cnnstudio.core.blocks.library.spec import IN, LibraryBlock, Sketch
from cnnstudio.core.text import T

_PAPER = "He et al., 2015, Deep Residual Learning, arXiv:1512.03385"


def _conv(sketch: Sketch, part: str, *sources: str, filters: int, kernel: int, step: int) -> str:
    sketch.layer(
        part,
        "conv2d",
        *sources,
        own=("filters", "strides"),
        filters=filters,
        kernel_size=kernel,
        strides=step,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )
    return sketch.layer(f"{part}_bn", "batch_normalization")


def _joined(sketch: Sketch, main: str, channels: int, step: int) -> None:
    """Adds what came in: as it is where the shapes match, by a 1×1 convolution where not."""
    aside = IN
    if channels != sketch.place.channels or step > 1:
        aside = _conv(sketch, "shortcut", IN, filters=channels, kernel=1, step=step)
    sketch.layer("add", "add", main, aside)
    sketch.layer("relu_out", "re_lu")


def _basic(sketch: Sketch, channels: int, step: int) -> None:
    _conv(sketch, "conv_1", filters=channels, kernel=3, step=step)
    sketch.layer("relu_1", "re_lu")
    main = _conv(sketch, "conv_2", filters=channels, kernel=3, step=1)
    _joined(sketch, main, channels, step)


def _bottleneck(sketch: Sketch) -> None:
    channels = sketch.place.width
    inner = max(1, channels // 4)
    _conv(sketch, "reduce", filters=inner, kernel=1, step=1)
    sketch.layer("relu_1", "re_lu")
    _conv(sketch, "conv", filters=inner, kernel=3, step=1)
    sketch.layer("relu_2", "re_lu")
    main = _conv(sketch, "restore", filters=channels, kernel=1, step=1)
    _joined(sketch, main, channels, 1)


BLOCKS = (
    LibraryBlock(
        id="residual",
        name="residual",
        pattern="residual",
        title=T("Residual block"),
        summary=T("Two convolutions whose output is added to what came in."),
        help=T(
            "The layers learn only what is to be changed about their input, the residual; where "
            "nothing is, weights near 0 do. The way past them lets gradients through, so networks "
            "can be very deep. What comes in is added as it is where the channels match, else "
            "through a 1×1 convolution."
        ),
        paper=_PAPER,
        draw=lambda sketch: _basic(sketch, sketch.place.width, 1),
    ),
    LibraryBlock(
        id="residual_down",
        name="residual",
        pattern="residual",
        title=T("Residual block, stride 2"),
        summary=T("A residual block that halves rows and columns and doubles the channels."),
        help=T(
            "The first block of each further stage of a ResNet. Its first convolution has stride "
            "2, and what comes in goes through a 1×1 convolution of stride 2, so that both have "
            "the same shape where they are added."
        ),
        paper=_PAPER,
        draw=lambda sketch: _basic(sketch, 2 * sketch.place.width, 2),
    ),
    LibraryBlock(
        id="bottleneck",
        name="bottleneck",
        pattern="bottleneck",
        title=T("Residual bottleneck"),
        summary=T("A residual block that does its 3×3 convolution on a quarter of the channels."),
        help=T(
            "A 1×1 convolution reduces the channels to a quarter, the 3×3 one works there, and "
            "another 1×1 one restores them. That makes ResNet-50 and deeper ones affordable."
        ),
        paper=_PAPER,
        draw=_bottleneck,
    ),
)
