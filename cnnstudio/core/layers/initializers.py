"""The initialisers of ``keras/src/initializers``: what a weight is before training starts.

Left out: STFT, which is a fixed transform rather than a start, and the arguments ``input_axes``
and ``output_axes``, which kernels whose axes stand in Keras' usual order don't need.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.core.layers.parameters import Choice, Integer, Number
from cnnstudio.core.layers.spec import Values
from cnnstudio.core.layers.variants import Variant, VariantOf
from cnnstudio.core.text import T, Text

SEED = Integer(
    name="seed",
    label=T("Seed"),
    help=T(
        "Empty: the run's seed decides. With a number the layer starts from the same weights "
        "in every run, and so does every other layer of its shape with that number."
    ),
    default=None,
    minimum=0,
    maximum=2**32 - 1,
    optional=True,
    advanced=True,
)
_GAIN = Number(
    name="gain", label=T("Gain"), help=T("What the matrix is multiplied with."), default=1.0
)
_MEAN = Number(
    name="mean", label=T("Mean"), help=T("Where the drawn weights have their middle."), default=0.0
)
_STDDEV = Number(
    name="stddev",
    label=T("Deviation"),
    help=T("The standard deviation σ of the drawn weights."),
    default=0.05,
    minimum=0,
)


def _ordered(values: Values) -> Text | None:
    if values["minval"] <= values["maxval"]:
        return None
    return T(
        "minval is {low} and maxval {high}; the lower end can't be above the upper one.",
        low=values["minval"],
        high=values["maxval"],
    )


def _scaled(name: str, keras: str, help: Text) -> Variant:
    """A variance scaling with its three arguments fixed."""
    return Variant(name=name, keras=keras, module="initializers", help=help, parameters=(SEED,))


VARIANTS = (
    _scaled(
        "glorot_uniform",
        "GlorotUniform",
        T(
            "Uniform, as wide as keeps both signals and gradients from growing or fading "
            "from layer to layer (Glorot and Bengio, 2010)."
        ),
    ),
    _scaled(
        "glorot_normal",
        "GlorotNormal",
        T("Normal, with the variance of glorot_uniform (Glorot and Bengio, 2010)."),
    ),
    _scaled(
        "he_uniform",
        "HeUniform",
        T("Uniform, with twice the variance for the half that ReLU makes 0 (He et al., 2015)."),
    ),
    _scaled(
        "he_normal",
        "HeNormal",
        T("Normal, with twice the variance for the half that ReLU makes 0 (He et al., 2015)."),
    ),
    _scaled(
        "lecun_uniform",
        "LecunUniform",
        T("Uniform, as wide as keeps signals from growing or fading (LeCun et al., 1998)."),
    ),
    _scaled(
        "lecun_normal",
        "LecunNormal",
        T("Normal, with the variance of lecun_uniform; what selu needs (LeCun et al., 1998)."),
    ),
    Variant(
        name="random_uniform",
        keras="RandomUniform",
        module="initializers",
        help=T("Every number between two ends alike, whatever the layer's size."),
        parameters=(
            Number(
                name="minval",
                label=T("From"),
                help=T("The lower end of the drawn weights."),
                default=-0.05,
            ),
            Number(
                name="maxval",
                label=T("To"),
                help=T("The upper end of the drawn weights."),
                default=0.05,
            ),
            SEED,
        ),
        check=_ordered,
    ),
    Variant(
        name="random_normal",
        keras="RandomNormal",
        module="initializers",
        help=T("From a bell curve of fixed width, whatever the layer's size."),
        parameters=(_MEAN, _STDDEV, SEED),
    ),
    Variant(
        name="truncated_normal",
        keras="TruncatedNormal",
        module="initializers",
        help=T("From a bell curve of fixed width; beyond two deviations it is drawn again."),
        parameters=(_MEAN, _STDDEV, SEED),
    ),
    Variant(
        name="variance_scaling",
        keras="VarianceScaling",
        module="initializers",
        help=T("A variance of scale / n, with n the inputs or outputs of one weight's sum."),
        parameters=(
            Number(
                name="scale",
                label=T("Scale"),
                help=T("The variance times n: 1 keeps a signal as it is, 2 suits ReLU."),
                default=1.0,
                minimum=0,
                open_minimum=True,
            ),
            Choice(
                name="mode",
                label=T("Mode"),
                help=T("Which n: the inputs of a sum, its outputs, or the mean of both."),
                default="fan_in",
                choices=("fan_in", "fan_out", "fan_avg"),
            ),
            Choice(
                name="distribution",
                label=T("Distribution"),
                help=T("The shape of the curve the weights are drawn from."),
                default="truncated_normal",
                choices=("truncated_normal", "untruncated_normal", "uniform"),
                aliases={"normal": "truncated_normal"},
                any_case=True,
            ),
            SEED,
        ),
    ),
    Variant(
        name="zeros", keras="Zeros", module="initializers", help=T("Every weight starts at 0.")
    ),
    Variant(name="ones", keras="Ones", module="initializers", help=T("Every weight starts at 1.")),
    Variant(
        name="constant",
        keras="Constant",
        module="initializers",
        help=T("Every weight starts at the same number."),
        parameters=(
            Number(
                name="value",
                label=T("Value"),
                help=T("The number."),
                default=0.0,
                required=True,  # Keras takes no bare "constant"
            ),
        ),
    ),
    Variant(
        name="orthogonal",
        keras="Orthogonal",
        module="initializers",
        help=T(
            "A random rotation: the columns stand at right angles, so that a signal keeps its "
            "length (Saxe et al., 2014)."
        ),
        parameters=(_GAIN, SEED),
    ),
    Variant(
        name="identity",
        keras="Identity",
        module="initializers",
        help=T("1 on the diagonal and 0 elsewhere: the layer starts by passing on its input."),
        parameters=(_GAIN,),
    ),
)
EVERY_SHAPE = tuple(v.name for v in VARIANTS if v.name not in ("orthogonal", "identity"))
"""The initialisers that fit any weight."""
KERNELS = (*EVERY_SHAPE, "orthogonal")
"""Those for a weight of at least two axes."""
MATRICES = (*KERNELS, "identity")
"""Those for a weight of two axes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Initializer(VariantOf):
    """How a weight is set before training starts."""


def initializer(
    name: str, label: Text, help: Text, default: str, choices: tuple[str, ...] = EVERY_SHAPE
) -> Initializer:
    """The parameter for an initialiser.

    Args:
        name: Keras' argument name.
        label: What a form calls it.
        help: What it is.
        default: The initialiser Keras takes when none is given.
        choices: Those that fit the weight's shape.
    """
    variants = tuple(v for v in VARIANTS if v.name in choices)
    return Initializer(
        name=name,
        label=label,
        help=help,
        default=next(v for v in variants if v.name == default).plain,
        variants=variants,
        aliases={
            "normal": "random_normal",
            "uniform": "random_uniform",
            "zero": "zeros",
            "one": "ones",
            "OrthogonalInitializer": "orthogonal",
            "IdentityInitializer": "identity",
        },
        advanced=True,
    )
