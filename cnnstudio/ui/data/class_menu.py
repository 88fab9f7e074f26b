"""Choosing a class from any number of them: a list that narrows as one types."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import ROW
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SearchField
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.popover import Popover
from cnnstudio.ui.window.matching import NO_MATCH, Matcher

_WIDTH, _MOST_ROWS, _MOST_ITEMS = 260, 10, 500
_DIGITS = "123456789"
_NO_DIGIT = "\u2007"  # as wide as a digit


def digit_labels(classes: Sequence[Text | str]) -> dict[str, int]:
    """The class that each digit stands for.

    The digits 1 to 9 are the first nine classes in their order. Where classes are called by digits
    themselves, as in MNIST, every digit is the class of that name.
    """
    names = [name for name in classes if isinstance(name, str)]
    if any(len(name) == 1 and name.isascii() and name.isdigit() for name in names):
        own = {name: label for label, name in enumerate(classes) if isinstance(name, str)}
        return {digit: own[digit] for digit in f"0{_DIGITS}" if digit in own}
    return {digit: label for label, digit in enumerate(_DIGITS[: len(classes)])}


class ClassMenu(Popover):
    """A field, the classes that fit, and the digit that chooses each of the first ones.

    Args:
        context: Theme and language.
        parent: The window it belongs to.
        classes: The names of the classes.
        current: The class that is chosen now; −1 for none or several.
    """

    chosen = Signal(int)
    """The label of a class."""

    def __init__(
        self, context: Context, parent: QWidget, classes: Sequence[Text | str], current: int = -1
    ) -> None:
        super().__init__(context, parent)
        self._context = context
        self._classes = classes
        self._current = current
        self._digits = digit_labels(classes)
        self._matcher = Matcher()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = SearchField(context, T("Find a class"))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._fill)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._take)
        Phrase(context.language, self.list, QWidget.setAccessibleName, T("Classes"))
        self._none = Label(context, T("No class is called that."), "small", "muted", wrap=True)
        for part in (self.field, self.list, self._none):
            part.setFixedWidth(context.theme.scaled(_WIDTH))
            self.body.addWidget(part)
        self._fill("")
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        key = Qt.Key(event.key())
        if not self.field.text() and event.text() in self._digits:
            self._choose(self._digits[event.text()])
        elif key in steps:
            row = self.list.currentRow() + steps[key]
            self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if (item := self.list.currentItem()) is not None:
                self._take(item)
        else:
            return False
        return True

    def _fill(self, typed: str) -> None:
        ranks = [(self._matcher.rank(typed, [name]), at) for at, name in enumerate(self._classes)]
        found = [label for rank, label in sorted(ranks) if rank < NO_MATCH][:_MOST_ITEMS]
        digit_of = {label: digit for digit, label in self._digits.items()} if not typed else {}
        row = self._context.theme.scaled(ROW)
        self.list.clear()
        for label in found:
            name = self._context.language.show(self._classes[label])
            digit = digit_of.get(label, _NO_DIGIT)
            item = QListWidgetItem(f"{digit}   {name}" if digit_of else name)
            item.setData(Qt.ItemDataRole.UserRole, label)
            item.setSizeHint(QSize(0, row))
            self.list.addItem(item)
        at = found.index(self._current) if not typed and self._current in found else 0
        self.list.setCurrentRow(at if found else -1)
        self.list.setFixedHeight(min(max(len(found), 1), _MOST_ROWS) * row + 2)
        self.list.setVisible(bool(found))
        self._none.setVisible(not found)
        if self.isVisible():
            self.adjustSize()

    def _take(self, item: QListWidgetItem) -> None:
        self._choose(int(item.data(Qt.ItemDataRole.UserRole)))

    def _choose(self, label: int) -> None:
        self.close()
        self.chosen.emit(label)
