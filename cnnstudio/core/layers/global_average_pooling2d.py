"""GlobalAveragePooling2D: the mean of every channel."""

from __future__ import annotations

from cnnstudio.core.layers.common import KEEPDIMS
from cnnstudio.core.layers.pooling import global_reasons, global_shape
from cnnstudio.core.layers.spec import Family, LayerKind, everything
from cnnstudio.core.text import T

KIND = LayerKind(
    id="global_average_pooling2d",
    keras="GlobalAveragePooling2D",
    family=Family.POOLING,
    usual=True,
    summary=T("Makes one value of every channel: the mean over all rows and columns."),
    help=T(
        "Every channel says how much of its feature there is in the whole picture, wherever it "
        "is. In the place of Flatten it leaves as many values as channels, so the Dense layer "
        "below needs far fewer parameters and overfits less (Lin et al., 2013)."
    ),
    parameters=(KEEPDIMS,),
    output_shape=global_shape,
    sight=everything,
    reasons=global_reasons,
)
