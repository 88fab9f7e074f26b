"""Axes that write numbers as the rest of the studio does."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF

from cnnstudio.ui.plots.ticks import linear_ticks, log_tick_text, log_ticks, tick_text
from cnnstudio.ui.theme.theme import Theme

_PIXELS_PER_TICK = {"left": 26, "bottom": 60}


class Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis with ticks at 1, 2, 5 × 10ⁿ, in the theme's font.

    Args:
        theme: Colours and fonts.
        side: "left" or "bottom".
        width: The room for its numbers, in pixels at 100 % text size.

    Attributes:
        log: Whether what is drawn are decimal logarithms of the values.
        whole: Whether ticks stand at whole numbers only.
    """

    def __init__(self, theme: Theme, side: str, room: int) -> None:
        super().__init__(side, maxTickLength=0)
        self.log = False
        self.whole = False
        self._theme = theme
        self._side = side
        self._room = room
        self._step = 1.0
        self.dress()

    def dress(self) -> None:
        """Takes the theme's colours, font and text size."""
        theme = self._theme
        self.setTextPen(theme.colour("muted"))
        self.setPen(theme.colour("line"))
        self.setTickPen(theme.colour("line"))
        self.setStyle(tickFont=theme.font("tick"), tickTextOffset=6, tickAlpha=255)
        self.setStyle(hideOverlappingLabels=False)
        self.setGrid(255 if self._side == "left" else False)
        if self._side == "left":
            self.setWidth(theme.scaled(self._room))
        else:
            self.setHeight(theme.scaled(self._room))

    def redraw(self) -> None:
        """Draws itself anew after `log` or `whole` has changed."""
        self.picture = None
        self.update()

    def boundingRect(self) -> QRectF:
        room = self._theme.line_height("tick")  # for the numbers at both ends
        rect: QRectF = super().boundingRect()
        return rect.adjusted(0, -room, 0, room) if self._side == "left" else rect

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        most = max(2, int(size / self._theme.scaled(_PIXELS_PER_TICK[self._side])))
        if self.log:
            values = log_ticks(10.0**minVal, 10.0**maxVal, most)
            self._step = 0.0
            return [(0.0, [math.log10(value) for value in values])]
        values = linear_ticks(minVal, maxVal, most, whole=self.whole)
        self._step = values[1] - values[0] if len(values) > 1 else 1.0
        return [(self._step, values)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if not self.log:
            return [tick_text(value, self._step) for value in values]
        return [log_tick_text(10.0**value) for value in values]
