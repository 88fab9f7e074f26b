"""Edits: pure functions from a network to a network, the only way one is changed.

An edit that would change nothing returns the network it got. One that can't be done raises
BadInput and says why; it never leaves half of itself behind. Networks needn't be valid: what is
wrong with the result is ``core.analysis``'s to say.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from cnnstudio.core.blocks import grouping
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.layout import CARD_PITCH, lay_out
from cnnstudio.core.names import composed, is_one_line, is_visible
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.placing import gaps_closed, pushed_down, slot_on
from cnnstudio.core.text import T

__all__ = [
    "add",
    "connect",
    "copy",
    "delete",
    "disconnect",
    "duplicate",
    "insert",
    "lay_out",
    "make_room",
    "move",
    "paste",
    "reachable",
    "rename",
    "set_parameter",
]

Point = tuple[float, float]


def add(
    network: Network,
    kind: str,
    position: Point = (0.0, 0.0),
    params: Mapping[str, object] | None = None,
) -> Network:
    """Adds a layer without links; it is the last of `layers`, with a free id and name.

    Raises:
        BadInput: If the studio doesn't know the kind, or a parameter can't take its value.
    """
    node = _new(network, kind, params)
    layers = (*network.layers, replace(node, position=_point(position)))
    return replace(network, layers=layers)


def insert(
    network: Network, link: Link, kind: str, params: Mapping[str, object] | None = None
) -> Network:
    """Adds a layer between the ends of `link`; the layers below make room.

    Raises:
        BadInput: If the link isn't there, the kind takes no input, or see `add`.
    """
    link = found_link(network, link)
    spec = kind_of(kind)
    if spec is not None and spec.inputs[1] == 0:
        raise BadInput(
            T("{kind} takes nothing in, so it can't stand between two layers.", kind=spec.keras)
        )
    return between(network, link, _new(network, kind, params))


def connect(network: Network, source: str, target: str, slot: int | None = None) -> Network:
    """Links the output of `source` to an input of `target`, in the place of what was there.

    Args:
        network: The network.
        source: Id of the layer that gives.
        target: Id of the layer that takes.
        slot: Which input; by default the only one, or a merge's next free one.

    Raises:
        BadInput: If `target` has no such input, or a layer would come to wait for itself.
    """
    giver, taker = _node(network, source), _node(network, target)
    spec = taker.spec
    most = spec.inputs[1] if spec else None
    if most == 0:
        raise BadInput(
            T(
                "{layer} takes nothing in: pictures start there. Link from it instead.",
                layer=taker.name,
            )
        )
    if slot is None:
        slot = 0 if most == 1 else _next_free(network, taker)
    if slot < 0 or (most is not None and slot >= most):
        raise BadInput(
            T("{layer} has no input {slot}.", layer=taker.name, slot=slot + 1),
        )
    if source == target:
        raise BadInput(T("{layer} can't take its own output.", layer=taker.name))
    if source in reachable(network, target):
        raise BadInput(
            T(
                "{target} already leads to {source}; linked back, each would wait for the other.",
                source=giver.name,
                target=taker.name,
            )
        )
    there = [k.source for k in network.incoming[target] if k.slot == slot]
    if there == [source]:
        return network
    rest = (k for k in network.links if (k.target, k.slot) != (target, slot))
    return replace(network, links=(*rest, Link(source, target, slot)))


def disconnect(network: Network, link: Link) -> Network:
    """Takes a link away; a merge's later inputs move up.

    Raises:
        BadInput: If the link isn't there.
    """
    link = found_link(network, link)
    at = network.links.index(link)  # a damaged file may repeat it
    kept = (*network.links[:at], *network.links[at + 1 :])
    return closed_up(replace(network, links=kept), {link.target})


def delete(network: Network, ids: Collection[str]) -> Network:
    """Takes layers away; what fed one feeds what it fed, and the gap between the cards closes.

    A layer with several inputs, or none, leaves a gap: which of them was meant can't be known.

    Raises:
        BadInput: If one of the layers isn't there.
    """
    for id in ids:
        _node(network, id)
    links, touched = _healed(network, ids)
    gone = set(ids)
    layers = tuple(node for node in network.layers if node.id not in gone)
    rest = closed_up(replace(network, layers=layers, links=links), touched - gone)
    known = {(link.source, link.target) for link in network.links}
    new = [k for k in rest.links if (k.source, k.target) not in known and k.source in rest.by_id]
    return move(rest, gaps_closed(rest, new, len(gone) * CARD_PITCH)) if new else rest


def _healed(network: Network, ids: Iterable[str]) -> tuple[tuple[Link, ...], set[str]]:
    """The links once layers are gone, and the layers that lost or changed an input by it."""
    links = dict(enumerate(network.links))
    into: defaultdict[str, set[int]] = defaultdict(set)
    out: defaultdict[str, set[int]] = defaultdict(set)
    for place, link in links.items():
        into[link.target].add(place)
        out[link.source].add(place)
    touched = set()
    for id in ids:
        before = [links[place].source for place in into[id] - out[id]]
        after = out[id] - into[id]
        touched |= {links[place].target for place in after}
        if len(before) == 1:
            for place in after:
                if links[place].target != before[0]:
                    links[place] = replace(links[place], source=before[0])
                    out[before[0]].add(place)
                    out[id].discard(place)
        for place in into[id] | out[id]:
            link = links.pop(place)
            if link.source != id:
                out[link.source].discard(place)
            if link.target != id:
                into[link.target].discard(place)
    return tuple(links.values()), touched


def set_parameter(network: Network, id: str, name: str, value: object) -> Network:
    """Sets one parameter; a value equal to the default is left out of `params`.

    Raises:
        BadInput: If the layer has no such parameter, or it can't take the value.
    """
    node = _node(network, id)
    return _with_nodes(network, {id: _with_parameter(node, name, value)})


def rename(network: Network, id: str, name: str) -> Network:
    """Gives a layer another name.

    Raises:
        BadInput: If the name is empty, has a slash or a character no line can show, or another
            layer has it. What looks alike and is written in two ways (NFC and NFD) is one name.
    """
    node, name = _node(network, id), composed(name)
    if not is_visible(name) or "/" in name:
        raise BadInput(T("A layer's name can't be empty or have a slash in it."))
    if not is_one_line(name):
        raise BadInput(T("A layer's name is one line; a line break or half a character can't be."))
    if any(other.name == name and other is not node for other in network.layers):
        raise BadInput(
            T("Another layer is called {name} already; names tell layers apart.", name=name)
        )
    return _with_nodes(network, {id: replace(node, name=name)})


def move(network: Network, positions: Mapping[str, Point]) -> Network:
    """Puts cards elsewhere.

    Args:
        network: The network.
        positions: Where, by id (x, y in logical pixels).

    Raises:
        BadInput: If one of the layers isn't there, or a position isn't finite.
    """
    return _with_nodes(
        network,
        {id: replace(_node(network, id), position=_point(at)) for id, at in positions.items()},
    )


def copy(network: Network, ids: Collection[str]) -> Network:
    """The layers with the links between them and their blocks, as a network of its own to paste.

    Raises:
        BadInput: If one of the layers isn't there.
    """
    wanted = {_node(network, id).id for id in ids}
    return Network(
        layers=tuple(node for id, node in network.by_id.items() if id in wanted),
        links=tuple(k for k in network.links if k.source in wanted and k.target in wanted),
        blocks=grouping.copied(network, wanted),
    )


def paste(network: Network, clip: Network, offset: Point = (24.0, 24.0)) -> Network:
    """Adds the layers of `clip` with fresh ids and free names; they are the last of `layers`.

    Args:
        network: The network that gets them.
        clip: What `copy` gave, from this network or another.
        offset: How far from where they were their cards stand (x, y in logical pixels).
    """
    ids: dict[str, str] = {}
    pasted = []
    names = {node.name for node in network.layers}
    reached: dict[str, int] = {}
    for id, node in zip(network.free_ids(), clip.by_id.values(), strict=False):
        ids[node.id] = id
        name = free_name(names, node.name, reached)
        names.add(name)
        at = (node.position[0] + offset[0], node.position[1] + offset[1])
        pasted.append(replace(node, id=id, name=name, position=_point(at)))
    links = (
        replace(k, source=ids[k.source], target=ids[k.target])
        for k in clip.links
        if k.source in ids and k.target in ids
    )
    if not pasted:
        return network
    network = replace(network, layers=(*network.layers, *pasted), links=(*network.links, *links))
    return grouping.pasted(network, clip.blocks, ids) if clip.blocks else network


def duplicate(network: Network, ids: Collection[str], offset: Point = (24.0, 24.0)) -> Network:
    """Pastes a copy of some layers beside them.

    Raises:
        BadInput: If one of the layers isn't there.
    """
    return paste(network, copy(network, ids), offset)


def _new(network: Network, kind: str, params: Mapping[str, object] | None) -> LayerNode:
    """A layer of this kind that isn't in the network yet."""
    if kind_of(kind) is None:
        raise BadInput(T("There is no layer kind called {kind}.", kind=kind))
    node = LayerNode(network.free_id(), kind, network.free_name(kind))
    for name, value in (params or {}).items():
        node = _with_parameter(node, name, value)
    return node


def between(network: Network, link: Link, node: LayerNode) -> Network:
    """Puts a layer that isn't in the network on a link; what is below makes room."""
    at, height = slot_on(network, link)
    moved = make_room(network, link.target, height)
    return replace(
        moved,
        layers=(*moved.layers, replace(node, position=at)),
        links=(
            *(replace(k, source=node.id) if k == link else k for k in moved.links),
            Link(link.source, node.id),
        ),
    )


def make_room(network: Network, id: str, height: float) -> Network:
    """Moves a card down by `height`, and those behind it only as far as that takes their room."""
    return move(network, pushed_down(network, id, height))


def _node(network: Network, id: str) -> LayerNode:
    node = network.by_id.get(id)
    if node is None:
        raise _gone()
    return node


def _gone() -> BadInput:
    return BadInput(T("That layer isn't in the network any more."))


def found_link(network: Network, link: Link) -> Link:
    """The network's link with these ends."""
    ends = (link.source, link.target, link.slot)
    for one in network.links:
        if (one.source, one.target, one.slot) == ends:
            return one
    raise BadInput(T("That link isn't in the network any more."))


def _with_nodes(network: Network, nodes: Mapping[str, LayerNode]) -> Network:
    """The network with some layers replaced; itself if they are what they were."""
    old = network.by_id
    changed = {id: node for id, node in nodes.items() if not _alike(node, old[id])}
    if not changed:
        return network
    layers = tuple(
        changed.get(node.id, node) if old[node.id] is node else node for node in network.layers
    )
    return replace(network, layers=layers)


def _alike(a: LayerNode, b: LayerNode) -> bool:
    """Whether nothing differs, taking true and 1 for different."""
    return a == b and repr(a.params) == repr(b.params)


def _with_parameter(node: LayerNode, name: str, value: object) -> LayerNode:
    parameter = node.spec.parameter(name) if node.spec else None
    if parameter is None:
        raise BadInput(T("{layer} has no parameter {name}.", layer=node.name, name=name))
    read = parameter.read(value)
    params: dict[str, Any] = {key: raw for key, raw in node.params.items() if key != name}
    if read != parameter.default:
        written = parameter.write(read)
        # A parameter keeps its place, so that a file differs in one line.
        params = (
            {**node.params, name: written} if name in node.params else {**params, name: written}
        )
    return replace(node, params=params)


def _next_free(network: Network, merge: LayerNode) -> int:
    """A merge's next free input: behind all links, or a gap where their number is fixed."""
    used = [link.slot for link in network.incoming[merge.id]]
    most = merge.spec.inputs[1] if merge.spec else None
    if most is None:
        return max(used, default=-1) + 1
    free = next((slot for slot in range(most) if slot not in used), None)
    if free is None:
        raise BadInput(
            T(
                "All {count} inputs of {layer} are taken. Link to the one whose link should go.",
                layer=merge.name,
                count=most,
            )
        )
    return free


def closed_up(network: Network, ids: Iterable[str]) -> Network:
    """Numbers the inputs of those of `ids` that merge any number from 0 without gaps."""
    slots: dict[Link, int] = {}
    for id in ids:
        spec = network.by_id[id].spec if id in network.by_id else None
        if spec is not None and spec.inputs[1] is None:
            order = sorted({link.slot for link in network.incoming[id]})
            slots |= {link: order.index(link.slot) for link in network.incoming[id]}
    links = tuple(replace(k, slot=slots[k]) if k in slots else k for k in network.links)
    return replace(network, links=links)


def reachable(network: Network, *starts: str) -> set[str]:
    """Some layers and all those behind them."""
    found, waiting = set(starts), list(starts)
    while waiting:
        for link in network.outgoing[waiting.pop()]:
            if link.target in network.by_id and link.target not in found:
                found.add(link.target)
                waiting.append(link.target)
    return found


def free_name(taken: set[str], name: str, reached: dict[str, int] | None = None) -> str:
    """A name not `taken`, counted on from `name` as Keras counts.

    Args:
        taken: The names there are.
        name: The name that is wanted.
        reached: How far each stem has been counted while `taken` only grew; it is kept here.
    """
    if name and name not in taken:
        return name
    stem = re.sub(r"_\d{1,9}$", "", name) or "layer"
    number = reached.get(stem, 1) if reached else 1
    while f"{stem}_{number}" in taken:
        number += 1
    if reached is not None:
        reached[stem] = number
    return f"{stem}_{number}"


def _point(at: Point) -> Point:
    x, y = float(at[0]), float(at[1])
    if not (math.isfinite(x) and math.isfinite(y)):
        raise BadInput(T("A card needs a place with finite coordinates."))
    return x, y
