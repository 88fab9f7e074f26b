"""MaxPooling2D: the largest value of every window."""

from __future__ import annotations

from cnnstudio.core.layers.common import PADDING
from cnnstudio.core.layers.pooling import (
    STRIDES,
    pool_size,
    pooling_reasons,
    pooling_shape,
    pooling_sight,
)
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="max_pooling2d",
    keras="MaxPooling2D",
    family=Family.POOLING,
    usual=True,
    summary=T("Keeps the largest value of every window: smaller feature maps, nothing to learn."),
    help=T(
        "A window slides over each channel by itself and only its largest value is kept. What a "
        "filter found stays, where exactly it was found is forgotten a little, and the layers "
        "below have less to compute. Channels stay as many as they are."
    ),
    parameters=(
        pool_size(T("Rows and columns of the window. 2 keeps one value of four.")),
        STRIDES,
        PADDING,
    ),
    output_shape=pooling_shape,
    sight=pooling_sight,
    reasons=pooling_reasons,
    headline=("pool_size", "strides", "padding"),
)
