"""The notation numbers are explained in: read, evaluated exactly, and simplified step by step.

The notation is that of ``Reason``: ``+ − · /``, parentheses, ``⌊x⌋``, ``⌈x⌉``, ``max(a, b)``, whole
numbers, and symbols such as ``C_in`` or ``σ²``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|(max|min)\(|([^\W\d]\w*²?(?:\[\d+\])?)|(.))")
_BRACKETS = {"(": ")", "⌊": "⌋", "⌈": "⌉"}


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter that stands for a number."""

    name: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Terms joined by + and −, or factors joined by · and /; the first sign is + or ·."""

    signs: tuple[str, ...]
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """``floor``, ``ceil``, ``max`` or ``min`` of its parts."""

    name: str
    parts: tuple[Expression, ...]


Expression = Number | Symbol | Chain | Call


class NotAnExpression(ValueError):
    """Text that isn't in this notation."""


def parse(text: str) -> Expression:
    """Reads an expression.

    Raises:
        NotAnExpression: If the text isn't one.
    """
    reader = _Reader(text)
    found = reader.sum()
    reader.expect("")
    return found


def evaluate(expression: Expression) -> Fraction:
    """The exact value of an expression without symbols."""
    match expression:
        case Number(value):
            return value
        case Chain(signs, parts):
            values = [evaluate(part) for part in parts]
            total = values[0] if signs[0] in "+·" else -values[0]
            for sign, value in zip(signs[1:], values[1:], strict=True):
                total = _joined(total, sign, value)
            return total
        case Call(name, parts):
            values = [evaluate(part) for part in parts]
            return Fraction(_CALLS[name](*values))
    raise NotAnExpression(show(expression))


def _joined(a: Fraction, sign: str, b: Fraction) -> Fraction:
    return a + b if sign == "+" else a - b if sign == "−" else a * b if sign == "·" else a / b


_CALLS: dict[str, Callable[..., Fraction | int]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "max": max,
    "min": min,
}


def steps(text: str) -> tuple[str, ...]:
    """An expression with numbers, then each simpler one, down to its value; all are equal.

    One step works out everything that can be: ``⌊(28 − 3 + 1) / 2⌋ + 1``, ``⌊26 / 2⌋ + 1``,
    ``13 + 1``, ``14``. A rest that isn't a short decimal is never shown: ``⌊25 / 3⌋`` is ``8``.
    """
    expression = parse(text)
    found = [text]
    while not isinstance(expression, Number):
        expression = _simpler(expression)
        shown = show(expression)
        if shown != found[-1]:
            found.append(shown)
    return tuple(found)


def _simpler(expression: Expression) -> Expression:
    """The expression with every part worked out that is made of numbers alone."""
    if isinstance(expression, Number | Symbol):
        return expression
    if all(isinstance(part, Number) for part in expression.parts):
        return Number(evaluate(expression))
    if isinstance(expression, Call) and expression.name in ("floor", "ceil"):
        (inner,) = expression.parts
        simpler = _simpler(inner)
        if isinstance(simpler, Number) and not _is_short(simpler.value):
            return Number(evaluate(expression))
        if isinstance(simpler, Number) and simpler.value.denominator == 1:
            return simpler
        return Call(expression.name, (simpler,))
    parts = tuple(map(_simpler, expression.parts))
    if isinstance(expression, Call):
        return Call(expression.name, parts)
    return Chain(expression.signs, parts)


def _is_short(value: Fraction) -> bool:
    """Whether a number has at most three decimals."""
    return (value * 1000).denominator == 1


def bindings(formula: str, numbers: str) -> dict[str, str]:
    """What each symbol of a formula stands for in the same with numbers, in order.

    Empty where the two aren't built alike.
    """
    try:
        pairs = list(_pairs(parse(formula), parse(numbers)))
    except NotAnExpression:
        return {}
    found: dict[str, str] = {}
    for symbol, part in pairs:
        if symbol and found.setdefault(symbol, show(part)) != show(part):
            return {}  # one symbol for two numbers
        if not symbol:
            return {}
    return found


def _pairs(formula: Expression, numbers: Expression) -> Iterator[tuple[str, Expression]]:
    """Symbols with what stands in their place; an empty symbol where the two differ in form."""
    if isinstance(formula, Symbol):
        yield formula.name, numbers
    elif isinstance(formula, Number):
        if formula != numbers:
            yield "", numbers
    elif isinstance(numbers, Number | Symbol) or not _alike(formula, numbers):
        yield "", numbers
    else:
        for one, other in zip(formula.parts, numbers.parts, strict=True):
            yield from _pairs(one, other)


def _alike(one: Chain | Call, other: Chain | Call) -> bool:
    if isinstance(one, Chain) and isinstance(other, Chain):
        return one.signs == other.signs
    if isinstance(one, Call) and isinstance(other, Call):
        return one.name == other.name and len(one.parts) == len(other.parts)
    return False


def show(expression: Expression) -> str:
    """Writes an expression; parentheses only where they are needed."""
    match expression:
        case Number(value):
            text = str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"
            return text.replace("-", "−")
        case Symbol(name):
            return name
        case Call("floor", (inner,)):
            return f"⌊{show(inner)}⌋"
        case Call("ceil", (inner,)):
            return f"⌈{show(inner)}⌉"
        case Call(name, parts):
            return f"{name}({', '.join(map(show, parts))})"
        case Chain(signs, parts):
            return _show_chain(signs, parts)


def _show_chain(signs: Sequence[str], parts: Sequence[Expression]) -> str:
    text = "−" if signs[0] == "−" else ""
    for index, (sign, part) in enumerate(zip(signs, parts, strict=True)):
        shown = show(part)
        product = sign in "·/"
        inner = isinstance(part, Chain) and (part.signs[0] in "+−" or sign == "/")
        negative = isinstance(part, Number) and part.value < 0 and index > 0
        if negative or (inner and (product or index > 0)):
            shown = f"({shown})"
        text += shown if index == 0 else f"{sign}{shown}" if sign == "·" else f" {sign} {shown}"
    return text


class _Reader:
    """Reads tokens by recursive descent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [match for match in _TOKEN.finditer(text) if match[0].strip()]
        self._at = 0

    def sum(self) -> Expression:
        """Terms joined by + and −."""
        first = "−" if self._take("−") else "+"
        return self._chain(first, "+−", self._product)

    def expect(self, token: str) -> None:
        """Takes `token` ("" for the end)."""
        if (self._peek() or "") != token:
            raise NotAnExpression(self._text)
        self._at += 1

    def _product(self) -> Expression:
        return self._chain("·", "·/", self._factor)

    def _chain(self, first: str, joints: str, part: Callable[[], Expression]) -> Expression:
        signs, parts = [first], [part()]
        while (sign := self._peek()) and sign in joints:
            self._at += 1
            signs.append(sign)
            parts.append(part())
        if len(parts) == 1 and first != "−":
            return parts[0]
        return Chain(tuple(signs), tuple(parts))

    def _factor(self) -> Expression:
        if self._at >= len(self._tokens):
            raise NotAnExpression(self._text)
        match = self._tokens[self._at]
        self._at += 1
        number, call, name, other = match.groups()
        if number:
            return Number(Fraction(number))
        if name:
            return Symbol(name)
        if call:
            parts = [self.sum()]
            while self._take(","):
                parts.append(self.sum())
            self.expect(")")
            return Call(call, tuple(parts))
        if other not in _BRACKETS:
            raise NotAnExpression(self._text)
        inner = self.sum()
        self.expect(_BRACKETS[other])
        return inner if other == "(" else Call("floor" if other == "⌊" else "ceil", (inner,))

    def _peek(self) -> str | None:
        """The next token if it is a sign or a bracket; a word is none."""
        if self._at >= len(self._tokens):
            return None
        return self._tokens[self._at][4] or "?"

    def _take(self, token: str) -> bool:
        if self._peek() == token:
            self._at += 1
            return True
        return False
