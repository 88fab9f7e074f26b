"""What is wrong with the graph itself: names, links, cycles; shapes are ``core.analysis``'s.

Every layer gets at most one error, and a layer behind an error none, so that a person sees the
one thing to mend.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cnnstudio.core.layers.parameters import ParameterError
from cnnstudio.core.layers.spec import Action, Fix, LayerKind, setting
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.problems.spec import Problem, Severity
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T, Text

_ADD_INPUT = Fix(Action.ADD_INPUT, T("Add an Input"))
_DELETE = Fix(Action.DELETE, T("Delete the layer"))
_NEW_ID = Fix(Action.NEW_ID, T("Give it an id of its own"))
_MOST_LOOSE = 100  # layers that lead nowhere, from which the nearest is offered
_REMOVE_LINK = T("Remove the link")
_RENAME = Fix(Action.RENAME, T("Give it a free name"))


def _disconnect(*links: Link, text: Text = _REMOVE_LINK) -> Fix:
    return Fix(Action.DISCONNECT, text, links=tuple((k.source, k.target, k.slot) for k in links))


def _fewer(links: Sequence[Link], names: Sequence[str], most: int) -> Iterator[Fix]:
    """Ways to leave no more than `most` links."""
    if most != 1:
        yield _disconnect(*links[most:])
        return
    for kept, name in zip(links, names, strict=True):
        text = T("Keep only the link from {producer}", producer=name)
        yield _disconnect(*(link for link in links if link is not kept), text=text)


def _error(node: LayerNode, text: Text, parameter: str = "", *fixes: Fix) -> Problem:
    return Problem(node.id, Severity.ERROR, text, parameter, fixes)


def broken_layers(network: Network) -> dict[str, list[Problem]]:
    """The errors that leave a layer without a shape, by layer.

    A layer has one; only parameter values its kind can't take are told one by one. Where there is
    no Input the first layer without inputs says so, and the others have an empty list.
    """
    found: dict[str, list[Problem]] = {}
    cycles = {cycle[0]: cycle for cycle in _cycles(network)}
    without_input = not any(node.kind == "input" for node in network.layers)
    told = False
    for id, node in network.by_id.items():
        problems: list[Problem] = []
        if id in cycles:
            problems = [_cycle(network, cycles[id])]
        elif node.spec is None:
            problems = [_unknown(node)]
        elif node.refused:
            problems = [_refused(node, error) for error in node.refused]
        elif without_input and not network.incoming[id]:
            found[id] = [] if told else [_no_input(node)]
            told = True
        elif id not in network.cyclic:
            problems = list(_links(network, node, node.spec))
        if problems:
            found[id] = problems
    return found


def name_problems(network: Network) -> Iterator[Problem]:
    """Names Keras can't tell apart or doesn't take, and ids a damaged file repeats."""
    taken: dict[str, LayerNode] = {}
    for node in network.layers:
        if network.by_id[node.id] is not node:
            text = T(
                "The file has two layers with one id; this one, {layer}, can't be linked.",
                layer=node.name,
            )
            yield _error(node, text, "", _NEW_ID)
        elif not node.name or "/" in node.name:
            text = T(
                "A layer can't be called “{layer}”: Keras needs a name without a slash.",
                layer=node.name,
            )
            yield _error(node, text, "", _RENAME)
        elif node.name in taken:
            text = T(
                "Two layers are called {layer}; every layer needs a name of its own.",
                layer=node.name,
            )
            yield _error(node, text, "", _RENAME)
        taken[node.name] = node


def link_problems(network: Network) -> Iterator[Problem]:
    """Links out of a layer into nothing."""
    for id, links in network.outgoing.items():
        if gone := [link for link in links if link.target not in network.by_id]:
            node = network.by_id[id]
            text = T(
                "A link leads from {layer} to a layer that isn't there. Remove the link.",
                layer=node.name,
            )
            yield _error(node, text, "", _disconnect(*gone))


def unknown_parameters(node: LayerNode) -> Iterator[Problem]:
    """Parameters in the file that the layer's kind doesn't have."""
    spec = node.spec
    if spec is None:
        return
    for name in node.params:
        if name not in node.values:
            text = T(
                "{layer} has a parameter {parameter} that the studio doesn't know for {kind}. It "
                "is kept and has no effect.",
                layer=node.name,
                parameter=name,
                kind=spec.keras,
            )
            fix = Fix(Action.DROP, T("Remove {parameter}", parameter=name), name)
            yield Problem(node.id, Severity.WARNING, text, name, (fix,), f"unknown:{name}")


def end_problems(network: Network, known: Mapping[str, Shape]) -> Iterator[Problem]:
    """More than one beginning, more than one end, or nothing at all.

    Args:
        network: The network.
        known: The output of the layers that have a shape; the others have told their error.
    """
    if not network.layers:
        text = T("The network is empty. It starts with an Input, the shape of one picture.")
        yield Problem("", Severity.ERROR, text, "", (_ADD_INPUT,))
    nodes = [network.by_id[id] for id in network.order if id in known]
    ends = [node for node in nodes if node.kind != "input" and not _linked_on(network, node)]
    inputs = [node for node in nodes if node.kind == "input"]
    inputs.sort(key=lambda node: not _linked_on(network, node))
    for node in inputs[1:]:
        text = T(
            "{layer} is a second Input beside {other}; the data gives one picture at a time. Link "
            "what it feeds to {other}.",
            layer=node.name,
            other=inputs[0].name,
        )
        yield _error(node, text, "", *_fed_by(network, node, inputs[0]), _DELETE)
    for node in ends[:-1]:
        text = T(
            "{layer} leads nowhere, and the network already ends in {other}; it can have only "
            "one output. Link {layer} on, merge the two with Add or Concatenate, or delete it.",
            layer=node.name,
            other=ends[-1].name,
        )
        yield _error(node, text, "", *_merge(node, ends[-1], known), _DELETE)


def _fed_by(network: Network, node: LayerNode, other: LayerNode) -> Iterator[Fix]:
    """What one Input feeds, fed by another; the first goes."""
    links = [k for k in network.outgoing[node.id] if k.target in network.by_id]
    if links:
        text = T("Link what it feeds to {other}", other=other.name)
        moved = tuple((other.id, k.target, k.slot) for k in links)
        yield Fix(Action.CONNECT, text, links=moved, then=(_DELETE,))


def _merge(node: LayerNode, other: LayerNode, known: Mapping[str, Shape]) -> Iterator[Fix]:
    """Concatenate of two ends, where their shapes allow it."""
    if known[node.id][:-1] == known[other.id][:-1]:
        text = T("Concatenate it with {other}", other=other.name)
        yield Fix(Action.MERGE, text, kind="concatenate", above=other.id)


def _linked_on(network: Network, node: LayerNode) -> bool:
    return any(link.target in network.by_id for link in network.outgoing[node.id])


def _unknown(node: LayerNode) -> Problem:
    text = T(
        "The studio doesn't know the layer kind {kind} of {layer}. The project keeps it as it is, "
        "but to train the network, replace or delete it.",
        kind=node.kind,
        layer=node.name,
    )
    return _error(node, text, "", _DELETE)


def _refused(node: LayerNode, error: ParameterError) -> Problem:
    text = T("{layer}: {reason}", layer=node.name, reason=error.text)
    assert node.spec is not None
    parameter = node.spec.parameter(error.parameter)
    assert parameter is not None
    fix = setting(error.parameter, parameter.write(parameter.default))
    return _error(node, text, error.parameter, fix)


def _no_input(node: LayerNode) -> Problem:
    text = T(
        "The network has no Input, so nothing reaches {layer}. An Input gives the shape of one "
        "picture.",
        layer=node.name,
    )
    return _error(node, text, "", _ADD_INPUT)


def _links(network: Network, node: LayerNode, spec: LayerKind) -> Iterator[Problem]:
    """The one error about the links into a layer that isn't on a cycle, if there is one."""
    links = network.incoming[node.id]
    if len(links) == 1 and spec.inputs == (1, 1) and links[0].source in network.by_id:
        return  # as most layers are
    names = [network.by_id[k.source].name if k.source in network.by_id else "" for k in links]
    least, most = spec.inputs
    slots = Counter(link.slot for link in links)
    if gone := [link for link in links if link.source not in network.by_id]:
        text = T(
            "A link into {layer} comes from a layer that isn't there. Remove the link.",
            layer=node.name,
        )
        yield _error(node, text, "", _disconnect(*gone))
    elif most is not None and len(links) > most:
        yield _error(node, _too_many(node, most, names), "", *_fewer(links, names, most))
    elif (twice := next((s for s, count in slots.items() if count > 1), None)) is not None:
        there = [(n, k) for n, k in zip(names, links, strict=True) if k.slot == twice]
        first, second, *_ = (name for name, _ in there)
        text = T(
            "{producer} and {other} are both linked to input {slot} of {layer}; an input takes "
            "one link.",
            layer=node.name,
            producer=first,
            other=second,
            slot=twice + 1,
        )
        same_slot = [link for _, link in there]
        yield _error(node, text, "", *_fewer(same_slot, [name for name, _ in there], 1))
    elif not links and least:
        text = T(
            "Nothing reaches {layer}: link a layer to it, or delete it.",
            layer=node.name,
        )
        yield _error(node, text, "", *_connect(network, node, 0), _DELETE)
    elif len(links) < least:
        text = _too_few(node, most, names[0])
        free = max(link.slot for link in links) + 1
        yield _error(node, text, "", *_connect(network, node, free), _DELETE)


def _too_many(node: LayerNode, most: int, names: Sequence[str]) -> Text:
    """More layers, `names`, are linked to a layer than the `most` it takes."""
    if most == 0:
        return T(
            "{layer} takes nothing in, because pictures start there, but {producer} is linked "
            "to it. Remove the link.",
            layer=node.name,
            producer=names[0],
        )
    if most == 2:
        return T(
            "{layer} takes two inputs, but {count} layers are linked to it. Remove the links "
            "that are too many.",
            layer=node.name,
            count=len(names),
        )
    return T(
        "{layer} takes one input, but {producer} and {other} are both linked to it. Remove "
        "one of the links, or merge the two with Add or Concatenate.",
        layer=node.name,
        producer=names[0],
        other=names[1],
    )


def _too_few(node: LayerNode, most: int | None, producer: str) -> Text:
    """Only `producer` is linked to a layer that takes two inputs, or any number from two."""
    if most == 2:
        return T(
            "{layer} takes two inputs, but only {producer} is linked to it. Link another layer "
            "to it, or delete it.",
            layer=node.name,
            producer=producer,
        )
    return T(
        "{layer} merges two inputs or more, but only {producer} is linked to it. Link "
        "another layer to it, or delete it.",
        layer=node.name,
        producer=producer,
    )


def _connect(network: Network, node: LayerNode, slot: int) -> Iterator[Fix]:
    """A link from the nearest layer that leads nowhere yet, if there is one that may.

    Among very many none is meant more than another, and each layer would look through them all.
    """
    if len(network.loose) > _MOST_LOOSE:
        return
    behind, waiting = {node.id}, [node.id]
    while waiting:
        for link in network.outgoing.get(waiting.pop(), ()):
            if link.target not in behind:
                behind.add(link.target)
                waiting.append(link.target)
    x, y = node.position
    loose = [
        (math.hypot(one.position[0] - x, one.position[1] - y), -index, one)
        for index, one in enumerate(network.loose)
        if one.id not in behind
    ]
    if loose:
        nearest = min(loose, key=lambda found: found[:2])[2]
        text = T("Link {producer} to it", producer=nearest.name)
        yield Fix(Action.CONNECT, text, links=((nearest.id, node.id, slot),))


def _cycles(network: Network) -> Iterator[list[str]]:
    """Every cycle that is met by walking back along first links, in the links' direction."""
    seen: set[str] = set()
    for start in network.by_id:
        path: list[str] = []
        id = start
        while id in network.cyclic and id not in seen:
            seen.add(id)
            path.append(id)
            id = next(k.source for k in network.incoming[id] if k.source in network.cyclic)
        if id in path:
            first, *rest = path[path.index(id) :]
            yield [first, *reversed(rest)]


def _cycle(network: Network, cycle: list[str]) -> Problem:
    node = network.by_id[cycle[0]]
    back = [k for k in network.incoming[cycle[0]] if k.source == cycle[-1]]
    if len(cycle) == 1:
        text = T("{layer} is linked to itself. Remove the link.", layer=node.name)
    else:
        names = [network.by_id[id].name for id in (*cycle, cycle[0])]
        around = " → ".join(names if len(names) <= 8 else [*names[:4], "…", *names[-3:]])
        text = T(
            "{around} is a circle: no layer can wait for itself. Remove one of its links.",
            around=around,
        )
    return _error(node, text, "", _disconnect(*back))
