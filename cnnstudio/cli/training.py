"""Follows a training on the terminal and reports its result."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from cnnstudio.cli.console import Console
from cnnstudio.cli.engine_job import run_job
from cnnstudio.core.errors import JobFailed
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.messages import (
    Batches,
    EpochEnd,
    Event,
    Log,
    RunEnded,
    RunStarted,
    StartRun,
)

LOGGED = ("loss", "accuracy", "val_loss", "val_accuracy")


class Progress:
    """Tells what a training does, a line an epoch and a live line within it.

    Attributes:
        last: The last epoch that ended.
    """

    def __init__(self, console: Console) -> None:
        self.last: EpochEnd | None = None
        self._console = console
        self._started = RunStarted(train=0, validation=0, steps=1, epochs=1)
        self._epoch_began = 0.0

    def take(self, event: Event) -> None:
        """Shows an event."""
        match event:
            case RunStarted():
                self._started = event
                self._epoch_began = time.monotonic()
                self._console.say(
                    T(
                        "{train} training pictures, {validation} for validation, {steps} batches "
                        "an epoch.",
                        train=event.train,
                        validation=event.validation,
                        steps=event.steps,
                    )
                )
            case Batches():
                self._console.live(self._line(event))
            case EpochEnd():
                self.last = event
                self._epoch_began = time.monotonic()
                self._console.say(self._epoch_line(event))
            case Log(text=text):
                self._console.say(text)
            case _:
                pass

    def _line(self, event: Batches) -> Text:
        done = event.first + len(event.loss)
        steps, epochs = self._started.steps, self._started.epochs
        share = (event.epoch - 1 + done / steps - self._started.initial_epoch) / max(
            epochs - self._started.initial_epoch, 1
        )
        seconds = (steps - done) * (time.monotonic() - self._epoch_began) / max(done, 1)
        loss = event.loss[-1]
        return T(
            "Epoch {epoch}/{epochs}, batch {done}/{steps}, loss {loss}, {speed} pictures/s, "
            "{seconds} s left in this epoch, {percent} % of the run",
            epoch=event.epoch,
            epochs=epochs,
            done=done,
            steps=steps,
            loss=shown(loss),
            speed=round(event.images_per_second),
            seconds=round(seconds),
            percent=int(100 * share),
        )

    def _epoch_line(self, event: EpochEnd) -> Text:
        values = [shown(event.logs.get(name)) for name in LOGGED]
        return T(
            "Epoch {epoch}/{epochs}: loss {loss}, accuracy {accuracy}, validation loss "
            "{val_loss}, validation accuracy {val_accuracy}, {speed} pictures/s{best}",
            epoch=event.epoch,
            epochs=self._started.epochs,
            speed=round(event.images_per_second),
            best=T(", best so far") if event.best else "",
            **dict(zip(LOGGED, values, strict=True)),
        )


def shown(value: float | None) -> str:
    """A metric with four decimals; "–" where there is none, "NaN" is never shown as a number."""
    return "–" if value is None else f"{value:.4f}"


def follow(request: StartRun, console: Console, *, backend: str, device: str) -> int:
    """Runs a training to its end and prints the result.

    Returns:
        The exit code.

    Raises:
        BadInput: The project, a setting or the run folder can't be used.
        JobFailed: The training failed.
    """
    progress = Progress(console)
    outcome = run_job(
        request, console, role="run", backend=backend, device=device, on_event=progress.take
    )
    ended = outcome.answer if isinstance(outcome.answer, RunEnded) else None
    stopped = ended.stopped if ended else "cancelled"
    epochs = ended.epochs if ended else 0
    console.result(
        _as_json(request, progress.last, stopped, epochs), _lines(request, console, epochs)
    )
    if ended and ended.text:
        console.say(ended.text)
    if stopped == "failed" and not (ended and ended.text):
        raise JobFailed(
            T(
                "The training ended without saying why. The log in {run} may tell.",
                run=request.run_dir,
            )
        )
    return {"finished": 0, "cancelled": 130}.get(stopped, 1)


def _as_json(request: StartRun, last: EpochEnd | None, stopped: str, epochs: int) -> dict[str, Any]:
    logs = last.logs if last else {}
    return {
        **{name: logs.get(name) for name in LOGGED},
        "images_per_second": last.images_per_second if last else None,
        "epochs": epochs,
        "stopped": stopped,
        "run": request.run_dir,
    }


def _lines(request: StartRun, console: Console, epochs: int) -> list[str]:
    run = Path(request.run_dir)
    if not run.exists():
        return [console.text(T("Stopped before the training began; nothing was written."))]
    return [
        console.text(T("Epochs done: {epochs}. The run is in {run}", epochs=epochs, run=str(run)))
    ]
