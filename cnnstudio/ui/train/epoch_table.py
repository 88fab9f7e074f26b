"""What a run has measured, an epoch a row."""

from __future__ import annotations

import math

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QShowEvent

from cnnstudio.core.text import T, Text
from cnnstudio.core.training.run_state import EPOCH_VALUES, RunState
from cnnstudio.ui.widgets.cells import Cell, CellModel, Column, Index
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.table import CellTable

_EPOCH, _SECONDS, _MARK = 0, 5, 6
_MEAN, _AFTER = T("Keras' mean over the epoch's batches."), T("Measured after the epoch.")
_ALONE = T("Training alone, without validation.")
_COLUMNS = (
    Column(T("Epoch"), width=50, sorts=False),
    Column(T("Loss"), _MEAN, width=76, sorts=False, spare=True),
    Column(T("Accuracy"), _MEAN, width=80, sorts=False, spare=True),
    Column(T("Validation loss"), _AFTER, width=102, sorts=False),
    Column(T("Validation accuracy"), _AFTER, width=124, sorts=False),
    Column(T("Seconds"), _ALONE, width=68, sorts=False, spare=True),
    Column("", is_number=False, sorts=False),
)
_MARK_WIDTH = 120


class EpochModel(CellModel):
    """The epochs of a run that have ended, in order.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, _COLUMNS)
        self._run: RunState | None = None
        self._count = 0

    def show_run(self, run: RunState | None) -> None:
        """Shows a run, or what is new of the one that is shown."""
        count = len(run.epochs_done) if run else 0
        if run is not self._run or count < self._count:
            self.beginResetModel()
            self._run, self._count = run, count
            self.endResetModel()
        elif count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
            self.dataChanged.emit(self.index(0, _MARK), self.index(count - 1, _MARK))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self._count

    def cell(self, row: int, column: int) -> Cell:
        run = self._run
        assert run is not None
        epoch = run.epochs_done[row]
        best = epoch.epoch == run.best
        if column == _MARK:
            return Cell(self.context.language.show(T("best")) if best else "", colour="success")
        role = "code-title" if best and column == _EPOCH else "code-small"
        return Cell(self._number(row, column), role=role)

    def tip(self, row: int, column: int) -> Text | str:
        if column == _MARK and self.cell(row, column).text:
            return T("The lowest validation loss, or training loss without validation.")
        return ""

    def line(self, row: int) -> str:
        return "\t".join(self.cell(row, column).text for column in range(len(_COLUMNS)))

    def _number(self, row: int, column: int) -> str:
        assert self._run is not None
        epoch = self._run.epochs_done[row]
        if column == _EPOCH:
            return str(epoch.epoch)
        if column == _SECONDS:
            before = self._run.epochs_done[row - 1].seconds if row else 0.0
            return f"{epoch.seconds - before:,.1f}"
        value = epoch.logs.get(EPOCH_VALUES[column - 1])
        if value is None:
            return "–"
        return f"{value:.4f}" if math.isfinite(value) else "NaN"


class EpochTable(CellTable):
    """The table; what is selected in it can be copied.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        self.epochs = EpochModel(context)
        super().__init__(context, self.epochs, needed=_MARK_WIDTH)
        self.epochs.setParent(self)

    def show_run(self, run: RunState | None) -> None:
        """Shows a run; while it goes on the last epoch stays in view if it was."""
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum()
        self.epochs.show_run(run)
        if at_end:
            self.scrollToBottom()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.scrollToBottom()
