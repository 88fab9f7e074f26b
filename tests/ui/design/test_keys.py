"""Designing with the keyboard alone: real events on the real widgets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from cnnstudio.core.layers.registry import kinds
from cnnstudio.ui.canvas.geometry import GRID
from tests.ui.design.hands import Hands

Open = Callable[..., Hands]
Key = Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_letter_opens_quick_add_and_enter_adds_behind_the_selected_layer(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_1")])
    hands.type("dropo")
    assert isinstance(hands.focus(), QLineEdit)
    hands.press(Key.Key_Return)
    assert hands.names()[1:4] == ["conv2d_1", "dropout_1", "conv2d_2"]
    assert hands.widget.selection.current == hands.id("dropout_1")
    assert hands.widget.view.hasFocus()


def test_quick_add_is_left_with_escape(design: Open):
    hands = design()
    before = hands.document.project
    hands.type("con")
    hands.press(Key.Key_Escape)
    assert hands.widget.view.hasFocus()
    assert hands.document.project is before


def test_arrows_choose_in_quick_add(design: Open):
    hands = design()
    hands.type("glob")
    hands.press(Key.Key_Down)
    hands.press(Key.Key_Return)
    assert "global_average_pooling2d" in hands.names()


def test_quick_add_understands_latin_typed_with_the_hangul_keyboard(design: Open):
    hands = design()
    hands.type("d")
    field = hands.focus()
    assert isinstance(field, QLineEdit)
    field.setText("채ㅜㅍ")
    hands.press(Key.Key_Return)
    assert "conv2d" in hands.names()


def test_the_canvas_takes_no_input_method_and_the_field_does(design: Open):
    hands = design()
    attribute = Qt.WidgetAttribute.WA_InputMethodEnabled
    assert not hands.widget.view.testAttribute(attribute)
    assert not hands.canvas.testAttribute(attribute)
    hands.type("d")
    assert hands.focus().testAttribute(attribute)


def test_arrows_go_to_the_neighbour_and_shift_extends(design: Open):
    hands = design()
    hands.press(Key.Key_Down)
    assert hands.widget.selection.current == hands.id("input_1")
    hands.press(Key.Key_Down)
    hands.press(Key.Key_Down, SHIFT)
    assert hands.widget.selection.ids == (hands.id("conv2d_1"), hands.id("conv2d_2"))
    hands.press(Key.Key_Up)
    assert hands.widget.selection.ids == (hands.id("conv2d_1"),)


def test_alt_arrows_move_the_card(design: Open):
    hands = design()
    id = hands.id("flatten")
    hands.widget.selection.choose([id])
    x, y = hands.document.network.by_id[id].position
    hands.press(Key.Key_Right, ALT)
    assert hands.document.network.by_id[id].position == (x + GRID, y)


def test_f2_renames_and_escape_takes_it_back(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("flatten")])
    id = hands.widget.selection.current
    hands.press(Key.Key_F2)
    hands.type("rows")
    hands.press(Key.Key_Escape)
    assert hands.document.network.by_id[id].name == "flatten"
    hands.widget.view.setFocus()
    hands.press(Key.Key_F2)
    hands.type("rows")
    hands.press(Key.Key_Return)
    assert hands.document.network.by_id[id].name == "rows"
    hands.document.undo()
    assert hands.document.network.by_id[id].name == "flatten"
    assert hands.widget.layer_panel.header_row.name.text() == "flatten"


def test_a_name_that_is_taken_is_refused_beside_the_field(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("flatten")])
    hands.press(Key.Key_F2)
    hands.type("dropout")
    hands.press(Key.Key_Return)
    problem = hands.widget.layer_panel.header_row.problem
    assert problem.isVisible()
    assert "dropout" in problem.text()
    assert "flatten" in hands.names()


def test_enter_edits_the_parameters(design: Open):
    hands = design()
    id = hands.id("conv2d_2")
    hands.widget.selection.choose([id])
    hands.press(Key.Key_Return)
    field = hands.focus()
    QTest.keyClick(field, Key.Key_A, CTRL)
    hands.type("16")
    hands.press(Key.Key_Return)
    assert hands.document.network.by_id[id].params["filters"] == 16
    assert hands.widget.view.network_scene.face(id).shape == "26×26×16"
    hands.document.undo()
    assert hands.widget.view.network_scene.face(id).shape == "26×26×64"


def test_shortcuts_zoom_fit_and_arrange(design: Open):
    hands = design("lecture-vgg-bn")
    view = hands.widget.view
    fitted = view.zoom
    hands.press(Key.Key_0, CTRL)
    assert view.zoom == 1.0
    hands.press(Key.Key_Minus, CTRL)
    assert view.zoom == pytest.approx(0.8)
    hands.press(Key.Key_Home)
    assert view.zoom == pytest.approx(fitted)
    hands.press(Key.Key_Right, ALT)  # nothing is selected: nothing moves
    assert hands.document.undo_text is None
    hands.widget.selection.choose([hands.id("conv2d_1")])
    hands.press(Key.Key_Right, ALT)
    hands.press(Key.Key_L, CTRL)
    assert hands.document.network.by_id[hands.id("conv2d_1")].position[0] == 0


def test_select_all_and_delete(design: Open):
    hands = design()
    hands.press(Key.Key_A, CTRL)
    hands.press(Key.Key_Backspace)
    assert hands.document.network.layers == ()
    assert hands.widget.controls.empty.isVisible()
    hands.document.undo()
    assert len(hands.document.network.layers) == 8


def test_the_palette_is_searched_and_enter_adds(design: Open):
    hands = design()
    search = hands.widget.palette_panel.search
    search.setFocus()
    hands.type("batch")
    hands.press(Key.Key_Return)
    assert ("dense_2", "batch_normalization") in hands.links()


def test_the_lecture_network_is_built_from_an_empty_canvas(design: Open):
    hands = design("")
    typed = [
        ("input", {}),
        ("conv2d", {"filters": 32, "padding": "same", "activation": "relu"}),
        ("conv2d", {"filters": 64, "activation": "relu"}),
        ("maxp", {}),
        ("flat", {}),
        ("dense", {"units": 100, "activation": "relu"}),
        ("dropout", {"rate": 0.4}),
        ("dense", {"units": 10, "activation": "softmax"}),
    ]
    for name, params in typed:
        hands.type(name)
        hands.press(Key.Key_Return)
        for parameter, value in params.items():
            set_in_form(hands, parameter, value)
        hands.widget.view.setFocus()
    scene = hands.widget.view.network_scene
    shapes = [scene.face(id).shape for id in hands.document.network.order]
    assert shapes == ["28×28×1", "28×28×32", "26×26×64", "13×13×64", "10,816", "100", "100", "10"]
    counts = [scene.face(id).count for id in hands.document.network.order]
    assert counts == ["", "320", "18,496", "", "", "1,081,700", "", "1,010"]
    hands.widget.dock.show_page(hands.widget.dock.summary)
    assert "Total params: 1,101,526" in hands.widget.dock.summary.toPlainText()
    assert "Conv2D(filters=64" in hands.widget.code.view.toPlainText()
    steps = 0
    while hands.document.undo_text is not None:
        hands.document.undo()
        steps += 1
    assert hands.document.network.layers == ()
    assert steps > len(typed)


def set_in_form(hands: Hands, parameter: str, value: object) -> None:
    """Types a number, or chooses from a list, in the form's own widgets."""
    form = hands.widget.layer_panel.form
    assert form is not None
    editor = form.editor(parameter)
    segments = [b for b in editor.findChildren(QPushButton) if b.text() == value]
    if segments:
        QTest.mouseClick(segments[0], Qt.MouseButton.LeftButton)
        return
    editor.setFocus()
    if isinstance(value, int):
        QTest.keyClick(hands.focus(), Key.Key_A, CTRL)
        hands.type(str(value))
        hands.press(Key.Key_Return)
    elif isinstance(value, float):
        while form_value(hands, parameter) != value:
            hands.press(Key.Key_Right if form_value(hands, parameter) < value else Key.Key_Left)
    else:
        choose(hands, value)
    QApplication.processEvents()


def form_value(hands: Hands, parameter: str) -> float:
    node = hands.document.network.by_id[hands.widget.selection.current]
    value = node.values[parameter]
    assert isinstance(value, float)
    return value


def choose(hands: Hands, value: object) -> None:
    """Chooses with the arrow keys."""
    current = hands.widget.selection.current
    for _ in range(40):
        if value in hands.document.network.by_id[current].params.values():
            return
        hands.press(Key.Key_Down)
    raise AssertionError(f"{value} can't be reached")


def test_the_canvas_shows_that_it_has_the_focus(design: Open):
    hands = design()
    view = hands.widget.view
    hands.widget.palette_panel.search.setFocus()
    plain = view.grab().toImage()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.grab().toImage() != plain
    view.setFocus(Qt.FocusReason.TabFocusReason)
    hands.widget.palette_panel.search.setFocus()
    assert view.grab().toImage() == plain


@pytest.mark.parametrize("name", [name for name, kind in kinds().items() if kind.parameters])
def test_enter_reaches_a_parameter_of_every_kind(design: Open, name: str):
    hands = design("")
    hands.widget.selection.choose([hands.widget.view.add_layer(kinds()[name])])
    hands.press(Key.Key_Return)
    form = hands.widget.layer_panel.form
    assert form is not None
    QApplication.processEvents()
    assert form.isAncestorOf(hands.focus())
    assert hands.focus().isVisible()
