"""Add: the sum of several branches."""

from __future__ import annotations

from cnnstudio.core.layers.merging import broadcast, broadcast_reasons
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="add",
    keras="Add",
    family=Family.MERGING,
    usual=True,
    summary=T("Adds several feature maps value by value."),
    help=T(
        "All inputs have the same shape (an axis of length 1 is repeated) and so has the sum. "
        "Added to what a few convolutions made of it, an input finds a short way around them, "
        "and so does the gradient: that is how very deep networks learn (He et al., 2015)."
    ),
    inputs=(2, None),
    output_shape=broadcast,
    reasons=broadcast_reasons,
)
