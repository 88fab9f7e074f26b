"""The whole window without a screen, driven as a newcomer would, on fake engines.

Run as a script with a folder; prints what was seen, one line a fact, and closes the window. Its
test reads the lines; a process that doesn't end by itself is a failure.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import msgspec
import psutil
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.app import Studio, build
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.messages import Request, StartRun
from tests.fakes.engines import fake_command
from tests.fakes.window_audit import faults, out_of_reach

CTRL = Qt.KeyboardModifier.ControlModifier


class Client(EngineClient):
    """A client whose engine trains for half a second, whatever the project is."""

    def send(self, request: Request, blob: bytes = b"") -> int:
        if isinstance(request, StartRun):
            request = msgspec.structs.replace(request, project="train 0.01")
        return super().send(request, blob)


def make(role: str, backend: str, device: str, log: Path, **more: Any) -> EngineClient:
    """Makes an engine's client."""
    command = fake_command("", role, backend, device, log)
    return Client(role, backend, device, log, command=command, **more)  # type: ignore[arg-type]


class Layouts(QObject):
    """Counts how often anything is laid out again; without end, it takes a core from a training."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._count = 0
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._count += event.type() == QEvent.Type.LayoutRequest
        return False

    def rest(self) -> bool:
        """Whether none was laid out since this was asked last."""
        before, self._count = self._count, 0
        return not before


def say(name: str, fact: object) -> None:
    print(f"{name}: {fact}", flush=True)


def wait(condition: Callable[[], bool], what: str) -> None:
    clock = QElapsedTimer()
    clock.start()
    while not condition():
        if clock.hasExpired(20_000):
            say("never", what)
            return
        QTest.qWait(5)


def tour(studio: Studio) -> None:
    """Start page, Enter, Ctrl Enter on the canvas, Inspect while it trains, and the end."""
    window, chip = studio.window, studio.window.header.run
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    layouts = Layouts(app)

    def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or window, key, modifiers)

    wait(window.isActiveWindow, "an active window")
    wrong = faults(window)
    press(Qt.Key.Key_Return)
    say("after Enter", window.place)
    press(Qt.Key.Key_Return, CTRL)
    say("after Ctrl Enter", window.place)
    wait(chip.isVisible, "a run chip")
    press(Qt.Key.Key_5, CTRL)
    say("meanwhile", window.place)
    wait(chip.isHidden, "the end of the run")
    say("news", [message.text.id for message in studio.messages.all])
    state = window.status.part("run")
    wait(lambda: state.text() == "Ready to train", "the next engine")
    for place in ("data", "design", "train"):
        window.show_workspace(place)
        wait(layouts.rest, f"an end of laying out {place}")
        wrong |= faults(window)
    window.show_workspace("design")
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Down)
    for show in ("design.volumes", "design.costs", "design.compare"):
        window.actions_table.get(show).trigger()
        QApplication.processEvents()
        wrong |= faults(window)
        wait(layouts.rest, f"an end of laying out after {show}")
    window.show_preferences()
    wait(layouts.rest, "an end of laying out the preferences")
    wrong |= faults(window)
    say("wrong", sorted(wrong))
    say("out of reach", out_of_reach(studio))
    say("state", state.text())
    window.close()


def main(folder: Path) -> int:
    os.environ["CNNSTUDIO_DATA"] = str(folder / "data")
    app = QApplication([])
    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    store.setValue("language", "en")
    studio = build(app, store, make)
    studio.window.resize(1280, 800)
    studio.window.show()
    studio.window.activateWindow()
    studio.engines.warm()

    def go() -> None:
        try:
            tour(studio)
        finally:  # after an error the window is still there
            app.exit(int(studio.window.isVisible()))

    QTimer.singleShot(0, go)
    code = app.exec()
    say("processes left", len(psutil.Process().children(recursive=True)))
    others = {thread.name for thread in threading.enumerate()} - {"MainThread"}
    say("threads left", sorted(others))
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
