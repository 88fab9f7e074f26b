"""The history: every step with its name, the last one done marked; a choice goes there at once."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from cnnstudio.core.text import T
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.popover import Popover

_WIDTH, _ROW, _MOST_ROWS = 300, 28, 14


class History(Popover):
    """A list of steps, the newest at the bottom; those taken back are grey.

    Args:
        context: Theme and language.
        editor: What keeps the steps.
        window: The window it belongs to.
    """

    def __init__(self, context: Context, editor: Editor, window: QWidget) -> None:
        super().__init__(context, window)
        self._context, self._editor = context, editor
        self.body.setContentsMargins(1, 10, 1, 6)
        title = Label(context, T("History"), "title")
        title.setContentsMargins(12, 0, 12, 0)
        self.list = _Steps()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("QListWidget { background: transparent; }")
        Phrase(context.language, self.list, QWidget.setAccessibleName, T("History"))
        self.list.itemClicked.connect(self._go)
        self.list.itemActivated.connect(self._go)
        self.body.addWidget(title)
        self.body.addWidget(self.list)

    def open_at(self, anchor: QWidget) -> None:
        """Opens under `anchor` with the steps there are now."""
        self._fill()
        self.open_below(anchor)
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fill(self) -> None:
        theme, show = self._context.theme, self._context.language.show
        self.list.clear()
        steps = (T("Beginning"), *self._editor.history)
        for number, step in enumerate(steps):
            item = QListWidgetItem(show(step))
            item.setToolTip(show(step))
            item.setSizeHint(QSize(0, theme.scaled(_ROW)))
            if number > self._editor.position:
                item.setForeground(theme.colour("muted"))
            if number == self._editor.position:
                item.setIcon(theme.icon("check", "accent", "accent"))
                font = theme.font("title")
                item.setFont(font)
            else:
                item.setIcon(theme.icon("minus", "line", "line"))
            self.list.addItem(item)
        self.list.setCurrentRow(self._editor.position)
        rows = min(len(steps), _MOST_ROWS)
        self.list.setFixedSize(_WIDTH, rows * theme.scaled(_ROW) + 2)
        self.list.scrollToItem(self.list.currentItem())

    def _go(self, item: QListWidgetItem) -> None:
        """Goes to a step and stays open, to go on from there."""
        row = self.list.row(item)
        if row != self._editor.position:
            self._editor.go_to(row)
            self._fill()


class _Steps(QListWidget):
    """A list that leaves Escape to the popover."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.itemActivated.emit(self.currentItem())
        else:
            super().keyPressEvent(event)
