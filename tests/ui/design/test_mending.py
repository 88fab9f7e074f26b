"""Errors and warnings at the card and in the panel: mended, kept, told again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.core.analysis import analyse
from cnnstudio.ui.canvas.cards import CARD_WIDTH
from cnnstudio.ui.canvas.faces import Severity
from cnnstudio.ui.canvas.geometry import Point
from cnnstudio.ui.design.problem_popover import ProblemPopover
from tests.ui.design.hands import LEFT, Hands

Open = Callable[..., Hands]
ALT = Qt.KeyboardModifier.AltModifier


def popovers() -> list[ProblemPopover]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return [w for w in app.topLevelWidgets() if isinstance(w, ProblemPopover) and w.isVisible()]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    for popover in popovers():
        popover.close()


def mark_of(hands: Hands, name: str) -> QPoint:
    """The mark of a card, in viewport pixels."""
    at = hands.widget.view.network_scene.places[hands.id(name)]
    return hands.on_screen(Point(at.x + CARD_WIDTH - 2, at.y + 2))


def test_the_mark_opens_what_is_told_and_its_button_mends_it(design: Open):
    hands = design()
    hands.click(mark_of(hands, "dense_1"))
    (popover,) = popovers()
    (notice,) = popover.notices
    assert hands.widget.selection.current == hands.id("dense_1")
    assert notice.what.text().startswith("dense_1 holds 98.2 % of all parameters")
    assert "10,816 values" in notice.why.text()
    assert notice.origin is not None
    assert notice.origin.text().startswith("Advice of the studio")
    sheet = popover.rect()
    for button in notice.buttons:
        assert sheet.contains(button.geometry().translated(button.parentWidget().pos()))
    QTest.mouseClick(notice.buttons[0], LEFT)
    assert popovers() == []
    assert "global_average_pooling2d" in hands.names()
    assert analyse(hands.document.network).total_params == 26_326
    hands.document.undo()
    assert "flatten" in hands.names()


def test_the_keyboard_keeps_a_warning_and_the_panel_tells_it_again(design: Open):
    hands = design()
    widget = hands.widget
    widget.selection.choose([hands.id("dense_1")])
    hands.press(Qt.Key.Key_Return, ALT)
    (popover,) = popovers()
    first, keep = popover.notices[0].buttons
    QApplication.processEvents()
    assert popover.focusWidget() is first
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert popover.focusWidget() is keep
    QTest.keyClick(keep, Qt.Key.Key_Space)
    scene, id = widget.view.network_scene, hands.id("dense_1")
    assert scene.face(id).severity is Severity.NONE
    assert widget.dock.problems.count() == 0
    assert str(hands.document.undo_text) == "Keep a warning of dense_1"
    again = widget.layer_panel.problems.again
    assert again.isVisible()
    assert again.text() == "1 warning kept: show it again"
    QTest.mouseClick(again, LEFT)
    assert scene.face(id).severity is Severity.WARNING
    assert not again.isVisible()
    hands.document.undo()
    hands.document.undo()
    assert scene.face(id).severity is Severity.WARNING


def test_without_anything_told_the_action_says_so(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_1")])
    hands.press(Qt.Key.Key_Return, ALT)
    assert popovers() == []


def test_an_error_at_the_card_is_mended_but_not_kept(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_2")])
    hands.widget.editor.set_parameter(hands.id("conv2d_2"), "kernel_size", 40)
    hands.click(mark_of(hands, "conv2d_2"))
    (popover,) = popovers()
    texts = [button.text() for button in popover.notices[0].buttons]
    assert texts == ["Set padding to 'same'", "Set kernel_size to (28, 28)"]
    assert popover.notices[0].origin is None
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    assert popovers() == []
    hands.click(mark_of(hands, "conv2d_2"))
    QTest.mouseClick(popovers()[0].notices[0].buttons[0], LEFT)
    assert analyse(hands.document.network).errors == ()


def test_a_card_far_away_has_no_mark_to_hit(design: Open):
    hands = design()
    hands.widget.view.zoom_to(0.3)
    hands.click(mark_of(hands, "dense_1"))
    assert popovers() == []
