"""The training that goes on, and the runs there are: what the Train workspace shows and steers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QFile, QObject, Signal

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import find_dataset
from cnnstudio.core.document import Document
from cnnstudio.core.errors import StudioError
from cnnstudio.core.network import Network
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.storage.project_weights import check_weights, weights_beside
from cnnstudio.core.storage.run_folder import RunFolder, RunStatus
from cnnstudio.core.storage.trust import TrustStore
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import FieldProblem, problems, training_problems
from cnnstudio.core.training.run_state import EpochRecord, RunState, read_run
from cnnstudio.protocol.delivery import Delivery, Ended
from cnnstudio.protocol.exits import ExitKind, ExitReason
from cnnstudio.protocol.messages import (
    Batches,
    EpochEnd,
    Log,
    Paused,
    Phase,
    Refused,
    RunEnded,
    RunStarted,
    StartRun,
)
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.library import LABELS as DATA_LABELS
from cnnstudio.ui.engines import Engines
from cnnstudio.ui.train.resumption import Resumption, read_to_resume, resumption
from cnnstudio.ui.train.settings import LABELS
from cnnstudio.ui.train.summaries import (
    RunSummary,
    mark_stopped,
    new_folder,
    project_runs,
    remember_elsewhere,
)

_TROUBLES = (RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.DIVERGED)
SILENT_SECONDS = 20.0
SILENT_SECONDS_AT_START = 60.0  # importing and tracing


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a run's log: what happened, and when if that is known."""

    text: Text
    at: datetime | None = None


class Training(QObject):
    """Starts and follows runs, and knows those of the project.

    Args:
        document: The project being edited.
        file: The project's file; None while it has none.
        engines: Train.
        parent: Its owner.
    """

    changed = Signal()
    """A run began or ended, was paused, or another one is shown."""
    starting = Signal()
    """The project is about to be trained: what is being typed should be taken into it now."""
    engine_changed = Signal()
    """What `engines` says of itself has changed."""
    logged = Signal(object)
    """A `LogLine` of the run that is shown."""
    runs_changed = Signal()
    ended = Signal(object)
    """The `RunState` of a run that is over."""

    def __init__(
        self,
        document: Document,
        file: Callable[[], Path | None],
        engines: Engines,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.engines = engines
        self.live: RunState | None = None
        self.live_path: Path | None = None
        self.shown: RunState | None = None
        self.shown_path: Path | None = None
        self.runs: tuple[RunSummary, ...] = ()
        self.problem: Text | None = None
        self.details = ""
        self.log: list[LogLine] = []
        self._live_log: list[LogLine] = []
        self._document = document
        self._file = file
        self._mine: list[Path] = []  # started before the project had a file
        self._background = Background("runs", self)
        engines.run_event.connect(self._take)
        engines.state_changed.connect(self.engine_changed)

    def close(self) -> None:
        """Ends what is being read."""
        self._background.close()

    # ------------------------------------------------------------------------------ steps

    def problems(self) -> tuple[FieldProblem, ...]:
        """What keeps the project from being trained."""
        project = self._document.project
        data = find_dataset(project.data)
        if data is None:
            found = problems(project)
        else:
            found = training_problems(project, analyse(project.network), data)
        found = (*_untrusted(project.network), *found)
        names = DATA_LABELS | LABELS
        return tuple(each.called(names.get(each.field, each.field)) for each in found)

    def start(self) -> None:
        """Trains the project as it is, unless a run goes on or something is wrong with it."""
        self.starting.emit()
        if self.running or self.problems():
            return
        project, folders = self._document.project, self._weights_folders()
        try:
            check_weights(analyse(project.network), WeightsStore.of_person(), *folders)
        except StudioError as error:
            self.show_problem(error.text)
            return
        path = new_folder(self._file(), project.name, datetime.now())
        text = encode_project(project).decode()
        request = StartRun(
            run_dir=str(path.absolute()), project=text, weights=tuple(map(str, folders))
        )
        self._begin(RunState(epochs=project.training.epochs), path, request)

    def resume(self, more: int) -> None:
        """Goes on with the run that is shown, from its last full state.

        Args:
            more: Epochs to be trained, ≥ 1.
        """
        found = self.resumption
        if found is None or found.refusal is not None:
            return
        path = found.path
        self._background.do(
            "open",
            lambda: read_to_resume(path, more),
            lambda state: self._resume(state, path),
            self.show_problem,
        )

    def pause_or_go_on(self) -> None:
        """Pauses the run after its batch, or goes on."""
        if self.live is None or self.engines.stopping:
            return
        if self.engines.paused:
            self.engines.go_on()
            self.live.paused = False
        elif self.live.epoch or self.live.running:
            self.engines.pause()
        self.changed.emit()

    def stop(self) -> None:
        """Stops the run after its batch; it keeps what it has."""
        if self.running:
            self.engines.stop()
            self.changed.emit()

    def end_silent(self) -> None:
        """Ends a run that doesn't answer."""
        self.engines.end_run()

    @property
    def resumption(self) -> Resumption | None:
        """How the run that is shown can go on; None without one and for the one that trains."""
        if self.shown_path == self.live_path:
            return None
        run = next((run for run in self.runs if run.path == self.shown_path), None)
        if run is None:
            return None
        found = resumption(run)
        if self.running:
            busy = T("A training is running. Stop it first, or wait for its end.")
            found = replace(found, refusal=busy)
        return found

    @property
    def running(self) -> bool:
        """Whether a run goes on or is about to."""
        return self.live is not None

    @property
    def is_live(self) -> bool:
        """Whether the run that is shown goes on."""
        return self.shown is not None and self.shown is self.live

    @property
    def silent_for(self) -> float:
        """Seconds a run hasn't answered, where that is longer than it should be; else 0."""
        starting = self.engines.phase in (Phase.STARTING, Phase.IMPORTING, Phase.TRACING)
        patience = SILENT_SECONDS_AT_START if starting else SILENT_SECONDS
        silence = self.engines.silence
        return silence if silence > patience else 0.0

    # ------------------------------------------------------------------------------- runs

    def refresh(self) -> None:
        """Looks again which runs there are."""
        file, name = self._file(), self._document.project.name
        self._background.do(
            "runs", lambda: project_runs(file, name), self._take_runs, self.show_problem
        )

    def forget_project(self) -> None:
        """Another project was opened: its runs are read, nothing of the one before is shown."""
        self._mine = []
        self.runs = ()
        self._show(self.live, self.live_path)
        self.refresh()

    def keep_runs(self) -> None:
        """The project was saved: runs from before it had a file are written down beside it."""
        file = self._file()
        if file is not None and self._mine:
            try:
                remember_elsewhere(file, self._mine)
            except StudioError as error:
                self.show_problem(error.text)
                return
            self._mine = []
        self.refresh()

    def show_run(self, path: Path) -> None:
        """Shows a run's curves: the live one at once, another as soon as it is read."""
        if path == self.live_path:
            self._background.forget("open")
            self._show(self.live, path)
        elif path != self.shown_path:
            self._background.do(
                "open",
                lambda: read_run(RunFolder.open(path)),
                lambda state: self._show(state, path),
                self.show_problem,
            )

    def bin_run(self, path: Path) -> None:
        """Moves a run to the bin; never the one that trains."""
        if path == self.live_path:
            return
        if not QFile.moveToTrash(str(path))[0]:
            self.show_problem(
                T("{folder} can't be moved to the bin. It is left as it is.", folder=str(path))
            )
            return
        self.runs = tuple(run for run in self.runs if run.path != path)
        self.runs_changed.emit()
        if path == self.shown_path:
            self._show(self.live, self.live_path)

    def do(self, key: str, work: Callable[[], object]) -> None:
        """Does something that takes a while beside the window; what goes wrong is shown."""
        self._background.do(key, work, lambda _: None, self.show_problem)

    def folders(self) -> tuple[Path, ...]:
        """The folders of the runs, the newest first."""
        return tuple(run.path for run in self.runs)

    def _weights_folders(self) -> tuple[Path, ...]:
        """Where weights of the layers may lie besides the person's store."""
        file = self._file()
        return (weights_beside(file.absolute()),) if file is not None else ()

    # ------------------------------------------------------------------------------- news

    def _resume(self, state: RunState, path: Path) -> None:
        if not self.running:
            request = StartRun(
                run_dir=str(path.absolute()),
                epochs=state.epochs,
                resume=True,
                weights=tuple(map(str, self._weights_folders())),
            )
            self._begin(state, path, request)

    def _begin(self, state: RunState, path: Path, request: StartRun) -> None:
        self._background.forget("open")
        self.live, self.live_path = state, path
        if self._file() is None and path not in self._mine:
            self._mine.append(path)
        self._live_log = _told(state)
        self._show(state, path)
        try:
            self.engines.run(request)
        except StudioError as error:
            self._end(RunStatus.FAILED, error.text)
        self.changed.emit()

    def _take(self, delivery: Delivery) -> None:
        run, event = self.live, delivery.event
        if run is None:
            return
        now = time.monotonic()
        match event:
            case RunStarted():
                run.started(
                    train=event.train,
                    validation=event.validation,
                    steps=event.steps,
                    epochs=event.epochs,
                    initial_epoch=event.initial_epoch,
                )
                self._say(start_text(event))
                if event.initial_epoch:
                    self._say(T("Goes on after epoch {epoch}", epoch=event.initial_epoch))
                self.changed.emit()
                self.refresh()
            case Batches():
                run.add_batches(
                    event.epoch,
                    event.first,
                    event.loss,
                    event.accuracy,
                    event.images_per_second,
                    now,
                )
            case EpochEnd():
                run.end_epoch(
                    event.epoch, event.logs, event.images_per_second, best=event.best, at=now
                )
                self._say(epoch_text(run.epochs_done[-1]))
                if event.best:
                    self._say(T("Checkpoint of epoch {epoch}: the best so far", epoch=event.epoch))
                self.refresh()
            case Paused():
                run.pause()
                self.changed.emit()
            case Log():
                self._say(event.text)
            case RunEnded():
                self._end(RunStatus(event.stopped), event.text)
            case Refused():
                self._end(RunStatus.FAILED, event.text)
            case Ended():
                self._end_of_engine(event.reason)

    def _end(self, status: RunStatus, reason: Text | None) -> None:
        run = self.live
        assert run is not None
        run.end(status, reason)
        self.live = self.live_path = None
        if self.shown is run:
            self.problem = _trouble(run)
        self._say(reason or T("The training has finished."))
        self.changed.emit()
        self.ended.emit(run)
        self.refresh()

    def _end_of_engine(self, reason: ExitReason) -> None:
        """The engine went without the run's last word: stopped at its start, killed, crashed."""
        path = self.live_path
        if reason.kind is ExitKind.STOPPED and path is not None:
            self._end(RunStatus.CANCELLED, reason.text)
            self.do("mark", lambda: mark_stopped(path))
        else:
            self._end(RunStatus.INTERRUPTED, reason.text)
            self.details = "\n".join(reason.log_tail)
            self.changed.emit()

    def _say(self, text: Text) -> None:
        line = LogLine(text, datetime.now().astimezone())
        self._live_log.append(line)
        if self.log is self._live_log:
            self.logged.emit(line)

    def _show(self, state: RunState | None, path: Path | None) -> None:
        self.shown, self.shown_path = state, path
        self.problem, self.details = _trouble(state), ""
        if state is not None and state is self.live:
            self.log = self._live_log
        else:
            self.log = _told(state) if state else []
        self.changed.emit()

    def _take_runs(self, runs: tuple[RunSummary, ...]) -> None:
        self.runs = runs
        self.runs_changed.emit()

    def show_problem(self, text: Text) -> None:
        """Shows something that went wrong."""
        self.problem, self.details = text, ""
        self.changed.emit()


def _told(run: RunState) -> list[LogLine]:
    """The lines of a run that was only read: its epochs, nobody knows when."""
    return [LogLine(epoch_text(row)) for row in run.epochs_done]


def _trouble(run: RunState | None) -> Text | None:
    """Why a run didn't end as it should; None if it did, or was stopped by the person."""
    if run is None or run.status not in _TROUBLES:
        return None
    return run.reason or T("This training was cut off: its process ended without a last word.")


def start_text(event: RunStarted) -> Text:
    """What a run begins with."""
    return T(
        "{train} training pictures, {validation} for validation, {steps} batches an epoch",
        train=event.train,
        validation=event.validation,
        steps=event.steps,
    )


def epoch_text(row: EpochRecord) -> Text:
    """An epoch's values in a line."""
    values = {name: f"{value:.4f}" for name, value in row.logs.items()}
    if "val_loss" not in values:
        return T("Epoch {epoch}   loss {loss}   accuracy {accuracy}", epoch=row.epoch, **values)
    return T(
        "Epoch {epoch}   loss {loss}   accuracy {accuracy}   validation loss {val_loss}   "
        "validation accuracy {val_accuracy}",
        epoch=row.epoch,
        **values,
    )


def _untrusted(network: Network) -> Iterator[FieldProblem]:
    """The first layer whose code isn't trusted."""
    for node in TrustStore.of_person().untrusted(network)[:1]:
        if node.custom is not None:
            text = T(
                "{layer} is code that is kept in the project (class {cls}). Look at it in Design "
                "and say whether you trust it: it is run where the network is trained.",
                layer=node.name,
                cls=node.custom.cls,
            )
            yield FieldProblem("network", text, node.id)
