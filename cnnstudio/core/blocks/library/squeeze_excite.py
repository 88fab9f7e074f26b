"""Squeeze-and-excitation: channels weighed by what the whole picture holds."""

from __future__ import annotations

from cnnstudio.core.blocks.library.spec import IN, LibraryBlock, Sketch
from cnnstudio.core.text import T

_RATIO = 16


def _squeeze_excite(sketch: Sketch) -> None:
    channels = sketch.place.channels
    sketch.layer("squeeze", "global_average_pooling2d", IN, keepdims=True)
    sketch.layer(
        "reduce", "dense", own=("units",), units=max(1, channels // _RATIO), activation="relu"
    )
    weights = sketch.layer("excite", "dense", own=("units",), units=channels, activation="sigmoid")
    sketch.layer("scale", "multiply", IN, weights)


BLOCKS = (
    LibraryBlock(
        id="squeeze_excite",
        name="squeeze_excite",
        pattern="squeeze_excite",
        title=T("Squeeze-and-excitation"),
        summary=T("Weighs every channel by a number from 0 to 1 that the whole map decides."),
        help=T(
            "The mean of each channel says what is in the picture; two small Dense layers make a "
            "weight for each channel of it, and the map is multiplied with them. The first has a "
            "sixteenth of the channels. It costs few weights and goes behind any convolution."
        ),
        paper="Hu et al., 2017, Squeeze-and-Excitation Networks, arXiv:1709.01507",
        draw=_squeeze_excite,
    ),
)
