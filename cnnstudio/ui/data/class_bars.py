"""Every class with its pictures by part, as one bar; a click shows that class."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.library import PARTS, Division
from cnnstudio.ui.theme.tokens import ROW
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING

PART_COLOURS = {"train": "training", "validation": "validation", "test": "control"}
_LABEL_SHARE = 0.28


class ClassBars(QWidget):
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
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty(NO_RING, True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.theme.changed.connect(self.updateGeometry)
        context.language.changed.connect(self._name)

    def show_division(self, facts: Dataset | None, division: Division | None) -> None:
        """Shows these classes; None while nothing is known."""
        self._facts, self._division = facts, division
        self._name()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, self._row() * (len(self._facts.classes) if self._facts else 0))

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
        if self._facts is None or self._division is None:
            return
        theme = self._context.theme
        painter = QPainter(self)
        totals = np.sum([self._division.counts[part] for part in PARTS], axis=0)
        most = max(int(totals.max(initial=0)), 1)
        painter.setFont(theme.font("code-small"))
        numbers = painter.fontMetrics().horizontalAdvance(f"{most:,}")
        left = round(self.width() * _LABEL_SHARE)
        room = self.width() - left - numbers - 12
        for label, name in enumerate(self._facts.classes):
            top = label * self._row()
            row = QRectF(0, top, self.width(), self._row())
            if label == self._current and self.hasFocus():
                painter.fillRect(row, theme.colour("selection"))
            painter.setFont(theme.font("small"))
            painter.setPen(theme.colour("text"))
            words = painter.fontMetrics().elidedText(
                self._context.language.show(name), Qt.TextElideMode.ElideRight, left - 8
            )
            painter.drawText(row, int(Qt.AlignmentFlag.AlignVCenter), words)
            painter.setFont(theme.font("code-small"))
            painter.setPen(theme.colour("muted"))
            end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(row, int(end), f"{int(totals[label]):,}")
            self._paint_bar(painter, label, QRectF(left, top + self._row() / 2 - 5, room, 10), most)

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

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._division is not None:
            label = self._at(event.pos().y())
            if label >= 0:
                QToolTip.showText(
                    event.globalPos(), self._context.language.show(self.words(label)), self
                )
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        classes = len(self._facts.classes) if self._facts else 0
        if event.key() in steps and classes:
            move = steps[Qt.Key(event.key())]
            self._current = max(0, min(classes - 1, self._current + move))
            self._name()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and classes:
            self.activated.emit(self._current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        label = self._at(event.position().y())
        if label >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._current = label
            self._name()
            self.update()
            self.activated.emit(label)

    def _at(self, y: float) -> int:
        label = int(y // self._row())
        return label if self._facts and 0 <= label < len(self._facts.classes) else -1

    def _row(self) -> int:
        return self._context.theme.scaled(ROW - 4)

    def _name(self) -> None:
        if self._facts is None or self._division is None:
            return
        show = self._context.language.show
        lines = [show(self.words(label)) for label in range(len(self._facts.classes))]
        self.setAccessibleName("\n".join(lines))
        self.setAccessibleDescription(lines[self._current])
