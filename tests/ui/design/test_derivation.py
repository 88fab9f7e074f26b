"""Steps below a number, the way to the layers it comes from, and another size asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.core.analysis import analyse
from cnnstudio.core.layers.spec import Reason
from cnnstudio.ui.design.derivation import ReasonRow
from cnnstudio.ui.design.steps import PaddingStrip, StepLine, StepsView
from cnnstudio.ui.widgets.context import Context
from tests.ui.design.hands import LEFT, Hands

Open = Callable[..., Hands]


def steps_of(hands: Hands, quantity: str) -> StepsView:
    return hands.widget.layer_panel.derivation.steps[quantity]


def test_a_number_on_the_card_opens_its_steps(design: Open):
    hands = design()
    scene = hands.widget.view.network_scene
    id = hands.id("conv2d_1")
    card = scene.cards[id]
    hands.click(hands.on_screen(card.mapToScene(card.shape_area.center())))
    steps = steps_of(hands, "rows+columns")
    QApplication.processEvents()  # new rows are shown when the layout is asked
    assert steps.isVisible()
    assert steps.findChildren(PaddingStrip)[0].padding.before == 1
    (last,) = steps.findChildren(StepLine)[-1:]
    assert last.steps.text().split("\n= ")[-1] == "28"
    hands.widget.grab()


def test_steps_follow_what_is_changed_and_close_with_their_number(design: Open):
    hands = design()
    derivation = hands.widget.layer_panel.derivation
    hands.widget.selection.choose([hands.id("conv2d_2")])
    row = next(row for row in derivation.rows if row.quantities == ["parameters"])
    QTest.mouseClick(row, LEFT)
    assert "= 18,496" in steps_of(hands, "parameters").findChildren(StepLine)[-1].steps.text()
    hands.widget.editor.set_parameter(hands.id("conv2d_2"), "filters", 32)
    assert "= 9,248" in steps_of(hands, "parameters").findChildren(StepLine)[-1].steps.text()
    row = next(row for row in derivation.rows if row.quantities == ["parameters"])
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_Return)
    assert derivation.steps == {}
    QTest.keyClick(row, Qt.Key.Key_Space)
    assert list(derivation.steps) == ["parameters"]
    hands.widget.selection.choose([hands.id("conv2d_1")])
    assert derivation.steps == {}


def test_a_line_leads_to_its_layer(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("max_pooling2d")])
    hands.widget.layer_panel.ask("receptive_field_rows")
    steps = steps_of(hands, "receptive_field_rows+receptive_field_columns")
    assert [line.line.title for line in steps.layers] == ["input_1", "conv2d_1", "conv2d_2"]
    line = steps.layers[1]
    assert line.accessibleName() == "Go to conv2d_1: 1 + (3 − 1)·1 = 3"
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert hands.widget.selection.current == hands.id("conv2d_1")


def test_another_size_is_asked_for_and_applied_in_one_step(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("max_pooling2d")])
    sizes = hands.widget.layer_panel.sizes
    sizes.button.setFocus()
    QTest.keyClick(sizes.button, Qt.Key.Key_Space)
    assert sizes.fields.isVisible()
    for field, number in ((sizes.rows, "14"), (sizes.columns, "14")):
        field.setFocus()
        field.selectAll()
        hands.type(number)
        hands.press(Qt.Key.Key_Return)
    offer = sizes.offers[0]
    assert offer.words.text() == "conv2d_2: padding valid → same"
    QApplication.processEvents()
    panel = hands.widget.layer_panel
    assert offer.button.mapTo(panel, offer.button.rect().topRight()).x() < panel.width()
    QTest.mouseClick(offer.button, LEFT)
    facts = analyse(hands.document.network).nodes[hands.id("max_pooling2d")]
    assert facts.output == (14, 14, 64)
    assert str(hands.document.undo_text) == "Make max_pooling2d 14×14"
    hands.document.undo()
    facts = analyse(hands.document.network).nodes[hands.id("max_pooling2d")]
    assert facts.output == (13, 13, 64)


def test_an_impossible_size_says_why_and_offers_what_is_near(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("max_pooling2d")])
    sizes = hands.widget.layer_panel.sizes
    QTest.mouseClick(sizes.button, LEFT)
    sizes.rows.set_value(40)
    sizes.columns.set_value(40)
    sizes.rows.changed.emit(40)
    assert sizes.offers == []
    QTest.mouseClick(sizes.sizes[0], LEFT)
    assert sizes.rows.value == 26
    assert sizes.offers
    QTest.keyClick(sizes.rows, Qt.Key.Key_Escape)
    assert not sizes.fields.isVisible()


def test_a_layer_without_rows_and_columns_has_no_size_to_ask_for(design: Open):
    hands = design()
    for name, there in (("flatten", False), ("input_1", False), ("conv2d_1", True)):
        hands.widget.selection.choose([hands.id(name)])
        assert hands.widget.layer_panel.sizes.isVisible() == there


def test_a_formula_makes_room_for_a_large_number_and_no_number_is_said_twice(context: Context):
    def height(reason: Reason) -> int:
        row = ReasonRow(context, (reason.quantity, reason))
        row.resize(316, 10)
        return row.sizeHint().height()

    formula, numbers = "H·W·C_out·F_h·F_w·C_in", "224·224·64·3·3·64"
    small = height(Reason("macs", formula, numbers, 1))
    assert height(Reason("macs", formula, numbers, 3_699_376_128_000)) > small
    assert height(Reason("channels", "filters", "64", 64)) < small
    assert height(Reason("channels", "0", "0", 0)) < small
