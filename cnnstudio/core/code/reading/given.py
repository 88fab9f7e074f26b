"""What layers are given: their arguments, and the tensors they are called with."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.core.code.reading import naming, operations
from cnnstudio.core.code.reading.evaluator import Ask, Evaluator
from cnnstudio.core.code.reading.result import Question
from cnnstudio.core.code.reading.values import (
    CustomClass,
    Helper,
    KerasName,
    LayerObject,
    ModelObject,
    Tensor,
    Unknown,
)
from cnnstudio.core.layers.custom import signature
from cnnstudio.core.text import T


class Given(Evaluator):
    """Reads what the network needs; what can't be told is asked for or refused."""

    def raw(self, value: Any, node: ast.AST, name: str = "") -> Any:
        """A layer's argument as a project file has it."""
        self.spend(node)
        if isinstance(value, operations.SCALARS):
            return value
        if isinstance(value, range):
            value = self.items(value)
        if isinstance(value, list | tuple):
            self._weigh(value, node)
            return [self.raw(one, node, name) for one in value]
        if isinstance(value, dict):
            self._weigh(value, node)
            return {str(key): self.raw(one, node, name) for key, one in value.items()}
        if isinstance(value, Helper):
            return value.raw
        if isinstance(value, KerasName):
            found = naming.variant(value.last)
            return found.name if found else value.last
        if isinstance(value, Unknown):
            raise self.unknown(value, node, 1)
        raise self.source.refuse(
            node, T("{code} is no value for a layer's argument.", code=self.source.shown(node))
        )

    def _weigh(self, value: Any, node: ast.AST) -> None:
        depth, level = 0, [value]
        while level:
            depth += 1
            if depth > 12:
                raise self.source.refuse(node, T("this is nested too deeply, or calls itself."))
            below: list[Any] = []
            for one in level:
                inner = one.values() if isinstance(one, dict) else one
                below += [part for part in inner if isinstance(part, list | tuple | dict)]
                self.spend(node, len(one) + 1)
                if len(below) > operations.MOST_ITEMS:
                    raise self.source.refuse(node, T("this value is too large."))
            level = below

    def unknown(self, value: Unknown, node: ast.AST, fallback: Any) -> Exception:
        """The question for a value, or the error where there is nothing to ask."""
        if free := self._free(value):
            found = naming.guess(free[0], fallback)
            return Ask(Question(free[0], found, getattr(value.node, "lineno", 1)))
        return self.unreadable(value.node)

    def unreadable(self, node: ast.AST) -> Exception:
        """The error for code that a layer needs."""
        code = self.source.shown(node)
        return self.source.refuse(node, T("{code} can't be read, and a layer needs it.", code=code))

    def _free(self, value: Unknown) -> list[str]:
        """What could be asked for, so that the value can be told."""
        found = {name: self.scope.find(name) for name in value.roots if name not in self.given}
        return sorted(n for n, (known, it) in found.items() if not known or isinstance(it, Unknown))

    def tensors(self, value: Any, node: ast.AST) -> tuple[Tensor, ...]:
        """The tensors a layer is called with."""
        values = list(value.values()) if isinstance(value, dict) else value
        values = values if isinstance(values, list | tuple) else (values,)
        found = []
        for one in values:
            if isinstance(one, Unknown) and one.name and one.roots:
                line = getattr(one.node, "lineno", 1)
                raise Ask(Question(one.name, self.usual_shape, line, is_input=True))
            if isinstance(one, Unknown):
                raise self.unreadable(one.node)
            if not isinstance(one, Tensor):
                raise self.source.refuse(node, T("a layer is called with the output of another."))
            found.append(one)
        return tuple(found)

    def call_layer(self, layer: LayerObject, node: ast.Call, args: Sequence[Any]) -> Tensor:
        """The output of a layer for what it is called with."""
        if len(args) != 1:
            if layer.code is not None:
                raise self.source.refuse(
                    node, T("a layer of one's own is called with one tensor, or a list of them.")
                )
            tensors = [tensor for one in args for tensor in self.tensors(one, node)]
            return self.builder.call(layer, node, tensors)
        return self.builder.call(layer, node, self.tensors(args[0], node))

    def call_model(self, model: ModelObject, node: ast.AST, value: Any) -> Any:
        """The output of a model called within another one: its layers, one by one."""
        if isinstance(value, Unknown):  # pictures, to look at what comes out
            return Unknown(value.node)
        if model.layers is None:
            outputs = self.builder.call_again(model, node, self.tensors(value, node))
            self.spend(node, self.builder.count // 8)
            return outputs[0] if len(outputs) == 1 else outputs
        (tensor,) = self.tensors(value, node)
        return self.builder.chain(model.layers, tensor)

    def stated_shape(self, value: Any, node: ast.AST, name: str) -> Any:
        """The shape of an input; one that comes from the data is asked for."""
        if not isinstance(value, Unknown) or not value.roots:
            return self.raw(value, node, name)
        root = min(value.roots)
        if root.isidentifier() and not self.scope.find(root)[0]:  # a constant the code leaves open
            return self.raw(value, node, name)
        if root not in self.inputs:
            line = getattr(value.node, "lineno", 1)
            raise Ask(Question(root, self.usual_shape, line, is_input=True))
        return list(self.inputs[root])

    def custom_layer(
        self, of: CustomClass, node: ast.Call, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> LayerObject:
        """A layer of a class the program defines; its arguments are plain values."""
        found = signature(of.code.source, of.code.cls)
        names = found.positional if found is not None else ()
        stated = self.builder.by_position(node, names, args, kwargs) | dict(kwargs)
        raw = {}
        for name, one in stated.items():
            if isinstance(one, Helper) and isinstance(one.raw, dict):
                raise self.source.refuse(
                    argument_of(node, name),
                    T("a layer of one's own takes plain values here, such as a name."),
                )
            raw[name] = self.raw(one, argument_of(node, name), name)
        return self.builder.layer(node, of.code.cls, (), raw, code=of.code)


def argument_of(node: ast.Call, name: str) -> ast.AST:
    """Where an argument stands, for what can't be read in it."""
    found = (keyword.value for keyword in node.keywords if keyword.arg == name)
    return next(found, node)
