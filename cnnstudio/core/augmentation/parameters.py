"""The kinds of argument that only augmentation has: a shift, and a range of factors."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.core.layers.parameters import MAXIMUM, Parameter
from cnnstudio.core.text import T

Number = int | float
MOST_VALUES = 1000
FARTHEST = 10_000  # pixels


def is_number(raw: object) -> bool:
    """Whether `raw` is a finite number (a bool is not)."""
    return isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) <= MAXIMUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Parameter):
    """How far a picture moves, in one of ImageDataGenerator's three ways of saying it.

    A number with a decimal point is the farthest it goes: below 1 a share of the axis, from 1 on
    pixels. A whole number n means whole pixels from −(n − 1) to n − 1. A list has the distances to
    choose from, in either direction; if all are below 1 they are shares of the axis.

    What type a number has decides what is drawn, so it stays as it is written.
    """

    def read(self, raw: object) -> Number | tuple[Number, ...]:
        if is_number(raw) and 0 <= raw <= FARTHEST:  # type: ignore[operator]
            return raw  # type: ignore[return-value]
        if (
            isinstance(raw, list | tuple)
            and 1 <= len(raw) <= MOST_VALUES
            and all(is_number(one) and abs(one) <= FARTHEST for one in raw)
        ):
            return tuple(raw)
        allowed = T(
            "it takes a number from 0 to {most} (with a decimal point and below 1, a share of the "
            "picture; else pixels), or a list of numbers to choose from",
            most=FARTHEST,
        )
        raise self.refuse(raw, allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors(Parameter):
    """The two ends of a range of factors.

    Attributes:
        single: Whether one number z below 1 may stand for 1 − z to 1 + z.
        zero: Whether the factor 0 is allowed.
        optional: Whether None is allowed (nothing is drawn).
    """

    single: bool = False
    zero: bool = False
    optional: bool = False
    largest: float = 100

    def read(self, raw: object) -> float | tuple[float, float] | None:
        if raw is None and self.optional:
            return None
        if self.single and is_number(raw) and 0 <= raw < 1:  # type: ignore[operator]
            return float(raw)  # type: ignore[arg-type]
        if isinstance(raw, list | tuple) and len(raw) == 2 and all(map(self._fits, raw)):
            return float(raw[0]), float(raw[1])
        low = "≥ 0" if self.zero else "> 0"
        allowed = (
            T(
                "it takes a number ≥ 0 and < 1, or two numbers {low} and ≤ {high}",
                low=low,
                high=self.largest,
            )
            if self.single
            else T("it takes two numbers {low} and ≤ {high}", low=low, high=self.largest)
        )
        raise self.refuse(
            raw, T("{allowed}, or None", allowed=allowed) if self.optional else allowed
        )

    def _fits(self, raw: object) -> bool:
        if not is_number(raw):
            return False
        assert isinstance(raw, int | float)
        return (raw >= 0 if self.zero else raw > 0) and raw <= self.largest
