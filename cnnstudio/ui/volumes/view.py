"""The volumes view: pans and zooms over the network as boxes; shows what a cell sees."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
    QShowEvent,
)
from PySide6.QtWidgets import QGraphicsScene, QToolTip, QWidget

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.network import Network
from cnnstudio.core.text import TN
from cnnstudio.core.volumes.drawing import draw
from cnnstudio.core.volumes.parts import Drawing, Look, Volume
from cnnstudio.ui.canvas.brackets import CLASSIFIER, FEATURE_EXTRACTOR, Sections, sections
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.canvas.geometry import Rect, Slot
from cnnstudio.ui.canvas.pan_zoom import PanZoomView
from cnnstudio.ui.canvas.quick_add import QuickAdd
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.theme.ink import Ink
from cnnstudio.ui.volumes.captions import captions_of, spoken_of, tip_of
from cnnstudio.ui.volumes.keys import VolumeKeys
from cnnstudio.ui.volumes.painting import VolumePainter, polygon
from cnnstudio.ui.volumes.sights import Sights, paint_sights, sights_of
from cnnstudio.ui.widgets.context import Context

_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class VolumesView(PanZoomView):
    """The network as volumes.

    Args:
        context: Theme and language.
        editor: What makes edits.
        selection: What is selected, here and on the cards.

    Attributes:
        added: Entries and a slot were chosen in the quick-add field.
        edit_requested: Enter or a double click: the layer whose parameters are wanted.
        rename_requested: F2.
        pointed: What is pointed at, or else selected, has changed: its id, "" for nothing.
        shown: The view has come on the screen.
    """

    added = Signal(object, object)
    edit_requested = Signal(str)
    rename_requested = Signal(str)
    pointed = Signal(str)
    shown = Signal()
    readable_zoom = 0.6

    def __init__(
        self,
        context: Context,
        editor: Editor,
        selection: Selection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context.theme, parent)
        self.context, self.editor, self.selection = context, editor, selection
        self.look = Look()
        self.analysis = analyse(Network())
        self.picture: QImage | None = None
        self._sections: Sections | None = None
        self._painter = VolumePainter(context.theme, draw(self.analysis), {})
        self._stale = False
        self._hovered = ""
        self._cell: tuple[int, int] | None = None
        self._sights: Sights | None = None
        self._grabbed: QPoint | None = None
        self._space_held = self._ringed = False
        self._keys = VolumeKeys(self)
        self._quick = QuickAdd(context, self, editor)
        self._quick.chosen.connect(self.added)
        self.setScene(QGraphicsScene(self))
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        selection.changed.connect(self._select)
        context.theme.changed.connect(self._redraw)
        context.language.changed.connect(self._redraw)

    # --- what is shown --------------------------------------------------------------------------

    @property
    def drawing(self) -> Drawing:
        """The volumes."""
        return self._painter.drawing

    def sync(self, analysis: Analysis) -> None:
        """Shows another network, at once if the view is on the screen."""
        self.analysis = analysis
        self._sections = sections(analysis, self._sections)
        self._redraw()

    def show_look(self, look: Look) -> None:
        """Projects the network otherwise."""
        self.look = look
        self._redraw()
        self.settle()

    def show_picture(self, picture: QImage | None) -> None:
        """Puts a picture on the input's face, or takes it away."""
        if picture != self.picture:
            self.picture = picture
            self._redraw()

    def painter_in(self, ink: Ink, picture: QImage | None) -> VolumePainter:
        """What paints the network as it is shown.

        Args:
            ink: The colours.
            picture: What the input's face carries.
        """
        show = self.context.language.show
        captions = captions_of(self.analysis, show)
        widths = {id: caption.width for id, caption in captions.items()}
        drawing = draw(self.analysis, self.look, self._sections, widths)
        titles = (show(FEATURE_EXTRACTOR), show(CLASSIFIER))
        return VolumePainter(ink, drawing, captions, titles, picture)

    def _redraw(self) -> None:
        self._stale = True
        if self.isVisible():
            self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        if not self._stale:
            return
        self._stale = False
        before = self.content()
        self._painter = self.painter_in(self.context.theme, self.picture)
        if self._hovered not in self.drawing.volumes:
            self._hovered, self._cell = "", None
        self._look_again()
        self._read_aloud()
        if self._fitted and before != self.content():
            self.settle()
        self.viewport().update()
        self.view_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._bring_up_to_date()
        self.shown.emit()

    # --- view -----------------------------------------------------------------------------------

    def content(self) -> Rect | None:
        bounds = self._painter.bounds()
        if bounds is None:
            return None
        return Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())

    def reveal(self, id: str) -> None:
        """Pans as little as needed to bring a volume into view."""
        self._bring_up_to_date()
        volume = self.drawing.volumes.get(id)
        if volume is not None:
            area = self._painter.area(volume)
            self.bring_in(Rect(area.x(), area.y(), area.width(), area.height()))

    def fit_selection(self) -> None:
        """Shows what is selected."""
        areas = [self._painter.area(v) for v in self._chosen()]
        if areas:
            whole = QRectF()
            for area in areas:
                whole = whole.united(area)
            self.fit(Rect(whole.x(), whole.y(), whole.width(), whole.height()))
        else:
            self.fit()

    def _chosen(self) -> list[Volume]:
        volumes = self.drawing.volumes
        return [volumes[id] for id in self.selection.ids if id in volumes]

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        rect = QRectF(rect)
        detail = self.zoom
        painter.fillRect(rect, self.context.theme.colour("canvas"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paints, drawing = self._painter, self.drawing
        for arrow, area in zip(drawing.arrows, paints.arrow_areas, strict=True):
            if area.intersects(rect):
                paints.paint_arrow(painter, arrow, detail)
        chosen = set(self.selection.ids)
        for id, volume in drawing.volumes.items():
            if paints.area(volume).intersects(rect):
                paints.paint_volume(painter, volume, detail, chosen=id in chosen)
        for bracket in drawing.brackets:
            paints.paint_bracket(painter, bracket, detail)
        if self._sights is not None:
            paint_sights(painter, self.context.theme, self._sights, detail, rect)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The focus ring, where no volume has one."""
        if self._ringed and not self.selection.ids:
            painter.resetTransform()
            painter.setPen(QPen(self.context.theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    # --- what is pointed at ---------------------------------------------------------------------

    @property
    def subject(self) -> str:
        """The layer whose cell is looked through: the one pointed at, else the selected one."""
        return self._hovered or self.selection.current

    def volume_at(self, at: QPoint) -> Volume | None:
        """The volume under a viewport point, its caption included."""
        p = self.mapToScene(at)
        near = [v for v in self.drawing.volumes.values() if self._painter.area(v).contains(p)]
        inside = [v for v in near if _holds(polygon(v.outline), p)]
        below = [v for v in near if p.y() > v.y]
        return next(iter(inside or below), None)

    def _point(self, at: QPoint) -> None:
        volume = self.volume_at(at)
        p = self.mapToScene(at)
        cell = volume.cell_at(p.x(), p.y()) if volume else None
        id = volume.id if volume else ""
        if (id, cell) != (self._hovered, self._cell):
            self._hovered, self._cell = id, cell
            self._look_again()

    def _select(self) -> None:
        self._look_again()
        self._read_aloud()

    def _look_again(self) -> None:
        """Follows what is pointed at, or selected, down to the picture."""
        subject = self.subject
        self._sights = (
            sights_of(self.analysis, self.drawing, subject, self._cell) if subject else None
        )
        self.viewport().update()
        self.pointed.emit(subject)

    def _read_aloud(self) -> None:
        """Gives assistive technology the current layer as the view's description."""
        show, current = self.context.language.show, self.selection.current
        count = len(self.drawing.volumes)
        self.setAccessibleName(
            show(TN("Network as volumes, {count} layer", "Network as volumes, {count} layers",
                    count))
        )  # fmt: skip
        described = spoken_of(self.analysis, current, show)
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)
            if described and self.hasFocus():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, described))

    # --- editing --------------------------------------------------------------------------------

    def delete_selected(self) -> None:
        """Takes the selected layers away and selects what comes next."""
        ids = self.selection.ids
        if ids:
            after = self.editor.next_after_deletion(ids)
            self.editor.delete(ids)
            self.selection.choose([after] if after else [])

    def quick_add(self, key: QKeyEvent) -> None:
        """Opens the quick-add field with a key; the choice goes behind the current layer."""
        slot: Slot = self.editor.slot_behind_all(self.selection.ids)
        volumes = self.drawing.volumes
        current = self.selection.current or (tuple(volumes) or ("",))[-1]
        place = QPoint()
        if current in volumes:
            volume = volumes[current]
            place = self.mapFromScene(QPointF(volume.right, volume.y))
        self._quick.open(place, slot, "", key)

    def hold_space(self) -> None:
        """From now on dragging pans, until Space is released."""
        self._space_held = True
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    # --- events ---------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at, button = event.position().toPoint(), event.button()
        left = button == Qt.MouseButton.LeftButton
        volume = self.volume_at(at)
        if left and volume is not None and not self._space_held:
            more = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
            if event.modifiers() & more:
                self.selection.toggle(volume.id)
            else:
                self.selection.choose([volume.id])
        elif left or button == Qt.MouseButton.MiddleButton:
            if left and not self._space_held:
                self.selection.clear()
            self._grabbed = at
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._grabbed is not None:
            self.pan_by(at - self._grabbed)
            self._grabbed = at
        else:
            self._point(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            self._grabbed = None
            self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        volume = self.volume_at(event.position().toPoint())
        if volume is not None:
            self.edit_requested.emit(volume.id)
        else:
            self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self.viewport().unsetCursor()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space_held = self._ringed = False
        super().focusOutEvent(event)
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            volume = self.volume_at(event.pos())
            show = self.context.language.show
            tip = tip_of(self.analysis, volume.id, show) if volume else ""
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self._hovered, self._cell = "", None
            self._look_again()
        return super().viewportEvent(event)


def _holds(outline: QPolygonF, p: QPointF) -> bool:
    return outline.containsPoint(p, Qt.FillRule.WindingFill)
