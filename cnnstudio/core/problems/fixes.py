"""What a problem offers, done: each fix is one edit, and so is keeping a warning."""

from __future__ import annotations

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.layers.spec import Action, Fix
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.text import T


def apply_fix(network: Network, id: str, fix: Fix) -> Network:
    """Does what a problem of the layer `id` offers.

    Raises:
        BadInput: If the network has changed so that it can't be done any more.
    """
    network = _applied(network, fix.node or id, fix)
    for more in fix.then:
        network = apply_fix(network, id, more)
    return network


def keep(network: Network, id: str, warning: str) -> Network:
    """Leaves a warning of a layer as it is: it isn't told any more.

    Args:
        network: The network.
        id: The layer.
        warning: The warning's id.

    Raises:
        BadInput: If the layer isn't there.
    """
    node = _node(network, id)
    return _with_node(network, replace(node, kept=tuple(sorted({*node.kept, warning}))))


def tell_again(network: Network, id: str, warning: str = "") -> Network:
    """Tells a kept warning of a layer again; every one of them unless one is named.

    Raises:
        BadInput: If the layer isn't there.
    """
    node = _node(network, id)
    kept = tuple(one for one in node.kept if warning and one != warning)
    return _with_node(network, replace(node, kept=kept))


def _applied(network: Network, id: str, fix: Fix) -> Network:
    match fix.action:
        case Action.SET:
            return edits.set_parameter(network, id, fix.parameter, fix.value)
        case Action.DROP:
            node = _node(network, id)
            kept = {name: value for name, value in node.params.items() if name != fix.parameter}
            return _with_node(network, replace(node, params=kept))
        case Action.INSERT:
            links = network.incoming[_node(network, id).id]
            if fix.slot >= len(links):
                raise _gone()
            return edits.insert(network, links[fix.slot], fix.kind, fix.params)
        case Action.REPLACE:
            return _replaced(network, id, fix)
        case Action.ADD_INPUT:
            return _with_input(network, id)
        case Action.DELETE:
            return edits.delete(network, [id])
        case Action.CONNECT:
            for ends in fix.links:
                network = edits.connect(network, *ends)
            return network
        case Action.DISCONNECT:
            return _unlinked(network, [Link(*ends) for ends in fix.links])
        case Action.MERGE:
            return _merged(network, id, fix)
        case Action.RENAME:
            return _renamed_apart(network)
        case Action.NEW_ID:
            return _ids_apart(network)
        case Action.MOVE_ABOVE:
            return _moved_above(network, id, fix.above)


def _with_input(network: Network, id: str) -> Network:
    if not id:
        return edits.add(network, "input")
    x, y = _node(network, id).position
    network = edits.add(network, "input", (x, y - CARD_PITCH))
    return edits.connect(network, network.layers[-1].id, id)


def _unlinked(network: Network, links: list[Link]) -> Network:
    """Takes away several links into one layer; a merge's inputs are numbered anew at the end."""
    kept = list(network.links)
    for link in links[:-1]:
        at = next((i for i, k in enumerate(kept) if _ends(k) == _ends(link)), None)
        if at is None:
            raise BadInput(T("That link isn't in the network any more."))
        del kept[at]
    return edits.disconnect(replace(network, links=tuple(kept)), links[-1])


def _ends(link: Link) -> tuple[str, str, int]:
    return link.source, link.target, link.slot


def _replaced(network: Network, id: str, fix: Fix) -> Network:
    """Another kind of layer in the place of one; its links stay."""
    old = _node(network, id)
    if kind_of(fix.kind) is None:
        raise _gone()
    node = LayerNode(old.id, fix.kind, network.free_name(fix.kind), {}, old.position)
    network = _with_node(network, node)
    for name, value in fix.params.items():
        network = edits.set_parameter(network, id, name, value)
    return network


def _merged(network: Network, id: str, fix: Fix) -> Network:
    """A merge below two layers that both lead nowhere."""
    one, other = _node(network, id), _node(network, fix.above)
    at = (other.position[0], max(one.position[1], other.position[1]) + CARD_PITCH)
    network = edits.add(network, fix.kind, at, fix.params)
    merge = network.layers[-1].id
    network = edits.connect(network, other.id, merge, 0)
    return edits.connect(network, one.id, merge, 1)


def _moved_above(network: Network, id: str, above: str) -> Network:
    """Takes a layer out of its chain and puts it on the link into `above`."""
    node, into = _node(network, id), network.incoming[_node(network, above).id]
    if len(into) != 1 or id == above:
        raise _gone()
    healed = edits.delete(network, [id])
    return edits.between(healed, healed.incoming[above][0], node)


def _renamed_apart(network: Network) -> Network:
    """Every name one that Keras takes and no other layer has; the first to have one keeps it."""
    names = {node.name for node in network.layers}
    seen: set[str] = set()
    layers = []
    for node in network.layers:
        name = node.name
        if not name or "/" in name or name in seen:
            stem = (name or node.kind).replace("/", "_")
            name = edits.free_name(names, stem)
        names.add(name)
        seen.add(name)
        layers.append(replace(node, name=name))
    return replace(network, layers=tuple(layers))


def _ids_apart(network: Network) -> Network:
    """Every id one that no other layer has; links stay with the first."""
    ids = network.free_ids()
    layers = (
        node if network.by_id[node.id] is node else replace(node, id=next(ids))
        for node in network.layers
    )
    return replace(network, layers=tuple(layers))


def _with_node(network: Network, node: LayerNode) -> Network:
    """The network with one layer replaced; itself if that is what it was."""
    old = _node(network, node.id)
    if node == old:
        return network
    return replace(network, layers=tuple(node if one is old else one for one in network.layers))


def _node(network: Network, id: str) -> LayerNode:
    node = network.by_id.get(id)
    if node is None:
        raise _gone()
    return node


def _gone() -> BadInput:
    return BadInput(T("That layer isn't in the network any more."))
