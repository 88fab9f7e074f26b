"""Multiply: the product of several branches."""

from __future__ import annotations

from cnnstudio.core.layers.merging import broadcast, broadcast_reasons
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="multiply",
    keras="Multiply",
    family=Family.MERGING,
    summary=T("Multiplies several feature maps value by value."),
    help=T(
        "One branch weighs what another one found: a factor near 0 silences a value, one near 1 "
        "lets it pass. With one factor a channel, made by global pooling and a sigmoid and "
        "repeated over rows and columns, a network turns channels up and down by what the whole "
        "picture shows (squeeze and excitation; Hu et al., 2017)."
    ),
    inputs=(2, None),
    output_shape=broadcast,
    reasons=broadcast_reasons,
)
