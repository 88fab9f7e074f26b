"""The whole network small, with the part in view framed; press or drag to go there."""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from cnnstudio.core.layers.spec import Family
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, Point, Rect, bounds, card_rect
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.theme.tokens import RADIUS
from cnnstudio.ui.widgets.language import Phrase

_WIDTH, _HEIGHT, _PAD = 104, 92, 6.0


class Minimap(QWidget):
    """A map of the canvas.

    Args:
        view: The canvas it maps.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.setFixedSize(_WIDTH, _HEIGHT)
        name = T("Map of the network")
        Phrase(view.context.language, self, QWidget.setAccessibleName, name)
        Phrase(view.context.language, self, QWidget.setToolTip, name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._cards: QPixmap | None = None
        self._area: Rect | None = None
        view.view_changed.connect(self.update)
        for changed in (
            view.selection.changed,
            view.network_scene.synced,
            view.context.theme.changed,
        ):
            changed.connect(self._forget)

    def _forget(self) -> None:
        self._cards = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        view, theme = self._view, self._view.context.theme
        ratio = self.devicePixelRatioF()
        if self._cards is None or self._cards.devicePixelRatioF() != ratio:
            self._area = self._mapped()
            self._cards = self._draw_cards(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._cards)
        if self._area is None:
            return
        scale, origin = self._scale(self._area)
        seen = view.visible_area()
        frame = QRectF(
            origin.x + seen.x * scale, origin.y + seen.y * scale,
            seen.width * scale, seen.height * scale,
        )  # fmt: skip
        inside = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent"), 1))
        painter.drawRoundedRect(frame.intersected(inside), 2, 2)

    def _draw_cards(self, ratio: float) -> QPixmap:
        """The ground and the cards, which change less often than what is in view."""
        view, theme = self._view, self._view.context.theme
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        if self._area is None:
            painter.end()
            return pixmap
        scale, origin = self._scale(self._area)
        chosen = set(view.selection.ids)
        cards: dict[Family | str, list[QRectF]] = defaultdict(list)
        size = QSizeF(CARD_WIDTH * scale, max(CARD_HEIGHT * scale, 1.0))
        for id, at in view.network_scene.places.items():
            x, y = origin.x + at.x * scale, origin.y + at.y * scale
            face = view.network_scene.face(id)
            colour = "accent" if id in chosen else face.tint or face.family
            cards[colour].append(QRectF(QPointF(x, y), size))
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, rects in cards.items():
            painter.setBrush(
                theme.family(colour) if isinstance(colour, Family) else theme.colour(colour)
            )
            painter.drawRects(rects)
        painter.end()
        return pixmap

    def _mapped(self) -> Rect | None:
        """What the map shows: all cards, and no less than what is in view of them."""
        cards = bounds(card_rect(at) for at in self._view.network_scene.places.values())
        return cards.grown(60) if cards else None

    def _scale(self, area: Rect) -> tuple[float, Point]:
        scale = min((_WIDTH - 2 * _PAD) / area.width, (_HEIGHT - 2 * _PAD) / area.height)
        centre = area.centre
        return scale, Point(_WIDTH / 2 - centre.x * scale, _HEIGHT / 2 - centre.y * scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        if (area := self._mapped()) is not None:
            scale, origin = self._scale(area)
            p = event.position()
            self._view.centre_on(Point((p.x() - origin.x) / scale, (p.y() - origin.y) / scale))
