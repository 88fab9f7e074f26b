"""SpatialDropout2D: whole channels switched off at random while training."""

from __future__ import annotations

from dataclasses import replace

from cnnstudio.core.layers import dropout
from cnnstudio.core.layers.common import feature_map, unchanged
from cnnstudio.core.layers.spec import Family, LayerKind, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(_v: Values, inputs: Shapes) -> Shape:
    return feature_map(inputs)


KIND = LayerKind(
    id="spatial_dropout2d",
    keras="SpatialDropout2D",
    family=Family.REGULARISATION,
    summary=T("Switches whole channels off at random while training, against overfitting."),
    help=T(
        "Neighbouring cells of a feature map are alike: where Dropout silences one, those beside "
        "it still tell what it knew. Here a channel goes as a whole, at every step another, so "
        "that the network can't lean on any single one (Tompson et al., 2014). When the network is "
        "asked, nothing is dropped."
    ),
    parameters=(
        replace(
            dropout.KIND.parameters[0],
            help=T(
                "The share of channels switched off: higher holds overfitting down more and "
                "learns more slowly. Between convolutions 0.1 to 0.3 is usual."
            ),
        ),
    ),
    output_shape=_output_shape,
    reasons=unchanged,
    advice=dropout.KIND.advice,
    headline=("rate",),
)
