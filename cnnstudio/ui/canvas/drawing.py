"""Painting that several canvas items share: fonts, laid-out texts, icons, colours, the shadow.

The canvas has its own zoom, so its texts keep the sizes of the tokens whatever the text size.
"""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QIcon,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPixmap,
    QStaticText,
    QTransform,
)

from cnnstudio.ui.canvas.geometry import Path
from cnnstudio.ui.theme.fonts import font_for
from cnnstudio.ui.theme.ink import Ink

_SHADOW_STEPS = 9
_SHADOW_BLUR = 14.0


@cache
def canvas_font(role: str) -> QFont:
    """The font of a type role; ``tick-title`` is a tick in 600."""
    if role == "tick-title":
        font = QFont(font_for("tick"))
        font.setWeight(QFont.Weight.DemiBold)
        return font
    return font_for(role)


def laid_out(text: str, role: str) -> QStaticText:
    """A one-line text, laid out once."""
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(QTransform(), canvas_font(role))
    return static


def elided(
    text: str, role: str, room: float, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
) -> str:
    """`text`, shortened to `room` logical pixels."""
    return QFontMetricsF(canvas_font(role)).elidedText(text, mode, max(room, 0.0))


@lru_cache(maxsize=4096)
def short_name(name: str, room: int) -> QStaticText:
    """A name for a small card, laid out once for each width in logical pixels."""
    return laid_out(elided(name, "tick-title", room, Qt.TextElideMode.ElideMiddle), "tick-title")


def paint_icon(
    painter: QPainter, theme: Ink, name: str, colour: str, centre: QPointF, size: int
) -> None:
    """Draws an icon about `centre`, sharp at the painter's own zoom; on paper as outlines."""
    place = QRectF(centre.x() - size / 2, centre.y() - size / 2, size, size)
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        theme.paint_icon(painter, name, colour, place)
        return
    scale = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
    ratio = max(1.0, min(4.0, round(scale * 4) / 4))
    pixmap = theme.pixmap(name, colour, size, ratio)
    painter.drawPixmap(place, pixmap, QRectF(pixmap.rect()))


def paint_shadow(painter: QPainter, body: QRectF, radius: float, dark: bool) -> None:
    """A soft shadow 6 below: the only one on the canvas."""
    painter.setPen(Qt.PenStyle.NoPen)
    for step in range(_SHADOW_STEPS):
        spread = _SHADOW_BLUR * (1 - step / _SHADOW_STEPS)
        painter.setBrush(QColor(0, 0, 0, 10 if dark else 5))
        painter.drawRoundedRect(
            body.translated(0, 6).adjusted(-spread, 4 - spread, spread, spread),
            radius + spread,
            radius + spread,
        )


def untinted(pixmap: QPixmap) -> QIcon:
    """An icon that keeps its colours in a selected row."""
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def painter_path(path: Path) -> QPainterPath:
    """A link's path as Qt draws it."""
    drawn = QPainterPath()
    if path:
        drawn.moveTo(*path[0].start)
    for curve in path:
        drawn.cubicTo(*curve.control_1, *curve.control_2, *curve.end)
    return drawn
