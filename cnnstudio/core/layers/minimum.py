"""Minimum: the smallest of several branches."""

from __future__ import annotations

from cnnstudio.core.layers.merging import broadcast, broadcast_reasons
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="minimum",
    keras="Minimum",
    family=Family.MERGING,
    summary=T("Keeps the smallest of several feature maps' values at every place."),
    help=T(
        "A value is large only where all branches answer strongly: they have to agree, as with a "
        "logical and. At each place the weakest branch alone gets the gradient. The opposite, "
        "where one branch is enough, is Maximum."
    ),
    inputs=(2, None),
    output_shape=broadcast,
    reasons=broadcast_reasons,
)
