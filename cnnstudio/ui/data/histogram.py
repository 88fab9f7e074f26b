"""How often each pixel value occurs, zero left out: it would dwarf the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.core.data.pixels import PixelFacts
from cnnstudio.core.data.scaling import FITTED, Scaler, fixed_scaler, scaler_of
from cnnstudio.core.text import Text
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase

CHANNELS = (("R", "danger"), ("G", "success"), ("B", "training"))
"""What the channels of a colour picture are called, and the colour roles of their outlines."""

_DASHES: tuple[tuple[float, ...], ...] = ((), (4, 2), (1, 2))
_BINS = 51  # of five values each: 1…5, 6…10, …, 251…255
_EDGES = np.arange(_BINS + 1) * 5 + 0.5
_ROOM = 56  # pixels of the highest bar
_FAR = 2

Span = tuple[float, float]


class Histogram(QWidget):
    """The values 1 to 255: bars for one channel, an outline each for three.

    Args:
        context: Theme and language.
        name: What it shows, read aloud.

    Attributes:
        span: The ends of its axis.
        cut: Whether what touches the top would go on beyond it.
    """

    def __init__(self, context: Context, name: Text) -> None:
        super().__init__()
        self._theme = context.theme
        self._heights: NDArray[np.float64] = np.zeros((1, _BINS))
        self._scaler = fixed_scaler("none", 1)
        self.span: Span = (0.0, 255.0)
        self.cut = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Phrase(context.language, self, QWidget.setAccessibleName, name)
        self._theme.changed.connect(self.updateGeometry)

    def show_pixels(self, facts: PixelFacts | None, scaling: str) -> None:
        """Shows these counts on the axis of a scaling; None for no bars yet."""
        if facts is None:
            self._heights, self._scaler = np.zeros((1, _BINS)), fixed_scaler("none", 1)
            self.span, self.cut = (0.0, 255.0), False
        else:
            self._heights, self.cut = heights_of(facts)
            self._scaler = scaler_of(facts, scaling)
            self.span = span_of(facts, self._scaler, scaling)
            if scaling in FITTED:  # what has no spread has no shape either
                self._heights[[low == high for low, high in facts.ranges]] = 0
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _ROOM + self._theme.line_height("tick") + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        room = self.height() - theme.line_height("tick") - 4
        if len(self._heights) == 1:
            self._draw_bars(painter, room)
        else:
            self._draw_outlines(painter, room)
        painter.fillRect(QRectF(0, room, self.width(), 1), theme.colour("line"))
        self._draw_ticks(painter, room)

    def _draw_bars(self, painter: QPainter, room: float) -> None:
        places = self._places(0)
        for index, height in enumerate(self._heights[0]):
            tall = max(1.0 if height else 0.0, room * float(height))
            width = max(places[index + 1] - places[index] - 1, 1.0)
            bar = QRectF(places[index], room - tall, width, tall)
            painter.fillRect(bar, self._theme.colour("training"))

    def _draw_outlines(self, painter: QPainter, room: float) -> None:
        for channel, (heights, (_, colour)) in enumerate(zip(self._heights, CHANNELS, strict=True)):
            pen = QPen(self._theme.colour(colour), 1.25)
            if _DASHES[channel]:
                pen.setDashPattern(_DASHES[channel])
            painter.setPen(pen)
            places, line = self._places(channel), QPolygonF()
            for index, height in enumerate(heights):
                level = room - (room - 1) * float(height)
                line.append(QPointF(places[index], level))
                line.append(QPointF(places[index + 1], level))
            painter.drawPolyline(line)

    def _draw_ticks(self, painter: QPainter, room: float) -> None:
        theme = self._theme
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.colour("muted"))
        metrics = QFontMetrics(theme.font("tick"))
        for value in ticks(self.span):
            words = f"{value:.4g}".replace("-", "−")
            width = metrics.horizontalAdvance(words)
            left = min(max(self._x(value) - width / 2, 0), self.width() - width)
            below = QRectF(left, room + 3, width, theme.line_height("tick"))
            painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft), words)

    def _places(self, channel: int) -> list[float]:
        """Where the edges of a channel's bins are, in pixels."""
        return [self._x(self._scaler.of(float(edge), channel)) for edge in _EDGES]

    def _x(self, value: float) -> float:
        low, high = self.span
        return (value - low) / (high - low) * self.width()


def heights_of(facts: PixelFacts) -> tuple[NDArray[np.float64], bool]:
    """The heights of the bins, from 0 to 1, shape (channels, bins), and whether some are cut off.

    Many pictures have a ground of black or white alone. Bins at the ends that are more than twice
    as high as all others are cut off, or nothing else could be seen.
    """
    bars = facts.counts[:, 1:].reshape(facts.channels, _BINS, -1).sum(axis=2)
    top, inner = int(bars.max()), int(bars[:, 1:-1].max())
    cut = top > _FAR * inner > 0
    return np.minimum(bars / max(inner if cut else top, 1), 1), cut


def span_of(facts: PixelFacts, scaler: Scaler, scaling: str) -> Span:
    """The ends of the axis after scaling.

    A scaling with numbers of the pictures goes as far as their values do, any other as far as
    bytes do.
    """
    ranges = facts.ranges if scaling in FITTED else ((0, 255),) * facts.channels
    ends = [scaler.of(end, channel) for channel, pair in enumerate(ranges) for end in pair]
    low, high = min(ends), max(ends)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def ticks(span: Span) -> tuple[float, float, float]:
    """The numbers below an axis: its ends, and 0 or else its middle between them."""
    low, high = span
    near = 0.15 * (high - low)
    inside = low + near < 0 < high - near
    return low, 0.0 if inside else (low + high) / 2, high
