"""Edit once, use many: what is changed inside one use of a block is changed in all of them.

It works on what an edit did, not on how: any edit of any part of the studio is followed, and is
one step with what it brought about.

* A parameter: the uses that share it take the value. A use that has it as its own
  (``Block.own``) keeps its value.
* A layer put between two members joins the block, and each use gets one like it.
* A layer taken out of a block leaves every use; a use taken out as a whole leaves the others.
* Links between members are the same in all uses. Names, places and links to layers outside
  belong to each use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.blocks import (
    differing,
    free_part,
    inner_links,
    kept,
    layer_of,
    own_key,
    reached,
    uses_of,
    with_block,
    with_layers,
    with_raw,
)
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import Block, LayerNode, Link, Network
from cnnstudio.core.placing import pushed_down

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
    changes = [
        change
        for block in network.blocks
        if len(uses_of(network, block.pattern)) > 1
        for old in before.blocks
        if old.id == block.id and old.pattern == block.pattern
        if (change := _change(before, old, network, block))
    ]
    for change in changes:
        for use in uses_of(network, change.pattern):
            network = _repeated(network, use.id, change)
    return network


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


def _repeated(network: Network, id: str, change: _Change) -> Network:
    """Does in the use `id` what was done in another; nothing where it is done already."""
    block = next(one for one in network.blocks if one.id == id)
    nodes = {}
    for part, node in change.nodes.items():
        if here := layer_of(block, part):
            mine = network.by_id[here]
            names = [n for n in change.names[part] if own_key(part, n) not in block.own]
            nodes[here] = replace(with_raw(mine, node.params, names), kind=node.kind)
    network = with_layers(network, nodes) if nodes else network
    gone = [one for one, part in block.members.items() if part in change.removed]
    if gone and len(gone) < len(block.members):
        network = kept(edits.delete(network, gone))
        block = next(one for one in network.blocks if one.id == id)
    for part, node in change.added.items():
        if not layer_of(block, part):
            network, block = _with_new(network, block, part, node, change.links_added)
    return _relinked(network, block, change)


def _with_new(
    network: Network, block: Block, part: str, like: LayerNode, links: Iterable[PartLink]
) -> tuple[Network, Block]:
    """Adds a layer to a use, where the first layer it leads to stood."""
    targets = (layer_of(block, target) for source, target, _ in links if source == part)
    target = next(filter(None, targets), "")
    at = like.position
    if target:
        at = network.by_id[target].position
        down = pushed_down(network, target, CARD_PITCH)
        if block.collapsed:  # its card stays as high as it is
            down = {id: place for id, place in down.items() if id in block.members}
        network = edits.move(network, down)
    node = replace(
        like,
        id=network.free_id(),
        name=network.free_name(like.kind),
        position=at,
    )
    network = replace(network, layers=(*network.layers, node))
    block = replace(block, members={**block.members, node.id: part})
    return with_block(network, block), block


def _relinked(network: Network, block: Block, change: _Change) -> Network:
    """Gives a use the links between members that another has come to have."""
    ids = {part: id for id, part in block.members.items()}
    going = {
        (ids[source], ids[target], slot)
        for source, target, slot in change.links_removed
        if source in ids and target in ids
    }
    links = tuple(k for k in network.links if (k.source, k.target, k.slot) not in going)
    if len(links) < len(network.links):
        network = replace(network, links=links)
    for source, target, slot in change.links_added:
        if source in ids and target in ids:
            link = Link(ids[source], ids[target], slot)
            circular = link.source in edits.reachable(network, link.target)
            if link not in network.links and not circular:
                others = (k for k in network.links if (k.target, k.slot) != (link.target, slot))
                network = replace(network, links=(*others, link))
    return network


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
