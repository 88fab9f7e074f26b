"""A block ready to be put into a network: from the library, or another use of one that is there."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.blocks.folding import corner, entries_of, exit_of, folded, through
from cnnstudio.core.blocks.grouping import block_with, free_id, free_name, reconciled
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layout import CARD_PITCH, lay_out
from cnnstudio.core.network import Block, Link, Network
from cnnstudio.core.placing import Point, slot_on
from cnnstudio.core.text import T


@dataclass(frozen=True, slots=True)
class Body:
    """The inside of a block.

    Attributes:
        name: What to call a use; the number that makes it free is added.
        pattern: The name its uses share.
        network: Its layers and the links between them.
        parts: Each layer's part in the pattern, by the layer's id.
        entries: The inputs, as (layer, slot), that take what the block is given.
        exit: The layer whose output is the block's.
        own: Values that follow no other use, as ``part.parameter``.
    """

    name: str
    pattern: str
    network: Network
    parts: dict[str, str]
    entries: tuple[tuple[str, int], ...]
    exit: str
    own: tuple[str, ...] = field(default=())


def body_of(network: Network, id: str) -> Body:
    """A block's inside, to use it again.

    Raises:
        BadInput: If the block isn't there.
    """
    block = block_with(network, id)
    inside = edits.copy(network, block.members)
    return Body(
        name=block.name,
        pattern=block.pattern,
        network=replace(inside, blocks=()),
        parts=block.members,
        entries=entries_of(network, block),
        exit=exit_of(network, block),
        own=block.own,
    )


def put(
    network: Network,
    body: Body,
    *,
    link: Link | None = None,
    after: str = "",
    at: Point = (0.0, 0.0),
    collapsed: bool = True,
) -> Network:
    """Puts a block into a network; it is the last of `blocks`.

    Args:
        network: The network.
        body: What to put in.
        link: The link between cards it is put on; the cards below make room.
        after: The card it is linked behind where there is no link; "" for none.
        at: Where it stands where there is no link (x, y in logical pixels).
        collapsed: Whether it comes as one card.

    Raises:
        BadInput: If the link or the layer isn't there any more.
    """
    view = folded(network)
    real = view.links(link) if link is not None else ()
    source = real[0].source if real else after
    if source in view.blocks:
        source = exit_of(network, view.blocks[source])
    if not set(real) <= set(network.links) or (source and source not in network.by_id):
        raise BadInput(T("That layer isn't in the network any more."))
    if link is not None:
        height = CARD_PITCH if collapsed else _height(body.network)
        at, down = slot_on(view.network, link, height)
        target = link.target
        network = through(network, lambda cards: edits.make_room(cards, target, down))
    inside = lay_out(body.network)
    left, top = corner(node.position for node in inside.layers)
    ids = dict(zip((node.id for node in inside.layers), network.free_ids(), strict=False))
    network = edits.paste(network, inside, (at[0] - left, at[1] - top))
    links = tuple(replace(k, source=ids[body.exit]) if k in real else k for k in network.links)
    if source:
        links += tuple(Link(source, ids[id], slot) for id, slot in body.entries)
    block = Block(
        id=free_id(network),
        name=free_name(network, body.name),
        pattern=body.pattern,
        members={ids[id]: part for id, part in body.parts.items()},
        own=body.own,
        collapsed=collapsed,
    )
    return reconciled(replace(network, links=links, blocks=(*network.blocks, block)))


def _height(network: Network) -> float:
    """How much room the rows of a laid-out network take."""
    tops = [node.position[1] for node in lay_out(network).layers]
    return max(tops) - min(tops) + CARD_PITCH
