"""What a run has said, a line each."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cnnstudio.core.text import T
from cnnstudio.ui.train.training import LogLine, Training
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Panel

_MOST_LINES = 5000


class LogPanel(QWidget):
    """The strip under the plots.

    Args:
        context: Theme and language.
        training: What it listens to.
    """

    def __init__(self, context: Context, training: Training) -> None:
        super().__init__()
        self._context = context
        self._training = training
        self._shown: list[LogLine] = []
        panel = Panel(context, T("Log"))
        panel.body.setContentsMargins(4, 0, 0, 0)
        self.list = QListWidget()
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        Phrase(context.language, self.list, QListWidget.setAccessibleName, T("Log"))
        self._at_end = True
        bar = self.list.verticalScrollBar()
        bar.rangeChanged.connect(self._stay_at_end)
        bar.valueChanged.connect(self._scrolled)
        panel.body.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        training.logged.connect(self._add)
        training.changed.connect(self._follow)
        context.language.changed.connect(self._fill)
        context.theme.changed.connect(self._dress)
        self._dress()
        self._fill()

    def _follow(self) -> None:
        if self._shown is not self._training.log:
            self._fill()

    def _fill(self) -> None:
        self._shown = self._training.log
        self.list.clear()
        for line in self._shown[-_MOST_LINES:]:
            self._add(line)
        self._at_end = True
        self.list.scrollToBottom()

    def _add(self, line: LogLine) -> None:
        if self._shown is not self._training.log:
            return  # `_follow` will show it
        if self.list.count() >= _MOST_LINES:
            self.list.takeItem(0)
        words = self._context.language.show(line.text)
        time = line.at.strftime("%H:%M:%S   ") if line.at else ""
        item = QListWidgetItem(time + words)
        item.setToolTip(words)
        self.list.addItem(item)

    def _scrolled(self, value: int) -> None:
        self._at_end = value >= self.list.verticalScrollBar().maximum()

    def _stay_at_end(self) -> None:
        if self._at_end:
            self.list.scrollToBottom()

    def _dress(self) -> None:
        self.list.setFont(self._context.theme.font("code-small"))
