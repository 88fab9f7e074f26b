"""Opening a dataset's pictures beside the window: from the cache, or decoded by a worker first."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.orders import PartOrder, PictureOrder
from cnnstudio.core.data.parts import Labelled, open_part
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.decoding import Worker


class Reader(QObject):
    """Reads pictures; every method blocks and belongs into a background thread, except `stop`."""

    decoding = Signal(Text)
    """A worker has been started, and what for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._stopped = False

    def part(self, facts: Dataset, part: str, settings: DataSettings | None = None) -> Labelled:
        """A part of a dataset, memory-mapped.

        Args:
            facts: The dataset.
            part: "train" or "test".
            settings: Whose size the pictures get (their channels stay); None for their own size.

        Raises:
            BadInput: When a file of the dataset is missing or damaged, or the disk is full.
            JobFailed: When the worker failed or was stopped.
        """
        found = open_part(facts, part, settings)
        if found is None:
            size, fit = (settings.size, settings.fit) if settings else (None, "stretch")
            text = T("Decoding the pictures of {data}, once.", data=facts.title)
            self._work(PartOrder(facts.id, part, size, fit), text)
            found = open_part(facts, part, settings)
        if found is None:
            raise JobFailed(T("The decoded pictures of {data} are gone again.", data=facts.title))
        return found

    def picture(self, path: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
        """A person's picture file as one network input, uint8 of `shape`.

        Raises:
            BadInput: When it isn't a picture the studio reads.
            JobFailed: When the worker failed or was stopped.
        """
        body = self._work(PictureOrder(path, shape), T("Reading {file}.", file=path.name))
        return np.frombuffer(body, np.uint8).reshape(shape)

    def stop(self) -> None:
        """Ends the running worker and starts no other."""
        with self._lock:
            self._stopped = True
            if self._worker is not None:
                self._worker.stop()

    def _work(self, order: PartOrder | PictureOrder, text: Text) -> bytes:
        worker = Worker(order)
        with self._lock:
            if self._stopped:
                raise JobFailed(T("Reading was stopped."))
            self._worker = worker
            self.decoding.emit(text)
        outcome, body = worker.run()
        if outcome.refused is not None:
            raise BadInput(outcome.refused)
        return body
