"""Edit once, use many: what is changed inside one use of a block is changed in all of them.

It works on what an edit did, not on how: any edit of any part of the studio is followed, and is
one step with what it brought about.

* A parameter: the uses that share it take the value. A use that has it as its own
  (``Block.own``) keeps its value.
* A layer put between two members joins the block, and each use gets one like it.
* A layer taken out of a block leaves every use; a use taken out as a whole leaves the others.
* Links between members are the same in all uses. Names, places and links to layers outside
  belong to each use; so do notes, weights that layers brought along, and what is frozen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.blocks.grouping import (
    differing,
    free_part,
    inner_links,
    kept,
    own_key,
    reached,
    reconciled,
    uses_of,
    with_block,
    with_layers,
    with_raw,
)
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import Block, LayerNode, Link, Network
from cnnstudio.core.placing import Point, pushed_down

PartLink = tuple[str, str, int]


def follow(before: Network, after: Network) -> Network:
    """The network after an edit, with its blocks true and all uses of a pattern alike.

    Args:
        before: The network the edit got; its blocks are taken as true.
        after: The network it gave.
    """
    if after is before or not after.blocks:
        return after
    network = kept(after)
    if network.links != before.links:
        network = _joined(network)
    uses = Counter(block.pattern for block in network.blocks)
    known = {(block.id, block.pattern): block for block in before.blocks}
    changes = [
        change
        for block in network.blocks
        if uses[block.pattern] > 1 and (old := known.get((block.id, block.pattern))) is not None
        if (change := _change(before, old, network, block))
    ]
    for change in changes:
        network = _repeated(network, change)
    # Edits of several uses at once can contradict each other.
    return reconciled(network) if changes else network


@dataclass(frozen=True, slots=True)
class _Change:
    """What an edit did inside one use.

    Attributes:
        pattern: Its pattern.
        added: The layers that joined, by part.
        removed: The parts that left.
        nodes: The layers that changed, by part.
        names: The parameters that changed and are shared, by part.
        links_added: Links between members that came.
        links_removed: Links between members that went.
    """

    pattern: str
    added: dict[str, LayerNode]
    removed: frozenset[str]
    nodes: dict[str, LayerNode]
    names: dict[str, list[str]]
    links_added: tuple[PartLink, ...]
    links_removed: frozenset[PartLink]

    def __bool__(self) -> bool:
        structure = self.added or self.removed or self.links_added or self.links_removed
        return bool(structure or self.nodes)


def _change(before: Network, old: Block, network: Network, block: Block) -> _Change:
    nodes, names = {}, {}
    for id, part in block.members.items():
        a, b = before.by_id.get(id), network.by_id[id]
        if a is None or a is b or id not in old.members:
            continue
        changed = [name for name in differing(a, b) if own_key(part, name) not in block.own]
        if changed or a.kind != b.kind:
            nodes[part], names[part] = b, changed
    links, old_links = inner_links(network, block), inner_links(before, old)
    return _Change(
        pattern=block.pattern,
        added={
            part: network.by_id[id] for id, part in block.members.items() if id not in old.members
        },
        removed=frozenset(old.members.values()) - frozenset(block.members.values()),
        nodes=nodes,
        names=names,
        links_added=tuple(sorted(links - old_links)),
        links_removed=frozenset(old_links - links),
    )


def _repeated(network: Network, change: _Change) -> Network:
    """Does in every use what was done in one; nothing where it is done already."""
    nodes = {}
    for use in uses_of(network, change.pattern):
        for id, part in use.members.items():
            if (like := change.nodes.get(part)) is not None:
                names = [n for n in change.names[part] if own_key(part, n) not in use.own]
                mine = with_raw(network.by_id[id], like.params, names)
                nodes[id] = replace(mine, kind=like.kind)
    network = with_layers(network, nodes) if nodes else network
    gone: list[str] = []
    for use in uses_of(network, change.pattern):
        leaving = [id for id, part in use.members.items() if part in change.removed]
        if len(leaving) < len(use.members):
            gone += leaving
    network = kept(edits.delete(network, gone)) if gone else network
    return _relinked(_with_new(network, change) if change.added else network, change)


def _with_new(network: Network, change: _Change) -> Network:
    """Adds the layers that joined one use to the others, where what they lead to stood."""
    names = {node.name for node in network.layers}
    ids = network.free_ids()
    layers: list[LayerNode] = []
    uses: dict[str, Block] = {}
    moved: dict[str, Point] = {}
    below: list[str] = []
    for use in uses_of(network, change.pattern):
        parts = {part: id for id, part in use.members.items()}
        members = dict(use.members)
        for part, like in change.added.items():
            if part in parts:
                continue
            target = _landing(part, change.links_added, parts)
            at = network.by_id[target].position if target else like.position
            name = edits.free_name(names, like.kind)
            names.add(name)
            layers.append(
                LayerNode(next(ids), like.kind, name, like.params, at, like.kept, extra=like.extra)
            )
            members[layers[-1].id] = part
            if target and use.collapsed:  # its card stays as high as it is
                moved |= _lowered(network, use, at)
            elif target:
                below.append(target)
        uses[use.id] = replace(use, members=members)
    for target in below:
        network = edits.move(network, pushed_down(network, target, CARD_PITCH))
    network = edits.move(network, moved)
    return replace(
        network,
        layers=(*network.layers, *layers),
        blocks=tuple(uses.get(block.id, block) for block in network.blocks),
    )


def _landing(part: str, links: Iterable[PartLink], parts: Mapping[str, str]) -> str:
    """The layer of a use that a new part leads to, over other new ones; "" if to none."""
    links = tuple(links)
    for source, target, _ in links:
        if source == part and (there := parts.get(target) or _landing(target, links, parts)):
            return there
    return ""


def _lowered(network: Network, use: Block, at: Point) -> dict[str, Point]:
    """The layers inside a block from a height on, one pitch lower."""
    places = ((id, network.by_id[id].position) for id in use.members)
    return {id: (x, y + CARD_PITCH) for id, (x, y) in places if y >= at[1]}


def _relinked(network: Network, change: _Change) -> Network:
    """Gives every use the links between members that one has come to have."""
    ends = {(k.source, k.target, k.slot) for k in network.links}
    going = set(_in_uses(network, change.pattern, change.links_removed)) & ends
    coming = [k for k in _in_uses(network, change.pattern, change.links_added) if k not in ends]
    if not going and not coming:
        return network
    taken = {(target, slot) for _, target, slot in coming}
    rest = (
        k
        for k in network.links
        if (k.source, k.target, k.slot) not in going and (k.target, k.slot) not in taken
    )
    linked = replace(network, links=(*rest, *(Link(*one) for one in coming)))
    circle = linked.cyclic - network.cyclic
    if not circle:
        return linked
    left = (  # a use may be linked otherwise outside, so that a link would close a circle there
        k
        for k in linked.links
        if (k.source, k.target, k.slot) not in coming or not circle >= {k.source, k.target}
    )
    return replace(linked, links=tuple(left))


def _in_uses(
    network: Network, pattern: str, links: Iterable[PartLink]
) -> Iterator[tuple[str, str, int]]:
    """Links between parts, as links between the layers of every use that has both."""
    links = tuple(links)
    for use in uses_of(network, pattern):
        ids = {part: id for id, part in use.members.items()}
        for source, target, slot in links:
            if source in ids and target in ids:
                yield ids[source], ids[target], slot


def _joined(network: Network) -> Network:
    """Takes layers into a block that stand between its members and are in no other."""
    free = network.by_id.keys() - network.block_of.keys()
    below = {id: [k.target for k in ks if k.target in free] for id, ks in network.outgoing.items()}
    above = {id: [k.source for k in ks if k.source in free] for id, ks in network.incoming.items()}
    for block in network.blocks:
        between = reached(block.members, below) & reached(block.members, above) & free
        if between:
            free -= between
            members = dict(block.members)
            taken = {p for use in uses_of(network, block.pattern) for p in use.members.values()}
            for id in (one for one in network.by_id if one in between):
                members[id] = free_part(taken, network.by_id[id].kind)
                taken.add(members[id])
            network = with_block(network, replace(block, members=members))
    return network
