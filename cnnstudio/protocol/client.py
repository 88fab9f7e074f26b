"""The client's side of an engine: start it, talk to it, end it, and say how it ended.

Knows nothing of Qt: the window wraps it in one thread, the command line uses it as it is. An
engine is never tied to the thread that started it; what ends it when this process dies, however,
is the end of its request pipe (no job object, no parent-death signal: those are tied to one system
or one thread).
"""

from __future__ import annotations

import itertools
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

import cnnstudio
from cnnstudio.core.errors import JobFailed
from cnnstudio.core.storage.run_folder import LOG_NAME
from cnnstudio.core.text import T, Text
from cnnstudio.protocol import version, wire
from cnnstudio.protocol.clock import awake
from cnnstudio.protocol.delivery import Delivery, Ended, EngineState
from cnnstudio.protocol.exits import BACKEND_NAMES, ExitKind, ExitReason, explain, read_log
from cnnstudio.protocol.ladder import Ladder, Patience, Step
from cnnstudio.protocol.launch import Role, engine_command, engine_environment
from cnnstudio.protocol.messages import (
    KILLABLE,
    Answer,
    Cancel,
    Event,
    Heartbeat,
    Hello,
    Job,
    Phase,
    Ready,
    Refused,
    Request,
    StartRun,
    Stopping,
)

HELLO_SECONDS = 10.0
READY_SECONDS = 90.0  # slow disks, and antivirus reading every file of TensorFlow
LINGER_SECONDS = 10.0  # for a process whose pipe has ended
MOST_UNREAD = 4096  # deliveries; then the engine is made to wait
_MINDER_SECONDS = 0.05

logger = logging.getLogger(__name__)
_generations = itertools.count(1)


class EngineClient:
    """One engine process. `start` it, read what it says in one thread, `close` it.

    Every method may be called from any thread; only `close`, `wait` and reading wait.

    Args:
        role: "run" or "bench".
        backend: "tensorflow", "torch" or "jax".
        device: "auto", "cpu", "gpu" or "gpu:N".
        log: The file for what the engine prints.
        command: Starts the engine; `engine_command` of the other arguments unless given.
        patience: How long a cancel waits for what.
        hello_seconds: The time until the engine must have said hello.
        ready_seconds: The time from there until Keras must be imported.
        on_ended: Called once, in a thread of this client, when the process is gone.
    """

    def __init__(
        self,
        role: Role,
        backend: str,
        device: str,
        log: Path,
        *,
        command: Sequence[str] | None = None,
        patience: Patience | None = None,
        hello_seconds: float = HELLO_SECONDS,
        ready_seconds: float = READY_SECONDS,
        on_ended: Callable[[EngineClient], None] | None = None,
    ) -> None:
        self.role = role
        self.backend = backend
        self.device = device
        self.log = log
        self.generation = next(_generations)
        self._command = list(command or engine_command(role, backend, device, log))
        self._patience = patience or Patience()
        self._hello_seconds = hello_seconds
        self._ready_seconds = ready_seconds
        self._on_ended = on_ended
        self._numbers = itertools.count(1)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        # All below is guarded by _changed.
        self._changed = threading.Condition()
        self._inbox: deque[Delivery] = deque()
        self._unread_matters = True
        self._hello: Hello | None = None
        self._ready: Ready | None = None
        self._refusal: Refused | None = None
        self._heartbeat: Heartbeat | None = None
        self._alive_at = self._beat_at = self._heard_at = float("-inf")
        self._deadline = float("inf")
        self._jobs: set[int] = set()
        self._ladder: Ladder | None = None
        self._ladder_jobs: set[int] = set()
        self._closing = False
        self._run_log: Path | None = None  # where the log goes on once a run's folder is there
        self._verdict: tuple[ExitKind, Text] | None = None
        self._reason: ExitReason | None = None

    def start(self) -> None:
        """Starts the process; returns at once.

        Raises:
            JobFailed: The system refused.
        """
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    bufsize=0,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=engine_environment(self.backend, self.device),
                    creationflags=flags,
                    start_new_session=True,  # Ctrl-C in a terminal reaches only this process
                )
        except OSError as error:
            raise JobFailed(
                T(
                    "The engine could not be started with {program}: {reason}.",
                    program=self._command[0],
                    reason=error.strerror or str(error),
                )
            ) from error
        self._alive_at = awake()
        self._deadline = self._alive_at + self._hello_seconds
        for target in (self._listen, self._write, self._mind):
            name = f"engine-{self.generation}{target.__name__}"
            thread = threading.Thread(target=target, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    # ------------------------------------------------------------------------- what it is

    @property
    def pid(self) -> int:
        """The engine's process id."""
        return self._process.pid

    @property
    def hello(self) -> Hello | None:
        """The engine's first word, None before it."""
        return self._hello

    @property
    def ready(self) -> Ready | None:
        """Versions and devices, None before they are known."""
        return self._ready

    @property
    def reason(self) -> ExitReason | None:
        """How the engine ended, None while it lives."""
        return self._reason

    @property
    def busy(self) -> bool:
        """Whether a job isn't answered yet."""
        return bool(self._jobs)

    @property
    def phase(self) -> Phase:
        """What the engine last said it does."""
        return self._heartbeat.phase if self._heartbeat else Phase.STARTING

    @property
    def heartbeat_age(self) -> float:
        """Seconds since the engine last said anything, without those the computer slept."""
        return awake() - self._alive_at

    @property
    def state(self) -> EngineState:
        """What a person is told."""
        with self._changed:
            if self._reason is not None:
                return EngineState.ENDED
            if self._closing or self._ladder is not None or self._verdict is not None:
                return EngineState.STOPPING
            if self._hello is None:
                return EngineState.STARTING
            if self._ready is None:
                return EngineState.IMPORTING
            return EngineState.BUSY if self._jobs else EngineState.READY

    def describe(self) -> Text:
        """Returns the state in words."""
        match self.state:
            case EngineState.STARTING:
                return T("Starting the engine")
            case EngineState.IMPORTING:
                return T("Loading {backend}", backend=BACKEND_NAMES[self.backend])
            case EngineState.READY:
                return T("Ready")
            case EngineState.BUSY:
                return T("Working")
            case EngineState.STOPPING:
                return T("Stopping")
            case EngineState.ENDED:
                assert self._reason is not None
                return self._reason.text

    # ---------------------------------------------------------------------------- talking

    def send(self, request: Request, blob: bytes = b"") -> int:
        """Sends a request, before the engine is ready too.

        To an engine that has ended it goes nowhere: `Ended` tells.

        Returns:
            The number that its answer will have.

        Raises:
            WireError: The request is too large for the protocol.
        """
        number = next(self._numbers)
        frame = wire.encode(msgspec.structs.replace(request, request=number), blob)
        with self._changed:
            if isinstance(request, Job):
                self._jobs.add(number)
            if isinstance(request, StartRun):
                self._run_log = Path(request.run_dir, LOG_NAME)
        self._outgoing.put(frame)
        return number

    def read(self, timeout: float | None = None) -> Delivery | None:
        """Waits for the next delivery, for one consumer thread.

        Args:
            timeout: Seconds; None waits for ever.

        Returns:
            The delivery, the last one with Ended; None when `timeout` is over or after Ended.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._inbox or self._reason is not None, timeout)
            if not self._inbox:
                return None
            delivery = self._inbox.popleft()
            self._changed.notify_all()
            return delivery

    def __iter__(self) -> Iterator[Delivery]:
        """Yields every delivery to the last."""
        while (delivery := self.read()) is not None:
            yield delivery

    # ----------------------------------------------------------------------------- ending

    def cancel(self, job: int = 0) -> None:
        """Stops a job and returns at once; an engine that doesn't answer is ended.

        A run engine is killed in phases where that loses nothing. A bench engine is asked, so
        that it stays.

        Args:
            job: The job's number; 0 for all.
        """
        with self._changed:
            if self._ended_or_killable():
                self._kill(ExitKind.STOPPED, T("The engine was stopped."))
                return
            jobs = self._jobs & {job} if job else set(self._jobs)
            if self._ready is not None and self._ladder is None and (jobs or self.role == "run"):
                self._ladder = Ladder(self._patience, awake())
            self._ladder_jobs |= jobs
            self._changed.notify_all()
        self.send(Cancel(job=job))

    def kill(self) -> None:
        """Ends the process now."""
        with self._changed:
            self._kill(ExitKind.STOPPED, T("The engine was stopped."))

    def wait(self, timeout: float | None = None) -> ExitReason | None:
        """Waits until the engine has ended; what isn't read meanwhile is kept.

        Args:
            timeout: Seconds; None waits for ever.

        Returns:
            How it ended, None when `timeout` is over.
        """
        with self._changed:
            self._unread_matters = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._reason is not None, timeout)
            return self._reason

    def close(self) -> None:
        """Ends the engine, politely if it works, and waits until nothing of it is left."""
        if not self._threads:  # never started
            return
        with self._changed:
            self._closing = True
            if self._ready is None or not self._jobs:
                self._kill(ExitKind.STOPPED, T("The engine was stopped."))
        self.cancel()
        self._outgoing.put(None)
        self.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _ended_or_killable(self) -> bool:
        return self._reason is not None or (self.role == "run" and self.phase in KILLABLE)

    def _kill(self, kind: ExitKind, text: Text) -> None:
        if self._verdict is None:
            self._verdict = kind, text
        self._process.kill()
        self._changed.notify_all()

    # ---------------------------------------------------------------------------- threads

    def _listen(self) -> None:
        """Reads events until the pipe ends, then says how the engine ended."""
        assert self._process.stdout is not None
        reader = wire.Reader(self._process.stdout.fileno(), wire.EVENTS)
        try:
            while (received := reader.read()) is not None:
                self._receive(*received)
        except wire.WireCut:  # it died in the middle of a word
            pass
        except wire.WireError as error:
            logger.warning("engine %d broke the protocol: %s", self.generation, error)
            with self._changed:
                self._kill(
                    ExitKind.PROTOCOL,
                    T("The engine sent something unreadable and was ended. Please try again."),
                )
        self._finish()

    def _receive(self, event: Event, blob: bytes) -> None:
        with self._changed:
            now = self._alive_at = awake()
            match event:
                case Hello():
                    self._greet(event)
                case Ready():
                    self._ready = event
                case Heartbeat():
                    self._heartbeat = event
                    self._beat_at = now
                case Refused(request=0):
                    self._refusal = event
                case Stopping():
                    self._heard_at = now
                case Answer():
                    self._heard_at = now
                    self._jobs.discard(event.request)
                    self._ladder_jobs.discard(event.request)
            if self._hello is None and self._verdict is None:
                raise wire.WireError(f"{type(event).__name__} came before Hello")
            self._deliver(Delivery(self.generation, event, blob))

    def _greet(self, hello: Hello) -> None:
        self._deadline = awake() + self._ready_seconds
        if (hello.protocol, hello.version) == (version.PROTOCOL, cnnstudio.__version__):
            self._hello = hello
        else:
            self._kill(
                ExitKind.UPDATED,
                T("CNN Studio was updated while it was running; please restart it."),
            )

    def _deliver(self, delivery: Delivery) -> None:
        self._changed.wait_for(
            lambda: len(self._inbox) < MOST_UNREAD or not self._unread_matters or self._verdict
        )
        self._inbox.append(delivery)
        self._changed.notify_all()

    def _write(self) -> None:
        """Sends requests, so that an engine that doesn't read can't hold up the sender."""
        assert self._process.stdin is not None
        with self._process.stdin as pipe:
            try:
                while (frame := self._outgoing.get()) is not None:
                    rest = memoryview(frame)
                    while rest:
                        rest = rest[os.write(pipe.fileno(), rest) :]
            except OSError:  # the engine is gone
                return

    def _mind(self) -> None:
        """Watches the deadlines of the start and climbs the ladder of a cancel."""
        with self._changed:
            while self._reason is None:
                now = awake()
                if self._ready is None and self._verdict is None and now >= self._deadline:
                    self._kill(ExitKind.SILENT, self._silence())
                if self._ladder is not None:
                    self._climb(self._ladder, now)
                waits = self._ready is None or self._ladder is not None
                self._changed.wait(_MINDER_SECONDS if waits else None)

    def _silence(self) -> Text:
        if self._hello is None:
            return T("The engine did not start in time. Please try again.")
        return T(
            "{backend} could not be loaded in time; a slow disk or a virus scanner may be why. "
            "Please try again.",
            backend=BACKEND_NAMES[self.backend],
        )

    def _climb(self, ladder: Ladder, now: float) -> None:
        if self.role == "bench" and not self._ladder_jobs and not self._closing:
            self._ladder = None
            return
        step = ladder.step(now, self.phase, self._beat_at, self._heard_at)
        if step is Step.TERMINATE:
            self._verdict = self._verdict or (
                ExitKind.STOPPED,
                T("The engine did not answer and was ended."),
            )
            if sys.platform != "win32":
                self._process.send_signal(signal.SIGUSR1)  # its log then shows where it hung
            self._process.terminate()
        elif step is Step.KILL:
            self._process.kill()

    def _finish(self) -> None:
        try:
            self._process.wait(LINGER_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("engine %d closed its pipe and lingered", self.generation)
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._outgoing.put(None)
        log = self._run_log if self._run_log and self._run_log.exists() else self.log
        tail, trace = read_log(log)
        code = self._process.returncode
        with self._changed:
            kind, text = self._verdict or explain(code, self.backend, log)
            if self._refusal is not None and kind is not ExitKind.STOPPED:
                kind, text = ExitKind.REFUSED, self._refusal.text
            bad_input = self._refusal is not None and self._refusal.bad_input
            reason = ExitReason(kind, text, code, bad_input, log, tail, trace)
            self._reason = reason
            self._inbox.append(Delivery(self.generation, Ended(reason)))
            self._changed.notify_all()
        if self._on_ended is not None:
            self._on_ended(self)
