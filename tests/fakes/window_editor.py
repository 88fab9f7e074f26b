"""The real window without a screen, edited until it is killed; see ``tests.fakes.editor``."""

from __future__ import annotations

import os
import random
import sys
from functools import partial
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from cnnstudio.app import Studio, build
from cnnstudio.core.text import T
from tests.fakes.editor import one_more, say


def act(studio: Studio, choices: random.Random) -> None:
    """Edits, sometimes saves, and comes again after a while."""
    document = studio.session.document
    document.apply(one_more, T("Change the epochs"))
    say("edit", document.project.training.epochs)
    if choices.random() < 0.1:
        assert studio.session.save()
        say("save", document.project.training.epochs)
    pause = choices.uniform(0, 1500 if choices.random() < 0.1 else 60)
    QTimer.singleShot(int(pause), partial(act, studio, choices))


def main(file: Path, root: Path, seed: int) -> None:
    os.environ["CNNSTUDIO_DATA"] = str(root.parent)
    app = QApplication([])
    studio = build(app, QSettings(str(root.parent / "s.ini"), QSettings.Format.IniFormat))
    studio.messages.arrived.connect(lambda message: say(f"news: {message.text}", 0))
    studio.session.failed.connect(lambda text: say(f"failed: {text}", 0))
    studio.window.show()
    studio.engines.warm()
    studio.session.open(file)
    QTimer.singleShot(0, partial(act, studio, random.Random(seed)))
    say("ready", studio.session.document.project.training.epochs)
    sys.exit(app.exec())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
