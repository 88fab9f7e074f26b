"""What went wrong with a file, above the content until it is dismissed."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.states import Notice, Remedy


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
        self.hide()

    def show_error(self, text: Text) -> None:
        """Says what went wrong."""
        self.dismiss()
        remedy = Remedy(T("Close"), self.dismiss)
        self.current = Notice(self._context, text, remedies=[remedy])
        self._row.addWidget(self.current)
        self.show()

    def dismiss(self) -> None:
        """Takes the notice away."""
        if self.current is not None:
            self._row.removeWidget(self.current)
            self.current.hide()
            self.current.deleteLater()
            self.current = None
        self.hide()
