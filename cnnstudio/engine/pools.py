"""The pools of a run: opened from the cache, else decoded in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnnstudio.core.data.catalogue import open_catalogue
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.orders import PoolOrder, Progress
from cnnstudio.core.data.parts import Labelled, open_pool
from cnnstudio.core.data.presence import check_present, with_remedy
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import T
from cnnstudio.decode.sets import not_in_cache, prepare_pool
from cnnstudio.protocol.decoding import Worker
from cnnstudio.protocol.scanning import scan

Stopped = Callable[[], bool]


def run_pool(dataset: Dataset, pool: str, settings: DataSettings, stopped: Stopped) -> Labelled:
    """A pool with the size that the network gets; its channels stay.

    A person's own pictures come from the cache. What isn't there is decoded again, as long as the
    files are what they were.

    Args:
        dataset: The dataset.
        pool: One of its pools.
        settings: Size and fit.
        stopped: Asked while pictures are decoded; true ends that.

    Raises:
        BadInput: When the pictures can't be read, or aren't what they were.
        JobFailed: When decoding was stopped, or the disk is full.
    """
    if dataset.own is None:
        return prepare_pool(dataset, pool, settings)
    if (found := open_pool(dataset, pool, settings)) is not None:
        return found
    check_present(dataset)
    _know_again(dataset.own, stopped)
    if (found := open_pool(dataset, pool, settings)) is not None:
        return found
    _decode(PoolOrder(settings, pool), stopped)
    if (found := open_pool(dataset, pool, settings)) is not None:
        return found
    raise not_in_cache(dataset)


def _know_again(own: Imported, stopped: Stopped) -> None:
    """Scans the pictures if the cache has forgotten them, and sees that they are the same."""
    if open_catalogue(own.digest) is not None:
        return
    rows, columns, _ = own.shape
    found = scan(Path(own.path), options=own.options, size=(rows, columns), cancelled=stopped)
    if found.imported is None or found.imported.digest != own.digest:
        raise BadInput(
            with_remedy(
                T(
                    "The pictures in {path} aren't those the project was made with.",
                    path=own.path,
                )
            )
        )


def _decode(order: PoolOrder, stopped: Stopped) -> None:
    worker = Worker(order)

    def look(_progress: Progress) -> None:
        if stopped():
            worker.stop()

    outcome, _ = worker.run(look)
    if outcome.refused is not None:
        raise (JobFailed if outcome.failed else BadInput)(outcome.refused)
