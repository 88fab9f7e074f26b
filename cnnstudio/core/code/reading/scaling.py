"""How a program scales its pictures, from the arithmetic it does with them.

Read are the common forms: ``x / 255``, ``(x - 127.5) / 127.5``, ``(x - x.min()) / (x.max() -
x.min())``, ``(x - mean) / std``, in one line or in several. Layers that scale are layers.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

_SAME = frozenset(
    {"array", "asarray", "astype", "cast", "convert_to_tensor", "copy", "expand_dims", "float32"}
    | {"numpy", "reshape"}
)
"""Functions and methods that leave the values as they are."""
_OF_PICTURES = frozenset({"mean", "std", "min", "max", "amin", "amax"})
_MODULES = frozenset({"np", "numpy", "tf", "keras", "ops", "math"})
_NO_PICTURES = frozenset({"shape", "size", "ndim", "dtype"})
_TINY = 1e-3  # what is added to a divisor against a division by 0
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Form:
    """What code makes of pictures: factor · base + offset.

    Attributes:
        base: "x" for the pictures, "mean", "std", "min", "max" or "range" for a number of theirs,
            "x-mean" or "x-min" for a difference, "z-score" or "min-max".
        factor: What it is multiplied with.
        offset: What is added then.
    """

    base: str = "x"
    factor: float = 1.0
    offset: float = 0.0

    @property
    def scaling(self) -> str:
        """The project's name for it; "" where there is none."""
        for base, factor, offset, name in _NAMES:
            same = abs(self.factor / factor - 1) < _CLOSE and abs(self.offset - offset) < _CLOSE
            if self.base == base and same:
                return name
        return ""

    @property
    def is_plain(self) -> bool:
        """Whether it is the base itself, but for a tiny number added to it."""
        return self.factor == 1 and abs(self.offset) <= _TINY


_NAMES = (
    ("x", 1 / 255, 0.0, "1/255"),
    ("x", 1 / 127.5, -1.0, "min-max-signed"),
    ("min-max", 1.0, 0.0, "min-max"),
    ("min-max", 2.0, -1.0, "min-max-signed"),
    ("z-score", 1.0, 0.0, "z-score"),
)
_DIFFERENCES = {("max", "min"): "range", ("x", "mean"): "x-mean", ("x", "min"): "x-min"}
_QUOTIENTS = {("x-mean", "std"): "z-score", ("x-min", "range"): "min-max"}

Value = Form | float | None
"""A form, a number, or what can't be told."""
Find = Callable[[str], Value]


def form_of(node: ast.AST, find: Find) -> Value:
    """What an expression makes of pictures.

    Args:
        node: The expression.
        find: What a name stands for.
    """
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number) if abs(number) < 1e9 else None
        case ast.Name(id):
            return find(id)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _times(form_of(operand, find), -1.0)
        case ast.BinOp(left, op, right):
            return _operation(form_of(left, find), op, form_of(right, find))
        case ast.Subscript(value):
            return form_of(value, find)
        case ast.Attribute(value, attr):
            return None if attr in _NO_PICTURES else form_of(value, find)
        case ast.Call():
            return _call(node, find)
    return None


def _call(node: ast.Call, find: Find) -> Value:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    owner = function.value if isinstance(function, ast.Attribute) else None
    given = node.args
    if owner is not None and not (isinstance(owner, ast.Name) and owner.id in _MODULES):
        given = [owner, *given]
    if name == "where" and len(given) == 3:  # a divisor that is 1 in the place of 0
        return form_of(given[1], find)
    if name in _OF_PICTURES and given:
        of = form_of(given[0], find)
        return Form(name.removeprefix("a")) if isinstance(of, Form) else None
    if name in _SAME and given:
        return form_of(given[0], find)
    return Form()


def _operation(left: Value, op: ast.operator, right: Value) -> Value:
    if left is None or right is None:
        return None
    match op:
        case ast.Add():
            return _plus(left, right)
        case ast.Sub():
            return _minus(left, right)
        case ast.Mult():
            return _product(left, right)
        case ast.Div():
            return _quotient(left, right)
    return None


def _plus(left: Value, right: Value) -> Value:
    if isinstance(left, Form) and isinstance(right, float):
        return replace(left, offset=left.offset + right)
    if isinstance(left, float) and isinstance(right, Form):
        return _plus(right, left)
    return left + right if isinstance(left, float) and isinstance(right, float) else None


def _minus(left: Value, right: Value) -> Value:
    if isinstance(left, Form) and isinstance(right, Form):
        base = _DIFFERENCES.get((left.base, right.base))
        return Form(base) if base is not None and right.is_plain else None
    return _plus(left, _times(right, -1.0))


def _product(left: Value, right: Value) -> Value:
    if isinstance(right, float):
        return _times(left, right)
    return _times(right, left) if isinstance(left, float) else None


def _quotient(left: Value, right: Value) -> Value:
    if isinstance(right, float):
        return _times(left, 1 / right) if right else None
    if isinstance(left, Form) and isinstance(right, Form) and not left.offset and right.is_plain:
        base = _QUOTIENTS.get((left.base, right.base))
        return Form(base, left.factor) if base is not None else None
    return None


def _times(value: Value, number: float) -> Value:
    if isinstance(value, Form):
        factor, offset = value.factor * number, value.offset * number
        return Form(value.base, factor, offset) if math.isfinite(factor + offset) else None
    return value * number if value is not None else None
