"""Statements, in order; what the network doesn't depend on is passed over and noted."""

from __future__ import annotations

import ast
import contextlib
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cnnstudio.core.code.custom import is_layer_class, layer_code
from cnnstudio.core.code.reading import naming, operations
from cnnstudio.core.code.reading.blocks import FunctionUse
from cnnstudio.core.code.reading.calls import Caller
from cnnstudio.core.code.reading.operations import NoValue
from cnnstudio.core.code.reading.result import Setting
from cnnstudio.core.code.reading.scaling import Form, Value, form_of
from cnnstudio.core.code.reading.source import Source
from cnnstudio.core.code.reading.values import (
    CustomClass,
    Function,
    KerasName,
    LayerObject,
    ModelObject,
    Tensor,
    Unknown,
    is_of_network,
)
from cnnstudio.core.text import T

_ROOTS = ("keras", "tensorflow", "tf_keras")


class _Break(Exception):
    """``break``."""


class _Continue(Exception):
    """``continue``."""


class _Return(Exception):
    """``return``."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Interpreter(Caller):
    """Reads a program.

    Args:
        source: The text.
        given: Values of names the code doesn't define.
        inputs: Shapes of tensors the code doesn't define, by name.
    """

    def __init__(
        self, source: Source, given: Mapping[str, Any], inputs: Mapping[str, Sequence[int]]
    ) -> None:
        super().__init__(source, given, inputs)
        self.settings: dict[str, Setting] = {}
        self.uses: list[FunctionUse] = []
        self._forms: dict[ast.AST, Form] = {}
        self.model_class: ast.ClassDef | None = None

    def program(self) -> None:
        """Reads all of it."""
        with contextlib.suppress(_Return, _Break, _Continue):  # out of place: the end
            self._run(self.source.tree.body)
        if self.model_class and not self.builder.models and not self.builder.count:
            raise self.source.refuse(
                self.model_class,
                T(
                    "{name} is a model written as a class, which can't be read. Write it with the "
                    "functional API, or save the model as .keras and import that file.",
                    name=self.model_class.name,
                ),
            )

    def body(self, node: ast.FunctionDef) -> Any:
        try:
            self._run(node.body)
        except _Return as returned:
            return returned.value
        return None

    def assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self._keep_form(target, value)
            self.scope.names[target.id] = self._or_given(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value)
        elif isinstance(target, ast.Subscript):
            owner: Any = self.value(target.value)
            key: Any = self.value(target.slice)
            if isinstance(owner, dict | list) and isinstance(key, operations.SCALARS):
                self._set_item(target, owner, key, value)
            elif not isinstance(owner, Unknown):
                raise self.source.refuse(target, T("this can't be given a value."))
        elif isinstance(target, ast.Attribute) and target.attr == "trainable":
            self._set_trainable(target, value)
        else:
            self.builder.pass_over(target)

    def _or_given(self, name: str, value: Any) -> Any:
        """A value; for one that can't be told what is given, or what its name can be asked for."""
        if not isinstance(value, Unknown) or value.name:
            return value
        if value.call.rpartition(".")[2][:1].isupper():  # something of a class, such as a loss
            return value
        if name in self.given:
            return self.given[name]
        asked = value.roots if value.roots and not value.call else frozenset({name})
        return replace(value, roots=asked)

    def _keep_form(self, target: ast.Name, value: Any) -> None:
        """Keeps what is made of the pictures, and the setting where that is a scaling."""
        if (form := self._form(value)) is not None:
            self._forms[value.node] = form
            if form.scaling:
                self.take(target, (("data.scaling", form.scaling),))

    def _form(self, value: Any) -> Form | None:
        """What a value makes of the pictures; None where it leaves them or can't be told."""
        if not isinstance(value, Unknown):
            return None
        found = form_of(value.node, self._meaning)
        return found if isinstance(found, Form) and found != Form() else None

    def _meaning(self, name: str) -> Value:
        """What a name stands for in the arithmetic of pictures, which one unknown may be."""
        known, value = self.scope.find(name)
        if isinstance(value, Unknown) or not known:
            return self._forms.get(value.node, Form()) if known else Form()
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if plain else None

    def _set_trainable(self, target: ast.Attribute, value: Any) -> None:
        owner = self.value(target.value)
        if isinstance(owner, LayerObject | ModelObject) and isinstance(value, int):
            self.spend(target, self.builder.set_trainable(owner, bool(value)) // 16)
        else:
            self.builder.pass_over(target)

    def _set_item(self, target: ast.expr, owner: Any, key: Any, value: Any) -> None:
        try:
            operations.bounded(operator.setitem, owner, key, value)
        except NoValue as error:
            raise self.source.refuse(target, T("this can't be given a value.")) from error

    def _unpack(self, target: ast.Tuple | ast.List, value: Any) -> None:
        if isinstance(value, Unknown):
            for part in target.elts:
                inner = part.value if isinstance(part, ast.Starred) else part
                self.assign(inner, Unknown(value.node, value.roots))
            return
        try:
            values = self.items(value)
        except NoValue as error:
            raise self.source.refuse(target, T("this can't be given a value.")) from error
        starred = [i for i, part in enumerate(target.elts) if isinstance(part, ast.Starred)]
        if starred:
            at, behind = starred[0], len(target.elts) - starred[0] - 1
            values = [
                *values[:at],
                values[at : len(values) - behind],
                *values[len(values) - behind :],
            ]
        if len(values) != len(target.elts):
            raise self.source.refuse(target, T("there are more or fewer values than names."))
        for part, one in zip(target.elts, values, strict=True):
            self.assign(part.value if isinstance(part, ast.Starred) else part, one)

    # ------------------------------------------------------------------------------- statements

    def _run(self, statements: Sequence[ast.stmt]) -> None:
        self._depth += 1
        try:
            for statement in statements:
                self.spend(statement)
                self._statement(statement)
        finally:
            self._depth -= 1

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr():
                self._expression(node)
            case ast.Assign():
                self._assign(node, self.value(node.value))
            case ast.AnnAssign():
                if node.value is not None:
                    self.assign(node.target, self.value(node.value))
            case ast.AugAssign():
                changed = ast.BinOp(self._loaded(node.target), node.op, node.value)
                self.assign(node.target, self.value(ast.copy_location(changed, node)))
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.ClassDef() if (own := self._layer_class(node)) is not None:
                self.scope.names[node.name] = own
            case ast.FunctionDef() if not node.decorator_list:
                self.scope.names[node.name] = self.function(node)
            case ast.FunctionDef() | ast.ClassDef():
                if isinstance(node, ast.ClassDef) and any(map(self._is_model, node.bases)):
                    self.model_class = self.model_class or node
                self.builder.pass_over(node)
                self.scope.names[node.name] = Unknown(node, name=node.name)
            case ast.If():
                self._if(node)
            case ast.For():
                self._for(node)
            case ast.While():
                self._while(node)
            case ast.With():
                self._with(node)
            case ast.Try():
                self._run([*node.body, *node.orelse, *node.finalbody])
            case ast.Return():
                raise _Return(None if node.value is None else self.value(node.value))
            case ast.Break():
                raise _Break
            case ast.Continue():
                raise _Continue
            case ast.Pass() | ast.Global() | ast.Nonlocal():
                pass
            case _:
                self._pass_over(node)

    def _expression(self, node: ast.Expr) -> None:
        known = len(self.settings), len(self.builder.passed)
        value = self.value(node.value)
        told = value.call.rpartition(".")[2] if isinstance(value, Unknown) else ""
        if told in ("compile", "fit", "set_random_seed") or isinstance(node.value, ast.Constant):
            return
        if isinstance(value, Unknown) and known == (len(self.settings), len(self.builder.passed)):
            self.builder.pass_over(node)

    def _assign(self, node: ast.Assign, value: Any) -> None:
        told = value.call.rpartition(".")[2] if isinstance(value, Unknown) else ""
        form = self._form(value)
        is_read = form is not None and (form.scaling or form.base != "x")
        if isinstance(value, Unknown) and not (told or is_read):
            self.builder.pass_over(node)
        for target in node.targets:
            self.assign(target, value)

    def _loaded(self, target: ast.expr) -> ast.expr:
        """The target of ``+=`` as an expression."""
        match target:
            case ast.Name(id):
                return ast.copy_location(ast.Name(id, ast.Load()), target)
            case ast.Subscript(owner, key):
                return ast.copy_location(ast.Subscript(owner, key, ast.Load()), target)
        return target

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                path = f"{node.module or ''}.{alias.name}"
                name = alias.asname or alias.name
            else:
                path = alias.name if alias.asname else alias.name.partition(".")[0]
                name = alias.asname or path
            if name == "*":
                continue
            known = path.partition(".")[0] in _ROOTS and not getattr(node, "level", 0)
            self.scope.names[name] = (
                KerasName(naming.canonical(path)) if known else Unknown(node, name=name)
            )

    def _layer_class(self, node: ast.ClassDef) -> CustomClass | None:
        """A class of the program that is a layer; None for any other."""
        if self.scope is not self.globals or not any(map(self._is_layer, node.bases)):
            return None
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        self.spend(node, 16 + len(lines))
        code = layer_code(self.source.tree, self.source.lines, node.name)
        if code is None:
            return None
        self.builder.notes.lines.update(lines)  # its comments are kept with it
        return CustomClass(code)

    def _is_layer(self, base: ast.expr) -> bool:
        value = self.value(base)
        if isinstance(value, KerasName):
            return is_layer_class(value.last)
        free = isinstance(value, Unknown) and value.name == "Layer"  # an import is missing
        return isinstance(value, CustomClass) or free

    def _is_model(self, base: ast.expr) -> bool:
        value = self.value(base)
        return isinstance(value, KerasName) and value.last in ("Model", "Sequential")

    def _if(self, node: ast.If) -> None:
        test = self.value(node.test)
        if isinstance(test, Unknown):
            if self._is_of_network(node):
                raise self.unknown(test, node, True)
            self._pass_over(node)
        else:
            self._run(node.body if test else node.orelse)

    def _for(self, node: ast.For) -> None:
        over = self.value(node.iter)
        if isinstance(over, Unknown):
            if self._is_of_network(node):
                raise self.unknown(over, node, 1)
            self._pass_over(node)
            return
        if not isinstance(over, range):
            try:
                over = self.items(over)
            except NoValue as error:
                raise self.source.refuse(node.iter, T("this can't be gone through.")) from error
        for item in over:
            self.assign(node.target, item)
            try:
                self._run(node.body)
            except _Continue:
                continue
            except _Break:
                return
        self._run(node.orelse)

    def _while(self, node: ast.While) -> None:
        while True:
            test = self.value(node.test)
            if isinstance(test, Unknown):
                if self._is_of_network(node):
                    raise self.unknown(test, node, 1)
                self._pass_over(node)
                return
            if not test:
                self._run(node.orelse)
                return
            try:
                self._run(node.body)
            except _Continue:
                continue
            except _Break:
                return

    def _with(self, node: ast.With) -> None:
        for item in node.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        self._run(node.body)

    def _pass_over(self, node: ast.stmt) -> None:
        """Passes over a statement with all in it; what it sets isn't known from here on."""
        if self._is_of_network(node):
            raise self.source.refuse(
                node, T("{code} can't be read, and a layer needs it.", code=self.source.shown(node))
            )
        self.builder.pass_over(node)
        for part in ast.walk(node):
            self.spend(part)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store | ast.Del):
                self.assign(part, Unknown(node))

    def _is_of_network(self, node: ast.AST) -> bool:
        """Whether a statement makes or changes layers, or sets what is made of them."""
        for part in ast.walk(node):
            self.spend(part)
            if isinstance(part, ast.Call) and self._calls_network(part, set()):
                return True
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                known = self.scope.find(part.id)[1]
                if isinstance(known, Tensor | LayerObject | ModelObject):
                    return True
        return False

    def _calls_network(self, call: ast.Call, seen: set[ast.AST]) -> bool:
        """Whether a call makes or changes layers; the functions in `seen` don't."""
        called = call.func
        owner = called.value if isinstance(called, ast.Attribute) else called
        if not isinstance(owner, ast.Name):
            return False
        value = self._name(owner)
        if isinstance(called, ast.Name):
            if isinstance(value, Function):
                return value.node not in seen and self._makes_layers(value.node, seen)
            if isinstance(value, LayerObject | ModelObject):  # else it is called with pictures
                names = (part for one in call.args for part in ast.walk(one))
                return any(isinstance(self._known(name), Tensor) for name in names)
            return is_of_network(value)
        assert isinstance(called, ast.Attribute)
        if isinstance(value, ModelObject):
            return called.attr in ("add", "pop")
        return isinstance(value, KerasName) and is_of_network(
            KerasName(f"{value.path}.{called.attr}")
        )

    def _makes_layers(self, function: ast.AST, seen: set[ast.AST]) -> bool:
        seen.add(function)
        for part in ast.walk(function):
            self.spend(part)
            if isinstance(part, ast.Call) and self._calls_network(part, seen):
                return True
        return False

    def _known(self, node: ast.AST) -> Any:
        return self.scope.find(node.id)[1] if isinstance(node, ast.Name) else None
