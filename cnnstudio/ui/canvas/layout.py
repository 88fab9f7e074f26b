"""Where the cards of a network stand."""

from __future__ import annotations

from cnnstudio.core.layout import lay_out
from cnnstudio.core.network import Network
from cnnstudio.ui.canvas.geometry import Point


def places_of(network: Network) -> dict[str, Point]:
    """The network's own positions, or an automatic layout where it has none.

    Code and other programs give no positions: several layers then share one.
    """
    places = {id: Point(*node.position) for id, node in network.by_id.items()}
    if len(set(places.values())) < len(places):
        return {node.id: Point(*node.position) for node in lay_out(network).layers}
    return places
