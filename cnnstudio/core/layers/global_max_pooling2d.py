"""GlobalMaxPooling2D: the largest value of every channel."""

from __future__ import annotations

from cnnstudio.core.layers.common import KEEPDIMS
from cnnstudio.core.layers.pooling import global_reasons, global_shape
from cnnstudio.core.layers.spec import Family, LayerKind, everything
from cnnstudio.core.text import T

KIND = LayerKind(
    id="global_max_pooling2d",
    keras="GlobalMaxPooling2D",
    family=Family.POOLING,
    summary=T("Makes one value of every channel: the largest over all rows and columns."),
    help=T(
        "Every channel says how strongly its feature appears anywhere in the picture; one clear "
        "find is enough, where the global mean asks how much of it there is. In the place of "
        "Flatten it leaves as many values as channels."
    ),
    parameters=(KEEPDIMS,),
    output_shape=global_shape,
    sight=everything,
    reasons=global_reasons,
)
