"""One feature map or one kernel large, with its numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.ui.inspect.examination import Examination
from cnnstudio.ui.inspect.maps import KernelAlbum, MapAlbum
from cnnstudio.ui.inspect.maps_panel import MAPS, MOST_UNITS, MapsPanel, plain, signed
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import value_range
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.widgets.pixel_view import PixelView

_POINT = T("Point at a value to read it here.")
_ROOM_FOR_DIGITS = 40  # pixels a cell needs


class NumberView(PixelView):
    """A pixel view that writes the numbers into cells that are large enough."""

    def __init__(self, context: Context, name: Text, side: int) -> None:
        super().__init__(context, name, side)
        self._context = context
        self._values: np.ndarray | None = None

    def set_values(self, values: np.ndarray | None) -> None:
        """Says which numbers the picture's cells have; None for none."""
        self._values = values
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        image, values, place = self.image, self._values, self.place()
        if image is None or values is None or values.shape != (image.height(), image.width()):
            return
        width, height = place.width() / image.width(), place.height() / image.height()
        if width < self._context.theme.scaled(_ROOM_FOR_DIGITS) or height < 16:
            return
        painter = QPainter(self)
        painter.setFont(self._context.theme.font("code-small"))
        for row, column in np.ndindex(*values.shape):
            painter.setPen(_readable_on(image.pixelColor(column, row)))
            cell = QRectF(column * width, row * height, width, height)
            painter.drawText(
                cell, int(Qt.AlignmentFlag.AlignCenter), signed(float(values[row, column]))
            )


class DetailPanel(QWidget):
    """The right column of the Inspect workspace.

    Args:
        context: Theme and language.
        examination: What is looked at.
        maps: The grid whose current item is shown.
    """

    def __init__(self, context: Context, examination: Examination, maps: MapsPanel) -> None:
        super().__init__()
        self._examination = examination
        self._maps = maps
        self._panel = Panel(context, "", scrolls=True)
        self.view = NumberView(context, T("Enlarged"), 320)
        self.where = Label(context, "", "small", "muted")
        self.value = Label(context, "", "code")
        self._facts = Label(context, "", "code-small", "muted", wrap=True)
        self._hint = Label(context, "", "small", "muted", wrap=True)
        under = QHBoxLayout()
        under.addWidget(self.where)
        under.addStretch(1)
        under.addWidget(self.value)
        body = self._panel.body
        body.addWidget(self._hint)
        body.addWidget(self.view)
        body.addLayout(under)
        body.addWidget(self._facts)
        body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._panel)
        maps.chosen.connect(self.show_item)
        maps.unit_pointed.connect(self._show_unit)
        self.view.pointed.connect(self._point)
        self.show_item(MAPS, -1)

    def show_item(self, kind: str, place: int) -> None:
        """Enlarges a map or a kernel; −1 for nothing."""
        album = self._maps.maps if kind == MAPS else self._maps.kernels
        self._values: np.ndarray | None = None
        if album is None or place < 0:
            self._head(T("Enlarged"), "")
            self.view.set_values(None)
            self.view.set_image(None)
            self.view.hide()
            self.where.say("")
            self.value.say("")
            self._facts.say("")
            self._hint.say(self._what_would_be_here())
            self._hint.show()
            return
        self._values = album.values(place)
        self.view.show()
        self._hint.hide()
        self.view.set_image(album.picture(place))
        kernel = isinstance(album, KernelAlbum)
        self.view.set_values(self._values if kernel else None)
        self._describe(album, place)
        self._point(*self.view.cursor_cell)

    def _describe(self, album: MapAlbum | KernelAlbum, place: int) -> None:
        assert self._values is not None
        shape = show_shape(self._values.shape)
        low, high = value_range(self._values)
        if isinstance(album, KernelAlbum):
            number, channel = album.place(place)
            title = T(
                "Filter {number}, kernel of channel {channel}", number=number, channel=channel
            )
            facts = T(
                "min {low}  max {high}  sum {sum}",
                low=signed(low),
                high=signed(high),
                sum=signed(float(self._values.sum())),
            )
        else:
            dead = album.is_dead(place)
            title = (
                T("Map {number}, dead", number=place) if dead else T("Map {number}", number=place)
            )
            facts = T(
                "min {low}  max {high}\nmean {mean}  zeros {zeros} %",
                low=plain(low),
                high=plain(high),
                mean=plain(float(self._values.mean())),
                zeros=f"{100 * float(np.mean(self._values == 0)):.1f}",
            )
        self._head(title, shape)
        self._facts.say(facts)

    def _point(self, row: int, column: int) -> None:
        if row < 0 or self._values is None:
            self.where.say("")
            self.value.say("")
            return
        self.where.say(T("row {row}, column {column}", row=row, column=column))
        value = float(self._values[row, column])
        signs = self._maps.kind.value != MAPS
        self.value.say(signed(value) if signs else plain(value))

    def _show_unit(self, unit: int) -> None:
        """Says a vector's value under the cursor."""
        answer = self._examination.answer
        if unit < 0 or answer is None:
            self.where.say("")
            self.value.say("")
            return
        self.where.say(T("unit {number}", number=unit))
        self.value.say(plain(float(answer.output.reshape(-1)[unit])))

    def _what_would_be_here(self) -> Text:
        answer = self._examination.answer
        if answer is not None and answer.output.ndim != 3 and self._maps.kind.value == MAPS:
            few = answer.output.size <= MOST_UNITS
            return T("This layer has no maps to enlarge.") if few else _POINT
        return T("Choose a map to see it large.")

    def _head(self, title: Text, note: Text | str) -> None:
        assert self._panel.header is not None
        self._panel.header.title.say(title)
        self._panel.header.note.say(note)


def _readable_on(ground: QColor) -> Qt.GlobalColor:
    """Black or white, whichever contrasts more (WCAG 2.2)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in (ground.redF(), ground.greenF(), ground.blueF()))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return Qt.GlobalColor.black if luminance > 0.179 else Qt.GlobalColor.white
