"""Two workers and who watches them: a file that ends or holds up a worker costs that file only."""

from __future__ import annotations

import contextlib
import mmap
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import msgspec

from cnnstudio.core.errors import JobFailed
from cnnstudio.core.text import T, Text
from cnnstudio.decode.scanning.frames import SPAN, Done, Job, Message, Task, received, send

WORKERS = 2
PATIENCE = 20.0
"""Seconds that reading one picture may take, also on a slow disk."""

_STARTING = 90.0  # seconds until a worker looks at its first picture, also on a busy machine
_TICK = 0.05  # seconds between two words about how far it is
_MOST_FAILURES = 3  # starts of a worker that came to nothing
_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Lost:
    """A picture that a worker did not survive, or not in time.

    Attributes:
        index: Its number.
        reason: Why.
    """

    index: int
    reason: Text


class Crew:
    """Worker processes, to be used in a ``with`` statement: none is left after it.

    Args:
        folder: A private folder, for the few bytes in which each says which picture it is at.
        patience: Seconds that reading one picture may take.
        command: What starts a worker.
    """

    def __init__(
        self, folder: Path, patience: float = PATIENCE, command: list[str] | None = None
    ) -> None:
        self._patience = patience
        self._command = command or worker_command()
        self._gauge = folder / "gauge"
        self._events: _Events = queue.SimpleQueue()
        self._failures = 0
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        self._gauge.write_bytes(bytes(8 * WORKERS))
        with self._gauge.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)
        self._positions = memoryview(self._shared).cast("q")
        try:
            self.start()
        except JobFailed:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def start(self) -> None:
        """Starts the processes, which takes them a moment; work may be given at once."""
        while len(self._workers) < WORKERS:
            self._workers.append(self._worker(len(self._workers)))

    def run(
        self, job: Job, tasks: Iterable[Task], tell: Callable[[int], None]
    ) -> Iterator[Done | Lost]:
        """Does tasks and gives what comes of them, in no order.

        Args:
            job: What they are about.
            tasks: The tasks.
            tell: Gets, often, how many pictures of tasks that aren't done yet are.

        Raises:
            JobFailed: When workers end although no picture can be at fault.
        """
        waiting = iter(tasks)
        again: list[Task] = []

        def next_task() -> Task | None:
            return again.pop() if again else next(waiting, None)

        for worker in self._workers:
            worker.give(job, next_task())
        while any(worker.task for worker in self._workers):
            self._end_hung()
            tell(sum(max(worker.position(), 0) for worker in self._workers))
            try:
                worker, message = self._events.get(timeout=_TICK)
            except queue.Empty:
                continue
            if worker not in self._workers:
                continue  # the last words of one that was replaced
            if isinstance(message, Done):
                self._failures = 0
                yield message
            elif message is None:
                lost, rest = self._bury(worker)
                again += rest
                if lost is not None:
                    yield lost
                worker = self._workers[worker.slot]
            worker.give(job, next_task())

    def renew(self) -> None:
        """Has fresh processes; what the old ones were at is dropped."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self.start()

    def _close(self) -> None:
        for worker in self._workers:
            worker.end()
        self._positions.release()
        self._shared.close()
        self._gauge.unlink(missing_ok=True)

    def _worker(self, slot: int) -> _Worker:
        command = [*self._command, str(self._gauge), str(slot)]
        return _Worker(slot, self._positions, command, self._events)

    def _end_hung(self) -> None:
        for worker in self._workers:
            started = worker.position() >= 0
            if worker.task and worker.idle() > (self._patience if started else _STARTING):
                worker.hung = True
                worker.kill()

    def _bury(self, worker: _Worker) -> tuple[Lost | None, list[Task]]:
        """Replaces a worker that ended; returns the picture it was at, and what is left to do."""
        task, position = worker.task, worker.position()
        worker.end()
        self._workers[worker.slot] = self._worker(worker.slot)
        if task is None:
            return None, []
        if position < 0:
            self._failures += 1
            if self._failures >= _MOST_FAILURES:
                raise JobFailed(
                    T("The process that reads pictures ended unexpectedly. Please try again.")
                )
            return None, [task]
        reason = (
            T(
                "Reading it took longer than {limit} s and was given up; it may be damaged.",
                limit=round(self._patience),
            )
            if worker.hung
            else T("Reading it ended the process that did it; it may be damaged.")
        )
        return Lost(task.first + position, reason), _without(task, position)


class _Worker:
    """One process, and the thread that listens to it."""

    def __init__(
        self, slot: int, positions: memoryview, command: list[str], events: _Events
    ) -> None:
        self.slot = slot
        self.task: Task | None = None
        self.hung = False
        self._job: Job | None = None
        self._positions = positions
        self._seen, self._since = _NOWHERE, time.monotonic()
        self._events = events
        positions[slot] = _NOWHERE
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        except OSError as error:
            raise JobFailed(
                T(
                    "The process that reads pictures could not be started: {reason}.",
                    reason=error.strerror or str(error),
                )
            ) from error
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def give(self, job: Job, task: Task | None) -> None:
        """Gives it something to do; to one that has ended too, which its end will tell."""
        self.task = task
        if task is None:
            return
        self._positions[self.slot] = _NOWHERE
        self._seen, self._since = _NOWHERE, time.monotonic()
        commands = cast(BinaryIO, self._process.stdin)
        with contextlib.suppress(OSError):
            if job is not self._job:
                send(commands, job)
                self._job = job
            send(commands, task)

    def position(self) -> int:
        """How many pictures of its task are done; −1 before it looked at the first."""
        at = self._positions[self.slot]
        return _NOWHERE if self.task is None or at < 0 else int(at) - self.task.first

    def idle(self) -> float:
        """Seconds since it went on to another picture."""
        now = time.monotonic()
        if (at := self._positions[self.slot]) != self._seen:
            self._seen, self._since = at, now
        return now - self._since

    def kill(self) -> None:
        """Has the system end it."""
        self._process.kill()

    def end(self) -> None:
        """Ends it and waits for that."""
        self.kill()
        self._process.wait()
        self._thread.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):  # what it didn't read any more
                stream.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(msgspec.DecodeError, OSError):
            for message in received(cast(BinaryIO, self._process.stdout)):
                self._events.put((self, message))
        self._events.put((self, None))


_Events = queue.SimpleQueue[tuple[_Worker, Message | None]]


def worker_command() -> list[str]:
    """Returns the command that starts a worker, without its arguments."""
    frozen = getattr(sys, "frozen", False)
    program = [sys.executable] if frozen else [sys.executable, "-m", "cnnstudio"]
    return [*program, "decode", "worker"]


def _without(task: Task, position: int) -> list[Task]:
    """The tasks that are left of one when one of its pictures isn't to be looked at again."""
    names, row = task.names.split(b"\0"), SPAN if task.spans else 0
    parts = [(0, position), (position + 1, len(names))]
    return [
        Task(task.first + a, b"\0".join(names[a:b]), task.spans[a * row : b * row])
        for a, b in parts
        if a < b
    ]
