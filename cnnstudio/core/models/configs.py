"""A model's config as layers and calls, whichever Keras wrote it.

Keras 3 writes a call of a layer as its arguments, with ``__keras_tensor__`` for what another layer
gives (``serialize_node`` in ``keras/src/models/functional.py``); Keras 2 as a list of
``[layer, call, output, keywords]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.core.code.reading import naming
from cnnstudio.core.errors import BadInput
from cnnstudio.core.models.classes import KerasClass, class_of
from cnnstudio.core.models.notes import damaged
from cnnstudio.core.storage.project_file import MOST_LAYERS
from cnnstudio.core.text import T

_DEEPEST_ARGUMENT = 20
_CONSTANT = "_CONSTANT_VALUE"  # stands for a layer in Keras 2 where a call is given a number


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a layer gives.

    Attributes:
        layer: The layer's name in its model.
        index: Which of its outputs, counted from 0.
    """

    layer: str
    index: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a layer: its arguments, with a `Tensor` for what a layer gives."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The tensors among the arguments, in their order."""
        return tuple(_leaves([*self.args, *self.kwargs.values()]))

    @property
    def others(self) -> list[Any]:
        """The arguments by position that hold no tensor."""
        return [one for one in self.args if not any(_leaves([one]))]


@dataclass(frozen=True, slots=True)
class LayerConfig:
    """A layer of a model.

    Attributes:
        name: Its name in the model.
        cls: Its class.
        config: Its arguments; empty for a Sequential of Keras 2.1, whose config is a list.
        calls: Its calls in a Functional model.
        raw: The object as it stands in the file.
    """

    name: str
    cls: KerasClass
    config: Mapping[str, Any]
    calls: tuple[Call, ...]
    raw: Mapping[str, Any]

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """What its first call takes."""
        return self.calls[0].tensors if self.calls else ()

    @property
    def is_input(self) -> bool:
        """Whether it is where a model takes its data in."""
        return self.cls.kind is not None and self.cls.kind.id == "input"


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """A model, or one inside another.

    Attributes:
        name: Its name.
        layers: Its layers.
        inputs: The outputs of layers it takes its data through; None for a Sequential.
        outputs: Those it gives; empty for a Sequential, which gives its last layer's.
        built_for: The shape with the batch axis that a Sequential was built for, if it says one.
        trainable: Whether it is trained at all.
    """

    name: str
    layers: tuple[LayerConfig, ...]
    inputs: tuple[Tensor, ...] | None
    outputs: tuple[Tensor, ...] = ()
    built_for: Any = None
    trainable: bool = True


def model_of(raw: Mapping[str, Any]) -> ModelConfig:
    """Reads a model: the object of a layer that ``classes.is_model``.

    Raises:
        BadInput: For what Keras can't have written, and for too many layers.
    """
    config = raw["config"]
    name = _name(raw, config, "model")
    if not isinstance(config, Mapping):
        config = {"layers": config}
    if len(config["layers"]) > MOST_LAYERS:
        raise too_many_layers()
    if raw["class_name"] in ("Functional", "Model") and "input_layers" not in config:
        raise damaged(name, T("its inputs aren't named"))
    layers = tuple(
        layer_of(one, name, number) for number, one in enumerate(config["layers"], start=1)
    )
    inputs: tuple[Tensor, ...] | None = None
    outputs: tuple[Tensor, ...] = ()
    if "input_layers" in config:
        inputs = tuple(_ends(config["input_layers"], name))
        outputs = tuple(_ends(config.get("output_layers"), name))
    built = config.get("build_input_shape")
    if built is None and isinstance(raw.get("build_config"), Mapping):
        built = raw["build_config"].get("input_shape")
    return ModelConfig(name, layers, inputs, outputs, built, config.get("trainable") is not False)


def too_many_layers() -> BadInput:
    """The error for a model with more layers than the studio works with."""
    return BadInput(
        T(
            "The model has more than the {most} layers the studio works with. Choose a smaller "
            "one.",
            most=MOST_LAYERS,
        )
    )


def layer_of(raw: object, model: str, number: int) -> LayerConfig:
    """Reads the layer with this number, counted from 1, of a model.

    Raises:
        BadInput: For what Keras can't have written.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("class_name"), str):
        raise damaged(model, T("what should be layer {number} is none", number=number))
    config = raw.get("config")
    if not isinstance(config, Mapping | list | tuple):
        raise damaged(model, T("layer {number} has no config", number=number))
    cls = class_of(raw)
    name = _name(raw, config, naming.automatic_stem(cls.name) or "layer")
    nodes = raw.get("inbound_nodes") or ()
    if not isinstance(nodes, list | tuple):
        raise damaged(name, T("its links can't be read"))
    calls = tuple(_call(node, name) for node in nodes)
    return LayerConfig(name, cls, config if isinstance(config, Mapping) else {}, calls, raw)


def _name(raw: Mapping[str, Any], config: object, otherwise: str) -> str:
    """Its name in the model that has it, or its own."""
    own = config.get("name") if isinstance(config, Mapping) else None
    name = raw.get("name", own)
    if name is None or name == "":
        return otherwise
    if not isinstance(name, str):
        raise damaged(otherwise, T("its name isn't text"))
    return name


def _call(node: object, layer: str) -> Call:
    if isinstance(node, Mapping) and isinstance(node.get("args"), list | tuple):
        kwargs = node.get("kwargs") or {}
        if isinstance(kwargs, Mapping):
            args = tuple(_with_tensors(one, layer) for one in node["args"])
            return Call(args, {key: _with_tensors(one, layer) for key, one in kwargs.items()})
    if isinstance(node, list | tuple) and node:
        given = [node] if isinstance(node[0], str) else node
        tensors = [_given(one, layer) for one in given]
        last = given[0][3] if len(given[0]) > 3 else {}
        if isinstance(last, Mapping):
            args = (tensors if len(tensors) > 1 else tensors[0],)
            named = {key: _with_tensors(_named_tensor(one), layer) for key, one in last.items()}
            return Call(args, named)
    raise damaged(layer, T("its links can't be read"))


def _given(raw: object, layer: str) -> Any:
    """What Keras 2 writes for an input of a call."""
    if isinstance(raw, list | tuple) and 3 <= len(raw) <= 4:
        return raw[2] if raw[0] == _CONSTANT else _tensor(raw[:3], layer)
    raise damaged(layer, T("its links can't be read"))


def _named_tensor(raw: object) -> object:
    """What Keras 2 writes for a tensor among the keywords."""
    is_tensor = isinstance(raw, list | tuple) and [type(one) for one in raw] == [str, int, int]
    return _tensor(raw, "") if is_tensor else raw


def _with_tensors(value: Any, layer: str, depth: int = 0) -> Any:
    """An argument of a call with a `Tensor` for each ``__keras_tensor__``."""
    if depth > _DEEPEST_ARGUMENT:
        raise damaged(layer, T("its links can't be read"))
    if isinstance(value, list | tuple):
        return [_with_tensors(one, layer, depth + 1) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") == "__keras_tensor__":
        config = value.get("config")
        return _tensor(config.get("keras_history") if isinstance(config, Mapping) else None, layer)
    return {key: _with_tensors(one, layer, depth + 1) for key, one in value.items()}


def _tensor(history: object, layer: str) -> Tensor:
    """The tensor of ``[layer, call, output]``; a layer has one call, so which one says nothing."""
    if isinstance(history, list | tuple) and [type(one) for one in history] == [str, int, int]:
        name, _, index = history
        return Tensor(name, index)
    raise damaged(layer, T("its links can't be read"))


def _ends(raw: object, model: str, depth: int = 0) -> Iterator[Tensor]:
    """The inputs or outputs of a model: one, a list or an object of them."""
    if isinstance(raw, Mapping):
        raw = list(raw.values())
    if not isinstance(raw, list | tuple) or depth > _DEEPEST_ARGUMENT:
        raise damaged(model, T("its inputs or outputs can't be read"))
    if raw and isinstance(raw[0], str):
        yield _tensor(raw, model)
        return
    for one in raw:
        yield from _ends(one, model, depth + 1)


def _leaves(values: Sequence[Any]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, Mapping):
            yield from _leaves(list(value.values()))
        elif isinstance(value, list | tuple):
            yield from _leaves(value)
