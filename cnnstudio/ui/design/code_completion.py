"""The list of what can be written next, below the cursor of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel, QTextCursor
from PySide6.QtWidgets import QAbstractItemView, QCompleter

from cnnstudio.core.code.hints import Offers, offers_at
from cnnstudio.ui.widgets.context import Context

if TYPE_CHECKING:
    from cnnstudio.ui.design.code_view import CodeView

_REACH = 4_000  # characters before the cursor that are looked at
_SOONEST = 2  # letters of a layer's name after which the list opens by itself
_WIDTH = 260
_ACCEPT = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Escape)


class Completion(QObject):
    """Offers layers, their arguments and values where they can stand.

    It opens by itself once enough was typed, and with Ctrl+Space. Enter or Tab takes the choice,
    Escape closes it.

    Args:
        context: Theme and language.
        view: The editor.
    """

    def __init__(self, context: Context, view: CodeView) -> None:
        super().__init__(view)
        self._context, self._view = context, view
        self._offers = Offers()
        self._model = QStandardItemModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setWidget(view)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._popup.setProperty("kind", "popup")
        self._completer.activated.connect(self._take)

    @property
    def _popup(self) -> QAbstractItemView:
        """The list; the completer's own, for one that Python made would be deleted twice."""
        popup = self._completer.popup()
        assert popup is not None
        return popup

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._popup.isVisible()

    @property
    def words(self) -> list[str]:
        """What is offered."""
        return [self._model.item(row).text() for row in range(self._model.rowCount())]

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is the list's: it chooses, moves or closes."""
        if not self.is_open:
            return False
        chosen = self._popup.currentIndex().isValid()
        return event.key() in _MOVES or (event.key() in _ACCEPT and chosen)

    def typed(self, event: QKeyEvent) -> None:
        """Opens, narrows or closes the list after a key."""
        letters = event.text()
        if letters and (letters.isidentifier() or letters in "='\""):
            self._find()
            typed = self._offers.typed
            enough = len(typed) >= (_SOONEST if typed[:1].isupper() else 1)
            if enough or letters == "=":
                self._show()
                return
        elif self.is_open and letters.isdigit() | (event.key() == Qt.Key.Key_Backspace):
            self._find()
            if self._offers.typed:
                self._show()
                return
        if letters or event.key() != Qt.Key.Key_Shift:
            self.close()

    def offer(self) -> None:
        """Opens the list, whatever was typed."""
        self._find()
        self._show()

    def close(self) -> None:
        """Closes the list."""
        if self.is_open:
            self._popup.hide()

    def _find(self) -> None:
        before, _ = self._view.text_around(self._view.textCursor(), _REACH)
        self._offers = offers_at(before, len(before))

    def _show(self) -> None:
        ways = self._offers.fitting
        if not ways or [way.text for way in ways] == [self._offers.typed]:
            self.close()
            return
        self._model.clear()
        for way in ways:
            item = QStandardItem(way.text)
            item.setToolTip(self._context.language.show(way.help))
            self._model.appendRow(item)
        self._popup.setFont(self._view.font())
        place = self._view.cursorRect()
        place.translate(self._view.viewport().geometry().topLeft())
        place.setWidth(self._context.theme.scaled(_WIDTH))
        self._completer.complete(place)
        if self._offers.typed:
            self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def _take(self, text: str) -> None:
        """Writes the choice in the place of what was typed of it."""
        cursor = self._view.textCursor()
        back = len(self._offers.typed)
        cursor.setPosition(cursor.position() - back, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        self._view.setTextCursor(cursor)
