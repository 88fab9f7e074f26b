"""What a screen reader finds on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication

from cnnstudio.ui.canvas.accessible import CardAccessible
from tests.ui.design.hands import Hands

Open = Callable[..., Hands]
Name = QAccessible.Text.Name


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    """Somebody listens."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def canvas(hands: Hands) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(hands.widget.view)


def cards(hands: Hands) -> list[QAccessibleInterface]:
    found = canvas(hands)
    children = [found.child(n) for n in range(found.childCount())]
    return [child for child in children if isinstance(child, CardAccessible)]


def test_every_card_is_an_item_with_name_place_and_state(design: Open):
    hands = design()
    view = hands.widget.view
    assert "8 layers" in canvas(hands).text(Name)
    found = cards(hands)
    assert [card.text(Name).split(",")[0] for card in found] == hands.names()
    assert found[2].text(Name) == "conv2d_2, Conv2D, output 26 by 26 by 64, 18,496 parameters"
    assert "warning:" in found[5].text(Name)
    assert found[2].role() == QAccessible.Role.ListItem
    middle = found[2].rect().center()
    assert view.network_scene.card_at(
        view.to_canvas(view.viewport().mapFromGlobal(middle))
    ) == hands.id("conv2d_2")
    under = canvas(hands).childAt(middle.x(), middle.y())
    assert under.text(Name) == found[2].text(Name)
    assert canvas(hands).indexOfChild(found[2]) == canvas(hands).indexOfChild(found[1]) + 1
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Down)
    assert found[1].state().selected
    assert found[1].state().focused
    assert not found[2].state().selected
    assert canvas(hands).focusChild().text(Name) == found[1].text(Name)


def test_the_tools_over_the_canvas_are_there_too(design: Open):
    hands = design()
    tools = hands.widget.controls.tools
    at = tools.mapToGlobal(QPoint(10, 10))
    assert isinstance(canvas(hands).childAt(at.x(), at.y()).object(), type(tools))


def test_names_follow_the_network_and_gone_cards_say_nothing(design: Open):
    hands = design()
    found = cards(hands)
    gone = hands.id("flatten")
    hands.widget.editor.delete([gone])
    QApplication.processEvents()
    left = cards(hands)
    assert [card.text(Name).split(",")[0] for card in left] == hands.names()
    assert left[0].text(Name) == found[0].text(Name)
    hands.document.undo()
    assert len(cards(hands)) == 8
    hands.widget.view.pan_by(QPoint(5000, 0))
    assert cards(hands)[0].state().offscreen
