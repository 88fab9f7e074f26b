"""A live plot of one quantity of a run: raw band, moving average, epoch means, validation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.core.training.run_state import Floats
from cnnstudio.ui.plots.axis import Axis
from cnnstudio.ui.plots.curves import Along, Curves, Points
from cnnstudio.ui.plots.overlay import EndLabel, Overlay, Readout
from cnnstudio.ui.plots.reduce import band, columns, line
from cnnstudio.ui.plots.ticks import finite_range, nice_step, padded, tick_text
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label

BAND_ALPHA = 0.2
SMALLEST_LOG = 1e-6
_HOVER_PIXELS = 10  # to an epoch's end
_WORST_PERCENT = 3  # of the columns of single batches
_NAMES_WIDTH = 144  # kept free on the right, for the names at the curves' ends
_COLUMN_PIXELS = 2  # half the points of one column a pixel, drawn twice as fast, look the same
_NAMES = {"loss": T("Loss"), "accuracy": T("Accuracy")}


class _View(pg.ViewBox):  # type: ignore[misc]
    """Zooms with the wheel along the bottom, pans by dragging; a double-click shows everything."""

    touched = Signal()
    reset = Signal()

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        super().wheelEvent(ev, axis=0)
        self.touched.emit()

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        super().mouseDragEvent(ev, axis=0)
        self.touched.emit()

    def mouseDoubleClickEvent(self, ev: Any) -> None:
        self.reset.emit()
        ev.accept()


class CurvePlot(QWidget):
    """One plot with its title and its buttons.

    Args:
        context: Theme and language.
        quantity: "loss" or "accuracy".
        log: Whether it begins with a logarithmic axis.
    """

    enlarge = Signal(bool)
    """The person wants this plot alone, or all of them again."""
    export = Signal(bool)
    """The person wants this plot as a file."""
    pointed = Signal(object)
    """The place along the bottom under the pointer; None when it leaves."""

    def __init__(self, context: Context, quantity: str, *, log: bool = False) -> None:
        super().__init__()
        self._context = context
        self.quantity = quantity
        self._curves = Curves()
        self._along = Along.EPOCH
        self._live = False
        self._free = False  # the person has chosen what to see
        self._build_header(context)
        self._build_plot(context)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._header)
        column.addWidget(self.view, 1)
        context.theme.changed.connect(self._dress)
        context.language.changed.connect(self._name_ends)
        self._dress()
        self.set_log(log)

    # ------------------------------------------------------------------------------ parts

    def _build_header(self, context: Context) -> None:
        self.title = Label(context, _NAMES[self.quantity], "title")
        self.log_button = Button(context, T("Linear axis"), kind="quiet", role="small")
        self.log_button.setCheckable(True)
        self.log_button.toggled.connect(self.set_log)
        self.enlarge_button = IconButton(context, "maximize", T("Show this plot alone"))
        self.enlarge_button.setCheckable(True)
        self.enlarge_button.clicked.connect(self.enlarge)
        self.export_button = IconButton(context, "download", T("Save this plot"))
        self.export_button.clicked.connect(self.export)
        self._header = QHBoxLayout()
        self._header.setContentsMargins(16, 0, 12, 0)
        self._header.setSpacing(GAP)
        self._header.addWidget(self.title)
        self._header.addStretch(1)
        for button in (self.log_button, self.enlarge_button, self.export_button):
            self._header.addWidget(button)

    def _build_plot(self, context: Context) -> None:
        theme = context.theme
        self._left, self._bottom = Axis(theme, "left", 44), Axis(theme, "bottom", 24)
        self._box = _View(enableMenu=False)
        self._box.setMouseEnabled(x=True, y=False)
        self._box.disableAutoRange()
        self._box.touched.connect(self._touch)
        self._box.reset.connect(self.fit)
        self.view = pg.PlotWidget(
            viewBox=self._box, axisItems={"left": self._left, "bottom": self._bottom}
        )
        self._left.setZValue(-1)  # its grid under the curves
        self.view.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        item = self.view.getPlotItem()
        item.hideButtons()
        item.setContentsMargins(8, 8, 20, 4)
        self._band = pg.PlotCurveItem(pen=None, fillLevel="enclosed", skipFiniteCheck=True)
        self._average = pg.PlotCurveItem(skipFiniteCheck=True, antialias=True)
        self._validation = pg.PlotCurveItem(skipFiniteCheck=True, antialias=True)
        self._means = pg.ScatterPlotItem(symbol="s", size=8, pxMode=True)
        self._marks = pg.ScatterPlotItem(symbol="o", size=9, pxMode=True, antialias=True)
        for part in (self._band, self._average, self._validation, self._means, self._marks):
            item.addItem(part, ignoreBounds=True)
        self._box.sigResized.connect(self.redraw)
        self._overlay = Overlay(context, self.view.viewport(), self._pixel, self._area)
        self.view.viewport().installEventFilter(self)
        self.view.viewport().setMouseTracking(True)
        self.view.installEventFilter(self)

    # ------------------------------------------------------------------------------- data

    @property
    def log(self) -> bool:
        """Whether the values' axis is logarithmic."""
        return self._left.log

    @property
    def curves(self) -> Curves:
        """What is drawn."""
        return self._curves

    def show_curves(self, curves: Curves, along: Along, *, live: bool = False) -> None:
        """Draws curves.

        Args:
            curves: The values.
            along: What runs along the bottom.
            live: Whether the run still goes on.
        """
        if along is not self._along:
            self._free = False
        self._curves, self._along, self._live = curves, along, live
        self._bottom.whole = along is not Along.TIME
        self.redraw()

    def paint_now(self) -> None:
        """Paints what is drawn at once, instead of when Qt gets to it."""
        self.view.viewport().repaint()

    def set_log(self, log: bool) -> None:
        """Chooses a logarithmic or a linear axis for the values."""
        self._left.log = log
        self.log_button.setChecked(log)
        self.log_button.say(T("Log axis") if log else T("Linear axis"))
        self._left.redraw()
        self.redraw()

    def fit(self) -> None:
        """Shows the whole run again."""
        self._free = False
        self.redraw()

    def show_enlarged(self, alone: bool) -> None:
        """Says whether this plot is shown alone."""
        self.enlarge_button.setChecked(alone)
        self.enlarge_button.rename(
            T("Show all plots again") if alone else T("Show this plot alone"),
            "minimize" if alone else "maximize",
        )

    def redraw(self, *_: object) -> None:
        """Draws what there is in the view's own pixels."""
        curves = self._curves
        if not self._free:
            names = self._context.theme.scaled(_NAMES_WIDTH) / max(self._box.width(), 1.0)
            self._box.setXRange(0, curves.end / (1 - min(names, 0.3)), padding=0)
        low, high = self._box.viewRange()[0]
        count = max(int(self._box.width() / _COLUMN_PIXELS), 2)
        places = columns(curves.batches.x, low, high, count)
        middle, lowest, highest = band(curves.batches.x, curves.batches.y, places)
        x, y = line(curves.average.x, curves.average.y, places)
        self._set_range(lowest, highest, y)
        self._band.setData(
            np.concatenate((middle, middle[::-1])),
            self._drawn(np.concatenate((highest, lowest[::-1]))),
        )
        self._average.setData(x, self._drawn(y))
        validation, means = self._points(curves.validation), self._points(curves.epochs)
        self._validation.setData(*validation)
        self._marks.setData(*validation)
        self._means.setData(*means)
        self._name_ends()

    def _points(self, points: Points) -> tuple[Floats, Floats]:
        y = self._drawn(points.y)
        finite = np.isfinite(y)
        return points.x[finite], y[finite]

    def _drawn(self, y: Floats) -> Floats:
        return np.log10(np.maximum(y, SMALLEST_LOG)) if self.log else y

    def _set_range(self, lowest: Floats, highest: Floats, average: Floats) -> None:
        """Shows everything that is measured, but on a linear axis not the few worst batches."""
        curves, above = self._curves, 0.0 if self.log else -math.inf
        if len(lowest) and not self.log:
            if self.quantity == "accuracy":
                lowest = lowest[lowest >= np.percentile(lowest, _WORST_PERCENT)]
                average = average[average >= np.min(lowest)]
            else:
                highest = highest[highest <= np.percentile(highest, 100 - _WORST_PERCENT)]
                average = average[average <= np.max(highest)]
        found = finite_range(
            lowest, highest, average, curves.epochs.y, curves.validation.y, above=above
        )
        low, high = found or ((0.1, 3.0) if self.log else (0.0, 1.0))
        if self.quantity == "accuracy":
            high = 1.0 if not self.log else max(high, 1.0)
        if self.log:
            low, high = padded(max(low, SMALLEST_LOG), max(high, 10 * SMALLEST_LOG), log=True)
            low, high = math.log10(low), math.log10(high)
            low, high = math.floor(low * 10) / 10, math.ceil(high * 10) / 10
        else:
            step = nice_step(max(high - low, 1e-6), 8)
            low = max(math.floor(low / step + 1e-9) * step, 0.0 if low >= 0 else -math.inf)
            high = max(math.ceil(high / step - 1e-9) * step, low + step)
        self._box.setYRange(low, high, padding=0.01)

    # ---------------------------------------------------------------------------- reading

    def point_at(self, x: float | None) -> None:
        """Shows the values at a place along the bottom; None hides them."""
        self._overlay.set_readout(None if x is None else self._read(x))

    @property
    def readout(self) -> Readout | None:
        """The values that are shown for a place; None for none."""
        return self._overlay.readout

    def _read(self, x: float) -> Readout | None:
        curves = self._curves
        ends = curves.epoch_ends
        if len(ends):
            nearest = int(np.argmin(np.abs(ends - x)))
            pixels = abs(self._pixel(ends[nearest], 0).x() - self._pixel(x, 0).x())
            if pixels <= _HOVER_PIXELS:
                return self._read_epoch(nearest, float(ends[nearest]))
        count = len(curves.batches.x)
        if not count or x > curves.now + (curves.end - curves.now) * 0.02:
            return None
        index = min(int(np.searchsorted(curves.batches.x, x)), count - 1)
        at = float(curves.batches.x[index])
        rows = (
            (T("Batch"), curves.batches.y[index], "training"),
            (T("Average"), curves.average.y[index], "training"),
        )
        return self._readout(at, self._place_text(at), rows)

    def _read_epoch(self, index: int, at: float) -> Readout:
        curves = self._curves
        rows = []
        for name, points, colour in (
            (T("Training mean"), curves.epochs, "training"),
            (T("Validation"), curves.validation, "validation"),
        ):
            found = np.flatnonzero(np.isclose(points.x, at))
            if len(found):
                rows.append((name, points.y[found[0]], colour))
        title = T("End of epoch {epoch}", epoch=curves.first_epoch + index)
        return self._readout(at, title, tuple(rows))

    def _readout(
        self, at: float, title: Text, rows: tuple[tuple[Text, float, str], ...]
    ) -> Readout:
        show = self._context.language.show
        return Readout(
            at, show(title), tuple((show(name), value_text(y), colour) for name, y, colour in rows)
        )

    def _place_text(self, at: float) -> Text:
        match self._along:
            case Along.BATCH:
                return T("Batch {batch}", batch=round(at))
            case Along.EPOCH:
                return T("Epoch {epoch}", epoch=tick_text(at, 0.01))
            case _:
                return T("{seconds} s of training", seconds=tick_text(at, 0.1))

    def _name_ends(self) -> None:
        show, curves = self._context.language.show, self._curves
        labels = []
        for name, points, colour in (
            (T("Training average"), curves.average, "training"),
            (T("Validation"), curves.validation, "validation"),
        ):
            finite = np.flatnonzero(np.isfinite(points.y))
            if len(finite):
                last = points.y[finite[-1]]
                y = float(self._drawn(np.array([last]))[0])
                labels.append(EndLabel(f"{show(name)} {last:.3f}", colour, curves.now, y))
        self._overlay.set_ends(labels, curves.now if self._live else None)

    # ------------------------------------------------------------------------------ mouse

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent):
                inside = self._area().contains(event.position())
                self.pointed.emit(self._value(event.position()) if inside else None)
            case QEvent.Type.Leave if watched is self.view.viewport():
                self.pointed.emit(None)
            case QEvent.Type.KeyPress if isinstance(event, QKeyEvent):
                return self._key(Qt.Key(event.key()))
        return False

    def _key(self, key: Qt.Key) -> bool:
        """Left and right go from epoch to epoch; Home shows everything."""
        ends = self._curves.epoch_ends
        if key == Qt.Key.Key_Home:
            self.fit()
        elif key == Qt.Key.Key_Escape and self.readout is not None:
            self.pointed.emit(None)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and len(ends):
            at = self.readout.x if self.readout else (0 if key == Qt.Key.Key_Right else math.inf)
            further = ends[ends > at + 1e-9] if key == Qt.Key.Key_Right else ends[ends < at - 1e-9]
            if len(further):
                self.pointed.emit(float(further[0 if key == Qt.Key.Key_Right else -1]))
        else:
            return False
        return True

    def _touch(self) -> None:
        self._free = True
        self.redraw()

    def _value(self, pixel: QPointF) -> float:
        return float(self._box.mapSceneToView(self.view.mapToScene(pixel.toPoint())).x())

    def _pixel(self, x: float, y: float) -> QPointF:
        pixel: QPointF = self._box.mapViewToScene(QPointF(x, y))
        return pixel

    def _area(self) -> QRectF:
        area: QRectF = self._box.sceneBoundingRect()
        return area

    def _dress(self) -> None:
        theme = self._context.theme
        training, validation = theme.colour("training"), theme.colour("validation")
        fill = QColor(training)
        fill.setAlphaF(BAND_ALPHA)
        self.view.setBackground(theme.colour("canvas"))
        self._band.setBrush(fill)
        self._average.setPen(_pen(training, 1.5))
        dashed = _pen(validation, 1.5)
        dashed.setDashPattern([6 / 1.5, 3 / 1.5])
        self._validation.setPen(dashed)
        self._means.setPen(None)
        self._means.setBrush(training)
        self._marks.setPen(_pen(validation, 2))
        self._marks.setBrush(theme.colour("canvas"))
        self._left.dress()
        self._bottom.dress()
        self._overlay.update()


def value_text(value: float) -> str:
    """A metric with four decimals, and one that isn't a number as a dash."""
    return f"{value:,.4f}".replace("-", "−") if math.isfinite(value) else "–"


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen
