"""Drives the real application and writes every page as PNG.

Usage: ``python packaging/screenshots.py OUT``. For each of light and dark, Korean and English,
1280×800 and 1920×1080 there is one picture of the start page, of every workspace that is there,
of the preferences and of the command palette: ``start-light-ko-1280x800.png``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from cnnstudio.app import Studio, build

SIZES = ((1280, 800), (1920, 1080))
SAMPLE = "lecture-cnn"


def pages(studio: Studio) -> Iterator[str]:
    """Goes through the pages one by one; each is on the screen when its name is given."""
    window = studio.window
    yield "start"
    studio.session.open_sample(SAMPLE)
    for workspace in window.workspaces:
        window.show_workspace(workspace.id)
        yield workspace.id
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
            for _ in range(3):
                app.processEvents()
            name = f"{page}-{theme}-{language}-{size[0]}x{size[1]}.png"
            if not studio.window.grab().save(str(out / name)):
                raise SystemExit(f"{out / name} can't be written.")
        studio.session.document.mark_saved(studio.session.document.project)
        studio.window.close()
        studio.window.deleteLater()
        app.processEvents()


def main(arguments: list[str]) -> int:
    """Writes all pictures into the folder that is named."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python packaging/screenshots.py OUT\n")
        return 2
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    for theme in ("light", "dark"):
        for language in ("en", "ko"):
            for size in SIZES:
                shoot(app, out, theme, language, size)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
