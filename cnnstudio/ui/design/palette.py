"""The palette: layer kinds by family, and blocks; searched, added by Enter or by dragging."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cnnstudio.core.backbones import BACKBONES, Backbone
from cnnstudio.core.blocks.library.spec import LibraryBlock
from cnnstudio.core.blocks.offers import LIBRARY, BlockOffer, matching, project_offers
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.network import Network
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.blocks import BLOCK_FAMILY
from cnnstudio.ui.canvas.drawing import untinted
from cnnstudio.ui.canvas.gestures import DRAG_DISTANCE
from cnnstudio.ui.canvas.matching import matches
from cnnstudio.ui.theme.tokens import FAMILY_ICONS, PANEL_HEADER, PANEL_PADDING
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SearchField
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, Panel, ground
from cnnstudio.ui.widgets.tabs import Tabs

RAIL_WIDTH = 44
LAYERS, BLOCKS = "layers", "blocks"
Offered = LayerKind | BlockOffer | Backbone
_ROW, _HEADING, _TILE = 24, 28, 20
_ID = Qt.ItemDataRole.UserRole


class OfferList(QListWidget):
    """Layer kinds under the names of their families, or blocks; what matches of both.

    Args:
        context: Theme and language.
    """

    chosen = Signal(object)
    """A LayerKind, BlockOffer or Backbone, by Enter or a double click."""
    drag_moved = Signal(object, QPoint)
    """(what was chosen, global position) while it is dragged."""
    drag_dropped = Signal(object, QPoint)
    drag_cancelled = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._typed, self._page = "", LAYERS
        self._own: tuple[BlockOffer, ...] = ()
        self._offers: dict[str, Offered] = {}
        self._pressed: Offered | None = None
        self._press_at = QPoint()
        self._dragging = False
        self._tiles: dict[tuple[Family, str, bool, float], QIcon] = {}
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(_TILE, _TILE))
        self.setDragEnabled(False)
        self.setStyleSheet(f"QListWidget::item {{ padding-left: {PANEL_PADDING - 3}px; }}")
        Phrase(context.language, self, QWidget.setAccessibleName, T("Layers and blocks"))
        self.itemDoubleClicked.connect(self._choose)
        context.theme.changed.connect(self._fill)
        context.language.changed.connect(self._fill)
        self._fill()

    def search(self, typed: str) -> None:
        """Shows only what matches, of layers and blocks; the page again for nothing typed."""
        self._typed = typed
        self._fill()

    def show_page(self, page: str) -> None:
        """Shows the layers or the blocks."""
        if page != self._page:
            self._page = page
            self._fill()
            self.scrollToTop()

    def sync(self, network: Network) -> None:
        """Shows the blocks that the project has."""
        own = project_offers(network)
        if own != self._own:
            self._own = own
            self._fill()

    def step(self, by: int) -> None:
        """Moves the choice up or down, over headings and round the ends."""
        rows = [row for row in range(self.count()) if self.item(row).data(_ID)]
        if rows:
            current = self.currentRow()
            place = rows.index(current) + by if current in rows else (0 if by > 0 else -1)
            self.setCurrentRow(rows[place % len(rows)])

    def choose_current(self) -> None:
        """Adds what is chosen."""
        self._choose(self.currentItem())

    def show_family(self, family: Family) -> None:
        """Scrolls to a family and chooses its first kind."""
        for row in range(self.count()):
            kind = self._offers.get(self.item(row).data(_ID) or "")
            if isinstance(kind, LayerKind) and kind.family is family:
                self.setCurrentRow(row)
                self.scrollToItem(self.item(max(row - 1, 0)), self.ScrollHint.PositionAtTop)
                return

    def row_of(self, offered: Offered) -> QListWidgetItem | None:
        """The item of a kind or block; None while it isn't shown."""
        return self._row(offered.id)

    def _row(self, id: str) -> QListWidgetItem | None:
        for row in range(self.count()):
            if self.item(row).data(_ID) == id:
                return self.item(row)
        return None

    def _fill(self) -> None:
        chosen = self.currentItem().data(_ID) if self.currentItem() else None
        show = self._context.language.show
        self.clear()
        self._offers = {}
        found = matches(self._typed, kinds().values(), show)
        if self._typed or self._page == LAYERS:
            for family in dict.fromkeys(kind.family for kind in found):
                self._add_group(family.label, [kind for kind in found if kind.family is family])
        if self._typed or self._page == BLOCKS:
            for heading, offers in ((T("In this project"), self._own), (T("Library"), LIBRARY)):
                self._add_group(heading, matching(self._typed, offers, show))
            self._add_group(T("Whole networks"), matching(self._typed, BACKBONES, show))
        if self._typed and self._offers:
            chosen = found[0].id if found else next(iter(self._offers))
        if chosen and (item := self._row(chosen)) is not None:
            self.setCurrentItem(item)

    def _add_group(self, heading: Text, offers: Iterable[Offered]) -> None:
        """Adds a heading and what stands under it, if anything does."""
        for number, offered in enumerate(offers):
            if number == 0:
                self._add_heading(self._context.language.show(heading))
            self._add(offered)

    def _add_heading(self, words: str) -> None:
        theme = self._context.theme
        item = QListWidgetItem(words)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(theme.font("small"))
        item.setForeground(theme.colour("muted"))
        item.setSizeHint(QSize(0, theme.scaled(_HEADING)))
        item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        self.addItem(item)

    def _add(self, offered: Offered) -> None:
        show = self._context.language.show
        if isinstance(offered, LayerKind):
            tile = self._tile(offered.family, FAMILY_ICONS[offered.family])
            item = QListWidgetItem(tile, offered.keras)
            item.setToolTip(show(offered.summary))
        elif isinstance(offered, Backbone):
            item = QListWidgetItem(self._tile(BLOCK_FAMILY, "network"), offered.name)
            item.setToolTip(f"{show(offered.summary)}\n{offered.family.paper}")
        else:
            tile = self._tile(BLOCK_FAMILY, "component")
            item = QListWidgetItem(tile, show(offered.title))
            item.setToolTip(_block_tip(show(offered.summary), offered))
        item.setData(_ID, offered.id)
        item.setSizeHint(QSize(0, self._context.theme.scaled(_ROW)))
        self._offers[offered.id] = offered
        self.addItem(item)

    def _tile(self, family: Family, icon: str) -> QIcon:
        """Drawn once: Qt keeps what it paints of an icon, and a new one each time beside it."""
        key = (family, icon, self._context.theme.dark, self.devicePixelRatioF())
        if key not in self._tiles:
            self._tiles[key] = untinted(self._draw_tile(family, icon))
        return self._tiles[key]

    def _draw_tile(self, family: Family, icon: str) -> QPixmap:
        theme, ratio = self._context.theme, self.devicePixelRatioF()
        pixmap = QPixmap(QSize(_TILE, _TILE) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tile(family))
        painter.drawRoundedRect(QRectF(0, 0, _TILE, _TILE), 5, 5)
        painter.drawPixmap(3, 3, theme.pixmap(icon, theme.colours.families[family], 14, ratio))
        painter.end()
        return pixmap

    def _choose(self, item: QListWidgetItem | None) -> None:
        offered = self._at(item)
        if offered is not None:
            self.chosen.emit(offered)

    def _at(self, item: QListWidgetItem | None) -> Offered | None:
        return self._offers.get(item.data(_ID) or "") if item is not None else None

    # --- dragging -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._at(self.itemAt(event.position().toPoint()))
            self._press_at = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.globalPosition().toPoint()
        far = (at - self._press_at).manhattanLength() >= DRAG_DISTANCE
        if self._pressed is not None and (self._dragging or far):
            self._dragging = True
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.drag_moved.emit(self._pressed, at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        offered, dragging = self._pressed, self._dragging
        self._end_drag()
        if dragging:
            self.drag_dropped.emit(offered, event.globalPosition().toPoint())
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


def _block_tip(summary: str, offer: BlockOffer) -> str:
    """What a block does, and the paper it is from."""
    paper = offer.source.paper if isinstance(offer.source, LibraryBlock) else ""
    return f"{summary}\n{paper}" if paper else summary


class Palette(Panel):
    """The panel with its two pages, the search field and the list.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.tabs = Tabs(context, ((LAYERS, T("Layers"), ""), (BLOCKS, T("Blocks"), "")))
        self.tabs.set_current(LAYERS)
        self.search = SearchField(context, T("Type to filter"))
        self.kinds = OfferList(context)
        self._theme = context.theme
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.tabs)
        top.addStretch(1)
        above = QHBoxLayout()
        above.setContentsMargins(PANEL_PADDING, PANEL_PADDING, PANEL_PADDING, 0)
        above.addWidget(self.search)
        self.body.addLayout(top)
        self.body.addWidget(Line())
        self.body.addLayout(above)
        self.body.addSpacing(8)
        self.body.addWidget(self.kinds, 1)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.tabs.chosen.connect(self.kinds.show_page)
        self.search.textChanged.connect(self.kinds.search)
        self.search.installEventFilter(self)
        context.theme.changed.connect(self._resize)
        self._resize()

    def show_page(self, page: str) -> None:
        """Shows the layers or the blocks, nothing typed."""
        self.search.clear()
        self.tabs.set_current(page)
        self.kinds.show_page(page)

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

    def _resize(self) -> None:
        self.tabs.setFixedHeight(self._theme.scaled(PANEL_HEADER))


class PaletteRail(QWidget):
    """The families and the blocks as a strip of icons; each opens the palette there.

    Args:
        context: Theme and language.
    """

    opened = Signal(object)
    """A Family, or `BLOCKS`."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        ground(self)
        self.setFixedWidth(RAIL_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        self.buttons: dict[Family | str, IconButton] = {}
        places: list[tuple[Family | str, str, Text]] = [
            (family, FAMILY_ICONS[family], family.label)
            for family in dict.fromkeys(kind.family for kind in kinds().values())
        ]
        for place, icon, name in (*places, (BLOCKS, "component", T("Blocks"))):
            button = IconButton(context, icon, name)
            button.clicked.connect(lambda _=False, place=place: self.opened.emit(place))
            column.addWidget(button)
            self.buttons[place] = button
        column.addStretch(1)
