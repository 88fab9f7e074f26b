"""A form made from declarations: one row for each parameter, errors beside what caused them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.layers.borders import BorderOf
from cnnstudio.core.layers.custom import Plain
from cnnstudio.core.layers.noise import NoiseShape
from cnnstudio.core.layers.numbers import Numbers
from cnnstudio.core.layers.orders import Order
from cnnstudio.core.layers.parameters import (
    Axis,
    Choice,
    Flag,
    Integer,
    Number,
    PairOf,
    Parameter,
    ParameterError,
    Sizes,
)
from cnnstudio.core.layers.spec import Weight
from cnnstudio.core.layers.variants import VariantOf
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import FORM_ROW, GAP
from cnnstudio.ui.widgets.axes_field import AxesField
from cnnstudio.ui.widgets.border_field import BorderField
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.choices import Combo, Segmented, Switch
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField, PairField, SizesField
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.numbers_field import NumbersField
from cnnstudio.ui.widgets.plain_field import PlainField
from cnnstudio.ui.widgets.variant_field import VariantField

_SLIDER_STEPS = 100
_SEGMENT_LETTERS = 18
_MORE_ROOM = 260
_LABEL_WIDTH = 112


class Editor(Protocol):
    """What a form needs of the widget that edits one parameter."""

    changed: SignalInstance

    def set_value(self, value: Any) -> None:
        """Shows a raw value without a signal."""


class SliderField(QWidget):
    """A number between two finite ends: a slider and the number itself.

    Args:
        context: Theme and language.
        parameter: The number's declaration; both ends are finite.
    """

    changing = Signal(object)
    changed = Signal(object)

    def __init__(self, context: Context, parameter: Number) -> None:
        super().__init__()
        self._low = parameter.minimum
        self._step = (parameter.maximum - parameter.minimum) / _SLIDER_STEPS
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(
            int(parameter.open_minimum), _SLIDER_STEPS - int(parameter.open_maximum)
        )
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        Phrase(context.language, self.slider, QSlider.setAccessibleName, parameter.label)
        self.field = NumberField(context, parameter.label, step=None)
        self.field.setFixedWidth(context.theme.scaled(72))
        row.addWidget(self.slider, 1)
        row.addWidget(self.field)
        self.setFocusProxy(self.slider)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(lambda: self.changed.emit(self.field.value))
        self.field.changed.connect(self._typed)

    def set_value(self, value: Any) -> None:
        """Shows a number without a signal."""
        self.field.set_value(value)
        self._place(value)

    def set_error(self, error: bool) -> None:
        """Marks it as not accepted."""
        self.field.set_error(error)

    def _place(self, value: Any) -> None:
        if isinstance(value, int | float) and math.isfinite(value):
            with QSignalBlocker(self.slider):
                self.slider.setValue(round((value - self._low) / self._step))

    def _moved(self, position: int) -> None:
        value = round(self._low + position * self._step, 6)
        self.field.set_value(value)
        (self.changing if self.slider.isSliderDown() else self.changed).emit(value)

    def _typed(self, value: Any) -> None:
        self._place(value)
        self.changed.emit(value)


def editor_for(context: Context, parameter: Parameter) -> QWidget:
    """Returns the widget that edits a parameter: it has ``changed`` and ``set_value``."""
    name = parameter.label
    match parameter:
        case Flag() | Plain(default=bool()):
            return FlagField(context, name)
        case Plain():
            return PlainField(context, parameter)
        case Choice():
            return _choice(context, parameter)
        case VariantOf():
            narrower = _LABEL_WIDTH - GAP - 1  # so that the fields stand below one another
            return VariantField(context, parameter, partial(Form, context, label_width=narrower))
        case PairOf():
            pair = PairField(context, name)
            pair.set_bounds(parameter.minimum, parameter.maximum)
            return pair
        case Sizes():
            return SizesField(context, name)
        case Integer():
            field = NumberField(context, name)
            also = parameter.minimum if parameter.also is None else parameter.also
            field.set_bounds(min(parameter.minimum, also), parameter.maximum)
            if parameter.optional:
                field.setPlaceholderText("None")
            return field
        case BorderOf():
            return BorderField(context, name, parameter.maximum)
        case Axis(several=True) | NoiseShape() | Order():
            return AxesField(context, name)
        case Numbers():
            return NumbersField(context, name)
        case Number() if math.isfinite(parameter.minimum) and math.isfinite(parameter.maximum):
            return SliderField(context, parameter)
        case _:
            field = NumberField(context, name, step=None)
            if isinstance(parameter, Number) and parameter.optional:
                field.setPlaceholderText("None")
            return field


def _choice(context: Context, parameter: Choice) -> QWidget:
    options = [(value, "None" if value is None else value) for value in parameter.choices]
    if len(options) <= 3 and sum(len(text) for _, text in options) <= _SEGMENT_LETTERS:
        return Segmented(context, options, parameter.label)
    return ChoiceField(context, options, parameter.label, mono=True)


class FlagField(QWidget):
    """True or false in a form row."""

    changed = Signal(object)

    def __init__(self, context: Context, name: Text) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.switch = Switch(context, name)
        row.addWidget(self.switch)
        row.addStretch(1)
        self.setFocusProxy(self.switch)
        self.switch.clicked.connect(lambda: self.changed.emit(self.switch.isChecked()))

    def set_value(self, value: Any) -> None:
        """Shows true or false without a signal."""
        self.switch.setChecked(value is True)


class ChoiceField(Combo):
    """A drop-down list in a form row."""

    def __init__(
        self, context: Context, options: Sequence[tuple[Any, str]], name: Text, *, mono: bool
    ) -> None:
        super().__init__(context, options, name, mono=mono)
        self.changed = self.chosen


class _Row(QWidget):
    """A label, its editor, and below it what is wrong with the value."""

    def __init__(self, context: Context, parameter: Parameter, label_width: int) -> None:
        super().__init__()
        self.parameter = parameter
        self.editor = editor_for(context, parameter)
        self._context = context
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(2)
        self._label = ElidedLabel(context, parameter.label, "body", "muted")
        self._label_width = label_width
        grid.addWidget(self._label, 0, 0)
        grid.addWidget(self.editor, 0, 1)
        if isinstance(self.editor, VariantField):
            grid.addWidget(self.editor.details, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self._grid = grid
        self._problem: Label | None = None
        Phrase(context.language, self, QWidget.setToolTip, parameter.help)
        context.theme.changed.connect(self._resize)
        self._resize()

    def show_problem(self, problem: Text | None) -> None:
        """Shows what is wrong, or nothing."""
        if problem is not None and self._problem is None:
            self._problem = Label(self._context, problem, "small", "danger", wrap=True)
            self._grid.addWidget(self._problem, 1, 1)
        if self._problem is not None:
            self._problem.say(problem or "")
            self._problem.setVisible(problem is not None)
        mark = getattr(self.editor, "set_error", None)
        if mark is not None:
            mark(problem is not None)

    @property
    def problem(self) -> str:
        """What is shown as wrong; "" for nothing."""
        shown = self._problem is not None and not self._problem.isHidden()
        return self._problem.text() if shown and self._problem is not None else ""

    def _resize(self) -> None:
        theme = self._context.theme
        self._label.setFixedWidth(theme.scaled(self._label_width))
        self._grid.setColumnMinimumWidth(0, theme.scaled(self._label_width))
        self._grid.setRowMinimumHeight(0, theme.scaled(FORM_ROW))


class Form(QWidget):
    """Edits the parameters of a declaration.

    The form judges a value with the parameter's own ``read``. A value that can't be taken stays in
    its field with the reason below; only values that can be taken are signalled, as JSON has them.

    Args:
        context: Theme and language.
        parameters: The declarations, in the order of the rows.
        label_width: The width of the labels at 100 % text size.
    """

    changing = Signal(str, object)
    """(name, raw value) while the person is still dragging or holding."""
    changed = Signal(str, object)
    """(name, raw value) once the person has finished."""

    def __init__(
        self,
        context: Context,
        parameters: Sequence[Parameter],
        label_width: int = _LABEL_WIDTH,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._rows: dict[str, _Row] = {}
        advanced = [p for p in parameters if p.advanced]
        self._more = Button(context, "", "chevron-right", "disclosure", role="small")
        self._hidden = QWidget()
        hidden_column = QVBoxLayout(self._hidden)
        hidden_column.setContentsMargins(0, 0, 0, 0)
        hidden_column.setSpacing(0)
        for parameter in parameters:
            row = self._add(context, parameter, label_width)
            (hidden_column if parameter.advanced else column).addWidget(row)
        if advanced:
            policy = QSizePolicy.Policy
            self._more.setSizePolicy(policy.Ignored, policy.Fixed)  # never widens the form
            column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
            column.addWidget(self._hidden)
            self._hidden.hide()
            self._more.setCheckable(True)
            self._more.toggled.connect(self._open)
            self._advanced = [p.label for p in advanced]
            self._context = context
            context.language.changed.connect(self._name_more)
            self._name_more()
        else:
            self._more.setParent(self)
            self._more.hide()
            self._hidden.setParent(self)
            self._hidden.hide()

    def set_values(self, raw: Mapping[str, Any]) -> None:
        """Shows raw values; what is absent shows its default. Nothing is signalled."""
        for name, row in self._rows.items():
            parameter = row.parameter
            value = raw.get(name, parameter.write(parameter.default))
            _set(row.editor, value)
            if isinstance(row.editor, PairField) and isinstance(parameter, PairOf):
                row.editor.set_default(self._followed(parameter, raw))
            row.show_problem(_problem(parameter, value))

    def _followed(self, parameter: PairOf, raw: Mapping[str, Any]) -> Any:
        """The raw value that None stands for; None if it stands for itself."""
        row = self._rows.get(parameter.follows)
        if row is None:
            return None
        return raw.get(parameter.follows, row.parameter.write(row.parameter.default))

    def show_problem(self, name: str, problem: Text | None) -> None:
        """Shows below a row what is wrong with it for a reason outside its own declaration."""
        self._rows[name].show_problem(problem)
        if problem is not None and self._rows[name].parameter.advanced:
            self._more.setChecked(True)

    def mark(self, name: str) -> None:
        """Marks a value as what is wrong; the reason stands elsewhere."""
        row = self._rows[name]
        if (mark := getattr(row.editor, "set_error", None)) is not None:
            mark(True)
        if row.parameter.advanced:
            self._more.setChecked(True)

    def problem(self, name: str) -> str:
        """What is shown as wrong with a parameter; "" for nothing."""
        return self._rows[name].problem

    def editor(self, name: str) -> QWidget:
        """The widget that edits a parameter."""
        return self._rows[name].editor

    def show_facts(self, weights: tuple[Weight, ...], output: Shape | None) -> None:
        """Gives the fields that explain themselves the layer's numbers; None where unknown."""
        for row in self._rows.values():
            if isinstance(row.editor, VariantField):
                row.editor.show_facts(weights, output)

    def focus_first(self) -> None:
        """Gives the focus to the first parameter; one that is folded away is opened."""
        rows = self._rows.values()
        row = next((row for row in rows if not row.parameter.advanced), next(iter(rows), None))
        if row is not None:
            if row.parameter.advanced:
                self._more.setChecked(True)
            row.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _add(self, context: Context, parameter: Parameter, label_width: int) -> _Row:
        row = _Row(context, parameter, label_width)
        self._rows[parameter.name] = row
        editor: Any = row.editor
        editor.changed.connect(lambda value, row=row: self._judge(row, value, self.changed))
        if hasattr(editor, "changing"):
            editor.changing.connect(lambda value, row=row: self._judge(row, value, self.changing))
        return row

    def _judge(self, row: _Row, value: Any, signal: SignalInstance) -> None:
        parameter = row.parameter
        problem = _problem(parameter, value)
        row.show_problem(problem)
        if problem is None:
            signal.emit(parameter.name, parameter.write(parameter.read(value)))

    def _open(self, is_open: bool) -> None:
        self._hidden.setVisible(is_open)
        self._more.set_icon("chevron-down" if is_open else "chevron-right")

    def _name_more(self) -> None:
        """Names as many of the folded settings as have room in a line."""
        theme = self._context.theme
        wide, room = QFontMetrics(theme.font("small")), theme.scaled(_MORE_ROOM)
        shown, *others = [self._context.language.show(label) for label in self._advanced]
        rest = ""
        for name in others:
            longer = f"{shown}, {name.lower()}"
            if wide.horizontalAdvance(longer) > room:
                rest = " …"
                break
            shown = longer
        self._more.say(shown + rest)


def _set(editor: QWidget, value: Any) -> None:
    setter: Any = editor
    setter.set_value(value)


def _problem(parameter: Parameter, value: Any) -> Text | None:
    try:
        parameter.read(value)
    except ParameterError as error:
        return error.text
    return None
