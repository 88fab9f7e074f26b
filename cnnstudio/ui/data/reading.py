"""Opening a dataset's pictures beside the window: from the cache, or decoded by a worker first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from cnnstudio.core.data.catalogue import Catalogue, open_catalogue
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.division import divide, pools_of
from cnnstudio.core.data.edits import NO_EDITS
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.orders import Order, PictureOrder, PoolOrder, Progress
from cnnstudio.core.data.parts import Labelled, open_pool
from cnnstudio.core.data.split import Indices
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.project import DataSettings
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.decoding import Worker


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """The pictures of a project's data.

    Attributes:
        pools: All pools by name.
        catalogue: What the scan of a person's own data found; None for a shipped set.
    """

    pools: dict[str, Labelled]
    catalogue: Catalogue | None


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """Pictures that weren't trained on.

    Attributes:
        part: "test"; "validation" or "train" where there are none.
        labelled: The pool they are in, with the labels as the person corrected them.
        chosen: Which of it they are, ascending.
    """

    part: str
    labelled: Labelled
    chosen: Indices


class Reader(QObject):
    """Reads pictures; every method blocks and belongs into a background thread, but the stops."""

    decoding = Signal(Text)
    """A worker has been started, and what for."""
    progressed = Signal(float)
    """How much of that it has done, 0 to 1."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._stopped = False

    def open(self, facts: Dataset, settings: DataSettings) -> Opened:
        """All pools of a dataset, memory-mapped, at the size and with the fit of the settings.

        Raises:
            BadInput: When a file is missing or damaged, or a person's own data must be scanned
                before.
            JobFailed: When the disk is full, or the worker failed or was stopped.
        """
        catalogue: Catalogue | None = None
        if facts.own is not None:
            catalogue = open_catalogue(facts.own.digest)
            if catalogue is None:
                raise BadInput(
                    T(
                        "The pictures of {data} have to be read first: this computer's cache "
                        "doesn't have them.",
                        data=facts.title,
                    )
                )
        pools = {pool: self.pool(facts, pool, settings) for pool in facts.pools}
        return Opened(pools, catalogue)

    def knows(self, own: Imported) -> bool:
        """Whether the cache has what a scan of these pictures found; doesn't block."""
        return open_catalogue(own.digest) is not None

    def pool(self, facts: Dataset, pool: str, settings: DataSettings) -> Labelled:
        """A pool of a dataset, memory-mapped.

        Args:
            facts: The dataset.
            pool: One of its pools.
            settings: Whose size and fit the pictures get (their channels stay).

        Raises:
            BadInput: When a file of the dataset is missing or damaged.
            JobFailed: When the disk is full, or the worker failed or was stopped.
        """
        found = open_pool(facts, pool, settings)
        if found is None:
            text = T("Decoding the pictures of {data}, once.", data=facts.title)
            self._work(PoolOrder(settings, pool), text, self._tell)
            found = open_pool(facts, pool, settings)
        if found is None:
            raise JobFailed(T("The decoded pictures of {data} are gone again.", data=facts.title))
        return found

    def kept_apart(self, facts: Dataset, settings: DataSettings) -> Apart:
        """The pictures to look at what a network has learned with.

        Args:
            facts: The dataset.
            settings: How it was divided, and at which size the network gets it.

        Raises:
            BadInput: When a file of the dataset is missing or damaged.
            JobFailed: When the disk is full, or the worker failed or was stopped.
        """
        name = pools_of(facts)["test"]
        pool = self.pool(facts, name, settings)
        if facts.own is None:
            return Apart("test", pool, np.arange(len(pool.labels)))
        try:
            edits = EditsStore.of_person().read(settings.edits)
        except BadInput:
            edits = NO_EDITS  # made on another computer: the pictures are the same
        division = divide(facts, settings, {name: pool}, edits)
        part = next(p for p in ("test", "validation", "train") if division.total(p) or p == "train")
        labelled = replace(pool, labels=division.labels[name])
        return Apart(part, labelled, division.chosen[part])

    def picture(
        self, path: Path, shape: tuple[int, int, int], fit: str = "stretch"
    ) -> NDArray[np.uint8]:
        """A person's picture file as one network input, uint8 of `shape`.

        Args:
            path: The file.
            shape: (rows, columns, channels).
            fit: How it is given that size.

        Raises:
            BadInput: When it isn't a picture the studio reads.
            JobFailed: When the worker failed or was stopped.
        """
        body = self._work(PictureOrder(path, shape, fit), T("Reading {file}.", file=path.name))
        return np.frombuffer(body, np.uint8).reshape(shape)

    def stop_current(self) -> None:
        """Ends the running worker; the next one may start."""
        with self._lock:
            if self._worker is not None:
                self._worker.stop()

    def stop(self) -> None:
        """Ends the running worker and starts no other."""
        with self._lock:
            self._stopped = True
            if self._worker is not None:
                self._worker.stop()

    def _tell(self, progress: Progress) -> None:
        if progress.total:
            self.progressed.emit(progress.done / progress.total)

    def _work(
        self, order: Order, text: Text, progress: Callable[[Progress], Any] = lambda _: None
    ) -> bytes:
        worker = Worker(order, progress)
        with self._lock:
            if self._stopped:
                raise JobFailed(T("Reading was stopped."))
            self._worker = worker
            self.decoding.emit(text)
        outcome, body = worker.run()
        if outcome.refused is not None:
            raise (JobFailed if outcome.failed else BadInput)(outcome.refused)
        return body
