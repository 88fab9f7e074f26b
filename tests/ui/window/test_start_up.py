"""What a start imports: nothing that belongs to the engine, and no plots before Train."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import sys
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from cnnstudio.app import build
app = QApplication([])
studio = build(app, QSettings(sys.argv[1], QSettings.Format.IniFormat))
studio.window.show()
app.processEvents()
studio.session.open_sample("lecture-cnn")
app.processEvents()
heavy = {"tensorflow", "keras", "torch", "jax", "h5py", "PIL", "scipy", "pyqtgraph"}
print(",".join(sorted(heavy & set(sys.modules))))
studio.window.close()
"""


def test_the_window_starts_light(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, f"{tmp_path}/settings.ini"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == ""
