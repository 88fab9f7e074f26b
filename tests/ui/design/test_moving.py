"""Cards that are there already: dropped on links and ends, brought in line, connected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from cnnstudio.core import edits
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import Link
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.geometry import Point
from tests.ui.design.hands import LEFT, NONE, Hands

Open = Callable[..., Hands]
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LECTURE = ["input_1", "conv2d_1", "conv2d_2", "max_pooling2d", "flatten", "dense_1", "dropout",
           "dense_2"]  # fmt: skip


def test_a_card_dropped_on_a_link_leaves_its_chain_and_joins_there(design: Open):
    hands = design()
    scene = hands.widget.view.network_scene
    said: list[str] = []

    def look() -> None:
        said.append(scene.note.words())
        assert scene.slot.isVisible()
        ids = hands.id("dense_1"), hands.id("dense_2")
        assert Link(*ids) in scene.links  # the links there would be
        assert Link(ids[0], hands.id("dropout")) not in scene.links
        assert hands.names() == LECTURE

    place = hands.between("conv2d_1", "conv2d_2")
    hands.drag(hands.card("dropout", 0.3), place, before_drop=look)
    assert hands.names() == ["input_1", "conv2d_1", "dropout", *LECTURE[2:6], "dense_2"]
    assert ("dense_1", "dense_2") in hands.links()
    assert said[0].splitlines() == [
        "Insert here",
        "between conv2d_1 and conv2d_2",
        "The other shapes stay",
        "As many parameters as before",
    ]
    assert [node.position[1] for node in hands.document.network.layers] == [
        CARD_PITCH * row for row in (0, 1, 3, 4, 5, 6, 2, 7)
    ]
    assert len(hands.document.history) == 1
    hands.document.undo()
    assert hands.names() == LECTURE
    assert set(scene.links) == set(hands.document.network.links)


def test_a_chain_of_cards_is_moved_as_one_and_escape_leaves_it(design: Open):
    hands = design()
    before = hands.document.project
    hands.click(hands.card("conv2d_1", 0.3))
    hands.click(hands.card("conv2d_2", 0.3), SHIFT)
    place = hands.between("dense_1", "dropout")
    hands.drag(hands.card("conv2d_2", 0.3), place, before_drop=hands.widget.view.cancel_gesture)
    assert hands.document.project is before
    hands.click(hands.card("conv2d_1", 0.3))
    hands.click(hands.card("conv2d_2", 0.3), SHIFT)
    hands.drag(hands.card("conv2d_2", 0.3), place)
    assert hands.names()[-4:] == ["conv2d_1", "conv2d_2", "dropout", "dense_2"]


def test_with_alt_a_card_is_only_moved(design: Open):
    hands = design()
    id = hands.id("dropout")
    links = hands.links()
    start, end = hands.card("dropout", 0.3), hands.between("conv2d_1", "conv2d_2")
    QTest.mousePress(hands.canvas, LEFT, ALT, start)
    hands.move_with(ALT, start, end)
    QTest.mouseRelease(hands.canvas, LEFT, ALT, end)
    assert hands.links() == links
    assert hands.document.network.by_id[id].position[1] < 2 * CARD_PITCH


def test_a_card_that_nothing_feeds_is_connected_below_an_end(design: Open):
    hands = design()
    hands.widget.view.zoom_to(0.6)
    hands.drag_kind("softmax", hands.card("dense_2", 1.5, 0))
    below = hands.card("dense_2", 0.4, 1.3)
    scene = hands.widget.view.network_scene
    said: list[str] = []
    hands.drag(hands.card("softmax", 0.3), below,
               before_drop=lambda: said.append(scene.note.words()))  # fmt: skip
    assert said[0].startswith("Connect here\nafter dense_2")
    assert ("dense_2", "softmax") in hands.links()
    places = scene.places
    assert places[hands.id("softmax")].x == places[hands.id("dense_2")].x


def test_a_merge_with_two_inputs_is_only_moved(design: Open):
    hands = design()
    hands.widget.view.zoom_to(0.6)
    hands.click(hands.card("conv2d_1", 0.3))
    hands.click(hands.card("input_1", 0.3), SHIFT)
    hands.type("concat")
    hands.press(Qt.Key.Key_Return)
    links = hands.links()
    hands.drag(hands.card("concatenate", 0.3), hands.between("dense_1", "dropout"))
    assert hands.links() == links


@pytest.mark.parametrize(
    ("key", "axis"),
    [(Qt.Key.Key_Left, 0), (Qt.Key.Key_Right, 0), (Qt.Key.Key_Up, 1), (Qt.Key.Key_Down, 1)],
)
def test_selected_cards_are_brought_in_line(design: Open, key: Qt.Key, axis: int):
    hands = design()
    ids = [hands.id(name) for name in ("conv2d_1", "flatten", "dropout")]
    shifted = {id: Point(100.0 * n, 300.0 * n) for n, id in enumerate(ids)}
    hands.widget.editor.move(shifted)
    hands.widget.selection.choose(ids)
    hands.press(key, CTRL | SHIFT)
    places = [hands.document.network.by_id[id].position for id in ids]
    assert len({at[axis] for at in places}) == 1
    assert len(set(places)) == 3
    assert "Align" in str(hands.document.undo_text)


def test_cards_are_distributed_and_centred_by_command(design: Open):
    hands = design()
    ids = [hands.id(name) for name in ("conv2d_1", "flatten", "dropout")]
    hands.widget.editor.move({ids[1]: Point(500, 100)})
    hands.widget.selection.choose(ids)
    hands.run("design.distribute_down")
    heights = sorted(hands.document.network.by_id[id].position[1] for id in ids)
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1])
    hands.run("design.align_centre")
    assert {hands.document.network.by_id[id].position[0] for id in ids} == {250.0}
    hands.widget.selection.choose(ids[:1])
    assert not hands.action("design.align_centre").isEnabled()
    assert "at least 2" in hands.action("design.align_centre").toolTip()


def test_what_is_selected_is_connected_and_disconnected_by_keys(design: Open):
    hands = design()
    hands.document.apply_network(lambda n: edits.add(n, "add", (500, 100)), T("Add"))
    for name in ("conv2d_1", "input_1", "add"):
        hands.widget.selection.add(hands.id(name))
    hands.press(Qt.Key.Key_J, CTRL | SHIFT)
    assert {("conv2d_1", "add"), ("input_1", "add")} <= hands.links()
    hands.run("design.disconnect")
    assert not {("conv2d_1", "add"), ("input_1", "add"), ("input_1", "conv2d_1")} & hands.links()
    for _ in range(2):
        hands.document.undo()
    hands.widget.selection.choose([hands.id("dense_2"), hands.id("input_1")])
    said: list[object] = []
    hands.widget.editor.refused.connect(said.append)
    hands.press(Qt.Key.Key_J, CTRL | SHIFT)
    assert "takes nothing in" in str(said[0])


def test_cards_one_exactly_on_the_other_leave_the_rest_in_place(design: Open):
    hands = design()
    ids = [hands.id("conv2d_1"), hands.id("flatten")]
    hands.widget.editor.move({ids[0]: Point(900, 40), ids[1]: Point(900, 40)})
    places = hands.widget.view.network_scene.places
    assert places[ids[0]] == (900, 40)
    assert places[ids[1]] != (900, 40)
    assert places[hands.id("dense_1")] == (0, 5 * CARD_PITCH)


def test_a_drag_back_to_where_it_began_is_no_step(design: Open):
    hands = design()
    start = hands.card("dropout", 0.3)
    QTest.mousePress(hands.canvas, LEFT, NONE, start)
    for point in (start + QPoint(60, 10), start):
        QTest.mouseMove(hands.canvas, point)
    QTest.mouseRelease(hands.canvas, LEFT, NONE, start)
    assert hands.document.undo_text is None


def test_the_context_menu_has_what_can_be_done_with_the_card_under_the_pointer(design: Open):
    hands = design()
    hands.context_menu(hands.card("flatten", 0.3))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert hands.widget.selection.ids == (hands.id("flatten"),)
    said = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert {"Cut", "Copy", "Paste", "Duplicate", "Find a layer"} <= set(said)
    assert "Align left" not in said  # that takes two
    next(a for a in menu.actions() if a.text() == "Duplicate").trigger()
    assert "flatten_1" in hands.names()
    menu.close()
    hands.context_menu(hands.between("conv2d_1", "conv2d_2"))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(a for a in menu.actions() if a.text() == "Delete\tDel").trigger()
    assert ("conv2d_1", "conv2d_2") not in hands.links()
    menu.close()
