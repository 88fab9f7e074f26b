"""Pictures of the data as their files have them, decoded by a process, never in the window."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject, Signal

from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.orders import PictureOrder
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import Text
from cnnstudio.protocol.decoding import Worker
from cnnstudio.ui.background import Background

BUDGET = 32 << 20
"""Bytes of decoded pictures that are kept."""


class Originals(QObject):
    """Reads one picture after another; only the newest that was asked for counts.

    Args:
        parent: Its owner.
    """

    arrived = Signal()
    """`picture` or `problem` has an answer for what was asked last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("originals", self)
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._asked: tuple[str, int] | None = None
        self._problem: Text | None = None
        self._kept: OrderedDict[tuple[str, int], NDArray[np.uint8]] = OrderedDict()
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)

    def ask(self, own: Imported, number: int) -> None:
        """Reads a picture of a person's own data unless it is there already.

        Args:
            own: The facts of the data.
            number: The picture's number in the catalogue.
        """
        key = self._asked = (own.digest, number)
        self._problem = None
        self._stop_worker()
        if key in self._kept:
            self._kept.move_to_end(key)
            self._background.forget("picture")
            self.arrived.emit()
            return
        order = PictureOrder(
            path=Path(own.path), data=own.digest, index=number, options=own.options
        )
        self._background.do(
            "picture",
            lambda: self._read(order),
            lambda picture: self._take(key, picture),
            self._fail,
        )

    @property
    def picture(self) -> NDArray[np.uint8] | None:
        """What was asked for last, uint8, (rows, columns, channels); None until it is there."""
        return None if self._asked is None else self._kept.get(self._asked)

    @property
    def problem(self) -> Text | None:
        """Why it can't be read."""
        return self._problem

    def close(self) -> None:
        """Ends what is being read and waits for it."""
        self._background.forget("picture")
        self._stop_worker()
        self._background.close()

    def _read(self, order: PictureOrder) -> NDArray[np.uint8]:
        worker = Worker(order)
        with self._lock:
            self._worker = worker
        outcome, body = worker.run()
        if outcome.refused is not None:
            raise BadInput(outcome.refused)
        return np.frombuffer(body, np.uint8).reshape(outcome.shape)

    def _take(self, key: tuple[str, int], picture: NDArray[np.uint8]) -> None:
        self._kept[key] = picture
        taken = sum(each.nbytes for each in self._kept.values())
        while taken > BUDGET and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            taken -= oldest.nbytes
        self.arrived.emit()

    def _fail(self, problem: Text) -> None:
        self._problem = problem
        self.arrived.emit()

    def _stop_worker(self) -> None:
        with self._lock:
            if self._worker is not None:
                self._worker.stop()
                self._worker = None
