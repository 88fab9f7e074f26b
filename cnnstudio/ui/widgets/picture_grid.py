"""A grid of pictures painted by one widget: only what is in sight is asked for and drawn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING
from cnnstudio.ui.widgets.grid_layout import GridLayout, Measures, Section

__all__ = ["FRAME", "PictureGrid", "Pictures", "Section"]

FRAME = 0.008
"""Seconds that a frame may wait for pictures that aren't ready; others come with the next one."""


class Pictures(Protocol):
    """What a grid shows; asked only for pictures in sight."""

    def picture(self, index: int) -> QImage | None:
        """The picture with this index, None while it isn't there yet."""

    def caption(self, index: int) -> str:
        """What is written under it and read aloud; "" for nothing."""


class PictureGrid(QAbstractScrollArea):
    """Pictures in rows, nearest neighbour, with the arrow keys to walk among them.

    Args:
        context: Theme and language.
        tile: The side of a picture in pixels.
        gap: The room between two.
        captions: Whether a caption is written under each.
    """

    current_changed = Signal(int)
    activated = Signal(int)

    def __init__(
        self,
        context: Context,
        tile: int = 48,
        gap: int = 10,
        *,
        captions: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._tile = tile
        self._gap = gap
        self._captions = captions
        self._pictures: Pictures | None = None
        self._sections: tuple[Section, ...] = ()
        self._layout = self._layout_of(tile)
        self._current = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty(NO_RING, True)
        self.viewport().setAutoFillBackground(False)
        context.theme.changed.connect(self._lay_out)
        context.language.changed.connect(self._lay_out)

    def set_pictures(self, pictures: Pictures, sections: Sequence[Section]) -> None:
        """Shows these pictures; the current one is kept if it is still there."""
        self._pictures = pictures
        self._sections = tuple(section for section in sections if section.count)
        self._lay_out()
        if self._layout.position(self._current) < 0:
            self._current = -1
        self._describe()

    def set_tile(self, tile: int) -> None:
        """Changes the side of a picture; what is in sight stays in sight."""
        if tile != self._tile:
            seen = self.visible_range()[0]
            self._tile = tile
            self._lay_out()
            self._reveal(self._current if self._current >= 0 else seen)

    def fits(self, tile: int) -> bool:
        """Whether all pictures would be in sight at once with tiles of this side."""
        room = self.maximumViewportSize()
        return self._layout_of(tile, room.width()).height <= room.height()

    @property
    def current(self) -> int:
        """The index of the current picture, −1 if there is none."""
        return self._current

    def current_place(self) -> QRect | None:
        """Where the current picture is in the viewport; None if there is none."""
        position = self._layout.position(self._current)
        if position < 0:
            return None
        return self._layout.place(position).translated(0, -self.verticalScrollBar().value())

    @property
    def columns(self) -> int:
        """How many pictures there are in a row."""
        return self._layout.columns

    @property
    def position(self) -> int:
        """The position of the current picture, counted from 0 through all sections; −1 for none."""
        return self._layout.position(self._current)

    @property
    def shown(self) -> int:
        """How many pictures there are in all sections."""
        return self._layout.count

    def shows(self, index: int) -> bool:
        """Whether the picture with this index is in a section."""
        return self._layout.position(index) >= 0

    def set_current(self, index: int, *, reveal: bool = True) -> None:
        """Makes a picture current and, unless told not to, brings it into sight."""
        if index == self._current:
            return
        self._current = index
        if reveal and index >= 0:
            self._reveal(index)
        self._describe()
        self.viewport().update()
        self.current_changed.emit(index)

    def set_position(self, position: int) -> None:
        """Makes the picture at a position current, or the last one if there are fewer."""
        if self._layout.count:
            position = max(0, min(position, self._layout.count - 1))
            self.set_current(self._layout.index(position))

    def refresh(self) -> None:
        """Draws again what is in sight, because pictures arrived."""
        self.viewport().update()

    def visible_range(self) -> tuple[int, int]:
        """The first index in sight and the one after the last."""
        inside = [index for index, _ in self._in_sight(self.viewport().rect())]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    def index_at(self, point: QPoint) -> int | None:
        """The index of the picture under a point of the viewport."""
        near = QRect(point, point)
        return next((i for i, place in self._in_sight(near) if place.contains(point)), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._pictures is None:
            return
        theme, show = self._context.theme, self._context.language.show
        painter, region = QPainter(self.viewport()), event.region()
        offset, width = self.verticalScrollBar().value(), self.viewport().width()
        for section, top in self._layout.headings(event.rect().translated(0, offset)):
            line = QRectF(PANEL_PADDING, top - offset, width, self._layout.heading(section) - 6)
            _paint_heading(painter, theme, line, show(section.title), show(section.note))
        late, waited = QRegion(), 0.0
        around, caption = self._gap // 2, self._layout.measures.caption
        for index, place in self._in_sight(event.rect()):
            if not region.intersects(place.adjusted(0, 0, 0, caption)):
                continue
            if waited > FRAME and not self._is_ready(index):
                painter.fillRect(place, theme.colour("sunken"))
                late += place.adjusted(-around, -around, around, around + caption)
                continue
            began = time.perf_counter()
            picture = self._pictures.picture(index)
            waited += time.perf_counter() - began
            self._paint_tile(painter, index, place, picture)
            if self._captions:
                colour = "text" if index == self._current else "muted"
                below = QRect(place.left(), place.bottom() + 2, place.width(), caption)
                _paint_caption(painter, theme, below, self._pictures.caption(index), colour)
        if not late.isEmpty():
            self.viewport().update(late)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.set_current(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._sections:
            super().keyPressEvent(event)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._current >= 0:
                self.activated.emit(self._current)
            return
        page = self.viewport().height() // self._layout.row_height
        there = _led_to(self._layout, self.position, Qt.Key(event.key()), max(1, page))
        if there is None:
            super().keyPressEvent(event)
        else:
            self._go(self._layout.index(there), event.modifiers())

    def _go(self, index: int, _modifiers: Qt.KeyboardModifier) -> None:
        """Goes to a picture because a key was pressed."""
        self.set_current(index)

    def _describe(self) -> None:
        """Has the current picture read aloud."""
        current, pictures = self._current, self._pictures
        words = pictures.caption(current) if pictures is not None and current >= 0 else ""
        self.setAccessibleDescription(words)

    def _in_sight(self, area: QRect) -> list[tuple[int, QRect]]:
        """The pictures in an area of the viewport: index and place."""
        offset = self.verticalScrollBar().value()
        tiles = self._layout.tiles(area.translated(0, offset))
        return [(index, place.translated(0, -offset)) for index, place in tiles]

    def _layout_of(self, tile: int, width: int | None = None) -> GridLayout:
        scaled = self._context.theme.scaled
        width = self.viewport().width() if width is None else width
        caption = scaled(15) if self._captions else 0
        return GridLayout(self._sections, Measures(width, tile, self._gap, caption, scaled(28)))

    def _lay_out(self) -> None:
        self._layout = self._layout_of(self._tile)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, self._layout.height - height))
        bar.setPageStep(height)
        bar.setSingleStep(self._layout.row_height)
        self.viewport().update()

    def _reveal(self, index: int) -> None:
        position = self._layout.position(index)
        if position < 0:
            return
        bar, top = self.verticalScrollBar(), self._layout.place(position).top()
        bottom = top + self._layout.row_height - self.viewport().height()
        bar.setValue(max(min(bar.value(), top - self._gap), bottom))

    def _is_ready(self, _index: int) -> bool:
        """Whether a picture is there at once; one that isn't may come with a later frame."""
        return True

    def _paint_tile(
        self, painter: QPainter, index: int, place: QRect, picture: QImage | None
    ) -> None:
        if picture is None:
            painter.fillRect(place, self._context.theme.colour("sunken"))
        else:
            painter.drawImage(fitted(place, picture), picture)
        if index == self._current:
            painter.setPen(QPen(self._context.theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(-3, -3, 2, 2))


def fitted(place: QRect, picture: QImage) -> QRect:
    """The part of `place` that keeps the picture's proportions."""
    size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    result = QRect(QPoint(0, 0), size)
    result.moveCenter(place.center())
    return result


def _led_to(layout: GridLayout, here: int, key: Qt.Key, page: int) -> int | None:
    """The position a key leads to from one; None for a key that leads nowhere."""
    last = layout.count - 1
    rows = {
        Qt.Key.Key_Down: 1,
        Qt.Key.Key_Up: -1,
        Qt.Key.Key_PageDown: page,
        Qt.Key.Key_PageUp: -page,
    }
    steps = {
        Qt.Key.Key_Right: 1,
        Qt.Key.Key_Left: -1,
        Qt.Key.Key_Home: -last,
        Qt.Key.Key_End: last,
    }
    if key not in rows and key not in steps:
        return None
    if here < 0:
        return last if key == Qt.Key.Key_End else 0
    if key in rows:
        return layout.below(here, rows[key])
    return max(0, min(here + steps[key], last))


def _paint_caption(painter: QPainter, theme: Theme, place: QRect, words: str, colour: str) -> None:
    painter.setFont(theme.font("tick"))
    painter.setPen(theme.colour(colour))
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter), shown)


def _paint_heading(painter: QPainter, theme: Theme, line: QRectF, title: str, note: str) -> None:
    painter.setFont(theme.font("title"))
    painter.setPen(theme.colour("text"))
    painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), title)
    line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(title) + 8)
    painter.setFont(theme.font("small"))
    painter.setPen(theme.colour("muted"))
    painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), note)
