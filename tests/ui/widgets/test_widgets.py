"""Small widgets with real keys and mouse, in both languages and at every text size."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.text import T
from cnnstudio.ui.widgets.bars import Bar, BarList, Share, ShareBar
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.choices import Combo, Segmented, Switch
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField, SearchField
from cnnstudio.ui.widgets.flow import Flow
from cnnstudio.ui.widgets.focus_ring import FocusRing
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Language
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.widgets.popover import Popover
from cnnstudio.ui.widgets.splitter import Splitter
from cnnstudio.ui.widgets.states import EmptyState, Notice, Remedy

KO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"
msgid "Train"
msgstr "학습"
"""


@pytest.fixture
def bilingual(context: Context, tmp_path: Path) -> Context:
    from babel.messages import mofile, pofile

    folder = tmp_path / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = tmp_path / "ko.po"
    source.write_text(KO, encoding="utf-8")
    with source.open("rb") as read, (folder / "cnnstudio.mo").open("wb") as write:
        mofile.write_mo(write, pofile.read_po(read, locale="ko"))
    return Context(context.theme, Language("en", tmp_path, context.theme))


def test_every_text_follows_the_language(qtbot: QtBot, bilingual: Context) -> None:
    label, button = Label(bilingual, T("Train")), Button(bilingual, T("Train"))
    icon = IconButton(bilingual, "play", T("Train"), "Ctrl+Return")
    combo = Combo(bilingual, [("train", T("Train"))])
    segments = Segmented(bilingual, [(1, T("Train")), (2, "valid")])
    for widget in (label, button, icon, combo, segments):
        qtbot.addWidget(widget)
    bilingual.language.set_code("ko")
    assert label.text() == button.text() == combo.itemText(0) == "학습"
    assert icon.accessibleName() == "학습"
    assert icon.toolTip().startswith("학습")
    assert "Return" in icon.toolTip() or "Enter" in icon.toolTip()
    label.say(T("Data"))
    assert label.text() == "Data"


def test_a_deleted_widget_leaves_the_language(qtbot: QtBot, bilingual: Context) -> None:
    holder = QWidget()
    Label(bilingual, T("Train"), parent=holder)
    holder.deleteLater()
    with qtbot.waitSignal(holder.destroyed):
        pass
    bilingual.language.set_code("ko")


def test_segmented_moves_with_the_arrow_keys(qtbot: QtBot, context: Context) -> None:
    segments = Segmented(context, [("a", "A"), ("b", "B"), ("c", "C")], "Which")
    qtbot.addWidget(segments)
    segments.show()
    with qtbot.waitActive(segments):
        segments.activateWindow()
    segments.set_value("a")
    buttons = segments.findChildren(QWidget)
    with qtbot.waitSignal(segments.changed) as changed:
        buttons[0].setFocus()
        qtbot.keyClick(buttons[0], Qt.Key.Key_Right)
    assert changed.args == ["b"]
    assert segments.value == "b"
    segments.set_value("nothing")
    assert segments.value is None


def test_switch(qtbot: QtBot, context: Context) -> None:
    switch = Switch(context, "Bias")
    qtbot.addWidget(switch)
    switch.show()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert not switch.isChecked()


def test_search_field_escape_empties(qtbot: QtBot, context: Context) -> None:
    field = SearchField(context, "Type to filter")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "conv")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert field.accessibleName() == "Type to filter"


def test_focus_ring_follows_and_survives(qtbot: QtBot, context: Context) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    first, inner = Button(context, "One"), QWidget()
    column.addWidget(first)
    column.addWidget(inner)
    second = Button(context, "Two", parent=inner)
    ring = FocusRing(context.theme, window)
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    first.setFocus()
    qtbot.waitUntil(ring.isVisible)
    assert ring.geometry() == first.geometry().adjusted(-3, -3, 3, 3)
    second.setFocus()
    assert ring.parentWidget() is inner
    inner.deleteLater()
    with qtbot.waitSignal(inner.destroyed):
        pass
    assert ring.target is not second
    first.setFocus()
    assert ring.target is first


def test_splitter_remembers_and_goes_home(
    qtbot: QtBot, context: Context, settings: QSettings
) -> None:
    def make() -> Splitter:
        splitter = Splitter(settings, "test", [Panel(context), Panel(context)], [200, 0])
        qtbot.addWidget(splitter)
        splitter.resize(800, 300)
        splitter.show()
        return splitter

    splitter = make()
    assert splitter.sizes()[0] == 200
    handle = splitter.handle(1)
    splitter.moveSplitter(320, 1)
    moved = splitter.sizes()[0]
    assert moved == 320
    assert make().sizes()[0] == moved
    qtbot.mouseDClick(handle, Qt.MouseButton.LeftButton)
    assert splitter.sizes()[0] == 200


def test_empty_state_and_notice_run_their_remedies(qtbot: QtBot, context: Context) -> None:
    done: list[str] = []
    empty = EmptyState(context, T("No runs yet."), Remedy(T("Train"), lambda: done.append("train")))
    qtbot.addWidget(empty)
    assert empty.button is not None
    qtbot.mouseClick(empty.button, Qt.MouseButton.LeftButton)
    notice = Notice(
        context,
        T("conv2d_3 needs rows"),
        T("flatten gives values"),
        [Remedy(T("Move"), lambda: done.append("move"))],
        details="Traceback",
    )
    qtbot.addWidget(notice)
    notice.show()
    qtbot.keyClick(notice.buttons[0], Qt.Key.Key_Space)
    assert done == ["train", "move"]
    assert notice.log is not None
    assert not notice.log.isVisible()
    qtbot.mouseClick(notice.buttons[1], Qt.MouseButton.LeftButton)
    assert notice.log.isVisible()


def test_popover_opens_below_and_escape_closes(qtbot: QtBot, context: Context) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button = Button(context, "Open", parent=window)
    window.show()
    popover = Popover(context, window)
    popover.body.addWidget(Label(context, "Inside"))
    popover.open_below(button)
    assert popover.isVisible()
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_bars_speak_their_numbers(qtbot: QtBot, context: Context) -> None:
    bars, share = BarList(context), ShareBar(context)
    qtbot.addWidget(bars)
    qtbot.addWidget(share)
    bars.set_bars([Bar("Sandal", 0.9987, "99.87 %"), Bar("Bag", 0.0, "0.00 %")])
    share.set_shares([Share("Training", 54000, "training"), Share("Test", 10000, "control")])
    assert bars.accessibleName() == "Sandal 99.87 %, Bag 0.00 %"
    assert share.accessibleName() == "Training 54,000, Test 10,000"
    bars.resize(260, bars.sizeHint().height())
    bars.show()
    with qtbot.waitSignal(bars.activated) as activated:
        qtbot.keyClick(bars, Qt.Key.Key_Down)
        qtbot.keyClick(bars, Qt.Key.Key_Down)
        qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert activated.args == [1]
    bars.grab()
    share.grab()


def test_text_size_and_theme_reach_every_widget(qtbot: QtBot, context: Context) -> None:
    label, field = Label(context, "Learning rate", "title"), NumberField(context)
    elided = ElidedLabel(context, "a very long name of a layer")
    for widget in (label, field, elided):
        qtbot.addWidget(widget)
    elided.resize(40, 20)
    elided.show()
    assert elided.text().endswith("…")
    assert elided.toolTip() == "a very long name of a layer"
    before = label.font().pixelSize(), field.sizeHint().height()
    context.theme.set_percent(150)
    context.theme.set_mode("dark")
    assert label.font().pixelSize() == round(before[0] * 1.5)
    assert field.sizeHint().height() == 42
    assert label.palette().windowText().color() == context.theme.colour("text")


def test_none_keeps_its_references(qtbot: QtBot, context: Context) -> None:
    """PySide6 6.12 on Python 3.11 loses references to None and aborts within minutes."""
    field = NumberField(context)
    qtbot.addWidget(field)
    heard: list[object] = []
    field.changed.connect(heard.append)
    before = sys.getrefcount(None)
    for _ in range(33_334):
        field.changed.emit(None)
        field.property("nothing")
        field.setText("")
    heard.clear()
    assert abs(sys.getrefcount(None) - before) < 1000


def test_focus_given_to_a_segmented_control_goes_to_what_is_chosen(
    qtbot: QtBot, context: Context
) -> None:
    segments = Segmented(context, [("a", "A"), ("b", "B")], "Which")
    qtbot.addWidget(segments)
    segments.show()
    with qtbot.waitActive(segments):
        segments.activateWindow()
    for value, words in (("b", "B"), ("a", "A")):
        segments.set_value(value)
        segments.setFocus()
        focus = segments.window().focusWidget()
        assert focus is not None
        assert focus.accessibleName() == words


def test_a_tooltip_follows_the_shortcut_and_the_reason(qtbot: QtBot, context: Context) -> None:
    button = IconButton(context, "undo-2", T("Undo"), action="undo")
    qtbot.addWidget(button)
    assert button.toolTip() == "Undo"
    context.keys.take({"undo": QKeySequence("Ctrl+Z")})
    assert button.toolTip() == "Undo  Ctrl Z"
    button.set_possible(False, T("Nothing to undo yet."))
    assert button.toolTip() == "Nothing to undo yet."
    context.keys.take({"undo": QKeySequence("Ctrl+U")})
    assert button.toolTip() == "Nothing to undo yet."
    button.set_possible(True)
    assert button.toolTip() == "Undo  Ctrl U"


def test_a_flow_breaks_where_there_is_no_room(qtbot: QtBot, context: Context) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = Flow(8)
    holder.setLayout(flow)
    flow.setContentsMargins(0, 0, 0, 0)
    buttons = [Button(context, words) for words in ("One thing", "Another thing", "A third")]
    for button in buttons:
        flow.addWidget(button)
    wide = flow.sizeHint().width()
    holder.resize(wide, 200)
    holder.show()
    assert len({button.y() for button in buttons}) == 1
    one = flow.heightForWidth(wide)
    holder.resize(flow.minimumSize().width(), 200)
    flow.activate()
    assert [button.x() for button in buttons] == [0, 0, 0]
    assert flow.heightForWidth(holder.width()) == 3 * one + 2 * 8
    buttons[1].hide()
    flow.activate()
    assert buttons[2].y() == one + 8
    assert flow.takeAt(0) is not None
    assert flow.count() == 2
    assert flow.itemAt(2) is None
