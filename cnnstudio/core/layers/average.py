"""Average: the mean of several branches."""

from __future__ import annotations

from cnnstudio.core.layers.merging import broadcast, broadcast_reasons
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="average",
    keras="Average",
    family=Family.MERGING,
    summary=T("Takes the mean of several feature maps value by value."),
    help=T(
        "The sum of the inputs divided by their number, so that values stay as large as they were "
        "however many branches meet. Over the predictions of several branches it is a small "
        "ensemble: their errors partly cancel, and the mean is often right where one alone isn't."
    ),
    inputs=(2, None),
    output_shape=broadcast,
    reasons=broadcast_reasons,
)
