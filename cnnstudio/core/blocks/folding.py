"""A network as the canvas shows it: a collapsed block is one card, its inner links are hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.blocks.grouping import block_with, with_block
from cnnstudio.core.layout import lay_out
from cnnstudio.core.network import Block, LayerNode, Link, Network
from cnnstudio.core.placing import Point

BLOCK = "block"
"""The kind of the card that stands for a block; no layer kind is called so."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What of a network is in view.

    Attributes:
        whole: The network.
        network: A card for each layer and collapsed block, with the links between cards; `whole`
            itself where nothing is collapsed.
        blocks: The collapsed blocks by their id, which is their card's.
        home: The card of every layer inside a collapsed block.
        real: The links each link between cards stands for.
    """

    whole: Network
    network: Network
    blocks: dict[str, Block]
    home: dict[str, str]
    real: dict[Link, tuple[Link, ...]]

    def layers(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The layers that some cards stand for."""
        found: list[str] = []
        for card in ids:
            found += self.blocks[card].members if card in self.blocks else (card,)
        return tuple(dict.fromkeys(found))

    def cards(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The cards that some layers are on."""
        return tuple(dict.fromkeys(self.home.get(id, id) for id in ids))

    def links(self, link: Link) -> tuple[Link, ...]:
        """The links between layers that a link between cards is, or would be if it were made."""
        if link in self.real or not self.blocks:
            return self.real.get(link, (link,))
        source = link.source
        targets: list[tuple[str, int]] = [(link.target, link.slot)]
        if link.source in self.blocks:
            source = exit_of(self.whole, self.blocks[link.source])
        if link.target in self.blocks:
            there = [k for k in self.network.incoming[link.target] if k.slot == link.slot]
            targets = [(k.target, k.slot) for one in there for k in self.real[one]]
            targets = targets or list(entries_of(self.whole, self.blocks[link.target]))
        return tuple(Link(source, target, slot) for target, slot in targets)

    def unfolded(self, after: Network) -> Network:
        """The whole network after an edit of the cards gave `after` of `network`.

        A block's layers move with its card and go with it. A link to a card leads to the layers
        that took what came in there, a link from it comes from its exit.
        """
        if not self.blocks:
            return after
        layers = [node for id in self.whole.by_id for node in self._after(id, after)]
        names = {node.name for node in layers}
        for node in after.layers:
            if node.id not in self.network.by_id:
                name = edits.free_name(names, node.name)
                names.add(name)
                layers.append(replace(node, name=name))
        seen = set(after.links)
        gone = {one for card, real in self.real.items() if card not in seen for one in real}
        new = [one for card in after.links if card not in self.real for one in self.links(card)]
        taken = {(k.target, k.slot) for k in new}
        ids = {node.id for node in layers}
        kept = (
            k
            for k in self.whole.links
            if k not in gone and (k.target, k.slot) not in taken
            if ids.issuperset({k.source, k.target} & self.whole.by_id.keys())
        )
        return replace(self.whole, layers=tuple(layers), links=(*kept, *new))

    def _after(self, id: str, after: Network) -> Iterable[LayerNode]:
        """A layer of the whole network as `after` has it, or not at all."""
        card = self.home.get(id, id)
        if card not in after.by_id:
            return
        if card == id:
            yield after.by_id[id]
            return
        node = self.whole.by_id[id]
        (x, y), (old_x, old_y) = after.by_id[card].position, self.network.by_id[card].position
        if (x, y) == (old_x, old_y):
            yield node
        else:
            at = (node.position[0] + x - old_x, node.position[1] + y - old_y)
            yield replace(node, position=at)


def through(network: Network, edit: Callable[[Network], Network]) -> Network:
    """Edits a network by its cards: `edit` gets what is in view, a block being one layer."""
    view = folded(network)
    return view.unfolded(edit(view.network))


def folded(network: Network) -> Folded:
    """What of `network` is in view; it is kept with it, so asking again is free."""
    kept = vars(network)
    if "folded" not in kept:
        kept["folded"] = _folded(network)
    view: Folded = kept["folded"]
    return view


def _folded(network: Network) -> Folded:
    blocks = {block.id: block for block in network.blocks if block.collapsed}
    home = {id: block.id for block in blocks.values() for id in block.members}
    if not home:
        return Folded(network, network, {}, {}, {})
    cards: dict[str, LayerNode] = {}
    for node in network.layers:
        card = home.get(node.id, node.id)
        if card not in cards:
            cards[card] = _card(network, blocks[card]) if card in blocks else node
    real: dict[Link, list[Link]] = {}
    slots: dict[str, dict[str, int]] = {id: {} for id in blocks}
    order = {id: place for place, id in enumerate(network.order)}
    for link in sorted(network.links, key=lambda k: (order.get(k.target, -1), k.slot)):
        source, target = home.get(link.source, link.source), home.get(link.target, link.target)
        if source == target and source in blocks:
            continue
        slot = link.slot
        if target in blocks:
            slot = slots[target].setdefault(source, len(slots[target]))
        hidden = (source, target) != (link.source, link.target)
        real.setdefault(Link(source, target, slot) if hidden else link, []).append(link)
    view = replace(network, layers=tuple(cards.values()), links=tuple(real))
    return Folded(network, view, blocks, home, {k: tuple(links) for k, links in real.items()})


def entries_of(network: Network, block: Block) -> tuple[tuple[str, int], ...]:
    """The inputs of a block's layers that take what comes from outside, or could.

    Those of the first layer outside that gives something, where several do; where none does,
    the first input of each layer that nothing inside feeds.
    """
    outer = [
        link
        for id in network.order
        if id in block.members
        for link in network.incoming[id]
        if link.source not in block.members
    ]
    if outer:
        return tuple((k.target, k.slot) for k in outer if k.source == outer[0].source)
    members = (id for id in network.order if id in block.members)
    return tuple((id, 0) for id in members if not network.incoming[id])


def exit_of(network: Network, block: Block) -> str:
    """The layer of a block whose output leads on: the last one that leads outside, else the last.

    Every block has one, on a cycle too.
    """
    order = dict.fromkeys((*network.order, *network.by_id))
    members = [id for id in order if id in block.members]
    leading = [
        id for id in members if any(k.target not in block.members for k in network.outgoing[id])
    ]
    ending = [id for id in members if not network.outgoing[id]]
    return (leading or ending or members)[-1]


def _card(network: Network, block: Block) -> LayerNode:
    at = corner(network.by_id[id].position for id in block.members)
    return LayerNode(block.id, BLOCK, block.name, position=at)


# ---------------------------------------------------------------------------------------- editing


def collapse(network: Network, id: str) -> Network:
    """Shows a block as one card; what is below it moves up.

    Raises:
        BadInput: If the block isn't there.
    """
    return _shown(network, id, collapsed=True)


def expand(network: Network, id: str) -> Network:
    """Shows a block's layers; what is below it makes room.

    Raises:
        BadInput: If the block isn't there.
    """
    return _shown(network, id, collapsed=False)


def _shown(network: Network, id: str, *, collapsed: bool) -> Network:
    block = block_with(network, id)
    if block.collapsed == collapsed:
        return network
    heights = [network.by_id[one].position[1] for one in block.members]
    top, height = min(heights), max(heights) - min(heights)
    beyond = top + height if collapsed else top
    below = edits.reachable(network, *block.members)
    moved = {
        one: (x, y - height if collapsed else y + height)
        for one in below - block.members.keys()
        for x, y in (network.by_id[one].position,)
        if y > beyond
    }
    return with_block(edits.move(network, moved), replace(block, collapsed=collapsed))


def arranged(network: Network) -> Network:
    """Gives every card the place an automatic layout finds for it, the inside of blocks too."""
    for block in folded(network).blocks.values():
        inside = lay_out(edits.copy(network, block.members)).layers
        left, top = corner(network.by_id[id].position for id in block.members)
        x, y = corner(node.position for node in inside)
        places = {n.id: (n.position[0] - x + left, n.position[1] - y + top) for n in inside}
        network = edits.move(network, places)
    return through(network, lay_out)


def corner(places: Iterable[Point]) -> Point:
    """The upper left corner of what stands at some places."""
    places = list(places)
    return min(x for x, _ in places), min(y for _, y in places)
