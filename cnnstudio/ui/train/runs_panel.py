"""The runs of the project: chosen to be shown, moved to the bin; and what the shown one was."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QRectF, QSignalBlocker, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.storage.run_folder import RunStatus
from cnnstudio.core.text import TN, T, Text
from cnnstudio.core.training.checks import OPTIMIZER_NAMES
from cnnstudio.protocol.exits import BACKEND_NAMES
from cnnstudio.ui.theme.tokens import ICON, PANEL_PADDING
from cnnstudio.ui.train.going_on import GoingOn
from cnnstudio.ui.train.summaries import RunSummary
from cnnstudio.ui.train.training import Training
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, Panel
from cnnstudio.ui.widgets.section import Section

_ROW = 46
_STATUS = {
    RunStatus.RUNNING: (T("training"), "activity", "accent"),
    RunStatus.FINISHED: (T("finished"), "circle-check", "success"),
    RunStatus.CANCELLED: (T("stopped"), "square", "muted"),
    RunStatus.DIVERGED: (T("diverged"), "triangle-alert", "warning"),
    RunStatus.FAILED: (T("failed"), "circle-alert", "danger"),
    RunStatus.INTERRUPTED: (T("cut off"), "circle-alert", "danger"),
}


@dataclass(frozen=True, slots=True)
class RunRow:
    """What a line of the list shows."""

    path: Path
    title: str
    status: RunStatus
    paused: bool
    epochs_done: int
    epochs: int
    accuracy: float

    @property
    def note(self) -> Text:
        """How it stands, in words."""
        text = T("paused") if self.paused else _STATUS[self.status][0]
        return TN(
            "{status} · {done} of {count} epoch",
            "{status} · {done} of {count} epochs",
            count=self.epochs,
            status=text,
            done=self.epochs_done,
        )

    @property
    def accuracy_text(self) -> str:
        """The best validation accuracy; "–" before one is known."""
        return f"{self.accuracy:.4f}" if math.isfinite(self.accuracy) else "–"


class RunsPanel(QWidget):
    """The right column of the Train workspace.

    Args:
        context: Theme and language.
        training: Knows the runs.
    """

    def __init__(self, context: Context, training: Training) -> None:
        super().__init__()
        self._context = context
        self._training = training
        panel = Panel(context, T("Runs"))
        panel.body.setContentsMargins(0, 0, 0, 0)
        panel.body.setSpacing(0)
        assert panel.header is not None
        self._note = panel.header.note
        self.folder = IconButton(context, "folder-open", T("Open the run's folder"))
        self.bin = IconButton(context, "trash-2", T("Move the run to the bin"), "Del")
        panel.header.add(self.folder)
        panel.header.add(self.bin)
        self.list = QListWidget()
        self.list.setItemDelegate(_RunDelegate(context, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        Phrase(context.language, self.list, QListWidget.setAccessibleName, T("Runs"))
        self.empty = Label(context, T("No runs yet."), "body", "muted")
        self.empty.setMargin(PANEL_PADDING)
        self.going_on = GoingOn(context, training)
        self.details = RunDetails(context)
        panel.body.addWidget(self.empty)
        panel.body.addWidget(self.list, 1)
        self._below = [(Line(), self.going_on), (Line(), self.details)]
        for line, part in self._below:
            panel.body.addWidget(line)
            panel.body.addWidget(part)
        panel.body.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        self.list.currentItemChanged.connect(self._choose)
        self.list.installEventFilter(self)
        self.folder.clicked.connect(self._open_folder)
        self.bin.clicked.connect(self._bin)
        training.changed.connect(self.sync)
        training.runs_changed.connect(self.sync)
        context.language.changed.connect(self.sync)
        self.sync()

    def sync(self) -> None:
        """Shows the runs there are now."""
        rows = self._rows()
        with QSignalBlocker(self.list):
            while self.list.count() > len(rows):
                self.list.takeItem(self.list.count() - 1)
            for index, row in enumerate(rows):
                if index == self.list.count():
                    self.list.addItem(QListWidgetItem())
                item = self.list.item(index)
                self._fill(item, row)
                if row.path == self._training.shown_path:
                    self.list.setCurrentItem(item)
            if self._training.shown_path is None:
                self.list.setCurrentRow(-1)
        self._note.say(f"{len(rows)}" if rows else "")
        self.empty.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self._sync_buttons()

    def show_progress(self) -> None:
        """Shows how far the run that trains is."""
        for index in range(self.list.count()):
            item = self.list.item(index)
            row: RunRow = item.data(Qt.ItemDataRole.UserRole)
            if row.path == self._training.live_path:
                for fresh in self._live_row(row.title):
                    self._fill(item, fresh)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self._bin()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open_folder()
                return True
        return False

    def _rows(self) -> list[RunRow]:
        training = self._training
        rows = []
        if training.live_path not in [run.path for run in training.runs]:
            rows += self._live_row(T("Now"))
        for run in training.runs:
            if run.path == training.live_path:
                rows += self._live_row(_title(run))
            else:
                rows.append(
                    RunRow(
                        run.path,
                        _title(run),
                        run.status,
                        False,
                        run.epochs_done,
                        run.record.epochs,
                        run.best_accuracy,
                    )
                )
        return rows

    def _live_row(self, title: Text | str) -> list[RunRow]:
        live, path = self._training.live, self._training.live_path
        if live is None or path is None:
            return []
        best = live.best_value("val_accuracy")
        done, status = len(live.epochs_done), RunStatus.RUNNING
        words = self._context.language.show(title)
        return [RunRow(path, words, status, live.paused, done, live.epochs, best)]

    def _fill(self, item: QListWidgetItem, row: RunRow) -> None:
        if item.data(Qt.ItemDataRole.UserRole) != row:
            item.setData(Qt.ItemDataRole.UserRole, row)
        words = f"{row.title}, {self._context.language.show(row.note)}, {row.accuracy_text}"
        if item.text() != words:
            item.setText(words)

    def _current(self) -> RunRow | None:
        item = self.list.currentItem()
        row: RunRow | None = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return row

    def _choose(self) -> None:
        if (row := self._current()) is not None:
            self._training.show_run(row.path)
        self._sync_buttons()

    def _sync_buttons(self) -> None:
        row = self._current()
        for button in (self.folder, self.bin):
            button.setVisible(row is not None)
        live = row is not None and row.path == self._training.live_path
        self.bin.set_possible(not live, T("This run is still training."))
        self.going_on.sync()
        self.details.show_run(
            next((run for run in self._training.runs if row and run.path == row.path), None)
        )
        for line, part in self._below:
            line.setVisible(not part.isHidden())

    def _open_folder(self) -> None:
        if (row := self._current()) is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.path)))

    def _bin(self) -> None:
        if (row := self._current()) is not None:
            self._training.bin_run(row.path)


class RunDetails(Section):
    """What a run was started with."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, T("Settings of this run"))
        self._context = context
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._values: dict[str, ElidedLabel] = {}
        for row, (key, text) in enumerate(
            (
                ("optimizer", T("Optimizer")),
                ("rate", T("Learning rate")),
                ("batch", T("Batch size")),
                ("seed", T("Seed")),
                ("network", T("Layers")),
                ("device", T("Device")),
            )
        ):
            grid.addWidget(Label(context, text, "small", "muted"), row, 0)
            value = ElidedLabel(context, "", "code-small")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(value, row, 1)
            self._values[key] = value
        self.body.addLayout(grid)

    def show_run(self, run: RunSummary | None) -> None:
        """Shows a run's settings; None hides this."""
        self.setVisible(run is not None)
        if run is None:
            return
        record, training = run.record, run.record.project.training
        optimizer = training.optimizer
        shown = {
            "optimizer": OPTIMIZER_NAMES.get(optimizer.name, optimizer.name),
            "rate": f"{optimizer.learning_rate:.10g}",
            "batch": f"{training.batch_size:,}",
            "seed": str(record.seed),
            "network": str(len(record.project.network.layers)),
            "device": f"{record.device.upper()} · "
            f"{BACKEND_NAMES.get(record.backend, record.backend)}",
        }
        for key, words in shown.items():
            self._values[key].say(words)


class _RunDelegate(QStyledItemDelegate):
    """Paints a run in two lines."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # type: ignore[override]
        return QSize(120, self._context.theme.scaled(_ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex,  # type: ignore[override]
    ) -> None:
        row: RunRow = index.data(Qt.ItemDataRole.UserRole)
        theme, show = self._context.theme, self._context.language.show
        rect = QRectF(option.rect)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        _, icon, colour = _STATUS[row.status]
        side = theme.scaled(ICON)
        ratio = painter.device().devicePixelRatioF()
        first = rect.adjusted(PANEL_PADDING, 5, -PANEL_PADDING, 0)
        first.setHeight(theme.line_height("title"))
        painter.drawPixmap(
            int(first.left()),
            int(first.center().y() - side / 2 + 1),
            theme.pixmap("pause" if row.paused else icon, colour, side, ratio),
        )
        words = first.adjusted(side + 8, 0, 0, 0)
        left = int(Qt.AlignmentFlag.AlignVCenter)
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font("code-title"))
        painter.drawText(words, right, row.accuracy_text)
        painter.setFont(theme.font("body"))
        painter.drawText(words, left, row.title)
        second = words.translated(0, theme.line_height("title") + 1)
        second.setHeight(theme.line_height("small"))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("muted"))
        painter.drawText(second, right, show(T("best validation")))
        painter.drawText(second, left, show(row.note))


def _title(run: RunSummary) -> str:
    return run.created.strftime("%Y-%m-%d %H:%M") if run.created else run.path.name
