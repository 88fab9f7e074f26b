"""Models in models as one flat network: every layer once, with what feeds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.core.code.custom import kind_named
from cnnstudio.core.edits import free_name
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import LayerKind, no_weights
from cnnstudio.core.models.arguments import opaque_config, params_of, read_params
from cnnstudio.core.models.classes import is_model
from cnnstudio.core.models.configs import (
    LayerConfig,
    ModelConfig,
    Tensor,
    model_of,
    too_many_layers,
)
from cnnstudio.core.models.inputs import Inputs
from cnnstudio.core.models.notes import Notes, called, damaged
from cnnstudio.core.models.operations import Translated, is_of_tensorflow, operation_of
from cnnstudio.core.names import composed, is_visible
from cnnstudio.core.network import Block, LayerNode, Link, Network
from cnnstudio.core.storage.project_file import MOST_LAYERS
from cnnstudio.core.text import T

MOST_LINKS = 2 * MOST_LAYERS
_MOST_NESTED = 30

Path = tuple[str, ...]


class Port:
    """Where a layer takes its data from: another layer, or what is put behind it later.

    Args:
        id: The id of the layer it is the output of; "" for an input.
    """

    __slots__ = ("behind", "id")

    def __init__(self, id: str = "") -> None:
        self.id = id
        self.behind: Port | None = None

    @property
    def source(self) -> str:
        """The id of the layer that everything comes from.

        Raises:
            BadInput: If that is nowhere: a model feeds itself.
        """
        port, seen = self, {self}
        while not port.id:
            if port.behind is None or port.behind in seen:
                raise damaged(T("a model in it"), T("it feeds itself"))
            port = port.behind
            seen.add(port)
        return port.id


class Flattening:
    """The layers and links so far.

    Args:
        notes: Takes what a person should know.
        inputs: Finds the shapes of the inputs.

    Attributes:
        paths: The names of the models each layer is in, from the outermost in, and then its own;
            by id.
        opaque: Ids of the layers whose class the studio doesn't know.
        operations: Ids of the merges that were operations.
    """

    def __init__(self, notes: Notes, inputs: Inputs) -> None:
        self._notes = notes
        self._inputs = inputs
        self._nodes: list[LayerNode] = []
        self._links: list[tuple[Port, str, int]] = []
        self._blocks: list[Block] = []
        self._names = _Names()
        self._block_names = _Names()
        self.paths: dict[str, Path] = {}
        self.opaque: list[str] = []
        self.operations: list[str] = []

    def model(
        self,
        model: ModelConfig,
        path: Path = (),
        *,
        trained: bool = True,
        given: Sequence[Port] | None = None,
    ) -> list[Port]:
        """Adds the layers of a model and returns its outputs.

        Args:
            model: The model.
            path: The names of the models it is in and its own; empty for the outermost.
            trained: Whether the models it is in are trained.
            given: What it takes in; None where its inputs are those of the network.

        Raises:
            BadInput: For a damaged config, a value a layer can't take, or more layers, links or
                models in each other than the studio works with.
        """
        if len(path) > _MOST_NESTED:
            raise BadInput(
                T("The models lie in one another more than {most} deep.", most=_MOST_NESTED)
            )
        trained = trained and model.trainable
        if model.inputs is None:
            return [self._sequential(model, path, trained, given)]
        return self._functional(model, path, trained, given)

    def network(self) -> Network:
        """What was added.

        Raises:
            BadInput: If a model feeds itself.
        """
        links = tuple(Link(port.source, id, slot) for port, id, slot in self._links)
        return Network(tuple(self._nodes), links, tuple(self._blocks))

    # ------------------------------------------------------------------------------------- models

    def _sequential(
        self, model: ModelConfig, path: Path, trained: bool, given: Sequence[Port] | None
    ) -> Port:
        if given is not None and len(given) != 1:
            raise damaged(model.name, T("it is given {count} inputs", count=len(given)))
        port = given[0] if given else None
        for layer in model.layers:
            if layer.is_input:
                port = port or self._input(layer, path, self._inputs.shape(layer))
            elif is_model(layer.raw):
                port = self._nested(layer, path, trained, [port] if port else None)[0]
            else:
                port = port or self._first_input(model, layer, path)
                port = self._layer(layer, path, trained, [port])
        if port is None:
            raise damaged(model.name, T("it has no layers"))
        return port

    def _functional(
        self, model: ModelConfig, path: Path, trained: bool, given: Sequence[Port] | None
    ) -> list[Port]:
        assert model.inputs is not None
        if given is not None and len(given) != len(model.inputs):
            raise damaged(model.name, T("it is given {count} inputs", count=len(given)))
        taken = dict(zip((tensor.layer for tensor in model.inputs), given or (), strict=False))
        outputs: dict[str, list[Port]] = {}
        waiting: list[tuple[Port, Tensor, str]] = []
        for layer in model.layers:
            if layer.name in outputs:
                raise damaged(layer.name, T("two layers of one model have this name"))
            if layer.is_input:
                port = taken.get(layer.name)
                port = port or self._input(layer, path, self._inputs.shape(layer))
                outputs[layer.name] = [port]
                continue
            tensors = self._tensors(layer)
            sources = [Port() for _ in tensors]
            waiting += [(one, of, layer.name) for one, of in zip(sources, tensors, strict=True)]
            if is_model(layer.raw):
                outputs[layer.name] = self._nested(layer, path, trained, sources)
            else:
                outputs[layer.name] = [self._layer(layer, path, trained, sources)]
        for port, tensor, name in waiting:
            port.behind = self._output(outputs, tensor, name)
        return [self._output(outputs, tensor, model.name) for tensor in model.outputs]

    def _nested(
        self, layer: LayerConfig, path: Path, trained: bool, given: Sequence[Port] | None
    ) -> list[Port]:
        """Adds a model that is in another; one that is in the outermost becomes a block."""
        self._check_call(layer)
        first = len(self._nodes)
        model = model_of(layer.raw)
        outputs = self.model(model, (*path, layer.name), trained=trained, given=given)
        if not outputs:
            raise damaged(layer.name, T("it has no output"))
        inside = [node for node in self._nodes[first:] if node.kind != "input"]
        if not path and inside:
            self._blocks.append(self._block(layer.name, inside))
        return outputs

    def _block(self, name: str, nodes: Sequence[LayerNode]) -> Block:
        parts = _Names()
        members = {node.id: parts.free(node.kind) for node in nodes}
        name = self._block_names.free(_shown(name) or "block")
        return Block(f"b{len(self._blocks) + 1}", name, name, members)

    def _tensors(self, layer: LayerConfig) -> tuple[Tensor, ...]:
        """What feeds a layer of a functional model."""
        if len(layer.calls) > 1:
            self._notes.unsupported(
                T(
                    "{layer}, which stands in {count} places with the same weights",
                    layer=called(layer.name),
                    count=len(layer.calls),
                )
            )
        operation = operation_of(layer)
        tensors = operation.tensors if isinstance(operation, Translated) else layer.tensors
        if not tensors:
            raise damaged(layer.name, T("nothing leads to it"))
        return tensors

    def _output(self, outputs: Mapping[str, list[Port]], tensor: Tensor, name: str) -> Port:
        """An output of a layer that is linked to `name`."""
        if tensor.layer not in outputs:
            text = T("it is linked to {layer}, which isn't there", layer=called(tensor.layer))
            raise damaged(name, text)
        ports = outputs[tensor.layer]
        if 0 <= tensor.index < len(ports):
            return ports[tensor.index]
        text = T("{layer}, which gives more than one thing", layer=called(tensor.layer))
        self._notes.unsupported(text)
        return ports[0]

    # ------------------------------------------------------------------------------------- layers

    def _input(self, layer: LayerConfig, path: Path, shape: Sequence[Any]) -> Port:
        config = {key: value for key, value in layer.config.items() if key != "shape"}
        kind = kinds()["input"]
        params = params_of(kind, layer.name, {**config, "shape": list(shape)}, self._notes)
        return self._add(kind.id, layer.name, params, path)

    def _first_input(self, model: ModelConfig, layer: LayerConfig, path: Path) -> Port:
        """The input of a Sequential that has none, named as Keras 2 names it."""
        shape = self._inputs.first_shape(model, layer)
        params = read_params(kinds()["input"], layer.name, {"shape": shape}, self._notes)
        return self._add("input", f"{layer.name}_input", params, path)

    def _layer(
        self, layer: LayerConfig, path: Path, trained: bool, sources: Sequence[Port]
    ) -> Port:
        operation = operation_of(layer)
        if isinstance(operation, Translated):
            kind: LayerKind | None = kinds()[operation.kind]
            params = read_params(kinds()[operation.kind], layer.name, operation.params, self._notes)
        else:
            kind = None if operation else layer.cls.kind
            params = self._params(layer, kind, sources)
        has_weights = kind is None or kind.weights is not no_weights
        frozen = has_weights and not (trained and layer.config.get("trainable") is not False)
        id = kind.id if kind else kind_named(layer.cls.name)
        port = self._add(id, layer.name, params, path, frozen)
        if kind is None:
            self.opaque.append(port.id)
        elif kind.merges and operation:
            self.operations.append(port.id)
        self._links += [(source, port.id, slot) for slot, source in enumerate(sources)]
        if len(self._links) > MOST_LINKS:
            raise BadInput(T("The model has more than {most} links.", most=MOST_LINKS))
        return port

    def _params(
        self, layer: LayerConfig, kind: LayerKind | None, sources: Sequence[Port]
    ) -> dict[str, Any]:
        if kind is not None:
            self._check_call(layer)
            if not kind.merges and len(sources) > 1:
                text = T("{layer}, which takes several inputs", layer=called(layer.name))
                self._notes.unsupported(text)
            return params_of(kind, layer.name, layer.config, self._notes)
        if is_of_tensorflow(layer):
            self._notes.unsupported(
                T(
                    "{layer}, an operation of TensorFlow ({function})",
                    layer=called(layer.name),
                    function=called(layer.config.get("function") or layer.cls.name),
                )
            )
        elif layer.cls.is_for_other_data:
            self._notes.unsupported(
                T(
                    "{layer} ({kind}), a layer for sequences or volumes",
                    layer=called(layer.name),
                    kind=layer.cls.name,
                )
            )
        return opaque_config(layer)

    def _add(
        self, kind: str, name: str, params: dict[str, Any], path: Path, frozen: bool = False
    ) -> Port:
        if len(self._nodes) == MOST_LAYERS:
            raise too_many_layers()
        id, shown = f"n{len(self._nodes) + 1}", _shown(name)
        if shown != composed(name):
            self._notes.tell(
                T("{layers}: renamed, because a name is one line without a slash."), name
            )
        free = self._names.free(shown or "layer")
        self._nodes.append(LayerNode(id, kind, free, params, frozen=frozen))
        self.paths[id] = (*path, name)
        return Port(id)

    def _check_call(self, layer: LayerConfig) -> None:
        """Notes what a call asks of a layer beside its input."""
        for call in layer.calls:
            asked = {key: one for key, one in call.kwargs.items() if one is not None}
            others = [one for one in call.others if one is not None]
            training = [*others, asked.pop("training", None)]
            training = [one for one in training if isinstance(one, bool)]
            if training and (training[0] or not _is_by_default(layer)):
                text = T(
                    "{layers}: called with training={value} in Keras, which isn't kept; freeze "
                    "layers whose weights and means shall stay.",
                    value=str(training[0]),
                )
                self._notes.tell(text, layer.name)
            if asked.keys() - {"inputs"} or any(not isinstance(one, bool) for one in others):
                name = called(layer.name)
                self._notes.unsupported(
                    T("{layer}, which is called with more than its input", layer=name)
                )


class _Names:
    """Names given so far; each is unique."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._reached: dict[str, int] = {}

    def free(self, wanted: str) -> str:
        """The name, or the next one as Keras counts."""
        name = free_name(self._taken, wanted, self._reached)
        self._taken.add(name)
        return name


def _shown(name: str) -> str:
    """A name from a file as a layer may have it; "" where nothing of it can be seen."""
    plain = "".join(c if c.isprintable() and c != "/" else "_" for c in composed(name))
    return plain if is_visible(plain) else ""


def _is_by_default(layer: LayerConfig) -> bool:
    """Whether Keras 3 writes ``training=False`` for a layer that wasn't told: for Dropout."""
    return layer.cls.kind is not None and layer.cls.kind.weights is no_weights
