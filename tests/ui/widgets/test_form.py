"""Forms made from declarations, driven with real keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.layers.conv2d import KIND
from cnnstudio.core.layers.max_pooling2d import KIND as MAX_POOLING
from cnnstudio.core.layers.noise import NOISE_SHAPE
from cnnstudio.core.layers.parameters import (
    Axis,
    Choice,
    Flag,
    Integer,
    Number,
    PairOf,
    Sizes,
)
from cnnstudio.core.layers.permute import KIND as PERMUTE
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.rescaling import KIND as RESCALING
from cnnstudio.core.layers.reshape import KIND as RESHAPE
from cnnstudio.core.layers.zero_padding2d import KIND as ZERO_PADDING
from cnnstudio.core.text import T
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.axes_field import AxesField
from cnnstudio.ui.widgets.border_field import BorderField
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField, PairField, SizesField, number_text, read_number
from cnnstudio.ui.widgets.form import Form, SliderField
from cnnstudio.ui.widgets.numbers_field import NumbersField

PARAMETERS = (
    Integer(name="units", label=T("Units"), help=T("How many."), default=10, maximum=1000),
    Number(name="shift", label=T("Shift"), help=T("By how much."), default=0.0),
    Number(
        name="rate",
        label=T("Rate"),
        help=T("The share."),
        default=0.4,
        minimum=0,
        maximum=1,
        open_maximum=True,
    ),
    Flag(name="bias", label=T("Bias"), help=T("Whether."), default=True),
    Choice(name="padding", label=T("Padding"), help=T("Which."), default="valid",
           choices=("valid", "same")),
    PairOf(name="strides", label=T("Strides"), help=T("Steps."), default=None, optional=True),
    Sizes(name="shape", label=T("Shape"), help=T("The shape."), default=(28, 28, 1)),
    Axis(name="axes", label=T("Axes"), help=T("Which."), default=None, several=True,
         optional=True),
)  # fmt: skip


_NARROWEST = 340 - 2 * PANEL_PADDING - 10
"""What the side at 1,280 pixels has between its paddings and beside a scroll bar."""


@pytest.fixture
def form(qtbot: QtBot, context: Context) -> Form:
    form = Form(context, PARAMETERS)
    qtbot.addWidget(form)
    form.resize(380, 400)
    form.show()
    form.set_values({})
    return form


def _heard(form: Form) -> list[tuple[str, Any]]:
    heard: list[tuple[str, Any]] = []
    form.changed.connect(lambda name, value: heard.append((name, value)))
    return heard


def _type(qtbot: QtBot, field: QWidget, text: str) -> None:
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_defaults_are_shown_and_nothing_is_signalled(form: Form) -> None:
    heard = _heard(form)
    form.set_values({"units": 64})
    units, pair = form.editor("units"), form.editor("strides")
    assert isinstance(units, NumberField)
    assert isinstance(pair, PairField)
    assert units.text() == "64"
    assert pair.value is None
    assert heard == []


def test_typing_a_number(qtbot: QtBot, form: Form) -> None:
    heard = _heard(form)
    _type(qtbot, form.editor("units"), "128")
    _type(qtbot, form.editor("shift"), "-0.5")
    assert heard == [("units", 128), ("shift", -0.5)]
    shift = form.editor("shift")
    assert isinstance(shift, NumberField)
    shift.set_value(-0.5)
    assert shift.text() == "−0.5"


def test_a_refused_value_stays_with_its_reason(qtbot: QtBot, form: Form) -> None:
    heard = _heard(form)
    _type(qtbot, form.editor("units"), "0")
    assert heard == []
    assert "whole number from 1 to 1,000" in form.problem("units")
    assert form.editor("units").property("state") == "error"
    _type(qtbot, form.editor("units"), "12")
    assert form.problem("units") == ""
    assert heard == [("units", 12)]


def test_arrow_keys_step_and_stop_at_the_bounds(qtbot: QtBot, form: Form) -> None:
    heard = _heard(form)
    field = form.editor("units")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert heard == [("units", 11), ("units", 1)]


def test_plus_button_signals_while_held_and_once_when_released(qtbot: QtBot, form: Form) -> None:
    heard, moving = _heard(form), []
    form.changing.connect(lambda _name, value: moving.append(value))
    plus = form.editor("units").findChildren(QWidget)[-1]
    qtbot.mousePress(plus, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(moving) >= 2)
    assert heard == []
    qtbot.mouseRelease(plus, Qt.MouseButton.LeftButton)
    assert heard == [("units", moving[-1])]
    qtbot.mouseClick(plus, Qt.MouseButton.LeftButton)
    assert heard[1:] == [("units", moving[-1] + 1)]


def test_slider_signals_changing_then_changed(qtbot: QtBot, form: Form) -> None:
    heard, moving = _heard(form), []
    form.changing.connect(lambda _name, value: moving.append(value))
    editor = form.editor("rate")
    assert isinstance(editor, SliderField)
    slider = editor.slider
    start = QPoint(round(slider.width() * 0.4), slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(slider, start + QPoint(30, 0))
    qtbot.mouseMove(slider, start + QPoint(40, 0))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    assert moving
    assert heard == [("rate", moving[-1])]
    assert 0.4 < moving[-1] < 1


def test_pair_flag_choice_and_shape(qtbot: QtBot, form: Form) -> None:
    heard = _heard(form)
    pair = form.editor("strides")
    assert isinstance(pair, PairField)
    _type(qtbot, pair.fields[0], "2")  # the first number in an empty pair stands for both
    _type(qtbot, pair.fields[1], "wide")
    assert "rows, columns" in form.problem("strides")
    _type(qtbot, pair.fields[1], "3")
    flag = form.editor("bias")
    qtbot.keyClick(flag.focusProxy() or flag, Qt.Key.Key_Space)
    choice = form.editor("padding")
    assert isinstance(choice, Segmented)
    same = choice.findChildren(QWidget)[-1]
    qtbot.mouseClick(same, Qt.MouseButton.LeftButton)
    _type(qtbot, form.editor("shape"), "32 x 32 x 3")
    assert heard == [
        ("strides", 2),
        ("strides", [2, 3]),
        ("bias", False),
        ("padding", "same"),
        ("shape", [32, 32, 3]),
    ]


def test_an_empty_pair_shows_what_it_stands_for_and_steps_from_there(
    qtbot: QtBot, context: Context
) -> None:
    form = Form(context, MAX_POOLING.parameters)
    qtbot.addWidget(form)
    form.show()
    form.set_values({"pool_size": [3, 2]})
    strides = form.editor("strides")
    assert isinstance(strides, PairField)
    assert [field.placeholderText() for field in strides.fields] == ["3", "2"]
    heard = _heard(form)
    qtbot.keyClick(strides.fields[0], Qt.Key.Key_Up)
    assert heard == [("strides", 4)]


def test_a_layer_kind_is_a_form(qtbot: QtBot, context: Context) -> None:
    form = Form(context, KIND.parameters)
    qtbot.addWidget(form)
    form.show()
    form.set_values({"filters": 64, "kernel_size": 3})
    assert form.editor("kernel_size").value == [3, 3]  # type: ignore[attr-defined]
    assert not form.editor("dilation_rate").isVisible()
    form.show_problem("groups", T("{layer} splits", layer="x"))
    assert form.editor("dilation_rate").isVisible()


@pytest.mark.parametrize(
    ("typed", "read"),
    [("−3", -3), ("1,024", 1024), ("1e-3", 0.001), ("", None), ("abc", "abc"), (" 2.50", 2.5)],
)
def test_reading_numbers(typed: str, read: object) -> None:
    assert read_number(typed) == read


@pytest.mark.parametrize(
    ("value", "shown"), [(-3, "−3"), (0.001, "0.001"), (2.0, "2"), (None, ""), (1e-7, "1e−07")]
)
def test_showing_numbers(value: float | None, shown: str) -> None:
    assert number_text(value) == shown


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("1, 2", [1, 2], "1, 2"),
        ("(1 2)", [1, 2], "1, 2"),
        ("-1", -1, "−1"),
        ("-1, 2", [-1, 2], "−1, 2"),
    ],
)
def test_axes_are_typed_with_commas(
    qtbot: QtBot, form: Form, typed: str, value: object, shown: str
) -> None:
    field = form.editor("axes")
    assert isinstance(field, AxesField)
    heard = _heard(form)
    _type(qtbot, field, typed)
    assert heard == [("axes", value)]
    form.set_values({"axes": value})
    assert field.text() == shown
    qtbot.keyClick(field, Qt.Key.Key_Return)
    _type(qtbot, field, "one")
    assert form.problem("axes").startswith("axes can't be 'one'")
    assert len(heard) == 1
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard[1:] == [("axes", None)]


def test_what_is_said_of_each_axis_may_be_none(qtbot: QtBot, context: Context) -> None:
    form = Form(context, [replace(NOISE_SHAPE, advanced=False)])
    qtbot.addWidget(form)
    form.show()
    form.set_values({"noise_shape": [None, 1, 1, 1]})
    field = form.editor("noise_shape")
    assert isinstance(field, AxesField)
    assert field.text() == "None, 1, 1, 1"
    heard = _heard(form)
    _type(qtbot, field, "none 1 1 None")
    assert heard == [("noise_shape", [None, 1, 1, None])]
    _type(qtbot, field, "None")
    assert heard[1:] == [("noise_shape", None)]


def test_the_sides_of_a_border_are_fields(qtbot: QtBot, context: Context) -> None:
    form = Form(context, ZERO_PADDING.parameters)
    qtbot.addWidget(form)
    form.show()
    form.set_values({"padding": [1, [2, 3]]})
    border = form.editor("padding")
    assert isinstance(border, BorderField)
    assert border.value == [[1, 1], [2, 3]]
    heard = _heard(form)
    _type(qtbot, border.fields[1], "0")
    qtbot.keyClick(border.fields[3], Qt.Key.Key_Down)
    _type(qtbot, border.fields[0], "0")
    assert heard == [
        ("padding", [[1, 0], [2, 3]]),
        ("padding", [[1, 0], [2, 2]]),
        ("padding", [0, 2]),
    ]
    _type(qtbot, border.fields[0], "-1")
    assert "((top, bottom), (left, right))" in form.problem("padding")
    assert len(heard) == 3


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("1/255", 1 / 255, "1/255"),
        ("0.5", 0.5, "0.5"),
        ("-2", -2.0, "−2"),
        ("0.485 0.456, 0.406", [0.485, 0.456, 0.406], "0.485, 0.456, 0.406"),
    ],
)
def test_numbers_may_be_fractions_and_one_for_each_channel(
    qtbot: QtBot, context: Context, typed: str, value: object, shown: str
) -> None:
    form = Form(context, RESCALING.parameters)
    qtbot.addWidget(form)
    form.show()
    form.set_values({"scale": 3})
    heard = _heard(form)
    field = form.editor("scale")
    assert isinstance(field, NumbersField)
    _type(qtbot, field, typed)
    assert heard == [("scale", value)]
    form.set_values({"scale": value})
    assert field.text() == shown
    _type(qtbot, field, "1/0")
    assert "one for each channel" in form.problem("scale")


def test_an_order_of_axes_and_a_shape_with_one_axis_left_open(
    qtbot: QtBot, context: Context
) -> None:
    form = Form(context, [*PERMUTE.parameters, *RESHAPE.parameters])
    qtbot.addWidget(form)
    form.show()
    form.set_values({"target_shape": [7, -1]})
    heard = _heard(form)
    shape = form.editor("target_shape")
    assert isinstance(shape, SizesField)
    assert shape.text() == "7×−1"
    _type(qtbot, shape, "-1 x 16")
    _type(qtbot, form.editor("dims"), "3, 1, 2")
    assert heard == [("target_shape", [-1, 16]), ("dims", [3, 1, 2])]
    _type(qtbot, form.editor("dims"), "1, 1, 2")
    assert "every axis once" in form.problem("dims")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_form_is_wider_than_the_narrowest_side(
    qtbot: QtBot, context: Context, language: str
) -> None:
    context.language.set_code(language)
    wide = {}
    for name, kind in kinds().items():
        form = Form(context, kind.parameters)
        qtbot.addWidget(form)
        lines = [b for b in form.findChildren(Button) if b.property("kind") == "disclosure"]
        widths = [form.minimumSizeHint().width(), *(line.sizeHint().width() for line in lines)]
        if max(widths) > _NARROWEST:
            wide[name] = widths
    assert wide == {}
