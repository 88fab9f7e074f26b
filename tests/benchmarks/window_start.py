"""How long the window takes to be on the screen and to answer, beside an empty one.

``python tests/benchmarks/window_start.py --pairs 10`` starts, in turn and each in a process of its
own, an empty PySide6 window with one empty pyqtgraph plot (A), the studio (B), A, B … and prints
the median seconds of both and the ratio B/A, which is to be at most 2. A process is timed from its
start until its window has been painted and its loop has come round again. Without a display the
script opens an X server of its own where Xvfb is installed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ANSWERS = """
import os
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

def look():
    shown = [w.windowHandle() for w in QApplication.topLevelWidgets() if w.isVisible()]
    if any(handle and handle.isExposed() for handle in shown):
        QTimer.singleShot(0, lambda: (print("answers", flush=True), os._exit(0)))
    else:
        QTimer.singleShot(0, look)
"""

EMPTY = (
    ANSWERS
    + """
import pyqtgraph
from PySide6.QtWidgets import QMainWindow
app = QApplication([])
window = QMainWindow()
window.setCentralWidget(pyqtgraph.PlotWidget())
window.resize(1280, 800)
window.show()
QTimer.singleShot(0, look)
app.exec()
"""
)

STUDIO = """
import sys
sys.argv = ["cnnstudio"]
from cnnstudio import __main__
import cnnstudio.ui.window.display as display

found = display.why_no_window

def why_no_window():
    reason = found()
    exec(ANSWERS, globals())
    run = QApplication.exec
    QApplication.exec = staticmethod(lambda: (QTimer.singleShot(0, look), run()))
    return reason

display.why_no_window = why_no_window
__main__.main()
"""


@contextlib.contextmanager
def screen() -> Iterator[dict[str, str]]:
    """The environment of a process that opens a window."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "",  # what is installed has its bytecode as well
            "XDG_CONFIG_HOME": home,
            "CNNSTUDIO_DATA": home,
        }
        xvfb = shutil.which("Xvfb")
        if os.environ.get("DISPLAY") or sys.platform != "linux" or xvfb is None:
            yield environment
            return
        reader, writer = os.pipe()
        server = subprocess.Popen(
            [xvfb, "-displayfd", str(writer), "-screen", "0", "1920x1080x24"],
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        yield environment | {"DISPLAY": f":{number}"}
        server.terminate()
        server.wait()


def seconds(script: str, environment: dict[str, str]) -> float:
    """From the start of the process until its window answers."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
    if line != "answers\n":
        raise SystemExit(f"The window didn't open: {line!r}")
    return took


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10)
    pairs = parser.parse_args().pairs
    studio = f"ANSWERS = {ANSWERS!r}\n{STUDIO}"
    empty_seconds, studio_seconds = [], []
    with screen() as environment:
        for script in (EMPTY, studio):  # the files are in the system's cache from now on
            seconds(script, environment)
        for _ in range(pairs):
            empty_seconds.append(seconds(EMPTY, environment))
            studio_seconds.append(seconds(studio, environment))
    empty, ours = statistics.median(empty_seconds), statistics.median(studio_seconds)
    print(f"empty window {empty:.3f} s, studio {ours:.3f} s: {ours / empty:.2f} times")


if __name__ == "__main__":
    main()
