"""Where an axis has its ticks and how they are written."""

from __future__ import annotations

import math

import numpy as np

_STEPS = (1.0, 2.0, 5.0, 10.0)


def nice_step(span: float, most: int, *, whole: bool = False) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that divides `span` into at most `most` parts."""
    least = max(span / max(most, 1), 1.0 if whole else 1e-12)
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))


def linear_ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Multiples of a nice step from `low` to `high`."""
    if not high > low:
        return []
    step = nice_step(high - low, most, whole=whole)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """1, 2 and 5 × 10ⁿ from `low` to `high`, or fewer where they don't fit.

    A range too short for two of them gets linear ticks.
    """
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        found = [d * 10.0**n for n in decades for d in digits if low <= d * 10.0**n <= high]
        if len(found) <= most:
            return found if len(found) >= 2 else linear_ticks(low, high, most)
    every = math.ceil(len(found) / most)
    return found[::every]


def tick_text(value: float, step: float) -> str:
    """A tick as it is written: as many decimals as `step` has, thousands commas, a true minus."""
    if value != 0 and (abs(value) < 1e-4 or abs(value) >= 1e7):
        return f"{value:.0e}".replace("e-0", "e−").replace("e-", "e−").replace("e+0", "e")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return f"{value:,.{decimals}f}".replace("-", "−")


def log_tick_text(value: float) -> str:
    """A tick of a logarithmic axis: as many digits as it has, and no more."""
    if value < 1e-4 or value >= 1e7:
        return tick_text(value, value)
    return f"{value:,.6g}"


def padded(low: float, high: float, *, log: bool) -> tuple[float, float]:
    """A range with a little room at both ends; of a single value, some room around it."""
    if log:
        low, high = math.log10(low), math.log10(high)
    room = (high - low) * 0.04 or (abs(high) * 0.1 or 0.1)
    low, high = low - room, high + room
    return (10.0**low, 10.0**high) if log else (low, high)


def finite_range(*parts: np.ndarray, above: float = -math.inf) -> tuple[float, float] | None:
    """The smallest and largest finite number over `above` in all parts; None without any."""
    kept = [part[np.isfinite(part) & (part > above)] for part in parts]
    kept = [part for part in kept if len(part)]
    if not kept:
        return None
    return float(min(part.min() for part in kept)), float(max(part.max() for part in kept))
