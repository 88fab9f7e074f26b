"""The palette: every layer kind by family, searched by typing, added by Enter or by dragging."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.drawing import untinted
from cnnstudio.ui.canvas.gestures import DRAG_DISTANCE
from cnnstudio.ui.canvas.matching import matches
from cnnstudio.ui.theme.tokens import FAMILY_ICONS, PANEL_PADDING
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SearchField
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Panel, ground

RAIL_WIDTH = 44
_ROW, _HEADING, _TILE = 24, 28, 20
_KIND = Qt.ItemDataRole.UserRole


class KindList(QListWidget):
    """Layer kinds under the names of their families.

    Args:
        context: Theme and language.
    """

    chosen = Signal(object)
    """A kind, by Enter or a double click."""
    drag_moved = Signal(object, QPoint)
    """(kind, global position) while one is dragged."""
    drag_dropped = Signal(object, QPoint)
    drag_cancelled = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._pressed: LayerKind | None = None
        self._press_at = QPoint()
        self._dragging = False
        self._tiles: dict[tuple[Family, bool, float], QIcon] = {}
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(_TILE, _TILE))
        self.setDragEnabled(False)
        self.setStyleSheet(f"QListWidget::item {{ padding-left: {PANEL_PADDING - 3}px; }}")
        Phrase(context.language, self, QWidget.setAccessibleName, T("Layers"))
        self.itemDoubleClicked.connect(self._choose)
        self._typed = ""
        context.theme.changed.connect(self._fill)
        context.language.changed.connect(self._fill)
        self._fill()

    def search(self, typed: str) -> None:
        """Shows only what matches."""
        self._typed = typed
        self._fill()

    def step(self, by: int) -> None:
        """Moves the choice up or down, over headings and round the ends."""
        rows = [row for row in range(self.count()) if self.item(row).data(_KIND)]
        if rows:
            current = self.currentRow()
            place = rows.index(current) + by if current in rows else (0 if by > 0 else -1)
            self.setCurrentRow(rows[place % len(rows)])

    def choose_current(self) -> None:
        """Adds the chosen kind."""
        self._choose(self.currentItem())

    def show_family(self, family: Family) -> None:
        """Scrolls to a family and chooses its first kind."""
        for row in range(self.count()):
            kind = kinds().get(self.item(row).data(_KIND) or "")
            if kind is not None and kind.family is family:
                self.setCurrentRow(row)
                self.scrollToItem(self.item(max(row - 1, 0)), self.ScrollHint.PositionAtTop)
                return

    def row_of(self, kind: LayerKind) -> QListWidgetItem | None:
        """The item of a kind; None while it isn't shown."""
        for row in range(self.count()):
            if self.item(row).data(_KIND) == kind.id:
                return self.item(row)
        return None

    def _fill(self) -> None:
        chosen = self.currentItem().data(_KIND) if self.currentItem() else None
        show = self._context.language.show
        found = matches(self._typed, kinds().values(), show)
        self.clear()
        by_family: dict[Family, list[LayerKind]] = {}
        for kind in found:
            by_family.setdefault(kind.family, []).append(kind)
        for family, members in by_family.items():
            self._add_heading(show(family.label))
            for kind in members:
                self._add_kind(kind)
        if self._typed and found:
            chosen = found[0].id
        if chosen and (item := self.row_of(kinds()[chosen])) is not None:
            self.setCurrentItem(item)

    def _add_heading(self, words: str) -> None:
        theme = self._context.theme
        item = QListWidgetItem(words)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(theme.font("small"))
        item.setForeground(theme.colour("muted"))
        item.setSizeHint(QSize(0, theme.scaled(_HEADING)))
        item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        self.addItem(item)

    def _add_kind(self, kind: LayerKind) -> None:
        theme = self._context.theme
        item = QListWidgetItem(self._tile(kind.family), kind.keras)
        item.setData(_KIND, kind.id)
        item.setToolTip(self._context.language.show(kind.summary))
        item.setSizeHint(QSize(0, theme.scaled(_ROW)))
        self.addItem(item)

    def _tile(self, family: Family) -> QIcon:
        """Drawn once: Qt keeps what it paints of an icon, and a new one each time beside it."""
        key = (family, self._context.theme.dark, self.devicePixelRatioF())
        if key not in self._tiles:
            self._tiles[key] = untinted(self._draw_tile(family))
        return self._tiles[key]

    def _draw_tile(self, family: Family) -> QPixmap:
        theme, ratio = self._context.theme, self.devicePixelRatioF()
        pixmap = QPixmap(QSize(_TILE, _TILE) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tile(family))
        painter.drawRoundedRect(QRectF(0, 0, _TILE, _TILE), 5, 5)
        painter.drawPixmap(3, 3, theme.family_pixmap(family, 14, ratio))
        painter.end()
        return pixmap

    def _choose(self, item: QListWidgetItem | None) -> None:
        kind = kinds().get(item.data(_KIND) or "") if item is not None else None
        if kind is not None:
            self.chosen.emit(kind)

    # --- dragging -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        item = self.itemAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and item is not None:
            self._pressed = kinds().get(item.data(_KIND) or "")
            self._press_at = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.globalPosition().toPoint()
        far = (at - self._press_at).manhattanLength() >= DRAG_DISTANCE
        if self._pressed is not None and (self._dragging or far):
            self._dragging = True
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.drag_moved.emit(self._pressed, at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        kind, dragging = self._pressed, self._dragging
        self._end_drag()
        if dragging:
            self.drag_dropped.emit(kind, event.globalPosition().toPoint())
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._dragging:
            self._end_drag()
            self.drag_cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose_current()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.currentItem() is None and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.step(1)

    def _end_drag(self) -> None:
        self._pressed, self._dragging = None, False
        self.viewport().unsetCursor()


class Palette(Panel):
    """The panel with the search field and the kinds.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, T("Layers"))
        self.search = SearchField(context, T("Type to filter"))
        self.kinds = KindList(context)
        above = QHBoxLayout()
        above.setContentsMargins(PANEL_PADDING, 0, PANEL_PADDING, 0)
        above.addWidget(self.search)
        self.body.addLayout(above)
        self.body.addWidget(self.kinds, 1)
        self.body.setContentsMargins(0, PANEL_PADDING, 0, 0)
        self.search.textChanged.connect(self.kinds.search)
        self.search.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter in the search field act on the list below it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.kinds.step(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.kinds.choose_current()
                return True
        return False


class PaletteRail(QWidget):
    """The families as a strip of icons; each opens the palette there.

    Args:
        context: Theme and language.
    """

    opened = Signal(object)
    """A Family."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        ground(self)
        self.setFixedWidth(RAIL_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        self.buttons: dict[Family, IconButton] = {}
        for family in dict.fromkeys(kind.family for kind in kinds().values()):
            button = IconButton(context, FAMILY_ICONS[family], family.label)
            button.clicked.connect(lambda _=False, family=family: self.opened.emit(family))
            column.addWidget(button)
            self.buttons[family] = button
        column.addStretch(1)
