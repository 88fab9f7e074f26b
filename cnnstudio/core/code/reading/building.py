"""The network while it is read: layers are made, called, named and linked."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace as replace_fields
from typing import Any

from msgspec.structs import replace

from cnnstudio.core.code.comments import name_in
from cnnstudio.core.code.custom import kind_named
from cnnstudio.core.code.reading import naming
from cnnstudio.core.code.reading.notes import Notes
from cnnstudio.core.code.reading.result import Passed, Unreadable
from cnnstudio.core.code.reading.source import Source
from cnnstudio.core.code.reading.values import LayerObject, ModelObject, Tensor
from cnnstudio.core.layers.custom import CustomLayer, signature
from cnnstudio.core.layers.spec import ShapeError
from cnnstudio.core.marks import can_freeze
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T

MOST_LAYERS = 5_000
# What Keras takes and the studio has no place for; what has no place and isn't here is refused.
_WITHOUT_A_PLACE = frozenset(
    {
        "activity_regularizer",
        "autocast",
        "batch_size",
        "data_format",
        "dtype",
        "fused",
        "implementation",
        "ragged",
        "seed",
        "sparse",
        "synchronized",
        "tensor",
        "virtual_batch_size",
        "weights",
    }
)


class Builder:
    """The layers and links so far.

    Args:
        source: The text, for the places in errors.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._nodes: dict[str, LayerNode] = {}
        self._links: list[Link] = []
        self._sources: dict[str, tuple[str, ...]] = {}
        self._shapes: dict[str, Shape | None] = {}
        self._objects: dict[str, LayerObject] = {}
        self._copies: dict[str, str] = {}  # ids of layers made again to those they are copies of
        self._unnamed: Counter[str] = Counter()
        self._made = 0
        self.models: list[ModelObject] = []
        self.passed: list[Passed] = list(source.passed)
        self.names_in_comments: set[int] = set()
        self._name_lines: dict[str, int] = {}
        self.notes = Notes(source)
        self.lines: dict[str, tuple[int, int]] = {}

    def layer(
        self,
        node: ast.AST,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        *,
        implied: bool = False,
        code: CustomLayer | None = None,
    ) -> LayerObject:
        """Makes a layer of the class `name`, known or not; its arguments are plain values.

        One that is only `implied` has no note.
        A class of the program comes with its `code`, and hides one of Keras with its name.
        """
        self._made += 1
        self._check_count(node)
        kind = naming.layer_class(name) if code is None else None
        params = dict(kwargs)
        given = params.pop("name", None)
        frozen = not params.pop("trainable", True)
        own = signature(code.source, code.cls) if code is not None else None
        input_shape = self._input_shape(params, own.positional if own is not None else ())
        if kind is None:
            if args:
                params["args"] = list(args)
        else:
            params |= self.by_position(node, naming.positional(kind), args, params)
            if kind.id == "input":
                batch = params.pop("batch_shape", None)
                stated = batch[1:] if isinstance(batch, list) else input_shape or []
                params.setdefault("shape", stated)
            if kind.id == "leaky_re_lu" and "alpha" in params:  # before Keras 3
                params["negative_slope"] = params.pop("alpha")
            params = self._with_a_place(node, name, params)
        id = kind_named(name) if kind is None else kind.id
        layer_name = self._name(node, id, given)
        named = getattr(node, "end_lineno", 0) in self.names_in_comments
        note = "" if implied else self.notes.of(node, named=named)
        return LayerObject(
            node, id, layer_name, params, input_shape, note=note, frozen=frozen, code=code
        )

    def call(self, layer: LayerObject, node: ast.AST, tensors: Sequence[Tensor]) -> Tensor:
        """Links a layer behind others."""
        if layer.output is not None:
            raise self._shared(node, layer.name)
        id = f"n{len(self._nodes) + 1}"
        self._nodes[id] = LayerNode(
            id, layer.kind, layer.name, layer.params, note=layer.note, code=layer.code
        )
        self._objects[id] = layer
        self._links += [Link(tensor.id, id, slot) for slot, tensor in enumerate(tensors)]
        self._sources[id] = tuple(tensor.id for tensor in tensors)
        self._shapes[id] = self._shape_of(id)
        self.lines[id] = _lines_of(layer.node)
        layer.output = Tensor(id)
        if layer.activation is not None:
            layer.output = self.call(layer.activation, layer.activation.node, (layer.output,))
        return layer.output

    def chain(self, layers: Sequence[LayerObject | Tensor], tensor: Tensor) -> Tensor:
        """The output of layers one behind the other; an Input between them does nothing."""
        for layer in layers:
            if isinstance(layer, LayerObject) and layer.kind != "input":
                tensor = self.call(layer, layer.node, (tensor,))
        return tensor

    def call_again(
        self, model: ModelObject, node: ast.AST, tensors: Sequence[Tensor]
    ) -> tuple[Tensor, ...]:
        """The outputs of a functional model for other inputs: its layers with their names, again.

        Only where nothing else leads to them they can stand in the network; see `network`.
        """
        if len(model.inputs) != len(tensors):
            raise self._source.refuse(node, T("this model has another number of inputs."))
        inside = self._leading_to(model.outputs)
        made = dict(zip((tensor.id for tensor in model.inputs), tensors, strict=True))
        for id in [id for id in self._nodes if id in inside and id not in made]:
            layer = replace_fields(self._objects[id], output=None, activation=None)
            made[id] = self.call(layer, layer.node, [made[source] for source in self._sources[id]])
            self._copies[made[id].id] = self._copies.get(id, id)
            self._made += 1
        self._check_count(node)
        model.members = None
        return tuple(made[tensor.id] for tensor in model.outputs)

    def _check_count(self, node: ast.AST) -> None:
        if self._made > MOST_LAYERS:
            raise self._source.refuse(
                node, T("there are more than {most} layers.", most=MOST_LAYERS)
            )

    def _shared(self, node: ast.AST, layer: str) -> Unreadable:
        return self._source.refuse(
            node,
            T(
                "the layer {layer} is called a second time; layers that share their weights "
                "can't be shown.",
                layer=layer,
            ),
        )

    def input(self, node: ast.AST, shape: Sequence[Any], name: str | None = None) -> Tensor:
        """Makes an Input that the code implies; it has no line of its own."""
        named = {} if name is None else {"name": name}
        stated = {"shape": list(shape), **named}
        tensor = self.call(self.layer(node, "Input", (), stated, implied=True), node, ())
        del self.lines[tensor.id]
        return tensor

    def shape(self, tensor: Tensor) -> tuple[int | None, ...] | None:
        """The shape of a layer's output with the batch axis; None where it can't be told."""
        shape = self._shapes[tensor.id]
        return None if shape is None else (None, *shape)

    def pass_over(self, node: ast.AST, what: str = "") -> None:
        """Notes code that isn't read."""
        passed = Passed(getattr(node, "lineno", 1), what or self._source.shown(node))
        self.passed.append(passed)

    def network(self, ends: Sequence[Tensor] | None) -> Network:
        """What leads to `ends`, or everything."""
        kept = set(self._nodes) if ends is None else self._leading_to(ends)
        seen = {id for id in kept if id not in self._copies}
        for id, of in self._copies.items():
            if id in kept and of in seen:
                raise self._shared(self._objects[id].node, self._objects[id].name)
            seen |= {of} if id in kept else set()
        self._freeze_models()
        return Network(
            tuple(
                replace(node, frozen=True) if self._objects[id].frozen else node
                for id, node in self._nodes.items()
                if id in kept
            ),
            tuple(link for link in self._links if link.target in kept),
        )

    def layers_of(self, model: ModelObject) -> list[LayerObject]:
        """The layers of a model as its ``layers`` has them."""
        if model.layers is None:
            if model.members is None:  # what comes later doesn't lead to its ends
                ids = self._leading_to(model.ends)
                ids |= {id for id, of in self._copies.items() if of in ids}
                model.members = tuple(one for id, one in self._objects.items() if id in ids)
            return list(model.members)
        layers = (layer for layer in model.layers if isinstance(layer, LayerObject))
        return [layer for layer in layers if layer.kind != "input"]

    def set_trainable(self, owner: LayerObject | ModelObject, trainable: bool) -> int:
        """Freezes or thaws a layer, or all of a model; returns how many layers that are."""
        layers = [owner] if isinstance(owner, LayerObject) else self.layers_of(owner)
        if isinstance(owner, ModelObject):
            owner.frozen = not trainable
        known: dict[str, bool] = {}
        for layer in layers:
            if layer.kind not in known:
                known[layer.kind] = can_freeze(LayerNode("", layer.kind, ""))
            if known[layer.kind]:
                layer.frozen = not trainable
        return len(layers)

    def _freeze_models(self) -> None:
        """Freezes the layers of frozen models, whatever was said of one of them since."""
        frozen = [model for model in self.models if model.frozen]
        ends = [end for model in frozen if model.layers is None for end in model.ends]
        self.set_trainable(ModelObject(self._source.tree, outputs=tuple(ends)), False)
        for model in frozen:
            if model.layers is not None:
                self.set_trainable(model, False)

    def _leading_to(self, ends: Sequence[Tensor]) -> set[str]:
        found: set[str] = set()
        waiting = [tensor.id for tensor in ends]
        while waiting:
            id = waiting.pop()
            if id not in found:
                found.add(id)
                waiting += self._sources[id]
        return found

    def _shape_of(self, id: str) -> Shape | None:
        node, shapes = self._nodes[id], [self._shapes[source] for source in self._sources[id]]
        if node.spec is None or node.refused or None in shapes:
            return None
        least, most = node.spec.inputs
        if not least <= len(shapes) <= (len(shapes) if most is None else most):
            return None
        try:
            return node.spec.output_shape(node.values, tuple(s for s in shapes if s is not None))
        except ShapeError:
            return None

    def by_position(
        self, node: ast.AST, names: Sequence[str], args: Sequence[Any], params: Mapping[str, Any]
    ) -> dict[str, Any]:
        if len(args) > len(names):
            raise self._source.refuse(
                node,
                T("argument {number} needs its name before it.", number=len(names) + 1),
            )
        found = dict(zip(names, args, strict=False))
        if twice := next((name for name in found if name in params), None):
            raise self._source.refuse(node, T("{name} is given twice.", name=twice))
        return found

    def _with_a_place(self, node: ast.AST, name: str, params: dict[str, Any]) -> dict[str, Any]:
        kind = naming.layer_class(name)
        assert kind is not None
        kept = {}
        for argument, value in params.items():
            if kind.parameter(argument):
                kept[argument] = value
            elif argument == "data_format" and value not in ("channels_last", None):
                raise self._source.refuse(
                    node,
                    T(
                        "pictures have their channels last here; {name} wants another order.",
                        name=name,
                    ),
                )
            elif argument in _WITHOUT_A_PLACE or argument.endswith("_constraint"):
                if argument != "data_format":
                    self.pass_over(node, f"{name}({argument}=…)")
            else:
                raise self._source.refuse(
                    node, T("{name} takes no argument {argument}.", name=name, argument=argument)
                )
        return kept

    def _input_shape(self, params: dict[str, Any], own: Sequence[str]) -> list[Any] | None:
        """Takes out of the arguments what says the shape of the input; `own` are the layer's."""
        if "input_shape" in own or "input_dim" in own:
            return None
        shape = params.pop("input_shape", None)
        batch = params.pop("batch_input_shape", None)
        width = params.pop("input_dim", None)
        if isinstance(batch, list):
            shape = batch[1:]
        return [width] if width is not None else shape if isinstance(shape, list) else None

    @property
    def count(self) -> int:
        """How many layers there are."""
        return len(self._nodes)

    def made_since(self, count: int) -> tuple[str, ...]:
        """The ids of the layers made since there were so many."""
        return tuple(f"n{number + 1}" for number in range(count, len(self._nodes)))

    def note_names(self, call: ast.Call) -> None:
        """Notes where the arguments of a call stand that may become the names of layers."""
        for keyword in call.keywords:
            value = keyword.value
            text = value.value if isinstance(value, ast.Constant) else None
            if isinstance(text, str) and value.lineno in self._source.comments:
                self._name_lines[text] = value.lineno

    def _name(self, node: ast.AST, kind: str, given: object) -> str:
        if isinstance(given, str) and given:
            line = self._name_lines.get(given) or _line_of_name(node)
            comment = name_in(self._source.comments.get(line, ""))
            name = naming.given_name(given, kind, comment) if comment else given
            if name != given:
                self.names_in_comments.add(line)
            return name
        stem = naming.automatic_stem(kind) or "layer"
        count = self._unnamed[stem]
        self._unnamed[stem] += 1
        return f"{stem}_{count}" if count else stem


def renamed_apart(network: Network) -> Network:
    """The network with the later of two layers with one name counted on."""
    taken: set[str] = set()
    layers = []
    for node in network.layers:
        name, number = node.name, 0
        while name in taken:
            number += 1
            name = f"{node.name}_{number}"
        taken.add(name)
        layers.append(node if name == node.name else replace(node, name=name))
    return replace(network, layers=tuple(layers))


def _line_of_name(node: ast.AST) -> int:
    """The line of a layer's name, or the last one of the call that makes it."""
    for keyword in getattr(node, "keywords", ()):
        if keyword.arg == "name":
            return keyword.value.end_lineno or 0
    return getattr(node, "end_lineno", 0)


def _lines_of(node: ast.AST) -> tuple[int, int]:
    """The first and the last line of code, counted from 0."""
    first = getattr(node, "lineno", 1)
    return first - 1, (getattr(node, "end_lineno", None) or first) - 1
