"""The windows one cell looks through: on the layer before, on the one before that, to the Input.

Going back through a layer turns the stretch of cells [a, b) along an axis into the stretch
[a·S − P, (b − 1)·S − P + F_eff) of what feeds it; where ways meet, the stretch is their union.
Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
Distill 2019.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnnstudio.core.analysis import Analysis, NodeAnalysis
from cnnstudio.core.layers.spec import Cells, Sight, Window
from cnnstudio.core.receptive_field import axes, hull
from cnnstudio.core.shapes import Shape

Span = tuple[int, int]
"""The first cell and the one after the last; beyond the feature map's edge on padding."""
Spans = tuple[Span, ...]


def middle_cell(shape: Shape) -> tuple[int, ...]:
    """The cell in the middle of a feature map (rows, columns) or of a vector."""
    return tuple(length // 2 for length in axes(shape))


def windows(analysis: Analysis, id: str, cell: Sequence[int]) -> dict[str, Spans]:
    """The cells of each earlier layer that one cell of `id` depends on, per axis.

    Args:
        analysis: What the network comes to; the layer's shape must be known.
        id: The layer the cell is in.
        cell: The cell: (row, column), or the index of a vector's value.

    Returns:
        The layer itself and all that lead to it; nearest first.
    """
    found: dict[str, Spans] = {id: tuple((at, at + 1) for at in cell)}
    order = analysis.network.order
    for here in reversed(order[: order.index(id) + 1]):
        if here not in found:
            continue
        facts = analysis.nodes[here]
        for slot, source in enumerate(facts.sources):
            seen = _seen(facts, slot, found[here])
            known = found.pop(source, seen)  # put back at the end: further away
            found[source] = tuple(
                (min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(known, seen, strict=True)
            )
    return found


def clipped(spans: Spans, shape: Shape) -> Spans:
    """The part of a window that lies on the feature map; at least one cell of it."""
    return tuple(
        (min(max(first, 0), length - 1), max(min(end, length), 1))
        for (first, end), length in zip(spans, axes(shape), strict=True)
    )


def _seen(facts: NodeAnalysis, slot: int, spans: Spans) -> Spans:
    """The cells of one input that some cells of a layer see."""
    given = axes(facts.inputs[slot])
    whole = tuple((0, length) for length in given)
    sight = facts.kind.sight(facts.node.values, facts.inputs, facts.output)
    if isinstance(sight, Window):
        if len(spans) != len(given):
            return whole
        sides = zip(spans, sight.span, sight.stride, sight.before, strict=True)
        return tuple(
            (a * stride - before, (b - 1) * stride - before + span)
            for (a, b), span, stride, before in sides
        )
    if isinstance(sight, Cells) and len(spans) == 2:
        both = zip(spans, (sight.rows, sight.columns), strict=True)
        return tuple(hull(cells[max(first, 0) : max(end, 0)]) for (first, end), cells in both)
    if sight is Sight.EVERYTHING or len(spans) != len(given):
        return whole
    repeated = zip(spans, axes(facts.output), given, strict=True)
    return tuple(span if cells == length else (0, length) for span, cells, length in repeated)
