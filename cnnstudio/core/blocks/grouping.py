"""Blocks: layers seen as one, named, folded and used again. Pure functions, as in ``core.edits``.

Blocks lie side by side: a layer is in one block or in none. They don't nest, because what a
change inside an inner block would mean for the other uses of the outer one is a riddle no card can
show.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from cnnstudio.core.errors import BadInput
from cnnstudio.core.names import composed, is_one_line, is_visible
from cnnstudio.core.network import Block, LayerNode, Network
from cnnstudio.core.text import T


def make_block(network: Network, ids: Collection[str], name: str = "") -> Network:
    """Makes a block of some layers and of those between them; it is the last of `blocks`.

    Args:
        network: The network.
        ids: Ids of the layers.
        name: What to call it; a free name by default.

    Raises:
        BadInput: If there are no layers, one of them is in a block already or takes pictures in,
            or the name is taken.
    """
    members = _with_those_between(network, set(ids))
    if not members:
        raise BadInput(T("Select the layers that the block shall hold."))
    for id in members:
        node, other = network.by_id[id], network.block_of.get(id)
        if other is not None:
            raise BadInput(
                T(
                    "{layer} is in the block {block} already, and blocks don't nest. Ungroup "
                    "{block} first.",
                    layer=node.name,
                    block=other.name,
                )
            )
        if node.spec is not None and node.spec.inputs[1] == 0:
            raise BadInput(
                T(
                    "{layer} is where the pictures come in; a block is made of what follows it.",
                    layer=node.name,
                )
            )
    name = _checked(network, name) if name else free_name(network, "block")
    parts: dict[str, str] = {}
    taken: set[str] = set()
    for id in members:
        parts[id] = free_part(taken, network.by_id[id].kind)
        taken.add(parts[id])
    block = Block(free_id(network), name, free_pattern(network, name), parts)
    return replace(network, blocks=(*network.blocks, block))


def ungroup(network: Network, id: str) -> Network:
    """Takes a block away; its layers stay.

    Raises:
        BadInput: If the block isn't there.
    """
    block = block_with(network, id)
    return replace(network, blocks=tuple(one for one in network.blocks if one is not block))


def rename_block(network: Network, id: str, name: str) -> Network:
    """Gives a block another name; a pattern that no other block uses is renamed with it.

    Raises:
        BadInput: If the block isn't there, another block has the name, or see ``edits.rename``.
    """
    block = block_with(network, id)
    if composed(name) == block.name:
        return network
    name = _checked(network, name)
    pattern = block.pattern
    if len(uses_of(network, pattern)) == 1 and pattern == block.name:
        pattern = free_pattern(network, name)
    return with_block(network, replace(block, name=name, pattern=pattern))


def detach(network: Network, id: str) -> Network:
    """Makes a use a block of its own: it no longer follows the others, nor they it.

    Raises:
        BadInput: If the block isn't there.
    """
    block = block_with(network, id)
    if len(uses_of(network, block.pattern)) == 1:
        return network
    return with_block(network, replace(block, pattern=free_pattern(network, block.name), own=()))


def keep_own(network: Network, layer: str, parameter: str) -> Network:
    """Lets a parameter of a layer follow no other use of its block from now on."""
    block = network.block_of.get(layer)
    key = own_key(block.members[layer], parameter) if block else ""
    if block is None or key in block.own:
        return network
    return with_block(network, replace(block, own=(*block.own, key)))


def share_again(network: Network, layer: str, parameter: str) -> Network:
    """Takes the value the other uses have, and follows them from now on."""
    block = network.block_of.get(layer)
    key = own_key(block.members[layer], parameter) if block else ""
    if block is None or key not in block.own:
        return network
    shared = replace(block, own=tuple(one for one in block.own if one != key))
    network = with_block(network, shared)
    for other in uses_of(network, block.pattern):
        there = layer_of(other, block.members[layer])
        if other.id != block.id and there and key not in other.own:
            node = with_raw(network.by_id[layer], network.by_id[there].params, (parameter,))
            return with_layers(network, {layer: node})
    return network


def own_values(network: Network, layer: str) -> tuple[str, ...]:
    """The parameters of a layer that follow no other use of its block."""
    block, node = network.block_of.get(layer), network.by_id[layer]
    if block is None:
        return ()
    part = block.members[layer]
    names = [p.name for p in node.spec.parameters] if node.spec else list(node.params)
    return tuple(name for name in names if own_key(part, name) in block.own)


# --------------------------------------------------------------------------------------- reading


def block_with(network: Network, id: str) -> Block:
    """The block with this id.

    Raises:
        BadInput: If it isn't there.
    """
    for block in network.blocks:
        if block.id == id:
            return block
    raise BadInput(T("That block isn't in the network any more."))


def uses_of(network: Network, pattern: str) -> tuple[Block, ...]:
    """The blocks that are uses of a pattern."""
    return tuple(block for block in network.blocks if block.pattern == pattern)


def layer_of(block: Block, part: str) -> str:
    """The id of the layer that plays a part in a block; "" if none does."""
    return next((id for id, one in block.members.items() if one == part), "")


def own_key(part: str, parameter: str) -> str:
    """What ``Block.own`` calls a parameter of the layer with this part."""
    return f"{part}.{parameter}"


# ------------------------------------------------------------------------------------- rebuilding


def with_block(network: Network, block: Block) -> Network:
    """The network with the block of this id replaced."""
    blocks = tuple(block if one.id == block.id else one for one in network.blocks)
    return network if blocks == network.blocks else replace(network, blocks=blocks)


def with_layers(network: Network, nodes: Mapping[str, LayerNode]) -> Network:
    """The network with layers of these ids replaced."""
    return replace(network, layers=tuple(nodes.get(node.id, node) for node in network.layers))


def with_raw(node: LayerNode, params: Mapping[str, object], names: Iterable[str]) -> LayerNode:
    """The layer with these raw parameters as in `params`; what keeps its value keeps its place."""
    mine = dict(node.params)
    for name in names:
        if name in params:
            mine[name] = params[name]
        else:
            mine.pop(name, None)
    return replace(node, params=mine)


def free_id(network: Network) -> str:
    """An id no block or layer has."""
    return next(_free_ids(network))


def _free_ids(network: Network) -> Iterator[str]:
    taken = {node.id for node in network.layers} | {block.id for block in network.blocks}
    return (id for n in itertools.count(1) if (id := f"b{n}") not in taken)


def free_name(network: Network, stem: str) -> str:
    """A name no block has, counted on from `stem`: ``residual``, ``residual_1``."""
    return _counted_on({block.name for block in network.blocks}, stem, 1)


def free_pattern(network: Network, stem: str) -> str:
    """A name no pattern has, counted on from `stem`."""
    return _counted_on({block.pattern for block in network.blocks}, stem, 1)


def free_part(taken: Collection[str], stem: str) -> str:
    """A part not `taken`, counted on from `stem`: ``conv2d``, ``conv2d_2``."""
    return _counted_on(taken, stem, 2)


def _counted_on(taken: Collection[str], stem: str, first: int) -> str:
    if stem not in taken:
        return stem
    stem = re.sub(r"_\d{1,9}$", "", stem) or stem
    return next(name for n in itertools.count(first) if (name := f"{stem}_{n}") not in taken)


def _checked(network: Network, name: str) -> str:
    name = composed(name)
    if not is_visible(name) or "/" in name:
        raise BadInput(T("A block's name can't be empty or have a slash in it."))
    if not is_one_line(name):
        raise BadInput(T("A block's name is one line; a line break or half a character can't be."))
    if any(block.name == name for block in network.blocks):
        raise BadInput(
            T("Another block is called {name} already; names tell blocks apart.", name=name)
        )
    return name


def _with_those_between(network: Network, ids: set[str]) -> list[str]:
    """The layers and those on a way from one of them to another, in the order of the network."""
    below = reached(ids, {id: [k.target for k in ks] for id, ks in network.outgoing.items()})
    above = reached(ids, {id: [k.source for k in ks] for id, ks in network.incoming.items()})
    return [id for id in network.by_id if id in ids or (id in below and id in above)]


def reached(ids: Iterable[str], following: Mapping[str, Iterable[str]]) -> set[str]:
    """What is reached from some layers by one step of `following` or more."""
    found: set[str] = set()
    waiting = list(ids)
    while waiting:
        for id in following.get(waiting.pop(), ()):
            if id not in found:
                found.add(id)
                waiting.append(id)
    return found


# ------------------------------------------------------------------------------------ consistency


def kept(network: Network) -> Network:
    """The network without members that are gone, and without blocks that have none left."""
    there = network.by_id
    if all(block.members and block.members.keys() <= there.keys() for block in network.blocks):
        return network
    left = []
    for block in network.blocks:
        members = {id: part for id, part in block.members.items() if id in there}
        if members:
            changed = len(members) < len(block.members)
            left.append(replace(block, members=members) if changed else block)
    return replace(network, blocks=tuple(left))


def reconciled(network: Network) -> Network:
    """Makes uses of a pattern agree that come from elsewhere: a file, another project.

    Each is compared with those before it. A value that differs becomes the use's own; a use with
    other parts, kinds of layers or links between them becomes a pattern of its own.
    """
    network = kept(network)
    taken = {block.pattern for block in network.blocks}
    shared: dict[str, _Shared] = {}
    blocks = []
    for found in network.blocks:
        block, known = found, shared.get(found.pattern)
        if known is not None and not _same_design(network, known.uses[0], found):
            block, known = replace(found, pattern=_counted_on(taken, found.name, 1), own=()), None
            taken.add(block.pattern)
        if known is None:
            known = shared.setdefault(block.pattern, _Shared(network))
        if keys := known.take(block):
            block = replace(block, own=(*block.own, *keys))
        blocks.append(block)
    agreed = tuple(blocks)
    return network if agreed == network.blocks else replace(network, blocks=agreed)


class _Shared:
    """The values that uses of a pattern share, each as the first use has it that shares it.

    Args:
        network: The network with their layers.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.uses: list[Block] = []
        self._first: dict[str, LayerNode] = {}
        self._names: dict[str, dict[str, None]] = {}

    def take(self, use: Block) -> list[str]:
        """Takes one more use and returns in which values it differs from those before it."""
        differs = []
        for id, part in use.members.items():
            node, names = self._network.by_id[id], self._names.setdefault(part, {})
            for name in dict.fromkeys((*node.params, *names)):
                key = own_key(part, name)
                first = self._first.get(key) or self._find(part, key)
                if key in use.own:
                    continue
                if first is None:
                    first = node
                elif name in differing(first, node):
                    differs.append(key)
                self._first[key] = first
                if name in first.params:
                    names[name] = None
        self.uses.append(use)
        return differs

    def _find(self, part: str, key: str) -> LayerNode | None:
        """The layer of the first use that shares a value."""
        sharing = (layer_of(use, part) for use in self.uses if key not in use.own)
        id = next(filter(None, sharing), "")
        return self._network.by_id[id] if id else None


def _same_design(network: Network, first: Block, other: Block) -> bool:
    """Whether the parts of one are parts of the other, of the same kinds and linked alike."""
    parts, others = set(first.members.values()), set(other.members.values())
    common = parts & others
    alike = _design(network, first, common) == _design(network, other, common)
    return common in (parts, others) and alike


def _design(network: Network, block: Block, parts: set[str]) -> tuple[object, object]:
    kinds = {part: network.by_id[id].kind for id, part in block.members.items() if part in parts}
    links = {link for link in inner_links(network, block) if link[0] in parts and link[1] in parts}
    return kinds, links


def inner_links(network: Network, block: Block) -> set[tuple[str, str, int]]:
    """The links between members, as (part that gives, part that takes, slot)."""
    members = block.members
    return {
        (members[link.source], members[id], link.slot)
        for id in members
        for link in network.incoming.get(id, ())
        if link.source in members
    }


def differing(a: LayerNode, b: LayerNode) -> list[str]:
    """The parameters whose raw values differ, taking true and 1 for different."""
    names = dict.fromkeys((*a.params, *b.params))
    return [
        name
        for name in names
        if (name in a.params) != (name in b.params)
        or repr(a.params.get(name)) != repr(b.params.get(name))
    ]


def copied(network: Network, ids: Collection[str]) -> tuple[Block, ...]:
    """The blocks all of whose layers are copied."""
    wanted = set(ids)
    return tuple(block for block in network.blocks if block.members.keys() <= wanted)


def pasted(network: Network, blocks: Iterable[Block], ids: Mapping[str, str]) -> Network:
    """Adds the blocks of a clip whose layers are in `network` already.

    Args:
        network: The network with the layers.
        blocks: The clip's blocks.
        ids: The layers' new ids by the clip's.
    """
    names = {block.name for block in network.blocks}
    new, free = [], _free_ids(network)
    for block in blocks:
        members = {ids[id]: part for id, part in block.members.items() if id in ids}
        if members:
            name = _counted_on(names, block.name, 1)
            names.add(name)
            new.append(replace(block, id=next(free), name=name, members=members))
    return reconciled(replace(network, blocks=(*network.blocks, *new)))
