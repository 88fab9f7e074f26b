"""The pools of a run: opened from the cache, else decoded in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.orders import PoolOrder, Progress
from cnnstudio.core.data.parts import Labelled, open_pool
from cnnstudio.core.data.presence import changes_since, check_present, with_remedy
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
    check_same(dataset, stopped)
    if (found := open_pool(dataset, pool, settings)) is not None:
        return found
    _decode(PoolOrder(settings, pool), stopped)
    if (found := open_pool(dataset, pool, settings)) is not None:
        return found
    raise not_in_cache(dataset)


def check_same(dataset: Dataset, stopped: Stopped) -> None:
    """Sees that a person's own pictures are where and as they were when they were read.

    Where the cache doesn't know what their files looked like, they are read again to compare them.

    Raises:
        BadInput: When they aren't, with what can be done.
        JobFailed: When reading was stopped, or the disk is full.
    """
    own = dataset.own
    check_present(dataset)
    if own is None or not changes_since(own).unknown:
        return
    found = scan(Path(own.path), options=own.options, cancelled=stopped)
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
    def look(_progress: Progress) -> None:
        if stopped():
            worker.stop()

    worker = Worker(order, look)
    outcome, _ = worker.run()
    if outcome.refused is not None:
        raise (JobFailed if outcome.failed else BadInput)(outcome.refused)
