"""Freezing, notes and weights on the cards, in the panel and in the menus."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cnnstudio.core.blocks.grouping import with_layers
from cnnstudio.core.network import Network, StoredWeights
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.faces import Face
from cnnstudio.ui.canvas.marks import Brought, Learning
from cnnstudio.ui.design.context_menu import canvas_menu
from tests.ui.design.hands import LEFT, Hands

Open = Callable[..., Hands]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def face(hands: Hands, name: str) -> Face:
    return hands.widget.view.network_scene.face(hands.id(name))


def frozen(hands: Hands) -> list[str]:
    return [node.name for node in hands.document.network.layers if node.frozen]


def choose(hands: Hands, *names: str) -> None:
    hands.widget.selection.choose([hands.id(name) for name in names])


def bring_weights(hands: Hands) -> None:
    """Gives conv2d_2 weights that fit, and dense_2 weights that don't."""
    network = hands.document.network
    shapes = {"conv2d_2": ((3, 3, 32, 64), (64,)), "dense_2": ((100, 12), (12,))}
    nodes = {
        hands.id(name): replace(
            network.by_id[hands.id(name)], weights=StoredWeights("a" * 64, 0, shape)
        )
        for name, shape in shapes.items()
    }

    def brought(network: Network) -> Network:
        return with_layers(network, nodes)

    hands.document.apply_network(brought, T("Bring weights"))


def test_the_lock_freezes_and_thaws_in_one_step_each(design: Open) -> None:
    hands = design()
    choose(hands, "conv2d_2")
    lock = hands.widget.layer_panel.header_row.lock
    assert lock.isVisible()
    assert not lock.isChecked()
    QTest.mouseClick(lock, LEFT)
    assert frozen(hands) == ["conv2d_2"]
    assert lock.isChecked()
    assert lock.accessibleName().startswith("It is frozen")
    assert face(hands, "conv2d_2").frozen
    assert str(hands.document.undo_text) == "Freeze conv2d_2"
    hands.widget.editor.undo()
    assert frozen(hands) == []
    assert not lock.isChecked()
    choose(hands, "max_pooling2d")
    assert not lock.isVisible(), "there is nothing to freeze"


def test_menus_and_keys_freeze_what_is_selected(design: Open) -> None:
    hands = design()
    choose(hands, "conv2d_1", "conv2d_2", "flatten")
    texts = [action.text() for action in canvas_menu(hands.widget.views).actions()]
    assert "Freeze" in texts
    assert "Thaw" not in texts
    hands.press(Qt.Key.Key_L, CTRL | SHIFT)
    assert frozen(hands) == ["conv2d_1", "conv2d_2"]
    assert str(hands.document.undo_text) == "Freeze 2 layers"
    hands.press(Qt.Key.Key_L, CTRL | ALT)
    assert frozen(hands) == []
    choose(hands, "dense_2")
    hands.run("design.freeze_above")
    assert frozen(hands) == ["conv2d_1", "conv2d_2", "dense_1"]
    hands.run("design.thaw_all")
    assert frozen(hands) == []
    assert not hands.action("design.thaw_all").isEnabled()


def test_a_collapsed_block_is_frozen_with_all_its_layers(design: Open) -> None:
    hands = design()
    choose(hands, "conv2d_1", "conv2d_2")
    hands.run("design.make_block")
    hands.run("design.fold")
    block = hands.document.network.blocks[0]
    assert block.collapsed
    scene = hands.widget.view.network_scene
    hands.widget.selection.choose([block.id])
    hands.run("design.freeze")
    assert frozen(hands) == ["conv2d_1", "conv2d_2"]
    assert scene.face(block.id).frozen
    assert "2 layers are frozen" in scene.tooltip(block.id)
    assert "2 layers are frozen" in scene.spoken(block.id)


def test_a_note_is_typed_into_the_panel_and_shown_on_the_card(design: Open, qtbot: QtBot) -> None:
    hands = design()
    choose(hands, "conv2d_1")
    hands.press(Qt.Key.Key_M, CTRL | ALT)
    field = hands.widget.layer_panel.marks.note
    assert hands.focus() is field
    hands.type("Edges <b>& corners")
    height = field.height()
    hands.press(Qt.Key.Key_Return)
    hands.type("of things")
    assert field.height() > height
    qtbot.waitUntil(lambda: face(hands, "conv2d_1").noted)
    hands.press(Qt.Key.Key_Escape)
    assert hands.widget.view.hasFocus()
    id = hands.id("conv2d_1")
    assert hands.document.network.by_id[id].note == "Edges <b>& corners\nof things"
    assert [str(text) for text in hands.document.history] == ["Note on conv2d_1"]
    scene = hands.widget.view.network_scene
    assert scene.tooltip(id).startswith("Edges <b>& corners\nof things\n")
    name = QAccessible.queryAccessibleInterface(hands.widget.view)
    assert "note: Edges" in scene.spoken(id)
    assert name is not None
    hands.widget.editor.undo()
    assert not face(hands, "conv2d_1").noted
    assert field.toPlainText() == ""


def test_a_note_in_the_making_is_not_lost_to_another_layer(design: Open, qtbot: QtBot) -> None:
    hands = design()
    choose(hands, "conv2d_1")
    hands.run("design.note")
    hands.type("first")
    choose(hands, "conv2d_2")
    qtbot.waitUntil(lambda: face(hands, "conv2d_1").noted)
    field = hands.widget.layer_panel.marks.note
    assert field.toPlainText() == ""
    assert not face(hands, "conv2d_2").noted
    hands.type("second")
    hands.click(hands.card("dense_1"))
    assert [hands.document.network.by_id[hands.id(n)].note for n in ("conv2d_1", "conv2d_2")] == [
        "first", "second",
    ]  # fmt: skip
    assert len(hands.document.history) == 2


def test_weights_are_shown_with_why_they_do_not_fit_and_can_be_dropped(design: Open) -> None:
    hands = design()
    bring_weights(hands)
    assert face(hands, "conv2d_2").brought is Brought.KEPT
    assert face(hands, "dense_2").brought is Brought.MISFIT
    assert face(hands, "conv2d_1").brought is Brought.NONE
    scene, marks = hands.widget.view.network_scene, hands.widget.layer_panel.marks
    reason = "kernel 100×12 came with it, now it needs 100×10"
    assert reason in scene.tooltip(hands.id("dense_2"))
    assert reason in scene.spoken(hands.id("dense_2"))
    choose(hands, "dense_2")
    assert reason in marks.weights.text()
    choose(hands, "conv2d_2")
    assert "18,496 numbers" in marks.weights.text()
    QTest.mouseClick(marks.drop, LEFT)
    assert str(hands.document.undo_text) == "Drop the weights of conv2d_2"
    assert face(hands, "conv2d_2").brought is Brought.NONE
    assert not marks.drop.isVisible()
    choose(hands, "conv2d_1")
    assert not hands.action("design.drop_weights").isEnabled()


def test_cards_can_be_coloured_by_what_is_trained(design: Open) -> None:
    hands = design()
    choose(hands, "conv2d_1")
    hands.run("design.freeze")
    desk = hands.widget.marks
    assert not desk.legend.isVisible()
    hands.run("design.colour_learning")
    assert hands.action("design.colour_learning").isChecked()
    assert desk.legend.isVisible()
    tints = {name: face(hands, name).tint for name in ("conv2d_1", "conv2d_2", "flatten")}
    assert tints == {
        "conv2d_1": Learning.FROZEN.value,
        "conv2d_2": Learning.TRAINED.value,
        "flatten": Learning.NONE.value,
    }
    said = [label.text() for label in desk.legend.labels.values()]
    assert said == ["1,101,206 parameters are trained", "320 aren't trained",
                    "4 layers without parameters"]  # fmt: skip
    hands.run("design.thaw")
    assert desk.legend.labels[Learning.FROZEN].text() == "0 aren't trained"
    again = design()
    assert again.widget.marks.coloured, "it is remembered"
    QTest.mouseClick(again.widget.marks.legend.close_button, LEFT)
    assert not face(again, "conv2d_1").tint
    assert not again.widget.marks.legend.isVisible()
