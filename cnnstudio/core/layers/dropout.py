"""Dropout: values switched off at random while training."""

from __future__ import annotations

from cnnstudio.core.layers.common import unchanged
from cnnstudio.core.layers.noise import NOISE_SHAPE, with_noise
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Advice, Family, LayerKind, Shapes, Values, setting
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _advice(v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    if v["rate"] < 1:
        return ()
    text = T("{layer} switches every value off while training, so nothing is learned above it.")
    return (Advice(text, "rate", (setting("rate", 0.5),)),)


KIND = LayerKind(
    id="dropout",
    keras="Dropout",
    family=Family.REGULARISATION,
    usual=True,
    summary=T("Switches some values off at random while training, against overfitting."),
    help=T(
        "At every training step other values become 0 and the rest grow by 1 / (1 − rate), so "
        "that the sum stays alike. No unit can rely on one other alone, and what is learned "
        "spreads out (Srivastava et al., 2014). When the network is asked, nothing is dropped."
    ),
    parameters=(
        Number(
            name="rate",
            label=T("Rate"),
            help=T(
                "The share of values switched off: higher holds overfitting down more and "
                "learns more slowly."
            ),
            default=0.5,
            minimum=0,
            maximum=1,
            required=True,
        ),
        NOISE_SHAPE,
    ),
    output_shape=with_noise,
    reasons=unchanged,
    advice=_advice,
    headline=("rate",),
)
