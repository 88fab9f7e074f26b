"""What a plot of one quantity shows, ready to draw: measured values and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from cnnstudio.core.training.run_state import Floats, RunState
from cnnstudio.ui.plots.reduce import MovingAverage
from cnnstudio.ui.plots.ticks import nice_step

_X_PARTS = 10


class Along(StrEnum):
    """What runs along the bottom of a plot."""

    BATCH = "batch"
    EPOCH = "epoch"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Points:
    """Places and values, two arrays of the same length."""

    x: Floats
    y: Floats


_NONE = Points(np.empty(0), np.empty(0))


@dataclass(frozen=True, slots=True)
class Curves:
    """One quantity of one run.

    Attributes:
        batches: Each batch's own value.
        average: The moving average of them, one for each batch.
        epochs: Keras' mean over each epoch.
        validation: The value on the validation pictures after each epoch.
        end: The right end of the whole run, as far as one knows.
        now: Where the run is; the last value's place.
        epoch_ends: The place of each epoch that has ended, in order from the first measured.
        first_epoch: The number of the first of them.
    """

    batches: Points = _NONE
    average: Points = _NONE
    epochs: Points = _NONE
    validation: Points = _NONE
    end: float = 1.0
    now: float = 0.0
    epoch_ends: Floats = field(default_factory=lambda: np.empty(0))
    first_epoch: int = 1


class CurveMaker:
    """Makes the curves of one quantity; what was averaged before isn't averaged again.

    Args:
        quantity: "loss" or "accuracy".
    """

    def __init__(self, quantity: str) -> None:
        self.quantity = quantity
        self._run: RunState | None = None
        self._moving = MovingAverage(0.0)
        self._average = np.empty(0)
        self._count = 0

    def make(self, run: RunState, along: Along, factor: float) -> Curves:
        """Returns the curves.

        Args:
            run: The run.
            along: What runs along the bottom.
            factor: How much the average remembers, 0 ≤ factor < 1.
        """
        values = run.loss if self.quantity == "loss" else run.accuracy
        x = self._places(run, along, run.position, run.seconds)
        mean_at, mean_seconds, mean = run.epoch_values(self.quantity)
        val_at, val_seconds, val = run.epoch_values(f"val_{self.quantity}")
        ends = np.array([(row.epoch * run.steps, row.seconds) for row in run.epochs_done])
        ends = ends.reshape(-1, 2)
        return Curves(
            Points(x, values),
            Points(x, self._averaged(run, values, factor)),
            Points(self._places(run, along, mean_at, mean_seconds), mean),
            Points(self._places(run, along, val_at, val_seconds), val),
            _end(run, along),
            float(x[-1]) if len(x) else 0.0,
            self._places(run, along, ends[:, 0], ends[:, 1]),
            run.epochs_done[0].epoch if run.epochs_done else 1,
        )

    def _averaged(self, run: RunState, values: Floats, factor: float) -> Floats:
        if run is not self._run or factor != self._moving.factor or len(values) < self._count:
            self._run, self._count = run, 0
            self._moving = MovingAverage(factor)
        if len(self._average) < len(values):
            larger = np.empty(max(1024, 2 * len(values)))
            larger[: self._count] = self._average[: self._count]
            self._average = larger
        fresh = self._moving.extend(values[self._count :])
        self._average[self._count : len(values)] = fresh
        self._count = len(values)
        return self._average[: self._count]

    @staticmethod
    def _places(run: RunState, along: Along, position: Floats, seconds: Floats) -> Floats:
        match along:
            case Along.BATCH:
                return position
            case Along.TIME:
                return seconds
            case _:
                return position / max(run.steps, 1)


def _end(run: RunState, along: Along) -> float:
    match along:
        case Along.BATCH:
            return float(max(run.epochs * run.steps, 1))
        case Along.EPOCH:
            return float(max(run.epochs, 1))
    seconds = float(run.seconds[-1]) if len(run.seconds) else 0.0
    whole = seconds / run.progress if run.running and run.progress > 0 else seconds
    step = nice_step(max(whole, 1.0), _X_PARTS)  # the axis stands still while the guess moves
    return step * float(np.ceil(max(whole, 1.0) / step))
