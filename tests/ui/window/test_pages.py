"""Making a page shows nothing outside the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.window.desk import Desk


class Shown(QObject):
    """Keeps the kinds of the widgets that were shown as windows of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.kinds.append(type(watched).__name__)
        return False


def test_the_preferences_are_made_inside_the_window(
    qtbot: QtBot, qapp: QApplication, desk: Desk
) -> None:
    shown = Shown()
    qapp.installEventFilter(shown)
    try:
        desk.window.show_preferences()
        qtbot.waitUntil(lambda: desk.window.is_at("preferences"))
    finally:
        qapp.removeEventFilter(shown)
    assert shown.kinds == []
    assert desk.window.isActiveWindow()
