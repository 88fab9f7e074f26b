"""A card: raised content with a thin frame, for pages."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.theme.tokens import CARD_RADIUS
from cnnstudio.ui.widgets.context import Context


def paint_card(
    painter: QPainter, frame: QRectF, theme: Theme, line: str = "line", width: float = 1.0
) -> None:
    """Paints a card's ground and frame."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour(line), width))
    painter.setBrush(theme.colour("raised"))
    half = width / 2
    painter.drawRoundedRect(frame.adjusted(half, half, -half, -half), CARD_RADIUS, CARD_RADIUS)


class Card(QWidget):
    """A frame around widgets.

    Args:
        context: Theme and language.
        padding: The room inside the frame.
    """

    def __init__(self, context: Context, padding: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = context.theme
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_card(QPainter(self), QRectF(self.rect()), self._theme)
