"""A grid of pictures painted by one widget: only what is in sight is asked for and drawn."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING


class Pictures(Protocol):
    """What a grid shows; asked only for pictures in sight."""

    def picture(self, index: int) -> QImage | None:
        """The picture with this index, None while it isn't there yet."""

    def caption(self, index: int) -> str:
        """What is written under it and read aloud; "" for nothing."""


@dataclass(frozen=True, slots=True)
class Section:
    """A run of pictures under one heading.

    Attributes:
        title: The heading; "" for none.
        note: Something short beside it, muted.
        start: The index of its first picture.
        count: How many it has.
    """

    title: Text | str
    note: Text | str
    start: int
    count: int


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
        self._tops: list[int] = []
        self._current = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty(NO_RING, True)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().valueChanged.connect(lambda _: self.viewport().update())
        context.theme.changed.connect(self._lay_out)
        context.language.changed.connect(self._lay_out)

    def set_pictures(self, pictures: Pictures, sections: Sequence[Section]) -> None:
        """Shows these pictures; the current one is kept if it is still there."""
        self._pictures = pictures
        self._sections = tuple(section for section in sections if section.count)
        if not any(s.start <= self._current < s.start + s.count for s in self._sections):
            self._current = -1
        self._lay_out()

    def set_tile(self, tile: int) -> None:
        """Changes the side of a picture."""
        if tile != self._tile:
            self._tile = tile
            self._lay_out()
            if self._current >= 0:
                self._reveal(self._current)

    def fits(self, tile: int) -> bool:
        """Whether all pictures would be in sight at once with tiles of this side."""
        room = self.maximumViewportSize()
        return self._height(tile, room.width()) <= room.height()

    @property
    def current(self) -> int:
        """The index of the current picture, −1 if there is none."""
        return self._current

    def set_current(self, index: int) -> None:
        """Makes a picture current and brings it into sight."""
        if index == self._current:
            return
        self._current = index
        if index >= 0:
            self._reveal(index)
            self.setAccessibleDescription(self._pictures.caption(index) if self._pictures else "")
        self.viewport().update()
        self.current_changed.emit(index)

    def refresh(self) -> None:
        """Draws again what is in sight, because pictures arrived."""
        self.viewport().update()

    def visible_range(self) -> tuple[int, int]:
        """The first index in sight and the one after the last."""
        inside = [index for index, _ in self._in_sight(self.viewport().rect())]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._pictures is None:
            return
        theme = self._context.theme
        painter = QPainter(self.viewport())
        self._paint_headings(painter)
        small = theme.font("tick")
        for index, place in self._in_sight(event.rect()):
            picture = self._pictures.picture(index)
            if picture is None:
                painter.fillRect(place, theme.colour("sunken"))
            else:
                painter.drawImage(_fitted(place, picture), picture)
            if self._captions:
                painter.setFont(small)
                painter.setPen(theme.colour("text" if index == self._current else "muted"))
                below = QRect(place.left(), place.bottom() + 2, place.width(), self._caption())
                words = painter.fontMetrics().elidedText(
                    self._pictures.caption(index), Qt.TextElideMode.ElideRight, below.width()
                )
                painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter), words)
            if index == self._current:
                painter.setPen(QPen(theme.colour("accent"), 2))
                painter.drawRect(place.adjusted(-3, -3, 2, 2))

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
        if index is not None:
            self.activated.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._sections:
            super().keyPressEvent(event)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._current >= 0:
                self.activated.emit(self._current)
            return
        order = _Order(self._sections)
        page = self._columns() * max(1, self.viewport().height() // self._row_height())
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: self._columns(),
            Qt.Key.Key_Up: -self._columns(),
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_Home: -order.count,
            Qt.Key.Key_End: order.count,
        }
        if (step := steps.get(Qt.Key(event.key()))) is None:
            super().keyPressEvent(event)
            return
        at = order.position(self._current) + step if self._current >= 0 else 0
        self.set_current(order.index(max(0, min(order.count - 1, at))))

    def index_at(self, point: QPoint) -> int | None:
        """The index of the picture under a point of the viewport."""
        near = QRect(point, point)
        return next((i for i, place in self._in_sight(near) if place.contains(point)), None)

    def _columns(self) -> int:
        return self._columns_of(self._tile, self.viewport().width())

    def _columns_of(self, tile: int, width: int) -> int:
        return max(1, (width - 2 * PANEL_PADDING + self._gap) // (tile + self._gap))

    def _height(self, tile: int, width: int) -> int:
        """How high everything is with tiles of this side, in a viewport of this width."""
        columns, row = self._columns_of(tile, width), tile + self._gap + self._caption()
        heights = (
            self._heading(section) + -(-section.count // columns) * row
            for section in self._sections
        )
        return 2 * PANEL_PADDING + sum(heights)

    def _caption(self) -> int:
        return self._context.theme.scaled(15) if self._captions else 0

    def _row_height(self) -> int:
        return self._tile + self._gap + self._caption()

    def _heading(self, section: Section) -> int:
        return self._context.theme.scaled(28) if section.title else 0

    def _lay_out(self) -> None:
        self._tops = []
        top = PANEL_PADDING
        for section in self._sections:
            self._tops.append(top)
            rows = -(-section.count // self._columns())
            top += self._heading(section) + rows * self._row_height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, top + PANEL_PADDING - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._row_height())
        self.viewport().update()

    def _first_row(self, number: int) -> int:
        return self._tops[number] + self._heading(self._sections[number])

    def _in_sight(self, area: QRect) -> list[tuple[int, QRect]]:
        offset, columns, height = (
            self.verticalScrollBar().value(),
            self._columns(),
            self._row_height(),
        )
        found: list[tuple[int, QRect]] = []
        number = max(0, bisect_right(self._tops, area.top() + offset) - 1)
        for at in range(number, len(self._sections)):
            section, base = self._sections[at], self._first_row(at)
            if base - offset > area.bottom() + 1:
                break
            rows = -(-section.count // columns)
            first = max(0, (area.top() + offset - base) // height)
            last = min(rows - 1, (area.bottom() + offset - base) // height)
            for row in range(first, last + 1):
                for column in range(min(columns, section.count - row * columns)):
                    place = QRect(
                        PANEL_PADDING + column * (self._tile + self._gap),
                        base + row * height - offset,
                        self._tile,
                        self._tile,
                    )
                    found.append((section.start + row * columns + column, place))
        return found

    def _reveal(self, index: int) -> None:
        for number, section in enumerate(self._sections):
            if section.start <= index < section.start + section.count:
                row = (index - section.start) // self._columns()
                top = self._first_row(number) + row * self._row_height()
                bar = self.verticalScrollBar()
                bottom = top + self._row_height() - self.viewport().height()
                bar.setValue(max(min(bar.value(), top - self._gap), bottom))
                return

    def _paint_headings(self, painter: QPainter) -> None:
        theme, show = self._context.theme, self._context.language.show
        offset, bottom = self.verticalScrollBar().value(), self.viewport().height()
        for top, section in zip(self._tops, self._sections, strict=True):
            height = self._heading(section)
            if not height or not -height < top - offset < bottom:
                continue
            line = QRectF(PANEL_PADDING, top - offset, self.viewport().width(), height - 6)
            title = show(section.title)
            painter.setFont(theme.font("title"))
            painter.setPen(theme.colour("text"))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), title)
            line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(title) + 8)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.colour("muted"))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), show(section.note))


class _Order:
    """Pictures counted through all sections, one after the other."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._before = [0]
        for section in sections:
            self._before.append(self._before[-1] + section.count)
        self.count = self._before[-1]

    def position(self, index: int) -> int:
        for before, section in zip(self._before, self._sections, strict=False):
            if section.start <= index < section.start + section.count:
                return before + index - section.start
        return 0

    def index(self, position: int) -> int:
        number = bisect_right(self._before, position) - 1
        return self._sections[number].start + position - self._before[number]


def _fitted(place: QRect, picture: QImage) -> QRect:
    """The part of `place` that keeps the picture's proportions."""
    size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    result = QRect(QPoint(0, 0), size)
    result.moveCenter(place.center())
    return result
