"""Choices with arguments of their own, driven with real keys."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.layers.common import BIAS_REGULARIZER, KERNEL_INITIALIZER, KERNEL_REGULARIZER
from cnnstudio.core.layers.spec import Weight
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField
from cnnstudio.ui.widgets.form import Form
from cnnstudio.ui.widgets.variant_field import VariantField

PARAMETERS = (KERNEL_INITIALIZER, KERNEL_REGULARIZER, BIAS_REGULARIZER)
WEIGHTS = (Weight("kernel", (3, 3, 32, 64)), Weight("bias", (64,)))


@pytest.fixture
def form(qtbot: QtBot, context: Context) -> Form:
    form = Form(context, PARAMETERS)
    qtbot.addWidget(form)
    form.resize(320, 500)
    form.show()
    form.activateWindow()
    form.show_problem("kernel_initializer", None)
    form.set_values({})
    form.show_facts(WEIGHTS, (26, 26, 64))
    form.focus_first()  # opens what is folded away
    return form


def field(form: Form, name: str) -> VariantField:
    editor = form.editor(name)
    assert isinstance(editor, VariantField)
    return editor


def argument(form: Form, name: str, of: str) -> QWidget:
    inner: Any = field(form, name).form
    assert isinstance(inner, Form)
    return inner.editor(of)


def heard(form: Form) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    form.changed.connect(lambda name, value: found.append((name, value)))
    return found


def choose(qtbot: QtBot, combo: VariantField, name: str) -> None:
    combo.setFocus()
    for _ in range(40):
        if combo.currentText() == name:
            return
        down = combo.findText(name) > combo.currentIndex()
        qtbot.keyClick(combo, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
    raise AssertionError(f"{name} can't be reached")


def enter(qtbot: QtBot, widget: QWidget, text: str) -> None:
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(widget, text)
    qtbot.keyClick(widget, Qt.Key.Key_Return)


def test_a_choice_brings_its_arguments_and_keeps_those_they_share(qtbot: QtBot, form: Form) -> None:
    said = heard(form)
    combo = field(form, "kernel_initializer")
    choose(qtbot, combo, "random_normal")
    enter(qtbot, argument(form, "kernel_initializer", "stddev"), "0.1")
    assert said[-2:] == [
        ("kernel_initializer", "random_normal"),
        ("kernel_initializer", {"name": "random_normal", "stddev": 0.1}),
    ]
    assert combo.formula.text() == "w ~\u00a0N(0,\u00a00.1²)"
    choose(qtbot, combo, "truncated_normal")
    assert said[-1] == ("kernel_initializer", {"name": "truncated_normal", "stddev": 0.1})
    choose(qtbot, combo, "zeros")
    assert said[-1] == ("kernel_initializer", "zeros")
    assert combo.form is None
    assert combo.details.isHidden()


def test_the_formula_has_the_layers_numbers(form: Form) -> None:
    combo = field(form, "kernel_initializer")
    words = combo.formula.text().replace("\u00a0", " ")
    assert "fan_in = 3·3·32 = 288" in words
    assert words.endswith("limit = √(6 / (fan_in + fan_out)) = √(6 / (288 + 576)) = 0.08333")
    assert combo.accessibleDescription() == combo.formula.text()
    form.show_facts((), None)
    assert combo.formula.isHidden()


def test_penalties_start_with_something_and_none_takes_them_away(qtbot: QtBot, form: Form) -> None:
    said = heard(form)
    combo = field(form, "kernel_regularizer")
    choose(qtbot, combo, "l1_l2")
    assert said[-1] == ("kernel_regularizer", {"name": "l1_l2", "l1": 0.01, "l2": 0.01})
    enter(qtbot, argument(form, "kernel_regularizer", "l1"), "-1")
    assert len(said) == 3  # l1, l2, l1_l2: what is refused isn't said
    inner = combo.form
    assert isinstance(inner, Form)
    assert "it takes a number ≥ 0" in inner.problem("l1")
    choose(qtbot, combo, "None")
    assert said[-1] == ("kernel_regularizer", None)


def test_arguments_that_dont_fit_together_say_so_below_the_choice(qtbot: QtBot, form: Form) -> None:
    form.set_values({"kernel_initializer": "random_uniform"})
    said = heard(form)
    enter(qtbot, argument(form, "kernel_initializer", "minval"), "0.2")
    assert "can't be above" in form.problem("kernel_initializer")
    assert said == []
    enter(qtbot, argument(form, "kernel_initializer", "maxval"), "0.4")
    assert form.problem("kernel_initializer") == ""
    assert said[0][1] == {"name": "random_uniform", "minval": 0.2, "maxval": 0.4}


def test_tab_goes_through_the_arguments(qtbot: QtBot, form: Form) -> None:
    combo = field(form, "kernel_initializer")
    choose(qtbot, combo, "random_uniform")
    qtbot.keyClick(combo, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is argument(form, "kernel_initializer", "minval")
    maxval = argument(form, "kernel_initializer", "maxval")
    assert isinstance(maxval, NumberField)
    maxval.setFocus()
    for _ in range(2):  # past the seed, which is folded away
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is field(form, "kernel_regularizer")


def test_what_a_file_says_wrongly_is_shown_with_its_reason(form: Form) -> None:
    form.set_values({"kernel_initializer": {"name": "he_normal", "scale": 2}})
    assert field(form, "kernel_initializer").value == "he_normal"
    assert "he_normal takes seed, not scale" in form.problem("kernel_initializer")
