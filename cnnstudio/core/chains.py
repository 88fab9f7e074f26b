"""Adding several layers at once, each behind the one before it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import Link, Network
from cnnstudio.core.placing import Point, free_place
from cnnstudio.core.quick_entry import NewLayer


def add_chain(
    network: Network,
    entries: Sequence[NewLayer],
    at: Point = (0.0, 0.0),
    *,
    link: Link | None = None,
    after: Sequence[str] = (),
) -> Network:
    """Adds layers, each fed by the one before it.

    Args:
        network: The network.
        entries: The layers, at least one.
        at: Where the first card stands if there is no `link`.
        link: The link to put them on; the layers below make room.
        after: The layers that feed the first one: one, or several if it merges.

    Raises:
        BadInput: If one of them can't take what it would be given, or see ``edits.add``.
    """
    first, *rest = entries
    if link is not None and first.kind.inputs[1] != 0:
        network = edits.insert(network, link, first.kind.id, first.params)
        link = Link(network.layers[-1].id, link.target, link.slot)
    else:
        link = None
        network = edits.add(network, first.kind.id, free_place(network, at), first.params)
    ids = [network.layers[-1].id]
    if first.kind.inputs[1] != 0:
        network = _feed(network, after, ids[0])
    for entry in rest:
        if link is not None:
            network = edits.insert(network, link, entry.kind.id, entry.params)
            link = Link(network.layers[-1].id, link.target, link.slot)
        else:
            x, y = network.by_id[ids[-1]].position
            at = free_place(network, (x, y + CARD_PITCH))
            network = edits.add(network, entry.kind.id, at, entry.params)
            network = edits.connect(network, ids[-1], network.layers[-1].id)
        ids.append(network.layers[-1].id)
    return network


def _feed(network: Network, sources: Sequence[str], id: str) -> Network:
    """Links `sources` to the inputs of a layer, in their order; what was there makes way."""
    if len(sources) < 2:
        return edits.connect(network, sources[0], id) if sources else network
    kept = tuple(link for link in network.links if link.target != id)
    network = replace(network, links=kept)
    for slot, source in enumerate(sources):
        network = edits.connect(network, source, id, slot)
    return network
