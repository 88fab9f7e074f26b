"""A pad to draw a picture on: white on black, as MNIST's digits are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from cnnstudio.core.text import T
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase

_SIDE = 224
_FINE = 8  # times as many pixels a side as the network sees, so that edges are soft


class Drawing:
    """What is drawn, and with which brush; a pad shows it and lets it be changed.

    Args:
        size: (rows, columns) of the network's input.

    Attributes:
        ink: The strokes, finer than the network sees them.
        brush: The brush's width in pixels of the network's picture.
        begun: Whether anything was drawn since it was last black.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.fine = max(1, min(_FINE, 1024 // max(size)))
        rows, columns = size
        self.ink = QImage(columns * self.fine, rows * self.fine, QImage.Format.Format_Grayscale8)
        self.brush = 2.0
        self.clear()

    def clear(self) -> None:
        """Makes it black again."""
        self.ink.fill(0)
        self.begun = False

    def stroke(self, start: QPointF, end: QPointF) -> None:
        """Draws a line between two points of the ink, or a dot where they are one."""
        painter = QPainter(self.ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(Qt.GlobalColor.white, self.brush * self.fine)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if start == end:
            painter.drawPoint(start)
        else:
            painter.drawLine(start, end)
        painter.end()
        self.begun = True

    def picture(self) -> NDArray[np.uint8]:
        """What was drawn at the network's size: each pixel the mean of the fine ones under it."""
        rows, columns = self.size
        fine, width = self.fine, self.ink.bytesPerLine()
        ink = np.frombuffer(self.ink.constBits(), np.uint8).reshape(-1, width)
        blocks = ink[:, : columns * fine].reshape(rows, fine, columns, fine)
        means: NDArray[np.uint8] = np.rint(blocks.mean(axis=(1, 3))).astype(np.uint8)
        return means


class Canvas(QWidget):
    """Takes strokes of the mouse or a pen.

    Args:
        context: Theme and language.
        drawing: What they are drawn on.
    """

    drawn = Signal()

    def __init__(self, context: Context, drawing: Drawing) -> None:
        super().__init__()
        self._theme = context.theme
        self._drawing = drawing
        self._last: QPointF | None = None
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Phrase(context.language, self, QWidget.setAccessibleName, T("Drawing pad"))

    def sizeHint(self) -> QSize:
        rows, columns = self._drawing.size
        longest = max(rows, columns)
        return QSize(round(_SIDE * columns / longest), round(_SIDE * rows / longest))

    def clear(self) -> None:
        """Makes it black again."""
        self._drawing.clear()
        self.update()
        self.drawn.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(self.rect(), self._drawing.ink)
        painter.setPen(QPen(self._theme.colour("control"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._last = event.position()
            self._stroke(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self._stroke(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def _stroke(self, to: QPointF) -> None:
        assert self._last is not None
        ink = self._drawing.ink
        scale_x, scale_y = ink.width() / self.width(), ink.height() / self.height()
        self._drawing.stroke(
            QPointF(self._last.x() * scale_x, self._last.y() * scale_y),
            QPointF(to.x() * scale_x, to.y() * scale_y),
        )
        self._last = to
        self.update()
        self.drawn.emit()


class DrawingPad(QWidget):
    """The canvas with its brush.

    Args:
        context: Theme and language.
        drawing: What is on it; it outlives the pad.
    """

    drawn = Signal(object)
    """What is on the pad, uint8, shape (rows, columns); after every stroke."""

    def __init__(self, context: Context, drawing: Drawing) -> None:
        super().__init__()
        self._drawing = drawing
        self.canvas = Canvas(context, drawing)
        self.brush = QSlider(Qt.Orientation.Horizontal)
        self.brush.setRange(2, 10)  # half pixels of the network's picture
        self.brush.setValue(round(2 * drawing.brush))
        Phrase(context.language, self.brush, QSlider.setAccessibleName, T("Brush"))
        self.clear = Button(context, T("Clear"), "eraser")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Label(context, T("Brush"), "small", "muted"))
        row.addWidget(self.brush, 1)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.canvas, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(row)
        hint = T("White on black, at the size the network takes.")
        column.addWidget(Label(context, hint, "small", "muted"))
        self.brush.valueChanged.connect(self._take_brush)
        self.clear.clicked.connect(self.canvas.clear)
        self.canvas.drawn.connect(lambda: self.drawn.emit(drawing.picture()))

    def _take_brush(self, half_pixels: int) -> None:
        self._drawing.brush = half_pixels / 2
