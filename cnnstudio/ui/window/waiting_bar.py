"""The line that says what is being done, how far that is, and that it can be cancelled."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, ground

_WIDTH, _HEIGHT = 200, 6
_WHOLE = 1000


class WaitingBar(QWidget):
    """Stands above the content while something is done beside the window; hidden otherwise.

    Args:
        context: Theme and language.
    """

    cancelled = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        ground(self)
        self.text = Label(context)
        self.bar = QProgressBar()
        self.bar.setRange(0, _WHOLE)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(_WIDTH, _HEIGHT)
        self._name = Phrase(context.language, self.bar, QWidget.setAccessibleName)
        self.cancel = Button(context, T("Cancel"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(GAP)
        row.addWidget(self.text)
        row.addWidget(self.bar)
        row.addWidget(self.cancel)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(Line())
        self.cancel.clicked.connect(self.cancelled)
        self.hide()

    def begin(self, text: Text, *, measured: bool) -> None:
        """Shows what is being done.

        Args:
            text: What.
            measured: Whether it is known how far it is.
        """
        self.text.say(text)
        self._name.set(text)
        self.bar.setValue(0)
        self.bar.setVisible(measured)
        self.show()

    def show_share(self, share: float) -> None:
        """Shows how much is done, 0 to 1."""
        self.bar.setValue(round(share * _WHOLE))
