"""What is being read, phase by phase: how many files were found, how many pictures are read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.opening import Step
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.section import Icon

_WHOLE = 1000
_HEIGHT, _WIDTH = 6, 420


class _Phase(QWidget):
    """One phase: whether it is done, and how far it is."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._icon = Icon(context, "arrow-right", "accent")
        self.words = Label(context)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._icon)
        row.addWidget(self.words, 1)

    def show_state(self, text: Text, *, done: bool) -> None:
        self.words.say(text)
        self._icon.change(*(("check", "success") if done else ("arrow-right", "accent")))


class ScanView(QWidget):
    """Shows how far reading is.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._progress: Step | None = None
        self.phases: dict[str, _Phase] = {}
        self._first = Label(context, T("Looking at what is there…"), "body", "muted")
        self.bar = QProgressBar()
        self.bar.setRange(0, _WHOLE)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(_HEIGHT)
        self.bar.setMaximumWidth(context.theme.scaled(_WIDTH))
        self._name = Phrase(context.language, self.bar, QWidget.setAccessibleName)
        self._column = QVBoxLayout()
        self._column.setSpacing(GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._first)
        column.addLayout(self._column)
        column.addWidget(self.bar)
        column.addStretch(1)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.begin()

    def begin(self) -> None:
        """Forgets what was shown."""
        for phase in self.phases.values():
            self._column.removeWidget(phase)
            phase.hide()
            phase.deleteLater()
        self.phases = {}
        self._progress = None
        self._first.show()
        self.bar.setValue(0)
        self.bar.hide()

    def show_progress(self, progress: Step | None) -> None:
        """Shows how far it is; None before anything is known."""
        if progress is None:
            if self.phases:
                self.begin()
            return
        self._first.hide()
        before, self._progress = self._progress, progress
        if before is not None and before.phase != progress.phase:
            self.phases[before.phase].show_state(before.text, done=True)
        if progress.phase not in self.phases:
            self.phases[progress.phase] = phase = _Phase(self._context)
            self._column.addWidget(phase)
        self.phases[progress.phase].show_state(progress.text, done=False)
        self.bar.setVisible(progress.total > 0)
        if progress.total:
            self.bar.setValue(round(progress.done * _WHOLE / progress.total))
        self._name.set(progress.text)
