"""The few options of a picture, beside the button that saves it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.figures.options import BOUNDS, BY_WIDTH, SCALES, Format, PictureOptions
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.popover import Popover

_WIDTH = 320


class OptionsPopover(Popover):
    """Asks how a picture is saved.

    Args:
        context: Theme and language.
        parent: The window it belongs to.

    Attributes:
        accepted: The person wants it saved so: the `PictureOptions`.
    """

    accepted = Signal(object)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(context, parent)
        self.options = PictureOptions()
        self.format = Segmented(
            context, [(one, one.value.upper()) for one in Format], T("File format")
        )
        self.ground = Segmented(
            context, [(False, T("White")), (True, T("Transparent"))], T("Background")
        )
        self.scale = Segmented(
            context,
            [*((scale, f"{scale}×") for scale in SCALES), (BY_WIDTH, T("Width"))],
            T("Size"),
        )
        self.width_field = NumberField(context, T("Width in pixels"), 100)
        self.dpi_field = NumberField(context, T("Pixels to an inch"), 50)
        self.problem = Label(context, "", "small", "danger", wrap=True)
        self.save = Button(context, T("Save…"), kind="primary")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: dict[str, tuple[QWidget, QWidget]] = {}
        self._row(context, "format", T("Format"), self.format)
        self._row(context, "ground", T("Background"), self.ground)
        self._row(context, "scale", T("Size"), self.scale)
        self._row(context, "width", T("Width, px"), self.width_field)
        self._row(context, "dpi", T("Resolution, dpi"), self.dpi_field)
        self.body.addLayout(self._grid)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.save, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(context.theme.scaled(_WIDTH))
        self.format.changed.connect(lambda one: self._take(format=one))
        self.ground.changed.connect(lambda one: self._take(transparent=one))
        self.scale.changed.connect(lambda one: self._take(scale=one))
        self.width_field.changed.connect(lambda n: self._take_number("width", n))
        self.dpi_field.changed.connect(lambda n: self._take_number("dpi", n))
        self.save.clicked.connect(self._accept)

    def ask(self, options: PictureOptions, anchor: QWidget) -> None:
        """Opens under `anchor` with the options of last time."""
        self.options = options
        self._show_options()
        self.open_below(anchor)
        self.save.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        else:
            super().keyPressEvent(event)

    def _row(self, context: Context, name: str, text: Text, field: QWidget) -> None:
        label = Label(context, text, "body", "muted")
        row = len(self._rows)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        self._rows[name] = label, field

    def _take(self, **changes: object) -> None:
        self.options = replace(self.options, **changes)  # type: ignore[arg-type]
        self._show_options()

    def _take_number(self, name: str, value: object) -> None:
        """A number out of its bounds goes back to what it was, and why is said."""
        least, most = BOUNDS[name]
        known = isinstance(value, int) and least <= value <= most
        self._take(**({name: value} if known else {}))
        if not known:
            self.problem.say(T("Between {least} and {most}.", least=least, most=most))
            self.problem.show()
            self.adjustSize()

    def _show_options(self) -> None:
        options = self.options
        self.problem.hide()
        self.format.set_value(options.format)
        self.ground.set_value(options.transparent)
        self.scale.set_value(options.scale)
        self.width_field.set_value(options.width)
        self.dpi_field.set_value(options.dpi)
        is_png = options.format is Format.PNG
        by_width = is_png and options.scale == BY_WIDTH
        for name, shown in (("scale", is_png), ("width", by_width), ("dpi", by_width)):
            for part in self._rows[name]:
                part.setVisible(shown)
        self.adjustSize()

    def _accept(self) -> None:
        self.hide()
        self.accepted.emit(self.options)
