"""Quick add: a letter on the canvas opens a field; Enter adds the first match and connects it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.drawing import untinted
from cnnstudio.ui.canvas.geometry import Slot
from cnnstudio.ui.canvas.matching import matches
from cnnstudio.ui.theme.tokens import ICON
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase

_WIDTH, _ROW, _MOST_ROWS = 304, 28, 7


class QuickAdd(QFrame):
    """A field over the canvas with the layers that match what is typed.

    Args:
        context: Theme and language.
        canvas: The canvas it lies on and gives the focus back to.
    """

    chosen = Signal(object, object)
    """(kind, slot) once the person has chosen."""

    def __init__(self, context: Context, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._context, self._canvas = context, canvas
        self._slot: Slot | None = None
        self.setObjectName("quick-add")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAutoFillBackground(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        self.field = QLineEdit()
        Phrase(context.language, self.field, QLineEdit.setPlaceholderText, T("Type a layer's name"))
        Phrase(context.language, self.field, QLineEdit.setAccessibleName, T("Type a layer's name"))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._search)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setIconSize(QSize(ICON, ICON))
        self.list.itemClicked.connect(lambda _item: self._choose())
        column.addWidget(self.field)
        column.addWidget(self.list)
        context.theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def open(self, at: QPoint, slot: Slot, typed: str, key: QKeyEvent | None) -> None:
        """Opens with its corner at `at`, as far as the canvas allows.

        Args:
            at: Where the layer will stand, in viewport pixels.
            slot: Where the layer will join.
            typed: What the field begins with.
            key: The key that opened it; the field gets it instead of `typed`.
        """
        self._slot = slot
        self.field.clear()
        self._search("")
        room = self._canvas.rect().adjusted(8, 8, -8, -8)
        x = max(room.left(), min(at.x(), room.right() - _WIDTH))
        y = max(room.top(), min(at.y(), room.bottom() - 44 - _ROW * _MOST_ROWS))
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if key is not None:
            again = QKeyEvent(QEvent.Type.KeyPress, key.key(), key.modifiers(), key.text())
            QApplication.sendEvent(self.field, again)
        elif typed:
            self.field.setText(typed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        leaves = isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut
        if leaves and event.reason() != Qt.FocusReason.PopupFocusReason:  # type: ignore[attr-defined]
            self.hide()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        key = Qt.Key(event.key())
        if key in steps and self.list.count():
            row = (self.list.currentRow() + steps[key]) % self.list.count()
            self.list.setCurrentRow(row)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key == Qt.Key.Key_Escape:
            self._close()
        else:
            return False
        return True

    def _search(self, typed: str) -> None:
        theme, language = self._context.theme, self._context.language
        self.list.clear()
        for kind in matches(typed, kinds().values(), language.show):
            icon = theme.family_pixmap(kind.family, ICON, self.devicePixelRatioF())
            item = QListWidgetItem(untinted(icon), kind.keras)
            item.setToolTip(language.show(kind.summary))
            item.setData(Qt.ItemDataRole.UserRole, kind.id)
            item.setSizeHint(QSize(0, theme.scaled(_ROW)))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        rows = max(1, min(self.list.count(), _MOST_ROWS))
        self.list.setFixedHeight(rows * theme.scaled(_ROW) + 2)
        self.setFixedWidth(_WIDTH)
        self.adjustSize()

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._close()
            self.chosen.emit(kinds()[item.data(Qt.ItemDataRole.UserRole)], self._slot)

    def _close(self) -> None:
        self.hide()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _dress(self) -> None:
        c = self._context.theme.colours
        self.setStyleSheet(
            f"#quick-add {{ background: {c.raised}; border: 1px solid {c.accent};"
            " border-radius: 8px; }"
        )
