"""Blocks with real events: made, opened, used again, brought from the palette, swapped."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from cnnstudio.core.blocks.offers import LIBRARY
from cnnstudio.core.network import Block
from cnnstudio.ui.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, ROW, Point, output_port
from cnnstudio.ui.design.block_panel import ONLY_HERE
from cnnstudio.ui.design.palette import BLOCKS, LAYERS
from tests.ui.design.hands import LEFT, NONE, Hands

Open = Callable[..., Hands]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
OFFERS = {offer.id.split()[1]: offer for offer in LIBRARY}


def block(hands: Hands, name: str) -> Block:
    """The block with this name."""
    return next(one for one in hands.document.network.blocks if one.name == name)


def card(hands: Hands, name: str) -> QPoint:
    """The middle of a collapsed block's card."""
    at = hands.widget.view.network_scene.places[block(hands, name).id]
    return hands.on_screen(Point(at.x + CARD_WIDTH / 2, at.y + CARD_HEIGHT / 2))


def title(hands: Hands, name: str) -> QPoint:
    """The name at the frame of an open block."""
    area = hands.widget.view.network_scene.frames.items[block(hands, name).id].title_area
    return hands.on_screen(Point(area.x + 8, area.y + 10))


def make_block(hands: Hands, *names: str) -> None:
    """Selects cards and makes a block of them, with the name that is offered."""
    hands.click(hands.card(names[0]))
    for name in names[1:]:
        hands.click(hands.card(name), CTRL)
    hands.press(Qt.Key.Key_G, CTRL)


def test_selected_layers_become_a_block_that_is_named_closed_and_opened(design: Open):
    hands = design()
    scene, before = hands.widget.view.network_scene, hands.document.network
    make_block(hands, "conv2d_1", "max_pooling2d")
    assert set(block(hands, "block").members) == {hands.id(n) for n in hands.names()[1:4]}
    assert hands.focus() is hands.widget.blocks.panel.name_row.name
    hands.type("stem")
    hands.press(Qt.Key.Key_Return)
    assert hands.focus() is hands.widget.view
    assert scene.frames.items[block(hands, "stem").id].isVisible()
    QTest.mouseClick(hands.widget.blocks.panel.fold, LEFT)
    assert block(hands, "stem").collapsed
    QTest.mouseClick(hands.widget.blocks.panel.fold, LEFT)
    assert not block(hands, "stem").collapsed
    QTest.mouseDClick(hands.canvas, LEFT, NONE, title(hands, "stem"))
    id = block(hands, "stem").id
    assert block(hands, "stem").collapsed
    assert list(scene.places) == [hands.id("input_1"), id, *map(hands.id, hands.names()[4:])]
    assert scene.places[hands.id("flatten")].y == scene.places[id].y + ROW
    assert scene.face(id).detail == "Block · 3 layers"
    assert (scene.face(id).shape, scene.face(id).count) == ("13×13×64", "18,816")
    spoken = hands.widget.view.accessibleDescription()
    assert spoken == "stem, Block, 3 layers, output 13 by 13 by 64, 18,816 parameters"
    hands.press(Qt.Key.Key_Return)
    assert not block(hands, "stem").collapsed
    assert scene.frames.items[id].isVisible()
    hands.press(Qt.Key.Key_G, CTRL | SHIFT)
    assert hands.document.network.blocks == ()
    while hands.document.undo_text is not None:
        hands.document.undo()
    assert hands.document.network is before


def test_a_collapsed_block_is_moved_linked_and_deleted_like_a_layer(design: Open):
    hands = design()
    make_block(hands, "conv2d_2", "max_pooling2d")
    hands.widget.view.setFocus()
    hands.press(Qt.Key.Key_F, CTRL | SHIFT)
    scene, whole = hands.widget.view.network_scene, hands.document.network
    hands.drag(card(hands, "block"), card(hands, "block") + QPoint(380, 0))
    moved = hands.document.network
    apart = {moved.by_id[id].position[0] - whole.by_id[id].position[0] for id in
             block(hands, "block").members}  # fmt: skip
    assert len(apart) == 1
    assert apart.pop() > 300
    start = hands.on_screen(output_port(scene.places[block(hands, "block").id]))
    hands.drag(start, hands.input("dense_1"))
    assert ("max_pooling2d", "dense_1") in hands.links()
    hands.document.undo()
    hands.click(card(hands, "block"))
    hands.press(Qt.Key.Key_Delete)
    assert hands.names() == ["input_1", "conv2d_1", "flatten", "dense_1", "dropout", "dense_2"]
    assert ("conv2d_1", "flatten") in hands.links()
    assert hands.document.network.blocks == ()


def test_what_is_changed_in_one_use_changes_in_all_but_only_here(design: Open):
    hands = design()
    make_block(hands, "conv2d_2", "max_pooling2d")
    hands.widget.view.setFocus()
    hands.press(Qt.Key.Key_B, CTRL | SHIFT)
    network = hands.document.network
    assert [one.pattern for one in network.blocks] == ["block", "block"]
    assert hands.widget.selection.ids == (block(hands, "block_1").id,)
    assert hands.widget.view.network_scene.face(block(hands, "block_1").id).detail == (
        "Block · 2 layers · used 2 times"
    )
    first, second = (next(iter(one.members)) for one in network.blocks)

    def filters() -> tuple[object, ...]:
        return tuple(hands.document.network.by_id[id].params["filters"] for id in (first, second))

    def set_filters(value: int) -> None:
        form = hands.widget.layer_panel.form
        assert form is not None
        form.changed.emit("filters", value)

    hands.click(hands.card("conv2d_2"))
    strip = hands.widget.blocks.strip
    assert strip.reach.isVisible()
    set_filters(24)
    assert filters() == (24, 24)
    QTest.mouseClick(strip.reach.findChildren(QPushButton)[1], LEFT)
    assert strip.reach.value == ONLY_HERE
    set_filters(48)
    assert filters() == (48, 24)
    hands.click(hands.card("conv2d_1"))
    hands.click(hands.card("conv2d_2"))
    assert strip.reach.value != ONLY_HERE
    (button,) = strip.own
    QTest.mouseClick(button, LEFT)
    assert filters() == (24, 24)
    assert strip.own == []


def drag_block(hands: Hands, id: str, to: QPoint, look: Callable[[], object] | None = None) -> None:
    """Drags a block from the palette's page of blocks."""
    palette = hands.widget.palette_panel
    QTest.mouseClick(palette.tabs.tab(BLOCKS), LEFT)
    item = palette.kinds.row_of(OFFERS[id])
    assert item is not None
    source = palette.kinds.viewport()
    start = palette.kinds.visualItemRect(item).center()
    end = source.mapFromGlobal(hands.canvas.mapToGlobal(to))
    QTest.mousePress(source, LEFT, NONE, start)
    for step in range(1, 6):
        QTest.mouseMove(source, start + (end - start) * step / 5)
    if look is not None:
        look()
    QTest.mouseRelease(source, LEFT, NONE, end)


def test_a_block_of_the_library_is_dragged_onto_a_link_and_fits_there(design: Open):
    hands = design()
    scene, notes = hands.widget.view.network_scene, []

    def look() -> None:
        notes.append(scene.note.words())
        assert scene.slot.isVisible()
        assert hands.document.network.blocks == ()

    drag_block(hands, "residual", hands.between("conv2d_1", "conv2d_2"), look)
    assert "between conv2d_1 and conv2d_2" in notes[0]
    assert "+18,688 parameters" in notes[0]
    made = block(hands, "residual")
    assert hands.widget.selection.ids == (made.id,)
    assert scene.face(made.id).shape == "28×28×32"
    assert "1512.03385" in hands.widget.blocks.panel.paper.text()
    assert ("conv2d_1", "add") in hands.links()  # what came in is added as it is
    QTest.mouseClick(hands.widget.palette_panel.tabs.tab(LAYERS), LEFT)
    hands.drag_kind("dropout", hands.on_screen(scene.paths[scene.network.incoming[made.id][0]][0]
                                               .at(0.5)))  # fmt: skip
    assert ("dropout_1", "add") in hands.links()
    assert ("dropout_1", "conv2d") in hands.links()
    hands.widget.show_layer(hands.id("add"))  # a layer inside
    assert scene.cards[made.id].look.selected
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_F, CTRL)
    hands.type("residu")
    assert hands.widget.selection.ids == (made.id,)


def test_typing_in_the_palette_finds_layers_and_blocks_of_library_and_project(design: Open):
    hands = design()
    make_block(hands, "conv2d_2", "max_pooling2d")
    palette = hands.widget.palette_panel
    palette.search.setFocus()
    hands.type("squeeze")
    assert [palette.kinds.item(row).text() for row in range(palette.kinds.count())] == [
        *("Library", "Squeeze-and-excitation"),
        *("Whole networks", "MobileNetV3Small", "MobileNetV3Large"),
    ]
    hands.click(hands.card("conv2d_1"))
    palette.search.setFocus()
    hands.press(Qt.Key.Key_Return)
    assert ("conv2d_1", "multiply") in hands.links()
    palette.search.setText("block")
    assert "In this project" in [palette.kinds.item(r).text() for r in range(palette.kinds.count())]


def test_a_block_is_added_by_typing_its_name_on_the_canvas(design: Open):
    hands = design()
    hands.click(hands.card("conv2d_1"))
    hands.type("vgg")
    hands.press(Qt.Key.Key_Return)
    assert block(hands, "vgg").collapsed
    assert ("conv2d_1", "conv2d") in hands.links()
    assert ("max_pooling2d_1", "conv2d_2") in hands.links()
    hands.type("inv")
    assert hands.widget.view.quick.list.count() == 2  # stride 1 and 2
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Return)
    assert block(hands, "inverted_residual").pattern == "inverted_residual"


def test_flatten_and_hidden_dense_layers_are_swapped_for_gap_and_the_saving_is_told(design: Open):
    hands = design()
    told: list[str] = []
    hands.widget.blocks.news.connect(lambda text: told.append(str(text)))
    hands.click(hands.card("flatten"))
    strip = hands.widget.blocks.swap_strip
    assert [button.text() for button in strip.buttons] == [
        "Swap Flatten + Dense for GAP  −1,082,060",
        "Swap Flatten for GAP  −1,075,200",
    ]
    QTest.mouseClick(strip.buttons[0], LEFT)
    kinds = [node.kind for node in hands.document.network.layers[4:]]
    assert kinds == ["global_average_pooling2d", "dropout", "dense"]
    saved = "1,101,526 → 19,466 parameters, 1,082,060 saved"
    assert strip.result.text() == saved
    assert saved in hands.widget.view.network_scene.note.words()
    assert told == [f"Swap Flatten + Dense for GAP: {saved}"]
    hands.document.undo()
    assert hands.names()[4:6] == ["flatten", "dense_1"]
    assert not hands.widget.view.network_scene.note.isVisible()
