"""Edits of layers whose class a person wrote: their code, and what was measured of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.grouping import with_layers
from cnnstudio.core.code.custom import class_named, layer_classes, layer_code
from cnnstudio.core.code.reading.source import Source, notebook_code, parse_code
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.custom import CustomLayer, Measured, signature
from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.text import T


@dataclass(frozen=True, slots=True)
class Waiting:
    """A layer of one's own that was never measured for what it is given.

    Attributes:
        node: The layer.
        code: Its code.
        inputs: The shapes it is given, by slot.
    """

    node: LayerNode
    code: CustomLayer
    inputs: tuple[tuple[int, ...], ...]


def waiting(network: Network) -> tuple[Waiting, ...]:
    """The layers that could be measured now; those behind them are known only afterwards."""
    analysis = analyse(network)
    unmeasured = {problem.node for problem in analysis.errors if problem.is_unmeasured}
    found = []
    for id in network.order:
        node = network.by_id[id]
        if id in unmeasured and node.custom is not None:
            inputs = tuple(analysis.nodes[k.source].output for k in network.incoming[id])
            found.append(Waiting(node, node.custom, inputs))
    return tuple(found)


def has_unmeasured(network: Network) -> bool:
    """Whether nothing but measuring is known to be missing for some layer."""
    return any(problem.is_unmeasured for problem in analyse(network).errors)


def with_fact(network: Network, code: CustomLayer, fact: Measured) -> Network:
    """The network with what was measured of a layer, for every layer that waits for the same."""
    changed = {}
    for one in waiting(network):
        same = one.code.is_code_of(code) and one.inputs == fact.inputs
        if same and repr(one.node.params) == repr(fact.params):
            changed[one.node.id] = replace(one.node, code=one.code.with_measured(fact))
    return with_layers(network, changed) if changed else network


def without_facts(network: Network, source: str | None = None) -> Network:
    """The network with nothing known of what its own layers make, or those of one `source`."""
    changed = {
        node.id: replace(node, code=replace(node.code, measured=()))
        for node in network.layers
        if node.code is not None and node.code.measured and source in (None, node.code.source)
    }
    return with_layers(network, changed) if changed else network


def differ_in_facts(before: Network, after: Network) -> bool:
    """Whether all that differs between two networks is what was measured of their own layers."""
    changed = [
        (old, new) for old, new in zip(before.layers, after.layers, strict=False) if old is not new
    ]
    if not changed or len(before.layers) != len(after.layers) or before.links != after.links:
        return False
    return before.blocks == after.blocks and all(
        old.code is not None
        and new.code is not None
        and old.code.is_code_of(new.code)
        and replace(old, code=new.code) == new
        for old, new in changed
    )


def give_code(network: Network, id: str, text: str, *, notebook: bool = False) -> Network:
    """Gives a layer that the studio doesn't know the code of its class.

    All layers of that class get it.

    Args:
        network: The network.
        id: The layer.
        text: A Python program, or a notebook's JSON, that defines the class.
        notebook: Whether it is a notebook.

    Raises:
        BadInput: If the layer isn't there or needs no code, or the text doesn't define its class.
    """
    node = network.by_id.get(id)
    if node is None or kind_of(node.kind) is not None:
        raise BadInput(T("That layer isn't in the network any more."))
    source = _source(text, notebook)
    cls = class_named(node.kind)
    code = layer_code(source.tree, source.lines, cls)
    if code is None:
        raise _not_there(cls, layer_classes(source.tree))
    changed = {
        one.id: replace(one, code=_kept(one.code, code), params=_named(one, code))
        for one in network.layers
        if kind_of(one.kind) is None and class_named(one.kind) == cls
    }
    return with_layers(network, changed)


def take_code(network: Network, id: str) -> Network:
    """Takes the code away from a layer and from all of its class; their cards stay."""
    node = network.by_id.get(id)
    if node is None or node.code is None:
        return network
    changed = {
        one.id: replace(one, code=None)
        for one in network.layers
        if one.code is not None and one.code.is_code_of(node.code)
    }
    return with_layers(network, changed)


def _source(text: str, notebook: bool) -> Source:
    if notebook:
        code, cells = notebook_code(text)
        return parse_code(code, cells)
    return parse_code(text)


def _kept(old: CustomLayer | None, new: CustomLayer) -> CustomLayer:
    return old if old is not None and old.is_code_of(new) else new


def _named(node: LayerNode, code: CustomLayer) -> dict[str, Any]:
    """The parameters of a layer; those given by place have the names that its class gives them."""
    found, given = signature(code.source, code.cls), node.params.get("args")
    if found is None or not isinstance(given, list) or "args" in found.positional:
        return node.params
    rest = {name: value for name, value in node.params.items() if name != "args"}
    return dict(zip(found.positional, given, strict=False)) | rest


def _not_there(cls: str, others: Sequence[str]) -> BadInput:
    if others:
        return BadInput(
            T(
                "This code defines no class {cls}, only {others}. Choose the file that the model's "
                "program has it from.",
                cls=cls,
                others=", ".join(others[:5]),
            )
        )
    return BadInput(
        T(
            "This code defines no class {cls}. It needs a line like “class {cls}(keras.layers."
            "Layer):”.",
            cls=cls,
        )
    )
