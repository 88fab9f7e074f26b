"""Every class with its pictures by part, as one bar; a click shows that class."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.division import Division
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.library import PARTS
from cnnstudio.ui.theme.tokens import ROW
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING

PART_COLOURS = {"train": "training", "validation": "validation", "test": "control"}
MOST_ROWS = 12
"""More classes than these scroll."""
_LABEL_SHARE = 0.28


class ClassBars(QAbstractScrollArea):
    """One row a class: its name, a bar of its parts, its number of pictures.

    Args:
        context: Theme and language.
    """

    activated = Signal(int)
    """A class was clicked, or Enter was pressed on it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._facts: Dataset | None = None
        self._division: Division | None = None
        self._totals = np.zeros(0, np.int64)
        self._current = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty(NO_RING, True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        context.theme.changed.connect(self._lay_out)
        context.language.changed.connect(self._name)

    def show_division(self, facts: Dataset | None, division: Division | None) -> None:
        """Shows these classes; None while nothing is known."""
        self._facts, self._division = facts, division
        if division is not None:
            self._totals = np.sum([division.counts[part] for part in PARTS], axis=0)
        self._current = min(self._current, max(self._classes - 1, 0))
        self._name()
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(240, self._row() * min(self._classes, MOST_ROWS))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def words(self, label: int) -> Text:
        """A class with all its counts."""
        assert self._facts is not None
        assert self._division is not None
        counts = {part: int(self._division.counts[part][label]) for part in PARTS}
        return T(
            "{name}: {train} for training, {validation} for validation, {test} for testing",
            name=self._facts.classes[label],
            **counts,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._classes:
            return
        theme, row = self._context.theme, self._row()
        painter = QPainter(self.viewport())
        width, scrolled = self.viewport().width(), self.verticalScrollBar().value()
        most = max(int(self._totals.max(initial=0)), 1)
        painter.setFont(theme.font("code-small"))
        numbers = painter.fontMetrics().horizontalAdvance(f"{most:,}")
        left = round(width * _LABEL_SHARE)
        room = width - left - numbers - 12
        first = (scrolled + event.rect().top()) // row
        last = min((scrolled + event.rect().bottom()) // row, self._classes - 1)
        for label in range(first, last + 1):
            top = label * row - scrolled
            self._paint_words(painter, label, QRectF(0, top, width, row), left - 8)
            self._paint_bar(painter, label, QRectF(left, top + row / 2 - 5, room, 10), most)

    def _paint_words(self, painter: QPainter, label: int, row: QRectF, room: int) -> None:
        assert self._facts is not None
        theme = self._context.theme
        if label == self._current and self.hasFocus():
            painter.fillRect(row, theme.colour("selection"))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("text"))
        name = self._context.language.show(self._facts.classes[label])
        words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(row, int(Qt.AlignmentFlag.AlignVCenter), words)
        painter.setFont(theme.font("code-small"))
        painter.setPen(theme.colour("muted"))
        end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(row, int(end), f"{int(self._totals[label]):,}")

    def _paint_bar(self, painter: QPainter, label: int, place: QRectF, most: int) -> None:
        assert self._division is not None
        counts = {part: int(self._division.counts[part][label]) for part in PARTS}
        shown = [part for part in PARTS if counts[part]]
        room = place.width() - 2 * (len(shown) - 1)
        left = place.left()
        for part in shown:
            width = max(2.0, room * counts[part] / most)
            bar = QRectF(left, place.top(), width, place.height())
            painter.fillRect(bar, self._context.theme.colour(PART_COLOURS[part]))
            left += width + 2

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            label = self._at(event.pos().y())
            if label >= 0:
                words = self._context.language.show(self.words(label))
                QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_range()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: MOST_ROWS - 1,
            Qt.Key.Key_PageUp: 1 - MOST_ROWS,
            Qt.Key.Key_Home: -self._classes,
            Qt.Key.Key_End: self._classes,
        }
        if event.key() in steps and self._classes:
            self._choose(self._current + steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._classes:
                self.activated.emit(self._current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        label = self._at(event.position().y())
        if label >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._choose(label)
            self.activated.emit(label)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()  # the press was for this widget

    @property
    def _classes(self) -> int:
        known = self._facts is not None and self._division is not None
        return len(self._totals) if known else 0

    def _choose(self, label: int) -> None:
        self._current = max(0, min(self._classes - 1, label))
        bar, top = self.verticalScrollBar(), self._current * self._row()
        below = top + self._row() - self.viewport().height()
        bar.setValue(max(min(bar.value(), top), below))
        self._name()
        self.viewport().update()

    def _at(self, y: float) -> int:
        label = int(y + self.verticalScrollBar().value()) // self._row()
        return label if 0 <= label < self._classes else -1

    def _row(self) -> int:
        return self._context.theme.scaled(ROW - 4)

    def _lay_out(self) -> None:
        self.updateGeometry()
        self._set_range()
        self.viewport().update()

    def _set_range(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(self._classes * self._row() - height, 0))
        bar.setPageStep(height)
        bar.setSingleStep(self._row())

    def _name(self) -> None:
        """Few classes are read aloud at once; of many how many there are, then the current one."""
        if not self._classes:
            return
        show = self._context.language.show
        if self._classes <= MOST_ROWS:
            lines = [show(self.words(label)) for label in range(self._classes)]
            self.setAccessibleName("\n".join(lines))
        else:
            self.setAccessibleName(show(TN("{count} class", "{count} classes", self._classes)))
        self.setAccessibleDescription(show(self.words(self._current)))
