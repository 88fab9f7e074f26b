"""The config of a layer as the parameters of its kind: an allow-list, argument by argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.numbers import Numbers
from cnnstudio.core.layers.parameters import Axis, PairOf, Parameter, ParameterError
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.models.classes import class_of
from cnnstudio.core.models.configs import LayerConfig
from cnnstudio.core.models.notes import Notes, called, damaged
from cnnstudio.core.text import T

# What says nothing about the layer itself.
_BOOKKEEPING = frozenset(
    {
        "autocast", "batch_input_shape", "batch_shape", "batch_size", "fused", "implementation",
        "input_dim", "input_length", "input_shape", "name", "trainable",
        "__passive_serialization__",
    }
)  # fmt: skip
# What changes nothing in the numbers a network gives when it is used.
_OF_TRAINING = frozenset(
    {"activity_regularizer", "renorm_clipping", "seed", "synchronized", "virtual_batch_size"}
)
# What the studio has no parameter for, with the values that do nothing.
_IDLE_VALUES: dict[str, tuple[object, ...]] = {
    "adjustment": (None,),
    "data_format": (None, "channels_last"),
    "groups": (None, 1),
    "lora_alpha": (None,),
    "lora_rank": (None,),
    "optional": (None, False, True),
    "quantization_config": (None,),
    "ragged": (None, False),
    "rms_scaling": (None, False),
    "sparse": (None, False),
    "type_spec": (None,),
}
# Arguments of Conv2D that Keras 2 wrote for layers derived from it, which have no use for them.
_INHERITED = frozenset({"kernel_constraint", "kernel_initializer", "kernel_regularizer"})
_HEIRS = frozenset({"depthwise_conv2d", "separable_conv2d"})
_FORMER_NAMES = {("leaky_re_lu", "alpha"): "negative_slope"}  # before Keras 3
_FLOAT32 = (None, "float32", "infer", "_infer")
_OTHER_FLOATS = ("float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")
_WHOLE = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_DEEPEST = 40  # lists and objects in each other; a project file has room for a few more


def params_of(
    kind: LayerKind, layer: str, config: Mapping[str, Any], notes: Notes
) -> dict[str, Any]:
    """The parameters that differ from the kind's defaults, as a project file has them.

    Args:
        kind: The layer's kind.
        layer: The layer's name, for errors.
        config: Its config.
        notes: Takes what isn't kept, and what the studio can't show.

    Raises:
        BadInput: For an argument the layer doesn't have, one that is missing, or a value that it
            can't take.
    """
    given: dict[str, Any] = {}
    for argument, value in config.items():
        name = _FORMER_NAMES.get((kind.id, argument), argument)
        if kind.parameter(name) is not None:
            given[name] = value
        elif argument == "dtype":
            _check_dtype(kind, layer, value, notes)
        elif argument not in _BOOKKEEPING:
            _check_other(kind, layer, argument, value, notes)
    for parameter in kind.parameters:
        if parameter.required and parameter.name not in given:
            raise damaged(layer, T("its {argument} is missing", argument=parameter.name))
    return read_params(kind, layer, given, notes)


def read_params(
    kind: LayerKind, layer: str, given: Mapping[str, Any], notes: Notes
) -> dict[str, Any]:
    """Those of `given` that differ from the kind's defaults, as a project file has them.

    Raises:
        BadInput: For a value that the layer can't take.
    """
    params: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for parameter in kind.parameters:
        if parameter.name not in given:
            continue
        try:
            value = parameter.read(_plain(parameter, given[parameter.name], layer, notes))
        except ParameterError as error:
            raise BadInput(
                T("The layer {layer}: {problem}", layer=called(layer), problem=error.text)
            ) from error
        values[parameter.name] = value
        if value != parameter.default and not _is_default(parameter, value, values):
            params[parameter.name] = parameter.write(value)
    return params


def opaque_config(layer: LayerConfig) -> dict[str, Any]:
    """What is kept of a layer that the studio doesn't know.

    Raises:
        BadInput: For a config that is nested so deep that no project file can have it.
    """
    idle = {"name", "trainable"}
    if _dtype(layer.config.get("dtype")) in _FLOAT32:
        idle.add("dtype")
    kept = {key: value for key, value in layer.config.items() if key not in idle}
    for call in layer.calls[:1]:
        if others := [one for one in call.others if one is not None]:
            kept["args"] = others
    return {key: _as_json(value, layer.name) for key, value in kept.items()}


# ------------------------------------------------------------------- arguments without a parameter


def _check_other(kind: LayerKind, layer: str, argument: str, value: Any, notes: Notes) -> None:
    if argument in _INHERITED and kind.id in _HEIRS:
        return
    if argument in _OF_TRAINING or argument.endswith("_constraint"):
        if value is not None and value is not False:
            notes.not_kept(argument, layer)
    elif argument not in _IDLE_VALUES:
        raise BadInput(
            T(
                "The layer {layer} has an argument {argument}, which {kind} doesn't take. Perhaps "
                "it is from another version of Keras, or the file was changed.",
                layer=called(layer),
                argument=called(argument),
                kind=kind.keras,
            )
        )
    elif value not in _IDLE_VALUES[argument]:
        notes.unsupported(
            T(
                "{layer} with {argument} {value}",
                layer=called(layer),
                argument=argument,
                value=called(value),
            )
        )


def _check_dtype(kind: LayerKind, layer: str, raw: Any, notes: Notes) -> None:
    name = _dtype(raw)
    if name in _FLOAT32:
        return
    if name in _OTHER_FLOATS or (kind.id == "input" and name in _WHOLE):
        text = T("{layers}: {dtype} in Keras, float32 here.", dtype=str(name))
        notes.tell(text, layer)
    else:
        notes.unsupported(
            T("{layer}, which computes in {dtype}", layer=called(layer), dtype=called(name))
        )


def _dtype(raw: Any) -> object:
    """The name of a dtype or of Keras' policy for one; the class of a policy with more to it."""
    if not isinstance(raw, Mapping):
        return raw
    config = raw.get("config")
    if raw.get("class_name") in ("DTypePolicy", "Policy") and isinstance(config, Mapping):
        return config.get("name")
    return raw.get("class_name") or "?"


# -------------------------------------------------------------------------------- values as JSON


def _is_default(parameter: Parameter, value: Any, values: Mapping[str, Any]) -> bool:
    """Whether it is what Keras writes for the default, None."""
    if parameter.default is not None:
        return False
    if isinstance(parameter, PairOf) and parameter.follows:
        return bool(value == values.get(parameter.follows))
    return parameter.name == "activation" and value == "linear"


def _plain(parameter: Parameter, raw: Any, layer: str, notes: Notes) -> Any:
    """A value as a project file has it."""
    value = _as_json(raw, layer)
    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        return _helper(value, layer, notes)
    if isinstance(parameter, Axis) and not parameter.length and isinstance(value, list):
        if len(value) == 1:  # Keras 2 has lists of one axis
            return value[0]
        return None if value == [] and parameter.optional else value  # Normalization's None
    if isinstance(parameter, Numbers):
        while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
            value = value[0]
    return value


def _helper(raw: Mapping[str, Any], layer: str, notes: Notes) -> Any:
    """An initialiser or regulariser by its name and arguments, or a function by its name."""
    config = raw.get("config")
    if raw["class_name"] == "function":
        return config
    cls = class_of(raw)
    stated: dict[str, Any] = {"name": cls.name if cls.own else f"{raw.get('module')}.{cls.name}"}
    for argument, value in (config if isinstance(config, dict) else {}).items():
        if argument == "seed" and isinstance(value, dict):
            notes.not_kept("seed", layer)
        elif value is not None and argument != "dtype":
            stated[argument] = value
    return stated


def _as_json(raw: Any, layer: str, depth: int = 0) -> Any:
    """Lists for tuples, and an array as the list that the file has of it."""
    if depth > _DEEPEST:
        raise damaged(layer, T("its config nests lists and objects too deep"))
    if isinstance(raw, list | tuple):
        return [_as_json(one, layer, depth + 1) for one in raw]
    if not isinstance(raw, Mapping):
        return raw
    config = raw.get("config")
    if raw.get("class_name") in ("__numpy__", "__tensor__") and isinstance(config, Mapping):
        return _as_json(config.get("value"), layer, depth + 1)
    if raw.get("type") == "ndarray" and "value" in raw:  # Keras before 2.3
        return _as_json(raw["value"], layer, depth + 1)
    return {key: _as_json(one, layer, depth + 1) for key, one in raw.items()}
