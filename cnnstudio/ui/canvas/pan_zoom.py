"""A graphics view that never scrolls: it pans and zooms over a dotted ground."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from cnnstudio.ui.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, GRID, Point, Rect
from cnnstudio.ui.theme.theme import Theme

SMALLEST_ZOOM, LARGEST_ZOOM = 0.005, 4.0  # a chain of a thousand layers fits a window at 0.7 %
ZOOM_STEP = 1.25
READABLE_ZOOM = 0.35
"""Below it names can't be told any more, so that the view shows less instead of smaller cards."""
_FIT_MARGIN = 48.0
_DIMMED = 0.6  # how much of everything is left
_FAR = 2
"""How many of its own sizes out of view something is that its surroundings are shown with."""
_REACH = 1e6
_DOTS_APART = 18.0


class PanZoomView(QGraphicsView):
    """Pans and zooms; keeps the whole content in view until the person moves it.

    Args:
        theme: The colours.

    Attributes:
        view_changed: Panned, zoomed or resized.
        readable_zoom: The zoom below which `settle` shows less instead.
    """

    view_changed = Signal()
    readable_zoom = READABLE_ZOOM

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fitted = True
        self._dimmed = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSceneRect(-_REACH, -_REACH, 2 * _REACH, 2 * _REACH)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(off)
        self.setVerticalScrollBarPolicy(off)
        self.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        theme.changed.connect(self.viewport().update)

    def content(self) -> Rect | None:
        """The rectangle around everything; None if there is nothing."""
        raise NotImplementedError

    @property
    def zoom(self) -> float:
        """Screen pixels for one canvas pixel."""
        return self.transform().m11()

    def to_canvas(self, at: QPoint) -> Point:
        """A viewport point in canvas coordinates."""
        p = self.mapToScene(at)
        return Point(p.x(), p.y())

    def visible_area(self) -> Rect:
        """The part of the canvas in view."""
        r = self.mapToScene(self.viewport().rect()).boundingRect()
        return Rect(r.x(), r.y(), r.width(), r.height())

    def pan_by(self, pixels: QPoint) -> None:
        """Moves the canvas by screen pixels."""
        self._fitted = False
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - pixels.x())
        down.setValue(down.value() - pixels.y())
        self.view_changed.emit()

    def zoom_to(self, zoom: float, about: QPoint | None = None) -> None:
        """Zooms so that the canvas point under `about` (the middle unless given) stays there."""
        zoom = min(LARGEST_ZOOM, max(SMALLEST_ZOOM, zoom))
        about = about if about is not None else self.viewport().rect().center()
        before = self.mapToScene(about)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self.pan_by(about - self.mapFromScene(before))

    def centre_on(self, p: Point) -> None:
        """Brings a canvas point to the middle of the view."""
        self.pan_by(self.viewport().rect().center() - self.mapFromScene(QPointF(*p)))

    def bring_in(self, area: Rect) -> None:
        """Pans as little as needed to bring an area into view; one far away comes to the middle."""
        there = self.mapFromScene(QRectF(*area)).boundingRect()
        inside = self.viewport().rect().adjusted(16, 16, -16, -16)
        dx = max(inside.left() - there.left(), 0) or min(inside.right() - there.right(), 0)
        dy = max(inside.top() - there.top(), 0) or min(inside.bottom() - there.bottom(), 0)
        if abs(dx) > _FAR * there.width() or abs(dy) > _FAR * there.height():
            self.centre_on(area.centre)
        elif dx or dy:
            self.pan_by(QPoint(dx, dy))

    def fit(self, area: Rect | None = None) -> None:
        """Shows the whole network, or `area`, at 100 % at most."""
        whole = area is None
        area = area or self.content()
        if area is None:
            area = Rect(0, 0, CARD_WIDTH, CARD_HEIGHT)
        size = self.viewport().size()
        room = (
            max(size.width() - 2 * _FIT_MARGIN, 1) / max(area.width, 1),
            max(size.height() - 2 * _FIT_MARGIN, 1) / max(area.height, 1),
        )
        self.zoom_to(min(1.0, *room))
        self.centre_on(area.centre)
        self._fitted = whole

    def fit_all(self) -> None:
        """Shows everything."""
        self.fit()

    def settle(self) -> None:
        """Shows everything where it stays readable; otherwise the beginning, at a readable zoom."""
        self.fit()
        whole = self.content()
        if whole is None or self.zoom >= self.readable_zoom:
            return
        self.zoom_to(self.readable_zoom)
        seen = self.visible_area()
        margin = _FIT_MARGIN / self.readable_zoom
        x = whole.centre.x if whole.width <= seen.width else whole.x - margin + seen.width / 2
        y = whole.centre.y if whole.height <= seen.height else whole.y - margin + seen.height / 2
        self.centre_on(Point(x, y))
        self._fitted = True

    def shows_everything(self) -> bool:
        """Whether nothing is out of view."""
        whole, seen = self.content(), self.visible_area()
        return whole is None or (
            seen.x <= whole.x
            and seen.y <= whole.y
            and whole.x + whole.width <= seen.x + seen.width
            and whole.y + whole.height <= seen.y + seen.height
        )

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.pan_by(QPoint(angle.y() // 2 or angle.x() // 2, 0))
        elif not pixels.isNull() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pan_by(pixels)
        else:
            self.zoom_to(self.zoom * 1.0015 ** angle.y(), event.position().toPoint())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.settle()
        self.view_changed.emit()

    def set_dimmed(self, dimmed: bool) -> None:
        """Shows everything at 60 % opacity, while it isn't what the code says, or in full."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """A veil of the ground's colour: what is below shows through as far as it should."""
        if self._dimmed:
            veil = self._theme.colour("canvas")
            veil.setAlphaF(1 - _DIMMED)
            painter.fillRect(QRectF(rect), veil)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        rect = QRectF(rect)
        theme = self._theme
        painter.fillRect(rect, theme.colour("canvas"))
        step = GRID
        while step * self.zoom < _DOTS_APART:
            step *= 2
        pen = QPen(theme.colour("line"), 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        first_x, first_y = rect.left() // step * step, rect.top() // step * step
        across = int(rect.width() / step) + 2
        down = int(rect.height() / step) + 2
        row = QPolygonF([QPointF(first_x + i * step, first_y) for i in range(across)])
        for _ in range(down):
            painter.drawPoints(row)
            row.translate(0, step)
