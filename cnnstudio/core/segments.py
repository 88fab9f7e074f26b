"""Layers with one way in and one way out: taken out of their chain, put on a link as one."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.placing import Point, pulled_up, pushed_down, slot_on
from cnnstudio.core.text import T


def ends_of(network: Network, ids: Collection[str]) -> tuple[str, str] | None:
    """The first and the last of layers that can stand between two others.

    Returns:
        None if data enters or leaves them in more than one place, or can't enter at all.
    """
    group = set(ids)
    firsts = [i for i in group if not any(k.source in group for k in network.incoming[i])]
    lasts = [i for i in group if not any(k.target in group for k in network.outgoing[i])]
    if len(firsts) != 1 or len(lasts) != 1:
        return None
    first, last = firsts[0], lasts[0]
    spec = network.by_id[first].spec
    inside = group - {first}
    enters = any(k.source not in group for id in inside for k in network.incoming[id])
    leaves = any(k.target not in group for id in group - {last} for k in network.outgoing[id])
    takes_one = len(network.incoming[first]) <= 1 and (spec is None or spec.inputs[1] != 0)
    return (first, last) if takes_one and not enters and not leaves else None


def move_onto(network: Network, ids: Collection[str], link: Link) -> Network:
    """Takes layers out of their chain, heals it, and puts them on `link`.

    Raises:
        BadInput: If one of the layers or the link isn't there, or the layers don't have one way
            in and one way out.
    """
    group = set(edits.copy(network, ids).by_id)
    link = edits.found_link(network, link)
    ends = ends_of(network, group)
    if ends is None:
        raise BadInput(
            T("Only layers with one way in and one way out can stand between two others.")
        )
    if link.source in group or link.target in group:
        return network
    first, last = ends
    into, out = network.incoming[first], network.outgoing[last]
    rest = [k for k in network.links if k.source not in group and k.target not in group]
    healed = [replace(k, source=into[0].source) for k in out] if into else []
    kept = tuple(node for node in network.layers if node.id not in group)
    without = edits.closed_up(
        replace(network, layers=kept, links=(*rest, *healed)), {k.target for k in out}
    )
    nodes = [network.by_id[id] for id in network.by_id if id in group]
    top = min(node.position[1] for node in nodes)
    height = max(node.position[1] for node in nodes) - top + CARD_PITCH
    if healed and into:
        closed = pulled_up(without, Link(into[0].source, healed[0].target), height)
        without = edits.move(without, closed)
    link = edits.found_link(without, link)
    at, shift = slot_on(without, link, height)
    without = edits.move(without, pushed_down(without, link.target, shift))
    slot = into[0].slot if into else 0
    inner = [k for k in network.links if k.source in group and k.target in group]
    links = (
        *(replace(k, source=last) if k == link else k for k in without.links),
        *inner,
        Link(link.source, first, slot),
    )
    moved = _set_down(nodes, network.by_id[first].position, at)
    placed = {**without.by_id, **moved}
    return replace(network, layers=tuple(placed[node.id] for node in network.layers), links=links)


def paste_onto(network: Network, clip: Network, link: Link) -> Network:
    """Pastes layers on a link; see ``edits.paste`` and `move_onto`."""
    pasted = edits.paste(network, clip)
    new = [node.id for node in pasted.layers[len(network.layers) :]]
    return move_onto(pasted, new, link)


def _set_down(nodes: Collection[LayerNode], first: Point, at: Point) -> dict[str, LayerNode]:
    """The layers moved together, so that what stood at `first` stands at `at`."""
    dx, dy = at[0] - first[0], at[1] - first[1]
    return {
        node.id: replace(node, position=(node.position[0] + dx, node.position[1] + dy))
        for node in nodes
    }
