"""BatchNormalization: every channel with mean 0 and deviation 1, then scaled and shifted."""

from __future__ import annotations

from cnnstudio.core.layers.common import position, same_shape, unchanged
from cnnstudio.core.layers.initializers import initializer
from cnnstudio.core.layers.parameters import Axis, Flag, Number
from cnnstudio.core.layers.regularizers import regularizer
from cnnstudio.core.layers.spec import (
    Advice,
    Family,
    LayerKind,
    Reason,
    Shapes,
    Values,
    Weight,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    position(v["axis"], inputs[0])
    return same_shape(v, inputs)


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    shape = (inputs[0][position(v["axis"], inputs[0])],)
    learned = [name for name, flag in (("gamma", "scale"), ("beta", "center")) if v[flag]]
    counted = ["moving_mean", "moving_variance"]
    if v["renorm"]:
        counted += ["moving_stddev", "renorm_mean", "renorm_stddev"]
    return (
        *(Weight(name, shape) for name in learned),
        *(Weight(name, shape, trainable=False) for name in counted),
    )


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    weights = _weights(v, inputs)
    channels = weights[-1].size
    symbols = " + ".join(_SYMBOLS[weight.name] for weight in weights)
    ones = " + ".join("1" for _ in weights)
    return (
        *unchanged(v, inputs, output),
        Reason("parameters", f"({symbols})·C", f"({ones})·{channels}", len(weights) * channels),
    )


_SYMBOLS = {
    "gamma": "γ",
    "beta": "β",
    "moving_mean": "μ",
    "moving_variance": "σ²",
    "moving_stddev": "σ",
    "renorm_mean": "μ_r",
    "renorm_stddev": "σ_r",
}


def _advice(v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    found = []
    if not 0 <= v["momentum"] < 1:
        text = T(
            "{layer} has momentum {value}; outside 0 ≤ m < 1 its running mean and variance don't "
            "follow the pictures.",
            value=v["momentum"],
        )
        found.append(Advice(text, "momentum", (setting("momentum", 0.99),)))
    if v["epsilon"] <= 0:
        text = T(
            "{layer} has epsilon {value}; without a little above 0 it divides by 0 where a "
            "channel doesn't vary.",
            value=v["epsilon"],
        )
        found.append(Advice(text, "epsilon", (setting("epsilon", 0.001),)))
    return tuple(found)


KIND = LayerKind(
    id="batch_normalization",
    keras="BatchNormalization",
    family=Family.NORMALISATION,
    usual=True,
    summary=T("Brings every channel to mean 0 and deviation 1, then scales and shifts it."),
    help=T(
        "While training, each channel is brought to mean 0 and deviation 1 over the batch, then "
        "multiplied by γ and moved by β, both learned. Running means of both are "
        "kept on the side and used when the network is asked: they are counted, not trained. "
        "Training gets steadier and takes larger learning rates (Ioffe and Szegedy, 2015)."
    ),
    parameters=(
        Axis(
            name="axis",
            label=T("Axis"),
            help=T("Which axis has a mean and a deviation for each entry; −1 is the channels."),
            default=-1,
            advanced=True,
        ),
        Number(
            name="momentum",
            label=T("Momentum"),
            help=T(
                "How slowly the running mean and variance follow: nearer 1 is slower and steadier."
            ),
            default=0.99,
        ),
        Number(
            name="epsilon",
            label=T("Epsilon"),
            help=T("Added to the variance so that nothing is divided by 0."),
            default=0.001,
            advanced=True,
        ),
        Flag(
            name="center",
            label=T("Shift (β)"),
            help=T("Whether each channel gets a learned shift; then a bias before it is idle."),
            default=True,
            advanced=True,
        ),
        Flag(
            name="scale",
            label=T("Scale (γ)"),
            help=T("Whether each channel gets a learned factor."),
            default=True,
            advanced=True,
        ),
        initializer(
            "beta_initializer",
            T("β initialiser"),
            T("How the shifts are set before training starts."),
            "zeros",
        ),
        initializer(
            "gamma_initializer",
            T("γ initialiser"),
            T("How the factors are set before training starts."),
            "ones",
        ),
        initializer(
            "moving_mean_initializer",
            T("Running mean initialiser"),
            T("What the running mean starts from."),
            "zeros",
        ),
        initializer(
            "moving_variance_initializer",
            T("Running variance initialiser"),
            T("What the running variance starts from."),
            "ones",
        ),
        regularizer(
            "beta_regularizer",
            T("β regulariser"),
            T("A penalty on the shifts, added to the loss."),
        ),
        regularizer(
            "gamma_regularizer",
            T("γ regulariser"),
            T("A penalty on the factors, added to the loss."),
        ),
        Flag(
            name="renorm",
            label=T("Renormalise"),
            help=T(
                "Whether training too leans on the running values, which helps with very "
                "small batches (Ioffe, 2017). Three more values a channel are kept."
            ),
            default=False,
            advanced=True,
        ),
        Number(
            name="renorm_momentum",
            label=T("Renormalising momentum"),
            help=T("How slowly the values for renormalising follow."),
            default=0.99,
            advanced=True,
        ),
    ),
    output_shape=_output_shape,
    weights=_weights,
    reasons=_reasons,
    advice=_advice,
)
