"""The start page shows lost work first, and Enter still opens the lecture's CNN."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.app import open_argument
from cnnstudio.ui.recovery import RecoveryGuard, RecoveryOffer
from cnnstudio.ui.window.dialogs import Leave
from cnnstudio.ui.window.start_page import StartPage
from tests.ui.test_recovery import LEFT, lose
from tests.ui.window.desk import Desk


def test_on_the_start_page_it_comes_first_and_enter_still_opens_the_sample(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    root = tmp_path / "recovery"
    lose(root, None, 2)
    guard = RecoveryGuard(desk.session, root, delay=0.01)
    offer = RecoveryOffer(desk.window.context, guard)
    desk.window.offer(offer)
    qtbot.waitUntil(offer.isVisible)
    page = desk.window.pages.currentWidget()
    assert isinstance(page, StartPage)
    assert QApplication.focusWidget() is page.samples["lecture-cnn"]
    row = offer.rows[0]
    row.discard.setFocus()
    qtbot.keyClick(row.discard, Qt.Key.Key_Tab)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "New network"
    qtbot.keyClick(focus, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert row.discard.hasFocus()
    qtbot.mouseClick(row.restore, LEFT)
    assert desk.window.place == "design"
    assert desk.window.isWindowModified()
    assert guard.flush()
    desk.answers.leave_with = Leave.DISCARD
    assert desk.window.close()
    guard.close()
    assert list(root.iterdir()) == []


def test_a_project_named_at_the_start_does_not_hide_that_there_is_lost_work(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    root = tmp_path / "recovery"
    lose(root, None, 2)
    guard = RecoveryGuard(desk.session, root, delay=0.01)
    offer = RecoveryOffer(desk.window.context, guard)
    desk.window.offer(offer)
    open_argument(desk.window, offer, "sample:lecture-cnn")
    notice = desk.window.notice.current
    assert desk.window.place == "design"
    assert notice is not None
    assert "unsaved work" in notice.what.text()
    qtbot.mouseClick(notice.buttons[0], LEFT)
    assert desk.window.notice.isHidden()
    qtbot.waitUntil(offer.isVisible)
    desk.answers.leave_with = Leave.DISCARD
    qtbot.mouseClick(offer.rows[0].restore, LEFT)
    assert offer.isHidden()
    open_argument(desk.window, offer, "sample:dense-only")
    assert desk.window.notice.current is None
    assert desk.window.close()
    guard.close()
