"""How far a run is: a bar with one segment an epoch, and the same in words."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.core.training.run_state import RunState
from cnnstudio.ui.widgets.context import Context

HEIGHT = 6
_NARROWEST_SEGMENT = 5.0


class SegmentedProgress(QWidget):
    """A bar of as many segments as there are epochs, as long as they can be told apart."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme
        self._progress = 0.0
        self._segments = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.update)

    def show_progress(self, progress: float, segments: int) -> None:
        """Shows `progress`, 0 to 1."""
        if (progress, segments) != (self._progress, self._segments):
            self._progress, self._segments = progress, max(segments, 1)
            self.setAccessibleName(f"{progress:.0%}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), HEIGHT / 2, HEIGHT / 2)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), theme.colour("sunken"))
        done = QRectF(0, 0, self.width() * self._progress, self.height())
        painter.fillRect(done, theme.colour("accent"))
        if self.width() / self._segments >= _NARROWEST_SEGMENT:
            for number in range(1, self._segments):
                at = round(self.width() * number / self._segments)
                painter.fillRect(QRectF(at, 0, 1, self.height()), theme.colour("surface"))


def duration(seconds: float) -> Text:
    """A time as people say it: the two largest units."""
    whole = max(0, math.ceil(seconds))
    if whole < 60:
        return T("{seconds} s", seconds=whole)
    if whole < 3600:
        return T("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
    minutes = round(whole / 60)
    return T("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def time_left(run: RunState) -> Text | str:
    """How long a run still takes; "" while unknown."""
    if run.seconds_left is None:
        return ""
    return T("about {duration} left", duration=duration(run.seconds_left))


def chip_text(run: RunState) -> Text:
    """A run's progress in a few characters: percent, and the time left."""
    percent = math.floor(run.progress * 100)
    if run.seconds_left is None:
        return T("{percent} %", percent=percent)
    return T("{percent} % · {duration}", percent=percent, duration=duration(run.seconds_left))
