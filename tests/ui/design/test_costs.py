"""The cost table with real hands: sorted, selected both ways, asked, copied, exported, followed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from cnnstudio.core import edits
from cnnstudio.core.network import Block, Network
from cnnstudio.core.text import T
from cnnstudio.ui.design.cost_model import LAYER, MACS, MEMORY, NUMBER, OUTPUT, PARAMS, STEP
from cnnstudio.ui.design.cost_page import CostPage
from tests.ui.design.hands import LEFT, NONE, Hands


@pytest.fixture
def hands(design: Callable[..., Hands]) -> Hands:
    hands = design(width=1280, height=800)
    QTest.mouseClick(hands.widget.dock.buttons[page(hands)], LEFT)
    return hands


def page(hands: Hands) -> CostPage:
    return hands.widget.costs.page


def names(hands: Hands) -> list[str]:
    return [row.node.name for row in page(hands).model.shown]


def column(hands: Hands, number: int) -> list[str]:
    model = page(hands).model
    return [model.cell(row, number).text for row in range(model.rowCount())]


def click(hands: Hands, row: int, at: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    table = page(hands).table
    table.scrollTo(table.cells.index(row, at))
    spot = table.visualRect(table.cells.index(row, at)).center()
    QTest.mouseClick(table.viewport(), LEFT, modifiers, spot)


def click_header(hands: Hands, at: int) -> None:
    header = page(hands).table.header
    spot = QPoint(header.sectionViewportPosition(at) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), LEFT, NONE, spot)


def change(hands: Hands, edit: Callable[[Network], Network]) -> None:
    hands.document.apply_network(edit, T("Change"))


def test_the_numbers_of_the_lectures_network(hands: Hands) -> None:
    assert page(hands).isVisible()
    assert column(hands, PARAMS)[:3] == ["0", "320", "18,496"]
    assert column(hands, OUTPUT)[2] == "26×26×64"
    assert column(hands, STEP)[3:5] == ["2×2", "–"]
    totals = [cell.text for cell in page(hands).model.totals()]
    assert totals[LAYER] == "Total"
    assert (totals[PARAMS], totals[MACS]) == ("1,101,526", "13,768,424")
    assert "Parameters 1,101,526" in page(hands).totals.accessibleName()


def test_a_header_puts_rows_in_order_by_mouse_and_by_keyboard(hands: Hands) -> None:
    network_order = names(hands)
    click_header(hands, PARAMS)
    assert names(hands)[:3] == ["dense_1", "conv2d_2", "dense_2"]
    click_header(hands, PARAMS)
    assert names(hands)[-1] == "dense_1"
    header = page(hands).table.header
    header.setFocus()
    while header.at != MACS:
        hands.press(Qt.Key.Key_Right)
    hands.press(Qt.Key.Key_Space)
    assert names(hands)[0] == "conv2d_2"
    while header.at != NUMBER:
        hands.press(Qt.Key.Key_Left)
    hands.press(Qt.Key.Key_Return)
    assert names(hands) == network_order


def test_rows_and_cards_are_selected_together(hands: Hands) -> None:
    click(hands, 2, LAYER)
    assert hands.widget.selection.ids == (hands.id("conv2d_2"),)
    click(hands, 4, LAYER, Qt.KeyboardModifier.ControlModifier)
    assert set(hands.widget.selection.ids) == {hands.id("conv2d_2"), hands.id("flatten")}
    assert hands.widget.selection.current == hands.id("flatten")
    hands.click(hands.card("dense_2"))
    chosen = page(hands).table.selectionModel().selectedRows()
    assert [names(hands)[index.row()] for index in chosen] == ["dense_2"]
    page(hands).table.setFocus()
    hands.press(Qt.Key.Key_Up)
    assert hands.widget.selection.ids == (hands.id("dropout"),)


def test_a_block_is_the_rows_of_its_layers(hands: Hands) -> None:
    members = [hands.id(name) for name in ("conv2d_1", "conv2d_2", "dense_1")]
    block = Block("b1", "몸", "몸", dict(zip(members, "abc", strict=True)), collapsed=True)
    change(hands, lambda n: replace(n, blocks=(block,)))
    hands.widget.selection.choose(["b1"])
    chosen = page(hands).table.selectionModel().selectedRows()
    assert [names(hands)[index.row()] for index in chosen] == ["conv2d_1", "conv2d_2", "dense_1"]


def test_enter_on_a_number_asks_where_it_comes_from(hands: Hands) -> None:
    click(hands, 2, MACS)
    hands.press(Qt.Key.Key_Return)
    rows = hands.widget.layer_panel.derivation.rows
    assert [row.quantities for row in rows if row.marked] == [["macs"]]
    click(hands, 2, LAYER)
    hands.press(Qt.Key.Key_Return)
    form = hands.widget.layer_panel.form
    assert form is not None
    assert form.isAncestorOf(hands.focus())


def test_an_edit_keeps_order_selection_and_scroll(hands: Hands) -> None:
    click_header(hands, PARAMS)
    click(hands, names(hands).index("dropout"), LAYER)
    bar = page(hands).table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    at = bar.value()
    assert at > 0
    change(hands, lambda n: edits.set_parameter(n, hands.id("dense_2"), "units", 40_000))
    assert names(hands)[:2] == ["dense_2", "dense_1"]
    chosen = page(hands).table.selectionModel().selectedRows()
    assert [names(hands)[index.row()] for index in chosen] == ["dropout"]
    assert bar.value() == at


def test_what_is_not_known_is_a_question_mark_that_says_why(hands: Hands) -> None:
    change(hands, lambda n: edits.set_parameter(n, hands.id("conv2d_2"), "kernel_size", 99))
    model = page(hands).model
    assert column(hands, PARAMS) == ["0", "320", *"??????"]
    reason = model.data(model.index(4, PARAMS), Qt.ItemDataRole.ToolTipRole)
    assert reason == "Not known before conv2d_2 is mended."
    assert model.totals()[LAYER].text == "Total of 2 of 8 layers"


def test_memory_is_for_the_batch_asked_for(hands: Hands) -> None:
    batch = page(hands).batch
    assert batch.value == hands.document.project.training.batch_size == 64
    batch.number.setFocus()
    batch.number.selectAll()
    hands.type("1")
    hands.press(Qt.Key.Key_Return)
    assert column(hands, MEMORY)[0] == "3.1\u2009KB"
    batch.number.selectAll()
    hands.type("0")
    hands.press(Qt.Key.Key_Return)
    assert batch.problem.text() == "A whole number from 1 to 1,000,000."
    assert column(hands, MEMORY)[0] == "3.1\u2009KB"
    QTest.mouseClick(batch.reset, LEFT)
    assert (batch.value, batch.problem.text(), batch.reset.isVisible()) == (64, "", False)
    assert column(hands, MEMORY)[0] == "196.0\u2009KB"


def test_copied_rows_are_text_with_tabs(hands: Hands) -> None:
    click(hands, 1, LAYER)
    click(hands, 2, LAYER, Qt.KeyboardModifier.ShiftModifier)
    hands.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert [line.split("\t")[:5] for line in lines] == [
        ["conv2d_1", "Conv2D", "(None, 28, 28, 32)", "320", "320"],
        ["conv2d_2", "Conv2D", "(None, 26, 26, 64)", "18496", "18496"],
    ]


def test_the_file_has_the_rows_as_shown(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    click_header(hands, PARAMS)
    chosen = tmp_path / "비용"
    offered: list[str] = []

    def ask(*args: str) -> tuple[str, str]:
        offered.append(args[2])
        return str(chosen), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    QTest.mouseClick(page(hands).export, LEFT)
    with (tmp_path / "비용.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == names(hands)
    assert rows[0]["params"] == "1081700"
    assert page(hands).note.text() == "Saved as 비용.csv."
    chosen = tmp_path / "gone" / "costs.csv"
    QTest.mouseClick(page(hands).export, LEFT)
    assert Path(offered[1]) == tmp_path / "lecture-cnn-costs.csv"
    assert "gone" in page(hands).note.accessibleName()
    assert not chosen.parent.exists()
