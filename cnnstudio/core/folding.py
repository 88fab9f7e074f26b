"""A network as the canvas shows it: a collapsed block is one card, its inner links are hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.blocks import block_with, with_block
from cnnstudio.core.layout import CARD_PITCH, lay_out
from cnnstudio.core.network import Block, LayerNode, Link, Network
from cnnstudio.core.placing import Point, pushed_down, slot_on

BLOCK = "block"
"""The kind of the card that stands for a block; no layer kind is called so."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What of a network is in view.

    Attributes:
        whole: The network.
        network: A card for each layer and collapsed block, with the links between cards; `whole`
            itself where nothing is collapsed. It has no blocks.
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

    def places(self, places: Mapping[str, Point]) -> dict[str, Point]:
        """Where layers stand once cards stand at `places`: the inside of a block moves along."""
        found: dict[str, Point] = {}
        for card, (x, y) in places.items():
            if card not in self.blocks:
                found[card] = (x, y)
                continue
            left, top = self.network.by_id[card].position
            for id in self.blocks[card].members:
                here = self.whole.by_id[id].position
                found[id] = (here[0] + x - left, here[1] + y - top)
        return found


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
    view = replace(network, layers=tuple(cards.values()), links=tuple(real), blocks=())
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
    members = [network.by_id[id].position for id in block.members]
    at = (min(x for x, _ in members), min(y for _, y in members))
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
    below = set().union(*(edits.reachable(network, one) for one in block.members))
    moved = {
        one: (x, y - height if collapsed else y + height)
        for one in below - block.members.keys()
        for x, y in (network.by_id[one].position,)
        if y > beyond
    }
    return with_block(edits.move(network, moved), replace(block, collapsed=collapsed))


def arranged(network: Network) -> Network:
    """Gives every card the place an automatic layout finds for it, the inside of blocks too."""
    view = folded(network)
    if not view.blocks:
        return lay_out(network)
    places = {node.id: node.position for node in lay_out(view.network).layers}
    for card, block in view.blocks.items():
        inside = lay_out(edits.copy(network, block.members)).layers
        x, y = places.pop(card)
        left = min(node.position[0] for node in inside)
        top = min(node.position[1] for node in inside)
        for node in inside:
            places[node.id] = (node.position[0] - left + x, node.position[1] - top + y)
    return edits.move(network, places)


def room_on(network: Network, link: Link, height: float = CARD_PITCH) -> tuple[Network, Point]:
    """Makes room on a link between cards.

    Args:
        network: The network.
        link: The link.
        height: What it takes: one pitch for one card.

    Returns:
        The network with its cards moved, and where the new card stands.
    """
    view = folded(network)
    at, down = slot_on(view.network, link, height)
    places = pushed_down(view.network, link.target, down)
    return edits.move(network, view.places(places)), at


def insert(
    network: Network, link: Link, kind: str, params: Mapping[str, object] | None = None
) -> Network:
    """Adds a layer on a link between cards; what the link carries goes through it.

    Raises:
        BadInput: As ``edits.insert``.
    """
    view = folded(network)
    if not view.blocks:
        return edits.insert(network, link, kind, params)
    real = view.links(link)
    node = edits.insert(network, real[0], kind, params).layers[-1]
    network, at = room_on(network, link)
    links = (replace(k, source=node.id) if k in real else k for k in network.links)
    return replace(
        network,
        layers=(*network.layers, replace(node, position=at)),
        links=(*links, Link(real[0].source, node.id)),
    )


def connect(network: Network, link: Link) -> Network:
    """Makes the links that a link between cards stands for.

    Raises:
        BadInput: As ``edits.connect``.
    """
    for one in folded(network).links(link):
        network = edits.connect(network, one.source, one.target, one.slot)
    return network


def disconnect(network: Network, link: Link) -> Network:
    """Takes the links away that a link between cards stands for.

    Raises:
        BadInput: If one of them isn't there.
    """
    for one in sorted(folded(network).links(link), key=lambda k: -k.slot):
        network = edits.disconnect(network, one)  # a merge's later inputs move up
    return network


def delete(network: Network, ids: Collection[str]) -> Network:
    """Takes cards away; what fed one feeds what it fed.

    A block with one layer that feeds it is healed over as a whole, merges inside it or not.

    Raises:
        BadInput: If one of them isn't there.
    """
    gone = set(folded(network).layers(ids))
    for block in network.blocks:
        if block.members.keys() <= gone:
            network = _bypassed(network, block)
    return edits.delete(network, [id for id in network.by_id if id in gone])


def _bypassed(network: Network, block: Block) -> Network:
    """Links what feeds a block to what it feeds, past it."""
    inside = block.members
    sources = {k.source for k in network.links if k.target in inside} - inside.keys()
    if len(sources) != 1:
        return network
    source = sources.pop()
    leaving = {k for k in network.links if k.source in inside and k.target not in inside}
    kept = (k for k in network.links if k.source not in inside and k.target not in inside)
    past = (replace(k, source=source) for k in network.links if k in leaving)
    return replace(network, links=(*kept, *past))
