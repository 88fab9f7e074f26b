"""Receptive fields: which stretch of the input a cell of a feature map depends on.

Along one axis of the Input, cell i of a feature map sees the pixels from start + i·jump to
start + i·jump + size − 1. Sizes are nominal: near the edge a part lies outside the picture, on
padding. Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural
Networks", Distill 2019.

Behind a layer that enlarges (UpSampling2D, Conv2DTranspose, Resizing) neighbouring cells may see
the same pixels, so no start and jump say what a cell sees. From there on every cell's stretch is
kept by itself, and the size is the largest of them. A layer that moves rows or columns elsewhere
(Reshape, Permute) counts as Flatten does: the whole input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnstudio.core.layers.spec import Cells, Reason, Seen, Sight, Span, Window
from cnnstudio.core.shapes import Shape


@dataclass(frozen=True, slots=True)
class Field:
    """What the cells of a feature map see along one axis of the Input, in pixels.

    Attributes:
        size: How many pixels one cell sees.
        jump: How far apart the fields of neighbouring cells are; 0 if all see the same, or if
            that isn't one number.
        start: The first pixel the first cell sees; negative on padding.
        spans: What each cell sees, as `at` gives it, where `jump` and `start` can't say it.
    """

    size: int = 1
    jump: int = 1
    start: int = 0
    spans: tuple[Span, ...] = ()

    def at(self, cell: int) -> Span:
        """The first pixel `cell` sees, and the first one after those it sees."""
        if self.spans:
            return self.spans[cell]
        first = self.start + cell * self.jump
        return first, first + self.size

    def over(self, first: int, after: int) -> Span:
        """What the cells from `first` to the one before `after` see together."""
        if first >= after:
            return 0, 0
        if not self.spans:
            return self.at(first)[0], self.at(after - 1)[1]
        return hull(self.spans[first:after])


Fields = tuple[Field, ...]


def whole(length: int) -> Field:
    """The field of a cell that sees an axis of `length` pixels from end to end."""
    return Field(length, 0, 0)


def _each(spans: Sequence[Span]) -> Field:
    """The field of cells each of which sees its own stretch."""
    return Field(max(after - first for first, after in spans), 0, spans[0][0], tuple(spans))


def axes(picture: Shape) -> Shape:
    """The lengths of the Input's axes that have a receptive field: all but the channels."""
    return picture[:-1] or picture


def stretched(fields: Fields, shape: Shape, output: Shape) -> Fields:
    """The fields of a merge's input; where it repeats one cell, all cells see the same."""
    missing = len(output) - len(shape)

    def repeated(axis: int) -> bool:
        cells = _cells(output, axis)
        return cells > 1 and (axis < missing or shape[axis - missing] < cells)

    return tuple(
        Field(field.size, 0, field.at(0)[0]) if repeated(axis) else field
        for axis, field in enumerate(fields)
    )


def through(given: Sequence[Fields], sight: Seen, picture: Shape, output: Shape) -> Fields:
    """The fields after a layer.

    Args:
        given: The fields of the layer's inputs, at least one (for a merge: `stretched`).
        sight: What one output cell sees of the layer's input.
        picture: The Input's shape.
        output: The layer's output shape.
    """
    if sight is Sight.EVERYTHING:
        return tuple(whole(length) for length in axes(picture))
    if isinstance(sight, Window):
        return tuple(
            _slid(field, sight, axis, _cells(output, axis)) for axis, field in enumerate(given[0])
        )
    if isinstance(sight, Cells):
        return tuple(
            _each([field.over(*span) for span in spans])
            for field, spans in zip(given[0], (sight.rows, sight.columns), strict=True)
        )
    if all(fields == given[0] for fields in given):
        return given[0]
    given = [fields for fields in given if len(fields) == len(given[0])]  # of an Input like it
    return tuple(
        _union([fields[axis] for fields in given], length, _cells(output, axis))
        for axis, length in enumerate(axes(picture))
    )


def _slid(field: Field, window: Window, axis: int, cells: int) -> Field:
    """The field of cells that see a window of cells with `field`."""
    span, stride, before = window.span[axis], window.stride[axis], window.before[axis]
    if field.spans:
        firsts = [cell * stride - before for cell in range(cells)]
        return _each([field.over(max(first, 0), first + span) for first in firsts])
    return Field(
        field.size + (span - 1) * field.jump,
        field.jump * stride,
        field.start - before * field.jump,
    )


def _cells(output: Shape, axis: int) -> int:
    """How many cells the output has along an axis of the Input; 1 once the axis is gone."""
    return output[axis] if axis < len(output) - 1 else 1


def _union(fields: Sequence[Field], length: int, cells: int) -> Field:
    """What a cell sees that takes from one cell of every branch.

    Where the branches' jumps differ the union differs from cell to cell; the largest counts.
    """
    if whole(length) in fields:
        return whole(length)
    if any(field.spans for field in fields):
        return _each([hull([f.at(cell) for f in fields]) for cell in range(cells)])
    first, last = _largest(fields, cells)
    return Field(last - first, max(f.jump for f in fields), min(f.start for f in fields))


def hull(spans: Sequence[Span]) -> Span:
    """From the first to the last pixel of several stretches; an empty one adds nothing."""
    seen = [span for span in spans if span[0] < span[1]]
    return (min(s[0] for s in seen), max(s[1] for s in seen)) if seen else (0, 0)


def _largest(fields: Sequence[Field], cells: int) -> Span:
    """The largest union: its width is convex in the cell, so it is at one of the ends."""
    return _widest([hull([f.at(cell) for f in fields]) for cell in (0, cells - 1)])


def _widest(spans: Sequence[Span]) -> Span:
    return max(spans, key=lambda span: span[1] - span[0])


def reasons(
    given: Sequence[Fields],
    sight: Seen,
    fields: Fields,
    output: Shape,
) -> tuple[Reason, ...]:
    """Where the sizes of a layer's `fields` come from (arguments as for `through`)."""
    found = []
    names = ("receptive_field_rows", "receptive_field_columns")
    for axis, (name, field) in enumerate(zip(names, fields, strict=False)):
        before = [one[axis] for one in given]
        if not before:
            formula, numbers = "1", "1"
        elif field.spans:
            formula, numbers = _ends(_widest(field.spans))
        elif isinstance(sight, Window) and before[0].jump:
            formula = "r_in + (F_eff − 1)·j_in"
            numbers = f"{before[0].size} + ({sight.span[axis]} − 1)·{before[0].jump}"
        elif field.jump == 0:
            formula, numbers = "I", f"{field.size}"
        elif all(one == before[0] for one in before):
            formula, numbers = "r_in", f"{before[0].size}"
        else:
            formula, numbers = _ends(_largest(before, _cells(output, axis)))
        found.append(Reason(name, formula, numbers, field.size))
    return (*found, *_jumps(given, sight, fields))


def _jumps(given: Sequence[Fields], sight: Seen, fields: Fields) -> Iterator[Reason]:
    """How far the fields of neighbouring cells are apart, while that is one number."""
    names = ("jump_rows", "jump_columns")
    for axis, (name, field) in enumerate(zip(names, fields, strict=False)):
        before = [one[axis] for one in given]
        if not field.jump:
            continue
        jumps = [one.jump for one in before]
        if not before:
            yield Reason(name, "1", "1", field.jump)
        elif isinstance(sight, Window) and jumps[0] * sight.stride[axis] == field.jump:
            yield Reason(name, "j_in·S", f"{jumps[0]}·{sight.stride[axis]}", field.jump)
        elif jumps == [field.jump]:
            yield Reason(name, "j_in", f"{field.jump}", field.jump)
        elif len(jumps) > 1 and max(jumps) == field.jump:
            formula = ", ".join(f"j_{index + 1}" for index in range(len(jumps)))
            numbers = ", ".join(map(str, jumps))
            yield Reason(name, f"max({formula})", f"max({numbers})", field.jump)


def _ends(span: Span) -> tuple[str, str]:
    """A size as what lies between two ends, in symbols and in numbers."""
    return "last − first", f"{span[1]} − {span[0]}".replace("− -", "+ ")
