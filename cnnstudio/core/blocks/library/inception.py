"""GoogLeNet's Inception module: windows of several sizes side by side."""

from __future__ import annotations

from cnnstudio.core.blocks.library.spec import IN, LibraryBlock, Sketch
from cnnstudio.core.text import T


def _conv(sketch: Sketch, part: str, *sources: str, filters: int, kernel: int) -> str:
    return sketch.layer(
        part,
        "conv2d",
        *sources,
        filters=filters,
        kernel_size=kernel,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
    )


def _inception(sketch: Sketch) -> None:
    """The module 3a of the paper's table 1: 64 + 128 + 32 + 32 channels."""
    narrow = _conv(sketch, "conv_1x1", IN, filters=64, kernel=1)
    _conv(sketch, "reduce_3x3", IN, filters=96, kernel=1)
    middle = _conv(sketch, "conv_3x3", filters=128, kernel=3)
    _conv(sketch, "reduce_5x5", IN, filters=16, kernel=1)
    wide = _conv(sketch, "conv_5x5", filters=32, kernel=5)
    sketch.layer("pool", "max_pooling2d", IN, pool_size=3, strides=1, padding="same")
    pooled = _conv(sketch, "conv_pool", filters=32, kernel=1)
    sketch.layer("concatenate", "concatenate", narrow, middle, wide, pooled)


BLOCKS = (
    LibraryBlock(
        id="inception",
        name="inception",
        pattern="inception",
        title=T("Inception module"),
        summary=T("Windows of 1×1, 3×3 and 5×5 and a pooling side by side, then put together."),
        help=T(
            "Which size of window suits a feature isn't decided beforehand: all look at the same "
            "map and the next layer chooses among their channels. 1×1 convolutions before the "
            "larger windows keep them cheap. The numbers are those of GoogLeNet's first module: "
            "64 + 128 + 32 + 32 = 256 channels."
        ),
        paper="Szegedy et al., 2014, Going Deeper with Convolutions, arXiv:1409.4842",
        draw=_inception,
    ),
)
