"""A person's own layer classes: the one place where their code is run, once it is trusted.

Trust is asked for each time, of the folder that is the person's own; nothing that comes with a
project, a message or a run can grant it. The class comes from a ``class`` statement of the code
itself and is a layer of Keras, and its constructor is given plain values.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import keras
from msgspec.structs import replace

from cnnstudio.core.analysis import NodeAnalysis
from cnnstudio.core.code.custom import kind_named
from cnnstudio.core.code.custom_edits import waiting, with_fact, without_facts
from cnnstudio.core.code.reading import naming
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.custom import CustomLayer, Measured, MeasuredWeight, signature
from cnnstudio.core.models.screening import FUNCTIONS
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.storage.trust import TrustStore, refusal
from cnnstudio.core.text import T
from cnnstudio.engine.context import JobContext
from cnnstudio.engine.custom_faults import Watch, file_of, remember_lines, told
from cnnstudio.protocol.messages import LayerMeasured, MeasureLayer, Phase

BUILD_SECONDS = 60.0
"""How long the code of one layer may take while a network is built."""

_modules: dict[str, ModuleType] = {}  # by the digest of their source


def measure_layer(message: MeasureLayer, context: JobContext, _blob: bytes) -> LayerMeasured:
    """Finds out what a layer of a person's own makes of an input.

    Raises:
        BadInput: When its code isn't trusted, fails, or gives what no layer of a network may.
    """
    context.phase(Phase.ANSWERING)
    kind = kind_named(message.code.cls)
    node = LayerNode("", kind, message.layer, message.params, code=message.code)
    keras.utils.clear_session()
    return LayerMeasured(fact=measured(node, message.inputs, message.seconds))


def measured(node: LayerNode, inputs: Sequence[tuple[int, ...]], seconds: float) -> Measured:
    """What a layer of a person's own makes of an input.

    Args:
        node: The layer.
        inputs: The shapes it is given, by slot.
        seconds: How long its code may take.

    Raises:
        BadInput: As `measure_layer` does.
    """
    given = [keras.Input(shape) for shape in inputs]
    node = replace(node, frozen=False)
    layer, output = call_layer(node, "layer", given, seconds)
    trained = {id(variable) for variable in layer.trainable_weights}
    return Measured(
        node.params,
        tuple(tuple(shape) for shape in inputs),
        _shape(node, output),
        tuple(
            MeasuredWeight(one.name, tuple(one.shape), id(one) in trained) for one in layer.weights
        ),
    )


def with_facts(network: Network) -> Network:
    """The network with everything measured anew that layers of a person's own make.

    What a project says was measured is not relied on where a network is trained.

    Raises:
        BadInput: As `measure_layer` does.
    """
    network = without_facts(network)
    while waits := waiting(network):
        one = waits[0]
        fact = measured(one.node, one.inputs, BUILD_SECONDS)
        network = with_fact(network, one.code, fact)
    return network


def call_layer(
    node: LayerNode, name: str, given: Sequence[Any], seconds: float = BUILD_SECONDS
) -> tuple[keras.Layer, Any]:
    """Makes a layer of a person's own class and calls it.

    Args:
        node: The layer.
        name: What Keras calls it.
        given: The tensors it is called with.
        seconds: How long its code may take.

    Raises:
        BadInput: When its code isn't trusted or fails; it says in which line.
    """
    if node.custom is None:
        raise BadInput(
            T("The code of {layer} doesn't define its class. Give it another.", layer=node.name)
        )
    if not TrustStore.of_person().trusts(node.custom):
        raise refusal(node.name, node.custom)
    with Watch(node.name, seconds):
        try:
            layer = _made(node, node.custom, name)
            layer.trainable = not node.frozen
            return layer, layer(list(given) if len(given) > 1 else given[0])
        except (Exception, SystemExit) as error:
            if isinstance(error, BadInput):
                raise
            raise BadInput(
                T(
                    "{layer}: {problem}",
                    layer=node.name,
                    problem=told(error) or _from_keras(error),
                )
            ) from error


def check_as_measured(layer: NodeAnalysis, made: keras.Layer, output: Any) -> None:
    """Checks that a layer of a person's own is what it was when it was measured.

    Raises:
        BadInput: When its output or its variables have other shapes now.
    """
    shapes = tuple(tuple(variable.shape) for variable in made.weights)
    known = tuple(weight.shape for weight in layer.weights)
    if (_shape(layer.node, output), shapes) != (layer.output, known):
        raise BadInput(
            T(
                "{layer} makes something else of its input than when it was measured: its code "
                "depends on more than its arguments and the shape it is given. Correct it.",
                layer=layer.node.name,
            )
        )


def classes_of(network: Network) -> dict[str, type[keras.Layer]]:
    """The classes of a network's own layers by name, as Keras takes them for custom objects.

    Raises:
        BadInput: When the code of one isn't trusted or fails.
    """
    return {
        node.custom.cls: layer_class(node.name, node.custom)
        for node in network.layers
        if node.custom is not None
    }


def layer_class(layer: str, code: CustomLayer) -> type[keras.Layer]:
    """The class that some code defines; this runs the code.

    Raises:
        BadInput: When it isn't trusted, or the class is no layer.
    """
    if not TrustStore.of_person().trusts(code):
        raise refusal(layer, code)
    module = _module(code)
    found = vars(module).get(code.cls)
    if (
        isinstance(found, type)
        and issubclass(found, keras.layers.Layer)
        and found.__module__ == module.__name__  # what it imports is no class of its own
    ):
        return found
    raise BadInput(T("The class {cls} of {layer} is no layer of Keras.", cls=code.cls, layer=layer))


def _module(code: CustomLayer) -> ModuleType:
    if code.digest not in _modules:
        module = ModuleType(f"cnnstudio_code_{code.digest[:16]}")
        remember_lines(code)
        sys.modules[module.__name__] = module  # dataclasses and others look it up there
        try:
            exec(compile(code.source, file_of(code), "exec"), vars(module))
        except BaseException:
            del sys.modules[module.__name__]
            raise
        _modules[code.digest] = module
    return _modules[code.digest]


def _made(node: LayerNode, code: CustomLayer, name: str) -> keras.Layer:
    cls = layer_class(node.name, code)
    found = signature(code.source, code.cls)
    assert found is not None
    assert node.spec is not None
    stated = {
        key: _argument(node, key, value)
        for key, value in node.params.items()
        if node.spec.parameter(key) is not None
    }
    if found.named:
        stated["name"] = name
    made = cls(**stated)
    made.name = name  # some constructors take it and don't hand it on
    return made


def _argument(node: LayerNode, argument: str, raw: Any) -> Any:
    """A plain value as code writes it: tuples for lists."""
    if isinstance(raw, list):
        return tuple(_argument(node, argument, one) for one in raw)
    if not isinstance(raw, dict):
        return raw
    if "class_name" in raw:
        return _helper(node, argument, raw)
    return {key: _argument(node, argument, one) for key, one in raw.items()}


def _helper(node: LayerNode, argument: str, raw: Mapping[str, Any]) -> Any:
    """What a model's file has of an initialiser, a regulariser or an activation."""
    name, config = raw["class_name"], raw.get("config")
    if name == "function" and isinstance(config, str) and config in FUNCTIONS:
        return config
    variant = naming.variant(name) if isinstance(name, str) else None
    if variant is None:
        raise BadInput(
            T(
                "{layer} takes {argument}, an object that the studio can't make. Give it a plain "
                "value.",
                layer=node.name,
                argument=argument,
            )
        )
    stated = {
        key: value
        for key, value in (config if isinstance(config, dict) else {}).items()
        if value is None or isinstance(value, bool | int | float | str)
    }
    return getattr(getattr(keras, variant.module), variant.keras)(**stated)


def _shape(node: LayerNode, output: Any) -> tuple[int, ...]:
    shape = getattr(output, "shape", None)
    if shape is None:
        raise BadInput(
            T(
                "{layer} gives something else than one tensor; a layer of a network gives one.",
                layer=node.name,
            )
        )
    sizes = tuple(shape)[1:]
    if not sizes or None in sizes:
        shown = ", ".join("?" if size is None else str(size) for size in tuple(shape))
        raise BadInput(
            T(
                "{layer} gives the shape ({shape}); every axis behind the first must have a fixed "
                "length.",
                layer=node.name,
                shape=shown,
            )
        )
    return sizes


def _from_keras(error: BaseException) -> str:
    """An error that Keras raised about a layer before its code was reached, such as for a name."""
    text = re.sub(r"\x1b\[\d*m", "", str(error))
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first}"[:300]
