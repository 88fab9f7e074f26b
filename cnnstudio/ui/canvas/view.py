"""The canvas: shows the scene, turns pointer and keys into gestures, pans and zooms."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.quick_entry import NewLayer
from cnnstudio.core.text import TN, Text
from cnnstudio.ui.canvas.accessible import CanvasAccessible
from cnnstudio.ui.canvas.block_drop import PressFrame
from cnnstudio.ui.canvas.blocks import CLOSES
from cnnstudio.ui.canvas.drops import PressCard
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.canvas.geometry import Point, Port, Rect, Slot, card_rect
from cnnstudio.ui.canvas.gestures import DrawLink, Gesture, Pan, PressLink, PressMark, RubberBand
from cnnstudio.ui.canvas.keys import CanvasKeys
from cnnstudio.ui.canvas.pan_zoom import PanZoomView
from cnnstudio.ui.canvas.quick_add import QuickAdd
from cnnstudio.ui.canvas.scene import NetworkScene
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.plain_text import tip_text

_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class CanvasView(PanZoomView):
    """The node canvas. It never scrolls: it pans and zooms.

    Args:
        context: Theme and language.
        editor: What makes edits of gestures.
        selection: What is selected.

    Attributes:
        asked: A number was clicked: the layer's id, and "shape" or "parameters".
        problems_asked: The mark of an error or warning was clicked: the layer's id.
        edit_requested: Enter or a double click: the layer whose parameters are wanted.
        rename_requested: F2.
        close_requested: A double click on the name of an open block: its id.
    """

    asked = Signal(str, str)
    problems_asked = Signal(str)
    edit_requested = Signal(str)
    rename_requested = Signal(str)
    close_requested = Signal(str)

    def __init__(
        self,
        context: Context,
        editor: Editor,
        selection: Selection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context.theme, parent)
        self.context, self.editor, self.selection = context, editor, selection
        self.network_scene = NetworkScene(context, selection, self)
        self.gesture: Gesture | None = None
        self.space_held = False
        self._ringed = False
        self._keys = CanvasKeys(self)
        self.quick = QuickAdd(context, self, editor)
        self.quick.chosen.connect(self.add_layers)
        self.setScene(self.network_scene)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)
        self.viewport().setMouseTracking(True)
        self.accessible: CanvasAccessible | None = None
        for changed in (self.network_scene.synced, selection.changed):
            changed.connect(self._name_canvas)

    # --- words ----------------------------------------------------------------------------------

    def words(self, text: Text | str) -> str:
        """A text in the person's language."""
        return self.context.language.show(text)

    def _name_canvas(self) -> None:
        """Says how many cards there are, and reads the current one as the description.

        Each card has a name of its own besides (``accessible``).
        """
        scene, current = self.network_scene, self.selection.current
        count = len(scene.places)
        name = TN("Network canvas, {count} layer", "Network canvas, {count} layers", count)
        self.setAccessibleName(self.words(name))
        self.setAccessibleDescription(scene.spoken(current) if current in scene.cards else "")

    def say_at_pointer(self, text: Text) -> None:
        """Says beside the pointer why something can't be done."""
        QToolTip.showText(QCursor.pos(), self.words(text), self.viewport())

    # --- view -----------------------------------------------------------------------------------

    def content(self) -> Rect | None:
        return self.network_scene.content()

    def reveal(self, id: str) -> None:
        """Pans as little as needed to bring a card into view."""
        card = self.network_scene.folded.home.get(id, id)
        place = self.network_scene.places.get(card)
        if place is not None:
            self.bring_in(card_rect(place))

    # --- adding ---------------------------------------------------------------------------------

    def add_layer(self, kind: LayerKind, slot: Slot | None = None) -> str:
        """Adds a layer of a kind as `add_layers` does, and returns its id."""
        return self.add_layers((NewLayer(kind),), slot)

    def add_layers(self, entries: Sequence[NewLayer], slot: Slot | None = None) -> str:
        """Adds layers in `slot`, or behind what is selected; selects the last one and shows it.

        Returns:
            The id of the last one; "" if they can't be added there.
        """
        ids = self.editor.add(entries, slot or self.slot_behind_selected())
        if not ids:
            return ""
        self.selection.choose([ids[-1]])
        self.reveal(ids[-1])
        return ids[-1]

    def delete_selected(self) -> None:
        """Takes the selected link away, or the selected layers; then the next one is selected."""
        selection, editor = self.selection, self.editor
        if selection.link is not None:
            editor.unlink(selection.link)
        elif selection.ids:
            after = editor.next_after_deletion(selection.ids)
            editor.delete(selection.ids)
            selection.choose([after] if after else [])

    def slot_behind_selected(self) -> Slot:
        """Where a layer without a place goes: behind what is selected, else behind the last."""
        return self.editor.slot_behind_all(self.selection.ids)

    def quick_add(
        self,
        typed: str,
        *,
        slot: Slot | None = None,
        at: QPoint | None = None,
        key: QKeyEvent | None = None,
    ) -> None:
        """Opens the quick-add field.

        Args:
            typed: What it begins with.
            slot: Where the choice goes; behind what is selected by default.
            at: Where it opens, in viewport pixels; where the choice will stand by default.
            key: The key that opened it; the field gets it instead of `typed`.
        """
        slot = slot or self.slot_behind_selected()
        place = at or self.mapFromScene(QPointF(slot.at.x, slot.at.y))
        self.quick.open(place, slot, typed, key)

    # --- events ---------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None:
            return
        at, modifiers = event.position().toPoint(), event.modifiers()
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self.space_held and event.button() == Qt.MouseButton.LeftButton):
            self.begin(Pan(self, at))
        elif event.button() == Qt.MouseButton.LeftButton:
            self.begin(self._gesture_at(at, modifiers))

    def _gesture_at(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> Gesture:
        scene, p = self.network_scene, self.to_canvas(at)
        if marked := scene.mark_at(p, self.zoom):
            return PressMark(self, marked)
        if (port := scene.port_at(p, self.zoom)) is not None:
            return self._draw_from(port)
        if (id := scene.card_at(p)) is not None:
            return PressCard(self, id, at, modifiers)
        if block := scene.frames.title_at(p):
            return PressFrame(self, block, at, modifiers)
        if (link := scene.link_at(p)) is not None:
            return PressLink(self, link, at)
        return RubberBand(self, at, modifiers)

    def _draw_from(self, port: Port) -> Gesture:
        """A link from a port; from a taken input the link there is picked up."""
        if not port.is_output:
            for link in self.network_scene.network.incoming[port.layer]:
                if link.slot == port.slot:
                    return DrawLink(self, Port(link.source, -1), link)
        return DrawLink(self, port)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self.gesture is not None:
            self.gesture.move(at, event.modifiers())
            return
        scene, p = self.network_scene, self.to_canvas(at)
        card = scene.card_at(p)
        port = scene.port_at(p, self.zoom)
        link = scene.link_at(p) if card is None and port is None else None
        scene.hover(port.layer if port else card, link)
        self.viewport().setCursor(self._cursor(p, port, card))

    def _cursor(self, p: Point, port: Port | None, card: str | None) -> Qt.CursorShape:
        if self.space_held:
            return Qt.CursorShape.OpenHandCursor
        if self.network_scene.mark_at(p, self.zoom):
            return Qt.CursorShape.PointingHandCursor
        if port is not None:
            return Qt.CursorShape.CrossCursor
        if card is None and self.network_scene.frames.title_at(p):
            return Qt.CursorShape.PointingHandCursor
        if card is not None:
            item = self.network_scene.cards[card]
            inside = item.mapFromScene(QPointF(*p))
            if item.shape_area.contains(inside) or item.count_area.contains(inside):
                return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.ArrowCursor

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None:
            gesture = self.end()
            gesture.finish(event.position().toPoint(), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        p = self.to_canvas(event.position().toPoint())
        id = self.network_scene.card_at(p)
        if id is not None:
            self.edit_requested.emit(id)
        elif block := self.network_scene.frames.title_at(p):
            self.close_requested.emit(block)
        else:
            self.mousePressEvent(event)

    def begin(self, gesture: Gesture) -> None:
        """Starts a gesture; the pointer is its own until `end`."""
        self.gesture = gesture
        self.viewport().setCursor(gesture.cursor)

    def end(self) -> Gesture:
        """Takes the running gesture off the pointer."""
        assert self.gesture is not None
        gesture, self.gesture = self.gesture, None
        self.viewport().unsetCursor()
        return gesture

    def cancel_gesture(self) -> bool:
        """Cancels the running gesture; False if there is none."""
        if self.gesture is None:
            return False
        self.end().cancel()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._keys.release(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.space_held = self._ringed = False
        super().focusOutEvent(event)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The focus ring, where no card has one."""
        super().drawForeground(painter, rect)
        if self._ringed and not self.selection.ids:
            painter.resetTransform()
            painter.setPen(QPen(self.context.theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Selects what is under the pointer; the menu is the workspace's."""
        if self.gesture is not None:
            event.accept()
            return
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            p = self.to_canvas(event.pos())
            id, link = self.network_scene.card_at(p), self.network_scene.link_at(p)
            if id is not None and id not in self.selection.ids:
                self.selection.choose([id])
            elif id is None and link is not None:
                self.selection.choose_link(link)
        event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            tip = self._tip(self.to_canvas(event.pos())) if self.gesture is None else ""
            QToolTip.showText(event.globalPos(), tip_text(tip), self.viewport())
            return True
        return super().viewportEvent(event)

    def _tip(self, p: Point) -> str:
        """What hovering over a card, or the name of an open block, says."""
        scene = self.network_scene
        if (id := scene.card_at(p)) is not None:
            return scene.tooltip(id)
        return self.words(CLOSES) if scene.frames.title_at(p) else ""
