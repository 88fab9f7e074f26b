"""Run engines one after another, the next one warmed up while none trains.

TensorFlow takes seconds to import and gives device memory back only when its process ends, so
every run has a new process and that process is started ahead. The next spare starts when a run
ends, not beside it: two engines would share the memory and the cores.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from cnnstudio.core.errors import JobFailed
from cnnstudio.core.text import T
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.clock import awake
from cnnstudio.protocol.exits import ExitKind

MOST_RESTARTS = 3
RESTART_SECONDS = 600.0
LOGS_KEPT = 20

logger = logging.getLogger(__name__)


class EnginePool:
    """At most one run engine: the one that trains, or the spare that waits.

    Args:
        log_dir: The folder for the engines' logs.
        backend: "tensorflow", "torch" or "jax".
        device: "auto", "cpu", "gpu" or "gpu:N".
        make: Makes a client; called as ``EngineClient`` is.
    """

    def __init__(
        self,
        log_dir: Path,
        backend: str = "tensorflow",
        device: str = "auto",
        make: Callable[..., EngineClient] = EngineClient,
    ) -> None:
        self._log_dir = log_dir
        self._make = make
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self._backend = backend
        self._device = device
        self._spare: EngineClient | None = None
        self._running: EngineClient | None = None
        self._restarts: deque[float] = deque(maxlen=MOST_RESTARTS)
        self._warm = False
        self._closed = False

    @property
    def spare(self) -> EngineClient | None:
        """The engine that waits for a run, if there is one."""
        return self._spare

    def warm(self) -> None:
        """Starts a spare, and from now on one after every run."""
        with self._lock:
            self._warm = True
            self._start_spare()

    def take(self) -> EngineClient:
        """Hands over an engine for one run: the spare, ready or still importing, or a new one.

        Waits for a run before it that is being cancelled. The taker reads it and may close it.

        Raises:
            JobFailed: A run is going on, or the engine could not be started.
        """
        with self._lock:
            before = self._running
            if before is not None and before.busy and before.state != "stopping":
                raise JobFailed(T("A training is running. Stop it first, or wait for its end."))
        if before is not None:
            before.close()
        with self._lock:
            if self._closed:
                raise JobFailed(T("CNN Studio is being closed."))
            client, self._spare = self._spare or self._start(), None
            self._running = client
            return client

    def configure(self, backend: str, device: str) -> None:
        """Changes what the next engines compute with; a spare of another kind is ended."""
        with self._lock:
            if (backend, device) == (self._backend, self._device):
                return
            self._backend, self._device = backend, device
            self._restarts.clear()
            old, self._spare = self._spare, None
        if old is not None:
            old.close()
        with self._lock:
            self._start_spare()

    def close(self) -> None:
        """Ends every engine and waits until none is left."""
        with self._lock:
            self._closed = True
            engines = [engine for engine in (self._spare, self._running) if engine is not None]
        for engine in engines:
            engine.close()

    def _start(self) -> EngineClient:
        log = self._log_dir / f"engine-{os.getpid()}-{next(self._numbers)}.log"
        self._forget_old_logs()
        client = self._make("run", self._backend, self._device, log, on_ended=self._on_ended)
        client.start()
        return client

    def _start_spare(self) -> None:
        """Starts a spare if one is wanted and no engine is there."""
        if self._closed or not self._warm or self._spare or self._running:
            return
        try:
            self._spare = self._start()
        except JobFailed as error:  # `take` will try again, and tell
            logger.warning("no spare engine: %s", error)

    def _on_ended(self, client: EngineClient) -> None:
        """Called in a thread of `client` when its process is gone."""
        with self._lock:
            if client is self._running:
                self._running = None
                self._start_spare()
            elif client is self._spare:
                self._spare = None
                if self._may_restart(client):
                    self._start_spare()

    def _may_restart(self, client: EngineClient) -> bool:
        assert client.reason is not None
        if client.reason.kind in (ExitKind.REFUSED, ExitKind.UPDATED):
            return False  # it would end the same way
        now = awake()
        if len(self._restarts) == MOST_RESTARTS and now - self._restarts[0] < RESTART_SECONDS:
            logger.warning("no further spare: %d ended by themselves", MOST_RESTARTS)
            return False
        self._restarts.append(now)
        return True

    def _forget_old_logs(self) -> None:
        with contextlib.suppress(OSError):
            logs = sorted(self._log_dir.glob("engine-*.log"), key=lambda log: log.stat().st_mtime)
            for log in logs[: -LOGS_KEPT + 1]:
                log.unlink()
