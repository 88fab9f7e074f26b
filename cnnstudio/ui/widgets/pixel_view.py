"""One picture large, pixel for pixel, with a cursor that a person can move and ask."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING
from cnnstudio.ui.widgets.language import Phrase

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class PixelView(QWidget):
    """A picture whose pixels are squares of one size; the pointer or the arrow keys choose a pixel.

    Args:
        context: Theme and language.
        name: What it shows, read aloud.
        side: The side it asks for, in pixels.
    """

    pointed = Signal(int, int)
    """The row and column under the cursor; −1, −1 when it has left."""

    def __init__(
        self, context: Context, name: Text | str, side: int = 140, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = context.theme
        self._image: QImage | None = None
        self._cursor = (-1, -1)
        self._side = side
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty(NO_RING, True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        Phrase(context.language, self, QWidget.setAccessibleName, name)
        self._theme.changed.connect(self.update)

    def set_image(self, image: QImage | None) -> None:
        """Shows another picture; the cursor stays where it is if that is still inside."""
        self._image = image
        row, column = self._cursor
        if image is None or row >= image.height() or column >= image.width():
            self._point(-1, -1)
        self.update()

    @property
    def image(self) -> QImage | None:
        """What is shown."""
        return self._image

    @property
    def cursor_cell(self) -> tuple[int, int]:
        """The row and column under the cursor; (−1, −1) if there is none."""
        return self._cursor

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self._image is None or self._image.isNull():
            return width
        zoom = width // self._image.width() or width / self._image.width()
        return max(1, round(zoom * self._image.height()))

    def place(self) -> QRect:
        """Where the picture is drawn: enlarged by a whole number, or fitted where it is larger."""
        if self._image is None or self._image.isNull():
            return QRect()
        size = self._image.size()
        if zoom := min(self.width() // size.width(), self.height() // size.height()):
            return QRect(QPoint(0, 0), size * zoom)
        return QRect(QPoint(0, 0), size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is None:
            painter.fillRect(self.rect(), self._theme.colour("sunken"))
            return
        place = self.place()
        painter.drawImage(place, self._image)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.drawRect(QRectF(place).adjusted(1, 1, -1, -1))
        if self._cursor[0] >= 0:
            cell = self._cell(*self._cursor)
            painter.setPen(QPen(self._theme.colour("canvas"), 1))
            painter.drawRect(cell.adjusted(-1.5, -1.5, 0.5, 0.5))
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.drawRect(cell.adjusted(-0.5, -0.5, -0.5, -0.5))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(*self._at(event.position()))

    def leaveEvent(self, event: object) -> None:
        if not self.hasFocus():
            self._point(-1, -1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._cursor[0] < 0 and self._image is not None:
            self._point(self._image.height() // 2, self._image.width() // 2)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point(-1, -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or self._image is None:
            super().keyPressEvent(event)
            return
        row = max(0, min(self._image.height() - 1, self._cursor[0] + step[0]))
        column = max(0, min(self._image.width() - 1, self._cursor[1] + step[1]))
        self._point(row, column)

    def _cell(self, row: int, column: int) -> QRectF:
        assert self._image is not None
        place = self.place()
        width, height = place.width() / self._image.width(), place.height() / self._image.height()
        return QRectF(column * width, row * height, width, height)

    def _at(self, point: QPointF) -> tuple[int, int]:
        place = self.place()
        if self._image is None or not QRectF(place).contains(point):
            return -1, -1
        row = int(point.y() * self._image.height() / place.height())
        column = int(point.x() * self._image.width() / place.width())
        return min(row, self._image.height() - 1), min(column, self._image.width() - 1)

    def _point(self, row: int, column: int) -> None:
        if (row, column) != self._cursor:
            self._cursor = (row, column)
            self.update()
            self.pointed.emit(row, column)
