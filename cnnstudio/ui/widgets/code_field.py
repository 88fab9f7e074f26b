"""The field for what is typed as code is: numbers, shapes, plain values."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from cnnstudio.ui.widgets.context import Context


class CodeField(QLineEdit):
    """A line in the font of code that can be marked as not accepted.

    Args:
        context: Theme and language.
        parent: What it is in.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = context.theme
        self._theme.changed.connect(self._dress)
        self._dress()

    def set_error(self, error: bool) -> None:
        """Marks it as not accepted."""
        self.setProperty("state", "error" if error else "")
        self.style().unpolish(self)
        self.style().polish(self)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # polishing brings an older font back
            self._dress()

    def _dress(self) -> None:
        self.setFont(self._theme.font("code"))
