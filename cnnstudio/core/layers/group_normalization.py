"""GroupNormalization: groups of channels with mean 0 and deviation 1, picture by picture."""

from __future__ import annotations

import math

from cnnstudio.core.layers.common import position, unchanged
from cnnstudio.core.layers.normalising import (
    BETA_INITIALIZER,
    BETA_REGULARIZER,
    CENTER,
    EPSILON,
    GAMMA_INITIALIZER,
    GAMMA_REGULARIZER,
    SCALE,
    epsilon_advice,
    learned,
    learned_reasons,
)
from cnnstudio.core.layers.parameters import Axis, Integer
from cnnstudio.core.layers.spec import (
    Advice,
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    Weight,
    everything,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T

_ONE_EACH = -1


def _channels(v: Values, inputs: Shapes) -> int:
    return inputs[0][position(v["axis"], inputs[0])]


def _groups(v: Values, inputs: Shapes) -> int:
    groups: int = v["groups"]
    return _channels(v, inputs) if groups == _ONE_EACH else groups


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    channels, groups = _channels(v, inputs), _groups(v, inputs)
    if channels % groups:
        fitting = max(n for n in range(1, min(groups, channels) + 1) if channels % n == 0)
        raise ShapeError(
            T(
                "{layer} makes {groups} groups of equal size, which {channels} channels can't be "
                "divided into. {fitting} groups would do, or another number of filters before it.",
                groups=groups,
                channels=channels,
                fitting=fitting,
            ),
            parameter="groups",
            fixes=(setting("groups", fitting),),
        )
    return inputs[0]


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    return tuple(Weight(name, (_channels(v, inputs),)) for name in learned(v))


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    return (*unchanged(v, inputs, output), *learned_reasons(v, (_channels(v, inputs),), "C"))


def _advice(v: Values, inputs: Shapes, output: Shape) -> tuple[Advice, ...]:
    found = epsilon_advice(v, 0.001)
    if math.prod(output) == _groups(v, inputs):
        text = T(
            "Every group of {layer} is a single value, which is its own mean: what comes out is "
            "always β, whatever went in."
        )
        found += (Advice(text, "groups", (setting("groups", 1),)),)
    return found


KIND = LayerKind(
    id="group_normalization",
    keras="GroupNormalization",
    family=Family.NORMALISATION,
    summary=T("Brings groups of channels to mean 0 and deviation 1, then scales every channel."),
    help=T(
        "The channels are divided into groups, and each group is brought to mean 0 and deviation 1 "
        "over all its rows, columns and channels, for every picture by itself. So it works as well "
        "with batches of one or two, where BatchNormalization's means are guesses (Wu and He, "
        "2018). Each channel then has a learned factor γ and shift β."
    ),
    parameters=(
        Integer(
            name="groups",
            label=T("Groups"),
            help=T(
                "How many groups; the number of channels must be divisible by it. 1 normalises "
                "all channels together, −1 every channel by itself (instance normalisation)."
            ),
            default=32,
            also=_ONE_EACH,
        ),
        Axis(
            name="axis",
            label=T("Axis"),
            help=T("Which axis is divided into groups; −1 is the channels."),
            default=-1,
            advanced=True,
        ),
        EPSILON,
        CENTER,
        SCALE,
        BETA_INITIALIZER,
        GAMMA_INITIALIZER,
        BETA_REGULARIZER,
        GAMMA_REGULARIZER,
    ),
    output_shape=_output_shape,
    weights=_weights,
    sight=everything,
    reasons=_reasons,
    advice=_advice,
    headline=("groups",),
)
