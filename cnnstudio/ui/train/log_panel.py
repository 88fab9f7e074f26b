"""The strip under the plots: what a run has said, a line each, and its epochs as a table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.text import T
from cnnstudio.ui.theme.tokens import PANEL_HEADER
from cnnstudio.ui.train.epoch_table import EpochTable
from cnnstudio.ui.train.training import LogLine, Training
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, Panel
from cnnstudio.ui.widgets.tabs import Tabs

LOG, EPOCHS = "log", "epochs"
_MOST_LINES = 5000


class LogPanel(QWidget):
    """Two tabs: the log and the table of epochs.

    Args:
        context: Theme and language.
        training: What it listens to.
    """

    def __init__(self, context: Context, training: Training) -> None:
        super().__init__()
        self._context = context
        self._training = training
        self._shown: list[LogLine] = []
        self.tabs = Tabs(context, ((LOG, T("Log"), ""), (EPOCHS, T("Epochs"), "")))
        self.tabs.set_current(LOG)
        self.lines = LogView(context)
        self.table = EpochTable(context)
        Phrase(context.language, self.table, QWidget.setAccessibleName, T("Epochs"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self.lines)
        self._pages.addWidget(self.table)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(4, 0, 4, 0)
        head.addWidget(self.tabs)
        head.addStretch(1)
        panel = Panel(context)
        panel.body.setContentsMargins(0, 0, 0, 0)
        panel.body.setSpacing(0)
        for part in (self._head, Line(), self._pages):
            panel.body.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        self.tabs.chosen.connect(self._choose)
        training.logged.connect(self._add)
        training.changed.connect(self._follow)
        context.language.changed.connect(self._fill)
        context.theme.changed.connect(self._resize)
        self._resize()
        self._fill()

    def _choose(self, tab: str) -> None:
        self._pages.setCurrentWidget(self.table if tab == EPOCHS else self.lines)

    def _follow(self) -> None:
        if self._shown is not self._training.log:
            self._fill()
        self.table.show_run(self._training.shown)

    def _fill(self) -> None:
        self._shown = self._training.log
        self.lines.setPlainText("\n".join(self._words(line) for line in self._shown[-_MOST_LINES:]))
        self.lines.to_end()
        self.table.show_run(self._training.shown)

    def _add(self, line: LogLine) -> None:
        if self._shown is not self._training.log:
            return  # `_follow` will show it
        self.lines.appendPlainText(self._words(line))
        self.table.show_run(self._training.shown)

    def _words(self, line: LogLine) -> str:
        time = line.at.strftime("%H:%M:%S   ") if line.at else ""
        return time + self._context.language.show(line.text)

    def _resize(self) -> None:
        self._head.setFixedHeight(self._context.theme.scaled(PANEL_HEADER))


class LogView(QPlainTextEdit):
    """Lines that wrap, can be selected and copied, and stay at their end unless scrolled away.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setMaximumBlockCount(_MOST_LINES)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setStyleSheet("QPlainTextEdit { border: none; padding: 2px 6px; }")
        Phrase(context.language, self, QPlainTextEdit.setAccessibleName, T("Log"))
        self._at_end = True
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._stay_at_end)
        bar.valueChanged.connect(self._scrolled)
        self._theme.changed.connect(self._dress)
        self._dress()

    def to_end(self) -> None:
        """Shows the last lines, and from now on those that come."""
        self._at_end = True
        self._stay_at_end()

    def _scrolled(self, value: int) -> None:
        self._at_end = value >= self.verticalScrollBar().maximum()

    def _stay_at_end(self) -> None:
        if self._at_end:
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _dress(self) -> None:
        self.setFont(self._theme.font("code-small"))
