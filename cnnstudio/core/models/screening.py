"""Refuses a config that asks for more than layers, wherever in it that stands.

Nothing in a config is ever run or looked up by name here. But who finds code, a function or a
file in it should be told, rather than see a model that does something else than in Keras; and
every reader after this one can rely on it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from cnnstudio.core.code.reading import naming
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.common import ACTIVATION_ALIASES, ACTIVATIONS
from cnnstudio.core.models.classes import (
    MODELLING_AREAS,
    OF_TENSORFLOW,
    area_of,
    is_of_keras,
)
from cnnstudio.core.models.notes import called, damaged
from cnnstudio.core.text import T

FUNCTIONS = frozenset(ACTIVATIONS) - {None} | ACTIVATION_ALIASES.keys()
"""The functions a config may name."""
# Layers whose config holds code, or names a program or a file that has some.
_CARRY_CODE = frozenset({"FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper"})
# What Keras writes for values that JSON doesn't have.
_VALUES = frozenset(
    {"__bytes__", "__ellipsis__", "__keras_tensor__", "__numpy__", "__slice__", "__tensor__"}
)
_UNSAFE = "enable_unsafe_deserialization"
_NAME_FILES = ("vocabulary", "idf_weights")


def screen(config: Mapping[str, Any]) -> None:
    """Walks the whole config.

    The outermost ``compile_config``, which says how the model was trained, is left alone: it
    isn't read.

    Raises:
        BadInput: For code, a function other than an activation, a part of Keras that has nothing
            to do with layers, a file, or a nested ``compile_config``; it names the layer.
    """
    waiting: list[tuple[object, str]] = [(_without_training(config), "")]
    while waiting:
        value, layer = waiting.pop()
        if isinstance(value, Mapping):
            layer = _layer_name(value) or layer
            _check_object(value, layer)
            waiting += [(child, layer) for child in reversed(list(value.values()))]
        elif isinstance(value, list | tuple):
            waiting += [(child, layer) for child in reversed(value)]
        elif value == _UNSAFE:
            raise _names(layer, _UNSAFE)


def _without_training(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key != "compile_config"}


def _layer_name(raw: Mapping[str, Any]) -> str:
    """The name of the layer that an object is; "" if it is none."""
    config = raw.get("config")
    given = config.get("name") if isinstance(config, Mapping) else raw.get("name")
    is_layer = isinstance(given, str) and not str(raw.get("class_name", "")).endswith("Policy")
    return given if is_layer and isinstance(given, str) else ""


def _check_object(raw: Mapping[str, Any], layer: str) -> None:
    if not all(isinstance(key, str) for key in raw):
        raise damaged(layer, T("a key isn't text"))
    if raw.get("compile_config"):  # Keras writes {} for a model that was never compiled
        raise BadInput(
            T(
                "The layer {layer} brings training settings along, as only a whole model may. Save "
                "the model without compiling that layer, and open that.",
                layer=called(layer),
            )
        )
    for key in _NAME_FILES:
        if isinstance(raw.get(key), str):
            raise BadInput(
                T(
                    "The layer {layer} takes its {part} from the file {file}. Files that a model "
                    "names are neither read nor fetched; give the layer the list itself.",
                    layer=called(layer),
                    part=key,
                    file=called(raw[key]),
                )
            )
    if "class_name" in raw:
        _check_class(raw, layer)
    elif _UNSAFE in raw or "__lambda__" in raw:
        raise _names(layer, _UNSAFE if _UNSAFE in raw else "__lambda__")


def _check_class(raw: Mapping[str, Any], layer: str) -> None:
    name, module = raw["class_name"], raw.get("module")
    if not isinstance(name, str) or not name:
        raise damaged(layer, T("a class has no name"))
    registered = raw.get("registered_name")
    shorts = {one.rpartition(">")[2] for one in (name, registered) if isinstance(one, str)}
    if "__lambda__" in shorts or shorts & _CARRY_CODE:
        raise BadInput(
            T(
                "The layer {layer} is a {kind}, which is code and not a layer the studio can "
                "show. No code from a file is run. Use layers instead of it, save the model again "
                "and open that.",
                layer=called(layer),
                kind=called(name),
            )
        )
    if name == "function":
        _check_function(raw, layer)
        return
    if name.startswith("__") and name not in _VALUES:
        raise _names(layer, name)
    if isinstance(module, str):
        place = naming.canonical(module)
        foreign = place.partition(".")[0] in sys.stdlib_module_names
        if foreign or (is_of_keras(place) and area_of(place) not in MODELLING_AREAS):
            raise _names(layer, f"{module}.{name}")
    config = raw.get("config")
    if isinstance(config, Mapping) and "function" in config and name not in OF_TENSORFLOW:
        function = config["function"]
        raise _names(layer, function if isinstance(function, str) else f"{name}(function=…)")


def _check_function(raw: Mapping[str, Any], layer: str) -> None:
    function, module = raw.get("config"), raw.get("module")
    place = naming.canonical(module) if isinstance(module, str) else ""
    known = place in ("", "builtins", "keras") or area_of(place) == "activations"
    if not (known and isinstance(function, str) and function in FUNCTIONS):
        raise _names(layer, f"{place}.{function}" if place else str(function))


def _names(layer: str, what: object) -> BadInput:
    return BadInput(
        T(
            "The layer {layer} names {function}, a function or an object that isn't part of a "
            "layer. The studio runs nothing that a file names. Take it out of the model, save it "
            "again and open that.",
            layer=called(layer),
            function=called(what),
        )
    )
