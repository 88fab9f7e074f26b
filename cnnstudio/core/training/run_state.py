"""What is known of a run, as arrays for plots: fed while it trains, or read from its folder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cnnstudio.core.data.datasets import find_dataset
from cnnstudio.core.data.division import sizes
from cnnstudio.core.project import Project
from cnnstudio.core.storage.metrics import BatchBlock, Metrics
from cnnstudio.core.storage.run_folder import RunFolder, RunRecord, RunStatus
from cnnstudio.core.text import Text

Floats: TypeAlias = npt.NDArray[np.float64]

EPOCH_VALUES = ("loss", "accuracy", "val_loss", "val_accuracy")
_FIRST_CAPACITY = 1024


class Growing:
    """Rows of float64 that are only ever added to; adding costs the same however many there are.

    Args:
        columns: Numbers in a row.
    """

    def __init__(self, columns: int) -> None:
        self._rows = np.empty((_FIRST_CAPACITY, columns))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, rows: Floats) -> None:
        """Adds rows, an array of shape (n, columns)."""
        needed = self._count + len(rows)
        if needed > len(self._rows):
            larger = np.empty((max(needed, 2 * len(self._rows)), self._rows.shape[1]))
            larger[: self._count] = self._rows[: self._count]
            self._rows = larger
        self._rows[self._count : needed] = rows
        self._count = needed

    def column(self, index: int) -> Floats:
        """One column, a view that later rows don't change."""
        return self._rows[: self._count, index]


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One epoch that has ended.

    Attributes:
        epoch: Counted from 1.
        logs: Keras' epoch values by name, those of `EPOCH_VALUES` that there are; NaN where not
            finite.
        seconds: Training time until its end, in seconds; validation and pauses left out.
    """

    epoch: int
    logs: Mapping[str, float]
    seconds: float


class RunState:
    """One run: how far it is, how fast, and every value it has measured.

    Feed it with `started`, `add_batches`, `end_epoch`, `pause` and `end`, in the order of the news;
    times are a monotonic clock's seconds. Or make it with `read_run`.

    Args:
        epochs: Epochs in total.
        steps: Batches an epoch, K.
        train: Training pictures.
        validation: Validation pictures.

    Attributes:
        epoch: The running epoch, or the last one that has begun; counted from 1, 0 before.
        batch: Batches done in it.
        images_per_second: Training speed over the epoch, validation left out; 0 before known.
        epochs_done: The epochs that have ended.
        best: The best epoch so far; 0 before one has ended.
        status: How the run stands; None before it has begun.
        reason: Why it ended, where it didn't just finish.
        paused: Whether it waits.
    """

    def __init__(
        self, epochs: int = 0, steps: int = 0, train: int = 0, validation: int = 0
    ) -> None:
        self.epochs = epochs
        self.steps = steps
        self.train = train
        self.validation = validation
        self.epoch = 0
        self.batch = 0
        self.images_per_second = 0.0
        self.epochs_done: list[EpochRecord] = []
        self.best = 0
        self.status: RunStatus | None = None
        self.reason: Text | None = None
        self.paused = False
        self._batches = Growing(4)  # position, seconds, loss, accuracy
        self._ended = 0  # the last epoch that has
        self._epoch_began = 0.0  # training seconds
        self._last_batch_at = math.nan  # clock
        self._extra: list[float] = []  # seconds of validation and saving, one an epoch

    # ------------------------------------------------------------------------------- news

    def started(
        self, *, train: int, validation: int, steps: int, epochs: int, initial_epoch: int = 0
    ) -> None:
        """Training begins, after `initial_epoch` epochs done before."""
        self.train, self.validation = train, validation
        self.steps, self.epochs = steps, epochs
        self.epoch = self._ended = initial_epoch
        self.batch = steps if initial_epoch else 0
        self.status = RunStatus.RUNNING

    def add_batches(
        self,
        epoch: int,
        first: int,
        loss: Sequence[float | None],
        accuracy: Sequence[float | None],
        images_per_second: float,
        at: float = math.nan,
    ) -> None:
        """Batches of `epoch` (from 1), from number `first` (from 0) on; None where not finite."""
        count = len(loss)
        if not count:
            return
        self.epoch, self.batch = epoch, first + count
        self.paused = False
        if images_per_second > 0:
            self.images_per_second = images_per_second
        done = np.arange(first + 1, first + count + 1)
        rows = np.empty((count, 4))
        rows[:, 0] = (epoch - 1) * self.steps + done
        rows[:, 1] = self._epoch_began + self._seconds_of(done)
        rows[:, 2] = [math.nan if value is None else value for value in loss]
        rows[:, 3] = [math.nan if value is None else value for value in accuracy]
        self._batches.add(rows)
        self._last_batch_at = at

    def end_epoch(
        self,
        epoch: int,
        logs: Mapping[str, float | None],
        images_per_second: float,
        *,
        best: bool,
        at: float = math.nan,
    ) -> None:
        """`epoch` (from 1) has ended, its checkpoint is written."""
        if images_per_second > 0:
            self.images_per_second = images_per_second
        self.epoch = self._ended = epoch
        self.batch = self.steps
        if self.images_per_second > 0:
            self._epoch_began += self.train / self.images_per_second
        values = {
            name: math.nan if (value := logs[name]) is None else value
            for name in EPOCH_VALUES
            if name in logs
        }
        self.epochs_done.append(EpochRecord(epoch, values, self._epoch_began))
        if best or not self.best:
            self.best = epoch
        if math.isfinite(at - self._last_batch_at):
            self._extra.append(at - self._last_batch_at)

    def pause(self) -> None:
        """The run waits between two batches, until the next ones come."""
        self.paused = True

    def end(self, status: RunStatus, reason: Text | None = None) -> None:
        """The run is over."""
        self.status = status
        self.reason = reason
        self.paused = False

    # ------------------------------------------------------------------------------ views

    @property
    def running(self) -> bool:
        """Whether it trains or waits."""
        return self.status is RunStatus.RUNNING

    @property
    def batches_done(self) -> int:
        """Batches done in all epochs."""
        return max(self.epoch - 1, 0) * self.steps + self.batch

    @property
    def progress(self) -> float:
        """The share of all batches that is done, 0 to 1."""
        total = self.epochs * self.steps
        return self.batches_done / total if total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until the end, validation and saving as measured so far; None while unknown."""
        if not self.running or self.paused or self.images_per_second <= 0 or not self.steps:
            return None
        left = self.epochs * self.steps - self.batches_done
        pictures = left * self.train / self.steps
        extra = sum(self._extra) / len(self._extra) if self._extra else 0.0
        return pictures / self.images_per_second + extra * (self.epochs - self._ended)

    @property
    def position(self) -> Floats:
        """Each measured batch's place: batches done with it, in all epochs."""
        return self._batches.column(0)

    @property
    def seconds(self) -> Floats:
        """Training time until each batch's end, in seconds."""
        return self._batches.column(1)

    @property
    def loss(self) -> Floats:
        """Each batch's own loss, NaN where not finite."""
        return self._batches.column(2)

    @property
    def accuracy(self) -> Floats:
        """Each batch's own accuracy."""
        return self._batches.column(3)

    def epoch_values(self, name: str) -> tuple[Floats, Floats, Floats]:
        """Keras' values of the epochs that have one.

        Args:
            name: One of `EPOCH_VALUES`.

        Returns:
            Position, training seconds and value of each, three arrays of the same length.
        """
        rows = [
            (row.epoch * self.steps, row.seconds, row.logs[name])
            for row in self.epochs_done
            if name in row.logs
        ]
        table = np.array(rows, float).reshape(-1, 3)
        return table[:, 0], table[:, 1], table[:, 2]

    def best_value(self, name: str) -> float:
        """The best value of any epoch: the highest accuracy, the lowest loss; NaN without one."""
        values = [row.logs[name] for row in self.epochs_done if name in row.logs]
        finite = [value for value in values if math.isfinite(value)]
        if not finite:
            return math.nan
        return min(finite) if name.endswith("loss") else max(finite)

    def _seconds_of(self, batches: npt.NDArray[np.int_]) -> Floats:
        """Training seconds of that many batches of an epoch."""
        if self.images_per_second <= 0 or not self.steps:
            return np.zeros(len(batches))
        return np.asarray(batches * (self.train / self.steps / self.images_per_second), float)


def read_run(folder: RunFolder, until: int | None = None) -> RunState:
    """What a run folder knows.

    Args:
        folder: The run.
        until: The last epoch that is wanted; every one unless given.

    Raises:
        BadInput: If its metrics are damaged.
    """
    metrics = folder.metrics()
    pictures, validation = split_sizes(folder.record.project)
    steps = _steps(metrics, folder.record, pictures)
    state = RunState(folder.record.epochs, steps, pictures, validation)
    ended = {row.epoch: row for row in metrics.epochs}
    best = metrics.best([epoch for epoch in ended if until is None or epoch <= until])
    blocks: dict[int, list[BatchBlock]] = {}
    for block in metrics.batches:
        blocks.setdefault(block.epoch, []).append(block)
    for epoch in sorted({*ended, *blocks}):
        if until is not None and epoch > until:
            break
        row = ended.get(epoch)
        speed = row.images_per_second if row else state.images_per_second
        for block in blocks.get(epoch, ()):
            state.add_batches(epoch, block.batch, block.loss, block.accuracy, speed)
        if row is not None:
            state.end_epoch(epoch, row.logs, speed, best=epoch == best)
    state.status = folder.status
    state.reason = folder.record.reason
    return state


def split_sizes(project: Project) -> tuple[int, int]:
    """How many pictures a run of the project trains and validates on; (0, 0) if unknown."""
    data = find_dataset(project.data)
    if data is None:
        return 0, 0
    found = sizes(data, project.data)
    return found.train, found.validation


def _steps(metrics: Metrics, record: RunRecord, pictures: int) -> int:
    """Batches an epoch, as measured where an epoch has ended, else as the settings have it."""
    ended = {row.epoch for row in metrics.epochs}
    measured = [b.batch + len(b.loss) for b in metrics.batches if b.epoch in ended]
    return max(measured, default=0) or math.ceil(pictures / record.project.training.batch_size)
