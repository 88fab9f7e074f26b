"""The two live plots and what decides how they are drawn."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QHBoxLayout,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.errors import StudioError
from cnnstudio.core.text import T
from cnnstudio.ui.plots.curve_plot import BAND_ALPHA, CurvePlot
from cnnstudio.ui.plots.curves import Along, CurveMaker
from cnnstudio.ui.plots.export import write_picture, write_values
from cnnstudio.ui.plots.legend import Legend
from cnnstudio.ui.train.training import Training
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import CANVAS, ground

FASTEST_MS, SLOWEST_MS = 250, 1000
"""Between two drawings; one of the plots is drawn at each."""
DRAWING_SHARE = 0.01
"""Of the time, for drawing: what it takes is taken from the training beside it."""
SMOOTHINGS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
_FIRST_SMOOTHING = 0.97
_ALONG = ((Along.BATCH, T("Batch")), (Along.EPOCH, T("Epoch")), (Along.TIME, T("Time")))


class PlotsPanel(QWidget):
    """Loss above, accuracy below, over the same stretch of the run.

    Args:
        context: Theme and language.
        training: Whose curves are drawn.
    """

    def __init__(self, context: Context, training: Training) -> None:
        super().__init__()
        ground(self, CANVAS)
        self._context = context
        self._training = training
        self.along = Along.EPOCH
        self.plots = (CurvePlot(context, "loss", log=True), CurvePlot(context, "accuracy"))
        self._makers = (CurveMaker("loss"), CurveMaker("accuracy"))
        self._turn = 0
        self._timer = QTimer(self)
        self._timer.setInterval(FASTEST_MS)
        self._timer.timeout.connect(self._tick)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_options(context))
        for plot in self.plots:
            column.addWidget(plot, 1)
            plot.pointed.connect(self._point)
            plot.enlarge.connect(lambda alone, plot=plot: self._show_alone(plot, alone))
            plot.export.connect(lambda _, plot=plot: self.export(plot))
        training.changed.connect(self.redraw)

    def _build_options(self, context: Context) -> QBoxLayout:
        self.legend = Legend(context, BAND_ALPHA)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(SMOOTHINGS) - 1)
        self.slider.setPageStep(1)
        self.slider.setFixedWidth(66)
        self.slider.setValue(SMOOTHINGS.index(_FIRST_SMOOTHING))
        Phrase(context.language, self.slider, QSlider.setAccessibleName, T("Smoothing"))
        self.slider.valueChanged.connect(self.redraw)
        self._smoothing = Label(context, "", "code-small", "muted")
        self._smoothing.setMinimumWidth(36)
        self.along_choice = Segmented(context, _ALONG, T("Along the bottom"))
        self.along_choice.set_value(self.along)
        self.along_choice.changed.connect(self._choose_along)
        self._choices = QWidget()
        options = QHBoxLayout(self._choices)
        options.setContentsMargins(0, 0, 0, 0)
        options.setSpacing(8)
        options.addStretch(1)
        for part in (Label(context, T("Smooth"), "small", "muted"), self.slider, self._smoothing):
            options.addWidget(part)
        options.addWidget(self.along_choice)
        self._options = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._options.setContentsMargins(16, 8, 16, 4)
        self._options.setSpacing(8)
        self._options.addWidget(self.legend)
        self._options.addWidget(self._choices, 1)
        return self._options

    @property
    def smoothing(self) -> float:
        """How much the average remembers, 0 ≤ f < 1."""
        return SMOOTHINGS[self.slider.value()]

    def redraw(self) -> None:
        """Draws both plots now, and from now on while the run goes on."""
        self._smoothing.say(f"{self.smoothing:.10g}" if self.smoothing else "0")
        for index in range(len(self.plots)):
            self._draw(index)
        self._follow()

    def export(self, plot: CurvePlot) -> None:
        """Asks where, and saves the plot there as a picture or its values as a table."""
        show, run = self._context.language.show, self._training.shown
        path, _ = QFileDialog.getSaveFileName(
            self,
            show(T("Save this plot")),
            str(Path.home() / f"{plot.quantity}.png"),
            f"{show(T('Picture'))} (*.png);;{show(T('Table of values'))} (*.csv)",
        )
        if path and run is not None:
            self.write(plot, Path(path))

    def write(self, plot: CurvePlot, path: Path) -> None:
        """Saves a plot as a picture, or its run's values where `path` ends in ``.csv``."""
        run = self._training.shown
        assert run is not None
        if path.suffix == ".csv":
            self._training.do("export", lambda: write_values(run, path))
            return
        try:
            write_picture(plot, path if path.suffix else path.with_suffix(".png"))
        except StudioError as error:
            self._training.show_problem(error.text)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alone = next((plot for plot in self.plots if plot.enlarge_button.isChecked()), None)
        if event.key() == Qt.Key.Key_Escape and alone is not None:
            self._show_alone(alone, False)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self.legend.sizeHint().width() + self._choices.sizeHint().width() + 40
        one_row = self.width() >= needed
        self._options.setDirection(
            QBoxLayout.Direction.LeftToRight if one_row else QBoxLayout.Direction.TopToBottom
        )

    def _tick(self) -> None:
        begun = time.thread_time()
        self._turn = (self._turn + 1) % len(self.plots)
        self._draw(self._turn)
        self.plots[self._turn].paint_now()
        pause = 1000 * (time.thread_time() - begun) / DRAWING_SHARE
        self._timer.setInterval(round(min(max(pause, FASTEST_MS), SLOWEST_MS)))
        self._follow()

    def _draw(self, index: int) -> None:
        run, plot = self._training.shown, self.plots[index]
        if run is None or not plot.isVisible():
            return
        curves = self._makers[index].make(run, self.along, self.smoothing)
        plot.show_curves(curves, self.along, live=self._training.is_live)

    def _follow(self) -> None:
        """Goes on drawing as long as there is something new to be seen."""
        if not (self._training.is_live and self.isVisible()):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _choose_along(self, along: Along) -> None:
        self.along = along
        self._point(None)
        self.redraw()

    def _point(self, x: float | None) -> None:
        for plot in self.plots:
            plot.point_at(x)

    def _show_alone(self, plot: CurvePlot, alone: bool) -> None:
        for other in self.plots:
            other.setVisible(other is plot or not alone)
        plot.show_enlarged(alone)
        self.redraw()
