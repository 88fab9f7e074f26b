"""What the person should know now, above the content until it is dismissed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.states import Notice, Remedy

LEAVES = 8_000
"""Milliseconds that a line stays which says that something was done."""


class NoticeBar(QWidget):
    """At most one notice; the next one takes its place.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self.current: Notice | None = None
        self.close_button = IconButton(context, "x", T("Close"))
        self.close_button.clicked.connect(self.dismiss)
        self.close_button.hide()
        self._row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._leaving = QTimer(self, singleShot=True, interval=LEAVES)
        self._leaving.timeout.connect(self.dismiss)
        self.hide()

    def show_error(self, text: Text) -> None:
        """Says what went wrong."""
        self._show(text, (), "danger")

    def show_success(self, text: Text, *remedies: Remedy, why: Text | str = "") -> None:
        """Says what an action came to, what else is to be known, and what can be done about it."""
        self._show(text, remedies, "success", why)

    def show_done(self, text: Text) -> None:
        """Says in a line, for a few seconds, that something was done."""
        self.dismiss()
        self._put(Notice(self._context, text, tone="success", bare=True, role="body"))
        self.close_button.show()
        self._leaving.start()

    def show_news(self, text: Text, remedy: Remedy) -> None:
        """Says what waits elsewhere, with the button that leads there."""

        def lead() -> None:
            self.dismiss()
            remedy.run()

        self._show(text, (Remedy(remedy.text, lead),), "warning")

    def _show(
        self, text: Text, remedies: Sequence[Remedy], tone: str, why: Text | str = ""
    ) -> None:
        self.dismiss()
        remedies = [*remedies, Remedy(T("Close"), self.dismiss)]
        self._put(Notice(self._context, text, why, remedies, tone=tone))

    def _put(self, notice: Notice) -> None:
        self.current = notice
        self._row.insertWidget(0, notice, 1)
        self.show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._leaving.stop()

    def dismiss(self) -> None:
        """Takes the notice away."""
        self._leaving.stop()
        self.close_button.hide()
        if self.current is not None:
            self._row.removeWidget(self.current)
            self.current.hide()
            self.current.deleteLater()
            self.current = None
        self.hide()
