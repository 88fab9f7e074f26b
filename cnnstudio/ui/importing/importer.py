"""Reads what is imported beside the window: one source at a time, the newest one."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.reading.result import Unreadable
from cnnstudio.core.text import Text
from cnnstudio.protocol.importing import Imported
from cnnstudio.ui.background import Background
from cnnstudio.ui.importing.sources import Answers, Source

PATIENCE = 500
"""Milliseconds until reading is worth a line and a way to cancel it."""
_JOB = "import"


@dataclass(frozen=True, slots=True)
class _Job:
    number: int
    source: Source
    answers: Answers
    stop: threading.Event = field(default_factory=threading.Event)


class Importer(QObject):
    """Reads a source in a thread of its own.

    Args:
        parent: Its owner.
    """

    took_long = Signal()
    """It isn't read yet after `PATIENCE`."""
    progressed = Signal(float)
    """The share that is read, 0 to 1; not before it took long."""
    read = Signal(object)
    """It is read: an `Imported`, or the `Unreadable` of code with what came before."""
    failed = Signal(object)
    """It can't be read: a `Text` that says why."""

    _told = Signal(int, float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._job: _Job | None = None
        self._late, self._share = False, 0.0
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._take_long)
        self._told.connect(self._tell)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.cancel)  # before the thread is waited for
        self._background = Background("imports", self)

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return self._job is not None

    def begin(self, source: Source, answers: Answers | None = None) -> None:
        """Begins to read a source; what was being read is dropped."""
        self.cancel()
        self._job = job = _Job(next(self._numbers), source, answers or Answers())
        self._late, self._share = False, 0.0
        self._patience.start()
        self._background.do(_JOB, partial(self._work, job), self._done, self._fail)

    def cancel(self) -> None:
        """Drops what is being read; nothing more is heard of it."""
        if self._job is not None:
            self._job.stop.set()
            self._background.forget(_JOB)
            self._end()

    def close(self) -> None:
        """Drops what is being read and waits for the thread to end."""
        self.cancel()
        self._background.close()

    def _work(self, job: _Job) -> Imported | Unreadable:
        """Runs in the thread."""
        tell = partial(self._told.emit, job.number)
        try:
            imported = job.source.read(job.answers, job.stop.is_set, tell)
        except Unreadable as error:
            analyse(error.reading.network)
            return error
        analyse(imported.project.network)  # kept with it: the window needn't wait for it
        return imported

    def _tell(self, number: int, share: float) -> None:
        if self._job is not None and self._job.number == number:
            self._share = share
            if self._late:
                self.progressed.emit(share)

    def _take_long(self) -> None:
        self._late = True
        self.took_long.emit()
        self.progressed.emit(self._share)

    def _done(self, result: Imported | Unreadable) -> None:
        self._end()
        self.read.emit(result)

    def _fail(self, reason: Text) -> None:
        self._end()
        self.failed.emit(reason)

    def _end(self) -> None:
        self._job = None
        self._patience.stop()
