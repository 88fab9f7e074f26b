"""GaussianNoise: noise added to values while training."""

from __future__ import annotations

from cnnstudio.core.layers.common import same_shape, unchanged
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="gaussian_noise",
    keras="GaussianNoise",
    family=Family.REGULARISATION,
    summary=T("Adds random numbers around 0 to values while training."),
    help=T(
        "At every step each value is moved a little by a number drawn from a normal distribution "
        "with mean 0. After the Input it is an augmentation: the network sees every picture with "
        "other noise and learns not to mind it. When the network is asked, nothing is added."
    ),
    parameters=(
        Number(
            name="stddev",
            label=T("Deviation"),
            help=T(
                "The noise's standard deviation, in the values' own unit: 0.1 is visible on "
                "pixels from 0 to 1 and nothing on pixels from 0 to 255."
            ),
            default=0.1,
            minimum=0,
            maximum=1,
            required=True,
        ),
    ),
    output_shape=same_shape,
    reasons=unchanged,
    headline=("stddev",),
)
