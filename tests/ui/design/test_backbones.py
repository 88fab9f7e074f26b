"""Whole networks from the palette with real events; a fake engine builds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.backbones import backbone
from cnnstudio.core.project import Project
from cnnstudio.ui.design.backbone_desk import BackboneDesk
from cnnstudio.ui.design.palette import BLOCKS
from tests.fakes.engines import fake_client, nothing_left
from tests.ui.design.hands import LEFT, Hands

Open = Callable[..., Hands]


@pytest.fixture
def desk(
    design: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[Hands, BackboneDesk]]]:
    """Opens a Design workspace whose engines are fakes; nothing of them is left behind."""
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    hire = lambda: fake_client(tmp_path / "engine.log", role="bench")  # noqa: E731
    opened: list[BackboneDesk] = []

    def open_desk(sample: str = "lecture-cnn", **more: Any) -> tuple[Hands, BackboneDesk]:
        hands = design(sample, **more)
        hands.widget.backbones.loader._hire = hire
        opened.append(hands.widget.backbones)
        return hands, hands.widget.backbones

    with nothing_left():
        yield open_desk
        for one in opened:
            one.loader.close()


def choose(hands: Hands, name: str) -> None:
    """Finds an entry of the palette and presses Enter on it."""
    palette = hands.widget.palette_panel
    palette.show_page(BLOCKS)
    palette.search.setFocus()
    QTest.keyClicks(palette.search, name)
    QTest.keyClick(palette.search, Qt.Key.Key_Return)


def test_a_network_is_chosen_asked_about_and_added_in_one_step(desk: Any, qtbot: Any) -> None:
    hands, there = desk()
    hands.click(hands.card("input_1"))
    before = hands.document.network
    choose(hands, "MobileNetV3Small")
    form = there.form
    assert form.isVisible()
    assert form.title.text() == "MobileNetV3Small"
    assert (form.choice.size, form.choice.channels) == (224, 3), "28 rows are too few for it"
    assert form.choice.pretrained
    assert form.add.text() == "Download and add"
    assert "downloaded once, about" in form.source.text()
    QTest.mouseClick(form.weights.findChildren(type(form.weights._group.button(0)))[0], LEFT)
    assert not form.choice.pretrained
    assert not form.frozen.isEnabled()
    assert form.add.text() == "Add"
    QTest.mouseClick(form.add, LEFT)
    assert not form.isVisible()
    assert there.bar.isVisible()
    qtbot.waitUntil(lambda: hands.document.network is not before)
    assert not there.bar.isVisible()
    (block,) = hands.document.network.blocks
    assert block.collapsed
    assert hands.widget.selection.ids == (block.id,)
    assert hands.names()[:5] == ["input_1", "grey_to_rgb", "resizing", "conv1", "relu"]
    assert analyse(hands.document.network).nodes[hands.id("relu")].output == (222, 222, 4)
    assert "squeeze-and-excite" in hands.widget.blocks.panel.help.text()
    assert hands.document.undo_text is not None
    assert str(hands.document.undo_text) == "Add MobileNetV3Small"
    hands.document.undo()
    assert hands.document.network is before


def test_a_download_is_watched_and_given_up(desk: Any, qtbot: Any) -> None:
    hands, there = desk()
    before = hands.document.network
    choose(hands, "VGG19")
    QTest.keyClick(there.form, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: there.bar.words.accessibleName().startswith("Downloading"))
    assert there.bar.words.accessibleName() == "Downloading VGG19: 20 MB of 80 MB"
    assert there.bar.progress.accessibleName() == "25%"
    QTest.mouseClick(there.bar.cancel, LEFT)
    assert not there.bar.isVisible()
    qtbot.waitUntil(lambda: not there.loader._engines)
    assert hands.document.network is before


def test_what_cannot_be_had_is_told_of(desk: Any, qtbot: Any) -> None:
    hands, there = desk()
    said: list[str] = []
    there.failed.connect(lambda text: said.append(str(text)))
    choose(hands, "VGG16")
    form = there.form
    form.size_field.setFocus()
    form.size_field.selectAll()
    QTest.keyClicks(form.size_field, "20")
    QTest.keyClick(form.size_field, Qt.Key.Key_Tab)
    assert "takes pictures of 32 to 2,048 rows" in form.problem.text()
    assert not form.add.isEnabled()
    QTest.keyClick(form.size_field, Qt.Key.Key_Up)
    assert form.add.isEnabled()
    QTest.keyClick(form, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: said == ["There is no way to the server."])
    assert not there.bar.isVisible()


def test_another_project_gives_up_what_was_meant_for_this_one(desk: Any, qtbot: Any) -> None:
    hands, there = desk()
    there.ask(backbone("VGG19"))
    there.form.add.click()
    qtbot.waitUntil(lambda: bool(there.loader._engines))
    hands.document.load(Project())
    assert not there.loader.running


def test_an_empty_project_gets_an_input_too(desk: Any, qtbot: Any) -> None:
    hands, there = desk("")
    choose(hands, "ResNet50")
    assert there.form.choice.size == 224
    QTest.keyClick(there.form, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(hands.document.network.blocks))
    assert hands.document.network.by_id[hands.document.network.order[0]].params == {
        "shape": [224, 224, 3]
    }
    assert analyse(hands.document.network).errors == ()
    assert there.form.choice.frozen
    assert hands.document.network.by_id[hands.id("relu")].frozen


def test_dropped_on_a_link_it_goes_there(desk: Any, qtbot: Any) -> None:
    hands, there = desk()
    palette = hands.widget.palette_panel
    palette.show_page(BLOCKS)
    palette.kinds.scrollToItem(item := palette.kinds.row_of(backbone("Xception")))
    at = palette.kinds.visualItemRect(item).center()
    over = palette.kinds.viewport()
    QTest.mousePress(over, LEFT, pos=at)
    QTest.mouseMove(over, at + QPoint(30, 0))
    link = hands.canvas.mapToGlobal(hands.between("dense_1", "dropout"))
    QTest.mouseRelease(over, LEFT, pos=over.mapFromGlobal(link))
    assert there.form.isVisible()
    QTest.keyClick(there.form, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(hands.document.network.blocks))
    assert ("dense_1", "conv1") in hands.links()
    assert ("relu", "dropout") in hands.links()
