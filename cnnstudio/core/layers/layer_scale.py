"""LayerScale: every channel times a learned factor that starts small."""

from __future__ import annotations

from cnnstudio.core.layers.common import describe, unchanged
from cnnstudio.core.layers.parameters import Integer, Number
from cnnstudio.core.layers.spec import (
    Advice,
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    Weight,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    *rest, channels = inputs[0]
    factors = v["projection_dim"]
    if channels not in (1, factors) and factors != 1:
        raise ShapeError(
            T(
                "{layer} has {factors} factors, one a channel, but {producer} gives {shape}.",
                factors=factors,
                shape=describe(inputs[0]),
            ),
            parameter="projection_dim",
            fixes=(setting("projection_dim", channels),),
        )
    return (*rest, max(channels, factors))


def _weights(v: Values, _inputs: Shapes) -> tuple[Weight, ...]:
    return (Weight("variable", (v["projection_dim"],)),)


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    *sizes, last = unchanged(v, inputs, output)
    if output != inputs[0]:
        last = Reason(last.quantity, "N_factors", f"{output[-1]}", output[-1])
    factors = v["projection_dim"]
    return (*sizes, last, Reason("parameters", "N_factors", f"{factors}", factors))


def _advice(v: Values, inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    channels, factors = inputs[0][-1], v["projection_dim"]
    if channels == factors:
        return ()
    text = (
        T("{layer} has one factor for all {channels} channels.", channels=channels)
        if factors == 1
        else T("{layer} repeats a single channel {factors} times.", factors=factors)
    )
    return (Advice(text, "projection_dim", (setting("projection_dim", channels),)),)


KIND = LayerKind(
    id="layer_scale",
    keras="LayerScale",
    module="keras.src.applications.convnext",
    family=Family.CORE,
    summary=T("Multiplies every channel by a learned factor that starts near 0."),
    help=T(
        "It stands at the end of a residual branch: because its factors start tiny, a new block "
        "changes almost nothing at first and comes in as they grow, which keeps very deep networks "
        "steady (Touvron et al., 2021). Keras has it for ConvNeXt; in code it is imported from "
        "there."
    ),
    parameters=(
        Number(
            name="init_values",
            label=T("First value"),
            help=T("What every factor is before training; ConvNeXt takes 0.000001."),
            default=1e-6,
            required=True,
        ),
        Integer(
            name="projection_dim",
            label=T("Factors"),
            help=T("How many factors there are: as many as the input has channels."),
            default=64,
            required=True,
        ),
    ),
    output_shape=_output_shape,
    weights=_weights,
    reasons=_reasons,
    advice=_advice,
    headline=("init_values",),
)
