"""Work that would hold up the window, done beside it in one thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.core.text import Text


@dataclass(frozen=True, slots=True)
class _Job:
    key: str
    number: int
    work: Callable[[], Any]
    on_done: Callable[[Any], object]
    on_failed: Callable[[Text], object]


class Background(QObject):
    """Does one job after another; of the jobs with the same key only the newest counts.

    Args:
        name: What its thread is called.
        parent: Its owner.
    """

    _finished = Signal(object, object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._newest: dict[str, int] = {}
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._closed = False
        self._finished.connect(self._deliver)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)

    def do(
        self,
        key: str,
        work: Callable[[], Any],
        on_done: Callable[[Any], object],
        on_failed: Callable[[Text], object],
    ) -> None:
        """Runs `work` beside the window.

        Args:
            key: Names the question; an older job of the same key is never answered.
            work: What to do; may raise a ``StudioError``. Must not touch Qt's widgets.
            on_done: Called in the window's thread with what it returned.
            on_failed: Called in the window's thread with the reason.
        """
        if self._closed:
            return
        job = _Job(key, next(self._numbers), work, on_done, on_failed)
        self._newest[key] = job.number
        self._executor.submit(self._run, job)

    def forget(self, key: str) -> None:
        """Drops the jobs of a key: none of them will be answered."""
        self._newest.pop(key, None)

    def close(self) -> None:
        """Waits for the running job and drops the others."""
        self._closed = True
        self._newest.clear()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: _Job) -> None:
        if self._newest.get(job.key) != job.number:
            return
        try:
            result, error = job.work(), None
        except Exception as raised:  # noqa: BLE001 - raised again in the window's thread
            result, error = None, raised
        if not self._closed:
            self._finished.emit(job, result, error)

    def _deliver(self, job: _Job, result: Any, error: Exception | None) -> None:
        if self._newest.get(job.key) != job.number:
            return
        del self._newest[job.key]
        if isinstance(error, StudioError):
            job.on_failed(error.text)
        elif error is not None:
            raise error
        else:
            job.on_done(result)
