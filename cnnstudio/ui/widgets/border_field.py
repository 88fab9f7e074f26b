"""A field for the width of a border, side by side."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField
from cnnstudio.ui.widgets.label import Label

_PLACES = ((0, 0), (0, 2), (1, 0), (1, 2))


class BorderField(QWidget):
    """Top, bottom, left and right of a border, each a whole number with − and +.

    Args:
        context: Theme and language.
        name: What the border is, read aloud with each side.
        maximum: The widest a side may be.
    """

    changing = Signal(object)
    changed = Signal(object)

    def __init__(
        self, context: Context, name: Text, maximum: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        sides = (
            ("↑", T("{name}, top", name=name)),
            ("↓", T("{name}, bottom", name=name)),
            ("←", T("{name}, left", name=name)),
            ("→", T("{name}, right", name=name)),
        )
        self.fields = [NumberField(context, side) for _, side in sides]
        for field, (arrow, _), (row, column) in zip(self.fields, sides, _PLACES, strict=True):
            field.set_bounds(0, maximum)
            field.changing.connect(self._change)
            field.changed.connect(self._finish)
            grid.addWidget(Label(context, arrow, "small", "muted"), row, column)
            grid.addWidget(field, row, column + 1)
            grid.setColumnStretch(column + 1, 1)
        self.setFocusProxy(self.fields[0])

    @property
    def value(self) -> Any:
        """[[top, bottom], [left, right]], as they were typed."""
        top, bottom, left, right = (field.value for field in self.fields)
        return [[top, bottom], [left, right]]

    def set_value(self, value: Any) -> None:
        """Shows a border, in any of the forms Keras has, without a signal."""
        rows, columns = _both(value)
        sides = (*_both(rows), *_both(columns))
        for field, side in zip(self.fields, sides, strict=True):
            field.set_value(side)

    def set_error(self, error: bool) -> None:
        """Marks all four as not accepted."""
        for field in self.fields:
            field.set_error(error)

    def _change(self, _value: Any) -> None:
        self.changing.emit(self.value)

    def _finish(self, _value: Any) -> None:
        self.changed.emit(self.value)


def _both(side: Any) -> tuple[Any, Any]:
    """A pair, where one value may stand for both."""
    if isinstance(side, list | tuple) and len(side) == 2:
        return side[0], side[1]
    return side, side
