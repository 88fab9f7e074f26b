"""The command palette: type what you want, press Enter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import CARD_RADIUS, ICON
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line
from cnnstudio.ui.window.matching import NO_MATCH, Matcher

Index = QModelIndex | QPersistentModelIndex
_WIDTH = 560
_MOST_SHOWN = 60
_ROWS = 10
PREFIXES = {"+": "layer", ">": "command", "?": "lesson"}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something the palette can do.

    Attributes:
        text: What it is called; a plain string is a name.
        run: Does it.
        kind: "command", "layer", "recent", "setting" or "lesson".
        icon: Its icon.
        note: What stands on the right: a shortcut, a family, a folder.
        also: Other names it is found by.
    """

    text: Text | str
    run: Callable[[], object]
    kind: str = "command"
    icon: str = ""
    note: Text | str = ""
    also: tuple[Text | str, ...] = ()


class CommandPalette(QFrame):
    """A field and the entries that fit it, over the window.

    Args:
        context: Theme and language.
        entries: Gives everything that can be done now.
        window: What it lies over.
    """

    closed = Signal()

    def __init__(
        self, context: Context, entries: Callable[[], Iterable[Entry]], window: QWidget
    ) -> None:
        super().__init__(window)
        self._context = context
        self._entries = entries
        self._matcher = Matcher()
        self._known: list[Entry] = []
        self._shown: list[Entry] = []
        self._back: QWidget | None = None
        self.field = QLineEdit()
        self.field.setProperty("kind", "plain")
        self.field.setProperty(NO_RING, True)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._fill)
        Phrase(context.language, self.field, QLineEdit.setPlaceholderText,
               T("Search or run a command"))  # fmt: skip
        Phrase(context.language, self.field, QLineEdit.setAccessibleName,
               T("Search or run a command"))  # fmt: skip
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_Rows(context, self))
        self.list.setStyleSheet("background: transparent;")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._choose)
        self._nothing = Label(context, T("Nothing is called that."), "small", "muted")
        self._nothing.setContentsMargins(12, 6, 12, 10)
        hint = Label(context, T("+ adds a layer    > runs a command"), "tick", "muted")
        hint.setContentsMargins(12, 6, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self.field.setContentsMargins(12, 4, 12, 4)
        column.addWidget(self.field)
        column.addWidget(Line())
        column.addWidget(self.list)
        column.addWidget(self._nothing)
        column.addWidget(Line())
        column.addWidget(hint)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(18)
        shadow.setOffset(0, 6)
        shadow.setColor(QColor(0, 0, 0, 80))
        self.setGraphicsEffect(shadow)
        self.hide()

    @property
    def shown(self) -> list[Entry]:
        """The entries in the list, best first."""
        return list(self._shown)

    def entry(self, row: int) -> Entry:
        """The entry in a row of the list."""
        return self._shown[row]

    def open(self, text: str = "") -> None:
        """Shows it, with the focus in its field."""
        window = self.window()
        self._back = window.focusWidget()
        self._known = list(self._entries())
        width = min(self._context.theme.scaled(_WIDTH), window.width() - 48)
        self.field.setFixedHeight(self._context.theme.scaled(44))
        self.setFixedWidth(width)
        self.move((window.width() - width) // 2, 58)
        self.field.setText(text)
        self._fill(text)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_up(self) -> None:
        """Hides it and gives the focus back."""
        if not self.isHidden():
            back, self._back = self._back, None
            self.hide()
            if back is not None and back.isVisible():
                back.setFocus()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            kept = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
            if event.reason() not in kept:
                self._back = None
                self.hide()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("raised"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)

    def _key(self, event: QKeyEvent) -> bool:
        row, last = self.list.currentRow(), self.list.count() - 1
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_up()
            case Qt.Key.Key_Down:
                self.list.setCurrentRow(min(row + 1, last))
            case Qt.Key.Key_Up:
                self.list.setCurrentRow(max(row - 1, 0))
            case Qt.Key.Key_PageDown:
                self.list.setCurrentRow(min(row + _ROWS, last))
            case Qt.Key.Key_PageUp:
                self.list.setCurrentRow(max(row - _ROWS, 0))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if (item := self.list.currentItem()) is not None:
                    self._choose(item)
            case _:
                return False
        return True

    def _choose(self, item: QListWidgetItem) -> None:
        entry = self._shown[self.list.row(item)]
        self.close_up()
        entry.run()

    def _fill(self, typed: str) -> None:
        kind = PREFIXES.get(typed[:1], "")
        wanted = typed[1:] if kind else typed
        ranked = [
            (self._matcher.rank(wanted, (entry.text, *entry.also)), number, entry)
            for number, entry in enumerate(self._known)
            if kind in ("", entry.kind)
        ]
        fitting = sorted((r for r in ranked if r[0] < NO_MATCH), key=lambda r: r[:2])
        self._shown = [entry for _, _, entry in fitting][:_MOST_SHOWN]
        self.list.clear()
        for entry in self._shown:
            self.list.addItem(self._context.language.show(entry.text))
        self.list.setCurrentRow(0)
        row = self._context.theme.scaled(30)
        self.list.setFixedHeight(row * min(_ROWS, len(self._shown)))
        self.list.setVisible(bool(self._shown))
        self._nothing.setVisible(not self._shown)
        self.adjustSize()


class _Rows(QStyledItemDelegate):
    """Paints an entry: icon, name, and its note on the right."""

    def __init__(self, context: Context, palette: CommandPalette) -> None:
        super().__init__(palette)
        self._context = context
        self._owner = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, self._context.theme.scaled(30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, show = self._context.theme, self._context.language.show
        entry = self._owner.entry(index.row())
        view: Any = option  # the bindings' stubs lack its fields
        rect, state = view.rect, view.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        side = theme.scaled(ICON)
        if entry.icon:
            ratio = self._owner.devicePixelRatioF()
            top = rect.top() + (rect.height() - side) // 2
            painter.drawPixmap(12, top, theme.pixmap(entry.icon, "muted", side, ratio))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("muted"))
        flags = Qt.AlignmentFlag.AlignVCenter
        note = show(entry.note)
        inner = rect.adjusted(12 + side + 10, 0, -12, 0)
        painter.drawText(inner, int(flags | Qt.AlignmentFlag.AlignRight), note)
        inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(note) - 12)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("text"))
        name = painter.fontMetrics().elidedText(
            show(entry.text), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, int(flags), name)
        painter.restore()
