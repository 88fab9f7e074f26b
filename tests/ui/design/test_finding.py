"""Finding layers, and the history: real keys on the real widgets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cnnstudio.core import edits
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.geometry import CARD_HEIGHT, Point
from cnnstudio.ui.widgets.buttons import Button
from tests.ui.design.hands import LEFT, NONE, Hands

Open = Callable[..., Hands]
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def current(hands: Hands) -> str:
    """The name of the current layer."""
    return hands.document.network.by_id[hands.widget.selection.current].name


def test_find_goes_from_layer_to_layer(design: Open):
    hands = design("lecture-vgg-bn")
    bar = hands.widget.find_bar
    hands.press(Key.Key_F, CTRL)
    assert bar.isVisible()
    hands.type("batch")
    first = current(hands)
    assert first.startswith("batch_normalization")
    count = len(bar.hits)
    assert count == sum("batch" in name for name in hands.names())
    assert bar.count.text() == f"1 of {count}"
    seen = [first]
    for _ in range(count):
        hands.press(Key.Key_Return)
        seen.append(current(hands))
    assert seen == [*(hands.document.network.by_id[id].name for id in bar.hits), first]
    hands.press(Key.Key_Return, SHIFT)
    assert current(hands) == seen[-2]
    at = hands.widget.view.network_scene.places[hands.widget.selection.current]
    assert hands.widget.view.visible_area().holds(at)
    hands.press(Key.Key_Escape)
    assert not bar.isVisible()
    assert hands.widget.view.hasFocus()
    hands.press(Key.Key_F3)
    assert current(hands) == first
    hands.press(Key.Key_F3, SHIFT)
    assert current(hands) == seen[-2]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("합성곱", ["conv2d_1", "conv2d_2"]),
        ("convolution", ["conv2d_1", "conv2d_2"]),
        ("maxpool", ["max_pooling2d"]),
        ("dense_2", ["dense_2"]),
        ("fc", ["dense_1", "dense_2"]),
        ("ㅇ두ㄴㄷ", ["dense_1", "dense_2"]),
        ("드롭", ["dropout"]),
        ("nothing of that name", []),
    ],
)
def test_layers_are_found_by_name_and_by_kind_in_both_languages(
    design: Open, typed: str, names: list[str]
):
    hands = design()
    bar = hands.widget.find_bar
    hands.press(Key.Key_F, CTRL)
    bar.field.setText(typed)
    assert [hands.document.network.by_id[id].name for id in bar.hits] == names
    if not names:
        assert bar.count.text() == "No layer is called that"


def test_find_follows_the_network(design: Open):
    hands = design()
    bar = hands.widget.find_bar
    hands.press(Key.Key_F3)  # nothing looked for yet: it asks
    assert bar.isVisible()
    hands.type("dense")
    gone = [hands.id("dense_1")]
    hands.document.apply_network(lambda network: edits.delete(network, gone), T("Delete"))
    assert bar.count.text() == "0 of 1"
    hands.press(Key.Key_Return)
    assert current(hands) == "dense_2"


def test_the_history_goes_to_any_step_at_once(design: Open):
    hands = design()
    states = [hands.document.network]
    for name in ("flatten", "dropout", "dense_1"):
        hands.click(hands.card(name, 0.3))
        hands.press(Key.Key_Delete)
        states.append(hands.document.network)
    hands.press(Key.Key_Z, CTRL | ALT)
    steps = hands.widget.controls.steps
    assert steps.isVisible()
    rows = [steps.list.item(row).text() for row in range(steps.list.count())]
    assert rows == ["Beginning", "Delete flatten", "Delete dropout", "Delete dense_1"]
    assert steps.list.currentRow() == 3
    item = steps.list.visualItemRect(steps.list.item(1)).center()
    QTest.mouseClick(steps.list.viewport(), LEFT, NONE, item)
    assert hands.document.network is states[1]
    assert str(hands.document.redo_text) == "Delete dropout"
    QTest.keyClick(steps.list, Key.Key_Up)
    QTest.keyClick(steps.list, Key.Key_Return)
    assert hands.document.network is states[0]
    QTest.keyClick(steps.list, Key.Key_End)
    QTest.keyClick(steps.list, Key.Key_Return)
    assert hands.document.network is states[3]
    QTest.keyClick(steps.list, Key.Key_Escape)
    assert not steps.isVisible()


def test_every_tool_over_the_canvas_is_large_enough_and_says_its_key(design: Open):
    hands = design()
    hands.press(Key.Key_F, CTRL)
    over = [*hands.widget.views.findChildren(Button)]
    assert len(over) > 12
    for button in over:
        if button.isVisible():
            assert button.width() >= 24, button.accessibleName()
            assert button.height() >= 24, button.accessibleName()
            assert button.toolTip() or button.text()
    for name in ("undo", "history", "arrange", "find"):
        assert "Ctrl" in getattr(hands.widget.controls, name).toolTip() or name == "undo"


def test_what_was_far_away_is_shown_in_the_middle_and_arranging_shows_something(design: Open):
    hands = design("lecture-vgg-bn")
    view = hands.widget.view
    last = hands.id(hands.names()[-1])
    place = view.network_scene.places
    view.zoom_to(1.0)
    view.centre_on(place[hands.id("input_1")])
    view.reveal(last)
    seen, card = view.visible_area(), place[last]
    assert abs(card.y - seen.centre.y) < CARD_HEIGHT
    view.centre_on(Point(card.x + 9000, card.y))
    hands.press(Key.Key_L, CTRL)
    assert any(view.visible_area().holds(at) for at in view.network_scene.places.values())
