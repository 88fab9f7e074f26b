"""The network beside another one: the dock's page that says what differs and what it costs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.analysis import analyse
from cnnstudio.core.comparison import Comparison, Fate, compare
from cnnstudio.core.document import Document
from cnnstudio.core.network import Network
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.design.compare_choice import CompareChoice, Other
from cnnstudio.ui.design.compare_model import FATES, QUANTITIES, CompareModel, Fold, joined
from cnnstudio.ui.design.compare_totals import CompareTotals, figures
from cnnstudio.ui.theme.tokens import FORM_ROW, GAP, PANEL_PADDING
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line
from cnnstudio.ui.widgets.table import CellTable

_NEVER_SAVED = T("The project hasn't been saved yet. Choose what to compare it with.")


class ComparePage(QWidget):
    """The page. It compares while it can be seen, once all edits of a moment are done.

    Args:
        context: Theme and language.
        document: The project being edited.
        selection: What is selected on the canvas; the rows follow it, and it follows them.
        settings: Where the folder of the file is remembered.
        batch: How many pictures the memory is for.
    """

    revealed = Signal(str)
    """A row was chosen: its layer's id, to be brought into view."""
    asked = Signal(str, str)
    """It is asked where a number comes from: the layer's id and the quantity."""
    edited = Signal(str)
    """A layer's parameters are wanted: its id."""

    def __init__(
        self,
        context: Context,
        document: Document,
        selection: Selection,
        settings: QSettings,
        batch: Callable[[], int],
    ) -> None:
        super().__init__()
        self._context, self._document, self._selection = context, document, selection
        self._batch, self._choosing = batch, False
        self._opened = document.opened
        self._made_from: tuple[Network | None, Network, int] | None = None
        self.comparison: Comparison | None = None
        self.choice = CompareChoice(context, document, settings, self)
        self.other = self.choice.saved
        self.model = CompareModel(context)
        self.table = CellTable(context, self.model, 150)
        self.totals = CompareTotals(context)
        self.button = Button(context, "", "git-compare", role="small", action="design.compare")
        self.note = ElidedLabel(context, "", "small", "muted")
        Phrase(context.language, self.table, QWidget.setAccessibleName, T("Layers that differ"))
        tools = QHBoxLayout()
        tools.setContentsMargins(PANEL_PADDING, 2, PANEL_PADDING, 2)
        tools.setSpacing(GAP)
        tools.addWidget(Label(context, T("Compared with"), "small", "muted"))
        tools.addWidget(self.button)
        tools.addWidget(self.note, 1)
        self._tools = QWidget()
        self._tools.setLayout(tools)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._tools, self.totals, Line(), self.table):
            column.addWidget(widget)
        column.setStretchFactor(self.table, 1)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._compare)
        self.button.clicked.connect(self.choose)
        self.choice.chosen.connect(self.compare_with)
        self.choice.failed.connect(self._tell_problem)
        self.table.rows_chosen.connect(self._choose_layers)
        self.table.asked.connect(self._ask)
        self.table.clicked.connect(self._unfold)
        selection.changed.connect(self._follow)
        context.language.changed.connect(self.totals.update)
        context.theme.changed.connect(self._dress)
        self._dress()

    def choose(self) -> None:
        """Opens the menu of what can be compared with."""
        self.choice.open_below(self.button)

    def compare_with(self, other: Other) -> None:
        """Compares with something else."""
        self.other, self._made_from = other, None
        self._compare()

    def sync(self) -> None:
        """Follows the project."""
        if self.isVisible():
            self._later.start(0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compare()

    def _compare(self) -> None:
        if self._opened is not self._document.opened:  # another project
            self._opened, self.other = self._document.opened, self.choice.saved
        self.button.say(self.other.title)
        before, after = self.other.network(), self._document.network
        made_from = (before, after, self._batch())
        if self._made_from and all(a is b for a, b in zip(made_from, self._made_from, strict=True)):
            return
        self._made_from = made_from
        scroll = self.table.verticalScrollBar().value()
        self.comparison = compare(before, after, self._batch()) if before is not None else None
        self.model.sync(self.comparison)
        self._follow(scroll=False)
        self.table.verticalScrollBar().setValue(scroll)
        self.totals.setVisible(self.comparison is not None)
        if before is None or self.comparison is None:
            self._tell(_NEVER_SAVED, "muted")
            return
        self.totals.show_figures(figures(self.comparison))
        problems = analyse(before).errors
        if problems:
            wrong = T("There something is wrong: {problem}", problem=problems[0].text)
            self._tell(wrong, "danger")
        else:
            self._tell(_counts(self.comparison), "muted")

    def _choose_layers(self, rows: tuple[int, ...]) -> None:
        ids = [id for row in rows if (id := self.model.id_of(row))]
        self._choosing = True  # rows of removed layers stay selected, though no card is theirs
        self._selection.choose(ids)
        self._choosing = False
        if ids:
            self.revealed.emit(ids[-1])

    def _follow(self, *, scroll: bool = True) -> None:
        if not self._choosing and self.isVisible():
            self.table.choose_rows(self.model.rows_of(self._selection.ids), scroll=scroll)

    def _ask(self, row: int, column: int) -> None:
        if isinstance(self.model.rows[row], Fold):
            self._toggle(row)
        elif id := self.model.id_of(row):
            if column in QUANTITIES and id in analyse(self._document.network).nodes:
                self.asked.emit(id, QUANTITIES[column])
            else:
                self.edited.emit(id)

    def _unfold(self) -> None:
        row = self.table.currentIndex().row()
        if isinstance(self.model.rows[row], Fold):
            self._toggle(row)

    def _toggle(self, row: int) -> None:
        scroll = self.table.verticalScrollBar().value()
        self.model.toggle(row)
        self.table.setCurrentIndex(self.model.index(row, 0))
        self.table.verticalScrollBar().setValue(scroll)

    def _tell_problem(self, text: Text) -> None:
        self._tell(text, "danger")

    def _tell(self, text: Text, colour: str) -> None:
        self.note.say(text)
        self.note.set_colour(colour)

    def _dress(self) -> None:
        self._tools.setFixedHeight(self._context.theme.scaled(FORM_ROW))


def _counts(comparison: Comparison) -> Text:
    """How many layers there are of each sign; what the signs mean."""
    counts = comparison.counts()
    told = [
        T("{sign} {count} {fate}", sign=str(fate), count=counts[fate], fate=words)
        for fate, (words, _) in FATES.items()
        if counts[fate] and fate is not Fate.SAME
    ]
    same = counts[Fate.SAME]
    if not told:
        return TN("{count} layer, nothing differs", "{count} layers, nothing differs", same)
    return joined(told)
