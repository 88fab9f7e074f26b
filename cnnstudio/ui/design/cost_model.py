"""The cost table's cells, in the order asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QModelIndex, Qt

from cnnstudio.core.costs import Costs, LayerCost, fields
from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.cells import Cell, CellModel, Column, Index
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.numbers import memory_text

NUMBER, LAYER, OUTPUT, PARAMS, TRAINABLE, MACS, MEMORY, FIELD, STEP = range(9)

COLUMNS = (
    Column("#", T("Its place in the network."), 48, falls=False),
    Column(T("Layer"), is_number=False, falls=False),
    Column(T("Output"), T("Rows, columns and channels it gives for one picture."), 112),
    Column(T("Parameters"), T("Numbers in its weights, biases and other variables."), 104),
    Column(T("Trainable"), T("Those of its parameters that training changes."), 100, spare=True),
    Column(
        T("Multiply-adds"),
        T(
            "Multiply-accumulates of convolutions and dense products for one picture; bias, "
            "activation, normalisation and pooling count 0."
        ),
        124,
    ),
    Column(
        T("Memory"),
        T("Bytes of its outputs for the whole batch as float32; the weights come on top."),
        84,
    ),
    Column(
        T("Receptive field"),
        T("Rows and columns of the picture that one of its cells sees."),
        100,
    ),
    Column(
        T("Total stride"),
        T(
            "How many pixels of the picture lie between what neighbouring cells see: all "
            "strides so far multiplied. – where all cells see the same."
        ),
        92,
    ),
)
QUANTITIES = {
    OUTPUT: "shape",
    PARAMS: "parameters",
    TRAINABLE: "parameters",
    MACS: "macs",
    MEMORY: "memory",
    FIELD: "receptive_field_rows",
    STEP: "jump_rows",
}
"""What the derivation calls a column's numbers."""
_WITH_BARS = (PARAMS, MACS, MEMORY)

_KEYS: dict[int, Callable[[LayerCost], Any]] = {
    LAYER: lambda row: row.node.name.casefold(),
    OUTPUT: lambda row: _product(row.output),
    PARAMS: lambda row: row.params,
    TRAINABLE: lambda row: row.trainable,
    MACS: lambda row: row.macs,
    MEMORY: lambda row: row.memory,
    FIELD: lambda row: _product(row.field),
    STEP: lambda row: _product(row.stride),
}


class CostModel(CellModel):
    """One row for each layer.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, COLUMNS)
        self.costs = Costs((), 1, None)
        self.shown: tuple[LayerCost, ...] = ()
        self._places: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._largest: dict[int, int] = {}
        self._sorted = (NUMBER, Qt.SortOrder.AscendingOrder)

    def sync(self, costs: Costs) -> bool:
        """Shows other costs, in the order chosen.

        Returns:
            Whether rows stand elsewhere now, so that selection and scroll are to be set again.
        """
        self.costs = costs
        self._places = {row.node.id: place for place, row in enumerate(costs.rows, 1)}
        self._largest = {
            column: max((_KEYS[column](row) or 0 for row in costs.rows), default=0)
            for column in _WITH_BARS
        }
        rows = self._in_order(costs.rows)
        ids = {row.node.id: index for index, row in enumerate(rows)}
        if list(ids) == list(self._rows):
            self.shown = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, STEP))
            return False
        self.beginResetModel()
        self.shown, self._rows = rows, ids
        self.endResetModel()
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Puts the rows in a column's order; those with the same value stay in the network's."""
        self._sorted = (column, order)
        self.sync(self.costs)

    def rows_of(self, ids: Iterable[str]) -> list[int]:
        """The rows of these layers that are there."""
        return [self._rows[id] for id in ids if id in self._rows]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.shown)

    def cell(self, row: int, column: int) -> Cell:
        cost = self.shown[row]
        family = cost.node.spec.family if cost.node.spec else None
        if column == NUMBER:
            place = str(self._places[cost.node.id])
            return Cell(place, colour="muted", role="code-small")
        if column == LAYER:
            return Cell(cost.node.name, cost.class_name, family=family, has_icon=True)
        if cost.facts is None:
            said = self.context.language.show(T("not known"))
            return Cell("?", colour="muted", role="code-small", spoken=said)
        text = _NUMBERS[column](cost)
        bar = self._bar(cost, column)
        colour = "muted" if text in ("0", "–") else "text"
        return Cell(text, colour=colour, role="code-small", share=bar, family=family)

    def _bar(self, cost: LayerCost, column: int) -> float | None:
        """How long the bar below a number is: as a share of the column's largest."""
        largest = self._largest.get(column)
        value = _KEYS[column](cost)
        return value / largest if largest and isinstance(value, int) else None

    def tip(self, row: int, column: int) -> Text | str:
        cost = self.shown[row]
        if column == LAYER:
            return T("{layer} · {kind}", layer=cost.node.name, kind=cost.class_name)
        if cost.facts is None and column != NUMBER:
            return cost.reason or ""
        costs = self.costs
        if column == PARAMS:
            return T(
                "{percent} % of all parameters; {trainable} of them trainable",
                percent=_percent(cost.params, costs.params),
                trainable=cost.trainable or 0,
            )
        if column == MACS:
            return T("{percent} % of all multiply-adds", percent=_percent(cost.macs, costs.macs))
        if column == MEMORY:
            return T(
                "{bytes} bytes for a batch of {batch}, {percent} % of all",
                bytes=cost.memory or 0,
                batch=cost.batch,
                percent=_percent(cost.memory, costs.memory),
            )
        return ""

    def line(self, row: int) -> str:
        """A row as the file has it, tabs between its fields."""
        return "\t".join(" ".join(field.split()) for field in fields(self.shown[row]))

    def totals(self) -> tuple[Cell, ...]:
        """What stands below the columns."""
        costs, show = self.costs, self.context.language.show
        count = len(costs.rows)
        whole = T("Total")
        part = T("Total of {known} of {count} layers", known=costs.known, count=count)
        title = Cell(show(whole if costs.known == count else part), role="title")
        field = "×".join(f"{size:,}" for size in costs.field) if costs.field else ""
        numbers = (f"{costs.params:,}", f"{costs.trainable:,}", f"{costs.macs:,}",
                   memory_text(costs.memory), field, "")  # fmt: skip
        return (Cell(""), title, Cell(""), *(Cell(text, role="code-title") for text in numbers))

    def _in_order(self, rows: tuple[LayerCost, ...]) -> tuple[LayerCost, ...]:
        column, order = self._sorted
        falls = order == Qt.SortOrder.DescendingOrder
        if column == NUMBER:
            return rows[::-1] if falls else rows
        key = _KEYS[column]
        known = [row for row in rows if key(row) is not None]
        unknown = [row for row in rows if key(row) is None]
        return (*sorted(known, key=key, reverse=falls), *unknown)


def _percent(part: int | None, whole: int) -> str:
    return f"{100 * (part or 0) / max(whole, 1):.1f}"


def _product(sizes: tuple[int | None, ...] | None) -> int | None:
    if sizes is None:
        return None
    product = 1
    for size in sizes:
        product *= size or 0
    return product


def _times(sizes: Iterable[int | None] | None) -> str:
    """``26×26``; one number where it is the same along all axes would hide that there are two."""
    texts = ["–" if size is None else f"{size:,}" for size in sizes or ()]
    return "–" if set(texts) <= {"–"} else "×".join(texts)


_NUMBERS: dict[int, Callable[[LayerCost], str]] = {
    OUTPUT: lambda row: _times(row.output),
    PARAMS: lambda row: f"{row.params:,}",
    TRAINABLE: lambda row: f"{row.trainable:,}",
    MACS: lambda row: f"{row.macs:,}",
    MEMORY: lambda row: memory_text(row.memory or 0),
    FIELD: lambda row: _times(row.field),
    STEP: lambda row: _times(row.stride),
}
