"""The layers of the run's network, to choose one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from cnnstudio.core.analysis import NodeAnalysis
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T
from cnnstudio.ui.inspect.runs import Run
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.context import Context

_ROW = 30
_TILE = 20
_THUMBNAIL = 24
_LAYER = Qt.ItemDataRole.UserRole

Index = QModelIndex | QPersistentModelIndex


class LayerList(QListWidget):
    """One row a layer: its family's icon, its name, its output's shape and one of its maps.

    Args:
        context: Theme and language.
    """

    layer_chosen = Signal(str)
    """A layer's id."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.thumbnails: dict[str, QImage] = {}
        self.setItemDelegate(_Painter(context, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.currentItemChanged.connect(self._tell)
        context.language.changed.connect(self._name)
        context.theme.changed.connect(self.doItemsLayout)

    def show_run(self, run: Run | None) -> None:
        """Shows the layers of a run's network."""
        self.blockSignals(True)
        self.clear()
        for node in run.analysis.nodes.values() if run else ():
            item = QListWidgetItem(node.node.name)
            item.setData(_LAYER, node)
            self.addItem(item)
        self.blockSignals(False)
        self._name()

    def set_layer(self, id: str) -> None:
        """Makes a layer current, without a signal."""
        for row in range(self.count()):
            if self._node(self.item(row)).node.id == id:
                self.blockSignals(True)
                self.setCurrentRow(row)
                self.blockSignals(False)
                self.scrollToItem(self.item(row))

    def set_thumbnail(self, id: str, image: QImage | None) -> None:
        """Shows a picture at the end of a layer's row; None takes it away."""
        if image is None:
            self.thumbnails.pop(id, None)
        else:
            self.thumbnails[id] = image
        self.viewport().update()

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.layer_chosen.emit(self._node(item).node.id)

    def _name(self) -> None:
        for row in range(self.count()):
            item = self.item(row)
            node = self._node(item)
            text = T("{layer}, output {shape}", layer=node.node.name, shape=show_shape(node.output))
            words = self._context.language.show(text)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            item.setToolTip(words)

    def _node(self, item: QListWidgetItem) -> NodeAnalysis:
        found: NodeAnalysis = item.data(_LAYER)
        return found


class _Painter(QStyledItemDelegate):
    def __init__(self, context: Context, parent: LayerList) -> None:
        super().__init__(parent)
        self._theme = context.theme
        self._thumbnails = parent.thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, self._theme.scaled(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, node = self._theme, index.data(_LAYER)
        state, rect = option.state, QRect(option.rect)
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        family, side = node.kind.family, theme.scaled(_TILE)
        tile = QRect(rect.left() + PANEL_PADDING, 0, side, side)
        tile.moveTop(rect.center().y() - side // 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tile(family))
        painter.drawRoundedRect(tile, 4, 4)
        icon = theme.family_pixmap(family, side - 8, painter.device().devicePixelRatioF())
        painter.drawPixmap(tile.left() + 4, tile.top() + 4, icon)
        small = theme.scaled(_THUMBNAIL)
        inner = rect.adjusted(PANEL_PADDING + side + 8, 0, -PANEL_PADDING - small - 6, 0)
        if (image := self._thumbnails.get(node.node.id)) is not None:
            place = QRect(inner.right() + 7, rect.center().y() - small // 2 + 1, small, small)
            painter.drawImage(place, image)
        painter.setFont(theme.font("code-small"))
        painter.setPen(theme.colour("muted"))
        centre = Qt.AlignmentFlag.AlignVCenter
        shape = show_shape(node.output)
        painter.drawText(inner, int(centre | Qt.AlignmentFlag.AlignRight), shape)
        shape_width = painter.fontMetrics().horizontalAdvance(shape) + 8
        selected = bool(state & QStyle.StateFlag.State_Selected)
        font = theme.font("title" if selected else "body")
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        name = QFontMetrics(font).elidedText(
            node.node.name, Qt.TextElideMode.ElideMiddle, inner.width() - shape_width
        )
        painter.drawText(inner, int(centre), name)
        painter.restore()
