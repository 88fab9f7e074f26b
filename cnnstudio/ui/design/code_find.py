"""Find in the code: a row above it with a field and the ways from one place to the next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.design.code_view import CodeView
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SearchField
from cnnstudio.ui.widgets.label import Label

_MOST = 1_000  # places that are marked


class CodeFind(QWidget):
    """Finds text in the editor, in whatever case.

    Args:
        context: Theme and language.
        view: The editor.
    """

    def __init__(self, context: Context, view: CodeView) -> None:
        super().__init__()
        self._view = view
        self._places: list[QTextCursor] = []
        self.field = SearchField(context, T("Find in the code"))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.count = Label(context, "", "small", "muted")
        back = IconButton(context, "chevron-up", T("Previous place found"), "Shift+F3")
        on = IconButton(context, "chevron-down", T("Next place found"), "F3")
        close = IconButton(context, "x", T("Close"), "Esc")
        back.clicked.connect(lambda: self.step(-1))
        on.clicked.connect(lambda: self.step(1))
        close.clicked.connect(self.close_row)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 4, 4)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        for part in (self.count, back, on, close):
            row.addWidget(part)
        view.find_wanted.connect(self._wanted)
        view.textChanged.connect(self._look)
        self.hide()

    def open(self) -> None:
        """Shows the row, with what is selected in the code."""
        selected = self._view.textCursor().selectedText()
        self.show()
        if selected and "\u2029" not in selected:
            self.field.setText(selected)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._look()

    def step(self, by: int) -> None:
        """Goes to the next place found, or the one before; round the ends."""
        self._look()
        if not self._places:
            return
        here = self._view.textCursor()
        if by > 0:
            ahead = (n for n, p in enumerate(self._places) if p.position() > here.position())
            self._go(next(ahead, 0))
        else:
            before = [n for n, p in enumerate(self._places)
                      if p.selectionStart() < here.selectionStart()]  # fmt: skip
            self._go(before[-1] if before else len(self._places) - 1)

    def close_row(self) -> None:
        """Hides it; the editor has the focus again."""
        self.hide()
        self._view.mark_found([])
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.step(-1 if back else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_row()
                return True
        return False

    def _wanted(self, by: int) -> None:
        if by and self.field.text():
            self.step(by)
        else:
            self.open()

    def _search(self, _typed: str) -> None:
        """Shows the first place at or behind the cursor as soon as it is typed."""
        self._look()
        here = self._view.textCursor().selectionStart()
        if self._places:
            ahead = (n for n, p in enumerate(self._places) if p.selectionStart() >= here)
            self._go(next(ahead, 0))

    def _look(self) -> None:
        if not self.isVisible():
            return
        self._places = []
        typed, document = self.field.text(), self._view.document()
        place = QTextCursor(document)
        while typed and len(self._places) < _MOST:
            place = document.find(typed, place)
            if place.isNull():
                break
            self._places.append(QTextCursor(place))
        self._view.mark_found(self._places)
        none = T("Not in the code") if typed else ""
        self.count.say(T("{count} found", count=len(self._places)) if self._places else none)

    def _go(self, at: int) -> None:
        self._view.setTextCursor(self._places[at])
        words: Text = T("{number} of {count}", number=at + 1, count=len(self._places))
        self.count.say(words)
