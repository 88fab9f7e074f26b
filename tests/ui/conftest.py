"""What every test of the window gets, and what none may leave behind."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QSettings, QThread, QTimer
from PySide6.QtWidgets import QApplication

from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Language

_HARMLESS = "This plugin does not support "  # offscreen has no window system


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """One theme for the whole session: dressing an application takes a while."""
    return Theme(qapp, "light")


@pytest.fixture
def context(theme: Theme) -> Iterator[Context]:
    """A light theme at 100 % and English, as it was before after each test."""
    yield Context(theme, Language("en", parent=theme))
    theme.set_mode("light")
    theme.set_percent(100)
    theme.reduce_motion = False


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Settings of their own, forgotten with the test."""
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture(autouse=True)
def _no_qt_warnings(qtlog: Any) -> Iterator[None]:
    yield
    said = [r.message for r in qtlog.records if not r.message.startswith(_HARMLESS)]
    assert not said, f"Qt said: {said}"


@pytest.fixture(autouse=True)
def _nothing_dangling() -> Iterator[None]:
    """Fails a test that leaves a running thread, a running timer or a widget on the screen."""
    threads: list[QThread] = []
    timers: list[QTimer] = []
    start_thread, start_timer = QThread.start, QTimer.start

    def keep_thread(self: QThread, *args: Any) -> None:
        threads.append(self)
        start_thread(self, *args)

    def keep_timer(self: QTimer, *args: Any) -> None:
        timers.append(self)
        start_timer(self, *args)

    app = QApplication.instance()
    before = set(app.topLevelWidgets()) if isinstance(app, QApplication) else set()
    with patch.object(QThread, "start", keep_thread), patch.object(QTimer, "start", keep_timer):
        yield
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    app.processEvents()
    gc.collect()
    running = [t for t in threads if _is(t, "isRunning")]
    ticking = [t for t in timers if _is(t, "isActive")]
    shown = [w for w in app.topLevelWidgets() if w not in before and _is(w, "isVisible")]
    assert not running, f"threads still running: {running}"
    assert not ticking, f"timers still running: {[(t, t.parent()) for t in ticking]}"
    assert not shown, f"widgets still on the screen: {shown}"


def _is(thing: Any, state: str) -> bool:
    try:
        return bool(getattr(thing, state)())
    except RuntimeError:  # already deleted by Qt
        return False
