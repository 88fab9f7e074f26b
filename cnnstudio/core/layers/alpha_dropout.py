"""AlphaDropout: Dropout that keeps mean and deviation, for SELU."""

from __future__ import annotations

from cnnstudio.core.layers.common import unchanged
from cnnstudio.core.layers.noise import NOISE_SHAPE, with_noise
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="alpha_dropout",
    keras="AlphaDropout",
    family=Family.REGULARISATION,
    summary=T("Switches some values off while training and keeps mean and deviation as they were."),
    help=T(
        "Made for networks of SELU, which keep mean 0 and deviation 1 from layer to layer. Dropout "
        "would upset that; here a value switched off becomes SELU's lowest, about −1.76, and the "
        "rest is scaled and shifted so that both stay (Klambauer et al., 2017). With other "
        "activations take Dropout."
    ),
    parameters=(
        Number(
            name="rate",
            label=T("Rate"),
            help=T(
                "The share of values switched off: higher holds overfitting down more and learns "
                "more slowly. 0.05 to 0.1 is usual. At 1 nothing would be left to scale, so it "
                "stays below."
            ),
            default=0.1,
            minimum=0,
            maximum=1,
            open_maximum=True,
            required=True,
        ),
        NOISE_SHAPE,
    ),
    output_shape=with_noise,
    reasons=unchanged,
    headline=("rate",),
)
