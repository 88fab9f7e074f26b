"""Drives the real application and writes every page as PNG.

Usage: ``python packaging/screenshots.py OUT``. For each of light and dark, Korean and English,
1280×800 and 1920×1080 there is one picture of the start page, of every workspace with the
lecture's CNN, of the preferences and of the command palette: ``start-light-ko-1280x800.png``.

What Train and Inspect show is a real run: the newest of the folder that ``CNNSTUDIO_DATA`` names,
or one that is trained first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QElapsedTimer, QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.app import Studio, build
from cnnstudio.core.storage.places import runs_folder
from cnnstudio.ui.design.widget import DesignWidget
from cnnstudio.ui.inspect.workspace import InspectWidget
from cnnstudio.ui.volumes.bar import CARDS, VOLUMES

SIZES = ((1280, 800), (1920, 1080))
SAMPLE = "lecture-cnn"
LAYERS_WITH_MAPS = 4
LOOKED_THROUGH = "n3"  # the layer whose windows the volumes show
PATIENCE = 60_000  # milliseconds


def wait(condition: Callable[[], bool], what: str) -> None:
    """Lets the application go on until something has come."""
    clock = QElapsedTimer()
    clock.start()
    while not condition():
        if clock.hasExpired(PATIENCE):
            raise SystemExit(f"There is no {what} after {PATIENCE // 1000} s.")
        QTest.qWait(20)


def pages(studio: Studio) -> Iterator[str]:
    """Goes through the pages one by one; each is on the screen when its name is given."""
    window, places = studio.window, studio.places
    training, library = places.train.training, places.data.library
    yield "start"
    studio.session.open_sample(SAMPLE)
    window.show_workspace("data")
    wait(lambda: library.pixels is not None, "count of the pixels")
    yield "data"
    window.show_workspace("design")
    yield "design"
    design = places.design.widget()
    assert isinstance(design, DesignWidget)
    design.views.show_view(VOLUMES)
    design.selection.choose([LOOKED_THROUGH])
    yield "volumes"
    design.views.show_view(CARDS)
    window.show_workspace("train")
    wait(lambda: bool(training.runs), "run")
    training.show_run(training.folders()[0])
    wait(lambda: training.shown is not None, "run to show")
    yield "train"
    window.show_workspace("inspect")
    inspect = places.inspect.widget()
    assert isinstance(inspect, InspectWidget)
    thumbnails = inspect.picture.layers.thumbnails
    wait(lambda: len(thumbnails) == LAYERS_WITH_MAPS, "map of every layer")
    yield "inspect"
    window.show_preferences()
    yield "preferences"
    window.leave_preferences()
    window.open_palette()
    yield "palette"
    window.palette_box.close_up()


def shoot(app: QApplication, out: Path, theme: str, language: str, size: tuple[int, int]) -> None:
    """Starts a window as a new person would see it and writes a picture of every page."""
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        store.setValue("theme", theme)
        store.setValue("language", language)
        studio = build(app, store)
        studio.window.resize(*size)
        studio.window.show()
        studio.window.activateWindow()
        for page in pages(studio):
            QTest.qWait(300)  # plots and rows are drawn a little later
            name = f"{page}-{theme}-{language}-{size[0]}x{size[1]}.png"
            if not studio.window.grab().save(str(out / name)):
                raise SystemExit(f"{out / name} can't be written.")
        studio.session.document.mark_saved(studio.session.document.project)
        studio.engines.close()
        studio.window.close()
        studio.window.deleteLater()
        app.processEvents()


def have_a_run() -> None:
    """Trains the sample where nothing is trained yet."""
    if not runs_folder().is_dir():
        run = runs_folder() / SAMPLE
        verb = [sys.executable, "-m", "cnnstudio", "train", f"sample:{SAMPLE}", "--run-dir"]
        subprocess.run([*verb, str(run)], check=True)


def main(arguments: list[str]) -> int:
    """Writes all pictures into the folder that is named."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python packaging/screenshots.py OUT\n")
        return 2
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        os.environ.setdefault("CNNSTUDIO_DATA", data)
        have_a_run()
        app = QApplication(sys.argv[:1])
        app.setQuitOnLastWindowClosed(False)
        for theme in ("light", "dark"):
            for language in ("en", "ko"):
                for size in SIZES:
                    shoot(app, out, theme, language, size)
        app.aboutToQuit.emit()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
