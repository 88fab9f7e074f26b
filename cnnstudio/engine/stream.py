"""The batches of a run, each a pure function of (seed, epoch, batch)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.parts import Pictures
from cnnstudio.core.data.scaling import Scaler

Batch = tuple[NDArray[Any], ...]
"""Pictures as the network gets them, their labels and, where classes are weighed, their weights."""
Augment = Callable[[NDArray[np.uint8], np.random.RandomState], NDArray[np.float32]]

_AHEAD = 4  # batches prepared while one trains; the backend holds a few more


class _Closed(Exception):
    """The stream was closed while batches were still asked for."""


class BatchStream:
    """Batches in the order of ``next(ImageDataGenerator(…).flow(x, y, B, seed=seed))``.

    Batch b of epoch e has the number N = e·K + b and the random state ``RandomState(seed + N)``;
    the first batch of an epoch draws the epoch's order from it (see CONTRIBUTING, Numbers). NumPy's
    global random state is never touched, so a batch may be built on any thread, ahead of time,
    or again after a resume.

    Args:
        pictures: uint8, shape (pictures, rows, columns, channels); may be memory-mapped.
        labels: One for each picture.
        chosen: Indices of the pictures to train on.
        batch_size: Pictures a batch; the last one of an epoch may be smaller.
        seed: The run's seed; 0 ≤ seed and seed + epochs·K < 2³².
        shuffle: Whether each epoch has an order of its own.
        scaler: Makes of a batch's pictures what the network gets.
        augment: Does so in its place, with what it draws from the batch's random state; None for
            scaling alone.
        weights: How much a picture counts in the loss, by its label; None where all count alike.
    """

    def __init__(
        self,
        pictures: Pictures,
        labels: NDArray[Any],
        chosen: NDArray[np.int64],
        *,
        batch_size: int,
        seed: int,
        shuffle: bool,
        scaler: Scaler,
        augment: Augment | None = None,
        weights: NDArray[np.float64] | None = None,
    ) -> None:
        self._pictures = pictures
        self._labels = labels
        self._chosen = chosen
        self._batch_size = batch_size
        self._seed = seed
        self._shuffle = shuffle
        self._scaler = scaler
        self._augment = augment
        self._weights = None if weights is None else weights.astype(np.float32)
        self._order = lru_cache(maxsize=1)(self._order_of)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="batches")

    @property
    def steps(self) -> int:
        """K, the batches of one epoch."""
        return -(-len(self._chosen) // self._batch_size)

    def batch(self, epoch: int, index: int) -> Batch:
        """One batch; both numbers counted from 0."""
        start = index * self._batch_size
        indices = self._order(epoch)[start : start + self._batch_size]
        pictures, labels = self._pictures[indices], self._labels[indices]
        if self._augment is None:
            given = self._scaler.apply(pictures)
        else:
            given = self._augment(pictures, self._random(epoch, index))
        if self._weights is None:
            return given, labels
        return given, labels, self._weights[labels]

    def batches(self, first_epoch: int, epochs: int) -> Iterator[Batch]:
        """The batches from epoch `first_epoch` up to `epochs`, prepared ahead by one thread.

        Ends early when the stream is closed meanwhile.
        """
        ahead = deque[Future[Batch]]()
        try:
            for number in range(first_epoch * self.steps, epochs * self.steps):
                ahead.append(self._submit(number))
                if len(ahead) > _AHEAD:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except (_Closed, CancelledError):
            return

    def close(self) -> None:
        """Ends the thread."""
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> BatchStream:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _submit(self, number: int) -> Future[Batch]:
        try:
            return self._pool.submit(self.batch, *divmod(number, self.steps))
        except RuntimeError:  # the pool is shut down
            raise _Closed from None

    def _random(self, epoch: int, index: int) -> np.random.RandomState:
        """The batch's random state, after the draw of the epoch's order if it is the first."""
        random = np.random.RandomState(self._seed + epoch * self.steps + index)
        if index == 0 and self._shuffle:
            random.permutation(len(self._chosen))
        return random

    def _order_of(self, epoch: int) -> NDArray[np.int64]:
        if not self._shuffle:
            return self._chosen
        random = np.random.RandomState(self._seed + epoch * self.steps)
        return self._chosen[random.permutation(len(self._chosen))]
