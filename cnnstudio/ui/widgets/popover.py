"""A small window beside what it is about; Escape or a click elsewhere closes it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsDropShadowEffect, QVBoxLayout, QWidget

from cnnstudio.ui.theme.tokens import CARD_RADIUS
from cnnstudio.ui.widgets.context import Context

SHADOW = 16
"""Around the sheet, so much of the window is transparent."""


class _Sheet(QWidget):
    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(self._theme.colour("raised"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)


class Popover(QWidget):
    """Holds content on the raised ground, with the shadow only popovers have.

    Args:
        context: Theme and language.
        parent: The window it belongs to.
    """

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(
            parent,
            Qt.WindowType.Popup
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.NoDropShadowWindowHint,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SHADOW, SHADOW, SHADOW, SHADOW)
        sheet = _Sheet(context)
        shadow = QGraphicsDropShadowEffect(sheet)
        shadow.setBlurRadius(18)
        shadow.setOffset(0, 6)
        shadow.setColor(QColor(0, 0, 0, 70))
        sheet.setGraphicsEffect(shadow)
        outer.addWidget(sheet)
        self.body = QVBoxLayout(sheet)
        self.body.setContentsMargins(12, 12, 12, 12)
        self.body.setSpacing(8)

    def open_below(self, anchor: QWidget, part: QRect | None = None) -> None:
        """Opens under `anchor`, or under a part of it; above that where the screen ends."""
        self.adjustSize()
        part = anchor.rect() if part is None else part
        corner = anchor.mapToGlobal(part.bottomLeft() + QPoint(0, 5))
        place = QRect(corner - QPoint(SHADOW, SHADOW), self.size())
        screen = anchor.screen().availableGeometry()
        if place.bottom() > screen.bottom():
            place.moveBottom(anchor.mapToGlobal(part.topLeft() - QPoint(0, 4)).y() + SHADOW)
        place.moveLeft(max(screen.left(), min(place.left(), screen.right() - place.width())))
        self.move(place.topLeft())
        self.show()
