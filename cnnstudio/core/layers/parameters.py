"""The parameters of layers: what a value may be, and the sentence for one that may not.

Each parameter reads a raw value (from a project file, a form or code) into the value the rules
compute with. Bounds are those Keras enforces, and a value Keras refuses is never read. What
Keras takes and the studio doesn't, and why: true for 1 and 2.0 for 2 (a slip of the hand in a
file, never meant), infinity and NaN (JSON has neither, and nothing trains with them), lengths
beyond `maximum` (no machine holds such a layer).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text

Pair = tuple[int, int]
MAXIMUM = sys.float_info.max
MOST_AXES = 5  # the batch and four more


class ParameterError(BadInput):
    """A value a parameter can't take.

    Attributes:
        parameter: The parameter's name.
    """

    def __init__(self, parameter: str, text: Text) -> None:
        super().__init__(text)
        self.parameter = parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument of a layer.

    Attributes:
        name: Keras' argument name, also the key in the project file.
        label: What a form calls it.
        help: What changing it changes, in a sentence or two.
        default: Keras' default, as read; what a new layer starts with where Keras has none.
        advanced: Whether a form shows it only on request.
        required: Whether Keras has no default, so that code always writes it.
    """

    name: str
    label: Text
    help: Text
    default: Any
    advanced: bool = False
    required: bool = False

    def read(self, raw: object) -> Any:
        """Returns the value `raw` stands for; raises ParameterError with what would do."""
        raise NotImplementedError

    def write(self, value: Any) -> object:
        """Returns `value` as JSON has it."""
        return list(value) if isinstance(value, tuple) else value

    def refuse(self, raw: object, allowed: Text) -> ParameterError:
        """The error for a raw value: field, value, what is allowed, and the default."""
        return ParameterError(
            self.name,
            T(
                "{field} can't be {value}: {allowed}. The default is {default}.",
                field=self.name,
                value=shown(raw),
                allowed=allowed,
                default=shown(self.write(self.default)),
            ),
        )


def or_none(allowed: Text, optional: bool) -> Text:
    """What is allowed, with None where that is."""
    return T("{allowed}, or None", allowed=allowed) if optional else allowed


def shown(raw: object) -> str:
    """A raw value as code shows it, never longer than a line."""
    text = repr(tuple(raw) if isinstance(raw, list) else raw)
    return text if len(text) <= 60 else text[:57] + "…"


def is_whole(raw: object) -> bool:
    """Whether `raw` is an int (a bool is not)."""
    return isinstance(raw, int) and not isinstance(raw, bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Parameter):
    """A whole number of at least `minimum` and at most `maximum`.

    Attributes:
        optional: Whether None is allowed.
        also: A number outside these bounds that has a meaning of its own.
    """

    minimum: int = 1
    maximum: int = 1_000_000
    optional: bool = False
    also: int | None = None

    def read(self, raw: object) -> int | None:
        if raw is None and self.optional:
            return None
        if is_whole(raw) and raw == self.also:
            return self.also
        if not is_whole(raw) or not self.minimum <= raw <= self.maximum:  # type: ignore[operator]
            allowed = T(
                "it takes a whole number from {minimum} to {maximum}",
                minimum=self.minimum,
                maximum=self.maximum,
            )
            if self.also is not None:
                allowed = T("{allowed}, or {number}", allowed=allowed, number=shown(self.also))
            raise self.refuse(raw, or_none(allowed, self.optional))
        assert isinstance(raw, int)
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Parameter):
    """A finite number from `minimum` to `maximum`; each end is taken in unless marked open.

    Attributes:
        optional: Whether None is allowed (no limit).
    """

    minimum: float = -math.inf
    maximum: float = math.inf
    open_minimum: bool = False
    open_maximum: bool = False
    optional: bool = False

    def read(self, raw: object) -> float | None:
        if raw is None and self.optional:
            return None
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            value = float(raw) if abs(raw) <= MAXIMUM else math.inf
            above = value > self.minimum if self.open_minimum else value >= self.minimum
            below = value < self.maximum if self.open_maximum else value <= self.maximum
            if math.isfinite(value) and above and below:
                return value
        raise self.refuse(raw, or_none(self._allowed(), self.optional))

    def _allowed(self) -> Text:
        low = ("> " if self.open_minimum else "≥ ") + f"{self.minimum:g}".replace("-", "−")
        high = ("< " if self.open_maximum else "≤ ") + f"{self.maximum:g}".replace("-", "−")
        if math.isinf(self.maximum):
            return (
                T("it takes a finite number")
                if math.isinf(self.minimum)
                else T("it takes a number {low}", low=low)
            )
        return T("it takes a number {low} and {high}", low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Parameter):
    """True or false."""

    def read(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise self.refuse(raw, T("it takes true or false"))
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Parameter):
    """One of a few names; None too where that is one of them.

    Attributes:
        choices: The names, in the order a form lists them.
        aliases: Keras' other names for some of them.
        any_case: Whether capitals make no difference.
    """

    choices: tuple[str | None, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    any_case: bool = False

    def read(self, raw: object) -> str | None:
        name = raw
        if isinstance(raw, str):
            name = raw.lower() if self.any_case else raw
            name = self.aliases.get(name, name)
        if not (name is None or isinstance(name, str)) or name not in self.choices:
            names = ", ".join("None" if c is None else c for c in self.choices)
            raise self.refuse(raw, T("it takes one of {names}", names=names))
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOf(Parameter):
    """Two whole numbers, rows then columns; one number stands for both.

    Attributes:
        optional: Whether None is allowed (a pooling's strides: as large as its window).
        follows: The parameter whose value None stands for, "" for none.
    """

    minimum: int = 1
    maximum: int = 100_000
    optional: bool = False
    follows: str = ""

    def read(self, raw: object) -> Pair | None:
        if raw is None and self.optional:
            return None
        both = (raw, raw) if is_whole(raw) else raw
        if (
            isinstance(both, list | tuple)
            and len(both) == 2
            and all(is_whole(n) and self.minimum <= n <= self.maximum for n in both)
        ):
            return (both[0], both[1])
        allowed = T(
            "it takes one or two whole numbers from {minimum} to {maximum} (rows, columns)",
            minimum=self.minimum,
            maximum=self.maximum,
        )
        raise self.refuse(raw, or_none(allowed, self.optional))

    def write(self, value: Any) -> object:
        if value is None:
            return None
        return value[0] if value[0] == value[1] else list(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes(Parameter):
    """A shape without the batch axis: one to four whole numbers above 0.

    Keras also takes an axis of unknown length; here every shape is a number that can be shown.

    Attributes:
        inferred: Whether one of them may be −1, for what the others leave.
    """

    maximum: int = 1_000_000
    inferred: bool = False

    def read(self, raw: object) -> tuple[int, ...]:
        if isinstance(raw, list | tuple) and 1 <= len(raw) <= 4 and all(map(is_whole, raw)):
            given = [n for n in raw if n != -1] if self.inferred else raw
            if len(raw) - len(given) <= 1 and all(1 <= n <= self.maximum for n in given):
                return tuple(raw)
        allowed = T(
            "it takes one to four whole numbers from 1 to {maximum}, "
            "such as rows, columns and channels",
            maximum=self.maximum,
        )
        if self.inferred:
            allowed = T("{allowed}; one may be −1, for what is left", allowed=allowed)
        raise self.refuse(raw, allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis(Parameter):
    """Axes of the input, counted with the batch axis 0; negative ones from the end.

    Attributes:
        several: Whether a list of axes is allowed too.
        length: How many axes such a list has; 0 for any number.
        counted: Whether only axes counted from 1 are allowed.
        optional: Whether None is allowed.
    """

    several: bool = False
    length: int = 0
    counted: bool = False
    optional: bool = False

    def read(self, raw: object) -> int | tuple[int, ...] | None:
        if raw is None and self.optional:
            return None
        if self._is_axis(raw):
            assert isinstance(raw, int)
            return raw
        if (
            self.several
            and isinstance(raw, list | tuple)
            and raw
            and len(raw) == (self.length or len(raw))
            and all(map(self._is_axis, raw))
        ):
            return tuple(raw)
        raise self.refuse(raw, or_none(self._allowed(), self.optional))

    def _is_axis(self, raw: object) -> bool:
        low = 1 if self.counted else -MOST_AXES
        return is_whole(raw) and low <= raw < MOST_AXES  # type: ignore[operator]

    def _allowed(self) -> Text:
        if self.counted:
            return T("it takes one axis or a list of them, counted from 1, such as (1, 2)")
        if self.length:
            return T("it takes a whole number, or a list with one for each input, such as (1, 2)")
        if self.several:
            return T("it takes one whole number or a list of them, such as −1 for the channels")
        return T("it takes a whole number, such as −1 for the channels")
