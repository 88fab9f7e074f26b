"""Decoding outside this process: a short-lived worker reads the files, the answer is data only.

The window never runs a decoder. A worker is started for each order, says one line of JSON (an
``Outcome``), then raw bytes, and ends. A part of a dataset comes back through the cache, a picture
as bytes.
"""

from __future__ import annotations

import math
import subprocess
import threading

import msgspec

from cnnstudio.core.data.orders import Outcome, PartOrder, PictureOrder
from cnnstudio.core.errors import JobFailed
from cnnstudio.core.text import T
from cnnstudio.protocol.launch import studio_command

PATIENCE = 120.0  # seconds, also for a slow disk and a virus scanner


class Worker:
    """One decoding process. `run` it in one thread; `stop` ends it from any other."""

    def __init__(self, order: PartOrder | PictureOrder) -> None:
        self._order = order
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> tuple[Outcome, bytes]:
        """Decodes and waits for it.

        Raises:
            JobFailed: When the worker ended without a word, took too long or was stopped.
        """
        process = self._start()
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise JobFailed(
                T("Reading took longer than {limit} s and was ended.", limit=round(PATIENCE))
            ) from error
        header, _, body = output.partition(b"\n")
        try:
            outcome = msgspec.json.decode(header, type=Outcome)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise JobFailed(
                T("The process that reads pictures ended unexpectedly. Please try again.")
            ) from error
        if outcome.shape and math.prod(outcome.shape) != len(body):
            raise JobFailed(
                T("The process that reads pictures ended unexpectedly. Please try again.")
            )
        return outcome, body

    def stop(self) -> None:
        """Ends the process, or keeps it from starting."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise JobFailed(T("Reading was stopped."))
            try:
                self._process = subprocess.Popen(
                    [*studio_command(), "decode", *self._order.words()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise JobFailed(
                    T(
                        "The process that reads pictures could not be started: {reason}.",
                        reason=error.strerror or str(error),
                    )
                ) from error
            return self._process
