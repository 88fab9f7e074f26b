"""Maximum: the largest of several branches."""

from __future__ import annotations

from cnnstudio.core.layers.merging import broadcast, broadcast_reasons
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="maximum",
    keras="Maximum",
    family=Family.MERGING,
    summary=T("Keeps the largest of several feature maps' values at every place."),
    help=T(
        "At each place the branch with the strongest answer wins and alone gets the gradient, so "
        "that branches specialise. With convolutions as branches this is Maxout, a bend whose "
        "form is learned (Goodfellow et al., 2013)."
    ),
    inputs=(2, None),
    output_shape=broadcast,
    reasons=broadcast_reasons,
)
