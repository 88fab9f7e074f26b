"""Dot: the scalar products of two branches' vectors."""

from __future__ import annotations

import math
from itertools import islice

from cnnstudio.core.layers.common import axis_names, describe, position
from cnnstudio.core.layers.parameters import Axis, Flag
from cnnstudio.core.layers.spec import (
    Family,
    Fix,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    everything,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _places(v: Values, inputs: Shapes) -> tuple[int, int]:
    """Where the two axes lie that are multiplied and summed over."""
    axes = v["axes"] if isinstance(v["axes"], tuple) else (v["axes"], v["axes"])
    first, second = (
        position(axis, shape, "axes") for axis, shape in zip(axes, inputs, strict=True)
    )
    return first, second


def _rest(v: Values, inputs: Shapes) -> tuple[Shape, Shape]:
    """What is left of both shapes without those axes."""
    first, second = (
        (*shape[:at], *shape[at + 1 :])
        for shape, at in zip(inputs, _places(v, inputs), strict=True)
    )
    return first, second


def _summed(v: Values, inputs: Shapes) -> int:
    return inputs[0][_places(v, inputs)[0]]


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    first, second = _places(v, inputs)
    if inputs[0][first] != inputs[1][second]:
        raise ShapeError(
            T(
                "{layer} multiplies along an axis that must be as long in both: {producer} gives "
                "{first}, {one} long there, and {other} gives {second}, {two} long. Choose axes of "
                "equal length, or give the branches as many units or filters.",
                first=describe(inputs[0]),
                one=inputs[0][first],
                second=describe(inputs[1]),
                two=inputs[1][second],
            ),
            parameter="axes",
            inputs=(0, 1),
            fixes=_equally_long(*inputs),
        )
    kept, added = _rest(v, inputs)
    return (*kept, *added) or (1,)


def _equally_long(first: Shape, second: Shape) -> tuple[Fix, ...]:
    """The axes nearest to the end that would do."""
    pairs = (
        setting("axes", [one + 1, other + 1])
        for one in reversed(range(len(first)))
        for other in reversed(range(len(second)))
        if first[one] == second[other]
    )
    return tuple(islice(pairs, 1))


def _macs(v: Values, inputs: Shapes, output: Shape) -> int:
    return math.prod(output) * _summed(v, inputs)


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    sources = [f"n_{i + 1}" for i, rest in enumerate(_rest(v, inputs)) for _ in rest] or ["1"]
    sizes = [
        Reason(name, source, f"{size}", size)
        for name, source, size in zip(axis_names(len(output)), sources, output, strict=True)
    ]
    symbols = "·".join([*sources, "n"])
    numbers = "·".join(map(str, (*output, _summed(v, inputs))))
    return (*sizes, Reason("macs", symbols, numbers, _macs(v, inputs, output)))


KIND = LayerKind(
    id="dot",
    keras="Dot",
    family=Family.MERGING,
    summary=T("Multiplies the vectors of two branches and sums each product up to one number."),
    help=T(
        "Of two vectors it makes one number, the scalar product: large if they point the same way, "
        "0 if they have nothing in common, negative if they are opposites. Of two feature maps, "
        "every vector of the first meets every vector of the second. Two branches that describe "
        "pictures are compared this way; in attention it says what looks at what."
    ),
    inputs=(2, 2),
    parameters=(
        Axis(
            name="axes",
            label=T("Axes"),
            help=T(
                "Along which axis of each input the products are summed: one number for both, or "
                "one for each. −1 is the last: values, channels. Both must be equally long."
            ),
            default=-1,
            several=True,
            length=2,
            required=True,
        ),
        Flag(
            name="normalize",
            label=T("Normalise"),
            help=T(
                "Whether vectors are brought to length 1 first: the result is then the cosine of "
                "their angle, from −1 to 1, however large their values are."
            ),
            default=False,
        ),
    ),
    output_shape=_output_shape,
    macs=_macs,
    sight=everything,
    reasons=_reasons,
    headline=("axes", "normalize"),
)
