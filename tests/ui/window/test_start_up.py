"""What a start imports: nothing that belongs to the engine, and no plots before Train."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cnnstudio.app import has_display, run_app

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


def test_without_a_display_one_sentence_says_what_to_do_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("CNNSTUDIO_LANGUAGE", "en")
    assert run_app([]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "cnnstudio train sample:lecture-cnn" in said


@pytest.mark.parametrize(
    ("platform", "environment", "has"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_display(platform: str, environment: dict[str, str], has: bool) -> None:
    assert has_display(platform, environment) is has


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
