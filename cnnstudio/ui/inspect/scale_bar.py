"""What the colours under a grid mean."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.colormaps import STEPS, Table
from cnnstudio.ui.widgets.context import Context

_WIDTH = 150


class ScaleBar(QWidget):
    """The colours from low to high with what stands at both ends.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._table: Table = ()
        self._ends: tuple[Text | str, Text | str] = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        context.language.changed.connect(self._change)
        context.theme.changed.connect(self._change)

    def show_scale(self, table: Table, low: Text | str, high: Text | str) -> None:
        """Shows other colours or ends."""
        self._table = table
        self._ends = low, high
        self._change()

    def sizeHint(self) -> QSize:
        low, high = self._widths()
        return QSize(low + _WIDTH + high + 16, self._context.theme.line_height("code-small") + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, show = self._context.theme, self._context.language.show
        painter = QPainter(self)
        low, high = self._widths()
        middle = self.height() / 2
        for step in range(STEPS if self._table else 0):
            left = low + 8 + _WIDTH * step / STEPS
            painter.fillRect(
                QRectF(left, middle - 4, _WIDTH / STEPS + 0.5, 8), QColor(self._table[step])
            )
        painter.setFont(theme.font("code-small"))
        painter.setPen(theme.colour("muted"))
        centre = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(0, 0, low, self.height()), centre, show(self._ends[0]))
        painter.drawText(
            QRectF(self.width() - high, 0, high, self.height()), centre, show(self._ends[1])
        )

    def _widths(self) -> tuple[int, int]:
        metrics = QFontMetrics(self._context.theme.font("code-small"))
        low, high = (self._context.language.show(end) for end in self._ends)
        return metrics.horizontalAdvance(low), metrics.horizontalAdvance(high)

    def _change(self) -> None:
        show = self._context.language.show
        self.setAccessibleName(f"{show(self._ends[0])} – {show(self._ends[1])}")
        self.updateGeometry()
        self.update()
