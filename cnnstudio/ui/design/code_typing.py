"""What keys do to Python code beyond typing letters; each is one step of the text's own undo."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument

INDENT = 4
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_BACK = {closing: opening for opening, closing in _PAIRS.items()}
_FARTHEST = 20_000  # characters a bracket's partner is looked for


def indent(cursor: QTextCursor) -> None:
    """Moves the selected lines in, or goes on to the next column that is a multiple of four."""
    cursor.beginEditBlock()
    if cursor.hasSelection():
        for line in _lines(cursor):
            if line.text().strip():
                QTextCursor(line).insertText(" " * INDENT)
    else:
        cursor.insertText(" " * (INDENT - cursor.positionInBlock() % INDENT))
    cursor.endEditBlock()


def dedent(cursor: QTextCursor) -> None:
    """Moves the lines of the selection, or of the cursor, out."""
    cursor.beginEditBlock()
    for line in _lines(cursor):
        there = _indentation(line.text())
        _erase(line, 0, there - max(there - 1, 0) // INDENT * INDENT)
    cursor.endEditBlock()


def toggle_comment(cursor: QTextCursor) -> None:
    """Makes comments of the lines, or code again if all of them are comments."""
    lines = [line for line in _lines(cursor) if line.text().strip()]
    if not lines:
        return
    column = min(_indentation(line.text()) for line in lines)
    cursor.beginEditBlock()
    if all(line.text().lstrip().startswith("#") for line in lines):
        for line in lines:
            at = _indentation(line.text())
            _erase(line, at, 2 if line.text()[at + 1 : at + 2] == " " else 1)
    else:
        for line in lines:
            place = QTextCursor(line)
            place.setPosition(line.position() + column)
            place.insertText("# ")
    cursor.endEditBlock()


def new_line(cursor: QTextCursor) -> None:
    """Begins a line as far in as its place in the code asks for."""
    before = cursor.block().text()[: cursor.positionInBlock()]
    after = cursor.block().text()[cursor.positionInBlock() :].lstrip()
    code = re.sub(r"\s*#.*$", "", before).rstrip()
    there = _indentation(before)
    cursor.beginEditBlock()
    cursor.removeSelectedText()
    if code.endswith((":", *_PAIRS)):
        cursor.insertText("\n" + " " * (there + INDENT))
        if code[-1] in _PAIRS and after.startswith(_PAIRS[code[-1]]):
            inside = cursor.position()
            cursor.insertText("\n" + " " * there)
            cursor.setPosition(inside)
    else:
        cursor.insertText("\n" + " " * there)
    cursor.endEditBlock()


def erase_indent(cursor: QTextCursor) -> bool:
    """Goes back to the column before that is a multiple of four; False if that isn't due."""
    column = cursor.positionInBlock()
    before = cursor.block().text()[:column]
    if cursor.hasSelection() or not before or before.strip(" "):
        return False
    back = (column - 1) % INDENT + 1
    cursor.setPosition(cursor.position() - back, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    return True


def bracket_pair(document: QTextDocument, at: int) -> tuple[int, int] | None:
    """The bracket right before or behind a place, and its partner; None without both.

    Brackets in strings and comments count like all others.
    """
    for place in (at, at - 1):
        bracket = document.characterAt(place) if place >= 0 else ""
        if bracket in _PAIRS or bracket in _BACK:
            other = _partner(document, place, bracket)
            return None if other is None else (place, other)
    return None


def _partner(document: QTextDocument, at: int, bracket: str) -> int | None:
    forward = bracket in _PAIRS
    partner = _PAIRS[bracket] if forward else _BACK[bracket]
    open_ = 0
    last = min(document.characterCount(), at + _FARTHEST)
    for place in range(at, last) if forward else range(at, max(at - _FARTHEST, 0) - 1, -1):
        letter = document.characterAt(place)
        open_ += (letter == bracket) - (letter == partner)
        if open_ == 0:
            return place
    return None


def _lines(cursor: QTextCursor) -> Iterator[QTextBlock]:
    """The lines of a selection; one that it only touches with its end doesn't count."""
    document = cursor.document()
    line = document.findBlock(cursor.selectionStart())
    end = max(cursor.selectionEnd() - cursor.hasSelection(), cursor.selectionStart())
    last = document.findBlock(end).blockNumber()
    while line.isValid() and line.blockNumber() <= last:
        yield line
        line = line.next()


def _indentation(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _erase(line: QTextBlock, column: int, count: int) -> None:
    place = QTextCursor(line)
    place.setPosition(line.position() + column)
    place.setPosition(place.position() + count, QTextCursor.MoveMode.KeepAnchor)
    place.removeSelectedText()
