"""The panels around the canvas follow it, and it follows them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import Link, Network
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.faces import Severity
from cnnstudio.ui.design.derivation import ReasonRow
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.form import Form
from tests.ui.design.hands import LEFT, NONE, Hands

Open = Callable[..., Hands]


def test_a_value_in_the_form_changes_every_shape_below(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_1")])
    form = hands.widget.layer_panel.form
    assert form is not None
    valid = form.editor("padding").findChildren(QPushButton)[0]
    QTest.mouseClick(valid, LEFT)
    scene = hands.widget.view.network_scene
    assert scene.face(hands.id("conv2d_1")).shape == "26×26×32"
    assert scene.face(hands.id("flatten")).shape == "9,216"


def test_a_refused_value_stays_with_the_reason_beside_the_field(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_2")])
    hands.press(Qt.Key.Key_Return)
    QTest.keyClick(hands.focus(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    hands.type("0")
    before = hands.document.project
    hands.press(Qt.Key.Key_Return)
    form = hands.widget.layer_panel.form
    assert form is not None
    assert "whole number from 1" in form.problem("filters")
    assert hands.document.project is before


def test_an_error_is_told_on_the_card_in_the_panel_and_in_the_dock(design: Open):
    hands = design()
    id = hands.id("conv2d_2")
    hands.widget.editor.unlink(Link(hands.id("conv2d_1"), id))
    scene, widget = hands.widget.view.network_scene, hands.widget
    assert scene.face(id).severity is Severity.ERROR
    assert scene.face(id).shape == "?"
    below = scene.face(hands.id("max_pooling2d"))
    assert (below.severity, below.stale, below.shape) == (Severity.NONE, True, "13×13×64")
    assert widget.dock.problems.count() == 1
    widget.dock.show_page(widget.dock.problems)
    item = widget.dock.problems.item(0)
    assert "conv2d_2" in item.text()
    at = widget.dock.problems.visualItemRect(item).center()
    QTest.mouseClick(widget.dock.problems.viewport(), LEFT, NONE, at)
    assert widget.selection.current == id
    assert widget.layer_panel.problems.notices[0].what.text() == item.text()
    assert "conv2d_2" in scene.tooltip(id)
    assert "error" in widget.view.accessibleDescription()
    hands.document.undo()
    assert widget.dock.problems.count() == 1  # the Dense layer that holds most


def test_a_fix_mends_what_it_is_offered_for(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("flatten")])
    hands.press(Qt.Key.Key_Delete)
    hands.widget.selection.choose([hands.id("dense_1")])
    (notice,) = hands.widget.layer_panel.problems.notices
    QTest.mouseClick(notice.buttons[0], LEFT)
    assert ("flatten", "dense_1") in hands.links()


def test_derivations_state_formula_numbers_and_value(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_2")])
    rows = {row.reason[0]: row for row in hands.widget.layer_panel.derivation.rows}
    parameters = rows["parameters"].reason[1]
    assert (parameters.numbers, parameters.value) == ("(3·3·32 + 1)·64", 18496)
    assert rows["macs"].reason[1].value == 12_460_032
    assert rows["receptive_field_rows+receptive_field_columns"].reason[1].value == 5
    row = rows["parameters"]
    row.setFocus()
    assert row.accessibleName() == "Parameters: 18,496, steps closed"
    QTest.keyClick(row, Qt.Key.Key_Space)
    assert row.accessibleName() == "Parameters: 18,496, steps open"


def test_every_number_of_the_lecture_network_has_a_derivation(design: Open):
    hands = design()
    derived = 0
    for id in hands.document.network.order:
        hands.widget.selection.choose([id])
        hands.widget.layer_panel.ask("shape")
        marked = [r for r in hands.widget.layer_panel.derivation.rows if r.marked]
        assert marked
        derived += sum(
            row.reason[1].value
            for row in hands.widget.layer_panel.derivation.rows
            if row.quantities == ["parameters"]
        )
    assert derived == 1_101_526


def test_the_code_follows_the_selection_and_the_other_way_round(design: Open):
    hands = design()
    code = hands.widget.code
    hands.widget.selection.choose([hands.id("conv2d_2")])
    (mark,) = code.view.extraSelections()
    assert "filters=64" in mark.cursor.block().text()
    line = next(i for i, t in enumerate(code.view.toPlainText().split("\n")) if "Dropout(" in t)
    block = code.view.document().findBlockByNumber(line)
    at = code.view.cursorRect(QTextCursor(block)).center() + QPoint(40, 0)
    QTest.mouseClick(code.view.viewport(), LEFT, NONE, at)
    assert hands.widget.selection.current == hands.id("dropout")


def test_the_code_of_a_broken_network_says_why_there_is_none(design: Open):
    hands = design()
    hands.widget.editor.unlink(Link(hands.id("conv2d_1"), hands.id("conv2d_2")))
    notice = hands.widget.code.notice
    assert notice is not None
    assert "conv2d_2" in notice.what.text()


def test_the_empty_canvas_invites_and_its_button_adds_an_input(design: Open):
    hands = design("")
    empty = hands.widget.controls.empty
    assert empty.isVisible()
    QTest.mouseClick(empty.button, LEFT)
    assert hands.names() == ["input"]
    assert not empty.isVisible()


def test_narrow_windows_have_a_rail_and_the_code_in_the_dock(design: Open):
    hands = design(width=1280, height=800)
    widget = hands.widget
    assert widget.rail.isVisible()
    assert not widget.palette_panel.isVisible()
    assert widget.code in widget.dock.buttons
    QTest.mouseClick(widget.rail.buttons[Family.REGULARISATION], LEFT)
    assert widget.palette_panel.isVisible()
    hands.press(Qt.Key.Key_Return)
    assert "dropout_1" in hands.names()
    assert not widget.palette_panel.isVisible()
    widget.resize(1500, 900)
    QApplication.processEvents()
    assert widget.palette_panel.isVisible()
    assert widget.code not in widget.dock.buttons
    assert widget.code.isVisible()


def test_the_palette_filled_again_shows_the_icons_it_has(design: Open, context: Context):
    listed = design().widget.palette_panel.kinds

    def icons() -> list[int]:
        return [listed.item(row).icon().cacheKey() for row in range(listed.count())]

    first = icons()
    assert len({key for key in first if key}) == len(Family)
    context.language.changed.emit()
    assert icons() == first
    context.theme.set_mode("dark")
    assert not {key for key in first if key} & set(icons())


def test_the_palette_over_the_canvas_goes_with_escape_or_a_click_beside_it(design: Open):
    hands = design(width=1280, height=800)
    palette = hands.widget.palette_panel
    QTest.mouseClick(hands.widget.rail.buttons[Family.POOLING], LEFT)
    hands.press(Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert hands.widget.view.hasFocus()
    QTest.mouseClick(hands.widget.rail.buttons[Family.POOLING], LEFT)
    assert palette.isVisible()
    hands.click(QPoint(600, 700))
    assert not palette.isVisible()


def test_a_layer_is_dragged_out_of_the_palette_over_the_canvas(design: Open):
    hands = design(width=1280, height=800)
    QTest.mouseClick(hands.widget.rail.buttons[Family.REGULARISATION], LEFT)
    before = hands.document.project
    hands.drag_kind("dropout", QPoint(100, 600))  # let go over the palette itself
    assert hands.document.project is before
    QTest.mouseClick(hands.widget.rail.buttons[Family.REGULARISATION], LEFT)
    hands.drag_kind("dropout", hands.between("conv2d_1", "conv2d_2"))
    assert ("conv2d_1", "dropout_1") in hands.links()


def test_wide_windows_open_the_dock(design: Open):
    hands = design(width=1920, height=980)
    assert hands.widget.dock.summary.isVisible()
    assert "conv2d_2 (Conv2D)" in hands.widget.dock.summary.toPlainText()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_theme_and_language_switch_while_shown(design: Open, mode: str):
    hands = design()
    context = hands.widget._context
    hands.widget.selection.choose([hands.id("conv2d_2")])
    context.theme.set_mode(mode)
    context.language.set_code("ko")
    hands.widget.grab()
    context.language.set_code("en")
    assert hands.widget.layer_panel.header_row.note.text() == "Conv2D · layer 3 of 8"


def test_a_card_is_read_aloud_whole(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_2")])
    said = hands.widget.view.accessibleDescription()
    assert said == "conv2d_2, Conv2D, output 26 by 26 by 64, 18,496 parameters"
    assert hands.widget.view.accessibleName() == "Network canvas, 8 layers"


def test_a_reason_row_grows_when_its_formula_breaks(design: Open):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_2")])
    row = next(r for r in hands.widget.layer_panel.derivation.rows if "macs" in r.quantities)
    assert isinstance(row, ReasonRow)
    wide = row.sizeHint().height()
    row.resize(190, row.height())
    assert row.sizeHint().height() >= wide


def test_only_the_current_layers_form_and_derivation_are_seen(design: Open):
    hands = design()
    for name in ("conv2d_2", "max_pooling2d", "dense_1"):
        hands.widget.selection.choose([hands.id(name)])
    QApplication.processEvents()  # new rows are shown when the layout is asked
    panel = hands.widget.layer_panel
    assert [form for form in panel.findChildren(Form) if form.isVisible()] == [panel.form]
    rows = [row for row in panel.findChildren(ReasonRow) if row.isVisible()]
    assert set(rows) == set(panel.derivation.rows)


def test_the_lines_of_the_summary_are_quieter_than_its_words(design: Open):
    hands = design()
    summary = hands.widget.dock.summary
    hands.widget.dock.show_page(summary)
    QApplication.processEvents()
    line = summary.document().findBlockByLineNumber(2)
    while "│" not in line.text():
        line = line.next()
    quiet = [f for f in line.layout().formats() if line.text()[f.start] == "│"]
    colours = {f.format.foreground().color().name() for f in quiet}
    assert colours == {hands.widget.view.palette().mid().color().name()}
    coloured = "".join(line.text()[f.start : f.start + f.length] for f in line.layout().formats())
    assert set(coloured) == {"│"}


def test_a_broken_network_states_no_totals_and_its_notice_fits_the_panel(design: Open):
    hands = design(width=1152, height=620)
    id, widget = hands.id("conv2d_2"), hands.widget
    scene = widget.view.network_scene
    share = scene.face(hands.id("conv2d_1")).share
    widget.selection.choose([id])
    widget.editor.set_parameter(id, "kernel_size", [40, 3])
    QApplication.processEvents()
    (notice,) = widget.layer_panel.problems.notices
    panel = widget.layer_panel
    assert len(notice.buttons) == 2
    for part in (notice, *notice.buttons):
        right = part.mapTo(panel, part.rect().topRight()).x()
        assert right < panel.width(), part
    assert panel.form is not None
    assert panel.form.problem("kernel_size") == ""  # it is said once, in the notice
    assert widget.dock._weights.text() == ""
    assert scene.face(hands.id("conv2d_1")).share == share
    widget.selection.choose([])
    assert "once the errors are mended" in panel.overview.numbers.text()
    widget.selection.choose([id])
    (notice,) = panel.problems.notices
    QTest.mouseClick(notice.buttons[0], LEFT)
    widget.selection.choose([])
    assert "8 layers" in panel.overview.numbers.text()
    assert "MB" in widget.dock._weights.text()


def test_an_initialiser_is_explained_with_the_layers_own_numbers(design: Open):
    hands = design()
    id = hands.id("conv2d_2")
    hands.widget.selection.choose([id])
    form = hands.widget.layer_panel.form
    assert form is not None
    field = form.editor("kernel_initializer")
    form.mark("kernel_initializer")  # opens what is folded away
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert hands.document.network.by_id[id].params["kernel_initializer"] == "glorot_normal"
    assert "= √(2 / (288 + 576)) = 0.04811" in field.accessibleDescription().replace("\u00a0", " ")
    hands.document.undo()
    assert "kernel_initializer" not in hands.document.network.by_id[id].params
    assert "= √(6 / (288 + 576)) = 0.08333" in field.accessibleDescription().replace("\u00a0", " ")


def test_a_layer_the_studio_does_not_know_is_shown_as_the_file_has_it(design: Open):
    hands = design()
    id = hands.id("flatten")
    mine = {"kind": "MyLayer", "params": {"factor": 2, "이름": [1.5, None]}}

    def replaced(network: Network) -> Network:
        layers = (replace(n, **mine) if n.id == id else n for n in network.layers)
        return replace(network, layers=tuple(layers))

    hands.document.apply_network(replaced, T("Replace"))
    panel = hands.widget.layer_panel
    hands.widget.selection.choose([id])
    face = hands.widget.view.network_scene.face(id)
    assert (face.opaque, face.shape, face.detail) == (True, "?", "MyLayer")
    assert panel.header_row.note.text().startswith("MyLayer · layer 5")
    assert panel.opaque.isVisible()
    assert '"factor": 2' in panel.opaque.config.text()
    assert "이름" in panel.opaque.config.text()
    assert "doesn't know the layer kind MyLayer" in panel.problems.notices[0].what.text()
    hands.press(Qt.Key.Key_Delete)
    assert "flatten" not in hands.names()
    hands.document.undo()
    assert hands.document.network.by_id[id].params == mine["params"]
    hands.widget.selection.choose([hands.id("dense_1")])
    assert panel.opaque.isHidden()
