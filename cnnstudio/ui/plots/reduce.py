"""Long series reduced to what a screen can show: moving averages, and one column per pixel."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_MOST_DIGITS = 200.0  # of the powers inside one block of `MovingAverage`
_LONGEST_BLOCK = 4096


class MovingAverage:
    """An exponential moving average that goes on where it stopped.

    ``m_t = f·m_(t−1) + (1−f)·x_t``, divided by ``1 − f^t``, so that it starts at the first value
    instead of at 0 (the bias correction of Kingma and Ba, 2015). Values that aren't finite leave
    it as it is.

    Args:
        factor: The weight of the past, 0 ≤ f < 1; 0 doesn't smooth.
    """

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self._mean = 0.0
        self._weight = 0.0

    def extend(self, values: Floats) -> Floats:
        """Returns the average at each of `values`, which follow those of the call before."""
        finite = np.isfinite(values)
        kept = values[finite]
        result = np.full(len(values), math.nan)
        result[finite] = kept if self.factor <= 0 else self._extend(kept)
        return result

    def _extend(self, values: Floats) -> Floats:
        # Inside a block, f^−t grows until it overflows; a new block starts at 1 again.
        factor = self.factor
        digits = -math.log10(factor)
        block = max(1, min(_LONGEST_BLOCK, int(_MOST_DIGITS / digits)))
        powers = factor ** np.arange(1, min(block, len(values)) + 1)
        result = np.empty(len(values))
        for start in range(0, len(values), block):
            part = values[start : start + block]
            power = powers[: len(part)]
            means = power * (self._mean + (1 - factor) * np.cumsum(part / power))
            weights = power * self._weight + (1 - power)
            result[start : start + block] = means / weights
            self._mean, self._weight = float(means[-1]), float(weights[-1])
        return result


def columns(x: Floats, low: float, high: float, count: int) -> npt.NDArray[np.intp]:
    """Where each non-empty pixel column of `x`, ascending, begins; the part outside is left out.

    Args:
        x: Ascending places.
        low: The left edge of the view.
        high: Its right edge.
        count: Its width in pixels.

    Returns:
        Indices into `x`, ascending, and after them the end of the last column.
    """
    edges = np.linspace(low, high, count + 1)
    places = np.searchsorted(x, edges)
    places[-1] = np.searchsorted(x, high, side="right")
    return np.unique(places)


def band(x: Floats, y: Floats, places: npt.NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    """The range of `y` in each column of `columns`.

    Returns:
        The middle of each column, its smallest and its largest finite value; columns without one
        are left out.
    """
    if len(places) < 2:
        return (np.empty(0),) * 3
    starts, end = places[:-1], places[-1]
    lowest = np.fmin.reduceat(y[:end], starts)
    highest = np.fmax.reduceat(y[:end], starts)
    middle = (x[starts] + x[places[1:] - 1]) / 2
    finite = np.isfinite(lowest)
    return middle[finite], lowest[finite], highest[finite]


def line(x: Floats, y: Floats, places: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """The last value of each column, and a neighbour on both sides: lines leave the view."""
    if len(places) < 2:
        return np.empty(0), np.empty(0)
    picked = np.unique(np.concatenate(([max(places[0] - 1, 0), places[0]], places[1:] - 1,
                                       [min(places[-1], len(x) - 1)])))  # fmt: skip
    finite = np.isfinite(y[picked])
    return x[picked][finite], y[picked][finite]
