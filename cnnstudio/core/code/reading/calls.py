"""Calls: of Keras' classes, of layers and models, of the program's own functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cnnstudio.core.code.reading import naming, operations, training
from cnnstudio.core.code.reading.blocks import FunctionUse
from cnnstudio.core.code.reading.building import MOST_LAYERS
from cnnstudio.core.code.reading.given import Given, argument_of
from cnnstudio.core.code.reading.members import is_instance, member
from cnnstudio.core.code.reading.operations import NoValue
from cnnstudio.core.code.reading.result import Setting
from cnnstudio.core.code.reading.source import short
from cnnstudio.core.code.reading.values import (
    Builtin,
    CustomClass,
    Function,
    Helper,
    KerasName,
    LayerObject,
    Method,
    ModelObject,
    Scope,
    Tensor,
    Unknown,
)
from cnnstudio.core.layers.common import ACTIVATION
from cnnstudio.core.layers.parameters import Parameter, ParameterError
from cnnstudio.core.layers.variants import Variant
from cnnstudio.core.text import T

_ACTIVATIONS = frozenset(ACTIVATION.choices)
_SHAPES = ("shape", "input_shape")
"""The arguments that say the shape of pictures."""


class Caller(Given):
    """Reads calls, function expressions and comprehensions."""

    settings: dict[str, Setting]
    uses: list[FunctionUse]

    def _call(self, node: ast.Call) -> Any:
        function = self.value(node.func)
        args = self._several(node.args)
        kwargs: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict):
                kwargs |= {str(key): one for key, one in value.items()}
            else:
                kwargs["**"] = Unknown(node)
        match function:
            case Function() if found := training.of_function(_name_of(node.func), args, kwargs):
                self.take(node, found)
                return Unknown(node, call=_name_of(node.func))
            case Function():
                return self._call_function(function, node, args, kwargs)
            case LayerObject():
                return self.call_layer(function, node, args)
            case ModelObject():
                return self.call_model(function, node, args[0] if args else None)
            case CustomClass():
                return self.custom_layer(function, node, args, kwargs)
            case KerasName():
                return self._call_keras(function, node, args, kwargs)
            case Builtin("len") if args and isinstance(args[0], Unknown):
                return self.open(node)
            case Builtin(name):
                values = [*args, *kwargs.values()]
                return self._operation(
                    node, values, lambda: operations.call_builtin(name, args, kwargs)
                )
            case Method():
                return self._call_method(function, node, args, kwargs)
            case Unknown():
                return self._call_unknown(function, node, args, kwargs)
        raise NoValue

    def _lambda(self, node: ast.Lambda) -> Any:
        return self.function(node)

    def function(self, node: ast.FunctionDef | ast.Lambda) -> Function:
        """A function of the program, with the values of its defaults."""
        defaults = tuple(self.value(default) for default in node.args.defaults)
        keywords = {
            argument.arg: self.value(default)
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if default is not None
        }
        return Function(node, self.scope, defaults, keywords)

    def _listcomp(self, node: ast.ListComp) -> Any:
        return self._comprehension(node, lambda: self.value(node.elt))

    def _generatorexp(self, node: ast.GeneratorExp) -> Any:
        return self._comprehension(node, lambda: self.value(node.elt))

    def _dictcomp(self, node: ast.DictComp) -> Any:
        pairs = self._comprehension(
            node, lambda: (operations.scalar(self.value(node.key)), self.value(node.value))
        )
        return dict(pairs)

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp, one: Any) -> Any:
        found: list[Any] = []
        outer, self.scope = self.scope, Scope({}, self.scope)
        try:
            self._through(node.generators, lambda: found.append(one()))
        finally:
            self.scope = outer
        return found

    def _through(self, generators: list[ast.comprehension], do: Any) -> None:
        if not generators:
            do()
            return
        first, *rest = generators
        for item in self.items(self.value(first.iter)):
            self.assign(first.target, item)
            tests = [self.value(test) for test in first.ifs]
            if any(isinstance(test, Unknown) for test in tests):
                raise NoValue
            if all(tests):
                self._through(rest, do)

    def assign(self, target: ast.expr, value: Any) -> None:
        """Gives a value to a target."""
        raise NotImplementedError

    def body(self, node: ast.FunctionDef) -> Any:
        """What the statements of a function return."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------- kinds of calls

    def _call_keras(
        self, name: KerasName, node: ast.Call, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        last, module = name.last, name.module
        if last in ("Model", "Sequential") and module in ("keras", "models", "engine"):
            return self._model(last, node, args, kwargs)
        if variant := naming.variant(last) if module in ("initializers", "regularizers") else None:
            return self._helper(variant, node, args, kwargs)
        if last == "image_data_format":
            return "channels_last"
        if last == "Input" and module in ("keras", "layers"):
            return self.builder.call(self._layer(last, node, args, kwargs), node, ())
        if module == "layers" and last in naming.FUNCTIONS and self._are_tensors(args, node):
            kind = naming.FUNCTIONS[last]
            layer = self._layer(kind, node, args[1:], kwargs)
            return self.call_layer(layer, node, args[:1])
        if naming.layer_class(last) or (module == "layers" and last[:1].isupper()):
            return self._layer(last, node, args, kwargs)
        is_activation = module in ("activations", "nn", "ops") and last in _ACTIVATIONS
        if is_activation and args and isinstance(args[0], Tensor):
            layer = self._layer("Activation", node, [last], {})
            return self.builder.call(layer, node, (args[0],))
        if last in ("int_shape", "shape") and args and isinstance(args[0], Tensor):
            shape = self.builder.shape(args[0])
            return Unknown(node) if shape is None else shape
        if last == "load_data":
            self.usual_shape = training.SHAPES.get(name.module, self.usual_shape)
            self.take(node, training.of_dataset(name.path))
        elif last == "ImageDataGenerator":
            self.take_generator(node, args, kwargs)
        elif last == "set_random_seed" and args and isinstance(args[0], int):
            self.take(node, (("training.seed", args[0]),))
        return Unknown(node, call=name.path, args=tuple(args), kwargs=kwargs)

    def _call_method(
        self, method: Method, node: ast.Call, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        owner, name = method.owner, method.name
        if isinstance(owner, ModelObject):
            return self._call_of_model(owner, name, node, args, kwargs)
        if isinstance(owner, str | list | dict):
            if isinstance(owner, list):  # may hold what isn't known
                return operations.call_method(owner, name, args, kwargs)
            values = [*args, *kwargs.values()]
            return self._operation(
                node, values, lambda: operations.call_method(owner, name, args, kwargs)
            )
        return Unknown(node)

    def _call_of_model(
        self,
        model: ModelObject,
        name: str,
        node: ast.Call,
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> Any:
        if name == "add" and model.layers is not None and len(args) == 1:
            self._extend(model, args, node)
            return None
        if name == "get_layer":
            layers = self.builder.layers_of(model)
            self.spend(node, len(layers) // 32)
            return member(layers, args, kwargs)
        if name == "pop" and model.layers:
            model.layers.pop()
            return None
        if name == "build" and args and isinstance(args[0], tuple | list):
            model.input_shape = self.raw(args[0], node)[1:]
            return None
        if name in training.READERS:
            self._take_flow(kwargs.get("x", args[0] if args else None))
            self.builder.models.remove(model)  # the one that is trained is the one that is meant
            self.builder.models.append(model)
            self.take(node, training.READERS[name](args, self._unweighed(kwargs)))
            return Unknown(node, call=name)
        return Unknown(node)

    def _call_unknown(
        self, function: Unknown, node: ast.Call, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "flow":
            self.take_first(node, training.of_fit((), self._unweighed(kwargs)))
            generator = self.value(node.func.value)
            return Unknown(node, function.roots, call="flow", args=(generator,), kwargs=kwargs)
        if isinstance(node.func, ast.Attribute) and _name_of(node.func.value) in ("np", "numpy"):
            self.take(node, training.of_numpy(node.func.attr))
        called = node.func.attr if isinstance(node.func, ast.Attribute) else function.name
        self.take(node, training.of_weights(called, args, kwargs))
        if function.name == "isinstance" and len(args) == 2 and isinstance(args[0], LayerObject):
            return is_instance(args[0], args[1])
        if function.call and (
            self._are_tensors(args, node) or (args and _is_free_tensor(args[0], function))
        ):
            name = function.call.rpartition(".")[2]
            raw = [self.raw(one, node) for one in function.args]
            named = {key: self.raw(one, node, key) for key, one in function.kwargs.items()}
            layer = self.builder.layer(function.node, name, raw, named)
            return self.call_layer(layer, node, args)
        if args and isinstance(args[0], Unknown) and _is_class(function.call):
            return Unknown(args[0].node)  # what it is called with can't be told
        if function.name:
            return Unknown(
                node,
                function.roots if not function.name[:1].isupper() else frozenset(),
                call=function.name,
                args=tuple(args),
                kwargs=kwargs,
            )
        return Unknown(node)

    def _are_tensors(self, args: Sequence[Any], node: ast.AST) -> bool:
        leaves = list(self._leaves(args[0], node)) if args else []
        return bool(leaves) and all(isinstance(one, Tensor) for one in leaves)

    def _layer(
        self, name: str, node: ast.Call, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> LayerObject:
        if isinstance(kwargs.get("activation"), LayerObject):  # Keras calls what it is given
            kwargs = dict(kwargs)
            behind = kwargs.pop("activation")
        else:
            behind = None
        raw = [self.raw(one, node) for one in args]
        named = {}
        for key, one in kwargs.items():
            raw_of = self.stated_shape if key in _SHAPES else self.raw
            named[key] = raw_of(one, argument_of(node, key), key)
        if self.scope is not self.globals:
            named = _without_held_defaults(name, node, named)
        layer = self.builder.layer(node, name, raw, named)
        layer.activation = behind
        return layer

    def _helper(
        self, of: Variant, node: ast.Call, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Helper:
        names = [parameter.name for parameter in of.parameters]
        values = dict(zip(names, args, strict=False)) | dict(kwargs)
        raw = {key: self.raw(one, node, key) for key, one in values.items()}
        return Helper({"name": of.name, **raw} if raw else of.name)

    def _model(
        self, last: str, node: ast.Call, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> ModelObject | Unknown:
        if last == "Sequential":
            layers = args[0] if args else kwargs.get("layers", [])
            if not isinstance(layers, list | tuple):
                raise self.source.refuse(node, T("a Sequential takes a list of layers."))
            model = ModelObject(node, layers=[])
            self._extend(model, layers, node)
        else:
            stated = dict(zip(("inputs", "outputs"), args, strict=False)) | dict(kwargs)
            if "outputs" not in stated:
                raise self.source.refuse(node, T("this model has no outputs."))
            given = [stated[name] for name in ("inputs", "outputs") if name in stated]
            if self.builder.models and not self._are_tensors([given], node):
                self.builder.pass_over(node)  # one that shows what layers of another one make
                return Unknown(node)
            inputs = self._ends(stated, "inputs", node)
            model = ModelObject(node, inputs, self._ends(stated, "outputs", node))
        self.builder.models.append(model)
        return model

    def _ends(self, stated: Mapping[str, Any], name: str, node: ast.AST) -> tuple[Tensor, ...]:
        return self.tensors(stated[name], node) if name in stated else ()

    def _extend(self, model: ModelObject, values: Sequence[Any], node: ast.AST) -> None:
        """Adds layers to a Sequential, and the layers of another one in its place."""
        assert model.layers is not None
        for value in values:
            if isinstance(value, ModelObject) and value.layers is not None:
                model.layers += value.layers
            else:
                model.layers.append(self._part(value, node))
            self.spend(node, 1 + len(model.layers) // 100)
            if len(model.layers) > MOST_LAYERS:
                raise self.source.refuse(
                    node, T("there are more than {most} layers.", most=MOST_LAYERS)
                )

    def _part(self, value: Any, node: ast.AST) -> LayerObject | Tensor:
        if isinstance(value, Unknown) and _is_class(value.call):
            raw = [self.raw(one, node) for one in value.args]
            named = {key: self.raw(one, node, key) for key, one in value.kwargs.items()}
            return self.builder.layer(value.node, value.call.rpartition(".")[2], raw, named)
        if isinstance(value, Unknown):
            raise self.unknown(value, node, None)
        if not isinstance(value, LayerObject | Tensor):
            raise self.source.refuse(node, T("there is something in this model that is no layer."))
        return value

    def take(self, node: ast.AST, found: Iterable[training.Found]) -> None:
        """Keeps the settings of a line and passes over the rest of it."""
        line = getattr(node, "lineno", 1)
        for name, value in found:
            if name:
                self.settings[name] = Setting(name, value, line)
            else:
                self.builder.pass_over(node, short(str(value)))

    def _unweighed(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments without weights that were read where they were computed."""
        told = training.WEIGHTS if "training.class_weights" in self.settings else frozenset()
        return {name: one for name, one in kwargs.items() if name not in told}

    def take_first(self, node: ast.AST, found: Iterable[training.Found]) -> None:
        """Like `take` for a generator's line: the first is the training pictures' one."""
        self.take(node, (one for one in found if one[0] not in self.settings))

    def take_generator(self, node: ast.AST, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Keeps a generator's settings; its augmentation takes the place of an earlier one's."""
        found = list(training.of_generator(args, kwargs))
        if any(name.startswith(training.AUGMENTATION) for name, _ in found):
            self._forget_augmentation()
        self.take(node, found)

    def _take_flow(self, flow: Any) -> None:
        """Keeps the settings of the flow a model is trained with, and of its generator alone."""
        if not isinstance(flow, Unknown) or flow.call != "flow":
            return
        self.take(flow.node, (one for one in training.of_fit((), flow.kwargs) if one[0]))
        generator = flow.args[0]
        if isinstance(generator, Unknown) and generator.call.endswith("ImageDataGenerator"):
            self._forget_augmentation()
            found = training.of_generator(generator.args, generator.kwargs)
            self.take(generator.node, (one for one in found if one[0]))

    def _forget_augmentation(self) -> None:
        for name in [name for name in self.settings if name.startswith(training.AUGMENTATION)]:
            del self.settings[name]

    # -------------------------------------------------------------------- the program's functions

    def _call_function(
        self, function: Function, node: ast.Call, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        names = self._arguments(function, node, args, kwargs)
        self.builder.note_names(node)
        outer, self.scope = self.scope, Scope(names, function.scope)
        name, made = names.get("name"), self.builder.count
        try:
            if isinstance(function.node, ast.Lambda):
                return self.value(function.node.body)
            result = self.body(function.node)
        finally:
            self.scope = outer
        if ids := self.builder.made_since(made):
            self.spend(node, len(ids) // 8)
            name = name if isinstance(name, str) else ""
            self.uses.append(FunctionUse(function.node, node, name, ids))
        return result

    def _arguments(
        self, function: Function, node: ast.Call, args: list[Any], kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        takes = function.node.args
        by_position = [argument.arg for argument in (*takes.posonlyargs, *takes.args)]
        by_name = [argument.arg for argument in takes.kwonlyargs]
        found = dict(zip(by_position[::-1], function.defaults[::-1], strict=False))
        found |= function.keyword_defaults
        found |= zip(by_position, args, strict=False)
        rest = args[len(by_position) :]
        others = {key: one for key, one in kwargs.items() if key not in (*by_position, *by_name)}
        found |= {key: one for key, one in kwargs.items() if key not in others}
        if takes.vararg:
            found[takes.vararg.arg] = tuple(rest)
        if takes.kwarg:
            found[takes.kwarg.arg] = others
        missing = [name for name in (*by_position, *by_name) if name not in found]
        if missing or (rest and not takes.vararg) or (others and not takes.kwarg):
            raise self.source.refuse(
                node,
                T(
                    "the arguments don't fit the function {code} calls.",
                    code=self.source.shown(node.func),
                ),
            )
        return found


def _name_of(node: ast.expr) -> str:
    """The name, where it is just one."""
    return node.id if isinstance(node, ast.Name) else ""


def _is_free_tensor(value: Any, function: Unknown) -> bool:
    return isinstance(value, Unknown) and bool(value.name) and _is_class(function.call)


def _is_class(path: str) -> bool:
    return path.rpartition(".")[2][:1].isupper()


def _without_held_defaults(name: str, node: ast.Call, named: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without those that a variable of a function holds and Keras has as default.

    A function has a parameter for what one of its uses states; the others state nothing.
    """
    kind = naming.layer_class(name)
    held = {keyword.arg for keyword in node.keywords if isinstance(keyword.value, ast.Name)}
    parameters = kind.parameters if kind is not None else ()
    unsaid = {
        parameter.name
        for parameter in parameters
        if parameter.name in held and not parameter.required
        if parameter.name in named and _is_default(parameter, named[parameter.name])
    }
    return {argument: value for argument, value in named.items() if argument not in unsaid}


def _is_default(parameter: Parameter, raw: object) -> bool:
    try:
        return bool(parameter.read(raw) == parameter.default)
    except ParameterError:
        return False
