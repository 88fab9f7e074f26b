"""AveragePooling2D: the mean of every window."""

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
    id="average_pooling2d",
    keras="AveragePooling2D",
    family=Family.POOLING,
    usual=True,
    summary=T("Keeps the mean of every window: smaller, smoother feature maps, nothing to learn."),
    help=T(
        "A window slides over each channel by itself and its mean is kept, so every cell has a "
        "say, where max pooling keeps only the strongest. With padding same, cells outside the "
        "feature map don't count for the mean. Channels stay as many as they are."
    ),
    parameters=(
        pool_size(T("Rows and columns of the window. 2 makes one value of four."), required=True),
        STRIDES,
        PADDING,
    ),
    output_shape=pooling_shape,
    sight=pooling_sight,
    reasons=pooling_reasons,
    headline=("pool_size", "strides", "padding"),
)
