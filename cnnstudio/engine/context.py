"""What a job sees of the engine around it: how to report, and whether to pause or stop."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import NoReturn

import msgspec

from cnnstudio.engine.log import EngineLog
from cnnstudio.engine.outbox import Outbox
from cnnstudio.protocol.messages import Answer, Event, Paused, Phase, Stopping

logger = logging.getLogger(__name__)


class Cancelled(Exception):
    """The person stopped the job; raised where the job asks, caught by the host."""


class Status:
    """What the engine is doing, as the heartbeat tells it.

    Attributes:
        phase: What the engine is doing.
        step: Batches done in the job, −1 without one.
        changed: Set at each new phase: the heartbeat doesn't wait for its second.
    """

    def __init__(self) -> None:
        self.phase = Phase.STARTING
        self.step = -1
        self.changed = threading.Event()

    def enter(self, phase: Phase) -> None:
        """Goes over to `phase`."""
        if phase is not self.phase:
            self.phase = phase
            self.changed.set()


current_job: ContextVar[JobContext | None] = ContextVar("current_job", default=None)
"""The job that this thread does."""


class JobContext:
    """One job's door to the client. The job calls it; the reader thread sets its flags.

    Args:
        outbox: Takes the events.
        status: Where phase and step are kept for the heartbeat.
        request: The number of the request that the job answers.
        log: What the process prints goes there.
        end: Ends the process once its last words are said.
    """

    def __init__(
        self,
        outbox: Outbox,
        status: Status | None = None,
        request: int = 0,
        log: EngineLog | None = None,
        end: Callable[[], NoReturn] | None = None,
    ) -> None:
        self.request = request
        self._end = end
        self._log = log
        self.answered = False
        self._outbox = outbox
        self._status = status or Status()
        self._cancelled = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._acknowledged = False

    # ------------------------------------------------------------------------- for the job

    def phase(self, phase: Phase) -> None:
        """Says what the job does from now on."""
        self._status.enter(phase)

    def step(self, step: int) -> None:
        """Says how many batches are done."""
        self._status.step = step

    def emit(self, event: Event, blob: bytes = b"") -> None:
        """Sends `event` as news of this job; never waits, never loses one."""
        if isinstance(event, Answer):
            self.answered = True
        self._outbox.put(msgspec.structs.replace(event, request=self.request), blob)

    def give_up(self, answer: Event) -> NoReturn:
        """Answers and ends the process: what runs in the job's thread can't be stopped otherwise.

        For another thread to call.
        """
        self.emit(answer)
        if self._end is not None:
            self._end()
        os._exit(1)

    def batch(
        self, epoch: int, index: int, loss: float, accuracy: float, images_per_second: float
    ) -> None:
        """Reports one batch; cheap enough for every batch, since batches travel in blocks.

        Args:
            epoch: Counted from 1, as everywhere outside the arithmetic of seeds.
            index: The batch's number in the epoch, counted from 0.
            loss: The loss of this batch, not finite if it isn't.
            accuracy: The share of right answers in this batch.
            images_per_second: Over the epoch so far.
        """
        self._outbox.batch(self.request, epoch, index, loss, accuracy, images_per_second)

    def log_to(self, path: Path) -> None:
        """Lets the engine's log go on in `path`, the run's own; stays as it is if that fails."""
        if self._log is not None:
            try:
                self._log.continue_in(path)
            except OSError:
                logger.exception("the log can't go on in %s", path)

    @property
    def cancelled(self) -> bool:
        """Whether to stop. The first look that finds it so tells the client it was heard."""
        if not self._cancelled.is_set():
            return False
        if not self._acknowledged:
            self._acknowledged = True
            self.emit(Stopping())
        return True

    def check_cancelled(self) -> None:
        """Raises Cancelled if the job is to stop."""
        if self.cancelled:
            raise Cancelled

    def wait_while_paused(self) -> None:
        """Returns at once, or after a pause is over, or when the job is cancelled in it."""
        if self._going.is_set():
            return
        before = self._status.phase
        self.phase(Phase.PAUSED)
        self.emit(Paused())
        self._going.wait()
        self.phase(before)

    # ---------------------------------------------------------------- for the reader thread

    def pause(self) -> None:
        """Makes the job wait at its next `wait_while_paused`."""
        if not self._cancelled.is_set():
            self._going.clear()

    def go_on(self) -> None:
        """Ends a pause."""
        self._going.set()

    def cancel(self) -> None:
        """Asks the job to stop, in a pause too."""
        self._cancelled.set()
        self._going.set()
