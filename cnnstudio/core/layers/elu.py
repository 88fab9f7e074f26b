"""ELU: negative values level off smoothly."""

from __future__ import annotations

from cnnstudio.core.layers.common import same_shape, unchanged
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Advice, Family, LayerKind, Shapes, Values, setting
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _advice(v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    if v["alpha"] >= 0:
        return ()
    text = T(
        "{layer} has alpha {value}: below 0 its curve turns up again, so that a negative and a "
        "positive value give the same.",
        value=v["alpha"],
    )
    return (Advice(text, "alpha", (setting("alpha", 1.0),)),)


KIND = LayerKind(
    id="elu",
    keras="ELU",
    family=Family.ACTIVATION,
    summary=T("Keeps positive values and lets negative ones level off at −α."),
    help=T(
        "Negative values become α·(exp(x) − 1): near 0 the curve goes on without a corner, far "
        "below it stays at −α. Negative values still learn, outputs are nearer to mean 0 than "
        "ReLU's, and training gets steadier for some more computing (Clevert et al., 2015)."
    ),
    parameters=(
        Number(
            name="alpha",
            label=T("Alpha (α)"),
            help=T(
                "How far down negative values go: the curve levels off at −α. With 1 it has no "
                "corner at 0; 0 makes it a ReLU."
            ),
            default=1.0,
        ),
    ),
    output_shape=same_shape,
    reasons=unchanged,
    advice=_advice,
    headline=("alpha",),
)
