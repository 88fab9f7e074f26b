"""The feature maps of a layer, or the filters of a convolution, in one grid."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.inspect.examination import Examination
from cnnstudio.ui.inspect.map_grid import MapGrid
from cnnstudio.ui.inspect.maps import KernelAlbum, MapAlbum, vector_image, wrapped
from cnnstudio.ui.inspect.picture_panel import class_name
from cnnstudio.ui.inspect.runs import Run, Weights, biases_of, kernels_of
from cnnstudio.ui.inspect.scale_bar import ScaleBar
from cnnstudio.ui.theme.colormaps import maps_table, signed_table
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.bars import Bar, BarList
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import value_range
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import CANVAS, ground
from cnnstudio.ui.widgets.picture_grid import Section
from cnnstudio.ui.widgets.pixel_view import PixelView
from cnnstudio.ui.widgets.states import EmptyState, Remedy

MAPS, FILTERS = "maps", "filters"
_KERNEL_TILE = 36
MOST_UNITS = 32
"""Values of a vector that are shown as bars; more are cells."""


class MapsPanel(QWidget):
    """The middle of the Inspect workspace.

    Args:
        context: Theme and language.
        examination: What is looked at.
    """

    chosen = Signal(str, int)
    """"maps" or "filters", and the place of what is current in its grid; −1 for nothing."""
    unit_pointed = Signal(int)
    """The unit of a vector under the cursor; −1 for none."""

    def __init__(self, context: Context, examination: Examination) -> None:
        super().__init__()
        ground(self, CANVAS)
        self._context = context
        self._examination = examination
        self.maps: MapAlbum | None = None
        self.kernels: KernelAlbum | None = None
        self._shown: tuple[str, str] = ("", "")  # what is in the grid: kind and layer
        self.kind = Segmented(
            context, [(MAPS, T("Feature maps")), (FILTERS, T("Learned filters"))], T("Show")
        )
        self.kind.set_value(MAPS)
        self._title = Label(context, "", "title")
        self._note = ElidedLabel(context, "", "small", "muted")
        self._warning = Label(context, "", "small", "danger", wrap=True)
        self.grid = MapGrid(context, 48)
        Phrase(context.language, self.grid, QWidget.setAccessibleName, T("Feature maps"))
        self.vector = PixelView(context, T("Values of the layer"), 416)
        self.units = BarList(context, 0.2)
        self.units.setFixedWidth(context.theme.scaled(480))
        self._state = QWidget()
        QVBoxLayout(self._state).setContentsMargins(24, 24, 24, 24)
        self.pages = QStackedWidget()
        for page in (self._state, self.grid, _framed(self.vector), _framed(self.units)):
            self.pages.addWidget(page)
        self._bar = ScaleBar(context)
        self._bar_note = ElidedLabel(context, "", "small", "muted")
        self.scale = Segmented(
            context,
            [(False, T("Each its own scale")), (True, T("One scale for all"))],
            T("Scale"),
        )
        self.scale.set_value(False)
        self._tile = 48
        self._said: Text | None = None
        self._assemble()
        self._connect()

    def set_tile(self, tile: int) -> None:
        """Sets the side of a map, about, where not all of them fit."""
        self._tile = tile
        if self.kind.value == MAPS:
            self.grid.set_least(tile)

    def sync(self) -> None:
        """Shows what has been answered."""
        if self.kind.value == MAPS:
            self._sync_maps()
        else:
            self._sync_filters()

    # -------------------------------------------------------------------------------- maps

    def _sync_maps(self) -> None:
        seen = self._examination
        answer, run = seen.answer, seen.run
        if answer is None or run is None or answer.layer not in run.analysis.nodes:
            self.maps = None
            self._say(seen.problem or seen.state or _no_picture(seen))
            return
        node = run.analysis.nodes[answer.layer]
        output = answer.output
        self._warn(answer.not_finite)
        if output.ndim != 3:
            self._title.say(node.node.name)
            is_answer = run.analysis.output is node
            self._show_vector(output.reshape(-1), seen.facts if is_answer else None)
            return
        table = maps_table(self._context.theme)
        common = bool(self.scale.value)
        self.maps = MapAlbum(self._context.language, table, output, common=common)
        self._title.say(node.node.name)
        activation = node.node.values.get("activation", "linear")
        self._note.say(
            T(
                "{count} maps of {shape}{after}",
                count=self.maps.count,
                shape=show_shape(output.shape[:2]),
                after=""
                if activation == "linear"
                else T(", after {name}", name=_named(activation)),
            )
        )
        low, high = value_range(output)
        if common:
            self._bar.show_scale(table, plain(min(low, 0.0)), plain(high))
            self._bar_note.say(T("one scale for all maps"))
        else:
            lowest: Text | str = "0" if low >= 0 else T("min")
            self._bar.show_scale(table, lowest, T("max"))
            self._bar_note.say(T("each map on its own scale"))
        self._show_grid(MAPS, answer.layer, self.maps, (Section("", "", 0, self.maps.count),))

    def _show_vector(self, values: np.ndarray, facts: Dataset | None) -> None:
        """Shows a layer without rows and columns: few values as bars, many as cells in rows."""
        self.maps = None
        self._shown = ("", "")
        low, high = value_range(values)
        if len(values) <= MOST_UNITS:
            self._note.say(TN("{count} value", "{count} values", len(values)))
            most = max(abs(low), abs(high)) or 1.0
            self.units.set_bars(
                [
                    Bar(
                        class_name(facts, unit) if facts else T("unit {number}", number=unit),
                        abs(value) / most if math.isfinite(value) else 0.0,
                        plain(value),
                        "validation" if value < 0 else "training",
                    )
                    for unit, value in enumerate(values.tolist())
                ]
            )
            self.pages.setCurrentIndex(3)
            self._foot.hide()
            self.chosen.emit(MAPS, -1)
            return
        table = maps_table(self._context.theme)
        self._note.say(
            T(
                "{count} values, {columns} in a row, read row by row",
                count=len(values),
                columns=wrapped(values).shape[1],
            )
        )
        self._bar.show_scale(table, plain(min(low, 0.0)), plain(high))
        self._bar_note.say("")
        self.vector.set_image(vector_image(values, table))
        self._open_page(2, scale=False)
        self.chosen.emit(MAPS, -1)
        self._point(*self.vector.cursor_cell)

    # ----------------------------------------------------------------------------- filters

    def _sync_filters(self) -> None:
        seen = self._examination
        self._warn(0)
        run, weights = seen.run, seen.weights
        if run is None or weights is None:
            self._say(seen.weights_problem or T("Reading the weights."))
            return
        node = run.analysis.nodes[seen.layer]
        kernels = kernels_of(run, weights, seen.layer)
        if kernels is None:
            text = T("{layer} has no filters: only convolutions do.", layer=node.node.name)
            self._say(text, self._to_convolution(run, weights))
            return
        self._warn(int(kernels.size - np.isfinite(kernels).sum()))
        table = signed_table(self._context.theme)
        several = kernels.shape[2] > 1
        self.kernels = KernelAlbum(
            table, kernels, lambda number, channel: str(channel if several else number)
        )
        self._title.say(node.node.name)
        self._note.say(
            T(
                "{filters} filters, each of {channels} kernels of {size}",
                filters=self.kernels.filters,
                channels=self.kernels.channels,
                size=show_shape(kernels.shape[:2]),
            )
        )
        low, high = self.kernels.range
        limit = self.kernels.limit
        self._bar.show_scale(table, f"−{limit:.3f}", f"+{limit:.3f}")
        self._bar_note.say(
            T(
                "weights from {low} to {high}, zero is the ground",
                low=signed(low),
                high=signed(high),
            )
        )
        biases = biases_of(run, weights, seen.layer)
        self._show_grid(FILTERS, seen.layer, self.kernels, _filter_sections(self.kernels, biases))

    def _to_convolution(self, run: Run, weights: Weights) -> Remedy | None:
        nodes = run.analysis.nodes.items()
        for id, node in nodes:
            if kernels_of(run, weights, id) is not None:
                choose = partial(self._examination.choose_layer, id)
                return Remedy(T("Show {layer}", layer=node.node.name), choose)
        return None

    # ------------------------------------------------------------------------------ shared

    def _assemble(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, 8)
        top.setSpacing(12)
        top.addWidget(self.kind)
        top.addWidget(self._title)
        top.addWidget(self._note, 1)
        self._foot = QWidget()
        bottom = QHBoxLayout(self._foot)
        bottom.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, 8)
        bottom.setSpacing(10)
        bottom.addWidget(self._bar)
        bottom.addWidget(self._bar_note, 1)
        bottom.addWidget(self.scale)
        self._warning.setContentsMargins(PANEL_PADDING, 0, PANEL_PADDING, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._warning)
        column.addWidget(self.pages, 1)
        column.addWidget(self._foot)

    def _connect(self) -> None:
        seen = self._examination
        seen.answer_changed.connect(self.sync)
        seen.weights_changed.connect(self.sync)
        seen.checkpoint_changed.connect(self.sync)
        seen.layer_changed.connect(self.sync)
        seen.pictures_changed.connect(self.sync)
        self.kind.changed.connect(lambda _: self.sync())
        self.scale.changed.connect(lambda _: self.sync())
        self.grid.current_changed.connect(self._choose)
        self.vector.pointed.connect(self._point)
        self._context.theme.changed.connect(self.sync)

    def _show_grid(
        self, kind: str, layer: str, album: MapAlbum | KernelAlbum, sections: tuple[Section, ...]
    ) -> None:
        self._open_page(1, scale=kind == MAPS)
        self.grid.set_least(self._tile if kind == MAPS else _KERNEL_TILE)
        side = max(album.values(0).shape)
        self.grid.show_maps(album, sections, side, grows=kind == MAPS)
        if self._shown != (kind, layer):
            self._shown = (kind, layer)
            self.grid.set_current(-1)
            self.grid.set_current(album.liveliest() if isinstance(album, MapAlbum) else 0)
        else:
            self.chosen.emit(kind, self.grid.current)

    def _open_page(self, page: int, *, scale: bool) -> None:
        self.pages.setCurrentIndex(page)
        self._foot.show()
        self.scale.setVisible(scale)

    def _say(self, text: Text, remedy: Remedy | None = None) -> None:
        """Shows a sentence in place of the grid."""
        self._title.say("")
        self._note.say("")
        self._foot.hide()
        self.pages.setCurrentIndex(0)
        if text != self._said or remedy is not None:
            self._said = text
            layout = self._state.layout()
            assert layout is not None
            while (item := layout.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.deleteLater()
            layout.addWidget(EmptyState(self._context, text, remedy))
        self._shown = ("", "")
        self.chosen.emit(self.kind.value, -1)

    def _warn(self, not_finite: int) -> None:
        self._warning.setVisible(not_finite > 0)
        self._warning.say(
            TN(
                "{count} value is NaN or infinite; it is drawn in red.",
                "{count} values are NaN or infinite; they are drawn in red.",
                not_finite,
            )
        )

    def _choose(self, place: int) -> None:
        self.chosen.emit(self.kind.value, place)

    def _point(self, row: int, column: int) -> None:
        answer = self._examination.answer
        if row < 0 or answer is None:
            self.unit_pointed.emit(-1)
            return
        unit = row * wrapped(answer.output.reshape(-1)).shape[1] + column
        self.unit_pointed.emit(unit if unit < answer.output.size else -1)


def _no_picture(seen: Examination) -> Text:
    """Why there is nothing to ask about."""
    if seen.test_problem is not None:
        return seen.test_problem
    if seen.picture is None and seen.test is None and seen.facts is not None:
        return T("Opening the pictures of {data}.", data=seen.facts.title)
    return T("Choose a picture.")


def plain(value: float) -> str:
    """A number with three decimals, or as a power of ten where three would make it 0."""
    shown = f"{value:.3f}" if not value or abs(value) >= 0.0005 else f"{value:.2e}"
    return shown.replace("-", "−")


def signed(value: float) -> str:
    """A number with its sign and three decimals, with a true minus."""
    return f"{value:+.3f}".replace("-", "−")


def _named(activation: str) -> str:
    return {"relu": "ReLU"}.get(activation, activation)


def _framed(view: QWidget) -> QWidget:
    """The view at the top left of a page, no wider than is comfortable."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(PANEL_PADDING, 4, PANEL_PADDING, PANEL_PADDING)
    column.addWidget(view, 0, Qt.AlignmentFlag.AlignLeft)
    column.addStretch(1)
    return page


def _filter_sections(album: KernelAlbum, biases: np.ndarray | None) -> tuple[Section, ...]:
    """A section a filter; one for all where each has a single kernel."""
    if album.channels == 1:
        return (Section("", "", 0, album.filters),)
    return tuple(
        Section(
            T("Filter {number}", number=number),
            T("bias {value}", value=signed(float(biases[number]))) if biases is not None else "",
            number * album.channels,
            album.channels,
        )
        for number in range(album.filters)
    )
