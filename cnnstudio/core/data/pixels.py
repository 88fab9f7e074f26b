"""What values the pixels of a set have, counted once for every scaling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.scaling import SCALINGS
from cnnstudio.core.data.split import Indices

_BLOCK = 250_000  # pixels counted at once: a few milliseconds


@dataclass(frozen=True, slots=True, eq=False)
class PixelFacts:
    """How often each value occurs, over all pixels and channels of some pictures.

    Attributes:
        counts: int64, shape (256,).
    """

    counts: NDArray[np.int64]

    @property
    def pixels(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    @property
    def zeros(self) -> float:
        """The share of values that are 0."""
        return float(self.counts[0] / max(self.pixels, 1))

    def mean(self, scaling: str) -> float:
        """The mean of the scaled values."""
        total = int((self.counts * np.arange(256)).sum())
        return total / max(self.pixels, 1) * SCALINGS[scaling]

    def deviation(self, scaling: str) -> float:
        """The standard deviation of the scaled values (of the population, divided by n)."""
        distances = np.arange(256) - self.mean("none")
        variance = float((self.counts * distances**2).sum()) / max(self.pixels, 1)
        return float(np.sqrt(variance)) * SCALINGS[scaling]


def count_pixels(
    pictures: NDArray[np.uint8], chosen: Indices, stopped: Callable[[], bool] = lambda: False
) -> PixelFacts:
    """Counts the values of the `chosen` pictures.

    Args:
        pictures: uint8, shape (n, rows, columns, channels).
        chosen: Indices of pictures.
        stopped: Asked between blocks; true ends the count early.
    """
    counts = np.zeros(256, np.int64)
    step = max(1, _BLOCK // max(1, int(np.prod(pictures.shape[1:]))))
    for start in range(0, len(chosen), step):
        if stopped():
            break
        block = pictures[chosen[start : start + step]]
        counts += np.bincount(block.reshape(-1), minlength=256)
    return PixelFacts(counts)
