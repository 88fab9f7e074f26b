"""Operators, formatting and Python's own functions on plain values, none of them without bounds."""

from __future__ import annotations

import ast
import operator
import re
import string
from collections.abc import Callable, Iterable
from typing import Any

MOST_ITEMS = 10_000
LARGEST = 10**18
SCALARS = (int, float, str, bool, type(None))
_UNSAFE_WIDTH = re.compile(r"\d{4}|\*")

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}


class NoValue(Exception):
    """An operation that has no value here."""


def scalar(value: Any) -> Any:
    """A value that a dict's key or an index can be; raises NoValue for any other."""
    if not isinstance(value, SCALARS):
        raise NoValue
    return value


def binary(kind: ast.operator, left: Any, right: Any) -> Any:
    """The value of an operator between two plain values; raises NoValue."""
    if isinstance(kind, ast.Pow):
        return _power(left, right)
    if isinstance(kind, ast.Mod) and isinstance(left, str):
        return _percent(left, right)
    if isinstance(kind, ast.Mult):
        _check_repeats(left, right)
    if type(kind) not in _BINARY:
        raise NoValue
    return bounded(_BINARY[type(kind)], left, right)


def compare(kind: ast.cmpop, left: Any, right: Any) -> Any:
    """The value of a comparison."""
    return bounded(_COMPARE[type(kind)], left, right)


def unary(kind: ast.unaryop, value: Any) -> Any:
    """The value of a sign or ``not``."""
    if type(kind) not in _UNARY:
        raise NoValue
    return bounded(_UNARY[type(kind)], value)


def bounded(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a function of plain values gives; raises NoValue where it fails or is too large."""
    try:
        value = function(*args, **kwargs)
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise NoValue from error
    if isinstance(value, int) and abs(value) > LARGEST:
        raise NoValue
    if isinstance(value, str | list | tuple | dict) and len(value) > MOST_ITEMS:
        raise NoValue
    return value


def items(value: Any) -> list[Any]:
    """The items of something that can be gone through; raises NoValue."""
    if not isinstance(value, str | list | tuple | dict | range):
        raise NoValue
    try:
        too_many = len(value) > MOST_ITEMS
    except OverflowError as error:
        raise NoValue from error
    if too_many:
        raise NoValue
    return list(value)


def formatted(value: Any, spec: str) -> str:
    """A plain value in a format; raises NoValue."""
    if not isinstance(value, SCALARS) or _UNSAFE_WIDTH.search(spec):
        raise NoValue
    return str(bounded(format, value, spec))


def call_builtin(name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What one of Python's functions gives; raises NoValue."""
    if name not in FUNCTIONS:
        raise NoValue
    return bounded(FUNCTIONS[name], *args, **kwargs)


def call_method(owner: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What a method of a string, list or dictionary gives; raises NoValue."""
    if isinstance(owner, str):
        if name == "format":
            return _format(owner, args, kwargs)
        if name == "join" and len(args) == 1:
            return bounded(owner.join, items(args[0]))
        if name in ("upper", "lower", "strip", "startswith", "endswith", "split"):
            return bounded(getattr(owner, name), *args, **kwargs)
    if isinstance(owner, list) and name in ("append", "extend", "insert", "pop", "reverse"):
        args = [items(args[0])] if name == "extend" and args else args
        value = bounded(getattr(owner, name), *args)
        if len(owner) > MOST_ITEMS:
            raise NoValue
        return value
    if isinstance(owner, dict) and name in ("items", "keys", "values", "get"):
        value = bounded(getattr(owner, name), *args)
        return value if name == "get" else list(value)
    raise NoValue


def _power(left: Any, right: Any) -> Any:
    if not all(isinstance(n, int | float) for n in (left, right)) or abs(right) > 64:
        raise NoValue
    if isinstance(left, int) and abs(left) > LARGEST:
        raise NoValue
    value = bounded(operator.pow, float(left) if right < 0 else left, right)
    if isinstance(value, complex):
        raise NoValue
    return value


def _check_repeats(left: Any, right: Any) -> None:
    for one, count in ((left, right), (right, left)):
        if isinstance(one, str | list | tuple) and (
            not isinstance(count, int) or len(one) * count > MOST_ITEMS
        ):
            raise NoValue


def _percent(template: str, value: Any) -> Any:
    parts = value if isinstance(value, tuple) else (value,)
    if _UNSAFE_WIDTH.search(template) or not all(isinstance(p, SCALARS) for p in parts):
        raise NoValue
    return bounded(operator.mod, template, value)


def _format(template: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError as error:
        raise NoValue from error
    for _text, name, spec, conversion in fields:
        plain = name is None or re.fullmatch(r"\w*", name)
        if not plain or conversion or "{" in (spec or "") or _UNSAFE_WIDTH.search(spec or ""):
            raise NoValue
    if not all(isinstance(value, SCALARS) for value in (*args, *kwargs.values())):
        raise NoValue
    return bounded(template.format, *args, **kwargs)


def _range(*args: Any) -> range:
    if not all(isinstance(n, int) for n in args):
        raise NoValue
    return range(*args)


def _enumerate(value: Any, start: int = 0) -> list[Any]:
    return list(enumerate(items(value), start))


def _zip(*values: Any) -> list[Any]:
    return list(zip(*map(items, values), strict=False))


def _number(of: type) -> Callable[..., Any]:
    def convert(value: Any = 0) -> Any:
        if not isinstance(value, int | float | str) or (isinstance(value, str) and len(value) > 30):
            raise NoValue
        return of(value)

    return convert


def _text(value: Any = "") -> str:
    return formatted(value, "")


def _sum(values: Any, start: Any = 0) -> Any:
    numbers = [*items(values), start]
    if not all(isinstance(n, int | float) for n in numbers):
        raise NoValue
    return sum(numbers)


def _extreme(of: Callable[..., Any]) -> Callable[..., Any]:
    def extreme(*values: Any) -> Any:
        return of(items(values[0]) if len(values) == 1 else values)

    return extreme


def _listed(of: Callable[[Iterable[Any]], Any]) -> Callable[..., Any]:
    def listed(value: Any = ()) -> Any:
        return of(items(value))

    return listed


def _dict(*args: Any, **kwargs: Any) -> dict[Any, Any]:
    if args and not isinstance(args[0], dict):
        return dict(items(args[0]), **kwargs)
    return dict(*args, **kwargs)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "range": _range,
    "len": len,
    "enumerate": _enumerate,
    "zip": _zip,
    "reversed": _listed(lambda values: list(values)[::-1]),
    "list": _listed(list),
    "tuple": _listed(tuple),
    "dict": _dict,
    "int": _number(int),
    "float": _number(float),
    "str": _text,
    "bool": bool,
    "min": _extreme(min),
    "max": _extreme(max),
    "sum": _sum,
    "abs": abs,
    "round": round,
}
