"""Flatten and its Dense layers swapped for global average pooling, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import NodeAnalysis, analyse
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import Network
from cnnstudio.core.text import T, Text

FLATTEN, GAP = "flatten", "global_average_pooling2d"


@dataclass(frozen=True, slots=True)
class Swap:
    """One way to swap what makes a vector of the last feature map.

    Attributes:
        text: What it does.
        layer: The id of the layer that is swapped; it keeps its id.
        network: The network after it.
        before: The parameters before.
        after: The parameters after.
    """

    text: Text
    layer: str
    network: Network
    before: int
    after: int

    @property
    def saved(self) -> int:
        """The parameters saved; negative where there are more."""
        return self.before - self.after


def swaps(network: Network) -> tuple[Swap, ...]:
    """Every such swap that a network offers, the one that saves most first; none with errors.

    Where Flatten leads through hidden Dense layers to the last one, the hidden ones go too, with
    the activations and normalisations between them; Dropout before the last Dense stays, and so
    does the last Dense.
    """
    analysis = analyse(network)
    if analysis.errors:
        return ()
    found = [
        Swap(text, id, after, analysis.total_params, analyse(after).total_params)
        for id, one in analysis.nodes.items()
        if one.inputs and len(one.inputs[0]) == 3
        for text, after in _swapped(network, one)
    ]
    return tuple(sorted(found, key=lambda swap: -swap.saved))


def _swapped(network: Network, one: NodeAnalysis) -> Iterator[tuple[Text, Network]]:
    id, rows, columns = one.node.id, *one.inputs[0][:2]
    if one.node.kind == GAP and not one.node.values["keepdims"]:
        yield T("Swap GAP for Flatten"), _with_kind(network, id, FLATTEN)
    if one.node.kind == FLATTEN and rows * columns > 1:
        pooled = _with_kind(network, id, GAP)
        if hidden := _hidden(network, id):
            yield (
                T("Swap Flatten + Dense for GAP"),
                edits.delete(pooled, hidden),
            )
        yield T("Swap Flatten for GAP"), pooled


def _with_kind(network: Network, id: str, kind: str) -> Network:
    node = network.by_id[id]
    name = node.name
    if name.startswith(node.kind):
        name = network.free_name(kind)
    swapped = replace(node, kind=kind, name=name, params={})
    return replace(network, layers=tuple(swapped if n is node else n for n in network.layers))


def _hidden(network: Network, flatten: str) -> list[str]:
    """The layers of the chain below `flatten` that only its hidden Dense layers need."""
    chain: list[str] = []
    id = flatten
    while len(below := network.outgoing[id]) == 1 and len(network.incoming[below[0].target]) == 1:
        id = below[0].target
        chain.append(id)
    family = {id: spec.family for id in chain if (spec := network.by_id[id].spec)}
    dense = [place for place, id in enumerate(chain) if network.by_id[id].kind == "dense"]
    if len(dense) < 2:
        return []
    last, hidden = dense[-1], dense[-2]
    between = chain[hidden + 1 : last]
    needless = (Family.ACTIVATION, Family.NORMALISATION)
    return [*chain[: hidden + 1], *(id for id in between if family.get(id) in needless)]
