"""Shares and shares compared: painted bars that are read aloud as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import ROW
from cnnstudio.ui.widgets.context import Context


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole.

    Attributes:
        text: What it is.
        value: How much; 0 or more.
        colour: A role of ``tokens.Colours``.
    """

    text: Text | str
    value: float
    colour: str


class ShareBar(QWidget):
    """The parts of a whole side by side, 2 px apart; a part that isn't zero is at least 2 px wide.

    Args:
        context: Theme and language.
        height: Its height in pixels.
    """

    def __init__(self, context: Context, height: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._shares: tuple[Share, ...] = ()
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.language.changed.connect(self._name)

    def set_shares(self, shares: Sequence[Share]) -> None:
        """Shows these parts."""
        self._shares = tuple(shares)
        self._name()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = [share for share in self._shares if share.value > 0]
        total = sum(share.value for share in shown)
        room = self.width() - 2 * (len(shown) - 1)
        left = 0.0
        for share in shown:
            width = max(2.0, room * share.value / total)
            painter.fillRect(
                QRectF(left, 0, width, self.height()), self._context.theme.colour(share.colour)
            )
            left += width + 2

    def _name(self) -> None:
        show = self._context.language.show
        self.setAccessibleName(
            ", ".join(f"{show(share.text)} {share.value:,g}" for share in self._shares)
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar list.

    Attributes:
        text: What it is.
        share: The length, 0 to 1.
        value: The number as shown at its end.
        colour: A role of ``tokens.Colours``.
    """

    text: Text | str
    share: float
    value: str
    colour: str = "training"


class BarList(QWidget):
    """Rows of text, bar and number, such as predicted classes. Arrow keys move the current row.

    Args:
        context: Theme and language.
        label_share: The part of the width the texts take.
    """

    activated = Signal(int)
    """A row was clicked, or Enter was pressed on it."""

    def __init__(
        self, context: Context, label_share: float = 0.34, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._label_share = label_share
        self._bars: tuple[Bar, ...] = ()
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.language.changed.connect(self._name)
        context.theme.changed.connect(self.updateGeometry)

    def set_bars(self, bars: Sequence[Bar]) -> None:
        """Shows these rows."""
        self._bars = tuple(bars)
        self._current = min(self._current, len(bars) - 1)
        self._name()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, self._row() * len(self._bars))

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self._row() * len(self._bars))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, show = self._context.theme, self._context.language.show
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small, code = theme.font("small"), theme.font("code-small")
        painter.setFont(code)
        numbers = max(
            (painter.fontMetrics().horizontalAdvance(b.value) for b in self._bars), default=0
        )
        label_width = round(self.width() * self._label_share)
        for index, bar in enumerate(self._bars):
            top = index * self._row()
            if index == self._current and self.hasFocus():
                painter.fillRect(
                    QRectF(0, top, self.width(), self._row()), theme.colour("selection")
                )
            painter.setFont(small)
            painter.setPen(theme.colour("text"))
            words = painter.fontMetrics().elidedText(
                show(bar.text), Qt.TextElideMode.ElideRight, label_width - 8
            )
            line = QRectF(0, top, label_width, self._row())
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), words)
            painter.setFont(code)
            line = QRectF(self.width() - numbers, top, numbers, self._row())
            painter.drawText(
                line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), bar.value
            )
            room = self.width() - label_width - numbers - 12
            length = max(2.0 if bar.share > 0 else 0.0, room * min(bar.share, 1.0))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(bar.colour))
            middle = top + self._row() / 2
            painter.drawRoundedRect(QRectF(label_width, middle - 4, length, 8), 2, 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps and self._bars:
            move = steps[Qt.Key(event.key())]
            self._current = max(0, min(len(self._bars) - 1, self._current + move))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space) and self._current >= 0:
            self.activated.emit(self._current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = int(event.position().y() // self._row())
        if event.button() == Qt.MouseButton.LeftButton and 0 <= index < len(self._bars):
            self._current = index
            self.activated.emit(index)

    def _row(self) -> int:
        return self._context.theme.scaled(ROW - 5)

    def _name(self) -> None:
        show = self._context.language.show
        self.setAccessibleName(", ".join(f"{show(b.text)} {b.value}" for b in self._bars))
        self.update()
