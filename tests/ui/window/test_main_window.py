"""The window with real keys and mouse: open, move about, save, leave."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.project import Project
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.project_file import load_project
from cnnstudio.core.text import T
from cnnstudio.protocol.messages import Device, Ready
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.window.dialogs import Leave
from cnnstudio.ui.window.main_window import FIRST_WINDOW, PREFERENCES, START
from cnnstudio.ui.window.start_page import SAMPLES, StartPage
from tests.ui.window.desk import Desk

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
SAMPLE = resource("samples", "lecture-cnn.cnnstudio")


def press(qtbot: QtBot, desk: Desk, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Presses a key where the focus is."""
    together = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        together |= modifier
    qtbot.keyClick(QApplication.focusWidget() or desk.window, key, together)


def edit(desk: Desk) -> None:
    """Changes the project."""

    def more_epochs(project: Project) -> Project:
        training = msgspec.structs.replace(project.training, epochs=project.training.epochs + 1)
        return msgspec.structs.replace(project, training=training)

    desk.session.document.apply(more_epochs, T("Change the epochs"))


def start_page(desk: Desk) -> StartPage:
    page = desk.window.pages.currentWidget()
    assert isinstance(page, StartPage)
    return page


def test_enter_opens_the_lecture_cnn(qtbot: QtBot, desk: Desk) -> None:
    assert desk.window.place == START
    assert QApplication.focusWidget() is start_page(desk).samples["lecture-cnn"]
    press(qtbot, desk, Qt.Key.Key_Return)
    assert desk.window.place == "design"
    assert desk.session.name == "lecture-cnn"
    assert len(desk.session.document.network.layers) == 8
    assert desk.window.status.part("network").text().startswith("8 layers · 1,101,526 parameters")
    assert desk.window.status.part("data").text() == "Fashion-MNIST · 54,000 / 6,000 / 10,000"


def test_every_sample_is_a_card(desk: Desk) -> None:
    shipped = {path.stem for path in resource("samples").glob("*.cnnstudio")}
    assert {id for id, _, _ in SAMPLES} == shipped == set(start_page(desk).samples)


def test_workspaces_by_tab_and_by_digit(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_1, CTRL)
    assert desk.window.place == START  # nothing is open yet
    desk.session.open_sample("lecture-cnn")
    press(qtbot, desk, Qt.Key.Key_1, CTRL)
    assert desk.window.place == "data"
    press(qtbot, desk, Qt.Key.Key_2, CTRL)  # Augment isn't there: nothing happens
    assert desk.window.place == "data"
    tab = desk.window.header.tabs.tab("design")
    qtbot.mouseClick(tab, Qt.MouseButton.LeftButton)
    assert desk.window.place == "design"
    assert desk.window.header.tabs.current == "design"


def test_tabs_are_centred_and_stay(desk: Desk) -> None:
    desk.session.open_sample("lecture-cnn")
    tabs = desk.window.header.tabs
    before = tabs.geometry()
    assert abs(before.center().x() - desk.window.width() // 2) <= 1
    desk.window.header.run.show_progress(0.46, T("46 %"))
    assert tabs.geometry() == before
    assert desk.window.header.run.isVisible()


def test_a_workspaces_shortcut_works_only_there(qtbot: QtBot, desk: Desk) -> None:
    desk.session.open_sample("lecture-cnn")
    press(qtbot, desk, Qt.Key.Key_L, CTRL)
    data, design = desk.places
    assert (data.done, design.done) == ([], ["arranged"])
    press(qtbot, desk, Qt.Key.Key_1, CTRL)
    press(qtbot, desk, Qt.Key.Key_L, CTRL)
    assert data.done == ["arranged"]


def test_save_as_then_save(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.session.open_sample("lecture-cnn")
    edit(desk)
    assert desk.session.unsaved
    assert desk.window.isWindowModified()
    desk.answers.path = tmp_path / "mine.cnnstudio"
    press(qtbot, desk, Qt.Key.Key_S, CTRL)
    assert not desk.session.unsaved
    assert desk.session.name == "mine"
    edit(desk)
    press(qtbot, desk, Qt.Key.Key_S, CTRL)
    assert desk.answers.asked == ["save"]
    assert load_project(desk.answers.path).training.epochs == 7
    assert desk.preferences.recent == [desk.answers.path]
    assert desk.window.status.part("saved").text().startswith("Saved ")


def test_undo_and_redo(qtbot: QtBot, desk: Desk) -> None:
    desk.session.open_sample("lecture-cnn")
    edit(desk)
    press(qtbot, desk, Qt.Key.Key_Z, CTRL)
    assert desk.session.document.project.training.epochs == 5
    assert not desk.session.unsaved
    press(qtbot, desk, Qt.Key.Key_Z, CTRL, SHIFT)
    assert desk.session.document.project.training.epochs == 6


@pytest.mark.parametrize(
    ("answer", "left"), [(Leave.STAY, False), (Leave.DISCARD, True), (Leave.SAVE, True)]
)
def test_unsaved_changes_are_asked_about_once(
    desk: Desk, tmp_path: Path, answer: Leave, left: bool
) -> None:
    desk.answers.path = tmp_path / "mine.cnnstudio"
    desk.session.open_sample("lecture-cnn")
    edit(desk)
    desk.answers.leave_with = answer
    assert desk.window.close() is left
    assert desk.answers.asked.count("lecture-cnn") == 1
    assert desk.answers.path.exists() is (answer is Leave.SAVE)


def test_a_saving_that_was_called_off_keeps_the_window(desk: Desk) -> None:
    desk.session.open_sample("lecture-cnn")
    edit(desk)
    desk.answers.leave_with = Leave.SAVE
    assert not desk.window.close()
    assert desk.session.unsaved


def test_a_file_that_cannot_be_opened_is_explained(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.cnnstudio"
    bad.write_text("{", encoding="utf-8")
    desk.session.open_sample("lecture-cnn")
    before = desk.session.document.project
    desk.session.open(bad)
    notice = desk.window.notice.current
    assert notice is not None
    assert "bad.cnnstudio" in notice.what.text()
    assert desk.session.document.project is before
    qtbot.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    assert desk.window.notice.isHidden()


def test_recent_projects_are_offered_and_gone_ones_are_not(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        path = tmp_path / f"{name}.cnnstudio"
        path.write_bytes(SAMPLE.read_bytes())
        desk.session.open(path)
    (tmp_path / "a.cnnstudio").unlink()
    assert [path.stem for path in desk.preferences.recent] == ["b"]
    desk.window.show_start()
    rows = [w for w in start_page(desk).findChildren(QWidget) if w.accessibleName() == "b"]
    qtbot.mouseClick(rows[-1], Qt.MouseButton.LeftButton)
    assert desk.window.place == "design"


def test_preferences_apply_at_once(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_Comma, CTRL)
    assert desk.window.place == PREFERENCES
    page = desk.window.pages.currentWidget()
    dark = next(w for w in page.findChildren(QWidget) if w.accessibleName() == "Dark")
    qtbot.mouseClick(dark, Qt.MouseButton.LeftButton)
    assert desk.window.context.theme.dark
    desk.preferences.set("text_size", 125)
    assert desk.window.context.theme.scale == 1.25
    assert desk.window.header.height() == 55
    qtbot.keyClicks(page.search, "text")  # type: ignore[attr-defined]
    shown = [s.names[0].id for g in page.groups for s in g.settings if s.isVisible()]  # type: ignore[attr-defined]
    assert "Text size" in shown
    assert "Language" not in shown
    page.search.clear()  # type: ignore[attr-defined]
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert desk.window.place == START


def test_language_switches_without_restart(desk: Desk) -> None:
    desk.session.open_sample("lecture-cnn")
    desk.preferences.set("language", "ko")
    assert desk.window.context.language.code == "ko"
    assert desk.window.status.part("language").text() == "한국어"
    assert "1,377만" in desk.window.status.part("network").text()
    desk.preferences.set("language", "en")
    assert "13.8\u2009M" in desk.window.status.part("network").text()


def test_messages_are_kept(qtbot: QtBot, desk: Desk) -> None:
    desk.messages.add(T("The run has finished."))
    assert desk.window.status.part("message").text() == "The run has finished."
    qtbot.mouseClick(desk.window.status.part("message"), Qt.MouseButton.LeftButton)
    assert desk.window.messages_panel.isVisible()
    assert desk.window.messages_panel.list.item(0).text().endswith("The run has finished.")
    assert desk.window.status.part("message").isHidden()  # it has been read
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert desk.window.messages_panel.isHidden()


def test_f6_goes_round_the_regions(qtbot: QtBot, desk: Desk) -> None:
    desk.session.open_sample("lecture-cnn")
    seen = []
    for _ in range(3):
        press(qtbot, desk, Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        seen.append(focused.text() if focused is not None else "")  # type: ignore[attr-defined]
    assert seen == ["first", "second", "first"]
    press(qtbot, desk, Qt.Key.Key_F6, SHIFT)
    assert QApplication.focusWidget().text() == "second"  # type: ignore[union-attr]
    assert desk.window.focus_ring.target is QApplication.focusWidget()


def test_f6_on_the_start_page(qtbot: QtBot, desk: Desk) -> None:
    seen = set()
    for _ in range(4):
        press(qtbot, desk, Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        seen.add(focused.accessibleName() if focused is not None else "")
    assert seen == {"New network", start_page(desk).samples["lecture-cnn"].accessibleName()}


def test_a_fact_that_leads_nowhere_says_why(desk: Desk) -> None:
    data = desk.window.status.part("data")
    assert not data.isEnabled()
    assert data.toolTip() == "No project is open."
    desk.session.open_sample("lecture-cnn")
    assert data.isEnabled()
    assert data.toolTip() == ""


def test_a_guard_keeps_the_window_open(desk: Desk) -> None:
    answers = [False, True]
    desk.window.before_close.append(lambda: answers.pop(0))
    assert not desk.window.close()
    assert desk.window.close()


def test_what_an_engine_says_replaces_the_guess(desk: Desk) -> None:
    assert desk.window.status.part("device").text() == "CPU, 2 cores · TensorFlow 2.21"
    devices = (Device(id="cpu"), Device(id="gpu:0", name="NVIDIA L4"))
    versions = {"tensorflow": "2.21.0"}
    ready = Ready(backend="tensorflow", versions=versions, devices=devices, device="gpu:0")
    desk.window.show_engine(ready)
    desk.session.open_sample("lecture-cnn")
    assert desk.window.status.part("device").text() == "NVIDIA L4 · TensorFlow 2.21"


@pytest.mark.parametrize("place", [START, PREFERENCES, "design"])
def test_everything_reachable_has_a_name(desk: Desk, place: str) -> None:
    desk.session.open_sample("lecture-cnn")
    desk.window.show_place(place)
    nameless = [
        widget
        for widget in desk.window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not (widget.accessibleName() or widget.property("text"))
    ]
    assert nameless == []


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("percent", [90, 100, 125, 150])
def test_no_page_scrolls_sideways_or_outgrows_the_smallest_window(
    desk: Desk, language: str, percent: int
) -> None:
    desk.preferences.set("language", language)
    desk.preferences.set("text_size", percent)
    desk.window.resize(1024, 700)
    for place in (START, PREFERENCES):
        desk.window.show_place(place)
        QApplication.processEvents()
        area = desk.window.pages.currentWidget().findChild(QScrollArea)
        assert isinstance(area, QScrollArea)
        assert area.widget().width() <= area.viewport().width()
    assert desk.window.width() == 1024


def test_a_menu_without_entries_is_not_there(desk: Desk) -> None:
    def titles() -> list[str]:
        return [a.text() for a in desk.window.menuBar().actions() if a.isVisible()]

    assert titles() == ["File", "Edit", "View", "Help"]
    desk.session.open_sample("lecture-cnn")
    assert titles() == ["File", "Edit", "View", "Network", "Help"]


def test_what_is_to_be_decided_first_stands_above_the_rest(desk: Desk) -> None:
    offer = Label(desk.window.context, "lost and found")
    desk.window.offer(offer)
    QApplication.processEvents()
    page = start_page(desk)
    below = page.samples["lecture-cnn"]
    assert offer.isVisible()
    assert offer.mapTo(page, QPoint(0, offer.height())).y() < below.mapTo(page, QPoint()).y()


def test_a_small_screen_is_filled_the_first_time(desk: Desk) -> None:
    room = desk.window.screen().availableGeometry()
    desk.window.restore_geometry()
    small = room.width() < FIRST_WINDOW[0] or room.height() < FIRST_WINDOW[1]
    assert desk.window.isMaximized() is small


def test_geometry_is_remembered(desk: Desk) -> None:
    desk.window.resize(1100, 720)
    desk.window.close()
    assert desk.preferences.store.value("window/geometry") is not None


def test_no_two_actions_share_a_shortcut(desk: Desk) -> None:
    desk.session.open_sample("lecture-cnn")
    table = desk.window.actions_table
    keys = [
        sequence.toString()
        for action in table.possible()
        for sequence in table.get(action.id).shortcuts()
    ]
    assert len(keys) == len(set(keys))
