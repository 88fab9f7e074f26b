"""What was passed over while reading code, line by line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from cnnstudio.core.code.reading.result import Passed
from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.plain_text import show_text

_MOST_LINES = 7


class PassedList(QWidget):
    """Lines of code that no layer and no setting came from.

    Args:
        context: Theme and language.
        has_cells: Whether lines are counted through the cells of a notebook.
    """

    def __init__(self, context: Context, *, has_cells: bool) -> None:
        super().__init__()
        self._theme = context.theme
        note: Text | str = T("Lines are counted through all code cells.") if has_cells else ""
        self.list = QPlainTextEdit()
        self.list.setReadOnly(True)
        self.list.setTabChangesFocus(True)
        self.list.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        Phrase(context.language, self.list, QWidget.setAccessibleName, T("Not read"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(Label(context, T("Not read"), "title"))
        self.note = Label(context, note, "small", "muted", wrap=True)
        column.addWidget(self.note)
        self.note.setVisible(bool(note))
        column.addWidget(self.list)
        self._theme.changed.connect(self._dress)
        self._dress()

    def show_passed(self, passed: Sequence[Passed]) -> None:
        """Shows what was passed over, and nothing of itself if that is nothing."""
        width = len(str(passed[-1].line)) if passed else 0
        show_text(self.list, "\n".join(f"{one.line:>{width}}  {one.what}" for one in passed))
        self.setVisible(bool(passed))
        self._dress()

    def _dress(self) -> None:
        self.list.setFont(self._theme.font("code-small"))
        lines = min(self.list.blockCount(), _MOST_LINES)
        bar = self.list.horizontalScrollBar().sizeHint().height()
        spacing = QFontMetrics(self.list.font()).lineSpacing()
        self.list.setFixedHeight(lines * spacing + bar + 12)
