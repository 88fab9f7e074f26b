"""Shortcuts of one's own: taken with real keys, refused with the reason, given back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from cnnstudio.core.text import T
from cnnstudio.ui.window.keyboard_table import KeyRow
from cnnstudio.ui.window.preferences_page import PreferencesPage
from cnnstudio.ui.window.settings import Preferences
from tests.ui.window.desk import Desk

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def row(desk: Desk, id: str) -> KeyRow:
    """The row of an action, on the screen."""
    desk.window.show_preferences(T("Keyboard"))
    page = desk.window.pages.currentWidget()
    assert isinstance(page, PreferencesPage)
    at = [action.id for action in desk.window.actions_table.table()].index(id)
    found = page.groups[-1].settings[at]
    assert isinstance(found, KeyRow)
    return found


def type_keys(
    qtbot: QtBot, line: KeyRow, key: Qt.Key, modifiers: Qt.KeyboardModifier = CTRL
) -> None:
    qtbot.mouseClick(line.keys, Qt.MouseButton.LeftButton)
    line.keys.setFocus()
    qtbot.keyClick(line.keys, key, modifiers)


def said(line: KeyRow) -> str:
    """The words under the action's name, "" if there are none."""
    return " ".join(label.text() for label in line.findChildren(QLabel)[1:] if label.isVisible())


def test_another_shortcut_works_at_once_and_stays(qtbot: QtBot, desk: Desk) -> None:
    line = row(desk, "palette")
    type_keys(qtbot, line, Qt.Key.Key_P)
    assert line.keys.text() == "Ctrl P"
    assert Preferences(desk.preferences.store).keys == {"palette": "Ctrl+P"}
    assert desk.window.actions_table.keys_text("palette") == "Ctrl P"
    desk.window.leave_preferences()
    qtbot.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_K, CTRL)
    assert not desk.window.palette_box.isVisible()
    qtbot.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_P, CTRL)
    assert desk.window.palette_box.isVisible()
    desk.window.palette_box.close_up()


def test_a_shortcut_that_is_taken_is_refused_with_its_owner(qtbot: QtBot, desk: Desk) -> None:
    line = row(desk, "palette")
    type_keys(qtbot, line, Qt.Key.Key_S)
    assert said(line) == "Ctrl S is the shortcut of “Save”. Give that another one first."
    assert line.keys.text() == "Ctrl K"
    assert desk.preferences.keys == {}
    assert desk.answers.asked == []  # and nothing was saved meanwhile


@pytest.mark.parametrize("key", [Qt.Key.Key_A, Qt.Key.Key_Return, Qt.Key.Key_Delete])
def test_a_key_that_writes_is_refused(qtbot: QtBot, desk: Desk, key: Qt.Key) -> None:
    line = row(desk, "palette")
    type_keys(qtbot, line, key, Qt.KeyboardModifier.NoModifier)
    assert "Hold Ctrl or Alt" in said(line)
    assert desk.preferences.keys == {}


def test_function_keys_need_no_modifier(qtbot: QtBot, desk: Desk) -> None:
    line = row(desk, "palette")
    type_keys(qtbot, line, Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier)
    assert line.keys.text() == "F2"


def test_two_workspaces_may_use_the_same_keys(qtbot: QtBot, desk: Desk) -> None:
    line = row(desk, "data.arrange")
    type_keys(qtbot, line, Qt.Key.Key_J)
    line = row(desk, "design.arrange")
    type_keys(qtbot, line, Qt.Key.Key_J)
    assert desk.preferences.keys == {"data.arrange": "Ctrl+J", "design.arrange": "Ctrl+J"}


def test_escape_and_leaving_keep_the_old_one(qtbot: QtBot, desk: Desk) -> None:
    line = row(desk, "palette")
    qtbot.mouseClick(line.keys, Qt.MouseButton.LeftButton)
    assert line.keys.text() == "Press the keys…"
    qtbot.keyClick(line.keys, Qt.Key.Key_Escape)
    assert line.keys.text() == "Ctrl K"
    assert desk.window.place == "preferences"  # Esc was the button's
    qtbot.mouseClick(line.keys, Qt.MouseButton.LeftButton)
    line.keys.setFocus()
    line.reset.setFocus()
    qtbot.keyClick(line.keys, Qt.Key.Key_Control)
    desk.window.setFocus()
    assert line.keys.text() == "Ctrl K"


def test_one_and_all_go_back(qtbot: QtBot, desk: Desk) -> None:
    for id, key in (("palette", Qt.Key.Key_P), ("messages", Qt.Key.Key_M)):
        type_keys(qtbot, row(desk, id), key, CTRL | ALT)
    assert set(desk.preferences.keys) == {"palette", "messages"}
    line = row(desk, "palette")
    assert line.reset.isVisible()
    qtbot.mouseClick(line.reset, Qt.MouseButton.LeftButton)
    assert line.keys.text() == "Ctrl K"
    assert not line.reset.isVisible()
    desk.preferences.forget_keys()
    assert row(desk, "messages").keys.text() == "–"
