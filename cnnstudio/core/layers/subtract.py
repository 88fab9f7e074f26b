"""Subtract: the difference of two branches."""

from __future__ import annotations

from cnnstudio.core.layers.merging import broadcast, broadcast_reasons
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="subtract",
    keras="Subtract",
    family=Family.MERGING,
    summary=T("Subtracts the second feature map from the first, value by value."),
    help=T(
        "The order counts: the first input minus the second one. What both branches agree on "
        "becomes 0 and what only one of them found remains, with its sign. That is how two views "
        "are compared, or how what a branch has estimated, such as noise, is taken out again "
        "(Zhang et al., 2016)."
    ),
    inputs=(2, 2),
    output_shape=broadcast,
    reasons=broadcast_reasons,
)
