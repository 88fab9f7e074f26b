"""Plain texts: long ones to read, of which a change touches a few lines, and those of tooltips."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

_TIP_WIDTH = 90  # characters


def show_text(edit: QPlainTextEdit, text: str) -> None:
    """Shows `text`; lines that stay are neither laid out nor coloured anew, nor scrolled away.

    Args:
        edit: The widget; it keeps no history.
        text: Its new text.
    """
    edit.setUndoRedoEnabled(False)
    old, new = edit.toPlainText().split("\n"), text.split("\n")
    most = min(len(old), len(new))
    above = next((n for n in range(most) if old[n] != new[n]), most)
    most -= above
    below = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    if above == len(old) == len(new):
        return
    if above + below == 0:
        edit.setPlainText(text)
        return
    if above + below == min(len(old), len(new)):  # lines come or go: one beside them is changed
        above, below = (above - 1, below) if above else (above, below - 1)
    document = edit.document()
    last = document.findBlockByNumber(len(old) - below - 1)
    cursor = QTextCursor(document.findBlockByNumber(above))
    cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText("\n".join(new[above : len(new) - below]))


def tip_text(text: str) -> str:
    """A plain text for a tooltip: never taken for rich text, and wrapped where it is long."""
    lines = text.split("\n")
    if "<" not in text and "&" not in text and max(map(len, lines)) <= _TIP_WIDTH:
        return text
    return f'<p style="white-space:pre-wrap">{escape(text)}</p>'
