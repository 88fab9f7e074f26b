"""Designing with the mouse: real events on the real widgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.core.network import Link
from cnnstudio.ui.canvas.geometry import ROW, Point
from cnnstudio.ui.canvas.pan_zoom import READABLE_ZOOM
from tests.ui.design.hands import LEFT, NONE, Hands

Open = Callable[..., Hands]


def test_a_layer_dragged_from_the_palette_stands_where_it_was_dropped(design: Open):
    hands = design("")
    hands.drag_kind("input", QPoint(400, 300))
    assert hands.names() == ["input"]
    at = hands.widget.view.network_scene.places[hands.id("input")]
    card = hands.on_screen(at)
    assert card.x() < 400 < card.x() + 304
    assert card.y() < 300 < card.y() + 56
    assert hands.widget.selection.current == hands.id("input")


def test_dragging_onto_a_link_opens_the_chain_and_inserts_there(design: Open):
    hands = design()
    scene = hands.widget.view.network_scene
    place = scene.places[hands.id("conv2d_2")]
    seen: list[str] = []

    def look() -> None:
        assert scene.slot.isVisible()
        assert scene.cards[hands.id("conv2d_2")].pos().y() == place.y + ROW
        seen.append(scene.note.words())
        assert len(hands.document.network.layers) == 8  # nothing is done before the drop

    hands.drag_kind("batch_normalization", hands.between("conv2d_1", "conv2d_2"), before_drop=look)
    assert hands.names()[1:4] == ["conv2d_1", "batch_normalization", "conv2d_2"]
    assert ("conv2d_1", "conv2d_2") not in hands.links()
    assert "between conv2d_1 and conv2d_2" in seen[0]
    assert "+128 parameters (+64 trainable)" in seen[0]
    assert not scene.slot.isVisible()
    hands.document.undo()
    assert len(hands.document.network.layers) == 8
    assert ("conv2d_1", "conv2d_2") in hands.links()


def test_dropping_below_the_last_card_connects_it(design: Open):
    hands = design()
    below = hands.card("dense_2", 0.4, 1.3)
    hands.drag_kind("softmax", below)
    assert ("dense_2", "softmax") in hands.links()


def test_escape_during_a_drag_from_the_palette_leaves_everything(design: Open):
    hands = design()
    before = hands.document.project

    def escape() -> None:
        QTest.keyClick(hands.widget.palette_panel.kinds, Qt.Key.Key_Escape)

    hands.drag_kind("dropout", hands.between("conv2d_1", "conv2d_2"), before_drop=escape)
    assert hands.document.project is before
    assert not hands.widget.view.network_scene.slot.isVisible()


def test_a_drop_beside_the_canvas_does_nothing(design: Open):
    hands = design()
    before = hands.document.project
    hands.drag_kind("dropout", QPoint(-60, 300))
    assert hands.document.project is before


def test_a_link_is_drawn_from_an_output_to_an_input(design: Open):
    hands = design()
    link = Link(hands.id("conv2d_1"), hands.id("conv2d_2"))
    hands.widget.editor.unlink(link)
    hands.drag(hands.output("conv2d_1"), hands.input("conv2d_2") + QPoint(9, -3))
    assert ("conv2d_1", "conv2d_2") in hands.links()
    hands.document.undo()
    assert ("conv2d_1", "conv2d_2") not in hands.links()
    hands.drag(hands.input("conv2d_2"), hands.output("conv2d_1"))  # from the other end
    assert ("conv2d_1", "conv2d_2") in hands.links()


def test_a_link_that_no_layer_takes_is_refused_with_the_reason(design: Open):
    hands = design()
    scene = hands.widget.view.network_scene
    before = hands.document.network
    said: list[str] = []
    hands.drag(
        hands.output("flatten"),
        hands.input("conv2d_1"),
        before_drop=lambda: said.append(scene.note.words()),
    )
    assert hands.document.network is before
    assert "flatten" in said[0]
    assert "conv2d_1" in said[0]
    assert not scene.note.isVisible()


def test_a_shape_that_does_not_fit_is_refused_with_both_names(design: Open):
    hands = design()
    hands.drag_kind("conv2d", QPoint(640, 200))
    said: list[str] = []
    scene = hands.widget.view.network_scene
    hands.drag(
        hands.output("dense_1"),
        hands.input("conv2d"),
        before_drop=lambda: said.append(scene.note.words()),
    )
    assert "conv2d needs rows, columns and channels, but dense_1 gives 100 values." in said[0]
    assert ("dense_1", "conv2d") not in hands.links()


def test_an_end_of_a_link_is_moved_to_another_layer(design: Open):
    hands = design()
    hands.drag(hands.input("dropout"), hands.input("dense_2"))
    assert ("dense_1", "dense_2") in hands.links()
    assert ("dropout", "dense_2") not in hands.links()


def test_a_link_end_dropped_nowhere_takes_the_link_away(design: Open):
    hands = design()
    hands.drag(hands.input("dropout"), hands.card("dropout", 1.6, 0))
    assert ("dense_1", "dropout") not in hands.links()


def test_a_link_drawn_into_the_open_asks_for_the_layer_to_put_there(design: Open):
    hands = design()
    hands.drag(hands.output("dense_2"), hands.output("dense_2") + QPoint(180, 20))
    hands.type("soft")
    hands.press(Qt.Key.Key_Return)
    assert ("dense_2", "softmax") in hands.links()


def test_a_merge_takes_a_second_link(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_1")])
    hands.widget.view.setFocus()
    hands.type("add")
    hands.press(Qt.Key.Key_Return)
    assert ("conv2d_1", "add") in hands.links()
    hands.drag(hands.output("input_1"), hands.input("add", 1))
    assert ("input_1", "add") in hands.links()
    assert hands.widget.view.network_scene.ports[hands.id("add")] == 3  # one stays free


def test_a_card_is_moved_and_the_move_undone(design: Open):
    hands = design()
    id = hands.id("dropout")
    home = hands.document.network.by_id[id].position
    hands.drag(hands.card("dropout", 0.3), hands.card("dropout", 0.3) + QPoint(130, 31))
    moved = hands.document.network.by_id[id].position
    assert (moved[0] - home[0], moved[1] - home[1]) == (130, 31)
    hands.document.undo()
    assert hands.document.network.by_id[id].position == home


def test_escape_takes_a_move_back(design: Open):
    hands = design()
    before = hands.document.project
    start = hands.card("dropout", 0.3)
    QTest.mousePress(hands.canvas, LEFT, NONE, start)
    QTest.mouseMove(hands.canvas, start + QPoint(90, 90))
    card = hands.widget.view.network_scene.cards[hands.id("dropout")]
    assert card.look.dragged
    hands.press(Qt.Key.Key_Escape)
    QTest.mouseRelease(hands.canvas, LEFT, NONE, start + QPoint(90, 90))
    assert hands.document.project is before
    assert not card.look.dragged
    assert card.pos() == QPointF(*hands.widget.view.network_scene.places[hands.id("dropout")])


def test_a_rubber_band_selects_what_it_touches_and_delete_heals(design: Open):
    hands = design()
    start = hands.card("max_pooling2d", -0.1, 0.5)
    hands.drag(start, hands.card("flatten", 0.5, 0.2))
    assert set(hands.widget.selection.ids) == {hands.id("max_pooling2d"), hands.id("flatten")}
    hands.press(Qt.Key.Key_Delete)
    assert ("conv2d_2", "dense_1") in hands.links()
    assert hands.widget.selection.current == hands.id("dense_1")
    hands.document.undo()
    assert len(hands.document.network.layers) == 8


def test_shift_click_adds_and_takes_out(design: Open):
    hands = design()
    shift = Qt.KeyboardModifier.ShiftModifier
    hands.click(hands.card("flatten", 0.3))
    hands.click(hands.card("dense_1", 0.3), shift)
    assert hands.widget.selection.ids == (hands.id("flatten"), hands.id("dense_1"))
    hands.click(hands.card("flatten", 0.3), shift)
    assert hands.widget.selection.ids == (hands.id("dense_1"),)


def test_a_link_is_selected_by_a_click_and_deleted(design: Open):
    hands = design()
    hands.widget.editor.move({hands.id("dense_2"): Point(60, 700)})
    hands.click(hands.between("dropout", "dense_2"))
    assert hands.widget.selection.link == Link(hands.id("dropout"), hands.id("dense_2"))
    hands.press(Qt.Key.Key_Delete)
    assert ("dropout", "dense_2") not in hands.links()


def test_the_wheel_zooms_about_the_pointer(design: Open):
    hands = design()
    view = hands.widget.view
    at = hands.card("conv2d_1", 0.2)
    under = view.to_canvas(at)
    event = QWheelEvent(
        QPointF(at), QPointF(hands.canvas.mapToGlobal(at)), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    zoom = view.zoom
    QApplication.sendEvent(hands.canvas, event)
    assert view.zoom > zoom
    now = view.to_canvas(at)
    assert abs(now.x - under.x) < 1.5
    assert abs(now.y - under.y) < 1.5


def test_the_middle_button_and_space_pan(design: Open):
    hands = design()
    view = hands.widget.view
    for hold_space in (False, True):
        before = view.visible_area()
        if hold_space:
            QTest.keyPress(view, Qt.Key.Key_Space)
        button = LEFT if hold_space else Qt.MouseButton.MiddleButton
        hands.drag(QPoint(300, 300), QPoint(360, 330), button)
        QTest.keyRelease(view, Qt.Key.Key_Space)
        after = view.visible_area()
        assert (before.x - after.x, before.y - after.y) == (60 / view.zoom, 30 / view.zoom)
    assert hands.document.undo_text is None


def test_a_click_on_a_shape_or_a_count_shows_where_it_comes_from(design: Open):
    hands = design()
    scene, panel = hands.widget.view.network_scene, hands.widget.layer_panel
    for area, quantities, value in (
        ("shape_area", ["rows", "columns"], 26),
        ("count_area", ["parameters"], 18496),
    ):
        card = scene.cards[hands.id("conv2d_2")]
        hands.click(hands.on_screen(card.mapToScene(getattr(card, area).center())))
        marked = [row for row in panel.derivation.rows if row.marked]
        assert marked[0].quantities == quantities
        assert marked[0].reason[1].value == value


def test_the_minimap_goes_where_it_is_pressed(design: Open):
    hands = design("lecture-vgg-bn")
    view = hands.widget.view
    view.zoom_to(1.0)
    QTest.mouseClick(hands.widget.controls.minimap, LEFT, NONE, QPoint(52, 8))
    top = view.visible_area().centre.y
    QTest.mouseClick(hands.widget.controls.minimap, LEFT, NONE, QPoint(52, 84))
    assert view.visible_area().centre.y > top + 500


def test_an_undo_during_a_gesture_ends_it(design: Open):
    hands = design()
    hands.widget.editor.delete([hands.id("flatten")])
    start = hands.card("dropout", 0.3)
    QTest.mousePress(hands.canvas, LEFT, NONE, start)
    QTest.mouseMove(hands.canvas, start + QPoint(90, 90))
    hands.document.undo()
    QTest.mouseRelease(hands.canvas, LEFT, NONE, start + QPoint(90, 90))
    assert hands.widget.view.gesture is None
    assert "flatten" in hands.names()
    assert hands.document.undo_text is None


def test_the_minimap_is_there_while_something_is_out_of_view(design: Open):
    hands = design()
    view, minimap = hands.widget.view, hands.widget.controls.minimap
    assert view.shows_everything()
    assert not minimap.isVisible()
    view.zoom_to(2.0)
    assert minimap.isVisible()
    view.fit_all()
    assert not minimap.isVisible()


def test_a_long_network_begins_at_a_readable_zoom_and_is_shown_whole_when_asked(design: Open):
    hands = design("lecture-vgg-bn", 1280, 700)
    view = hands.widget.view
    hands.widget.dock.show_page(hands.widget.dock.summary)
    QApplication.processEvents()
    assert view.height() < 500
    assert view.zoom == READABLE_ZOOM
    seen = view.visible_area()
    first = view.network_scene.places[hands.id("input_1")]
    assert seen.y < first.y < seen.y + seen.height / 2
    assert hands.widget.controls.minimap.isVisible()
    view.fit_all()
    assert view.zoom < READABLE_ZOOM
    assert view.shows_everything()
