"""A network read from its own code again: what code can't say stays as it was.

Code has kinds, settings, names, notes and links. Ids, places, weights, kept warnings, blocks and
what a newer studio wrote are the network's; a layer keeps them for as long as it can be told to be
the same one: by its name, or by what it is and where it stands.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from cnnstudio.core.blocks.folding import arranged
from cnnstudio.core.blocks.grouping import kept, pasted
from cnnstudio.core.code.comments import note_lines
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.layers.custom import CustomLayer
from cnnstudio.core.layers.parameters import Parameter, ParameterError
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.marks import can_freeze
from cnnstudio.core.matching import match_layers
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.placing import Point, free_place


def merged(before: Network, read: Network, gone: Iterable[LayerNode] = ()) -> Network:
    """The network that code says, with all that code doesn't say taken over from `before`.

    Cards stay where they are and new ones stand below what feeds them. A network that stands as an
    automatic layout puts it is laid out automatically again.

    Args:
        before: The network the code was written from.
        read: What was read from the code as it is now.
        gone: Layers that earlier edits of the code took away; one that is written again is the
            same as before.

    Returns:
        `before` itself if the code says nothing else.
    """
    same = _same_layers(before, read)
    back = _back(before, read, same, gone)
    ids = _ids(before, read, same, back)
    safe = safe_names(before)
    layers = {}
    for id, node in read.by_id.items():
        old = before.by_id[same[id]] if id in same else back.get(id)
        layers[ids[id]] = replace(node, id=ids[id]) if old is None else _layer(old, node, safe)
    links = _links(before, read, ids)
    moved = links != before.links or layers.keys() != before.by_id.keys()
    if not moved and tuple(layers) == before.order:
        layers = {id: layers[id] for id in before.by_id}
    nodes, result = tuple(layers.values()), before
    if moved or not all(map(operator.is_, nodes, before.by_id.values())):
        result = kept(replace(before, layers=nodes, links=links))
    if moved:
        new = {ids[id] for id in read.by_id if id not in same and id not in back}
        result = _placed(before, result, new)
    blocks = [b for b in read.blocks if not any(ids[id] in before.block_of for id in b.members)]
    return pasted(result, blocks, ids) if blocks else result


# ----------------------------------------------------------------------------- which is which


def _same_layers(before: Network, read: Network) -> dict[str, str]:
    """Ids of `read` to the ids of the layers of `before` that they are."""
    named = _by_name(before, read, {})
    alike = all(before.by_id[there].kind == read.by_id[id].kind for id, there in named.items())
    if alike and len(named) == len(read.by_id) == len(before.by_id):
        return named
    apart = _renumbered(read)  # an id that is the same by chance would say too much
    numbers = dict(zip(apart.by_id, read.by_id, strict=True))
    found = {numbers[there]: here for here, there in match_layers(before, apart).items()}
    found |= _by_name(before, read, found)
    return found | _by_place(before, read, found)


def _by_name(before: Network, read: Network, known: Mapping[str, str]) -> dict[str, str]:
    """The layers with one name, those already `known` left out."""
    taken = set(known.values())
    names = {name: id for id, name in safe_names(before).items() if id not in taken}
    names |= {node.name: id for id, node in before.by_id.items() if id not in taken}
    found: dict[str, str] = {}
    for id, node in read.by_id.items():
        there = names.get(node.name)
        if id not in known and there is not None and there not in taken:
            taken.add(there)
            found[id] = there
    return found


def _by_place(before: Network, read: Network, known: Mapping[str, str]) -> dict[str, str]:
    """The layers that stand between the same others, as one put in another's place does."""
    themselves = {id: id for id in known.values()}
    free = (id for id in before.by_id if id not in themselves)
    there = {_neighbours(before, id, themselves): id for id in free}
    there.pop(None, None)
    found = {}
    for id in read.by_id:
        place = _neighbours(read, id, known) if id not in known else None
        if place in there:
            found[id] = there.pop(place)
    return found


def _neighbours(
    network: Network, id: str, known: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """What feeds a layer and what it feeds; None if nothing does, or one of them isn't known."""
    above = [link.source for link in network.incoming[id]]
    below = [link.target for link in network.outgoing[id]]
    if not above or not known.keys() >= {*above, *below}:
        return None
    return tuple(known[one] for one in above), tuple(sorted(known[one] for one in below))


def _renumbered(network: Network) -> Network:
    """The network with ids that no other network has."""
    ids = {id: f"read:{number}" for number, id in enumerate(network.by_id)}
    return Network(
        tuple(replace(node, id=ids[id]) for id, node in network.by_id.items()),
        tuple(Link(ids[k.source], ids[k.target], k.slot) for k in network.links),
    )


def _back(
    before: Network, read: Network, same: Mapping[str, str], gone: Iterable[LayerNode]
) -> dict[str, LayerNode]:
    """Those of `gone` that are there again, by the ids of `read`."""
    lost = {(node.name, node.kind): node for node in gone if node.id not in before.by_id}
    found = {}
    for id, node in read.by_id.items():
        if id not in same and (node.name, node.kind) in lost:
            found[id] = lost.pop((node.name, node.kind))
    return found


def _ids(
    before: Network, read: Network, same: Mapping[str, str], back: Mapping[str, LayerNode]
) -> dict[str, str]:
    """The id each layer of `read` has in the result."""
    known = {**same, **{id: node.id for id, node in back.items()}}
    taken = set(known.values())
    free = (id for id in before.free_ids() if id not in taken)
    return {id: known[id] if id in known else next(free) for id in read.by_id}


# ---------------------------------------------------------------------------- what it becomes


def _layer(old: LayerNode, read: LayerNode, safe: Mapping[str, str]) -> LayerNode:
    """A layer as code says it is, with what code doesn't say as it was."""
    same = old.kind == read.kind
    node = replace(
        old,
        kind=read.kind,
        name=old.name if read.name == safe.get(old.id) else read.name,
        params=_params(old, read) if same else read.params,
        kept=old.kept if same else (),
        note=old.note if note_lines(old.note) == note_lines(read.note) else read.note,
        frozen=read.frozen if can_freeze(read) else old.frozen,
        code=_code(old, read) if same else read.code,
    )
    return old if node == old and repr(node.params) == repr(old.params) else node


def _code(old: LayerNode, read: LayerNode) -> CustomLayer | None:
    """The code of a layer's class; what was measured of it stays while it is the same."""
    if read.code is None or (old.code is not None and old.code.is_code_of(read.code)):
        return old.code
    return read.code


def _params(old: LayerNode, read: LayerNode) -> dict[str, Any]:
    """The parameters the code states; each keeps its place, and its form while it's the same."""
    params = {}
    for name in dict.fromkeys((*(n for n in old.params if n in read.params), *read.params)):
        parameter = read.spec.parameter(name) if read.spec else None
        raw = read.params[name]
        if name in old.params and _is_same(parameter, old.params[name], raw):
            params[name] = old.params[name]
        elif name in old.params or not _is_implied(parameter, raw):
            params[name] = raw
    return params


def _is_implied(parameter: Parameter | None, raw: object) -> bool:
    """Whether code states a value only because Keras has no default for it."""
    if parameter is None or not parameter.required:
        return False
    return _is_same(parameter, parameter.write(parameter.default), raw)


def _is_same(parameter: Parameter | None, a: object, b: object) -> bool:
    """Whether two raw values mean the same, as 3 and [3, 3] do for a kernel."""
    if parameter is not None:
        try:
            return bool(parameter.read(a) == parameter.read(b))
        except ParameterError:
            pass  # what can't be read is the same only if it is written the same
    return repr(a) == repr(b)


def _links(before: Network, read: Network, ids: Mapping[str, str]) -> tuple[Link, ...]:
    """The links the code says; those that were there keep their order and stand first."""
    said = dict.fromkeys((ids[k.source], ids[k.target], k.slot) for k in read.links)
    there = tuple(k for k in before.links if (k.source, k.target, k.slot) in said)
    known = {(k.source, k.target, k.slot) for k in there}
    return (*there, *(Link(*ends) for ends in said if ends not in known))


# ---------------------------------------------------------------------------- where it stands


def _placed(before: Network, network: Network, new: Collection[str]) -> Network:
    """The network with a place for each new card."""
    if arranged(before).layers == before.layers:
        return arranged(network)
    there = {id: node for id, node in network.by_id.items() if id not in new}
    for id in (id for id in network.order if id in new):
        at = free_place(Network(tuple(there.values())), _wanted(network, id, there))
        there[id] = replace(network.by_id[id], position=at)
    return replace(network, layers=tuple(there[node.id] for node in network.layers))


def _wanted(network: Network, id: str, there: Mapping[str, LayerNode]) -> Point:
    """Below what feeds a layer, else above what it feeds, else below everything."""
    above = [there[k.source].position for k in network.incoming[id] if k.source in there]
    if above:
        x, y = max(above, key=lambda at: at[1])
        return x, y + CARD_PITCH
    below = [there[k.target].position for k in network.outgoing[id] if k.target in there]
    if below:
        x, y = min(below, key=lambda at: at[1])
        return x, y - CARD_PITCH
    lowest = max((node.position[1] for node in there.values()), default=-CARD_PITCH)
    return 0.0, lowest + CARD_PITCH
