"""What floats over a plot: the names at the curves' ends, and the values under the pointer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cnnstudio.ui.theme.tokens import CARD_RADIUS
from cnnstudio.ui.widgets.context import Context

_GAP = 8.0


@dataclass(frozen=True, slots=True)
class EndLabel:
    """A curve's name and last value.

    Attributes:
        text: What it says.
        colour: A role of ``tokens.Colours``.
        x: Where the curve ends, in the plot's coordinates.
        y: The same.
    """

    text: str
    colour: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Readout:
    """The values at one place.

    Attributes:
        x: The place, in the plot's coordinates.
        title: What place that is.
        rows: (name, value, colour role) of each.
    """

    x: float
    title: str
    rows: tuple[tuple[str, str, str], ...]


class Overlay(QWidget):
    """Paints over a plot; the mouse goes through it.

    Args:
        context: Theme and language.
        over: The widget it covers.
        place: From the plot's coordinates to pixels of `over`.
        area: The rectangle of the curves in pixels of `over`.
    """

    def __init__(
        self,
        context: Context,
        over: QWidget,
        place: Callable[[float, float], QPointF],
        area: Callable[[], QRectF],
    ) -> None:
        super().__init__(over)
        self._theme = context.theme
        self._place = place
        self._area = area
        self._labels: Sequence[EndLabel] = ()
        self._now: float | None = None
        self._readout: Readout | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        over.installEventFilter(self)
        self.resize(over.size())

    @property
    def readout(self) -> Readout | None:
        """The values that are shown; None for none."""
        return self._readout

    def set_ends(self, labels: Sequence[EndLabel], now: float | None) -> None:
        """Names the curves at their ends; `now` is where the run is, None if it is over."""
        if (labels, now) != (self._labels, self._now):
            self._labels, self._now = labels, now
            self.update()

    def set_readout(self, readout: Readout | None) -> None:
        """Shows values, or none."""
        if readout != self._readout:
            self._readout = readout
            self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area()
        if self._now is not None:
            at = self._place(self._now, 0.0).x()
            if area.left() <= at <= area.right():
                painter.setPen(QPen(self._theme.colour("training"), 1))
                painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        self._paint_labels(painter, area)
        if self._readout is not None:
            self._paint_readout(painter, area, self._readout)

    def _paint_labels(self, painter: QPainter, area: QRectF) -> None:
        font = self._theme.font("small")
        font.setWeight(self._theme.font("title").weight())
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        height = metrics.height() + 1
        spots = [(self._place(label.x, label.y), label) for label in self._labels]
        spots = [(spot, label) for spot, label in spots if area.left() <= spot.x() <= area.right()]
        middles = spread([spot.y() for spot, _ in spots], height, area.top(), area.bottom())
        ground = QColor(self._theme.colour("canvas"))
        ground.setAlpha(215)
        for (spot, label), middle in zip(spots, middles, strict=True):
            width = metrics.horizontalAdvance(label.text)
            left = spot.x() + _GAP
            if left + width > area.right():
                left = spot.x() - _GAP - width
            box = QRectF(left, middle - height / 2, width, height)
            painter.fillRect(box.adjusted(-2, 0, 2, 0), ground)
            painter.setPen(self._theme.colour(label.colour))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), label.text)

    def _paint_readout(self, painter: QPainter, area: QRectF, readout: Readout) -> None:
        theme = self._theme
        at = self._place(readout.x, 0.0).x()
        painter.setPen(QPen(theme.colour("muted"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        title, small, code = theme.font("title"), theme.font("small"), theme.font("code-small")
        line = theme.line_height("small")
        names = [QFontMetricsF(small).horizontalAdvance(name) for name, _, _ in readout.rows]
        values = [QFontMetricsF(code).horizontalAdvance(value) for _, value, _ in readout.rows]
        width = max(
            QFontMetricsF(title).horizontalAdvance(readout.title),
            max(names, default=0) + 24 + max(values, default=0),
        )
        box = QRectF(at + 9, area.top() + 8, width + 20, line * len(readout.rows) + 32)
        if box.right() > area.right():
            box.moveRight(at - 9)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(box, CARD_RADIUS, CARD_RADIUS)
        inside = box.adjusted(10, 7, -10, -5)
        painter.setFont(title)
        painter.setPen(theme.colour("text"))
        painter.drawText(
            inside.topLeft() + QPointF(0, QFontMetricsF(title).ascent()), readout.title
        )
        top = inside.top() + theme.line_height("title") + 2
        for name, value, colour in readout.rows:
            row = QRectF(inside.left(), top, inside.width(), line)
            painter.setFont(small)
            painter.setPen(theme.colour(colour))
            painter.drawText(row, int(Qt.AlignmentFlag.AlignVCenter), name)
            painter.setFont(code)
            painter.setPen(theme.colour("text"))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(row, int(flags), value)
            top += line


def spread(middles: Sequence[float], height: float, top: float, bottom: float) -> list[float]:
    """Moves labels apart so that none covers another, in their order, inside `top` to `bottom`."""
    order = sorted(range(len(middles)), key=lambda index: middles[index])
    placed = list(middles)
    least = top + height / 2
    for index in order:
        placed[index] = max(placed[index], least)
        least = placed[index] + height
    most = bottom - height / 2
    for index in reversed(order):
        placed[index] = min(placed[index], most)
        most = placed[index] - height
    return placed
