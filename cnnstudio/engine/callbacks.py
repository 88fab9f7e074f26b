"""What happens between two batches and at an epoch's end: report, pause, cancel, keep."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from typing import Any

import keras

from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.engine.checkpoints import Arrays, load_random_state, state_of, weights_of
from cnnstudio.engine.context import JobContext
from cnnstudio.engine.steps import BATCH_ACCURACY, BATCH_LOSS
from cnnstudio.protocol.messages import EpochEnd, Phase

logger = logging.getLogger(__name__)

_FLUSH_SECONDS = 1.0  # how much of metrics.jsonl a crash may cost
_EPOCH_VALUES = ("loss", "accuracy", "val_loss", "val_accuracy")


class Diverged(Exception):
    """The loss of a batch isn't finite; both numbers are counted from 0."""

    def __init__(self, epoch: int, batch: int) -> None:
        super().__init__(epoch, batch)
        self.epoch = epoch
        self.batch = batch


class Stopwatch:
    """Counts pictures a second, leaving out pauses and the compilation of the first batch."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._pictures = 0

    def restart(self) -> None:
        """Forgets everything and counts from now."""
        self._start = time.perf_counter()
        self._pictures = 0

    def add(self, pictures: int) -> None:
        """Counts pictures that are done."""
        self._pictures += pictures

    def leave_out(self, seconds: float) -> None:
        """Takes `seconds` out of what has passed."""
        self._start += seconds

    @property
    def counts(self) -> bool:
        """Whether anything is counted yet."""
        return self._pictures > 0

    @property
    def images_per_second(self) -> float:
        """Up to now."""
        return self._pictures / max(time.perf_counter() - self._start, 1e-9)


class RunCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Watches over a run for its folder and its client.

    Its batch methods are synchronous (not ``async_safe``), since a pause and a cancel take effect
    between two batches.

    Args:
        run: The run's folder.
        context: The way to the client.
        pictures: Training pictures.
        batch_size: Pictures a batch.
        steps: Batches an epoch.
        resumed: The training state that the run goes on from; empty for a new run.

    Attributes:
        epoch: The running epoch, counted from 0.
        batches: Batches done in it.
    """

    def __init__(
        self,
        run: RunFolder,
        context: JobContext,
        *,
        pictures: int,
        batch_size: int,
        steps: int,
        resumed: Arrays,
    ) -> None:
        super().__init__()
        self.epoch = 0
        self.batches = 0
        self._run = run
        self._context = context
        self._pictures = pictures
        self._batch_size = batch_size
        self._steps = steps
        self._resumed = resumed
        self._watch = Stopwatch()
        self._traced = False
        self._losses: list[float | None] = []
        self._accuracies: list[float | None] = []
        self._flushed = time.monotonic()
        self._speed = 0.0
        self._history = [(row.epoch, dict(row.logs)) for row in run.metrics().epochs]

    # ------------------------------------------------------------------------------ Keras

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """An epoch begins."""
        self.epoch, self.batches = epoch, 0
        if self._traced:
            self._context.phase(Phase.BATCH)
        self._watch.restart()

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Before a resumed run's first batch: the random state is as it was."""
        if not self._traced:
            load_random_state(self._resumed)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Reports a batch; raises Diverged or Cancelled."""
        assert logs is not None
        loss, accuracy = float(logs[BATCH_LOSS]), float(logs[BATCH_ACCURACY])
        self.batches = batch + 1
        self._losses.append(finite(loss))
        self._accuracies.append(finite(accuracy))
        self._count(batch)
        context = self._context
        context.batch(self.epoch + 1, batch, loss, accuracy, self._speed)
        context.step(self.epoch * self._steps + self.batches)
        if not math.isfinite(loss):
            raise Diverged(self.epoch, batch)
        if time.monotonic() - self._flushed >= _FLUSH_SECONDS:
            self.flush()
        context.check_cancelled()
        before = time.perf_counter()
        context.wait_while_paused()
        self._watch.leave_out(time.perf_counter() - before)
        context.check_cancelled()

    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Validation begins."""
        if self._watch.counts:
            self._speed = self._watch.images_per_second
        self._context.phase(Phase.VALIDATING)

    def on_test_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Raises Cancelled between two validation batches."""
        self._context.check_cancelled()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Puts the epoch's values and a full state on the disk."""
        assert logs is not None
        self._context.phase(Phase.SAVING)
        values = {name: finite(float(logs[name])) for name in _EPOCH_VALUES if name in logs}
        self.flush()
        self._run.metrics_file.append_epoch(epoch + 1, values, self._speed)
        logger.info("epoch %d: %s", epoch + 1, values)
        self._history.append((epoch + 1, values))
        best = self._best_epoch()
        model = self.model  # on JAX this also brings the state back into the variables
        self._run.checkpoints.write(
            epoch + 1, weights_of(model), state=state_of(model), meta=self._meta(epoch + 1)
        )
        self._run.checkpoints.tidy(best)
        self.epoch, self.batches = epoch + 1, 0
        self._context.emit(
            EpochEnd(
                epoch=epoch + 1, logs=values, images_per_second=self._speed, best=best == epoch + 1
            )
        )
        if epoch + 1 < self.params["epochs"]:
            self._context.check_cancelled()

    # ------------------------------------------------------------------------------- ours

    def flush(self) -> None:
        """Writes the batches not yet in ``metrics.jsonl``."""
        if self._losses:
            first = self.batches - len(self._losses)
            self._run.metrics_file.append_batches(
                self.epoch + 1, first, self._losses, self._accuracies
            )
            self._losses, self._accuracies = [], []
        self._flushed = time.monotonic()

    def keep_partial(self) -> None:
        """Keeps what a stop inside an epoch would lose: its batches' values and the weights."""
        self._context.phase(Phase.SAVING)
        self.flush()
        if self.batches:
            self._run.checkpoints.write(self.epoch, weights_of(self.model), batch=self.batches)

    def _count(self, batch: int) -> None:
        self._watch.add(min(self._batch_size, self._pictures - batch * self._batch_size))
        self._speed = self._watch.images_per_second
        if not self._traced:
            self._traced = True
            self._context.phase(Phase.BATCH)
            self._watch.restart()

    def _best_epoch(self) -> int | None:
        """The epoch with the lowest validation loss, or training loss without; the earliest."""
        ranked = [
            (loss, epoch)
            for epoch, logs in self._history
            if (loss := logs.get("val_loss", logs.get("loss"))) is not None
        ]
        return min(ranked)[1] if ranked else None

    def _meta(self, epoch: int) -> dict[str, Any]:
        return {
            "epoch": epoch,
            "history": [{"epoch": number, **logs} for number, logs in self._history],
            "versions": self._run.record.versions,
        }


def finite(value: float) -> float | None:
    """The value, or None where it isn't finite."""
    return value if math.isfinite(value) else None
