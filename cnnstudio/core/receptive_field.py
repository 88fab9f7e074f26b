"""Receptive fields: which stretch of the input a cell of a feature map depends on.

Along one axis of the Input, cell i of a feature map sees the pixels from start + i·jump to
start + i·jump + size − 1. Sizes are nominal: near the edge a part lies outside the picture, on
padding. Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural
Networks", Distill 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnstudio.core.layers.spec import Reason, Sight, Window
from cnnstudio.core.shapes import Shape


@dataclass(frozen=True, slots=True)
class Field:
    """What the cells of a feature map see along one axis of the Input, in pixels.

    Attributes:
        size: How many pixels one cell sees.
        jump: How far apart the fields of neighbouring cells are; 0 if all see the same.
        start: The first pixel the first cell sees; negative on padding.
    """

    size: int = 1
    jump: int = 1
    start: int = 0

    def at(self, cell: int) -> tuple[int, int]:
        """The first pixel `cell` sees, and the first one after those it sees."""
        first = self.start + cell * self.jump
        return first, first + self.size


Fields = tuple[Field, ...]


def whole(length: int) -> Field:
    """The field of a cell that sees an axis of `length` pixels from end to end."""
    return Field(length, 0, 0)


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
        Field(field.size, 0, field.start) if repeated(axis) else field
        for axis, field in enumerate(fields)
    )


def through(
    given: Sequence[Fields], sight: Window | Sight, picture: Shape, output: Shape
) -> Fields:
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
            Field(
                field.size + (sight.span[axis] - 1) * field.jump,
                field.jump * sight.stride[axis],
                field.start - sight.before[axis] * field.jump,
            )
            for axis, field in enumerate(given[0])
        )
    if all(fields == given[0] for fields in given):
        return given[0]
    return tuple(
        _union([fields[axis] for fields in given], length, _cells(output, axis))
        for axis, length in enumerate(axes(picture))
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
    first, last = _largest(fields, cells)
    return Field(last - first, max(f.jump for f in fields), min(f.start for f in fields))


def _largest(fields: Sequence[Field], cells: int) -> tuple[int, int]:
    """The largest union: its width is convex in the cell, so it is at one of the ends."""
    return max(
        (
            (min(f.at(cell)[0] for f in fields), max(f.at(cell)[1] for f in fields))
            for cell in (0, cells - 1)
        ),
        key=lambda ends: ends[1] - ends[0],
    )


def reasons(
    given: Sequence[Fields],
    sight: Window | Sight,
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
        elif isinstance(sight, Window) and before[0].jump:
            formula = "r_in + (F_eff − 1)·j_in"
            numbers = f"{before[0].size} + ({sight.span[axis]} − 1)·{before[0].jump}"
        elif field.jump == 0:
            formula, numbers = "I", f"{field.size}"
        elif all(one == before[0] for one in before):
            formula, numbers = "r_in", f"{before[0].size}"
        else:
            first, last = _largest(before, _cells(output, axis))
            formula, numbers = "last − first", f"{last} − {first}".replace("− -", "+ ")
        found.append(Reason(name, formula, numbers, field.size))
    return tuple(found)
