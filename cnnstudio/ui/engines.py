"""The engines as the window sees them: one that trains, one that answers; their state in words.

Everything here happens in the window's thread and returns at once.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal

from cnnstudio.core.errors import JobFailed
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Delivery, Ended, EngineState
from cnnstudio.protocol.exits import ExitKind, ExitReason
from cnnstudio.protocol.messages import (
    Answer,
    Event,
    GoOn,
    Pause,
    Paused,
    Phase,
    Ready,
    Refused,
    Request,
    StartRun,
    Stopped,
)
from cnnstudio.protocol.pool import EnginePool
from cnnstudio.ui.engine_thread import EngineThread

OnAnswer = Callable[[Event, bytes], object]
OnRefused = Callable[[Text], object]

_PHASES = {
    Phase.PREPARING: T("Reading the data and building the network"),
    Phase.TRACING: T("Compiling the training step"),
    Phase.BATCH: T("Training"),
    Phase.PAUSED: T("Paused"),
    Phase.VALIDATING: T("Validating"),
    Phase.SAVING: T("Saving a checkpoint"),
}


@dataclass(frozen=True, slots=True)
class _Question:
    request: Request
    blob: bytes
    on_answer: OnAnswer
    on_refused: OnRefused
    newest: str


class Engines(QObject):
    """Owns every engine process of the window.

    Args:
        logs: The folder for the engines' logs.
        backend: "tensorflow", "torch" or "jax".
        device: What runs compute on: "auto", "cpu", "gpu" or "gpu:N".
        make: Makes a client; called as ``EngineClient`` is.
        parent: Its owner.
    """

    state_changed = Signal()
    """What `describe` says, or what can be done, has changed."""
    run_event = Signal(object)
    """A `Delivery` of the run that goes on; its last one is `Ended`."""
    bench_event = Signal(object)
    """A `Delivery` of the bench engine that answers no question."""
    _made = Signal(object)

    def __init__(
        self,
        logs: Path,
        backend: str = "tensorflow",
        device: str = "auto",
        make: Callable[..., EngineClient] = EngineClient,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._logs = logs
        self._backend = backend
        self._make = make
        self._pool = EnginePool(logs, backend, device, self._make_read)
        self._readers: dict[int, EngineThread] = {}
        self._run: EngineClient | None = None
        self._next_run: StartRun | None = None
        self._answered = False
        self._paused = False
        self._phase = Phase.STARTING
        self._ready: Ready | None = None
        self._last_end: ExitReason | None = None
        self._bench: EngineClient | None = None
        self._bench_logs = itertools.count(1)
        self._tickets = itertools.count(1)
        self._asked: dict[int, tuple[int, _Question]] = {}  # by the request's number
        self._held: dict[str, tuple[int, _Question]] = {}  # the newest of its kind, not yet sent
        self._closed = False
        self._made.connect(self._read)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)

    # ------------------------------------------------------------------------------- runs

    def warm(self) -> None:
        """Starts a run engine ahead, and from now on one after every run."""
        self._pool.warm()
        self.state_changed.emit()

    def configure(self, backend: str, device: str) -> None:
        """Changes what the next engines compute with."""
        if backend != self._backend and self._bench is not None:
            self._bench.kill()
        self._backend = backend
        self._ready = None
        self._pool.configure(backend, device)
        self.state_changed.emit()

    def run(self, request: StartRun) -> None:
        """Starts a run; its news come with `run_event`.

        Raises:
            JobFailed: A run is going on, or the engine could not be started.
        """
        if self.running:
            raise JobFailed(T("A training is running. Stop it first, or wait for its end."))
        if self._run is not None:  # it has said its last word, but its process is still there
            self._next_run = request
            self._run.kill()
        else:
            self._start_run(request)
        self.state_changed.emit()

    def pause(self) -> None:
        """Makes the run wait after its batch."""
        self._tell(Pause())

    def go_on(self) -> None:
        """Goes on after a pause."""
        self._tell(GoOn())
        self._paused = False
        self.state_changed.emit()

    def stop(self) -> None:
        """Stops the run after its batch; it keeps a checkpoint."""
        self._next_run = None
        if self._run is not None:
            self._run.cancel()
            self.state_changed.emit()

    def end_run(self) -> None:
        """Ends the run's process now, for one that doesn't answer."""
        if self._run is not None:
            self._run.kill()
            self.state_changed.emit()

    @property
    def running(self) -> bool:
        """Whether a run goes on or is about to, until its last word."""
        return self._next_run is not None or (self._run is not None and not self._answered)

    @property
    def paused(self) -> bool:
        """Whether the run waits between two batches."""
        return self._paused

    @property
    def stopping(self) -> bool:
        """Whether the run is being stopped."""
        return self._run is not None and self._run.state is EngineState.STOPPING

    @property
    def phase(self) -> Phase:
        """What the run last said it does."""
        return self._run.phase if self._run is not None else Phase.IDLE

    @property
    def silence(self) -> float:
        """Seconds since the run's engine last said anything; 0 without a run."""
        return self._run.heartbeat_age if self._run is not None and self.running else 0.0

    @property
    def ready(self) -> Ready | None:
        """Versions and devices of the latest engine that was ready; None before any was."""
        return self._ready

    def describe(self) -> Text:
        """Returns in words what the run engine, or the one that waits for a run, does."""
        if self._run is not None and not self._answered:
            if self.stopping:
                return T("Stopping")
            if self._paused:
                return _PHASES[Phase.PAUSED]
            return _PHASES.get(self._run.phase) or self._run.describe()
        if (spare := self._pool.spare) is not None:
            return spare.describe()
        if self._last_end is not None and self._last_end.kind is not ExitKind.STOPPED:
            return self._last_end.text
        return T("No engine is running")

    # ------------------------------------------------------------------------------ bench

    def ask(
        self,
        request: Request,
        blob: bytes = b"",
        *,
        on_answer: OnAnswer,
        on_refused: OnRefused,
        newest: str = "",
    ) -> int:
        """Asks the bench engine, which is started by the first question.

        Args:
            request: What is asked.
            blob: Raw bytes that belong to it.
            on_answer: Called with the answer and its blob, in the window's thread.
            on_refused: Called with the reason, once, where there is no answer.
            newest: Questions of the same name replace each other as long as they aren't sent;
                one is on its way at a time. A replaced one is never answered.

        Returns:
            A ticket for `forget`.
        """
        ticket = next(self._tickets)
        question = _Question(request, blob, on_answer, on_refused, newest)
        if newest and any(asked.newest == newest for _, asked in self._asked.values()):
            self._held[newest] = (ticket, question)
        else:
            self._send(ticket, question)
        return ticket

    def forget(self, ticket: int, *, stop: bool = False) -> None:
        """Drops a question: neither of its functions will be called.

        Args:
            ticket: The question's.
            stop: Whether the engine stops working on it.
        """
        jobs = [number for number, (asked, _) in self._asked.items() if asked == ticket]
        if stop and self._bench is not None:
            for job in jobs:
                self._bench.cancel(job)
        self._held = {key: held for key, held in self._held.items() if held[0] != ticket}
        self._asked = {n: asked for n, asked in self._asked.items() if asked[0] != ticket}

    def close(self) -> None:
        """Ends every engine, a run politely, and waits until nothing of them is left."""
        if self._closed:
            return
        self._closed = True
        self._asked.clear()
        self._held.clear()
        self._pool.close()
        if self._bench is not None:
            self._bench.close()
        for reader in self._readers.values():
            reader.wait()
        self._readers.clear()

    # -------------------------------------------------------------------------- internals

    def _make_read(self, *args: object, **more: object) -> EngineClient:
        """Makes a client for the pool, in whatever thread, and has it read."""
        client = self._make(*args, **more)
        self._made.emit(client)
        return client

    def _read(self, client: EngineClient) -> None:
        if self._closed:
            return
        reader = EngineThread(client, self)
        self._readers[client.generation] = reader
        reader.delivered.connect(self._receive)
        reader.start()
        self.state_changed.emit()

    def _start_run(self, request: StartRun) -> None:
        self._run = self._pool.take()
        self._answered = self._paused = False
        self._run.send(request)

    def _tell(self, request: Pause | GoOn) -> None:
        if self._run is not None and not self._answered:
            self._run.send(request)

    def _receive(self, news: tuple[Delivery, ...]) -> None:
        changed = False
        for delivery in news:
            if isinstance(delivery.event, Ready):
                self._ready = delivery.event
            if self._bench is not None and delivery.generation == self._bench.generation:
                self._receive_bench(delivery)
            else:
                changed |= self._receive_run(delivery)
            if isinstance(delivery.event, Ended):
                self._bury(delivery.generation)
        if changed:
            self.state_changed.emit()

    def _receive_run(self, delivery: Delivery) -> bool:
        """Passes on news of the run; returns whether `describe` may say something else."""
        event = delivery.event
        ended = isinstance(event, Ended)
        if self._run is None or delivery.generation != self._run.generation:
            if isinstance(event, Ended):
                self._last_end = event.reason
            return ended or isinstance(event, Ready)
        self._paused = isinstance(event, Paused) or (
            self._paused and not isinstance(event, Answer | Ended)
        )
        self._answered = self._answered or isinstance(event, Answer)
        phase_before, self._phase = self._phase, self._run.phase
        if isinstance(event, Ended):
            self._last_end = event.reason
            self._run = None
            self._answered = False
        self.run_event.emit(delivery)
        if ended and self._next_run is not None:
            request, self._next_run = self._next_run, None
            self._start_run(request)
        return ended or isinstance(event, Paused | Answer | Ready) or self._phase != phase_before

    def _receive_bench(self, delivery: Delivery) -> None:
        event = delivery.event
        if isinstance(event, Ended):
            self._bench = None
            lost = [*self._asked.values(), *self._held.values()]
            self._asked.clear()
            self._held.clear()
            for _, question in lost:
                question.on_refused(event.reason.text)
        elif isinstance(event, Answer):
            self._answer(event, delivery.blob)
        else:
            self.bench_event.emit(delivery)

    def _answer(self, event: Event, blob: bytes) -> None:
        _, question = self._asked.pop(event.request, (0, None))
        if question is None:
            return
        if question.newest in self._held:
            self._send(*self._held.pop(question.newest))
        match event:
            case Refused():
                question.on_refused(event.text)
            case Stopped():
                question.on_refused(T("The engine was stopped."))
            case _:
                question.on_answer(event, blob)

    def _send(self, ticket: int, question: _Question) -> None:
        try:
            bench = self._bench or self._start_bench()
        except JobFailed as error:
            question.on_refused(error.text)
            return
        self._asked[bench.send(question.request, question.blob)] = (ticket, question)

    def _start_bench(self) -> EngineClient:
        log = self._logs / f"engine-{os.getpid()}-bench-{next(self._bench_logs)}.log"
        client = self._make("bench", self._backend, "cpu", log)
        client.start()
        self._bench = client
        self._read(client)
        return client

    def _bury(self, generation: int) -> None:
        if (reader := self._readers.pop(generation, None)) is not None:
            reader.wait()  # it has said its last word
            reader.deleteLater()
