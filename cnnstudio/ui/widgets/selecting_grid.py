"""A grid in which any number of pictures can be chosen: by clicks, a rubber band and keys."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBasicTimer, QPoint, QRect, QRectF, Qt, QTimerEvent, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QWidget

from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.grid_layout import Section
from cnnstudio.ui.widgets.picture_grid import PictureGrid, Pictures

_SCROLL_EVERY = 16  # milliseconds
_TYPING = 1.2  # seconds after which a digit begins another number
_MOST_DIGITS = 9
_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


@dataclass(slots=True)
class _Band:
    """A rubber band, in the coordinates of the whole grid.

    Attributes:
        start: Where it was begun.
        end: Where the pointer is.
        before: What was chosen when it was begun; what it covers is added, or turned round.
        turns: Whether it turns round.
    """

    start: QPoint
    end: QPoint
    before: NDArray[np.bool_]
    turns: bool

    @property
    def area(self) -> QRect:
        return QRect(self.start, self.end).normalized()


class SelectingGrid(PictureGrid):
    """Pictures of which many can be chosen; the current one is where the keyboard is.

    Args:
        context: Theme and language.
        tile: The side of a picture in pixels.
        gap: The room between two.
    """

    selection_changed = Signal()
    """Other pictures are chosen, or another one is current."""
    number_typed = Signal(int)
    """Digits were typed; the number they make so far."""
    menu_asked = Signal(QPoint)
    """The menu of what is chosen belongs at this point of the screen."""

    def __init__(
        self, context: Context, tile: int = 48, gap: int = 10, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, tile, gap, parent=parent)
        self._chosen = np.zeros(0, bool)
        self._shown = np.zeros(0, bool)
        self._anchor = -1
        self._pressed: QPoint | None = None
        self._pointer = QPoint()
        self._band: _Band | None = None
        self._scrolling = QBasicTimer()
        self._typed, self._typed_at = "", 0.0

    # ------------------------------------------------------------------------------- choosing

    @property
    def selection(self) -> NDArray[np.int64]:
        """The indices of what is chosen, ascending."""
        return np.flatnonzero(self._chosen)

    @property
    def selected(self) -> int:
        """How many pictures are chosen."""
        return int(np.count_nonzero(self._chosen))

    def set_pictures(self, pictures: Pictures, sections: Sequence[Section]) -> None:
        """Shows these pictures; of what is chosen, what has an index among them stays so."""
        ends = (section.start + section.count for section in sections)
        self._shown = np.zeros(max(ends, default=0), bool)
        for section in sections:
            self._shown[section.start : section.start + section.count] = True
        kept = self._shown.copy()
        common = min(len(kept), len(self._chosen))
        kept[:common] &= self._chosen[:common]
        kept[common:] = False
        self._chosen, self._anchor, self._band = kept, -1, None
        super().set_pictures(pictures, sections)

    def select(self, indices: NDArray[np.int64], current: int = -1, *, reveal: bool = True) -> None:
        """Chooses exactly these pictures, as far as they are shown, and makes one current."""
        chosen = np.zeros_like(self._shown)
        chosen[indices] = self._shown[indices]
        current = current if self._layout.position(current) >= 0 else -1
        self._anchor = current
        self._choose(chosen, current, reveal=reveal)

    def set_current(self, index: int, *, reveal: bool = True) -> None:
        """Makes a picture current and chooses it alone."""
        self.select(np.array([index] if index >= 0 else [], np.int64), index, reveal=reveal)

    def select_section(self) -> None:
        """Chooses the whole section of the current picture; if it is chosen already, all."""
        number = max(self._layout.section_of(self._current), 0)
        if not self._sections:
            return
        section = self._sections[number]
        run = slice(section.start, section.start + section.count)
        chosen = np.zeros_like(self._shown)
        chosen[run] = True
        if self._chosen[run].all():
            chosen = self._shown.copy()
        self._choose(chosen, self._current if self._current >= 0 else section.start)

    def _choose(self, chosen: NDArray[np.bool_], current: int, *, reveal: bool = True) -> None:
        """What is chosen and current from now on; tells whom it concerns."""
        if current == self._current and np.array_equal(chosen, self._chosen):
            return
        self._chosen = chosen
        super().set_current(current, reveal=reveal)
        self.viewport().update()
        self.selection_changed.emit()

    def _extend(self, index: int, *, keep: bool) -> None:
        """Chooses everything from the anchor to a picture, and what was chosen too if `keep`."""
        if self._layout.position(self._anchor) < 0:
            self._anchor = self._current if self._current >= 0 else index
        chosen = self._chosen.copy() if keep else np.zeros_like(self._shown)
        here, there = self._layout.position(self._anchor), self._layout.position(index)
        chosen[self._layout.between(here, there)] = True
        self._choose(chosen, index)

    def _turn(self, index: int) -> None:
        """Chooses a picture, or not any more."""
        chosen = self._chosen.copy()
        chosen[index] = not chosen[index]
        self._anchor = index
        self._choose(chosen, index)

    # ----------------------------------------------------------------------------------- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, _KEYPAD)
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_section()
        elif plain and event.text().isascii() and event.text().isdigit():
            self._type(event.text())
        elif (
            event.key() == Qt.Key.Key_Space and event.modifiers() & _CONTROL and self._current >= 0
        ):
            self._turn(self._current)
        elif event.key() == Qt.Key.Key_Escape and self.selected > 1:
            self.set_current(self._current)
        else:
            super().keyPressEvent(event)

    def _go(self, index: int, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & _SHIFT:
            self._extend(index, keep=bool(modifiers & _CONTROL))
        elif modifiers & _CONTROL:
            self._choose(self._chosen, index)
        else:
            self.set_current(index)

    def _type(self, digit: str) -> None:
        now = time.monotonic()
        begun = self._typed if now - self._typed_at < _TYPING else ""
        self._typed, self._typed_at = (begun + digit)[-_MOST_DIGITS:], now
        self.number_typed.emit(int(self._typed))

    # ---------------------------------------------------------------------------------- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.index_at(point)
        if event.button() == Qt.MouseButton.RightButton:
            if index is not None and not self._chosen[index]:
                self.set_current(index)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        modifiers = event.modifiers()
        self._pressed, self._pointer = point, point
        if index is None:
            if not modifiers & (_SHIFT | _CONTROL):
                self._choose(np.zeros_like(self._shown), self._current)
        elif modifiers & _SHIFT:
            self._extend(index, keep=bool(modifiers & _CONTROL))
        elif modifiers & _CONTROL:
            self._turn(index)
        else:
            self.set_current(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        self._pointer = event.position().toPoint()
        far = (self._pointer - self._pressed).manhattanLength()
        if self._band is None and far >= QApplication.startDragDistance():
            self._begin_band(event.modifiers())
        if self._band is not None:
            self._stretch_band()
            outside = not 0 <= self._pointer.y() < self.viewport().height()
            if not outside:
                self._scrolling.stop()
            elif not self._scrolling.isActive():
                self._scrolling.start(_SCROLL_EVERY, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._end_band()
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        point = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.current_place()
            if place is None:
                return
            point = self.viewport().mapToGlobal(place.center())
        self.menu_asked.emit(point)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._typed = ""
        super().focusOutEvent(event)
        self.viewport().update()

    def timerEvent(self, event: QTimerEvent) -> None:
        """The pointer is above or below the grid: it follows, the faster the farther."""
        if event.timerId() != self._scrolling.timerId():
            super().timerEvent(event)
            return
        below = self._pointer.y() - self.viewport().height()
        by = self._pointer.y() if self._pointer.y() < 0 else max(below, 0)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + by // 2)
        self._stretch_band()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._end_band()

    def _begin_band(self, modifiers: Qt.KeyboardModifier) -> None:
        assert self._pressed is not None
        start = self._in_grid(self._pressed)
        keeps = bool(modifiers & (_SHIFT | _CONTROL))
        before = self._chosen if keeps else np.zeros_like(self._shown)
        self._band = _Band(start, start, before, bool(modifiers & _CONTROL))

    def _stretch_band(self) -> None:
        band = self._band
        if band is None:
            return
        band.end = self._in_grid(self._pointer)
        touched = self._layout.touched(band.area)
        chosen = band.before.copy()
        chosen[touched] = ~chosen[touched] if band.turns else True
        near = self.index_at(self._pointer)
        self._choose(chosen, self._current if near is None else near)
        self.viewport().update()

    def _end_band(self) -> None:
        self._pressed = None
        self._scrolling.stop()
        if self._band is not None:
            self._band = None
            if self._current >= 0 and self.selected and not self._chosen[self._current]:
                self._choose(self._chosen, int(self.selection[0]))
            self._anchor = self._current
            self.viewport().update()

    def _in_grid(self, point: QPoint) -> QPoint:
        """A point of the viewport, counted from the upper left corner of the whole grid."""
        return point + QPoint(0, self.verticalScrollBar().value())

    # ------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._band is None:
            return
        accent = self._context.theme.colour("accent")
        painter = QPainter(self.viewport())
        painter.setPen(QPen(accent, 1))
        painter.setBrush(QColor(accent.red(), accent.green(), accent.blue(), 26))
        area = self._band.area.translated(0, -self.verticalScrollBar().value())
        painter.drawRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_tile(
        self, painter: QPainter, index: int, place: QRect, picture: QImage | None
    ) -> None:
        if index < len(self._chosen) and self._chosen[index]:
            theme = self._context.theme
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.setBrush(theme.colour("selection"))
            painter.drawRect(place.adjusted(-4, -4, 3, 3))
        super()._paint_tile(painter, index, place, picture)
