"""Layers whose class a person wrote: their code as text, and what an engine measured of them.

Nothing here runs that code. Its text is parsed for the arguments of the constructor; what the
layer makes of an input is known once an engine that may run it has measured it, and is kept with
the layer, so that the rules of such a kind are pure like any other's.
"""

from __future__ import annotations

import ast
import hashlib
import math
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from cnnstudio.core.layers.common import axis_names
from cnnstudio.core.layers.parameters import Parameter
from cnnstudio.core.layers.spec import (
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    Weight,
    everything,
)
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T

LONGEST_SOURCE = 200_000
"""Characters the code of a layer can have."""
MOST_MEASURED = 8
"""So many inputs are remembered for a layer, the latest ones."""

_DEEPEST = 12
_MOST_AXES = 8
_KERAS_OWN = frozenset({"self", "name", "trainable", "dtype", "activity_regularizer", "autocast"})

Length = Annotated[int, msgspec.Meta(ge=1, le=2**40)]
Lengths = Annotated[tuple[Length, ...], msgspec.Meta(max_length=_MOST_AXES)]


UNMEASURED = "unmeasured"
"""The id of the error of a layer that was never measured for what it is given."""


class MeasuredWeight(msgspec.Struct, frozen=True):
    """One variable of a layer as an engine found it."""

    name: str
    shape: Lengths
    trainable: bool = True


class Measured(msgspec.Struct, frozen=True):
    """What a layer's code makes of one input.

    Attributes:
        params: The stated parameters it was made with.
        inputs: The shapes it was given.
        output: The shape it gave.
        weights: Its variables, in Keras' order.
    """

    params: dict[str, Any]
    inputs: tuple[Lengths, ...]
    output: Annotated[Lengths, msgspec.Meta(min_length=1)]
    weights: tuple[MeasuredWeight, ...] = ()


class CustomLayer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The code of a layer's class, and what is known of it.

    Attributes:
        source: Python source: the class, what it imports and what else of its program it needs.
        cls: The name of the class in it.
        measured: What was measured, the latest last.
        extra: Unknown keys of the project file, kept.
    """

    source: str
    cls: str
    measured: tuple[Measured, ...] = ()
    extra: dict[str, Any] = {}

    def __hash__(self) -> int:
        return hash((self.source, self.cls))  # what was measured can't be hashed

    @property
    def digest(self) -> str:
        """SHA-256 of the source, in hexadecimal digits: by this, trust is kept."""
        return digest_of(self.source)

    def is_code_of(self, other: CustomLayer) -> bool:
        """Whether both are the same class of the same source."""
        return (self.source, self.cls) == (other.source, other.cls)

    def with_measured(self, fact: Measured) -> CustomLayer:
        """The same with one more input known; the oldest is forgotten."""
        others = (one for one in self.measured if not _is_for(one, fact.params, fact.inputs))
        return msgspec.structs.replace(self, measured=(*others, fact)[-MOST_MEASURED:])


def digest_of(source: str) -> str:
    """SHA-256 of a layer's code, in hexadecimal digits."""
    return hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()


# ------------------------------------------------------------------------------- the constructor


@dataclass(frozen=True, slots=True)
class Unsaid:
    """The default of an argument that only running its code would tell.

    Attributes:
        code: How it is written; "" for an argument without a default.
    """

    code: str

    def __repr__(self) -> str:
        return self.code or "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(Parameter):
    """An argument of a person's own class: any plain value, as Python writes it."""

    def read(self, raw: object) -> Any:
        if isinstance(raw, Unsaid):
            return raw
        if not _is_plain(raw, 0):
            allowed = T("it takes a number, text, true, false, None, or lists of them")
            raise self.refuse(raw, allowed)
        return list(raw) if isinstance(raw, tuple) else raw

    def write(self, value: Any) -> object:
        return value


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of a class' constructor.

    Attributes:
        parameters: Those that are the layer's own.
        positional: All that may be given without their name, in order.
        open: Whether it takes any others by their name, and hands them on to Keras.
        named: Whether it takes a ``name``.
    """

    parameters: tuple[Plain, ...] = ()
    positional: tuple[str, ...] = ()
    open: bool = True
    named: bool = True


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a layer's code; None for what is no Python, or too long."""
    if len(source) > LONGEST_SOURCE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as an invalid escape in a string
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=256)
def signature(source: str, cls: str) -> Signature | None:
    """The arguments of a class' constructor, read from its code.

    Returns:
        None where the code doesn't define the class at its top level.
    """
    tree = parsed(source)
    body = tree.body if tree is not None else []
    classes = {one.name: one for one in body if isinstance(one, ast.ClassDef)}
    if cls not in classes:
        return None
    constructor = _constructor(classes, cls)
    return Signature() if constructor is None else _signature(constructor.args)


def _constructor(classes: Mapping[str, ast.ClassDef], cls: str) -> ast.FunctionDef | None:
    """The ``__init__`` of a class, or of the first of its bases in the same code that has one."""
    waiting, seen = [cls], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen or name not in classes:
            continue
        seen.add(name)
        for part in classes[name].body:
            if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                return part
        waiting += [base.id for base in classes[name].bases if isinstance(base, ast.Name)]
    return None


def _signature(arguments: ast.arguments) -> Signature:
    by_place = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(by_place) - len(arguments.defaults))
    defaults = [*missing, *arguments.defaults, *arguments.kw_defaults]
    names = [one.arg for one in (*by_place, *arguments.kwonlyargs)]
    pairs = zip(names, defaults, strict=True)
    return Signature(
        tuple(_parameter(name, default) for name, default in pairs if name not in _KERAS_OWN),
        tuple(one.arg for one in by_place[1:]),
        open=arguments.kwarg is not None,
        named=arguments.kwarg is not None or "name" in names,
    )


def _parameter(name: str, default: ast.expr | None) -> Plain:
    return _plain(name, Unsaid("") if default is None else _default(default))


def _default(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return Unsaid(ast.unparse(node)[:60])
    value = as_lists(value)
    return value if _is_plain(value, 0) else Unsaid(ast.unparse(node)[:60])


def _plain(name: str, default: Any) -> Plain:
    return Plain(
        name=name,
        label=T("{argument}", argument=name),
        help=T("An argument of the class; its code says what it does."),
        default=default,
    )


def as_lists(value: Any) -> Any:
    """A value with lists for tuples, as a project file has it."""
    if isinstance(value, list | tuple):
        return [as_lists(one) for one in value]
    if isinstance(value, dict):
        return {key: as_lists(one) for key, one in value.items()}
    return value


def _is_plain(value: object, depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(value, list | tuple):
        return all(_is_plain(one, depth + 1) for one in value)
    if isinstance(value, dict):
        keys = all(isinstance(key, str) for key in value)
        return keys and all(_is_plain(one, depth + 1) for one in value.values())
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= sys.maxsize
    return value is None or isinstance(value, str)


# --------------------------------------------------------------------------------------- the kind


def custom_kind(id: str, code: CustomLayer, params: Mapping[str, Any]) -> LayerKind | None:
    """The kind of a layer with code of its own.

    Args:
        id: What the layer's kind is called in the project file.
        code: Its code.
        params: Its stated parameters; those a constructor takes only by ``**kwargs`` are among
            them.

    Returns:
        None where the code doesn't have the class.
    """
    found = signature(code.source, code.cls)
    if found is None:
        return None
    known = {parameter.name for parameter in found.parameters}
    others = [name for name in params if name not in known] if found.open else []
    parameters = (*found.parameters, *(_plain(name, Unsaid("")) for name in others))
    facts = _Facts(code, parameters)
    return LayerKind(
        id=id,
        keras=code.cls,
        module="",
        family=Family.CORE,
        summary=T("A layer of your own."),
        help=T("Its class is in the project. An engine runs it, once you trust its code."),
        parameters=parameters,
        inputs=(1, None),
        output_shape=facts.output_shape,
        weights=facts.weights,
        sight=everything,
        reasons=facts.reasons,
    )


class Unmeasured(ShapeError):
    """Nobody has measured what a layer makes of what it is given."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """The rules of a kind that was measured."""

    code: CustomLayer
    parameters: tuple[Plain, ...]

    def output_shape(self, v: Values, inputs: Shapes) -> Shape:
        found = self._find(v, inputs)
        if found is None:
            raise Unmeasured(
                T(
                    "What {layer} gives for {shape} is unknown until it is measured. That runs its "
                    "code, so it happens once you trust the code.",
                    shape=" + ".join(map(show_shape, inputs)),
                )
            )
        return tuple(found.output)

    def weights(self, v: Values, inputs: Shapes) -> tuple[Weight, ...]:
        found = self._find(v, inputs)
        weights = found.weights if found else ()
        return tuple(Weight(one.name, tuple(one.shape), one.trainable) for one in weights)

    def reasons(self, v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
        names = zip(axis_names(len(output)), output, strict=True)
        sizes = (Reason(name, str(size), str(size), size) for name, size in names)
        weights = self.weights(v, inputs)
        if len(weights) == 1:
            numbers = "·".join(map(str, weights[0].shape)) or "1"
        else:
            numbers = " + ".join(str(one.size) for one in weights) or "0"
        total = sum(one.size for one in weights)
        return (*sizes, Reason("parameters", numbers, numbers, total))

    def _find(self, v: Values, inputs: Shapes) -> Measured | None:
        defaults = {parameter.name: parameter.default for parameter in self.parameters}
        return next(
            (
                one
                for one in reversed(self.code.measured)
                if one.inputs == inputs and _same(defaults | one.params, v)
            ),
            None,
        )


def _is_for(one: Measured, params: Mapping[str, Any], inputs: Shapes) -> bool:
    return one.inputs == inputs and _same(one.params, params)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sets of values are alike, taking true and 1 for different."""
    return one.keys() == other.keys() and all(repr(one[key]) == repr(other[key]) for key in one)
