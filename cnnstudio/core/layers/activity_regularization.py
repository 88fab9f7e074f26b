"""ActivityRegularization: a penalty on large outputs."""

from __future__ import annotations

from cnnstudio.core.layers.common import same_shape, unchanged
from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.spec import Advice, Family, LayerKind, Shapes, Values, setting
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _advice(v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    if v["l1"] or v["l2"]:
        return ()
    text = T("{layer} has both factors at 0, so it changes nothing.")
    return (Advice(text, "l1", (setting("l1", 0.0001), setting("l2", 0.0001))),)


KIND = LayerKind(
    id="activity_regularization",
    keras="ActivityRegularization",
    family=Family.REGULARISATION,
    summary=T("Passes values through and adds a penalty on large ones to the loss."),
    help=T(
        "The loss grows by l1·Σ|v| + l2·Σv² over the values that pass, divided by the number of "
        "pictures in the batch. Training then looks for weights that make small outputs, or with "
        "l1 mostly zeros: few units speak for each picture. The values themselves stay as they are."
    ),
    parameters=(
        Number(
            name="l1",
            label=T("L1 factor"),
            help=T("How much absolute values weigh: with more, more outputs become exactly 0."),
            default=0.0,
            minimum=0,
        ),
        Number(
            name="l2",
            label=T("L2 factor"),
            help=T("How much squares weigh: with more, large outputs shrink and all get alike."),
            default=0.0,
            minimum=0,
        ),
    ),
    output_shape=same_shape,
    reasons=unchanged,
    advice=_advice,
    headline=("l1", "l2"),
)
