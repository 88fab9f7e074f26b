"""LeakyReLU: negative values are made small, not 0."""

from __future__ import annotations

from cnnstudio.core.layers.common import same_shape, unchanged
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Advice, Family, LayerKind, Shapes, Values, setting
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _advice(v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    if v["negative_slope"] != 1:
        return ()
    text = T("{layer} has slope 1 on both sides, so it changes nothing.")
    return (Advice(text, "negative_slope", (setting("negative_slope", 0.3),)),)


KIND = LayerKind(
    id="leaky_re_lu",
    keras="LeakyReLU",
    family=Family.ACTIVATION,
    summary=T("Keeps positive values and multiplies negative ones by a small slope."),
    help=T(
        "A ReLU whose values are all negative gives only 0: no gradient comes through and it never "
        "learns again. A gentle slope on the negative side keeps it alive (Maas et al., 2013). "
        "PReLU learns that slope instead of having it set."
    ),
    parameters=(
        Number(
            name="negative_slope",
            label=T("Negative slope"),
            help=T(
                "What negative values are multiplied with: 0 is ReLU, 0.01 to 0.3 is usual, and "
                "at 1 nothing bends any more."
            ),
            default=0.3,
            minimum=0,
        ),
    ),
    output_shape=same_shape,
    reasons=unchanged,
    advice=_advice,
    headline=("negative_slope",),
)
