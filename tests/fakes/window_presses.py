"""Every control of the real window, pressed once, on fake engines and without a screen.

Run as a script with a folder. Each place of the window is shown with the lecture's CNN and a run of
it, and every button, list and menu entry that can be used there is pressed. Prints what nothing
came of, what is disabled without a reason, and how many were pressed, one line a fact.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QElapsedTimer, QFile, QSettings, Qt, QTimer
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QGraphicsView,
    QMessageBox,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)
from shiboken6 import isValid

from cnnstudio.app import Studio, build
from cnnstudio.core.storage.places import runs_folder
from cnnstudio.core.text import Text
from cnnstudio.ui.canvas.pan_zoom import PanZoomView
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.data import sets
from cnnstudio.ui.inspect import picture_panel
from cnnstudio.ui.train.summaries import new_folder
from cnnstudio.ui.window.main_window import PREFERENCES, START
from tests.fakes.window_audit import controls
from tests.fakes.window_tour import make, say, wait
from tests.ui.inspect.bench import make_run

SAMPLE = "lecture-cnn"
PATIENCE = 2000  # milliseconds until something that takes a moment has happened
ZOOM = 1.3
PREFERRED = {
    "language": "en", "theme": "light", "text_size": "100", "reduce_motion": "false",
    "backend": "tensorflow", "device": "auto",
}  # fmt: skip


class Presses:
    """Presses the controls of a window, and looks what comes of it.

    Args:
        studio: The window and its parts.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio, self.window = studio, studio.window
        self.heard: list[str] = []
        self.pressed = 0
        self.nothing: list[str] = []
        self.unexplained: set[str] = set()
        self.start = studio.session.document.project
        self._done: set[str] = set()

    def place(self, place: str) -> None:
        """Presses all there is in a place until nothing is new."""
        self._go(place)
        self.start = self.studio.session.document.project
        while found := dict(self._new(place)):
            for name, control in found.items():
                if isValid(control) and control.isVisible() and control.isEnabled():
                    self._press(name, control)
                    self._restore(place)
                self._done.add(name)

    def look(self) -> tuple[Any, ...]:
        """What can be seen and heard: where two looks differ, something has happened."""
        document, store = self.studio.session.document, self.studio.preferences.store
        tops = [top for top in QApplication.topLevelWidgets() if top.isVisible()]
        widgets = [widget for top in tops for widget in _shown(top)]
        return (
            [_look_at(widget) for widget in widgets],
            [_look_through(view) for view in widgets if isinstance(view, QGraphicsView)],
            id(QApplication.focusWidget()),
            id(document.project),
            document.position,
            QGuiApplication.clipboard().text(),
            [(key, store.value(key)) for key in store.allKeys()],
            self.window.windowState(),
            len(self.heard),
        )

    def _new(self, place: str) -> Iterator[tuple[str, QWidget | QAction]]:
        """What can be pressed here and wasn't yet; what can't be pressed must say why.

        Actions and what is around the pages are the same in every place.
        """
        for action in self.studio.window.actions_table.table():
            made = self.window.actions_table.get(action.id)
            if made.isVisible() and made.isEnabled():
                if action.id not in self._done:
                    yield action.id, made
            elif made.isVisible() and not made.toolTip():
                self.unexplained.add(action.id)
        for widget in controls(self.window):
            if not isinstance(widget, QAbstractButton | QComboBox):
                continue
            name = _name(widget)
            if self.window.pages.isAncestorOf(widget):
                name = f"{place}: {name}"
            if not widget.isEnabled():
                if not _reason(widget):
                    self.unexplained.add(name)
            elif name not in self._done:
                yield name, widget

    def _press(self, name: str, control: QWidget | QAction) -> None:
        self.pressed += 1
        if isinstance(control, QWidget) and not self.window.pages.isAncestorOf(control):
            self.window.show_preferences()  # what leads to a place is pressed elsewhere
            QApplication.processEvents()
        is_on, before, picture = _says_it_is_on(control), self.look(), None
        for again in (False, True):
            if again:  # what only changes a picture is seen in a picture
                picture = self.window.grab().toImage()
            _click(control)
            clock = QElapsedTimer()
            clock.start()
            while True:
                QApplication.processEvents()
                if self.look() != before:
                    return
                if picture is not None and self.window.grab().toImage() != picture:
                    return
                if is_on:
                    return
                if clock.hasExpired(PATIENCE):
                    break
                QTest.qWait(10)
        self.nothing.append(name)

    def _restore(self, place: str) -> None:
        """Everything is as it was, but for what goes on by itself."""
        app = QApplication
        while (popup := app.activePopupWidget()) is not None:
            popup.close()
        while (dialog := app.activeModalWidget()) is not None:
            dialog.close()
        preferences = self.studio.preferences
        preferences.set("language", "en")  # controls are known by their names
        if preferences.keys:
            preferences.forget_keys()
        QGuiApplication.clipboard().clear()
        window, document = self.window, self.studio.session.document
        if window.isFullScreen():
            window.showNormal()
        if not window.isVisible():  # it was told to close
            window.show()
        window.palette_box.close_up()
        window.notice.dismiss()
        self.studio.places.data.opening.drop()
        if document.project is not self.start:
            document.load(self.start)
        self._go(place)

    def _go(self, place: str) -> None:
        """Shows a place, the canvas a little enlarged and with a layer selected."""
        window, document = self.window, self.studio.session.document
        window.show_place(place)
        window.activateWindow()
        if place == "design":
            for view in window.findChildren(PanZoomView):
                view.zoom_to(ZOOM)
            for view in window.findChildren(CanvasView):
                view.selection.choose([document.network.layers[1].id])
        QApplication.processEvents()


def _shown(widget: QWidget) -> Iterator[QWidget]:
    """A widget and all that can be seen inside of it; what is hidden isn't looked into."""
    yield widget
    only = Qt.FindChildOption.FindDirectChildrenOnly
    for child in widget.findChildren(QWidget, options=only):
        if child.isVisible():
            yield from _shown(child)


def _look_at(widget: QWidget) -> tuple[Any, ...]:
    corner = widget.mapToGlobal(widget.rect().topLeft())
    words = widget.toPlainText() if isinstance(widget, QPlainTextEdit) else ""
    facts = (widget.property(name) for name in ("text", "checked", "value", "currentIndex"))
    return (id(widget), corner.toTuple(), widget.size().toTuple(), words,
            widget.isEnabled(), widget.toolTip(), *facts)  # fmt: skip


def _look_through(view: QGraphicsView) -> tuple[Any, ...]:
    chosen = (view.selection.ids, view.selection.link) if isinstance(view, CanvasView) else ()
    return (view.transform().m11(), view.mapToScene(0, 0).toTuple(), chosen)


def _name(widget: QWidget) -> str:
    words = widget.accessibleName() or widget.property("text") or ""
    return f"{type(widget).__name__} {words!r} in {type(widget.parent()).__name__}"


def _reason(widget: QWidget) -> str:
    """Why a control is disabled: its tip, or that of what it is a part of."""
    part: QWidget | None = widget
    while part is not None and not part.isWindow():
        if part.toolTip():
            return part.toolTip()
        part = part.parentWidget()
    return ""


def _click(control: QWidget | QAction) -> None:
    if isinstance(control, QAction):
        control.trigger()
        return
    scroll = control.parentWidget()
    while scroll is not None:
        if isinstance(scroll, QScrollArea):
            scroll.ensureWidgetVisible(control)
        scroll = scroll.parentWidget()
    QTest.mouseClick(control, Qt.MouseButton.LeftButton)


def _says_it_is_on(control: QWidget | QAction) -> bool:
    """Whether it is one of several of which it is the one chosen."""
    if isinstance(control, QAction):
        return control.isCheckable() and control.isChecked()
    grouped = isinstance(control, QAbstractButton) and (
        control.autoExclusive() or (control.group() is not None and control.group().exclusive())
    )
    return grouped and control.isChecked()


def press_all(studio: Studio, folder: Path) -> None:
    """Presses every control of every place.

    Args:
        studio: The window and its parts.
        folder: Where a download is said to be; it holds no pictures.
    """
    window, training = studio.window, studio.places.train.training
    presses = Presses(studio)

    def hear(name: str, answer: Any) -> Any:
        def called(*_args: object, **_more: object) -> Any:
            presses.heard.append(name)
            return answer

        return called

    def complain(_picture: object, text: Text | None) -> None:
        if text is not None:
            presses.heard.append("complaint")

    with (
        patch.object(QApplication, "setStyleSheet", hear("dress", None)),  # a second each time
        patch.object(QFileDialog, "getOpenFileName", hear("open", ("", ""))),
        patch.object(QFileDialog, "getSaveFileName", hear("save", ("", ""))),
        patch.object(QFileDialog, "getExistingDirectory", hear("folder", "")),
        patch.object(QFileDialog, "exec", hear("file", 0)),
        patch.object(QMessageBox, "exec", hear("message", 0)),
        patch.object(QDesktopServices, "openUrl", hear("url", True)),
        patch.object(QFile, "moveToTrash", hear("bin", (False, ""))),
        patch.object(sets, "download", hear("download", folder)),
        patch.object(picture_panel._PictureView, "complain", complain),
    ):
        wait(window.isActiveWindow, "an active window")
        for place in (START, PREFERENCES):
            presses.place(place)
        for key, value in PREFERRED.items():
            studio.preferences.set(key, value)
        studio.session.open_sample(SAMPLE)
        wait(lambda: bool(training.runs), "a run")
        for place in ("train", "data", "design", "inspect"):
            presses.place(place)
    say("pressed", presses.pressed)
    say("nothing happened", presses.nothing)
    say("no reason", sorted(presses.unexplained))
    studio.session.document.mark_saved(studio.session.document.project)
    window.close()


def main(folder: Path) -> int:
    os.environ["CNNSTUDIO_DATA"] = str(folder / "data")
    make_run(new_folder(None, SAMPLE, datetime.now()))
    assert runs_folder().is_dir()
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)  # it is told to close, and shown again
    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    for key, value in PREFERRED.items():
        store.setValue(key, value)
    studio = build(app, store, make)
    studio.window.resize(1280, 800)
    studio.window.show()
    studio.window.activateWindow()
    studio.window.before_close.clear()  # a run that goes on is no reason to stay here

    def go() -> None:
        try:
            press_all(studio, folder / "downloads")
        finally:  # after an error the window is still there
            app.exit(int(studio.window.isVisible()))

    QTimer.singleShot(0, go)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
