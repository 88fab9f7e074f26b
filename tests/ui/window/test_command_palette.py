"""The command palette: matching in both languages, prefixes, keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.ui.window.matching import NO_MATCH, Matcher
from tests.ui.window.desk import Desk

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def open_desk(qtbot: QtBot, desk: Desk) -> Desk:
    desk.session.open_sample("lecture-cnn")
    qtbot.keyClick(desk.window, Qt.Key.Key_K, CTRL)
    assert desk.window.palette_box.isVisible()
    return desk


def _names(desk: Desk) -> list[str]:
    return [str(entry.text) for entry in desk.window.palette_box.shown]


def test_typing_and_enter_run_the_best(qtbot: QtBot, open_desk: Desk) -> None:
    palette = open_desk.window.palette_box
    qtbot.keyClicks(palette.field, "pref")
    assert _names(open_desk)[0] == "Preferences…"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isHidden()
    assert open_desk.window.place == "preferences"


def test_prefixes_narrow(qtbot: QtBot, open_desk: Desk) -> None:
    palette = open_desk.window.palette_box
    qtbot.keyClicks(palette.field, "+")
    assert _names(open_desk) == ["Conv2D"]
    palette.field.setText("+채ㅜㅍ")  # "conv" typed with the Hangul keyboard on
    assert _names(open_desk) == ["Conv2D"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert open_desk.places[1].done == ["Conv2D"]
    qtbot.keyClick(open_desk.window, Qt.Key.Key_K, CTRL)
    palette.field.setText(">")
    assert "Conv2D" not in _names(open_desk)
    assert {entry.kind for entry in palette.shown} == {"command"}


def test_nothing_fits(qtbot: QtBot, open_desk: Desk) -> None:
    palette = open_desk.window.palette_box
    qtbot.keyClicks(palette.field, "xyzzy")
    assert palette.shown == []
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_escape_gives_the_focus_back(qtbot: QtBot, desk: Desk) -> None:
    before = QApplication.focusWidget()
    assert before is not None
    qtbot.keyClick(before, Qt.Key.Key_K, CTRL)
    palette = desk.window.palette_box
    assert QApplication.focusWidget() is palette.field
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert QApplication.focusWidget() is before


def test_a_click_elsewhere_closes_it(open_desk: Desk) -> None:
    open_desk.window.header.search.setFocus(Qt.FocusReason.MouseFocusReason)
    assert open_desk.window.palette_box.isHidden()


@pytest.mark.parametrize(
    ("typed", "name", "rank"),
    [
        ("conv", "Conv2D", 0),
        ("pool", "Average Pooling", 1),
        ("ooling", "MaxPooling2D", 2),
        ("mp2", "MaxPooling2D", 3),
        ("채ㅜㅍ", "Conv2D", 0),
        ("ㅇ두ㄴㄷ", "Dense", 0),
        ("", "anything", 0),
        ("dense", "Conv2D", NO_MATCH),
        ("z", "Conv2D", NO_MATCH),
    ],
)
def test_ranks(typed: str, name: str, rank: int) -> None:
    assert Matcher().rank(typed, [name]) == rank
