"""A thousand layers on the canvas: what a change or a frame costs, in work done, not in time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.core.project import Project
from cnnstudio.ui.canvas import cards
from cnnstudio.ui.canvas.cards import CardItem
from cnnstudio.ui.canvas.geometry import card_rect
from cnnstudio.ui.design import code_editing, dock
from tests.fakes.networks import long_chain
from tests.ui.design.hands import Hands

Open = Callable[..., Hands]


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the cards that are painted, and the texts that are laid out."""
    counts: Counter[str] = Counter()
    paint, laid_out = CardItem.paint, cards.laid_out

    def counted(card: CardItem, painter: QPainter, *more: Any) -> None:
        counts["cards"] += 1
        paint(card, painter, *more)

    def counted_text(text: str, role: str) -> Any:
        counts["texts"] += 1
        return laid_out(text, role)

    monkeypatch.setattr(CardItem, "paint", counted)
    monkeypatch.setattr(cards, "laid_out", counted_text)
    return counts


def opened(design: Open, count: int) -> Hands:
    """A Design workspace with a chain of `count` layers."""
    hands = design("")
    hands.document.load(Project(network=long_chain(count)))
    QApplication.processEvents()
    return hands


def in_view(hands: Hands) -> int:
    """How many cards have a part in view, or are near enough for a shadow of theirs to have one."""
    seen = hands.widget.view.visible_area().grown(120)
    places = hands.widget.view.network_scene.places
    return sum(seen.meets(card_rect(at)) for at in places.values())


def frame(hands: Hands) -> None:
    """Paints the whole canvas."""
    hands.canvas.repaint()


def test_the_whole_of_a_thousand_layers_can_be_seen(design: Open):
    hands = opened(design, 1000)
    hands.press(Qt.Key.Key_Home)
    assert in_view(hands) == 1000
    assert hands.widget.view.visible_area().height > 1000 * 56
    assert float(hands.widget.controls.zoom_bar.percent.text().removesuffix(" %")) > 0


def test_only_what_is_in_view_is_painted_and_its_words_are_laid_out_once(
    design: Open, painted: Counter[str]
):
    hands = opened(design, 1000)
    hands.widget.view.zoom_to(1.0)
    frame(hands)
    painted.clear()
    frame(hands)
    assert 0 < painted["cards"] <= in_view(hands) < 22
    assert painted["texts"] == 0
    hands.widget.view.fit()
    painted.clear()
    frame(hands)
    assert 100 < painted["cards"] <= in_view(hands)
    assert painted["texts"] == 0


def test_another_name_changes_one_card_and_no_link(design: Open):
    hands = opened(design, 1000)
    scene = hands.widget.view.network_scene
    faces = {id: card.face for id, card in scene.cards.items()}
    places, paths, items = scene.places, scene.paths, dict(scene.links)
    hands.widget.editor.rename("n500", "the middle")
    changed = [id for id, card in scene.cards.items() if card.face is not faces[id]]
    assert changed == ["n500"]
    assert (scene.places, scene.paths) == (places, paths)
    assert scene.paths is paths
    assert all(scene.links[link] is item for link, item in items.items())


def test_what_can_not_be_seen_is_not_written(design: Open, monkeypatch: pytest.MonkeyPatch):
    written: list[str] = []

    def counted(name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            written.append(name)
            return write(*given)

        return call

    monkeypatch.setattr(code_editing, "write_model", counted("code", code_editing.write_model))
    monkeypatch.setattr(dock, "model_summary", counted("summary", dock.model_summary))
    hands = design(width=1280)
    hands.widget.dock.show_page(None)
    written.clear()
    hands.widget.editor.set_parameter("n1", "shape", [32, 32, 1])
    QTest.qWait(2 * dock.AFTER_FRAME)
    assert written == []
    hands.widget.dock.show_page(hands.widget.code)
    assert written == ["code"]


def test_ten_times_the_layers_cost_about_ten_times_the_work(design: Open):
    seconds = {}
    for count in (100, 1000):
        hands = opened(design, count)
        hands.widget.selection.choose(["n0"])
        times = []
        for size in range(65, 69):
            began = time.thread_time()
            hands.widget.editor.set_parameter("n0", "shape", [size, size, 3])
            times.append(time.thread_time() - began)
        shape = hands.widget.view.network_scene.face(f"n{count - 3}").shape
        assert shape == "68×68×16"
        seconds[count] = min(times)
    assert seconds[1000] <= 15 * seconds[100]
