"""GaussianDropout: values multiplied by noise around 1 while training."""

from __future__ import annotations

from cnnstudio.core.layers.common import same_shape, unchanged
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="gaussian_dropout",
    keras="GaussianDropout",
    family=Family.REGULARISATION,
    summary=T("Multiplies values by random numbers around 1 while training."),
    help=T(
        "Instead of switching values off, each is multiplied by a number drawn from a normal "
        "distribution with mean 1 and deviation √(rate / (1 − rate)), the same spread Dropout "
        "has. No value disappears, yet none can be relied on alone (Srivastava et al., 2014). When "
        "the network is asked, nothing changes."
    ),
    parameters=(
        Number(
            name="rate",
            label=T("Rate"),
            help=T(
                "How strong the noise is, on Dropout's scale: 0.5 gives a deviation of 1. At 1 it "
                "would be infinite, so it stays below."
            ),
            default=0.5,
            minimum=0,
            maximum=1,
            open_maximum=True,
            required=True,
        ),
    ),
    output_shape=same_shape,
    reasons=unchanged,
    headline=("rate",),
)
