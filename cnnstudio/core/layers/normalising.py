"""What the normalisations share that learn a factor and a shift."""

from __future__ import annotations

import math

from cnnstudio.core.layers.initializers import initializer
from cnnstudio.core.layers.parameters import Flag, Number
from cnnstudio.core.layers.regularizers import regularizer
from cnnstudio.core.layers.spec import Advice, Reason, Values, setting
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T

EPSILON = Number(
    name="epsilon",
    label=T("Epsilon"),
    help=T("Added to the variance so that nothing is divided by 0."),
    default=0.001,
    advanced=True,
)
CENTER = Flag(
    name="center",
    label=T("Shift (β)"),
    help=T("Whether a learned shift is added; then a bias before it is idle."),
    default=True,
    advanced=True,
)
SCALE = Flag(
    name="scale",
    label=T("Scale (γ)"),
    help=T("Whether the result is multiplied by a learned factor."),
    default=True,
    advanced=True,
)
BETA_INITIALIZER = initializer(
    "beta_initializer",
    T("β initialiser"),
    T("How the shifts are set before training starts."),
    "zeros",
)
GAMMA_INITIALIZER = initializer(
    "gamma_initializer",
    T("γ initialiser"),
    T("How the factors are set before training starts."),
    "ones",
)
BETA_REGULARIZER = regularizer(
    "beta_regularizer",
    T("β regulariser"),
    T("A penalty on the shifts, added to the loss."),
)
GAMMA_REGULARIZER = regularizer(
    "gamma_regularizer",
    T("γ regulariser"),
    T("A penalty on the factors, added to the loss."),
)


def learned(v: Values) -> tuple[str, ...]:
    """Which of γ and β there are, in the order Keras makes them."""
    return tuple(name for name, flag in (("gamma", "scale"), ("beta", "center")) if v[flag])


def learned_reasons(v: Values, shape: Shape, symbol: str = "") -> tuple[Reason, ...]:
    """Where the number of parameters comes from; none if nothing is learned.

    Args:
        v: The layer's values.
        shape: The shape of γ and of β.
        symbol: What its one axis is called; "" for several, which are numbered.
    """
    names = learned(v)
    if not names:
        return ()
    kinds = " + ".join({"gamma": "γ", "beta": "β"}[name] for name in names)
    ones = " + ".join("1" for _ in names)
    axes = symbol or "·".join(f"n_{axis}" for axis, _ in enumerate(shape, start=1))
    sizes = "·".join(map(str, shape))
    value = len(names) * math.prod(shape)
    return (Reason("parameters", f"({kinds})·{axes}", f"({ones})·{sizes}", value),)


def epsilon_advice(v: Values, usual: float) -> tuple[Advice, ...]:
    """The advice of a layer that may divide by 0.

    Args:
        v: The layer's values.
        usual: Keras' default.
    """
    if v["epsilon"] > 0:
        return ()
    text = T(
        "{layer} has epsilon {value}; without a little above 0 it divides by 0 where the values "
        "don't vary.",
        value=v["epsilon"],
    )
    return (Advice(text, "epsilon", (setting("epsilon", usual),)),)
