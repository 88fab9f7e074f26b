"""How the program starts: as a window, or on the command line with the reason why not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnstudio.__main__ import names_project
from cnnstudio.core.text import Translator
from cnnstudio.ui.window import display
from cnnstudio.ui.window.display import LIBRARIES, missing_library, why_no_window

ROOT = Path(__file__).resolve().parents[3]
OFFSCREEN = "This plugin does not support propagateSizeHints()\n"
NO_DISPLAY = "No window can be opened: there is no display here."

LOOKS_ROUND = """
import sys
import psutil
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from cnnstudio.app import build

def heavy():
    wanted = {"tensorflow", "keras", "torch", "jax", "h5py", "PIL", "scipy", "pyqtgraph"}
    return ",".join(sorted(wanted & set(sys.modules)))

app = QApplication([])
studio = build(app, QSettings(sys.argv[1], QSettings.Format.IniFormat))
studio.window.show()
app.processEvents()
print(heavy())
studio.session.open_sample("lecture-cnn")
for workspace in studio.window.workspaces:
    studio.window.show_workspace(workspace.id)
    app.processEvents()
studio.window.show_preferences()
app.processEvents()
print(heavy())
print(psutil.Process().memory_full_info().uss)
studio.window.close()
app.quit()
studio.engines.close()
"""

TRAINS = """
import sys
from cnnstudio import __main__
from cnnstudio.cli import first_run
first_run.run = lambda console: print("the lecture's CNN is trained") or 0
sys.argv = ["cnnstudio"]
sys.exit(__main__.main())
"""

OPENS = """
import os, signal, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from cnnstudio import __main__

def look():
    shown = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    if not any(w.windowHandle().isExposed() for w in shown):
        QTimer.singleShot(10, look)
        return
    print(QApplication.platformName(), "|", shown[0].windowTitle().replace("[*]", ""), flush=True)
    os.kill(os.getpid(), {signal})

run = QApplication.exec
def start():
    QTimer.singleShot(0, look)
    return run()

QApplication.exec = staticmethod(start)
sys.argv = ["cnnstudio", *{arguments}]
sys.exit(__main__.main())
"""


def run(
    tmp_path: Path, script: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.endswith("DISPLAY") and k[:3] != "QT_"}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=kept
        | {
            "PYTHONPATH": str(ROOT),
            "CNNSTUDIO_DATA": str(tmp_path / "data"),
            "CNNSTUDIO_LANGUAGE": "en",
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_window_is_light(tmp_path: Path) -> None:
    """Nothing of the engine is ever imported, plots not before Train, and little memory is used."""
    done = run(tmp_path, LOOKS_ROUND, f"{tmp_path}/settings.ini", QT_QPA_PLATFORM="offscreen")
    assert done.stderr.replace(OFFSCREEN, "") == ""
    at_start, everywhere, private = done.stdout.splitlines()
    assert at_start == ""
    assert everywhere in ("", "pyqtgraph")
    assert int(private) < 300e6


@pytest.mark.parametrize(
    ("argv", "is_one"),
    [
        (["a.cnnstudio"], True),
        (["폴더/내 망.cnnstudio"], True),
        (["sample:lecture-cnn"], True),
        (["a.cnnstudio", "b.cnnstudio"], False),
        (["train"], False),
        (["--help"], False),
        ([], False),
    ],
)
def test_a_project_is_told_from_a_verb(argv: list[str], is_one: bool) -> None:
    assert names_project(argv) is is_one


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
class TestWithoutADisplay:
    def test_the_command_line_trains_instead(self, tmp_path: Path) -> None:
        done = run(tmp_path, TRAINS)
        assert done.returncode == 0
        assert done.stderr == NO_DISPLAY + "\n"
        assert done.stdout == "the lecture's CNN is trained\n"

    def test_a_display_that_does_not_answer_is_none(self, tmp_path: Path) -> None:
        done = run(tmp_path, TRAINS, DISPLAY=":987")
        assert done.returncode == 0
        assert done.stderr.count("\n") == 1
        assert "could not connect to display :987" in done.stderr
        assert done.stdout == "the lecture's CNN is trained\n"

    def test_a_platform_qt_does_not_have(self, tmp_path: Path) -> None:
        done = run(tmp_path, TRAINS, QT_QPA_PLATFORM="nonsense")
        assert done.returncode == 0
        assert done.stderr.count("\n") == 1
        assert "nonsense" in done.stderr

    def test_a_named_project_is_not_trained_unasked(self, tmp_path: Path) -> None:
        script = TRAINS.replace('["cnnstudio"]', '["cnnstudio", "a b.cnnstudio"]')
        done = run(tmp_path, script)
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.startswith(NO_DISPLAY)
        assert "cnnstudio train “a b.cnnstudio” --run-dir RUN" in done.stderr

    def test_the_fork_has_one_thread_to_copy(self, tmp_path: Path) -> None:
        script = """
import os, PySide6.QtWidgets
from cnnstudio.core.text import Translator
from cnnstudio.ui.window.display import why_no_window
print(len(os.listdir("/proc/self/task")), why_no_window())
"""
        done = run(tmp_path, script, QT_QPA_PLATFORM="offscreen")
        assert (done.stdout, done.stderr) == ("1 None\n", "")


def test_elsewhere_there_is_always_a_display() -> None:
    assert why_no_window("darwin", {}) is None
    assert why_no_window("win32", {}) is None


def test_a_missing_library_is_named_with_where_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    error = "Cannot load library /qt/libqxcb.so: libxcb-cursor.so.0: cannot open shared object file"
    monkeypatch.setattr(display, "_refusal", lambda: "could not connect to display")
    monkeypatch.setattr(display, "_plugin_error", lambda: error)
    reason = why_no_window("linux", {"DISPLAY": ":0"})
    assert reason is not None
    said = Translator("en").show(reason)
    assert "Qt needs libxcb-cursor.so.0" in said
    assert f"sudo apt-get install -y {' '.join(LIBRARIES)}" in said


def test_missing_library_reads_what_the_loader_says() -> None:
    message = "libEGL.so.1: cannot open shared object file: No such file or directory"
    assert missing_library(message) == "libEGL.so.1"
    assert missing_library("No module named 'PySide6'") is None


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """The environment of a screen of its own; Qt's own off-screen one without Xvfb."""
    if (xvfb := shutil.which("Xvfb")) is None:
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as pipe:
        number = pipe.readline().strip()
    yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    server.terminate()
    server.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_on_a_screen_the_window_opens_and_a_signal_closes_it(
    tmp_path: Path, screen: dict[str, str], number: signal.Signals
) -> None:
    script = OPENS.format(signal=int(number), arguments=["sample:lecture-cnn"])
    done = run(tmp_path, script, **screen)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{screen['QT_QPA_PLATFORM']} | lecture-cnn – CNN Studio\n"
