"""Painting a figure a few milliseconds at a time, and putting it on the disk beside the window."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.text import Text
from cnnstudio.ui.background import Background
from cnnstudio.ui.figures.figure import Figure, Part
from cnnstudio.ui.figures.options import PictureOptions
from cnnstudio.ui.figures.paper import Paper, paper_for

_SLICE = 0.012  # seconds of painting between two turns of the window
_JOB = "picture"


class FigureWriter(QObject):
    """Writes one figure at a time; the window stays awake meanwhile.

    Args:
        parent: Its owner.

    Attributes:
        progressed: The share that is painted, 0 to 1.
        written: The file is there whole: its path.
        failed: It can't be written, and why; what was there before still is.
        ended: Written, failed or cancelled: another one can be begun.
    """

    progressed = Signal(float)
    written = Signal(Path)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("pictures", self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._paper: Paper | None = None
        self._rest: Iterator[Part] = iter(())
        self._done = self._count = 0
        self._path = Path()
        self.busy = False
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.cancel)

    def begin(self, figure: Figure, options: PictureOptions, path: Path) -> None:
        """Begins to write a figure; does nothing while one is being written.

        Args:
            figure: What is painted.
            options: How it is saved.
            path: The file.
        """
        if self.busy:
            return
        try:
            self._paper = paper_for(options, figure.page, figure.name)
        except StudioError as error:
            self.failed.emit(error.text)
            return
        self.busy, self._path = True, path
        self._rest, self._done, self._count = iter(figure.parts), 0, len(figure.parts)
        self._timer.start(0)

    def cancel(self) -> None:
        """Stops; no file is written, or the one that is nearly there is left as it gets."""
        if self.busy:
            self._timer.stop()
            self._background.forget(_JOB)
            if self._paper is not None:
                self._paper.painter.end()
            self._end()

    def _go_on(self) -> None:
        assert self._paper is not None
        stop = time.perf_counter() + _SLICE
        for part in self._rest:
            part(self._paper.painter)
            self._done += 1
            if time.perf_counter() > stop:
                self.progressed.emit(self._done / self._count)
                return
        self._timer.stop()
        self._store(self._paper, self._path)

    def _store(self, paper: Paper, path: Path) -> None:
        """Encodes and writes beside the window; the painter isn't used any more."""
        self.progressed.emit(1.0)
        self._paper = None
        paper.painter.end()
        self._background.do(
            _JOB,
            lambda: write_atomically(path, paper.content()),
            self._written,
            self._fail,
        )

    def _written(self, _result: object) -> None:
        path = self._path
        self._end()
        self.written.emit(path)

    def _fail(self, text: Text) -> None:
        self._end()
        self.failed.emit(text)

    def _end(self) -> None:
        self._paper, self._rest, self.busy = None, iter(()), False
        self.ended.emit()
