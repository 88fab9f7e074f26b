"""How fast networks of a thousand layers open, move and change in the real window.

``python -m tests.benchmarks.large_networks FILE… [--size 1280x800] [--platform xcb]`` opens each
project file in a window of its own, works it with real events, and prints milliseconds, on the
clock and of the window's thread on a processor: each time is from the event, or the call a widget
makes of it, until the frame is painted that shows what came of it.
``python -m tests.fakes.keras_networks FOLDER NASNetLarge EfficientNetV2L`` makes such files.

Without a file a chain of 100 layers and one of 1,000 are worked. On the platform xcb without a
display an X server of its own is opened where Xvfb is installed.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cnnstudio.app import Studio, build
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import save_project
from cnnstudio.ui.canvas.geometry import Point
from cnnstudio.ui.canvas.pan_zoom import PanZoomView
from cnnstudio.ui.design.widget import DesignWidget
from tests.benchmarks.window_start import screen
from tests.fakes.networks import long_chain

FRAMES = 40
EDITS = 5


class Took(NamedTuple):
    """Milliseconds on the clock, and of this thread on a processor."""

    wall: float
    used: float


class Watch:
    """Runs from the start."""

    def __init__(self) -> None:
        self._began, self._used = time.perf_counter(), time.thread_time()

    def read(self) -> Took:
        """The time since then."""
        return Took(
            (time.perf_counter() - self._began) * 1000, (time.thread_time() - self._used) * 1000
        )


class Paints(QObject):
    """Counts the frames a widget has been painted in."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


class Bench:
    """A window with one project, and what is measured in it.

    Args:
        app: The application.
        file: The project.
        size: The window's width and height.
        folder: Where its settings go.
    """

    def __init__(self, app: QApplication, file: Path, size: tuple[int, int], folder: Path) -> None:
        self.app, self.file = app, file
        store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.studio: Studio = build(app, store)
        self.studio.window.resize(*size)
        self.studio.window.show()
        QTest.qWaitForWindowExposed(self.studio.window)
        self.studio.window.activateWindow()
        QTest.qWaitForWindowActive(self.studio.window)
        self.settle()

    def settle(self) -> None:
        """Lets everything that waits happen."""
        QTest.qWait(300)

    def until_painted(self, act: Callable[[], object]) -> Took:
        """From the act to the end of the first frame after it."""
        before, watch = self.paints.count, Watch()
        act()
        while self.paints.count == before:
            if watch.read().wall > 30_000:
                raise SystemExit("nothing was painted")
            self.app.processEvents()
        return watch.read()

    def answered(self, act: Callable[[], object]) -> Took:
        """From the act until everything has happened that it set off."""
        watch = Watch()
        act()
        self.app.processEvents()
        return watch.read()

    # --- what is done ---------------------------------------------------------------------------

    def open(self) -> Took:
        """Opens the project; the Design workspace shows it."""
        watch = Watch()
        self.studio.session.open(self.file)
        self.design: DesignWidget = cast(DesignWidget, self.studio.places.design.widget())
        self.look_at(self.design.view)
        while not self.paints.count:
            self.app.processEvents()
        took = watch.read()
        self.settle()
        return took

    def look_at(self, view: PanZoomView) -> None:
        """What is done from now on is done on this view."""
        self.view, self.paints = view, Paints(view.viewport())

    def wheel(self, by: int) -> None:
        """Turns the wheel over the middle of the view."""
        viewport = self.view.viewport()
        at = QPointF(viewport.rect().center())
        event = QWheelEvent(
            at, QPointF(viewport.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, by),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
            False,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)

    def zooming(self) -> list[Took]:
        """Frames while the wheel zooms, from the ends of the scale inwards first."""
        by = -60 if self.view.zoom >= 1 else 60
        turns = [by] * (FRAMES // 2) + [-by] * (FRAMES // 2)
        return [self.until_painted(lambda by=by: self.wheel(by)) for by in turns]

    def panning(self) -> list[Took]:
        """Frames while the middle button drags the canvas about."""
        viewport = self.view.viewport()
        at = viewport.rect().center()
        self.mouse(QEvent.Type.MouseButtonPress, at)
        frames = []
        for index in range(FRAMES):
            at += QPoint(-7 if index % 2 else 5, -23)
            frames.append(self.until_painted(lambda at=at: self.mouse(QEvent.Type.MouseMove, at)))
        self.mouse(QEvent.Type.MouseButtonRelease, at)
        return frames

    def hovering(self) -> list[Took]:
        """The canvas' answers to a pointer that moves over it."""
        viewport, frames = self.view.viewport(), []
        for index in range(FRAMES):
            at = QPoint(20 + index * 16, 20 + index * 11)
            frames.append(self.answered(lambda at=at: QTest.mouseMove(viewport, at)))
        return frames

    def mouse(self, kind: QEvent.Type, at: QPoint) -> None:
        """Sends a mouse event of the middle button to the view."""
        middle, viewport = Qt.MouseButton.MiddleButton, self.view.viewport()
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else middle
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else middle
        where = QPointF(viewport.mapToGlobal(at))
        event = QMouseEvent(kind, QPointF(at), where, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, event)

    def moving(self, zoom: float) -> Iterator[tuple[str, list[Took]]]:
        """Panning and zooming from a zoom on, in the middle of the network; 0 fits all."""
        self.view.fit()
        if zoom:
            self.view.zoom_to(zoom)
        self.settle()
        at = f"{round(self.view.zoom * 100)} %"
        yield f"pan at {at}", self.panning()
        yield f"zoom from {at}", self.zooming()

    def editing(self) -> tuple[list[Took], list[Took], list[Took]]:
        """Changes of the Input's size that change every shape, undone one by one.

        Returns:
            Until the edit is done everywhere, until it is painted as well, and so for undo.
        """
        network = self.studio.session.document.network
        first = network.by_id[network.order[0]]
        self.design.show_layer(first.id)
        self.view.fit()
        self.settle()
        rows, columns, channels = first.params["shape"]
        done, painted, undone = [], [], []
        for step in range(1, EDITS + 1):
            shape = [rows + 32 * step, columns + 32 * step, channels]

            def edit(shape: list[int] = shape) -> None:
                watch = Watch()
                self.design.editor.set_parameter(first.id, "shape", shape)
                done.append(watch.read())

            painted.append(self.until_painted(edit))
            self.settle()
        for _ in range(EDITS):
            undone.append(self.until_painted(self.studio.session.document.undo))
            self.settle()
        return done, painted, undone

    def keys(self, keys: str) -> Took:
        """Presses a shortcut on the canvas."""
        self.view.setFocus()
        self.settle()
        took = self.until_painted(lambda: QTest.keySequence(self.view, QKeySequence(keys)))
        self.settle()
        return took

    def arranging(self) -> Took:
        """Arranges the network after one card was put elsewhere."""
        network = self.studio.session.document.network
        self.design.editor.move({network.order[-1]: Point(900.0, -700.0)})
        return self.keys("Ctrl+L")

    def finding(self) -> list[Took]:
        """Types a name into the find bar, key by key."""
        self.keys("Ctrl+F")
        field = self.design.find_bar.field
        frames = []
        for letter in "conv":
            frames.append(self.answered(lambda letter=letter: QTest.keyClicks(field, letter)))
        self.design.find_bar.close_bar()
        return frames

    def dragging_all(self) -> tuple[list[Took], Took]:
        """Selects all and drags one of them; the frames, and the drop."""
        scene, viewport = self.design.view.network_scene, self.view.viewport()
        id = scene.network.order[len(scene.network.order) // 2]
        self.view.zoom_to(0.5)
        self.view.centre_on(scene.places[id])
        self.settle()
        at = self.view.mapFromScene(scene.cards[id].mapToScene(QPointF(60, 28)))
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
        frames = []
        for _ in range(8):
            at += QPoint(9, 4)
            frames.append(self.until_painted(lambda at=at: QTest.mouseMove(viewport, at)))
        drop = self.until_painted(
            lambda at=at: QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at)
        )
        self.settle()
        return frames, drop

    # --- the report -----------------------------------------------------------------------------

    def run(self) -> None:
        """Measures everything and prints it."""
        opened = self.open()
        count = len(self.studio.session.document.network.layers)
        print(f"{self.file.stem}: {count} layers, {self.app.platformName()}, "
              f"{self.studio.window.width()}×{self.studio.window.height()}")  # fmt: skip
        say("open", [opened])
        for zoom in (0.0, 0.3, 1.0):
            for name, frames in self.moving(zoom):
                say(name, frames)
        say("hover", self.hovering())
        done, painted, undone = self.editing()
        say("edit: everything is told", done)
        say("edit: painted", painted)
        say("undo: painted", undone)
        say("arrange (Ctrl+L)", [self.arranging()])
        say("find, a letter", self.finding())
        say("select all", [self.keys("Ctrl+A")])
        frames, drop = self.dragging_all()
        say("drag all, a frame", frames)
        say("drop all", [drop])
        say(
            "copy all",
            [self.answered(lambda: QTest.keySequence(self.view, QKeySequence("Ctrl+C")))],
        )
        say("paste all", [self.keys("Ctrl+V")])
        say("delete all pasted", [self.keys("Del")])
        for _ in range(2):
            self.studio.session.document.undo()
        self.settle()
        self.run_volumes()

    def run_volumes(self) -> None:
        """The same network as volumes."""
        self.look_at(self.design.volumes)
        say("show volumes", [self.until_painted(self.design.views.switch)])
        self.settle()
        for zoom in (0.0, 0.3, 1.0):
            for name, frames in self.moving(zoom):
                say(f"volumes: {name}", frames)
        _, painted, _ = self.editing()
        say("volumes: edit, painted", painted)


def say(name: str, took: list[Took]) -> None:
    """Prints a line: the median and the most."""
    wall, used = ([one[index] for one in took] for index in (0, 1))
    print(
        f"  {name:28} {statistics.median(wall):7.1f} ms (most {max(wall):7.1f})"
        f"   on a processor {statistics.median(used):7.1f} (most {max(used):7.1f})",
        flush=True,
    )


@contextmanager
def environment(platform: str) -> Iterator[dict[str, str]]:
    """What a process gets that shows its window on `platform`."""
    if platform == "offscreen":
        yield os.environ | {"QT_QPA_PLATFORM": platform}
        return
    with screen() as found:
        yield found | {"QT_QPA_PLATFORM": platform}


def work(file: Path, size: tuple[int, int]) -> None:
    """Measures one file in this process."""
    app = QApplication([])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["CNNSTUDIO_DATA"] = folder
        bench = Bench(app, file, size, Path(folder))
        gc.freeze()  # as the program does
        bench.run()
        bench.studio.session.document.mark_saved(bench.studio.session.document.project)
        bench.studio.window.close()


def main() -> None:
    """Measures each file in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--platform", default="offscreen")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    if options.here:
        work(options.files[0], (width, height))
        return
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "?"
    print(f"load of the machine: {load} on {os.cpu_count()} cores")
    with environment(options.platform) as found, tempfile.TemporaryDirectory() as folder:
        for file in options.files or made(Path(folder)):
            command = [sys.executable, "-m", "tests.benchmarks.large_networks", str(file),
                       "--size", options.size, "--here"]  # fmt: skip
            subprocess.run(command, env=found, check=True)


def made(folder: Path) -> Iterator[Path]:
    """The project files of chains of 100 and 1,000 layers."""
    for count in (100, 1000):
        path = folder / f"chain of {count}.cnnstudio"
        save_project(Project(name=path.stem, network=long_chain(count)), path)
        yield path


if __name__ == "__main__":
    main()
