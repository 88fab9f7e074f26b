"""Copy, cut, paste and duplicate with keys; what is on the clipboard is text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QClipboard, QGuiApplication

from cnnstudio.core.clipboard import read_clip
from cnnstudio.core.layout import CARD_PITCH, COLUMN_PITCH
from cnnstudio.ui.widgets.context import Context
from tests.ui.design.hands import Hands

Open = Callable[..., Hands]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture(autouse=True)
def clipboard(context: Context) -> Iterator[QClipboard]:
    assert context  # there is an application
    board = QGuiApplication.clipboard()
    board.clear()
    yield board
    board.clear()


def select(hands: Hands, *names: str) -> None:
    hands.widget.selection.choose([hands.id(name) for name in names])


def test_copies_are_text_that_another_project_takes(design: Open, clipboard: QClipboard):
    hands = design()
    select(hands, "conv2d_1", "conv2d_2")
    hands.press(Key.Key_C, CTRL)
    assert '"format": "cnnstudio layers"' in clipboard.text()
    assert [node.name for node in read_clip(clipboard.text()).layers] == ["conv2d_1", "conv2d_2"]
    other = design("")
    other.press(Key.Key_V, CTRL)
    assert other.names() == ["conv2d_1", "conv2d_2"]
    assert ("conv2d_1", "conv2d_2") in other.links()
    assert str(other.document.undo_text) == "Paste 2 layers"
    view = other.widget.view
    seen = view.visible_area()
    for at in view.network_scene.places.values():
        assert seen.x <= at.x <= seen.right
        assert seen.y <= at.y <= seen.bottom


def test_a_paste_lies_on_no_other_card_and_is_selected(design: Open):
    hands = design()
    select(hands, "dense_1")
    hands.press(Key.Key_C, CTRL)
    for number in (3, 4, 5):
        hands.press(Key.Key_V, CTRL)
        assert hands.widget.selection.ids == (hands.id(f"dense_{number}"),)
    places = hands.widget.view.network_scene.places.values()
    assert len({(at.x // COLUMN_PITCH, at.y) for at in places}) == len(places)


def test_cut_heals_and_paste_on_a_selected_link_inserts(design: Open):
    hands = design()
    select(hands, "conv2d_2", "max_pooling2d")
    hands.press(Key.Key_X, CTRL)
    assert ("conv2d_1", "flatten") in hands.links()
    assert str(hands.document.undo_text) == "Cut 2 layers"
    assert hands.widget.selection.current == hands.id("flatten")
    hands.widget.editor.move({})
    link = next(k for k in hands.document.network.links if k.source == hands.id("flatten"))
    hands.widget.selection.choose_link(link)
    hands.press(Key.Key_V, CTRL)
    assert hands.names()[2:6] == ["flatten", "conv2d_2", "max_pooling2d", "dense_1"]
    assert len(hands.document.history) == 2


def test_duplicates_stand_beside_what_they_copy(design: Open):
    hands = design()
    select(hands, "conv2d_1", "conv2d_2")
    hands.press(Key.Key_D, CTRL)
    assert ("conv2d", "conv2d_3") in hands.links() or ("conv2d_3", "conv2d_4") in hands.links()
    new = [hands.document.network.by_id[id] for id in hands.widget.selection.ids]
    assert [node.position for node in new] == [
        (COLUMN_PITCH, CARD_PITCH), (COLUMN_PITCH, 2 * CARD_PITCH),
    ]  # fmt: skip
    hands.press(Key.Key_D, CTRL)
    assert len({n.position for n in hands.document.network.layers}) == 12


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There are no layers in the clipboard"),
        ("just a note", "There are no layers in the clipboard"),
        ('{"format": "cnnstudio layers", "version": 1, "layers": [{"id": 1}]}', "can't be 1"),
        ('{"format": "cnnstudio layers", "version": 99}', "Update CNN Studio"),
    ],
)
def test_what_is_no_layer_is_refused_with_the_reason(
    design: Open, clipboard: QClipboard, text: str, words: str
):
    hands = design()
    before = hands.document.project
    said: list[object] = []
    hands.widget.editor.refused.connect(said.append)
    clipboard.setText(text)
    hands.press(Key.Key_V, CTRL)
    assert words in str(said[0])
    assert hands.document.project is before


def test_a_network_too_large_to_hold_is_refused(design: Open, monkeypatch: pytest.MonkeyPatch):
    hands = design()
    monkeypatch.setattr("cnnstudio.ui.canvas.clipboard.MOST_LAYERS", 9)
    select(hands, "dense_1", "dense_2")
    hands.press(Key.Key_C, CTRL)
    said: list[object] = []
    hands.widget.editor.refused.connect(said.append)
    hands.press(Key.Key_V, CTRL)
    assert "would have 10 layers, more than the 9" in str(said[0])


def test_a_field_keeps_the_clipboard_keys_for_its_own_text(design: Open, clipboard: QClipboard):
    hands = design()
    select(hands, "conv2d_1")
    search = hands.widget.palette_panel.search
    search.setFocus()
    hands.type("max")
    hands.press(Key.Key_A, CTRL)
    hands.press(Key.Key_C, CTRL)
    assert clipboard.text() == "max"
    before = hands.document.project
    hands.press(Key.Key_X, CTRL)
    hands.press(Key.Key_V, CTRL)
    assert search.text() == "max"
    assert hands.document.project is before


def test_selected_code_is_copied_as_code(design: Open, clipboard: QClipboard):
    hands = design()
    select(hands, "conv2d_1")
    code = hands.widget.code.view
    code.setFocus()
    hands.press(Key.Key_A, CTRL)
    hands.press(Key.Key_C, CTRL)
    assert clipboard.text() == code.toPlainText()


def test_all_layers_are_selected_and_commands_know_when_they_can(design: Open):
    hands = design()
    assert not hands.action("design.copy").isEnabled()
    assert "No layer is selected." in hands.action("design.copy").toolTip()
    hands.press(Key.Key_A, CTRL)
    assert len(hands.widget.selection.ids) == 8
    assert hands.action("design.copy").isEnabled()
    hands.click(QPoint(20, 400))
    assert not hands.action("design.cut").isEnabled()
