"""The shape of what a dropout draws: which values share one draw."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.core.layers.common import describe
from cnnstudio.core.layers.parameters import MOST_AXES, Parameter, is_whole
from cnnstudio.core.layers.spec import ShapeError, Shapes, Values, setting
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T

Noise = tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseShape(Parameter):
    """None, or an entry for the batch and for every axis: None or a whole number above 0."""

    def read(self, raw: object) -> Noise | None:
        if raw is None:
            return None
        if (
            isinstance(raw, list | tuple)
            and 2 <= len(raw) <= MOST_AXES
            and all(n is None or (is_whole(n) and n > 0) for n in raw)
        ):
            return tuple(raw)
        raise self.refuse(
            raw,
            T(
                "it takes None, or a list with None or 1 for the batch and for every axis, such "
                "as (None, 1, 1, 1)"
            ),
        )


NOISE_SHAPE = NoiseShape(
    name="noise_shape",
    label=T("Shared draws"),
    help=T(
        "Which values are switched off together: an entry for the batch and for every axis, 1 "
        "where all share one draw, None where each has its own. (None, 1, 1, 1) keeps or drops "
        "whole pictures, (None, 1, 1, None) whole channels. None draws for every value."
    ),
    default=None,
    advanced=True,
)


def with_noise(v: Values, inputs: Shapes) -> Shape:
    """The shape rule of a layer with a noise shape: the input's, which the noise has to fit.

    Raises:
        ShapeError: For a noise shape that Keras fails with, or that fits batches of one size only,
            when it trains.
    """
    shape, noise = inputs[0], v["noise_shape"]
    if noise is None:
        return shape
    fits = len(noise) == len(shape) + 1 and noise[0] in (None, 1)
    if fits and all(n in (None, 1, size) for n, size in zip(noise[1:], shape, strict=True)):
        return shape
    raise ShapeError(
        T(
            "{layer} draws {noise}, which doesn't fit the {shape} that {producer} gives: it takes "
            "an entry for the batch and for every axis, each None or 1.",
            noise=repr(noise),
            shape=describe(shape),
        ),
        parameter="noise_shape",
        fixes=(setting("noise_shape", None),),
    )
