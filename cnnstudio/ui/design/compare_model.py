"""The rows of a comparison; layers that are the same fold into one row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QModelIndex

from cnnstudio.core.comparison import ComparedLayer, Comparison, Fate
from cnnstudio.core.costs import harmless
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.widgets.cells import Cell, CellModel, Column, Index
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.numbers import memory_text

SIGN, LAYER, CHANGE, OUTPUT, PARAMS, MACS, MEMORY = range(7)

COLUMNS = (
    Column("", width=28, is_number=False, sorts=False),
    Column(T("Layer"), width=252, is_number=False, sorts=False),
    Column(T("What is different"), is_number=False, sorts=False),
    Column(T("Output"), T("Rows, columns and channels it gives for one picture."), 204,
           sorts=False, spare=True),
    Column(T("Parameters"), T("How many more or fewer parameters."), 104, sorts=False),
    Column(T("Multiply-adds"), T("How many more or fewer multiply-adds for one picture."), 124,
           sorts=False),
    Column(T("Memory"), T("How much more or less memory its outputs take for the whole batch."),
           84, sorts=False),
)  # fmt: skip
QUANTITIES = {OUTPUT: "shape", PARAMS: "parameters", MACS: "macs", MEMORY: "memory"}
_ATTRIBUTES = {PARAMS: "params", MACS: "macs", MEMORY: "memory"}

FATES = {
    Fate.ADDED: (T("added"), "success"),
    Fate.REMOVED: (T("removed"), "danger"),
    Fate.CHANGED: (T("changed"), "warning"),
    Fate.FOLLOWS: (T("of another size"), "muted"),
    Fate.SAME: (T("the same"), "muted"),
}
"""What each sign means, and its colour."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A row for layers that are the same, one behind the other.

    Attributes:
        key: The first one's id.
        count: How many there are.
        is_open: Whether they stand below it.
    """

    key: str
    count: int
    is_open: bool


Row = ComparedLayer | Fold


class CompareModel(CellModel):
    """One row for each layer that differs, and one for those between.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, COLUMNS)
        self.rows: tuple[Row, ...] = ()
        self._layers: tuple[ComparedLayer, ...] = ()
        self._open: set[str] = set()

    def sync(self, comparison: Comparison | None) -> None:
        """Shows a comparison; what was unfolded stays so."""
        self._layers = comparison.layers if comparison else ()
        self._arrange()

    def toggle(self, row: int) -> None:
        """Unfolds a row, or folds it."""
        fold = self.rows[row]
        assert isinstance(fold, Fold)
        self._open ^= {fold.key}
        self._arrange()

    def id_of(self, row: int) -> str:
        """The id of a row's layer in the network that is edited; "" if it isn't in it."""
        layer = self.rows[row]
        return layer.after.node.id if isinstance(layer, ComparedLayer) and layer.after else ""

    def rows_of(self, ids: Iterable[str]) -> list[int]:
        """The rows of these layers that are shown."""
        wanted = set(ids) - {""}
        return [row for row in range(len(self.rows)) if self.id_of(row) in wanted]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def cell(self, row: int, column: int) -> Cell:
        show, entry = self.context.language.show, self.rows[row]
        if isinstance(entry, Fold):
            if column == LAYER:
                return self._fold_cell(entry)
            return Cell("")
        words, colour = FATES[entry.fate]
        if column == SIGN:
            return Cell(str(entry.fate), colour=colour, role="code-title", spoken=show(words))
        node = entry.node
        quiet = "muted" if entry.fate is Fate.SAME else "text"
        if column == LAYER:
            kind = node.spec.keras if node.spec else node.kind
            family = node.spec.family if node.spec else None
            return Cell(node.name, kind, quiet, family=family, has_icon=True)
        if column == CHANGE:
            return Cell(show(self._words(entry)), colour="muted" if not entry.changes else "text")
        if column == OUTPUT:
            return Cell(_outputs(entry), colour=quiet, role="code-small")
        difference = entry.difference(_ATTRIBUTES[column])
        text = signed(difference, as_memory=column == MEMORY)
        return Cell(text, colour="text" if difference else "muted", role="code-small")

    def tip(self, row: int, column: int) -> Text | str:
        entry = self.rows[row]
        if isinstance(entry, Fold):
            return ""
        if column in (SIGN, LAYER):
            return T("{layer}: {fate}", layer=entry.node.name, fate=FATES[entry.fate][0])
        if column == CHANGE:
            return self._words(entry)
        if column == OUTPUT:
            return _outputs(entry)
        unknown = [one.reason for one in (entry.before, entry.after) if one and one.reason]
        if unknown:
            return unknown[0]
        before, after = entry.values(_ATTRIBUTES[column])
        return T("{before} → {after}", before=before or 0, after=after or 0)

    def line(self, row: int) -> str:
        """A row as text: sign, name, kind, changes, and the exact differences."""
        entry = self.rows[row]
        if isinstance(entry, Fold):
            return self._fold_cell(entry).text
        kind = entry.node.spec.keras if entry.node.spec else entry.node.kind
        differences = (entry.difference(name) for name in _ATTRIBUTES.values())
        numbers = ("" if number is None else str(number) for number in differences)
        words = self.context.language.show(self._words(entry))
        fields = (harmless(str(entry.fate)), harmless(entry.node.name), harmless(kind), words)
        return "\t".join(" ".join(field.split()) for field in (*fields, *numbers))

    def _words(self, layer: ComparedLayer) -> Text | str:
        if layer.changes:
            return joined(layer.changes)
        if layer.fate is Fate.FOLLOWS:
            return T("fed with {shapes}", shapes=_inputs(layer))
        was = layer.before.node.name if layer.before else layer.node.name
        return T("there it is called {name}", name=was) if was != layer.node.name else ""

    def _fold_cell(self, fold: Fold) -> Cell:
        words = TN("{count} layer is the same", "{count} layers are the same", fold.count)
        show = self.context.language.show
        state = T("{what}, open", what=words) if fold.is_open else T("{what}, closed", what=words)
        icon = "chevron-down" if fold.is_open else "chevron-right"
        return Cell(show(words), colour="muted", icon=icon, spoken=show(state))

    def _arrange(self) -> None:
        rows = tuple(self._folded())
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def _folded(self) -> Iterator[Row]:
        for same, group in groupby(self._layers, lambda layer: layer.fate is Fate.SAME):
            layers = list(group)
            if same:
                key = layers[0].node.id
                yield Fold(key, len(layers), key in self._open)
                if key not in self._open:
                    continue
            yield from layers


def joined(texts: Iterable[Text]) -> Text:
    """Texts with commas between them."""
    first, *others = texts
    for text in others:
        first = T("{first}, {next}", first=first, next=text)
    return first


def signed(number: int | None, *, as_memory: bool = False) -> str:
    """A difference with its sign: ``+1,204``, ``−160``, ``0``; ``?`` where it isn't known."""
    if number is None:
        return "?"
    size = memory_text(abs(number)) if as_memory and number else f"{abs(number):,}"
    return size if not number else f"+{size}" if number > 0 else f"−{size}"


def shape_text(shape: Shape | None) -> str:
    """``26×26×64``, or ``?``."""
    return "?" if shape is None else "×".join(f"{size:,}" for size in shape)


def _inputs(layer: ComparedLayer) -> str:
    facts = [one.facts for one in (layer.before, layer.after) if one]
    shapes = [", ".join(map(shape_text, one.inputs)) if one else "?" for one in facts]
    return " → ".join(dict.fromkeys(shapes))


def _outputs(layer: ComparedLayer) -> str:
    shapes = [shape_text(one.output) for one in (layer.before, layer.after) if one]
    return " → ".join(dict.fromkeys(shapes))
