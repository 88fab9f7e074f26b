"""How often each pixel value occurs, zero left out: it would dwarf the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.core.data.pixels import PixelFacts
from cnnstudio.core.data.scaling import SCALINGS
from cnnstudio.core.text import T
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase

_BINS = 51  # of five values each: 1…5, 6…10, …, 251…255


class Histogram(QWidget):
    """Bars over the values 1 to 255, with the scaled values written below.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme
        self._bars: NDArray[np.int64] = np.zeros(_BINS, np.int64)
        self._scaling = "none"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Phrase(
            context.language,
            self,
            QWidget.setAccessibleName,
            T("Distribution of the pixel values that aren't 0"),
        )
        self._theme.changed.connect(self.updateGeometry)

    def show_pixels(self, pixels: PixelFacts | None, scaling: str) -> None:
        """Shows these counts on the axis of a scaling; None for no bars yet."""
        counts = pixels.counts[1:] if pixels else np.zeros(255, np.int64)
        self._bars = counts.reshape(_BINS, -1).sum(axis=1)
        self._scaling = scaling
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 56 + self._theme.line_height("tick") + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        axis = theme.line_height("tick") + 4
        room = self.height() - axis
        step = self.width() / _BINS
        highest = max(int(self._bars.max()), 1)
        for index, count in enumerate(self._bars):
            height = max(1.0 if count else 0.0, room * int(count) / highest)
            bar = QRectF(index * step, room - height, max(step - 1, 1), height)
            painter.fillRect(bar, theme.colour("training"))
        painter.fillRect(QRectF(0, room, self.width(), 1), theme.colour("line"))
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.colour("muted"))
        factor = SCALINGS[self._scaling]
        places = (
            (0, Qt.AlignmentFlag.AlignLeft),
            (127.5, Qt.AlignmentFlag.AlignHCenter),
            (255, Qt.AlignmentFlag.AlignRight),
        )
        for value, place in places:
            words = f"{value * factor:g}"
            below = QRectF(0, room + 3, self.width(), axis - 3)
            painter.drawText(below, int(place | Qt.AlignmentFlag.AlignTop), words)
