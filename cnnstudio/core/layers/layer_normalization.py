"""LayerNormalization: every place's channels with mean 0 and deviation 1, picture by picture."""

from __future__ import annotations

from cnnstudio.core.layers.axes import along_axes, count_together, sight
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
from cnnstudio.core.layers.parameters import Axis
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


def _normalised(v: Values, inputs: Shapes) -> Shape:
    """The lengths of the axes, which Keras sorts as they are written: −1 comes before 1."""
    axes = v["axis"] if isinstance(v["axis"], tuple) else (v["axis"],)
    return tuple(inputs[0][position(axis, inputs[0])] for axis in sorted(axes))


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    shape = _normalised(v, inputs)
    return tuple(Weight(name, shape) for name in learned(v))


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    shape = _normalised(v, inputs)
    sizes = unchanged(v, inputs, output)
    return (*sizes, *learned_reasons(v, shape, "n" if len(shape) == 1 else ""))


def _advice(v: Values, inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    found = epsilon_advice(v, 0.001)
    if count_together(v, inputs) == 1:
        text = T(
            "{layer} normalises a single value, which is its own mean: what comes out is always "
            "β, whatever went in."
        )
        whole = (setting("axis", [1, 2, 3]),) if len(inputs[0]) == 3 else ()
        found += (Advice(text, "axis", whole),)
    return found


KIND = LayerKind(
    id="layer_normalization",
    keras="LayerNormalization",
    family=Family.NORMALISATION,
    summary=T("Brings the channels of every place to mean 0 and deviation 1, then scales them."),
    help=T(
        "Mean and deviation are taken over the channels of one place in one picture, not over the "
        "batch: small batches do no harm, training and use compute the same, and nothing is kept "
        "on the side. Then each channel is multiplied by γ and moved by β, both learned (Ba et "
        "al., 2016). Transformers and ConvNeXt normalise this way."
    ),
    parameters=(
        Axis(
            name="axis",
            label=T("Axis"),
            help=T(
                "Over which axes mean and deviation are taken, and γ and β have an entry: −1 is "
                "the channels; (1, 2, 3) is the whole feature map, which then has a fixed size."
            ),
            default=-1,
            several=True,
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
    output_shape=along_axes,
    weights=_weights,
    sight=sight,
    reasons=_reasons,
    advice=_advice,
)
