"""StochasticDepth: a whole branch left out at random while training."""

from __future__ import annotations

from cnnstudio.core.layers.common import same_shape, unchanged
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="stochastic_depth",
    keras="StochasticDepth",
    module="keras.src.applications.convnext",
    family=Family.REGULARISATION,
    summary=T("Leaves the branch before it out for some pictures while training."),
    help=T(
        "At the end of a residual branch it sets everything to 0 for pictures drawn at random, so "
        "that only the way around the branch is left, and for the others makes up for it by "
        "1 / (1 − rate). Training sees many shallower networks and the full one is used (Huang et "
        "al., 2016). Keras has it for ConvNeXt; in code it is imported from there."
    ),
    parameters=(
        Number(
            name="drop_path_rate",
            label=T("Rate"),
            help=T(
                "For which share of the pictures the branch is left out: usually little at the "
                "beginning of a network and more towards its end. It stays below 1."
            ),
            default=0.1,
            minimum=0,
            maximum=1,
            open_maximum=True,
            required=True,
        ),
    ),
    output_shape=same_shape,
    reasons=unchanged,
    headline=("drop_path_rate",),
)
