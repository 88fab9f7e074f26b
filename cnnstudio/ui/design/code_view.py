"""The editor of the code panel: Python with line numbers, colours, marks and the usual keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QToolTip, QWidget

from cnnstudio.core.code.hints import help_at
from cnnstudio.core.text import T, Text
from cnnstudio.ui.design import code_typing
from cnnstudio.ui.design.code_colours import PythonColours
from cnnstudio.ui.design.code_completion import Completion
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.plain_text import show_text, tip_text

_NUMBERS_WIDTH, _MARK = 36, 11
_ABOVE = 3  # lines that stay in view above one that is brought there
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_NONE = Qt.KeyboardModifier.NoModifier

Mark = QTextEdit.ExtraSelection


class _Gutter(QWidget):
    """The numbers of the lines in view, and the mark of the line that can't be read."""

    def __init__(self, code: CodeView) -> None:
        super().__init__(code)
        self._code = code

    def paintEvent(self, event: QPaintEvent) -> None:
        code, theme = self._code, self._code.theme
        painter = QPainter(self)
        painter.setFont(code.font())
        height = code.fontMetrics().height()
        block = code.firstVisibleBlock()
        while block.isValid():
            top = code.blockBoundingGeometry(block).translated(code.contentOffset()).top()
            if top > self.height():
                break
            wrong = block.blockNumber() == code.wrong_line
            painter.setPen(theme.colour("danger" if wrong else "muted"))
            line = QRect(0, round(top), self.width() - 8, height)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle,
                             str(block.blockNumber() + 1))  # fmt: skip
            if wrong:
                icon = theme.pixmap("circle-alert", "danger", _MARK, self.devicePixelRatioF())
                painter.drawPixmap(1, line.top() + (height - _MARK) // 2, icon)
            block = block.next()


class CodeView(QPlainTextEdit):
    """Source code to read and to write.

    Args:
        context: Theme and language.

    Attributes:
        undo_wanted: Ctrl+Z; what is taken back is not the editor's to decide.
        redo_wanted: Ctrl+Shift+Z or Ctrl+Y.
        read_wanted: Ctrl+Enter: the code shall be read now.
        find_wanted: Ctrl+F: 0; F3: 1; Shift+F3: −1.
        left: The focus went elsewhere.
    """

    undo_wanted = Signal()
    redo_wanted = Signal()
    read_wanted = Signal()
    find_wanted = Signal(int)
    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.theme = context.theme
        self._language = context.language
        self._marks: dict[str, list[Mark]] = {}
        self._marked: tuple[int, ...] = ()

        self._wrong: Text | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setStyleSheet(
            "QPlainTextEdit { border: none; }"
            "QAbstractScrollArea::corner { border: none; background: transparent; }"
        )
        self._gutter = _Gutter(self)
        self._colours = PythonColours(self.document(), context.theme)
        self.completion = Completion(context, self)
        key = Qt.Key
        self._keys: dict[tuple[int, Qt.KeyboardModifier], Callable[[], object]] = {
            (key.Key_Return, _CTRL): self.read_wanted.emit,
            (key.Key_Enter, _CTRL): self.read_wanted.emit,
            (key.Key_F, _CTRL): lambda: self.find_wanted.emit(0),
            (key.Key_F3, _NONE): lambda: self.find_wanted.emit(1),
            (key.Key_F3, _SHIFT): lambda: self.find_wanted.emit(-1),
            (key.Key_Slash, _CTRL): lambda: code_typing.toggle_comment(self.textCursor()),
            (key.Key_Space, _CTRL): self.completion.offer,
            (key.Key_Tab, _NONE): lambda: code_typing.indent(self.textCursor()),
            (key.Key_Backtab, _SHIFT): lambda: code_typing.dedent(self.textCursor()),
            (key.Key_Return, _NONE): self._new_line,
            (key.Key_Enter, _NONE): self._new_line,
        }
        self.updateRequest.connect(self._scroll_numbers)
        self.blockCountChanged.connect(self._make_room)
        self.cursorPositionChanged.connect(self._pair)
        Phrase(context.language, self, QWidget.setAccessibleName, T("Code"))
        Phrase(context.language, self, QPlainTextEdit.setPlaceholderText,
               T("Paste Keras code here."))  # fmt: skip
        context.theme.changed.connect(self._dress)
        self._dress()

    # --- text -----------------------------------------------------------------------------------

    def show_code(self, code: str) -> None:
        """Shows code that wasn't typed here: the text's own undo ends there."""
        cursor = self.textCursor()
        line, column = cursor.blockNumber(), cursor.positionInBlock()
        show_text(self, code)
        self.setUndoRedoEnabled(True)
        block = self.document().findBlockByNumber(min(line, self.blockCount() - 1))
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(column, block.length() - 1))
        self.setTextCursor(cursor)

    def insert_code(self, code: str) -> None:
        """Puts code in the place of all there is, as if it were typed."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(code)

    def text_around(self, cursor: QTextCursor, most: int) -> tuple[str, str]:
        """So many characters before a cursor at most, and the rest of its line."""
        place = cursor.position()
        before, after = QTextCursor(cursor), QTextCursor(cursor)
        before.setPosition(place)
        before.setPosition(max(place - most, 0), QTextCursor.MoveMode.KeepAnchor)
        after.setPosition(place)
        after.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        return before.selectedText().replace("\u2029", "\n"), after.selectedText()

    def go_to(self, line: int, column: int) -> None:
        """Puts the cursor there, both counted from 0, and the focus on the editor."""
        block = self.document().findBlockByNumber(line)
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + max(min(column, block.length() - 1), 0))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- marks ----------------------------------------------------------------------------------

    @property
    def wrong_line(self) -> int:
        """The line that can't be read, counted from 0; −1 for none."""
        marks = self._marks.get("wrong")
        return marks[0].cursor.blockNumber() if marks else -1

    def mark_lines(self, lines: Iterable[int], *, reveal: bool = True) -> None:
        """Gives lines the selection's ground and brings the first of them in view."""
        self._marked = tuple(sorted(lines))
        self._set_marks("layers", [self._line_mark(line, "selection") for line in self._marked])
        if self._marked and reveal:
            self._reveal(self._marked[0])

    def mark_wrong(self, line: int, column: int = 0, problem: Text | None = None) -> None:
        """Marks the line that can't be read.

        Args:
            line: The line, counted from 0; −1 for none.
            column: The column from which on, counted from 0.
            problem: Why; shown beside the pointer.
        """
        self._wrong = problem
        marks = []
        block = self.document().findBlockByNumber(line)
        if line >= 0 and block.isValid():
            marks.append(self._line_mark(line, "danger_ground"))
            text = block.text()
            start = column if text[column:].strip() else len(text) - len(text.lstrip())
            wave = Mark()
            wave.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            wave.format.setUnderlineColor(self.theme.colour("danger"))
            wave.cursor = self._cursor(block.position() + start, block.position() + len(text))
            marks.append(wave)
        self._set_marks("wrong", marks)
        self._gutter.update()

    def mark_found(self, places: Sequence[QTextCursor]) -> None:
        """Gives places that were searched for a ground of their own."""
        marks = []
        for place in places:
            mark = Mark()
            mark.format.setBackground(self.theme.colour("warning_ground"))
            mark.cursor = place
            marks.append(mark)
        self._set_marks("found", marks)

    def _line_mark(self, line: int, colour: str) -> Mark:
        mark = Mark()
        mark.format.setBackground(self.theme.colour(colour))
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        mark.cursor = QTextCursor(self.document().findBlockByNumber(line))
        return mark

    def _pair(self) -> None:
        """Marks the bracket beside the cursor and its partner."""
        pair = None
        if self.hasFocus() and not self.textCursor().hasSelection():
            pair = code_typing.bracket_pair(self.document(), self.textCursor().position())
        marks = []
        for place in pair or ():
            mark = Mark()
            mark.format.setBackground(self.theme.colour("sunken"))
            mark.format.setForeground(self.theme.colour("accent"))
            mark.cursor = self._cursor(place, place + 1)
            marks.append(mark)
        self._set_marks("pair", marks)

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _set_marks(self, name: str, marks: list[Mark]) -> None:
        if marks or self._marks.get(name):
            self._marks[name] = marks
            order = ("layers", "wrong", "found", "pair")
            self.setExtraSelections([mark for one in order for mark in self._marks.get(one, ())])

    def _reveal(self, line: int) -> None:
        block = self.document().findBlockByNumber(line)
        place = self.blockBoundingGeometry(block).translated(self.contentOffset())
        if place.top() < 0 or place.bottom() > self.viewport().height():
            self.verticalScrollBar().setValue(max(line - _ABOVE, 0))

    # --- events ---------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Takes the keys that mean something here before the window's shortcuts do."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._meaning(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.completion.takes(event):
            event.ignore()  # the list of completions does what it means
            return
        if (act := self._meaning(event)) is not None:
            act()
        elif not (
            event.key() == Qt.Key.Key_Backspace
            and event.modifiers() == _NONE
            and code_typing.erase_indent(self.textCursor())
        ):
            super().keyPressEvent(event)
        self.completion.typed(event)

    def _meaning(self, event: QKeyEvent) -> Callable[[], object] | None:
        if event.matches(QKeySequence.StandardKey.Undo):
            return self.undo_wanted.emit
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        again = (Qt.Key.Key_Y, _CTRL), (Qt.Key.Key_Z, _CTRL | _SHIFT)
        if event.matches(QKeySequence.StandardKey.Redo) or (event.key(), modifiers) in again:
            return self.redo_wanted.emit
        return self._keys.get((event.key(), modifiers))

    def _new_line(self) -> None:
        cursor = self.textCursor()
        code_typing.new_line(cursor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._pair()
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.completion.close()
            self.left.emit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text is taken; a file that is dropped is the window's."""
        return source.hasText() and not source.hasUrls()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def _tip(self, at: QPoint) -> str:
        """What is told of the code under the pointer."""
        cursor = self.cursorForPosition(at)
        if cursor.blockNumber() == self.wrong_line and self._wrong is not None:
            return tip_text(self._language.show(self._wrong))
        if abs(self.cursorRect(cursor).left() - at.x()) > self.fontMetrics().averageCharWidth():
            return ""
        before, after = self.text_around(cursor, 4_000)
        told = help_at(before + after, len(before))
        return "" if told is None else tip_text(self._language.show(told))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()
        if self.hasFocus():  # a notice below takes room where the person types
            self.ensureCursorVisible()

    def _make_room(self) -> None:
        """Gives the numbers the room the longest of them needs."""
        digits = self.fontMetrics().horizontalAdvance("9" * len(str(self.blockCount())))
        width = max(self.theme.scaled(_NUMBERS_WIDTH), digits + _MARK + 12)
        self.setViewportMargins(width, 0, 0, 0)
        area = self.contentsRect()
        self._gutter.setGeometry(area.left(), area.top(), width, area.height())

    def _scroll_numbers(self) -> None:
        self._gutter.update()

    def _dress(self) -> None:
        self.setFont(self.theme.font("code-small"))
        self.setTabStopDistance(code_typing.INDENT * self.fontMetrics().horizontalAdvance(" "))
        self._make_room()
        self.mark_lines(self._marked, reveal=False)
        self.mark_wrong(self.wrong_line, 0, self._wrong)
        self._pair()
