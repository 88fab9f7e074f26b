"""The parameter for one number, or one for each channel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from cnnstudio.core.layers.parameters import MAXIMUM, Parameter, or_none
from cnnstudio.core.text import T

MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers(Parameter):
    """A finite number, or a list of them: one for each channel.

    Keras takes arrays of any rank; a number for each row or pixel is data, not a setting.

    Attributes:
        minimum: The least each may be.
        optional: Whether None is allowed.
    """

    minimum: float = -math.inf
    optional: bool = False

    def read(self, raw: object) -> float | tuple[float, ...] | None:
        if raw is None and self.optional:
            return None
        if self._fits(raw):
            return float(raw)  # type: ignore[arg-type]
        if isinstance(raw, list | tuple) and 1 <= len(raw) <= MOST and all(map(self._fits, raw)):
            return tuple(map(float, raw))
        allowed = T("it takes a number, or a list with one for each channel")
        if math.isfinite(self.minimum):
            low = f"{self.minimum:g}"
            allowed = T("{allowed}, each at least {minimum}", allowed=allowed, minimum=low)
        raise self.refuse(raw, or_none(allowed, self.optional))

    def _fits(self, raw: object) -> bool:
        return (
            isinstance(raw, int | float)
            and not isinstance(raw, bool)
            and self.minimum <= raw
            and abs(raw) <= MAXIMUM
        )


def as_fraction(value: float) -> tuple[int, int] | None:
    """The fraction a person would write for `value`, such as (1, 255); None for a short decimal."""
    if len(repr(value)) < 12:
        return None
    fraction = Fraction(value).limit_denominator(1000)
    numerator, denominator = fraction.numerator, fraction.denominator
    return (numerator, denominator) if numerator / denominator == value else None
