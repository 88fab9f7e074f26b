"""Fixes for a layer that can't take what it is given, found among the layers around it.

Each is computed, and tried with the layer's own rule, before it is offered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.layers.spec import Action, Fix, ShapeError, Shapes
from cnnstudio.core.network import LayerNode
from cnnstudio.core.rules import output_of
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import TN, T, Text

if TYPE_CHECKING:
    from cnnstudio.core.analysis import NodeAnalysis

Nodes = Mapping[str, "NodeAnalysis"]
_MOST_INPUTS = 8  # a merge of more is not mended branch by branch


def shape_fixes(
    node: LayerNode, given: Sequence[NodeAnalysis], nodes: Nodes, error: ShapeError
) -> tuple[Fix, ...]:
    """The fixes for a shape error, likeliest first.

    Args:
        node: The layer that can't take its inputs.
        given: The layers that feed it, by slot.
        nodes: All layers whose shape is known.
        error: What its rule said; its own fixes are among those returned.
    """
    found: list[Fix] = []
    for fix in error.fixes:
        if fix.action is not Action.MOVE_ABOVE:
            found.append(fix)
            continue
        above = _takes_feature_map(nodes, given[0])
        if above is not None:
            text = T("Move {layer} above {other}", layer=node.name, other=above.node.name)
            found.append(replace(fix, text=text, above=above.node.id))
        found += _reshaped(node, given[0], above)
    if len(given) > 1:
        found += _agreeing(node, given, nodes)
    return tuple(found)


def _takes_feature_map(nodes: Nodes, producer: NodeAnalysis) -> NodeAnalysis | None:
    """The layer up a chain that takes a feature map and gives none; None if there is none."""
    while len(producer.sources) == 1:
        if len(producer.inputs[0]) == 3:
            return producer
        producer = nodes[producer.sources[0]]
    return None


def _reshaped(node: LayerNode, producer: NodeAnalysis, above: NodeAnalysis | None) -> Iterator[Fix]:
    """Reshape back into rows, columns and channels, where it is clear which they would be."""
    shape = producer.output
    target: Shape | None = None
    if len(shape) == 2:
        target = (*shape, 1)
    elif above is not None and math.prod(above.inputs[0]) == math.prod(shape):
        target = above.inputs[0]
    if target is None or output_of(node, (target,)) is None or kind_of("reshape") is None:
        return
    text = T("Insert Reshape({shape})", shape=show_shape(target))
    params = {"target_shape": list(target)}
    yield Fix(Action.INSERT, text, kind="reshape", params=params)


# --------------------------------------------------------------------------- branches that disagree


@dataclass(frozen=True, slots=True)
class _Branch:
    """An input of a merge.

    Attributes:
        slot: Which one.
        shape: The shape it gives.
        path: The layers of its own, from the merge upwards, up to where branches part.
    """

    slot: int
    shape: Shape
    path: tuple[NodeAnalysis, ...]


def _agreeing(node: LayerNode, given: Sequence[NodeAnalysis], nodes: Nodes) -> Iterator[Fix]:
    """Ways to make the branches of a merge agree, likeliest first."""
    shapes = tuple(one.output for one in given)
    if len(given) > _MOST_INPUTS:
        return
    if 1 in map(len, shapes):
        yield from _flattened(node, shapes)
    if any(len(shape) != 3 for shape in shapes):
        return
    branches = _branches(given, nodes)
    if (fix := _padded(node, branches)) is not None:
        yield fix
    if (fix := _projected(node, branches)) is not None:
        yield fix
    if (fix := _pooled(node, branches)) is not None:
        yield fix
    if (fix := _cropped(node, branches)) is not None:
        yield fix


def _flattened(node: LayerNode, shapes: Shapes) -> Iterator[Fix]:
    """Flatten on every branch that still has rows and columns, where another gives values."""
    if output_of(node, tuple((math.prod(shape),) for shape in shapes)) is not None:
        yield _chained(
            [
                Fix(Action.INSERT, T("Insert Flatten"), kind="flatten", slot=slot)
                for slot, shape in enumerate(shapes)
                if len(shape) > 1
            ]
        )


def _branches(given: Sequence[NodeAnalysis], nodes: Nodes) -> list[_Branch]:
    paths = [_upwards(one, nodes) for one in given]
    found = []
    for slot, path in enumerate(paths):
        others = {
            one.node.id for index, other in enumerate(paths) if index != slot for one in other
        }
        own = []
        for one in path:
            if one.node.id in others:
                break
            own.append(one)
        found.append(_Branch(slot, given[slot].output, tuple(own)))
    return found


def _upwards(one: NodeAnalysis, nodes: Nodes) -> list[NodeAnalysis]:
    """A layer and those above it along first inputs, up to the Input."""
    path = [one]
    while path[-1].sources:
        path.append(nodes[path[-1].sources[0]])
    return path


def _padded(node: LayerNode, branches: Sequence[_Branch]) -> Fix | None:
    """Padding same for the layers of a branch that lost rows and columns to valid."""
    smallest = min(branches, key=lambda branch: branch.shape[0] * branch.shape[1])
    wanted = max((b.shape for b in branches), key=lambda shape: shape[0] * shape[1])
    change = [
        one
        for one in smallest.path
        if one.node.values.get("padding") == "valid" and len(one.sources) == 1
    ]
    if not change or len(smallest.path) > 64:
        return None
    shape = smallest.path[-1].inputs[0] if smallest.path[-1].inputs else None
    for one in reversed(smallest.path):
        if len(one.sources) != 1 or shape is None:
            return None
        shape = output_of(one.node, (shape,), {"padding": "same"} if one in change else None)
    if shape is None or shape[:2] != wanted[:2]:
        return None
    shapes = [shape if branch is smallest else branch.shape for branch in branches]
    then: tuple[Fix, ...] = ()
    if output_of(node, tuple(shapes)) is None:
        moved = [replace(b, shape=s) for b, s in zip(branches, shapes, strict=True)]
        projection = _projected(node, moved)
        if projection is None:
            return None
        then = (projection,)
    first, *rest = [
        Fix(Action.SET, T("Set padding"), "padding", "same", node=one.node.id) for one in change
    ]
    words: Text = (
        T("Set padding of {layer} to same", layer=change[0].node.name)
        if len(change) == 1
        else TN("Set padding to same in {count} layer", "Set padding to same in {count} layers",
                len(change))
    )  # fmt: skip
    if then:
        words = T("{first} and {second}", first=words, second=then[0].text)
    return replace(first, text=words, then=(*rest, *then))


def _projected(node: LayerNode, branches: Sequence[_Branch]) -> Fix | None:
    """A 1×1 convolution, strided if need be, on the shortest branches that differ."""
    best: tuple[int, int, list[tuple[_Branch, Fix]]] | None = None
    for target in {branch.shape for branch in branches}:
        inserted = []
        for branch in branches:
            if branch.shape != target:
                fix = _projection(node, branch, target)
                if fix is None:
                    break
                inserted.append((branch, fix))
        else:
            if not _works(node, branches, {b.slot: _after(b, f) for b, f in inserted}):
                continue
            cost = (len(inserted), sum(len(branch.path) for branch, _ in inserted))
            if best is None or cost < best[:2]:
                best = (*cost, inserted)
    return _chained([fix for _, fix in best[2]]) if best and best[2] else None


def _projection(node: LayerNode, branch: _Branch, target: Shape) -> Fix | None:
    strides = [_stride(n, wanted) for n, wanted in zip(branch.shape[:2], target[:2], strict=True)]
    if None in strides or kind_of("conv2d") is None:
        return None
    channels = branch.shape[2] if node.kind == "concatenate" else target[2]
    params: dict[str, object] = {"filters": channels, "kernel_size": 1}
    text = T("Insert Conv2D({filters}, 1×1)", filters=channels)
    if strides != [1, 1]:
        params["strides"] = strides
        text = T(
            "Insert Conv2D({filters}, 1×1, stride {stride})",
            filters=channels,
            stride=_one_or_two(strides),
        )
    return Fix(Action.INSERT, text, kind="conv2d", slot=branch.slot, params=params)


def _pooled(node: LayerNode, branches: Sequence[_Branch]) -> Fix | None:
    """MaxPooling2D on the larger branches, where channels agree or needn't."""
    rows, columns = (min(branch.shape[axis] for branch in branches) for axis in (0, 1))
    fixes, shapes = [], {}
    for branch in branches:
        if branch.shape[:2] == (rows, columns):
            continue
        strides = [_stride(branch.shape[0], rows), _stride(branch.shape[1], columns)]
        if None in strides:
            return None
        text = T("Insert MaxPooling2D({pool})", pool=_one_or_two(strides))
        params = {"pool_size": strides, "padding": "same"}
        fixes.append(
            Fix(Action.INSERT, text, kind="max_pooling2d", slot=branch.slot, params=params)
        )
        shapes[branch.slot] = (rows, columns, branch.shape[2])
    return _chained(fixes) if fixes and _works(node, branches, shapes) else None


def _cropped(node: LayerNode, branches: Sequence[_Branch]) -> Fix | None:
    """Cropping2D on the larger branches, where they are larger by a few rows and columns."""
    rows, columns = (min(branch.shape[axis] for branch in branches) for axis in (0, 1))
    fixes, shapes = [], {}
    for branch in branches:
        extra = (branch.shape[0] - rows, branch.shape[1] - columns)
        if extra == (0, 0):
            continue
        if max(extra) > 8 or kind_of("cropping2d") is None:
            return None
        sides = [[n // 2, n - n // 2] for n in extra]
        text = T("Insert Cropping2D, {rows} rows and {columns} columns less",
                 rows=extra[0], columns=extra[1])  # fmt: skip
        fixes.append(Fix(Action.INSERT, text, kind="cropping2d", slot=branch.slot,
                         params={"cropping": sides}))  # fmt: skip
        shapes[branch.slot] = (rows, columns, branch.shape[2])
    return _chained(fixes) if fixes and _works(node, branches, shapes) else None


def _stride(length: int, wanted: int) -> int | None:
    """The smallest stride with which windows of 1, or padding same, leave `wanted` of `length`."""
    if wanted > length:
        return None
    return next((s for s in range(1, length + 1) if math.ceil(length / s) == wanted), None)


def _after(branch: _Branch, fix: Fix) -> Shape:
    """What a branch gives below the convolution that a fix inserts."""
    filters, strides = fix.params["filters"], fix.params.get("strides", [1, 1])
    assert isinstance(filters, int)
    assert isinstance(strides, list)
    rows, columns = (math.ceil(n / s) for n, s in zip(branch.shape[:2], strides, strict=True))
    return rows, columns, filters


def _works(node: LayerNode, branches: Sequence[_Branch], shapes: Mapping[int, Shape]) -> bool:
    """Whether the merge takes its inputs once some of them have other shapes."""
    inputs: Shapes = tuple(shapes.get(branch.slot, branch.shape) for branch in branches)
    return output_of(node, inputs) is not None


def _chained(fixes: Sequence[Fix]) -> Fix:
    """Several fixes as one, called by all their names."""
    first, *rest = fixes
    text = first.text
    for fix in rest:
        text = T("{first} and {second}", first=text, second=fix.text)
    return replace(first, text=text, then=tuple(rest))


def _one_or_two(pair: Sequence[int | None]) -> str:
    rows, columns = pair
    return f"{rows}" if rows == columns else f"{rows}×{columns}"
