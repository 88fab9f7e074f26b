"""Where the cards of a network stand."""

from __future__ import annotations

from cnnstudio.core.layout import lay_out
from cnnstudio.core.network import Network
from cnnstudio.ui.canvas.geometry import GRID, Point


def places_of(network: Network) -> dict[str, Point]:
    """The network's own positions, or an automatic layout where it has none.

    Code and other programs give no positions: all layers then have the same one. A card that
    would lie exactly on another is shown a little beside it.
    """
    places = {id: Point(*node.position) for id, node in network.by_id.items()}
    taken = set(places.values())
    if len(taken) == len(places):
        return places
    if len(taken) == 1:
        return {node.id: Point(*node.position) for node in lay_out(network).layers}
    apart: dict[str, Point] = {}
    seen: set[Point] = set()
    for id, at in places.items():
        apart[id] = _clear_of(at, seen)
        seen.add(apart[id])
    return apart


def _clear_of(at: Point, taken: set[Point]) -> Point:
    while at in taken:
        at = Point(at.x + GRID, at.y + GRID)
    return at
