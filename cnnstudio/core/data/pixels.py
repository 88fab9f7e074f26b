"""What values the pixels of a set have, counted once for every scaling."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.parts import Pictures, with_channels
from cnnstudio.core.data.split import Indices

VALUES = np.arange(256)
_BLOCK = 250_000  # values counted at once: a few milliseconds, a few megabytes


@dataclass(frozen=True, slots=True, eq=False)
class PixelFacts:
    """How often each value occurs in each channel of some pictures.

    The counts are whole numbers, so what is computed from them is exact but for one last rounding,
    and doesn't depend on the order of the pictures. Without pictures every number is 0.

    Attributes:
        counts: int64, shape (channels, 256).
    """

    counts: NDArray[np.int64]

    @property
    def channels(self) -> int:
        """How many channels a picture has."""
        return len(self.counts)

    @property
    def pixels(self) -> int:
        """How many pixels there are; each has a value in every channel."""
        return int(self.counts[0].sum())

    @property
    def zeros(self) -> tuple[float, ...]:
        """The share of values that are 0, by channel."""
        return tuple(int(count) / max(self.pixels, 1) for count in self.counts[:, 0])

    @property
    def means(self) -> tuple[float, ...]:
        """The mean of the values, by channel."""
        return tuple(int(total) / max(self.pixels, 1) for total in self.counts @ VALUES)

    @property
    def deviations(self) -> tuple[float, ...]:
        """The standard deviation of the values, by channel (of the population, divided by n)."""
        n = max(self.pixels, 1)
        sums, squares = self.counts @ VALUES, self.counts @ VALUES**2
        return tuple(
            math.sqrt((n * int(square) - int(total) ** 2) / n**2)
            for total, square in zip(sums, squares, strict=True)
        )

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The lowest and the highest value, by channel."""
        found = []
        for counts in self.counts:
            there = np.flatnonzero(counts)
            found.append((int(there[0]), int(there[-1])) if len(there) else (0, 0))
        return tuple(found)


def count_pixels(
    pictures: Pictures,
    chosen: Indices,
    channels: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> PixelFacts:
    """Counts the values of the `chosen` pictures, block by block: they need not fit into memory.

    Args:
        pictures: uint8, shape (n, rows, columns, own channels); may be memory-mapped.
        chosen: Indices of pictures.
        channels: The channels the network gets, 1 or 3; None for the pictures' own.
        stopped: Asked between blocks; true ends the count early.
    """
    channels = channels or pictures.shape[3]
    counts = np.zeros((channels, 256), np.int64)
    step = max(1, _BLOCK // max(1, math.prod(pictures.shape[1:])))
    for start in range(0, len(chosen), step):
        if stopped():
            break
        block = with_channels(pictures[chosen[start : start + step]], channels)
        for channel in range(channels):
            counts[channel] += np.bincount(block[..., channel].reshape(-1), minlength=256)
    return PixelFacts(counts)
