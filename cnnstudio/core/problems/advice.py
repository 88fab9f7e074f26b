"""The studio's own advice: what Keras trains all the same and is seldom meant.

A kind's declaration advises on one layer by itself; here stands what needs its neighbours, or the
whole network. Everything told has an id by which a person can keep it, names its numbers, and says
why it matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cnnstudio.core.layers.common import describe
from cnnstudio.core.layers.spec import Action, Family, Fix, Window, setting
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.problems.spec import Problem
from cnnstudio.core.problems.window_advice import on_window, warning
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T

if TYPE_CHECKING:
    from cnnstudio.core.analysis import NodeAnalysis

MOST = 0.5
"""From which share of all parameters on a Dense layer holds most of them …"""
MANY = 100_000
"""… and how many it must hold for that to matter: fewer cost little anywhere."""
SMALL_SIGHT = 0.5
"""Below which share of the picture's rows or columns a receptive field is much smaller than it."""

_DROPOUTS = {"dropout", "spatial_dropout2d", "gaussian_dropout"}
_RELUS = {"relu", "relu6"}
_PASSING = {"flatten", "reshape", "permute", "dropout", "activity_regularization"}
_GLOBAL = {"global_average_pooling2d", "global_max_pooling2d"}

Nodes = Mapping[str, "NodeAnalysis"]


def layer_advice(network: Network, nodes: Nodes, one: NodeAnalysis) -> Iterator[Problem]:
    """Advice on one layer among those that feed it."""
    if isinstance(one.sight, Window) and len(one.inputs[0]) == 3:
        yield from on_window(network, one)
    if softmax_parameter(one.node) is not None:
        yield from _before_softmax(nodes, one)
    elif one.node.kind == "batch_normalization":
        yield from _after_dropout(network, nodes, one)


def network_advice(network: Network, nodes: Nodes) -> Iterator[Problem]:
    """Advice on a network without errors as a whole."""
    total = sum(one.params for one in nodes.values())
    yield from _dense_on_maps(network, nodes)
    for one in nodes.values():
        if one.node.kind == "dense" and one.params >= max(MANY, MOST * total):
            yield from _dense_holds_most(nodes, one, total)
        elif one.node.kind in _GLOBAL:
            yield from _small_sight(network, nodes, one)
    ends = [one for id, one in nodes.items() if not network.outgoing[id]]
    if len(ends) == 1:
        yield from _without_softmax(ends[0])


# --------------------------------------------------------------------------- softmax


def softmax_parameter(node: LayerNode) -> str | None:
    """The parameter that makes a layer end in softmax, "" if its kind does; None if it doesn't."""
    if node.kind == "softmax":
        return ""
    return "activation" if node.values.get("activation") == "softmax" else None


def _before_softmax(nodes: Nodes, one: NodeAnalysis) -> Iterator[Problem]:
    """What a softmax without weights of its own is given."""
    if one.weights:
        return
    above = _first_that_matters(nodes, one.sources[0])
    classes = one.output[-1]
    if softmax_parameter(above.node) is not None and classes > 1:
        yield warning(
            one,
            "softmax_twice",
            T(
                "{layer} takes the softmax of what {producer} made probabilities of already.",
                producer=above.node.name,
            ),
            T(
                "Its inputs lie between 0 and 1, so with {classes} values none of its outputs can "
                "go above {most:.2f}: the loss can't come near 0 and training is slow.",
                classes=classes,
                most=math.e / (math.e + classes - 1),
            ),
            "",
            (Fix(Action.DELETE, T("Delete {layer}", layer=one.node.name)),),
        )
    elif above.node.kind == "re_lu" or above.node.values.get("activation") in _RELUS:
        yield warning(
            one,
            "relu_before_softmax",
            T(
                "{producer} makes negative scores 0 before {layer} turns scores into "
                "probabilities.",
                producer=above.node.name,
            ),
            T(
                "A class then can't be told to be unlikely: every score below 0 counts as exp(0) = "
                "1, and no gradient flows back through it. Softmax takes scores of any sign."
            ),
            "",
            (_without_relu(above),),
        )


def _without_relu(above: NodeAnalysis) -> Fix:
    id, name = above.node.id, above.node.name
    if above.node.kind in ("re_lu", "activation"):
        return Fix(Action.DELETE, T("Delete {layer}", layer=name), node=id)
    text = T("Set activation of {layer} to None", layer=name)
    return Fix(Action.SET, text, "activation", None, node=id)


def _first_that_matters(nodes: Nodes, id: str) -> NodeAnalysis:
    """The layer up a chain past those that pass values on as they are."""
    one = nodes[id]
    while one.sources and (
        one.node.kind in _PASSING
        or (one.node.kind == "activation" and one.node.values["activation"] in (None, "linear"))
    ):
        one = nodes[one.sources[0]]
    return one


def _without_softmax(end: NodeAnalysis) -> Iterator[Problem]:
    """A last layer of scores: every loss the studio trains with compares probabilities.

    (``core.training.checks`` refuses to train it; a last Dense with relu is taken for a network
    that isn't finished.)
    """
    if len(end.output) != 1 or end.output[0] < 2 or end.node.kind not in ("dense", "activation"):
        return
    activation = end.node.values["activation"]
    if activation not in (None, "linear", "sigmoid"):
        return
    yield warning(
        end,
        "softmax_missing",
        T(
            "{layer} ends the network with {count} scores, not with probabilities.",
            count=end.output[0],
        )
        if activation != "sigmoid"
        else T(
            "{layer} ends the network with {count} values from sigmoid, which don't add up to 1.",
            count=end.output[0],
        ),
        T(
            "The loss compares probabilities that add up to 1 with the label; softmax makes them "
            "of scores. (In your own code a loss with from_logits=True takes scores instead.)"
        ),
        "activation",
        (setting("activation", "softmax"),),
    )


# --------------------------------------------------------------------------- the rest


def _after_dropout(network: Network, nodes: Nodes, one: NodeAnalysis) -> Iterator[Problem]:
    """A normalisation below Dropout, with nothing learned between them."""
    above, dropout = nodes[one.sources[0]], None
    while not above.weights and len(above.sources) == 1:
        if above.node.kind in _DROPOUTS and 0 < above.node.values["rate"] < 1:
            dropout = above
        above = nodes[above.sources[0]]
    if dropout is not None:
        yield _thinned_out(network, one, dropout)


def _thinned_out(network: Network, one: NodeAnalysis, above: NodeAnalysis) -> Problem:
    rate = above.node.values["rate"]
    fixes: tuple[Fix, ...] = ()
    if len(network.outgoing[above.node.id]) == 1 and above.output == one.output:
        text = T("Move {layer} above {other}", layer=one.node.name, other=above.node.name)
        fixes = (Fix(Action.MOVE_ABOVE, text, above=above.node.id),)
    return warning(
        one,
        "normalised_after_dropout",
        T(
            "{layer} normalises what {producer} has thinned out at rate {rate}.",
            producer=above.node.name,
            rate=rate,
        ),
        T(
            "While training, dropping values and enlarging the rest by 1 / (1 − {rate}) makes the "
            "variance larger; when the network is asked, nothing is dropped, but the running "
            "variance is still the one of training, so values are scaled wrongly (Li et al., "
            "2018). Dropout below the normalisation has no such shift.",
            rate=rate,
        ),
        "",
        fixes,
    )


def _dense_on_maps(network: Network, nodes: Nodes) -> Iterator[Problem]:
    """Dense layers on feature maps whose rows and columns reach the end of the network.

    Where something below puts the positions together, as in ConvNeXt, such a layer is a 1×1
    convolution. The first one on a way down is told of.
    """
    ends = _ends_of_maps(network, nodes)
    told: set[str] = set()  # and what is below them
    for id, one in nodes.items():
        if id in ends and not told.isdisjoint(one.sources):
            told.add(id)
        elif id in ends and one.node.kind == "dense":
            told.add(id)
            yield _dense_on_map(nodes, one, *ends[id])


def _ends_of_maps(network: Network, nodes: Nodes) -> dict[str, tuple[Shape, bool]]:
    """What the rows and columns of layers come to at the network's end, if they reach it.

    Returns:
        By the layer's id: the output at the end, and whether no window slides on the way.
    """
    ends: dict[str, tuple[Shape, bool]] = {}
    for id in reversed(network.order):
        one, below = nodes[id], [link.target for link in network.outgoing[id]]
        found = [ends[target] for target in below if target in ends]
        still = not isinstance(one.sight, Window) and all(flat for _, flat in found)
        if len(one.output) > 1 and not below:
            ends[id] = (one.output, still)
        elif len(one.output) > 1 and found:
            ends[id] = (found[0][0], still)
    return ends


def _dense_on_map(nodes: Nodes, one: NodeAnalysis, end: Shape, still: bool) -> Problem:
    return warning(
        one,
        "dense_on_maps",
        T(
            "{layer} works on the channels of every position separately and gives {shape}, "
            "because {producer} still gives rows and columns. Flatten before it makes one "
            "row of values.",
            producer=nodes[one.sources[0]].node.name,
            shape=describe(one.output),
        ),
        T(
            "Each of its units sees the {channels} channels of one position, and nothing below "
            "puts the positions together: the network ends in {end}.",
            channels=one.inputs[0][-1],
            end=describe(end),
        ),
        "",
        (Fix(Action.INSERT, T("Insert Flatten"), kind="flatten"),) if still else (),
    )


def _dense_holds_most(nodes: Nodes, one: NodeAnalysis, total: int) -> Iterator[Problem]:
    """A Dense layer that is given a whole flattened feature map."""
    above = nodes[one.sources[0]]
    while above.sources and not above.weights and above.node.kind != "flatten":
        above = nodes[above.sources[0]]
    if above.node.kind != "flatten" or len(above.inputs[0]) != 3:
        return
    rows, columns, channels = above.inputs[0]
    if rows * columns == 1 or not _convolved(nodes, above):
        return
    units = one.node.values["units"]
    saved = one.weights[0].size - channels * units
    yield warning(
        one,
        "dense_holds_most",
        T(
            "{layer} holds {share:.1f} % of all parameters: {count} of {total}.",
            share=100 * one.params / total,
            count=one.params,
            total=total,
        ),
        T(
            "{flatten} hands {shape} = {values} values to each of its {units} units. That many "
            "weights learn the pictures by heart and take most of the file. Averaging every map "
            "instead hands over {channels} values.",
            flatten=above.node.name,
            shape=f"{rows}·{columns}·{channels}",
            values=rows * columns * channels,
            units=units,
            channels=channels,
        ),
        "",
        (
            Fix(
                Action.REPLACE,
                T("Swap {flatten} for GAP ({count:+,})", flatten=above.node.name, count=-saved),
                kind="global_average_pooling2d",
                node=above.node.id,
            ),
        ),
    )


def _convolved(nodes: Nodes, one: NodeAnalysis) -> bool:
    """Whether a convolution stands above; without one there are no maps worth averaging."""
    waiting, seen = [one.node.id], {one.node.id}
    while waiting:
        id = waiting.pop()
        if nodes[id].kind.family is Family.CONVOLUTION:
            return True
        fresh = set(nodes[id].sources) - seen
        seen |= fresh
        waiting += fresh
    return False


def _small_sight(network: Network, nodes: Nodes, one: NodeAnalysis) -> Iterator[Problem]:
    """A global pooling that begins the head, on a map whose cells see little of the picture.

    After Flatten a Dense layer still puts distant places together; after a pooling nothing does.
    """
    above = nodes[one.sources[0]]
    picture = next(iter(nodes.values())).output
    fields = above.fields
    if len(picture) != 3 or above.kind.family is Family.INPUT:
        return
    if all(f.size >= SMALL_SIGHT * n for f, n in zip(fields, picture, strict=False)):
        return
    if not _begins_head(network, nodes, one.node.id):
        return
    seen = show_shape(above.receptive_field)
    yield warning(
        one,
        "small_sight",
        T(
            "A cell of {producer}, the last feature map, sees {seen} of the picture's {picture} "
            "pixels.",
            producer=above.node.name,
            seen=seen,
            picture=show_shape(picture[:2]),
        ),
        T(
            "{layer} averages what such small pieces say, so nothing in the network ever sees how "
            "they lie to each other. At least half of the picture's rows and columns is usual; a "
            "pooling, a stride or more convolutions above make the field larger.",
        )
        if one.node.kind == "global_average_pooling2d"
        else T(
            "{layer} keeps the largest of what such small pieces say, so nothing in the network "
            "ever sees how they lie to each other. At least half of the picture's rows and columns "
            "is usual; a pooling, a stride or more convolutions above make the field larger.",
        ),
        "",
        (),
    )


def _begins_head(network: Network, nodes: Nodes, id: str) -> bool:
    """Whether no feature map with rows and columns comes after; a squeeze-excite's goes on."""
    waiting, seen = [id], {id}
    while waiting:
        for link in network.outgoing[waiting.pop()]:
            output = nodes[link.target].output
            if len(output) == 3 and output[0] * output[1] > 1:
                return False
            if link.target not in seen:
                seen.add(link.target)
                waiting.append(link.target)
    return True
