"""Quick add with more than a name: real keys on the real field."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from cnnstudio.ui.canvas.quick_add import QuickAdd
from tests.ui.design.hands import Hands

Open = Callable[..., Hands]
Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def box(hands: Hands) -> QuickAdd:
    """The open quick-add field with all around it."""
    return hands.widget.view.findChild(QuickAdd)


def test_several_layers_are_typed_in_one_line_and_shown_before(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_1")])
    hands.type("conv 64 3x3 same relu x2, bn, dro")
    shown = box(hands)
    assert [face.detail for face in shown.preview.faces] == [
        "Conv2D · 64 · 3×3 · same · ReLU",
        "Conv2D · 64 · 3×3 · same · ReLU",
        "BatchNormalization",
    ]
    assert [face.shape for face in shown.preview.faces] == ["28×28×64"] * 3
    assert shown.list.currentItem().text() == "Dropout"
    assert "between conv2d_1 and conv2d_2" in shown.note.text()
    hands.press(Key.Key_Return)
    assert [n.split("_")[0] for n in hands.names()[1:8]] == [
        "conv2d", "conv2d", "conv2d", "batch", "dropout", "conv2d", "max",
    ]  # fmt: skip
    assert str(hands.document.undo_text) == "Add 4 layers"
    hands.document.undo()
    assert len(hands.names()) == 8


def test_a_word_that_is_not_understood_is_named_and_marked(design: Open):
    hands = design()
    before = hands.document.project
    hands.type("conv 64 foo")
    assert "Conv2D doesn't know foo" in box(hands).note.text()
    assert box(hands).preview.faces == ()
    hands.press(Key.Key_Return)
    field = hands.focus()
    assert isinstance(field, QLineEdit)
    assert field.selectedText() == "foo"
    assert hands.document.project is before
    hands.type("relu")
    hands.press(Key.Key_Return)
    assert hands.document.network.layers[-1].params == {"filters": 64, "activation": "relu"}


def test_what_was_understood_before_a_refused_word_stays_in_sight(design: Open):
    hands = design()
    hands.type("conv 64, pool 2, foo 3")
    assert len(box(hands).preview.faces) == 2
    assert "foo is no layer" in box(hands).note.text()


def test_what_does_not_fit_is_said_before_it_is_added(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("dense_1")])
    hands.type("conv 8")
    assert "conv2d needs rows, columns and channels" in box(hands).note.text()
    hands.press(Key.Key_Escape)
    hands.widget.selection.choose([hands.id("dense_1")])
    hands.type("input 3x3x1, flatten")
    assert "taken from nothing" not in box(hands).note.text()


def test_a_comma_lists_every_kind_and_enter_adds_what_stands_before_it(design: Open):
    hands = design("")
    hands.type("input 8x8x3,")
    assert box(hands).list.count() > 20
    assert box(hands).list.currentItem() is None
    hands.press(Key.Key_Return)
    assert hands.names() == ["input"]
    assert hands.document.network.layers[0].params == {"shape": [8, 8, 3]}


def test_a_merge_takes_the_selected_layers(design: Open):
    hands = design()
    shift = Qt.KeyboardModifier.ShiftModifier
    hands.click(hands.card("conv2d_1", 0.3))
    hands.click(hands.card("input_1", 0.3), shift)
    hands.type("concat, conv 8 same")
    assert "takes conv2d_1, input_1 together" in box(hands).note.text()
    hands.press(Key.Key_Return)
    network = hands.document.network
    taken = [network.by_id[k.source].name for k in network.incoming[hands.id("concatenate")]]
    assert taken == ["conv2d_1", "input_1"]
    assert ("concatenate", "conv2d") in hands.links()
    assert ("conv2d", "conv2d_2") in hands.links()


def test_an_input_is_added_where_it_lies_on_no_card(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_1")])
    hands.type("input")
    hands.press(Key.Key_Return)
    places = hands.widget.view.network_scene.places
    assert len(set(places.values())) == len(places)
    assert ("conv2d_1", "conv2d_2") in hands.links()


def test_shift_enter_makes_a_branch(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_1")])
    hands.type("conv 8")
    assert "Shift Enter makes a branch" in box(hands).note.text()
    hands.press(Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert {("conv2d_1", "conv2d"), ("conv2d_1", "conv2d_2")} <= hands.links()
    places = hands.widget.view.network_scene.places
    assert places[hands.id("conv2d")].x > places[hands.id("conv2d_2")].x
    assert places[hands.id("conv2d")].y == places[hands.id("conv2d_2")].y


def test_a_link_drawn_into_the_open_makes_a_branch_there(design: Open):
    hands = design()
    hands.drag(hands.output("conv2d_1"), hands.card("conv2d_1", 1.6, 2))
    hands.type("conv 8, bn")
    hands.press(Key.Key_Return)
    assert {("conv2d_1", "conv2d"), ("conv2d_1", "conv2d_2")} <= hands.links()
    assert ("conv2d", "batch_normalization") in hands.links()
    assert hands.widget.view.network_scene.places[hands.id("conv2d")].x > 300
