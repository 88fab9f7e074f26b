"""The real window with the real engine, used in every way again and again for a given time.

``python -m tests.fakes.window_soak FOLDER SECONDS``. Each round opens a sample, trains it, looks
inside, pauses, goes on, stops, edits, changes split, language and theme, saves and opens. A line
of JSON for each round says how many Python objects there are (Qt's own aren't counted: asking for
them makes wrappers, which stay) and, where the C library is glibc, how many MB it has handed out:
unlike the process's memory that has no holes. Runs older than the round before are removed, so that
what grows is the window's own.
"""

from __future__ import annotations

import ctypes
import gc
import itertools
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from cnnstudio.app import Studio, build
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.project import Project
from cnnstudio.core.storage.places import runs_folder
from cnnstudio.core.text import T
from cnnstudio.protocol.delivery import Delivery
from cnnstudio.protocol.messages import Batches
from cnnstudio.ui.data.workspace import DataWidget
from cnnstudio.ui.design.widget import DesignWidget
from cnnstudio.ui.train.control_bar import PAUSE_KEYS, STOP_KEYS, TRAIN_KEYS
from cnnstudio.ui.window.dialogs import Leave
from tests.fakes.window_trainer import press

PATIENCE = 60.0
MB = 2**20
Wait = tuple[str, Callable[[], bool]]
"""What is waited for, in words and as a condition."""


class Handed(ctypes.Structure):
    """``struct mallinfo2`` of glibc (malloc.h); sizes in bytes.

    Attributes:
        hblkhd: In blocks mapped by themselves.
        uordblks: In all others in use.
    """

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def in_use() -> float | None:
    """What glibc has handed out and not got back, in MB; None with another C library."""
    if sys.platform != "linux":
        return None
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None)  # glibc 2.33
    if ask is None:
        return None
    ask.restype = Handed
    handed = ask()
    return float(handed.hblkhd + handed.uordblks) / MB


class Answers:
    """Answers every dialog at once.

    Attributes:
        path: Where projects are saved.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def leave(self, _name: str) -> Leave:
        return Leave.DISCARD

    def leave_run(self, _name: str) -> bool:
        return True

    def open_project(self, _folder: Path) -> Path | None:
        return self.path

    def save_project(self, _suggestion: Path) -> Path | None:
        return self.path


class Person:
    """Uses the window; each method yields what it waits for.

    Args:
        studio: The window and its parts.
        folder: Where projects are saved.
    """

    def __init__(self, studio: Studio, folder: Path) -> None:
        self.studio, self.window, self.folder = studio, studio.window, folder
        self.training = studio.places.train.training
        self.examination = studio.places.inspect.examination
        self.answers = Answers(folder)
        self.picture = folder / "picture.png"
        self.begun = False
        studio.session.use_dialogs(self.answers)
        studio.session.failed.connect(lambda text: print(text, file=sys.stderr))
        studio.engines.run_event.connect(self._see)
        image = QImage(40, 30, QImage.Format.Format_Grayscale8)
        image.fill(128)
        assert image.save(str(self.picture))

    def _see(self, delivery: Delivery) -> None:
        self.begun |= isinstance(delivery.event, Batches)

    def go_round(self, number: int) -> Iterator[Wait]:
        """One round of everything."""
        home = self.folder / f"round {number}"
        home.mkdir()
        self.answers.path = home / "soak.cnnstudio"
        self.studio.session.open_sample("dense-only")
        yield from self.train_to_the_end()
        press(self.window, "Ctrl+S")
        yield "a saved project", lambda: not self.studio.session.unsaved
        yield from self.inspect()
        yield from self.pause_go_on_and_stop()
        yield from self.stop_at_once()
        yield from self.data()
        yield from self.design()
        yield from self.looks()
        press(self.window, "Ctrl+S")
        yield "a saved project", lambda: not self.studio.session.unsaved
        before = self.folder / f"round {number - 1}" / "soak.cnnstudio"
        if before.exists():
            self.studio.session.open(before)
            yield "an opened project", lambda: self.studio.session.path == before
            yield "its runs", lambda: bool(self.training.runs)
        shutil.rmtree(self.folder / f"round {number - 2}", ignore_errors=True)
        for run in sorted(runs_folder().iterdir())[:-2]:
            shutil.rmtree(run)

    def set_training(self, epochs: int, batch_size: int = 512) -> None:
        def edit(project: Project) -> Project:
            training = msgspec.structs.replace(
                project.training, epochs=epochs, batch_size=batch_size
            )
            return msgspec.structs.replace(project, training=training)

        self.studio.session.document.apply(edit, T("Change the epochs"))

    def begin(self) -> Iterator[Wait]:
        yield "an engine", lambda: str(self.studio.engines.describe()) == str(T("Ready"))
        self.begun = False
        press(self.window, TRAIN_KEYS)
        assert self.training.running, "the shortcut didn't start a training"

    def end(self, *statuses: str) -> Iterator[Wait]:
        yield "the end of the run", lambda: not self.training.running
        assert self.training.shown is not None
        status = self.training.shown.status
        assert status in statuses, (status, str(self.training.problem), self.training.details)

    def train_to_the_end(self) -> Iterator[Wait]:
        self.set_training(epochs=1)
        yield from self.begin()
        yield from self.end("finished")

    def pause_go_on_and_stop(self) -> Iterator[Wait]:
        engines = self.studio.engines
        self.set_training(epochs=500, batch_size=64)
        yield from self.begin()
        yield "a batch", lambda: self.begun
        press(self.window, PAUSE_KEYS)
        yield "a pause", lambda: engines.paused
        self.begun = False
        press(self.window, PAUSE_KEYS)
        yield "a batch after the pause", lambda: self.begun
        press(self.window, STOP_KEYS)
        yield from self.end("cancelled")

    def stop_at_once(self) -> Iterator[Wait]:
        yield from self.begin()
        press(self.window, STOP_KEYS)
        yield from self.end("cancelled")

    def answered(self) -> bool:
        seen = self.examination
        assert seen.problem is None, str(seen.problem)
        return seen.answer is not None and seen.state is None and seen.answer.layer == seen.layer

    def inspect(self) -> Iterator[Wait]:
        """Test pictures, one from a file, a pasted and a drawn one; every layer."""
        seen = self.examination
        self.window.show_workspace("inspect")
        newest = self.training.shown_path
        yield "its run", lambda: any(run.path == newest for run in seen.runs or ())
        assert newest is not None
        seen.choose_run(newest)
        yield "test pictures", lambda: seen.test is not None
        for number in range(1, 20):
            seen.choose_test_picture(number)
            yield "an answer", self.answered
        assert seen.run is not None
        for layer in seen.run.analysis.nodes:
            seen.choose_layer(layer)
            yield "a layer", self.answered
        seen.open_file(self.picture)
        yield "a picture", lambda: seen.picture is not None and seen.picture.origin == "picture.png"
        QGuiApplication.clipboard().setImage(QImage(str(self.picture)))
        press(self.window, "Ctrl+V")
        yield (
            "a pasted picture",
            lambda: seen.picture is not None and str(seen.picture.origin) == "clipboard",
        )
        seen.draw(np.full((28, 28), 77, np.uint8))
        yield "an answer", self.answered

    def data(self) -> Iterator[Wait]:
        """The pictures, and another split."""
        library = self.studio.places.data.library
        self.window.show_workspace("data")
        widget = self.studio.places.data.widget()
        assert isinstance(widget, DataWidget)
        yield "the pictures", lambda: library.division is not None
        for share in (0.2, 0.3, 0.1):
            before = library.division
            self.studio.session.document.apply(
                lambda project, share=share: msgspec.structs.replace(
                    project, data=msgspec.structs.replace(project.data, validation=share)
                ),
                T("Change the split"),
            )
            yield "a split", lambda before=before: library.division not in (None, before)
        for label in range(10):
            widget.browser.show_class(label)
            yield "a moment", lambda: True

    def design(self) -> Iterator[Wait]:
        """Layers come, change, move and go; all of it is taken back, done again, taken back."""
        document = self.studio.session.document
        self.window.show_workspace("design")
        widget = self.studio.places.design.widget()
        assert isinstance(widget, DesignWidget)
        start = document.network
        widget.show_layer("n3")
        for name in ("dropout", "dense", "batch_normalization"):
            id = widget.view.add_layer(kinds()[name])
            yield "a moment", lambda: True
        widget.editor.set_parameter("n3", "units", 37)
        widget.editor.arrange()
        widget.editor.delete([id])
        yield "a moment", lambda: True
        steps = 0
        for _ in range(2):
            while document.network is not start:
                press(self.window, "Ctrl+Z")
                steps += 1
                yield "a step back", lambda: True
            for _ in range(steps):
                document.redo()
                yield "a step", lambda: True
        while document.network is not start:
            document.undo()

    def looks(self) -> Iterator[Wait]:
        """Every page in two languages, themes and text sizes, and the command palette."""
        preferences, language = self.studio.preferences, self.studio.context.language
        for code, theme, size in (("ko", "dark", 125), ("en", "light", 100)):
            preferences.set("language", code)
            preferences.set("theme", theme)
            preferences.set("text_size", size)
            yield "another language", lambda code=code: language.code == code
            for place in ("data", "design", "train", "inspect"):
                self.window.show_workspace(place)
                yield "a moment", lambda: True
            self.window.show_preferences()
            yield "a moment", lambda: True
            self.window.leave_preferences()
            self.window.open_palette("layer")
            yield "the palette", self.window.palette_box.isVisible
            press(self.window.palette_box.field, "Esc")
            yield "no palette", self.window.palette_box.isHidden
            self.window.toggle_messages()
            self.window.activateWindow()
            yield "an active window", self.window.isActiveWindow


def use(studio: Studio, folder: Path, seconds: float) -> Iterator[Wait]:
    """Rounds until the time is over; then the window is closed."""
    person = Person(studio, folder)
    end = time.monotonic() + seconds
    for number in itertools.count(1):
        yield from person.go_round(number)
        gc.collect()
        held = {"objects": len(gc.get_objects()), "in_use": in_use()}
        print(json.dumps({"round": number, **held}), flush=True)
        if time.monotonic() >= end:
            break
    studio.window.close()


def main(folder: Path, seconds: float) -> int:
    """Uses the window until the time is over; 0 if all went as it should."""
    app = QApplication([])
    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    studio = build(app, store)
    studio.window.resize(1440, 900)
    studio.window.show()
    studio.window.activateWindow()
    studio.engines.warm()
    todo = use(studio, folder, seconds)
    wait = next(todo)
    since = time.monotonic()
    failed = True
    look = QTimer()

    def go_on() -> None:
        nonlocal wait, since, failed
        what, condition = wait
        going = False
        try:
            if condition():
                wait, since = next(todo), time.monotonic()
            else:
                assert time.monotonic() < since + PATIENCE, (what, QApplication.focusWidget())
            going = True
        except StopIteration:
            failed = False
        finally:
            if not going:
                look.stop()
                app.quit()

    look.timeout.connect(go_on)
    look.start(20)
    app.exec()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
