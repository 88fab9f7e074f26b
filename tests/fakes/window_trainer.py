"""The real window with the real engine, worked by itself; says how that went, as JSON.

``python -m tests.fakes.window_trainer PROJECT STORE STEP…``: PROJECT is a file or ``sample:NAME``,
STORE the settings' file. Each STEP is one training, begun when an engine is ready: "finish" lets it
end, "stop" stops it after its first batches, "kill" kills its engine then, "quietly" lets it end
with nothing of this program between the window and its run: no lateness is measured.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.app import build
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.messages import Batches
from cnnstudio.ui.train.control_bar import STOP_KEYS, TRAIN_KEYS
from cnnstudio.ui.train.workspace import TrainWorkspace
from tests.fakes.lateness import Lateness

LOOK_MS, QUIET_LOOK_MS = 20, 500


def work(
    app: QApplication, project: str, store: QSettings, steps: list[str], look: QTimer
) -> Iterator[Any]:
    """Goes through the steps; each yield is a condition to wait for, the last value the report."""
    clients: list[EngineClient] = []

    def make(*args: Any, **more: Any) -> EngineClient:
        clients.append(EngineClient(*args, **more))
        return clients[-1]

    studio = build(app, store, make)
    window, engines = studio.window, studio.engines
    window.resize(1440, 900)
    window.show()
    engines.warm()
    if project.startswith("sample:"):
        studio.session.open_sample(project.removeprefix("sample:"))
    else:
        studio.session.open(Path(project))
    window.show_workspace("train")
    workspace = next(w for w in window.workspaces if isinstance(w, TrainWorkspace))
    training, lateness = workspace.training, Lateness(window)
    begun: list[float] = []

    def see(delivery: Any) -> None:
        if isinstance(delivery.event, Batches) and not begun:
            begun.append(time.monotonic())
            if step != "quietly":
                lateness.start()

    engines.run_event.connect(see)
    report = []
    for step in steps:
        yield lambda: str(engines.describe()) == "Ready"
        begun.clear()
        pressed = time.monotonic()
        press(window, TRAIN_KEYS)
        assert training.running, "the shortcut didn't start a training"
        yield lambda: bool(begun) or not training.running
        look.setInterval(QUIET_LOOK_MS if step == "quietly" else LOOK_MS)
        if step == "stop":
            stop = window.actions_table.get("train.stop")
            yield lambda stop=stop: stop.isEnabled() or not training.running
            while training.running and not engines.stopping:  # a busy machine may lose a key
                press(window, STOP_KEYS)
                again = time.monotonic() + 2
                yield (
                    lambda again=again: (
                        engines.stopping or not training.running or time.monotonic() > again
                    )
                )
        elif step == "kill":
            running = next(client for client in clients if client.busy)
            os.kill(running.pid, signal.SIGKILL)
        yield lambda: not training.running
        run = training.shown
        assert run is not None
        report.append(
            {
                "status": str(run.status),
                "first_batch_seconds": begun[0] - pressed if begun else None,
                "epochs_done": len(run.epochs_done),
                "batches": len(run.loss),
                "first_loss": float(run.loss[0]) if len(run.loss) else None,
                "best_accuracy": run.best_value("val_accuracy") if run.epochs_done else None,
                "problem": str(training.problem or ""),
                "lateness": lateness.stop(),
            }
        )
    yield lambda: len(training.runs) == len(steps)
    modified = studio.session.document.modified
    print(json.dumps({"steps": report, "runs": len(training.runs), "modified": modified}))
    window.close()


def press(window: Any, keys: str) -> None:
    """Presses a shortcut in the window."""
    QTest.keySequence(window, QKeySequence(keys))


def main() -> int:
    """Works the window until everything is done."""
    app = QApplication([])
    project, store, *steps = sys.argv[1:]
    look = QTimer()
    todo = work(app, project, QSettings(store, QSettings.Format.IniFormat), steps, look)
    condition: list[Callable[[], bool]] = [next(todo)]

    failed = True

    def go_on() -> None:
        nonlocal failed
        if condition[0]():
            try:
                condition[0] = next(todo)
            except StopIteration:
                failed = False
                app.quit()
            except BaseException:
                app.quit()
                raise

    look.timeout.connect(go_on)
    look.start(LOOK_MS)
    gc.collect()
    app.exec()
    look.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
