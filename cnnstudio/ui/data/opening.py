"""Opening pictures: from a folder or file that was chosen to the project that has them.

Nothing of the project changes before the person has seen what was found and takes it. What takes
long is done beside the window; cancelling answers at once.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QObject, Signal

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.questions import Options, Question
from cnnstudio.core.document import Document
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.scanning import Scanned, scan
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.proposal import (
    KEEP,
    Found,
    NetworkChoice,
    changed,
    look_at,
    of_scan,
    of_shipped,
    taken,
)

IDLE, WORKING, ASKING, FOUND, FAILED = "idle", "working", "asking", "found", "failed"
_JOB = "open"

Scan = Callable[..., Scanned]
"""``protocol.scanning.scan``."""


class Step(Protocol):
    """How far reading is: ``orders.Progress``, or a download."""

    @property
    def phase(self) -> str:
        """What is being done."""

    @property
    def done(self) -> int:
        """How much of it."""

    @property
    def total(self) -> int:
        """Of how much; 0 while nobody knows."""

    @property
    def text(self) -> Text:
        """The same as a sentence."""


@dataclass(frozen=True, slots=True)
class Downloading:
    """How far a download is.

    Attributes:
        done: Bytes that are there.
        total: Bytes in all; 0 while nobody knows.
        phase: What is being done.
    """

    done: int
    total: int
    phase: str = "downloading"

    @property
    def text(self) -> Text:
        """The same as a sentence."""
        if not self.total:
            return T("{done} downloaded", done=show_bytes(self.done))
        return T(
            "{done} of {total} downloaded",
            done=show_bytes(self.done),
            total=show_bytes(self.total),
        )


@dataclass(frozen=True, slots=True)
class Comparing:
    """What was read is looked at: nobody knows how long that takes.

    Attributes:
        done, total: 0.
        phase: What is being done.
    """

    done: int = 0
    total: int = 0
    phase: str = "comparing"

    @property
    def text(self) -> Text:
        """The same as a sentence."""
        return T("Comparing the pictures.")


@dataclass(frozen=True, slots=True)
class Source:
    """What is opened.

    Attributes:
        title: What it is called.
        path: Where it is; None until it is downloaded, and for a set that ships.
        fetch: Downloads it and says where it is, as ``keras_datasets.download``; None for what is
            there.
        shipped: The set that ships; None for any other.
        replaces: Whether it takes the place of the project's own data, of which everything else
            stays: the same pictures at another place, or as they are now.
    """

    title: Text | str
    path: Path | None = None
    fetch: Callable[..., Path] | None = None
    shipped: Dataset | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class _Job:
    number: int
    stop: threading.Event = field(default_factory=threading.Event)


class Opening(QObject):
    """Opens one source at a time.

    Attributes:
        stage: ``IDLE``, ``WORKING``, ``ASKING``, ``FOUND`` or ``FAILED``.
        source: What is opened; None while idle.
        progress: How far it is, while working; None before anything is known.
        questions: What has to be answered, while asking.
        answers: What was answered so far.
        found: What there is, once it is found.
        problem: Why it can't be opened, once it failed.

    Args:
        document: The project being edited.
        scan: Scans a folder or file.
        parent: Its owner.
    """

    changed = Signal()
    """The stage, or something of it, has changed."""
    progressed = Signal()
    """It has got further."""
    ready = Signal()
    """There is something to see, to answer or to decide now."""
    given_up = Signal()
    """The person has cancelled it."""
    used = Signal(Text)
    """The project has the pictures now: what it came to."""

    _told = Signal(int, object)

    def __init__(
        self, document: Document, scan: Scan = scan, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._scan = document, scan
        self._numbers = itertools.count(1)
        self._job: _Job | None = None
        self.stage = IDLE
        self.source: Source | None = None
        self.progress: Step | None = None
        self.questions: tuple[Question, ...] = ()
        self.answers: Options = {}
        self.found: Found | None = None
        self.problem: Text | None = None
        self._told.connect(self._tell)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.drop)  # before the thread is waited for
        self._background = Background("opening", self)

    @property
    def busy(self) -> bool:
        """Whether something is being opened, or waits to be decided about."""
        return self.stage != IDLE

    def begin(self, source: Source, options: Options | None = None) -> None:
        """Begins to open something; what was being opened is dropped."""
        self._stop()
        self._forget()
        self.source, self.answers = source, dict(options or {})
        self._work()

    def answer(self, answers: Options) -> None:
        """Goes on with these answers."""
        if self.stage == ASKING:
            self.answers = {**self.answers, **answers}
            self._work()

    def try_again(self) -> None:
        """Tries what failed once more."""
        if self.stage == FAILED:
            self._work()

    def ask_again(self) -> None:
        """Goes back to the questions, if there were any."""
        if self.questions and self.stage in (FOUND, FAILED):
            self._stop()
            self.stage, self.found, self.problem = ASKING, None, None
            self.changed.emit()

    def change(self, name: str, value: object) -> None:
        """Takes a remedy of the report: a setting, such as "data.fit", and its value."""
        if self.stage == FOUND and self.found is not None:
            self.found = found = changed(self.found, name, value)
            self._start(FOUND, lambda job: look_at(found, job.stop.is_set))

    def cancel(self) -> None:
        """The person doesn't want it: drops what is being opened; the project stays as it is."""
        if self.busy:
            self.drop()
            self.given_up.emit()

    def drop(self) -> None:
        """Drops what is being opened, such as when another project is opened."""
        if self.busy:
            self._stop()
            self._forget()
            self.changed.emit()

    def use(self, network: NetworkChoice) -> None:
        """Puts what was found into the project, as one step.

        Args:
            network: Which network the project has then.
        """
        found, source = self.found, self.source
        if self.stage != FOUND or found is None or source is None:
            return
        text = T("Use the pictures of {data}", data=found.dataset.title)
        self._document.apply(partial(taken, found, network), text)
        self._stop()
        self._forget()
        self.changed.emit()
        self.used.emit(found.arrived)

    def close(self) -> None:
        """Drops what is being opened and waits for the thread to end."""
        self.drop()
        self._background.close()

    # ----------------------------------------------------------------------- beside the window

    def _work(self) -> None:
        source, answers = self.source, self.answers
        assert source is not None
        project = self._document.project

        def open_source(job: _Job) -> Found | tuple[Question, ...]:
            """Runs in the thread."""
            tell = partial(self._told.emit, job.number)
            if source.shipped is not None:
                return look_at(of_shipped(source.shipped, project))
            path = source.path
            if path is None:
                assert source.fetch is not None
                path = source.fetch(
                    cancelled=job.stop.is_set,
                    progress=lambda done, total: tell(Downloading(done, total)),
                )
            scanned = self._scan(path, options=answers, cancelled=job.stop.is_set, progress=tell)
            if scanned.imported is None:
                return scanned.questions
            tell(Comparing())
            found = of_scan(scanned.imported, project, replaces=source.replaces)
            return look_at(found, job.stop.is_set)

        self.progress = None
        self._start(WORKING, open_source)

    def _start(self, stage: str, work: Callable[[_Job], Found | tuple[Question, ...]]) -> None:
        self._stop()
        self._job = job = _Job(next(self._numbers))
        self.stage, self.problem = stage, None
        self._background.do(_JOB, partial(work, job), self._done, self._fail)
        self.changed.emit()

    def _tell(self, number: int, progress: Step) -> None:
        if self._job is not None and self._job.number == number:
            self.progress = progress
            self.progressed.emit()

    def _done(self, result: Found | tuple[Question, ...]) -> None:
        first, self._job = self.stage == WORKING, None
        if isinstance(result, Found):
            self.stage, self.found = FOUND, result
            self._keep_assumed(result)
        else:
            self.stage, self.questions = ASKING, result
        if first and self._goes_without_saying():
            self.use(KEEP)
            return
        self.changed.emit()
        if first:
            self.ready.emit()

    def _keep_assumed(self, found: Found) -> None:
        """What was assumed can be answered otherwise, beside what was asked."""
        asked = {question.name for question in self.questions}
        assumed = found.catalogue.questions if found.catalogue is not None else ()
        self.questions += tuple(one for one in assumed if one.name not in asked)

    def _goes_without_saying(self) -> bool:
        """Whether there is nothing to decide: a set that ships and that the network fits, or the
        very pictures that the project has, at another place."""
        found, source = self.found, self.source
        if found is None or source is None:
            return False
        own, had = found.settings.imported, self._document.project.data.imported
        same = own is not None and had is not None and own.digest == had.digest
        return found.misfit is None if source.shipped is not None else source.replaces and same

    def _fail(self, reason: Text) -> None:
        self._job = None
        self.stage, self.problem = FAILED, reason
        self.changed.emit()
        self.ready.emit()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.stop.set()
            self._background.forget(_JOB)
            self._job = None

    def _forget(self) -> None:
        self.stage, self.source, self.progress = IDLE, None, None
        self.questions, self.answers = (), {}
        self.found = self.problem = None
