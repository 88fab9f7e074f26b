"""Expressions: what they are worth, without running anything.

What has no value here (a plot, a file, an operator on pictures) is an `Unknown`, and only where
the network depends on one is the code refused or, for a name nothing defines, a value asked for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnnstudio.core.code.reading import naming, operations
from cnnstudio.core.code.reading.building import Builder
from cnnstudio.core.code.reading.operations import NoValue
from cnnstudio.core.code.reading.result import Question
from cnnstudio.core.code.reading.source import Source
from cnnstudio.core.code.reading.values import (
    Builtin,
    KerasName,
    LayerObject,
    Method,
    ModelObject,
    Scope,
    Tensor,
    Unknown,
)
from cnnstudio.core.text import T

MOST_STEPS = 150_000
DEEPEST = 70
USUAL_SHAPE = (28, 28, 1)
_OF_DATA = re.compile(r"len\(\w+\)|\w+\.shape\[[-:\d]+\]")


class Ask(Exception):
    """The network depends on something the code doesn't say; reading starts again with a guess."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.name)
        self.question = question


class Evaluator:
    """Reads expressions.

    Args:
        source: The text.
        given: Values of names the code doesn't define.
        inputs: Shapes of tensors the code doesn't define, by name.
    """

    def __init__(
        self, source: Source, given: Mapping[str, Any], inputs: Mapping[str, Sequence[int]]
    ) -> None:
        self.source = source
        self.builder = Builder(source)
        self.given = given
        self.inputs = inputs
        self.scope = Scope({"__name__": "__main__", **given})
        self.globals = self.scope
        self.usual_shape = USUAL_SHAPE
        self._fragments: dict[str, Tensor] = {}
        self._steps = 0
        self._depth = 0

    def spend(self, node: ast.AST, steps: int = 1) -> None:
        """Counts steps; refuses the code after too many."""
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise self.source.refuse(node, T("this takes too many steps to read."))

    def value(self, node: ast.expr) -> Any:
        """The value of an expression."""
        self.spend(node)
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.source.refuse(node, T("this is nested too deeply, or calls itself."))
        try:
            method = getattr(self, f"_{type(node).__name__.lower()}", None)
            return Unknown(node) if method is None else method(node)
        except NoValue:
            return Unknown(node)
        finally:
            self._depth -= 1

    # ------------------------------------------------------------------------ plain expressions

    def _constant(self, node: ast.Constant) -> Any:
        value = node.value
        if not isinstance(value, operations.SCALARS):
            return Unknown(node)
        return operations.bounded(lambda: value)

    def _name(self, node: ast.Name) -> Any:
        known, value = self.scope.find(node.id)
        if known:
            return value
        if node.id in operations.FUNCTIONS:
            return Builtin(node.id)
        if node.id in self.inputs:
            return self._fragment(node)
        if path := naming.path_of_free_name(node.id):
            return KerasName(path)
        return Unknown(node, frozenset({node.id}), name=node.id)

    def _fragment(self, node: ast.Name) -> Tensor:
        if node.id not in self._fragments:
            self._fragments[node.id] = self.builder.input(node, self.inputs[node.id])
        return self._fragments[node.id]

    def _tuple(self, node: ast.Tuple) -> Any:
        return tuple(self._several(node.elts))

    def _list(self, node: ast.List) -> Any:
        return self._several(node.elts)

    def _several(self, nodes: Sequence[ast.expr]) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found += self.items(self.value(node.value))
            else:
                found.append(self.value(node))
            if len(found) > operations.MOST_ITEMS:
                raise NoValue
        return found

    def _dict(self, node: ast.Dict) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                more = self.value(value)
                if not isinstance(more, dict):
                    raise NoValue
                found |= more
            else:
                found[operations.scalar(self.value(key))] = self.value(value)
        return found

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, Tensor) and isinstance(right, Tensor):
            names = {ast.Add: "Add", ast.Mult: "Multiply", ast.Sub: "Subtract"}
            if name := names.get(type(node.op)):
                layer = self.builder.layer(node, name, (), {})
                return self.builder.call(layer, node, (left, right))
        return self._operation(node, (left, right), lambda: operations.binary(node.op, left, right))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        return self._operation(node, (value,), lambda: operations.unary(node.op, value))

    def _compare(self, node: ast.Compare) -> Any:
        left: Any = self.value(node.left)
        for kind, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other)
            a, b = left, right
            held = self._operation(
                node, (a, b), lambda k=kind, a=a, b=b: operations.compare(k, a, b)
            )
            if isinstance(held, Unknown) or not held:
                return held
            left = right
        return True

    def _boolop(self, node: ast.BoolOp) -> Any:
        value: Any = None
        for part in node.values:
            value = self.value(part)
            if isinstance(value, Unknown) or bool(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def _ifexp(self, node: ast.IfExp) -> Any:
        test = self.value(node.test)
        if isinstance(test, Unknown):
            return Unknown(node, test.roots)
        return self.value(node.body if test else node.orelse)

    def _operation(self, node: ast.AST, values: Sequence[Any], compute: Any) -> Any:
        """An operation on plain values; with something unknown among them, unknown."""
        roots: frozenset[str] = frozenset()
        unknown = False
        for value in values:
            for one in self._leaves(value, node):
                if isinstance(one, Unknown):
                    unknown, roots = True, roots | one.roots
        return Unknown(node, roots) if unknown else compute()

    def _leaves(self, value: Any, node: ast.AST) -> Iterator[Any]:
        """Everything in lists in lists; their weight counts as steps."""
        waiting, weight = [value], 0
        while waiting:
            one = waiting.pop()
            weight += 1
            if weight > operations.MOST_ITEMS:
                raise self.source.refuse(node, T("this value is too large."))
            if isinstance(one, list | tuple):
                waiting += one
            elif isinstance(one, dict):
                waiting += one.values()
            else:
                yield one
        self.spend(node, weight // 8)

    def _joinedstr(self, node: ast.JoinedStr) -> Any:
        parts = [self.value(part) for part in node.values]
        return self._operation(node, parts, lambda: operations.bounded("".join, parts))

    def _formattedvalue(self, node: ast.FormattedValue) -> Any:
        value = self.value(node.value)
        spec = self.value(node.format_spec) if node.format_spec else ""
        if node.conversion != -1:
            raise NoValue
        return self._operation(node, (value, spec), lambda: operations.formatted(value, spec))

    def _subscript(self, node: ast.Subscript) -> Any:
        owner = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            parts = (node.slice.lower, node.slice.upper, node.slice.step)
            index: Any = slice(*(None if part is None else self.value(part) for part in parts))
            asked: tuple[Any, ...] = (index.start, index.stop, index.step)
        else:
            index = self.value(node.slice)
            asked = (index,)
        if isinstance(owner, Unknown):
            return self.open(node)
        for one in asked:
            if isinstance(one, Unknown):
                return Unknown(node, one.roots)
        if not isinstance(owner, str | list | tuple | dict | range):
            raise NoValue
        if isinstance(owner, dict):
            operations.scalar(index)
        return operations.bounded(lambda: owner[index])

    def _namedexpr(self, node: ast.NamedExpr) -> Any:
        self.scope.names[node.target.id] = value = self.value(node.value)
        return value

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, KerasName):
            if len(owner.path) > 500:
                raise NoValue
            return KerasName(naming.canonical(f"{owner.path}.{node.attr}"))
        if isinstance(owner, Unknown):
            return Unknown(node)
        if isinstance(owner, Tensor):
            shape = self.builder.shape(owner)
            return shape if node.attr == "shape" and shape is not None else Unknown(node)
        match owner, node.attr:
            case ModelObject(), "layers":
                layers = self.builder.layers_of(owner)
                self.spend(node, len(layers) // 32)
                return layers
            case ModelObject(layers=None), "inputs" | "outputs" as ends:
                return getattr(owner, ends)
            case ModelObject(layers=None), "input" if len(owner.inputs) == 1:
                return owner.inputs[0]
            case ModelObject(layers=None), "output" if len(owner.outputs) == 1:
                return owner.outputs[0]
            case LayerObject(), "name":
                return owner.name
            case LayerObject(), "trainable":
                return not owner.frozen
            case LayerObject(), "output" if owner.output is not None:
                return owner.output
        return Method(owner, node.attr)

    def open(self, node: ast.expr) -> Any:
        """What is given for a size of the data, such as ``len(classes)`` or ``x.shape[1:]``."""
        text = self.source.shown(node)
        if not _OF_DATA.fullmatch(text):
            return Unknown(node)
        return self.given.get(text, Unknown(node, frozenset({text})))

    def items(self, value: Any) -> list[Any]:
        """The items of a value; raises NoValue."""
        return operations.items(value)
