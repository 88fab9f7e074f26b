"""The studio's own advice: what Keras trains all the same and is seldom meant.

A kind's declaration advises on one layer by itself; here stands what needs its neighbours, or the
whole network. Everything told has an id by which a person can keep it, names its numbers, and says
why it matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.layers.spec import Action, Family, Fix, Window, setting
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.problems import Problem, Severity
from cnnstudio.core.shapes import Slide, show_shape
from cnnstudio.core.text import T, Text

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
        yield from _on_window(network, one)
    if softmax_parameter(one.node) is not None:
        yield from _before_softmax(nodes, one)
    elif one.node.kind == "batch_normalization":
        yield from _after_dropout(network, nodes, one)


def network_advice(network: Network, nodes: Nodes) -> Iterator[Problem]:
    """Advice on a network without errors as a whole."""
    total = sum(one.params for one in nodes.values())
    for one in nodes.values():
        if one.node.kind == "dense" and one.params >= max(MANY, MOST * total):
            yield from _dense_holds_most(nodes, one, total)
        elif one.node.kind in _GLOBAL:
            yield from _small_sight(network, nodes, one)
    ends = [one for id, one in nodes.items() if not network.outgoing[id]]
    if len(ends) == 1:
        yield from _without_softmax(ends[0])


# --------------------------------------------------------------------------- windows that slide


def _on_window(network: Network, one: NodeAnalysis) -> Iterator[Problem]:
    slides = window_slides(one)
    if slides is None:
        return
    if any(slide.span > slide.size for slide in slides):
        yield from _larger_than_input(one, slides)
    elif slides[0].same:
        if one.kind.family is Family.CONVOLUTION:
            yield from _uneven_padding(one, slides)
    else:
        yield from _stride_drops(network, one, slides)


def window_slides(one: NodeAnalysis) -> tuple[Slide, Slide] | None:
    """The two slides of a layer whose window steps over its input; None for any other layer.

    A transposed convolution has strides too, but they spread its input.
    """
    v = one.node.values
    kernel = v.get("kernel_size") or v.get("pool_size")
    if not kernel or v.get("padding") not in ("valid", "same"):
        return None
    strides, dilation = v.get("strides") or kernel, v.get("dilation_rate") or (1, 1)
    rows, columns = (
        Slide(one.inputs[0][axis], kernel[axis], strides[axis], dilation[axis],
              v["padding"] == "same")
        for axis in (0, 1)
    )  # fmt: skip
    return (rows, columns) if (rows.output, columns.output) == one.output[:2] else None


def _stride_drops(
    network: Network, one: NodeAnalysis, slides: tuple[Slide, Slide]
) -> Iterator[Problem]:
    """Rows and columns at the end that no window reaches.

    A stride beyond the window skips cells everywhere on purpose, as ResNet's 1×1 shortcuts do, and
    zeros that a ZeroPadding2D put there are no loss.
    """
    padded = _padded_after(network, one)
    rest = [
        0 if slide.stride > slide.span else (slide.size - slide.span) % slide.stride
        for slide in slides
    ]
    if all(left <= zeros for left, zeros in zip(rest, padded, strict=True)):
        return
    rows, columns = (slide.size for slide in slides)
    missed = rows * columns - (rows - rest[0]) * (columns - rest[1])
    yield _warning(
        one,
        "stride_drops",
        T(
            "{layer} never looks at {ends} of the {shape} that reach it: its window of {window} "
            "with stride {stride} doesn't come out even.",
            ends=_ends(*rest),
            shape=show_shape(one.inputs[0]),
            window=_pair(slide.span for slide in slides),
            stride=_pair(slide.stride for slide in slides),
        ),
        T(
            "{missed} of {cells} cells ({share:.1f} %) have no say in what comes below. Where that "
            "is the picture's edge it seldom matters; where it is a map of a few cells it does.",
            missed=missed,
            cells=rows * columns,
            share=100 * missed / (rows * columns),
        ),
        "strides",
        _reaching_fixes(one, slides, rest),
    )


def _reaching_fixes(
    one: NodeAnalysis, slides: tuple[Slide, Slide], rest: list[int]
) -> tuple[Fix, ...]:
    """Padding with which the last window reaches the end, the same on both sides if it can be."""
    same = setting("padding", "same")
    even = all(
        Slide(s.size, s.kernel, s.stride, s.dilation, True).padding[0] * 2
        == sum(Slide(s.size, s.kernel, s.stride, s.dilation, True).padding)
        for s in slides
    )
    if one.kind.family is not Family.CONVOLUTION or even:
        return (same,)
    around = [_evenly(slide) if left else 0 for slide, left in zip(slides, rest, strict=True)]
    return (*_zero_padding(around), same)


def _evenly(slide: Slide) -> int:
    """The fewest zeros on both sides with which a `valid` window drops nothing but zeros."""
    return next(
        zeros
        for zeros in range(1, slide.stride + 1)
        if (slide.size + 2 * zeros - slide.span) % slide.stride <= zeros
    )


def _uneven_padding(one: NodeAnalysis, slides: tuple[Slide, Slide]) -> Iterator[Problem]:
    rows, columns = (slide.padding for slide in slides)
    if rows[0] == rows[1] and columns[0] == columns[1]:
        return
    yield _warning(
        one,
        "uneven_same",
        T(
            "{layer} pads unevenly: {above} rows above and {below} below, {left} columns left and "
            "{right} right.",
            above=rows[0],
            below=rows[1],
            left=columns[0],
            right=columns[1],
        ),
        T(
            "Padding same needs {rows} rows and {columns} columns of zeros here, and the odd one "
            "goes after. Every such layer moves what it finds by half a cell towards the first "
            "row and column, and weights from PyTorch, which pads both sides alike, don't fit.",
            rows=sum(rows),
            columns=sum(columns),
        ),
        "padding",
        _even_fixes(slides),
    )


def _even_fixes(slides: tuple[Slide, Slide]) -> tuple[Fix, ...]:
    """An odd kernel where the window steps by 1; else zeros by a layer of their own."""
    if all(slide.stride == 1 for slide in slides):
        odd = [slide.kernel + (slide.span - 1) % 2 for slide in slides]
        return (setting("kernel_size", odd),)
    around = [
        slide.padding[1] if slide.stride > 1 or sum(slide.padding) % 2 == 0 else None
        for slide in slides
    ]
    if None in around:
        return ()
    return _zero_padding([zeros or 0 for zeros in around], setting("padding", "valid"))


def _zero_padding(around: list[int], *then: Fix) -> tuple[Fix, ...]:
    """ZeroPadding2D above the layer, with as many rows and columns on either side."""
    if kind_of("zero_padding2d") is None:
        return ()
    text = T("Insert ZeroPadding2D({padding})", padding=f"({around[0]}, {around[1]})")
    params = {"padding": around}
    return (Fix(Action.INSERT, text, kind="zero_padding2d", params=params, then=then),)


def _larger_than_input(one: NodeAnalysis, slides: tuple[Slide, Slide]) -> Iterator[Problem]:
    """With padding same; with valid it is an error."""
    name = "kernel_size" if "kernel_size" in one.node.values else "pool_size"
    odd = one.kind.family is Family.CONVOLUTION
    yield _warning(
        one,
        "window_larger",
        T(
            "{layer} slides a window of {window} over {shape}: it is larger than what it slides "
            "over.",
            window=_pair(slide.span for slide in slides),
            shape=show_shape(one.inputs[0]),
        ),
        T(
            "At every position a part of the window lies on padding, so weights and work go into "
            "zeros. A smaller window finds as much."
        ),
        name,
        (setting(name, [_fitting(slide, odd=odd) for slide in slides]),),
    )


def _fitting(slide: Slide, *, odd: bool) -> int:
    """The largest kernel inside the axis that isn't larger than now; an odd one if asked."""
    most = min(slide.kernel, (slide.size - 1) // slide.dilation + 1)
    return most - 1 if odd and most < slide.kernel and most % 2 == 0 else most


def _padded_after(network: Network, one: NodeAnalysis) -> tuple[int, int]:
    """How many rows and columns of zeros a ZeroPadding2D right above puts at the end."""
    above = network.by_id[one.sources[0]]
    if above.kind != "zero_padding2d":
        return 0, 0
    rows, columns = above.values["padding"]
    return _last(rows), _last(columns)


def _last(sides: object) -> int:
    """One number for both sides, or the second of two."""
    value = sides[1] if isinstance(sides, tuple) else sides
    assert isinstance(value, int)
    return value


def _ends(rows: int, columns: int) -> Text:
    """The rows and columns at the end that are left over, in words."""
    if not columns:
        return T("the last row") if rows == 1 else T("the last {count} rows", count=rows)
    if not rows:
        return (
            T("the last column") if columns == 1 else T("the last {count} columns", count=columns)
        )
    if rows == columns == 1:
        return T("the last row and the last column")
    return T("the last {rows} rows and {columns} columns", rows=rows, columns=columns)


def _pair(numbers: Iterator[int]) -> str:
    rows, columns = numbers
    return f"{rows}×{columns}"


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
        yield _warning(
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
        yield _warning(
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
    yield _warning(
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
    return _warning(
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
    yield _warning(
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
    yield _warning(
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


def _warning(
    one: NodeAnalysis, id: str, text: Text, why: Text, parameter: str, fixes: tuple[Fix, ...]
) -> Problem:
    text, why = _named(text, one.node.name), _named(why, one.node.name)
    return Problem(one.node.id, Severity.WARNING, text, parameter, fixes, id, why=why)


def _named(text: Text, layer: str) -> Text:
    return Text(text.id, {"layer": layer, **text.params}, text.plural)
