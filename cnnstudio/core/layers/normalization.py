"""Normalization: every channel with mean 0 and deviation 1 over the whole training set."""

from __future__ import annotations

from dataclasses import replace

from cnnstudio.core.layers.axes import positions
from cnnstudio.core.layers.common import describe, unchanged
from cnnstudio.core.layers.numbers import Numbers
from cnnstudio.core.layers.parameters import Axis, Flag
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


def _kept(v: Values, inputs: Shapes) -> tuple[int, ...]:
    """The axes with a mean for each entry, in the order of the input's shape."""
    return () if v["axis"] is None else tuple(sorted(positions(v, inputs)))


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    mean, variance = v["mean"], v["variance"]
    kept = _kept(v, inputs)
    if _count(mean) != _count(variance):
        lacking, given = ("mean", variance) if _count(mean) < 0 else ("variance", mean)
        value = None if given is None else 0.0 if lacking == "mean" else 1.0
        listed = value is not None and isinstance(given, tuple)
        raise ShapeError(
            T(
                "{layer} needs mean and variance together, and as many of one as of the other; "
                "it has {mean} and {variance}.",
                mean=_said(mean),
                variance=_said(variance),
            ),
            parameter=lacking,
            fixes=(setting(lacking, [value] * len(given) if listed else value),),
        )
    if isinstance(mean, tuple):
        entries = inputs[0][kept[-1]] if kept else 0
        if len(mean) != entries and (len(mean) != 1 or not kept):
            raise ShapeError(
                T(
                    "{layer} has {count} means and variances, but along its axis {producer} gives "
                    "{entries} of {shape}: one number, or one for each.",
                    count=len(mean),
                    entries=entries,
                    shape=describe(inputs[0]),
                ),
                parameter="mean",
                fixes=(
                    replace(setting("mean", mean[0]), then=(setting("variance", variance[0]),)),
                ),
            )
    return inputs[0]


def _count(numbers: object) -> int:
    """How many numbers; 0 for a single one, −1 for None."""
    return -1 if numbers is None else len(numbers) if isinstance(numbers, tuple) else 0


def _said(numbers: object) -> str:
    return f"({len(numbers)})" if isinstance(numbers, tuple) else f"{numbers}"


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    """The counted values of a layer without a mean of its own; a given one is a constant."""
    if v["mean"] is not None:
        return ()
    shape = tuple(inputs[0][axis] for axis in _kept(v, inputs))
    return (
        Weight("mean", shape, trainable=False),
        Weight("variance", shape, trainable=False),
        Weight("count", (), trainable=False),
    )


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    weights = _weights(v, inputs)
    found = unchanged(v, inputs, output)
    if not weights:
        return found
    entries = "·".join(map(str, weights[0].shape)) or "1"
    total = sum(weight.size for weight in weights)
    return (*found, Reason("parameters", "(μ + σ²)·n + count", f"(1 + 1)·{entries} + 1", total))


def _advice(v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    if v["mean"] is None:
        text = T(
            "{layer} has no mean and variance and was never adapted: with mean 0 and variance 1 "
            "it changes nothing. Give it those of the training pictures, or leave it out."
        )
        return (Advice(text, "mean", id="normalization.unadapted"),)
    variances = v["variance"] if isinstance(v["variance"], tuple) else (v["variance"],)
    if 0 in variances:
        text = T("{layer} has a variance of 0 and so divides by 0.0000001: values get huge.")
        return (Advice(text, "variance", (setting("variance", 1.0),), id="normalization.zero"),)
    return ()


KIND = LayerKind(
    id="normalization",
    keras="Normalization",
    family=Family.PREPROCESSING,
    summary=T("Subtracts a fixed mean from every channel and divides by its deviation."),
    help=T(
        "(x − μ) / σ with the mean and variance of the training pictures: all channels then have "
        "about the same range, and what is dark in one picture is dark in all. Unlike "
        "BatchNormalization it learns nothing and does the same in training and use. Weights that "
        "come with a network bring their own numbers, such as ImageNet's."
    ),
    parameters=(
        Axis(
            name="axis",
            label=T("Axis"),
            help=T(
                "Which axes have a mean and a variance for each entry; −1 is the channels, None "
                "one of both for everything."
            ),
            default=-1,
            several=True,
            optional=True,
            advanced=True,
        ),
        Numbers(
            name="mean",
            label=T("Mean"),
            help=T(
                "μ, what is subtracted: one number, or one for each channel. Empty: 0 until "
                "weights are loaded."
            ),
            default=None,
            optional=True,
        ),
        Numbers(
            name="variance",
            label=T("Variance"),
            help=T(
                "σ², the square of what is divided by: as many numbers as means. Empty: 1 until "
                "weights are loaded."
            ),
            default=None,
            minimum=0,
            optional=True,
        ),
        Flag(
            name="invert",
            label=T("Invert"),
            help=T("Whether it goes the other way, x·σ + μ: from normalised back to pictures."),
            default=False,
            advanced=True,
        ),
    ),
    output_shape=_output_shape,
    weights=_weights,
    reasons=_reasons,
    advice=_advice,
    headline=("mean", "variance"),
)
