"""The process around the jobs: requests in, events out, and the rules by which it ends.

Three threads stand beside the main thread, which does one job after another: one reads requests
and sets the flags that jobs look at, one writes events (see ``outbox``), one sends the heartbeat
and keeps the log short. The end of the request pipe is how an engine learns that its client is
gone, however that died: a running job is cancelled, so that a training keeps a checkpoint, and
after ``GRACE_SECONDS`` the process ends whether that has worked or not.
"""

from __future__ import annotations

import logging
import os
import platform
import queue
import threading
import time
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import NoReturn

import psutil

import cnnstudio
from cnnstudio.core.errors import BadInput, StudioError
from cnnstudio.core.text import T
from cnnstudio.engine.context import Cancelled, JobContext, Status, current_job
from cnnstudio.engine.custom_faults import told
from cnnstudio.engine.log import EngineLog
from cnnstudio.engine.outbox import Outbox
from cnnstudio.protocol import version, wire
from cnnstudio.protocol.launch import Role
from cnnstudio.protocol.messages import (
    KILLABLE,
    Answer,
    Cancel,
    Event,
    GoOn,
    Heartbeat,
    Hello,
    Job,
    Pause,
    Phase,
    Ready,
    Refused,
    Request,
    Shutdown,
    StartRun,
    Stopped,
)

GRACE_SECONDS = 9.0  # with the client gone: gone before ten seconds, however a job hangs
DRAIN_SECONDS = 60.0  # for the last events, to a client that lives but reads slowly
FLUSH_SECONDS = 0.5  # for the last events, to a client that may not read any more
HEARTBEAT_SECONDS = 1.0
LOOK_SECONDS = 0.1  # at the log's size

Handler = Callable[..., Event | None]  # (the job's message, JobContext, blob)
Handlers = Mapping[type[Job], Handler]
Load = Callable[[], tuple[Ready, Handlers]]

logger = logging.getLogger(__name__)


class Exit(IntEnum):
    """How an engine ends when it ends itself (1 to 3 are Python's and the C library's)."""

    DONE = 0
    NOT_LOADED = 10  # Keras, its backend or the device couldn't be had: a Refused said why
    PROTOCOL = 11  # the client sent what isn't the protocol
    HUNG = 12  # a job didn't stop: the client was gone, or a layer's own code went on and on


class Host:
    """Runs one engine from hello to exit.

    Args:
        requests: The file descriptor that requests come from.
        events: The file descriptor that events go to.
        log: Takes the standard streams' place before; trimmed here.
        role: "run" ends after its run, "bench" stays.
        load: Imports Keras; gives the Ready event and a handler for each kind of job.
        grace: Seconds that a job gets when the client is gone.
    """

    def __init__(
        self,
        requests: int,
        events: int,
        log: EngineLog,
        role: Role,
        load: Load,
        grace: float,
    ) -> None:
        self._reader = wire.Reader(requests, wire.REQUESTS)
        self._outbox = Outbox(wire.Writer(events).write)
        self._log = log
        self._role = role
        self._load = load
        self._grace = grace
        self._status = Status()
        self._process = psutil.Process()
        self._jobs: queue.SimpleQueue[tuple[Job, JobContext, bytes] | None] = queue.SimpleQueue()
        self._contexts: dict[int, JobContext] = {}  # of jobs not yet answered
        self._contexts_lock = threading.Lock()
        self._exit = Exit.DONE

    def run(self) -> None:
        """Does everything, and ends the process."""
        self._outbox.put(
            Hello(
                protocol=version.PROTOCOL,
                version=cnnstudio.__version__,
                pid=os.getpid(),
                started=self._process.create_time(),
                python=platform.python_version(),
                role=self._role,
            )
        )
        for target, name in ((self._listen, "requests"), (self._beat, "heartbeat")):
            threading.Thread(target=target, name=f"engine-{name}", daemon=True).start()
        self._status.enter(Phase.IMPORTING)
        handlers = self._ready()
        if handlers is not None:
            self._work(handlers)
        self._outbox.close(DRAIN_SECONDS)
        self._end(self._exit)

    # ------------------------------------------------------------------------- main thread

    def _ready(self) -> Handlers | None:
        try:
            ready, handlers = self._load()
        except StudioError as error:
            self._outbox.put(Refused(text=error.text, bad_input=isinstance(error, BadInput)))
        except Exception as error:
            logger.exception("the backend could not be loaded")
            text = T("The engine could not load its backend: {reason}", reason=_reason(error))
            self._outbox.put(Refused(text=text, bad_input=False))
        else:
            self._status.enter(Phase.IDLE)
            self._outbox.put(ready)
            return handlers
        self._exit = Exit.NOT_LOADED
        return None

    def _work(self, handlers: Handlers) -> None:
        while (work := self._jobs.get()) is not None:
            job, context, blob = work
            answer = self._do(job, context, blob, handlers)
            if answer is not None:
                context.emit(answer)
            with self._contexts_lock:
                del self._contexts[job.request]
            self._status.step = -1
            self._status.enter(Phase.IDLE)
            if self._role == "run" and isinstance(job, StartRun):
                break

    def _do(self, job: Job, context: JobContext, blob: bytes, handlers: Handlers) -> Event | None:
        """Returns the answer to `job`, None if it has sent one itself."""
        handler = handlers.get(type(job))
        if handler is None:
            return Refused(text=T("This engine can't do that: {job}.", job=type(job).__name__))
        current_job.set(context)
        try:
            context.check_cancelled()
            answer = handler(job, context, blob)
        except Cancelled:
            return Stopped()
        except StudioError as error:
            return Refused(text=error.text, bad_input=isinstance(error, BadInput))
        except (Exception, SystemExit) as error:
            logger.exception("%s failed", type(job).__name__)
            if (text := told(error)) is not None:
                return Refused(text=text)
            if not isinstance(error, MemoryError):
                reason = _reason(error)
                text = T("The engine failed: {reason}. Its log has the details.", reason=reason)
                return Refused(text=text, bad_input=False)
            return Refused(
                text=T("Memory ran out. Try a smaller batch size, or close other programs."),
                bad_input=False,
            )
        if not isinstance(answer, Answer) and not context.answered:
            raise TypeError(f"the handler of {type(job).__name__} gave no answer")
        return answer

    # ---------------------------------------------------------------------- reader thread

    def _listen(self) -> None:
        try:
            while (received := self._reader.read()) is not None:
                request, blob = received
                if isinstance(request, Shutdown):
                    break
                self._take(request, blob)
        except wire.WireError:
            logger.exception("the client doesn't speak the protocol")
            self._exit = Exit.PROTOCOL
        self._leave()

    def _take(self, request: Request, blob: bytes) -> None:
        if isinstance(request, Job):
            context = JobContext(
                self._outbox, self._status, request.request, self._log, self._give_up
            )
            with self._contexts_lock:
                self._contexts[request.request] = context
            self._jobs.put((request, context, blob))
            return
        with self._contexts_lock:
            contexts = list(self._contexts.values())
        for context in contexts:
            if isinstance(request, Pause):
                context.pause()
            elif isinstance(request, GoOn):
                context.go_on()
            elif isinstance(request, Cancel) and request.job in (0, context.request):
                context.cancel()

    def _leave(self) -> None:
        """The client is gone or wants the engine gone: stop the job, then end the process."""
        self._take(Cancel(), b"")
        self._jobs.put(None)
        if self._status.phase not in KILLABLE:
            time.sleep(self._grace)  # the main thread ends the process as soon as the job is done
            logger.error("the job did not stop within %g s", self._grace)
            self._exit = Exit.HUNG
        self._outbox.close(FLUSH_SECONDS)
        self._end(self._exit)

    # -------------------------------------------------------------------- heartbeat thread

    def _beat(self) -> None:
        due = 0.0
        while True:
            changed = self._status.changed.wait(LOOK_SECONDS)
            self._log.trim()
            if changed or time.monotonic() >= due:
                self._status.changed.clear()
                due = time.monotonic() + HEARTBEAT_SECONDS
                self._outbox.heartbeat(
                    Heartbeat(
                        phase=self._status.phase,
                        step=self._status.step,
                        rss=self._process.memory_info().rss,
                        monotonic=time.monotonic(),
                    )
                )

    def _give_up(self) -> NoReturn:
        """Ends the process with a job that can't be stopped."""
        self._outbox.close(FLUSH_SECONDS)
        self._end(Exit.HUNG)

    def _end(self, code: Exit) -> NoReturn:
        """Ends the process at once: a backend's own teardown may hang or crash."""
        self._log.flush()
        os._exit(code)


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
