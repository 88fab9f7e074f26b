"""Rescaling: every value times a factor, plus an offset."""

from __future__ import annotations

from typing import Any

from cnnstudio.core.layers.common import describe, unchanged
from cnnstudio.core.layers.numbers import Numbers
from cnnstudio.core.layers.spec import (
    Advice,
    Family,
    LayerKind,
    ShapeError,
    Shapes,
    Values,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    for name in ("scale", "offset"):
        numbers = v[name]
        if isinstance(numbers, tuple) and len(numbers) not in (1, inputs[0][-1]):
            raise ShapeError(
                T(
                    "{layer} has {count} numbers for {parameter}, but {producer} gives {shape}: "
                    "one number, or one for each of the {channels} channels.",
                    count=len(numbers),
                    parameter=name,
                    shape=describe(inputs[0]),
                    channels=inputs[0][-1],
                ),
                parameter=name,
                fixes=(setting(name, numbers[0]),),
            )
    return inputs[0]


def _advice(v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    if not any(factor == 0 for factor in _each(v["scale"])):
        return ()
    text = T("{layer} multiplies by 0: nothing of the picture is left.")
    return (Advice(text, "scale", (setting("scale", 1 / 255),), id="rescaling.nothing"),)


def _each(numbers: Any) -> tuple[float, ...]:
    return numbers if isinstance(numbers, tuple) else (numbers,)


KIND = LayerKind(
    id="rescaling",
    keras="Rescaling",
    family=Family.PREPROCESSING,
    usual=True,
    summary=T("Multiplies every value by a number and adds another: 0..255 becomes 0..1."),
    help=T(
        "Networks learn best from small numbers around 0, and pictures come as 0 to 255. 1/255 "
        "brings them to 0..1; 1/127.5 with an offset of −1 to −1..1. As a layer it belongs to the "
        "network and can't be forgotten when it is used; pictures already scaled must not be "
        "scaled twice."
    ),
    parameters=(
        Numbers(
            name="scale",
            label=T("Factor"),
            help=T("What every value is multiplied by; 1/255 ≈ 0.00392. One, or one a channel."),
            default=1 / 255,
            required=True,
        ),
        Numbers(
            name="offset",
            label=T("Offset"),
            help=T("What is added after that. One number, or one for each channel."),
            default=0.0,
        ),
    ),
    output_shape=_output_shape,
    reasons=unchanged,
    advice=_advice,
    headline=("scale", "offset"),
)
