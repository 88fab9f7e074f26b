"""The network beside another one: chosen, followed while it is edited, unfolded, clicked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from cnnstudio.core import edits
from cnnstudio.core.comparison import ComparedLayer
from cnnstudio.core.storage.project_file import save_project
from cnnstudio.core.text import T
from cnnstudio.ui.design.compare_choice import Runs
from cnnstudio.ui.design.compare_model import CHANGE, LAYER, OUTPUT, PARAMS, SIGN, Fold
from cnnstudio.ui.design.compare_page import ComparePage
from tests.ui.design.hands import LEFT, NONE, Hands


@pytest.fixture
def hands(design: Callable[..., Hands]) -> Hands:
    hands = design(width=1280, height=800)
    QTest.mouseClick(hands.widget.dock.buttons[page(hands)], LEFT)
    return hands


def page(hands: Hands) -> ComparePage:
    return hands.widget.costs.comparison


def told(hands: Hands) -> list[tuple[str, ...]]:
    """Sign, name, what is different and the difference in parameters of every row."""
    model = page(hands).model
    return [
        tuple(model.cell(row, column).text for column in (SIGN, LAYER, CHANGE, PARAMS))
        for row in range(model.rowCount())
    ]


def click(hands: Hands, row: int, column: int = LAYER) -> None:
    table = page(hands).table
    table.scrollTo(table.cells.index(row, column))
    spot = table.visualRect(table.cells.index(row, column)).center()
    QTest.mouseClick(table.viewport(), LEFT, NONE, spot)


def entries(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions()}


def test_it_follows_every_edit_beside_what_was_saved(hands: Hands, qtbot: QtBot) -> None:
    assert told(hands) == [("", "8 layers are the same", "", "")]
    assert page(hands).note.accessibleName() == "8 layers, nothing differs"
    hands.widget.view.setFocus()
    hands.click(hands.card("dropout"))
    hands.press(Qt.Key.Key_Delete)
    hands.document.apply_network(
        lambda n: edits.set_parameter(n, hands.id("conv2d_2"), "filters", 16), T("Change")
    )
    qtbot.waitUntil(lambda: len(told(hands)) > 1)
    assert told(hands) == [
        ("", "2 layers are the same", "", ""),
        ("~", "conv2d_2", "Filters 64 → 16", "−13,872"),
        ("↳", "max_pooling2d", "fed with 26×26×64 → 26×26×16", "0"),
        ("↳", "flatten", "fed with 13×13×64 → 13×13×16", "0"),
        ("↳", "dense_1", "fed with 10,816 → 2,704", "−811,200"),
        ("−", "dropout", "", "0"),
        ("", "1 layer is the same", "", ""),
    ]
    assert page(hands).model.cell(1, OUTPUT).text == "26×26×64 → 26×26×16"
    assert page(hands).note.accessibleName() == ("− 1 removed, ~ 1 changed, ↳ 3 of another size")
    figures = {str(one.name): one for one in page(hands).totals.figures}
    assert figures["Parameters"].values == "1,101,526 → 276,454"
    assert figures["Parameters"].difference == "−825,072"
    assert figures["Parameters"].percent == "−74.9\u2009%"
    assert (figures["Layers"].values, figures["Receptive field"].values) == ("8 → 7", "28×28")
    assert "Parameters: 1,101,526 → 276,454 −825,072" in page(hands).totals.accessibleName()
    hands.document.mark_saved(hands.document.project)
    qtbot.waitUntil(lambda: len(told(hands)) == 1)


def test_rows_unfold_and_select_their_cards(hands: Hands, qtbot: QtBot) -> None:
    hands.document.apply_network(lambda n: edits.delete(n, [hands.id("dropout")]), T("Delete"))
    qtbot.waitUntil(lambda: len(told(hands)) == 3)
    click(hands, 0)
    assert [row[1] for row in told(hands)][:3] == ["6 layers are the same", "input_1", "conv2d_1"]
    click(hands, 3)
    assert hands.widget.selection.ids == (hands.id("conv2d_2"),)
    hands.press(Qt.Key.Key_Down)
    assert hands.widget.selection.ids == (hands.id("max_pooling2d"),)
    removed = [row[0] for row in told(hands)].index("−")
    click(hands, removed)
    assert hands.widget.selection.ids == ()
    assert page(hands).table.currentIndex().row() == removed
    click(hands, 0)
    assert [row[0] for row in told(hands)] == ["", "−", ""]
    hands.press(Qt.Key.Key_Return)
    entry = page(hands).model.rows[0]
    assert isinstance(entry, Fold)
    assert entry.is_open
    hands.click(hands.card("flatten"))
    chosen = page(hands).table.selectionModel().selectedRows()
    layers = [page(hands).model.rows[index.row()] for index in chosen]
    assert [one.node.name for one in layers if isinstance(one, ComparedLayer)] == ["flatten"]


def test_the_menu_offers_what_there_is(hands: Hands, qtbot: QtBot) -> None:
    record = SimpleNamespace(project=hands.document.project)
    run = SimpleNamespace(created=datetime(2026, 1, 2, 3, 4), path=Path("run"), record=record)
    asked: list[bool] = []
    choice = page(hands).choice
    hands.document.load(hands.document.project, saved=False)
    hands.run("design.compare")
    menu = choice.menu
    assert menu.isVisible()
    assert not entries(menu)["As last saved"].isEnabled()
    assert not entries(menu)["Run of this project"].isEnabled()
    menu.close()
    choice.runs = Runs(lambda: [run], lambda: asked.append(True))  # type: ignore[list-item]
    hands.run("design.compare")
    runs = entries(menu)["Run of this project"].menu()
    assert isinstance(runs, QMenu)
    entries(runs)["Run of 2026-01-02 03:04"].trigger()
    assert page(hands).button.text() == "Run of 2026-01-02 03:04"
    assert told(hands)[0][1] == "8 layers are the same"
    assert asked == [True]
    samples = entries(menu)["Sample"].menu()
    assert isinstance(samples, QMenu)
    entries(samples)["lecture-cnn"].trigger()
    assert page(hands).button.text() == "lecture-cnn"
    menu.close()
    hands.document.load(replace(hands.document.project, name="another"))
    qtbot.waitUntil(lambda: page(hands).button.text() == "As last saved")


def test_another_file_and_what_is_wrong_with_it(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = hands.document.network
    broken = edits.set_parameter(network, hands.id("conv2d_2"), "kernel_size", 99)
    save_project(replace(hands.document.project, network=broken), tmp_path / "other.cnnstudio")
    (tmp_path / "junk.cnnstudio").write_text("{")
    names = iter(["other", "junk"])

    def ask(*_: object) -> tuple[str, str]:
        return str(tmp_path / f"{next(names)}.cnnstudio"), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    choose_file(hands)
    assert page(hands).button.text() == "other"
    assert said(hands).startswith("There something is wrong: conv2d_2")
    assert ("~", "conv2d_2", "Kernel size 99 → 3", "?") in told(hands)
    choose_file(hands)
    assert "junk" in said(hands)
    assert page(hands).button.text() == "other"


def choose_file(hands: Hands) -> None:
    hands.run("design.compare")
    entries(page(hands).choice.menu)["Another project…"].trigger()
    page(hands).choice.menu.close()


def said(hands: Hands) -> str:
    return page(hands).note.accessibleName()
