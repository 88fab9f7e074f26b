"""Typing in the code panel: the canvas follows, what can't be read is marked, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.project import Project
from cnnstudio.core.text import T
from cnnstudio.ui.design import code_editing
from cnnstudio.ui.window.actions import Action
from tests.fakes.networks import lecture, long_chain
from tests.ui.design.hands import LEFT, Hands

Open = Callable[..., Hands]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def at(hands: Hands, words: str, *, behind: bool = True) -> None:
    """Puts the cursor behind some words of the code, or before them, and the focus there."""
    view = hands.widget.code.view
    view.setFocus()
    found = view.document().find(words)
    assert not found.isNull(), view.toPlainText()
    place = QTextCursor(view.document())
    place.setPosition(found.selectionEnd() if behind else found.selectionStart())
    view.setTextCursor(place)


def text(hands: Hands) -> str:
    return hands.widget.code.view.toPlainText()


def filters(hands: Hands, name: str = "conv2d_2") -> Any:
    return hands.document.network.by_id[hands.id(name)].params["filters"]


def read(hands: Hands) -> None:
    """Reads what was typed at once, as Ctrl+Enter does."""
    hands.press(Key.Key_Return, CTRL)


def press_button(hands: Hands, words: str) -> None:
    notice = hands.widget.code.notice
    assert notice is not None
    button = next(b for b in notice.buttons if b.text() == words)
    QTest.mouseClick(button, LEFT)


def dimmed(hands: Hands) -> bool:
    """Whether a card is painted weaker than it is."""
    view = hands.widget.view
    card = hands.card("conv2d_1", 0.5, 0.2)
    return view.grab().toImage().pixelColor(card) != view.context.theme.colour("raised")


def test_the_canvas_follows_what_is_typed_after_a_pause(design: Open, qtbot: Any):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_2")])
    node = hands.document.network.by_id[hands.id("conv2d_2")]
    at(hands, "filters=64")
    hands.type("0")
    assert filters(hands) == 64
    qtbot.waitUntil(lambda: filters(hands) == 640)
    after = hands.document.network.by_id[hands.id("conv2d_2")]
    assert (after.id, after.position) == (node.id, node.position)
    assert hands.widget.view.network_scene.face(node.id).shape == "26×26×640"
    assert "filters=640" in text(hands)
    assert str(hands.document.undo_text) == "Edit the code"


def test_typing_on_is_one_step_until_the_focus_goes(design: Open):
    hands = design()
    at(hands, "filters=64")
    for _ in range(3):
        hands.type("0")
        read(hands)
    hands.widget.view.setFocus()
    at(hands, "Dropout(0.4")
    hands.type("5")
    read(hands)
    hands.widget.editor.rename(hands.id("dropout"), "rest")
    at(hands, "Dropout(0.45")
    hands.type("5")
    read(hands)
    assert len(hands.document.history) == 4
    for _ in range(3):
        hands.press(Key.Key_Z, CTRL)
    assert "Dropout(0.4)" in text(hands)
    hands.press(Key.Key_Z, CTRL)
    assert (filters(hands), "filters=64," in text(hands)) == (64, True)


def test_white_space_makes_no_step_and_stays(design: Open):
    hands = design()
    at(hands, "filters=64,")
    hands.type("   ")
    read(hands)
    assert hands.document.history == ()
    assert "filters=64,    " in text(hands)
    assert not hands.widget.code.editing.unread
    QTest.mouseClick(hands.widget.code.tidy, LEFT)
    assert "filters=64,    " not in text(hands)
    press_button(hands, "Bring it back")
    assert "filters=64,    " in text(hands)
    assert hands.document.history == ()


def test_code_that_can_t_be_read_is_marked_and_leaves_the_canvas_alone(design: Open):
    hands = design()
    before = hands.document.project
    assert not dimmed(hands)
    at(hands, "filters=64")
    hands.type("=")
    read(hands)
    code = hands.widget.code
    assert hands.document.project is before
    assert code.view.wrong_line == code.view.textCursor().blockNumber()
    assert code.notice is not None
    assert f"Line {code.view.wrong_line + 1}" in code.notice.what.text()
    assert dimmed(hands)
    at(hands, "from", behind=False)
    press_button(hands, "Go to the line")
    assert code.view.textCursor().blockNumber() == code.view.wrong_line
    hands.press(Key.Key_Z, CTRL)
    assert code.view.wrong_line == -1
    assert code.notice is None
    assert not dimmed(hands)


def test_undo_takes_typing_back_first_then_the_document_s_steps(design: Open):
    hands = design()
    at(hands, "filters=64")
    hands.type("0")
    read(hands)
    hands.type("(")
    read(hands)
    assert hands.widget.code.editing.problem is not None
    hands.press(Key.Key_Z, CTRL)
    assert hands.widget.code.editing.problem is None
    assert filters(hands) == 640
    hands.press(Key.Key_Z, CTRL)
    assert filters(hands) == 64
    assert "filters=64," in text(hands)
    hands.press(Key.Key_Z, CTRL | SHIFT)
    assert (filters(hands), "filters=640," in text(hands)) == (640, True)


def test_each_step_brings_its_text_back(design: Open):
    hands = design()
    at(hands, "x = Flatten", behind=False)
    hands.type("# flat from here")
    hands.press(Key.Key_Return)
    at(hands, "Dropout(0.4")
    hands.type("5")
    read(hands)
    typed = text(hands)
    hands.widget.editor.rename(hands.id("dropout"), "rest")
    assert text(hands) != typed
    hands.document.undo()
    assert text(hands) == typed


@pytest.mark.parametrize("keep", [True, False])
def test_when_both_were_changed_the_person_chooses(design: Open, keep: bool):
    hands = design()
    at(hands, "filters=64")
    hands.type("0(")
    read(hands)
    typed = text(hands)
    hands.widget.editor.rename(hands.id("dropout"), "rest")
    assert text(hands) == typed
    code = hands.widget.code
    if keep:
        press_button(hands, "Keep my text")
        at(hands, "640(")
        hands.press(Key.Key_Backspace)
        read(hands)
        assert filters(hands) == 640
        assert "dropout" in hands.names()
        hands.document.undo()
        assert "rest" in hands.names()
        return
    press_button(hands, "Take the canvas' code")
    assert "rest" in text(hands)
    assert code.editing.problem is None
    press_button(hands, "Bring it back")
    assert text(hands) == typed
    assert code.editing.problem is not None


def test_code_pasted_on_an_empty_canvas_is_a_network(design: Open):
    hands = design("")
    view = hands.widget.code.view
    assert view.placeholderText() == "Paste Keras code here."
    QGuiApplication.clipboard().setText(write_model_code(lecture()))
    view.setFocus()
    hands.press(Key.Key_V, CTRL)
    read(hands)
    assert len(hands.names()) == 8
    assert hands.document.network.layers[1].position[1] > 0
    QGuiApplication.clipboard().clear()


def test_all_code_deleted_is_no_order_to_empty_the_canvas(design: Open):
    hands = design()
    hands.widget.code.view.setFocus()
    hands.press(Key.Key_A, CTRL)
    hands.press(Key.Key_Delete)
    read(hands)
    assert len(hands.names()) == 8
    assert hands.widget.code.notice is not None
    hands.press(Key.Key_Z, CTRL)
    assert hands.widget.code.notice is None


def test_what_the_code_leaves_open_is_told_with_the_guess(design: Open):
    hands = design()
    at(hands, "filters=64", behind=True)
    for _ in "64":
        hands.press(Key.Key_Backspace)
    hands.type("FILTERS")
    read(hands)
    assert filters(hands) == 32
    notice = hands.widget.code.notice
    assert notice is not None
    assert "FILTERS is; 32 is assumed" in notice.what.text()


def test_lines_are_selected_as_layers_and_layers_as_lines(design: Open):
    hands = design()
    code = hands.widget.code
    at(hands, "x = Conv2D", behind=False)
    while "filters=64" not in code.view.textCursor().block().text():
        hands.press(Key.Key_Down, SHIFT)
    names = [hands.document.network.by_id[id].name for id in hands.widget.selection.ids]
    assert names == ["conv2d_1", "conv2d_2"]
    hands.widget.selection.choose([hands.id("flatten"), hands.id("dense_1")])
    marked = [mark.cursor.block().text() for mark in code.view.extraSelections()]
    assert ["Flatten" in marked[0], "Dense" in marked[1]] == [True, True]
    at(hands, "x = Flatten", behind=False)
    hands.type("x = BatchNormalization()(x)")
    hands.press(Key.Key_Return)
    hands.press(Key.Key_Up)
    read(hands)
    assert hands.widget.selection.ids == (hands.id("batch_normalization"),)
    assert hands.links() >= {("max_pooling2d", "batch_normalization")}


def test_another_project_puts_unread_text_aside(design: Open):
    hands = design()
    at(hands, "filters=64")
    hands.type("(")
    read(hands)
    typed = text(hands)
    hands.document.load(Project(network=lecture()))
    assert "Conv2D" in text(hands)
    assert hands.widget.code.editing.problem is None
    press_button(hands, "Bring it back")
    assert text(hands) == typed


def test_code_that_is_long_or_loops_is_read_beside_the_window(
    design: Open, qtbot: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(code_editing, "SMALL", 100)
    hands = design("")
    hands.document.load(Project(network=long_chain(40)))
    at(hands, "filters=16")
    hands.type("0")
    read(hands)
    hands.type("0")  # the answer to the first is old when it comes
    qtbot.waitUntil(lambda: filters(hands, "conv2d_1") == 1600)
    assert len(hands.document.history) == 1
    monkeypatch.setattr(code_editing, "SMALL", 1_000_000)
    at(hands, "from", behind=False)
    hands.type("while True: x = 1")
    hands.press(Key.Key_Return)
    read(hands)
    assert hands.widget.code.editing.problem is None
    qtbot.waitUntil(lambda: hands.widget.code.editing.problem is not None)


def test_the_style_is_chosen_and_remembered(design: Open):
    hands = design()
    menu = hands.widget.code.style_menu
    actions = {action.objectName(): action for action in menu.menu.actions()}
    actions["auto"].trigger()
    assert "Sequential(" in text(hands)
    actions["shapes"].trigger()
    assert "(26, 26, 64)" in text(hands)
    again = design()
    assert text(again) == text(hands)


def test_selected_layers_are_copied_as_code_and_code_is_pasted_as_layers(design: Open):
    hands = design()
    board = QGuiApplication.clipboard()
    hands.widget.view.setFocus()
    hands.widget.selection.choose([hands.id("conv2d_2"), hands.id("max_pooling2d")])
    hands.press(Key.Key_C, CTRL | SHIFT)
    lines = board.text().splitlines()
    assert ["Conv2D(filters=64" in lines[0], "MaxPooling2D" in lines[1]] == [True, True]
    hands.press(Key.Key_V, CTRL)
    assert ("conv2d_3", "max_pooling2d_1") in hands.links()
    assert len(hands.names()) == 10
    hands.document.undo()
    hands.widget.selection.clear()
    hands.press(Key.Key_C, CTRL | SHIFT)
    assert "Input(" in board.text()
    said: list[object] = []
    hands.widget.editor.refused.connect(said.append)
    board.setText("x = Conv2D(32,")
    hands.press(Key.Key_V, CTRL)
    assert "Line 1" in str(said[0])
    board.clear()


def test_a_layer_s_arguments_are_completed(design: Open):
    hands = design()
    at(hands, "x = Flatten", behind=False)
    hands.type("x = Gaus")
    completion = hands.widget.code.view.completion
    assert completion.is_open
    assert completion.words == ["GaussianDropout", "GaussianNoise"]
    view = hands.widget.code.view
    QTest.keyClick(view, Key.Key_Down)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    QTest.keyClick(popup, Key.Key_Return)
    assert not completion.is_open
    assert "x = Gaussian" in text(hands)
    completion.close()


def test_find_goes_from_place_to_place(design: Open):
    hands = design()
    at(hands, "from", behind=False)
    hands.press(Key.Key_F, CTRL)
    find = hands.widget.code.finder
    assert find.isVisible()
    assert not hands.widget.find_bar.isVisible()
    hands.type("conv2d(")
    view = hands.widget.code.view
    first = view.textCursor().blockNumber()
    hands.press(Key.Key_Return)
    assert view.textCursor().blockNumber() > first
    assert view.textCursor().selectedText() == "Conv2D("
    assert find.count.text() == "2 of 2"
    hands.press(Key.Key_Escape)
    assert view.hasFocus()


def test_what_reads_the_project_has_what_was_just_typed(design: Open):
    hands = design()
    table, made = hands.actions, list[int]()
    table.about_to_run.connect(hands.widget.code.editing.settle)
    table.add([Action(id="save", text=T("Save"), run=lambda: made.append(filters(hands)))])
    at(hands, "filters=64")
    hands.type("0")
    hands.run("save")
    assert made == [640]
    hands.type("(")
    typed = text(hands)
    hands.run("save")
    assert (made, text(hands)) == ([640, 640], typed)


def test_the_canvas_undo_takes_back_what_is_unread(design: Open):
    hands = design()
    at(hands, "filters=64")
    hands.type("0")
    read(hands)
    hands.type("(")
    read(hands)
    undo = hands.widget.controls.undo
    QTest.mouseClick(undo, LEFT)
    assert (hands.widget.code.editing.problem, filters(hands)) == (None, 640)
    QTest.mouseClick(undo, LEFT)
    assert filters(hands) == 64
