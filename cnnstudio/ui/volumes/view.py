"""The volumes view: pans and zooms over the network as boxes; shows what a cell sees."""

from __future__ import annotations

from collections.abc import Iterable

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
from cnnstudio.ui.canvas.geometry import Rect
from cnnstudio.ui.canvas.pan_zoom import PanZoomView
from cnnstudio.ui.canvas.quick_add import QuickAdd
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.theme.ink import Ink
from cnnstudio.ui.volumes.captions import captions_of, spoken_of, tip_of
from cnnstudio.ui.volumes.gaze import Gaze
from cnnstudio.ui.volumes.keys import VolumeKeys
from cnnstudio.ui.volumes.painting import VolumePainter, polygon
from cnnstudio.ui.volumes.sights import paint_sights
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
        shown: The view has come on the screen.
    """

    added = Signal(object, object)
    edit_requested = Signal(str)
    rename_requested = Signal(str)
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
        self.gaze = Gaze(selection, self)
        self._grabbed: QPoint | None = None
        self._space_held = self._ringed = False
        self._keys = VolumeKeys(self)
        self.quick_field = QuickAdd(context, self, editor)
        self.quick_field.chosen.connect(self.added)
        self.setScene(QGraphicsScene(self))
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.gaze.changed.connect(self._look)
        selection.changed.connect(self._read_aloud)
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
        self._sections = sections(self.analysis, self._sections)
        self._painter = self.painter_in(self.context.theme, self.picture)
        self.gaze.follow(self.analysis, self.drawing)
        self._read_aloud()
        if self._fitted and before != self.content():
            self.settle()
        self.viewport().update()
        self.view_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._bring_up_to_date()
        self.gaze.look()
        self.shown.emit()

    # --- view -----------------------------------------------------------------------------------

    def content(self) -> Rect | None:
        bounds = self._painter.bounds()
        return None if bounds is None else _rect(bounds)

    def reveal(self, id: str) -> None:
        """Pans as little as needed to bring a volume into view."""
        self._bring_up_to_date()
        if (area := self.area_of([id])) is not None:
            self.bring_in(area)

    def area_of(self, ids: Iterable[str]) -> Rect | None:
        """The rectangle around some volumes and their captions; None for none."""
        volumes, whole = self.drawing.volumes, QRectF()
        for id in ids:
            if id in volumes:
                whole = whole.united(self._painter.area(volumes[id]))
        return None if whole.isNull() else _rect(whole)

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
        if self.gaze.sights is not None:
            paint_sights(painter, self.context.theme, self.gaze.sights, detail, rect)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The focus ring, where no volume has one."""
        super().drawForeground(painter, rect)
        if self._ringed and not self.selection.ids:
            painter.resetTransform()
            painter.setPen(QPen(self.context.theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    # --- what is pointed at ---------------------------------------------------------------------

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
        if volume is None:
            self.gaze.point("")
        else:
            self.gaze.point(volume.id, volume.cell_at(p.x(), p.y()))

    def _look(self, _id: str) -> None:
        self.viewport().update()

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
            self.gaze.point("")
        return super().viewportEvent(event)


def _rect(r: QRectF) -> Rect:
    return Rect(r.x(), r.y(), r.width(), r.height())


def _holds(outline: QPolygonF, p: QPointF) -> bool:
    return outline.containsPoint(p, Qt.FillRule.WindingFill)
