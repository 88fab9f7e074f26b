"""ReLU: negative values become 0."""

from __future__ import annotations

from cnnstudio.core.layers.common import same_shape, unchanged
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="re_lu",
    keras="ReLU",
    family=Family.ACTIVATION,
    usual=True,
    summary=T("Keeps positive values and makes negative ones 0."),
    help=T(
        "The usual bend of a CNN: cheap, and its slope of 1 lets gradients through however deep "
        "the network is. Its options give it a ceiling (ReLU6 has 6), a gentle slope for negative "
        "values (leaky ReLU), or a later start."
    ),
    parameters=(
        Number(
            name="max_value",
            label=T("Largest value"),
            help=T("A ceiling: larger values become this one. None for no ceiling."),
            default=None,
            minimum=0,
            optional=True,
        ),
        Number(
            name="negative_slope",
            label=T("Negative slope"),
            help=T(
                "What values below the threshold are multiplied with: 0 silences them, a "
                "little above 0 keeps them learning."
            ),
            default=0.0,
            minimum=0,
        ),
        Number(
            name="threshold",
            label=T("Threshold"),
            help=T("From which value on the input is passed through."),
            default=0.0,
            minimum=0,
            advanced=True,
        ),
    ),
    output_shape=same_shape,
    reasons=unchanged,
    headline=("max_value", "negative_slope"),
)
