"""Decoding outside this process: a worker reads the files, the answer is data only.

The window never runs a decoder. A process is started for each order, says how far it is and what
came of it in lines of JSON, then raw bytes, and ends. A pool comes back through the cache, a
picture as bytes.
"""

from __future__ import annotations

import contextlib
import math
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
import psutil

from cnnstudio.core.data.cache import cache_folder, private_folder
from cnnstudio.core.data.orders import Order, Outcome, PictureOrder, Progress, order_line
from cnnstudio.core.errors import JobFailed
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.text import T
from cnnstudio.protocol.launch import inspector_environment, studio_command

PATIENCE = 120.0  # seconds without a word, also on a slow disk and with a virus scanner
_LOOK = 0.05  # seconds between two looks at whether it is wanted any more

Answer = Progress | Outcome


class Stopped(JobFailed):
    """The person stopped it."""

    def __init__(self) -> None:
        super().__init__(T("Reading was stopped; nothing was changed."))


class Worker:
    """One decoding process. `run` it in one thread; `stop` ends it from any other.

    Args:
        order: What it does.
        progress: Gets how far it is, in the thread of `run`.
    """

    def __init__(
        self, order: Order, progress: Callable[[Progress], None] = lambda _progress: None
    ) -> None:
        self._order = order
        self._progress = progress
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Ends the process within a tenth of a second, or keeps it from starting."""
        self._stopped.set()

    def run(self) -> tuple[Outcome, bytes]:
        """Decodes and waits for it; no process is left, however it ends.

        Raises:
            Stopped: When it was stopped.
            JobFailed: When the process ended without an outcome, or said nothing for too long.
            BadInput: When there is no place to work in.
        """
        with _place_to_work(self._order) as folder:
            return self.run_in(folder, self._stopped.is_set)

    def run_in(self, folder: Path, stopped: Callable[[], bool]) -> tuple[Outcome, bytes]:
        """As `run`, but in a private folder that is there already.

        Args:
            folder: The folder.
            stopped: Asked some twenty times a second; true ends it.
        """
        if stopped():
            raise Stopped
        process = _start(folder)
        answers: queue.SimpleQueue[Answer | bytes] = queue.SimpleQueue()
        listener = threading.Thread(target=_listen, args=(process.stdout, answers), daemon=True)
        listener.start()
        try:
            assert process.stdin is not None
            with contextlib.suppress(OSError):  # one that died says so by its answers' end
                process.stdin.write(order_line(self._order))
                process.stdin.flush()
            return self._wait(answers, stopped)
        finally:
            _end(process)
            listener.join()  # what it reads isn't closed under its hands
            cast(BinaryIO, process.stdout).close()

    def _wait(
        self, answers: queue.SimpleQueue[Answer | bytes], stopped: Callable[[], bool]
    ) -> tuple[Outcome, bytes]:
        outcome, heard = Outcome(), time.monotonic()
        while True:
            if stopped():
                raise Stopped
            try:
                answer = answers.get(timeout=_LOOK)
            except queue.Empty:
                if time.monotonic() - heard > PATIENCE:
                    raise JobFailed(
                        T(
                            "Reading took longer than {limit} s and was ended.",
                            limit=round(PATIENCE),
                        )
                    ) from None
                continue
            heard = time.monotonic()
            if isinstance(answer, Progress):
                self._progress(answer)
            elif isinstance(answer, Outcome):
                outcome = answer
            else:
                return _checked(outcome, answer)


def _checked(outcome: Outcome, body: bytes) -> tuple[Outcome, bytes]:
    size = math.prod(outcome.shape) if outcome.shape else 0
    if len(body) != size or outcome == Outcome(failed=True):
        raise JobFailed(T("The process that reads pictures ended unexpectedly. Please try again."))
    return outcome, body


@contextlib.contextmanager
def _place_to_work(order: Order) -> Iterator[Path]:
    """A folder of its own; one that is only for a picture needn't be on the cache's disk."""
    if isinstance(order, PictureOrder):
        with tempfile.TemporaryDirectory(
            prefix="cnnstudio-picture-", ignore_cleanup_errors=True
        ) as name:
            yield Path(name)
        return
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(private_folder())
        except OSError as error:
            raise write_fault(error, cache_folder()) from error
        yield folder


def _start(folder: Path) -> subprocess.Popen[bytes]:
    environment = inspector_environment(folder) | {
        "CNNSTUDIO_CACHE": str(cache_folder().absolute())
    }
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    try:
        return subprocess.Popen(
            [*studio_command(), "decode", str(folder)],
            env=environment,
            stdin=subprocess.PIPE,  # its end tells the process that this one is gone
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=flags,
            start_new_session=True,  # a group of its own, with its workers
        )
    except OSError as error:
        raise JobFailed(
            T(
                "The process that reads pictures could not be started: {reason}.",
                reason=error.strerror or str(error),
            )
        ) from error


def _listen(stream: BinaryIO, answers: queue.SimpleQueue[Answer | bytes]) -> None:
    """Passes on what the process says: its words, and at its end the bytes behind them."""
    outcome = False
    try:
        while not outcome and (line := stream.readline()):
            answer = msgspec.json.decode(line, type=Answer)
            outcome = isinstance(answer, Outcome)
            answers.put(answer)
        rest = stream.read()
    except (msgspec.DecodeError, UnicodeDecodeError, OSError):
        outcome = False
    if not outcome:
        answers.put(Outcome(failed=True))
    answers.put(rest if outcome else b"")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and those it started."""
    if process.poll() is None:
        if sys.platform == "win32":
            with contextlib.suppress(psutil.Error):
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with contextlib.suppress(OSError):
        cast(BinaryIO, process.stdin).close()
