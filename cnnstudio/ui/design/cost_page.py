"""What every layer costs: the dock's page with the table, the batch it is for, and its file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.costs import cost_csv, costs
from cnnstudio.core.document import Document
from cnnstudio.core.errors import StudioError
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.design.cost_model import LAYER, NUMBER, QUANTITIES, CostModel
from cnnstudio.ui.theme.tokens import FORM_ROW, GAP, PANEL_PADDING
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line
from cnnstudio.ui.widgets.table import CellTable, TotalsRow

MOST_PICTURES = 1_000_000
_FOLDER = "design/costs_folder"


class BatchField(QWidget):
    """How many pictures the memory is for: as many as training takes at once, or others.

    Args:
        context: Theme and language.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme, self._training, self._own = context.theme, 1, 0
        label = Label(context, T("Batch size"), "small", "muted")
        self.number = NumberField(context, T("Batch size"))
        self.number.set_bounds(1, MOST_PICTURES)
        self.reset = Button(context, "", kind="quiet", role="small")
        self.problem = Label(context, "", "small", "danger")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for widget in (label, self.number, self.reset, self.problem):
            row.addWidget(widget)
        self.number.changed.connect(self._take)
        self.number.changing.connect(self._take)
        self.reset.clicked.connect(self._as_in_training)
        context.theme.changed.connect(self._dress)
        self._dress()
        self._show()

    @property
    def value(self) -> int:
        """The number of pictures, at least 1."""
        return self._own or self._training

    def follow(self, batch: int) -> None:
        """Says how many training takes at once."""
        if max(batch, 1) != self._training:
            self._training = max(batch, 1)
            self._show()

    def _take(self, value: object) -> None:
        taken = isinstance(value, int) and 1 <= value <= MOST_PICTURES
        self.number.set_error(not taken and value is not None)
        wrong = T("A whole number from 1 to {most}.", most=MOST_PICTURES)
        self.problem.say("" if taken or value is None else wrong)
        if isinstance(value, int) and taken:
            self._own = 0 if value == self._training else value
        elif value is None:
            self._own = 0
        if taken or value is None:
            self._show()
            self.changed.emit()

    def _as_in_training(self) -> None:
        self._take(None)
        self.number.setFocus()

    def _dress(self) -> None:
        self.number.setFixedWidth(self._theme.scaled(116))

    def _show(self) -> None:
        self.number.set_value(self.value)
        self.reset.say(T("As in training: {batch}", batch=self._training))
        self.reset.setVisible(bool(self._own))


class CostPage(QWidget):
    """The page. It is filled while it can be seen.

    Args:
        context: Theme and language.
        document: The project being edited.
        selection: What is selected on the canvas; the rows follow it, and it follows them.
        settings: Where the folder of the file is remembered.
    """

    revealed = Signal(str)
    """A row was chosen: its layer's id, to be brought into view."""
    asked = Signal(str, str)
    """It is asked where a number comes from: the layer's id and the quantity."""
    edited = Signal(str)
    """A layer's parameters are wanted: its id."""

    def __init__(
        self, context: Context, document: Document, selection: Selection, settings: QSettings
    ) -> None:
        super().__init__()
        self._context, self._document = context, document
        self._selection, self._settings = selection, settings
        self.model = CostModel(context)
        self.table = CellTable(context, self.model, 180)
        self.totals = TotalsRow(context, self.table)
        self.batch = BatchField(context)
        self.note = ElidedLabel(context, "", "small", "muted")
        self.export = Button(context, T("Export CSV…"), "download", role="small")
        Phrase(context.language, self.table, QWidget.setAccessibleName, T("Cost of each layer"))
        tools = QHBoxLayout()
        tools.setContentsMargins(PANEL_PADDING, 2, PANEL_PADDING, 2)
        tools.setSpacing(GAP)
        tools.addWidget(self.batch)
        tools.addWidget(self.note, 1)
        tools.addWidget(self.export)
        self._tools = QWidget()
        self._tools.setLayout(tools)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._tools, self.table, Line(), self.totals):
            column.addWidget(widget)
        column.setStretchFactor(self.table, 1)
        self.table.rows_chosen.connect(self._choose)
        self.table.asked.connect(self._ask)
        self.batch.changed.connect(self._fill)
        self.export.clicked.connect(self._choose_file)
        selection.changed.connect(self._follow)
        context.language.changed.connect(self._say_totals)
        context.theme.changed.connect(self._dress)
        self._dress()

    def sync(self, analysis: Analysis) -> None:
        """Follows the project."""
        self.batch.follow(self._document.project.training.batch_size)
        if self.isVisible():
            self._fill(analysis)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def save(self, path: Path) -> None:
        """Writes the table, in the order shown, and says what came of it.

        The file is UTF-8 with the mark by which spreadsheets know it.
        """
        if not path.suffix:
            path = path.with_name(path.name + ".csv")
        self._settings.setValue(_FOLDER, str(path.parent))
        try:
            write_atomically(path, cost_csv(self.model.shown).encode("utf-8-sig"))
        except StudioError as error:
            self._tell(error.text, "danger")
        else:
            self._tell(T("Saved as {file}.", file=path.name), "muted")

    def _fill(self, analysis: Analysis | None = None) -> None:
        project = self._document.project
        scroll = self.table.verticalScrollBar().value()
        if self.model.sync(costs(analysis or analyse(project.network), self.batch.value)):
            self._follow(scroll=False)
            self.table.verticalScrollBar().setValue(scroll)
        self._say_totals()

    def _say_totals(self) -> None:
        self.totals.show_cells(self.model.totals())

    def _choose(self, rows: tuple[int, ...]) -> None:
        ids = [self.model.shown[row].node.id for row in rows]
        self._selection.choose(ids)
        if ids:
            self.revealed.emit(ids[-1])

    def _follow(self, *, scroll: bool = True) -> None:
        """Selects the rows of what is selected; a block's are its layers'."""
        if not self.isVisible():
            return
        blocks = {block.id: tuple(block.members) for block in self._document.network.blocks}
        ids = [one for id in self._selection.ids for one in blocks.get(id, (id,))]
        self.table.choose_rows(self.model.rows_of(ids), scroll=scroll)

    def _ask(self, row: int, column: int) -> None:
        cost = self.model.shown[row]
        if column in (NUMBER, LAYER) or cost.facts is None:
            self.edited.emit(cost.node.id)
        else:
            self.asked.emit(cost.node.id, QUANTITIES[column])

    def _choose_file(self) -> None:
        show = self._context.language.show
        stem = f"{self._document.project.name}-costs".replace("/", "_")
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            show(T("Export the cost table")),
            str(self._folder() / f"{stem}.csv"),
            f"{show(T('Comma-separated values'))} (*.csv)",
        )
        if chosen:
            self.save(Path(chosen))

    def _folder(self) -> Path:
        place = QStandardPaths.StandardLocation.DocumentsLocation
        for known in (self._settings.value(_FOLDER), QStandardPaths.writableLocation(place)):
            if known and Path(str(known)).is_dir():
                return Path(str(known))
        return Path.home()

    def _tell(self, text: Text, colour: str) -> None:
        self.note.say(text)
        self.note.set_colour(colour)

    def _dress(self) -> None:
        self._tools.setFixedHeight(self._context.theme.scaled(FORM_ROW))
