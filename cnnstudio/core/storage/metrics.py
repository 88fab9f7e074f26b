"""``metrics.jsonl``: every batch and every epoch of a run, one line after another.

Three kinds of line, epochs counted from 1 and batches from 0::

    {"epoch": 1, "batch": 0, "loss": [2.31, 2.2], "accuracy": [0.1, 0.2]}
    {"epoch": 1, "logs": {"loss": 0.5, "val_loss": 0.4}, "images_per_second": 1200.0}
    {"resume": 1}

The last says that the run went on after that epoch: what stands above it about later epochs was
done again. Numbers that aren't finite are null. A line that a crash has cut is dropped.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault, write_fault
from cnnstudio.core.text import T


class BatchBlock(msgspec.Struct, frozen=True):
    """Some batches of one epoch, in order.

    Attributes:
        epoch: Counted from 1.
        batch: The first batch's number in its epoch, counted from 0.
        loss: Each batch's own loss; None where it isn't finite.
        accuracy: Each batch's own accuracy.
    """

    epoch: int
    batch: int
    loss: tuple[float | None, ...]
    accuracy: tuple[float | None, ...]


class EpochRow(msgspec.Struct, frozen=True):
    """One epoch's values as Keras gives them.

    Attributes:
        epoch: Counted from 1.
        logs: "loss", "accuracy", "val_loss", "val_accuracy"; None where not finite.
        images_per_second: Training alone, over the epoch.
    """

    epoch: int
    logs: dict[str, float | None]
    images_per_second: float = 0.0


class Resume(msgspec.Struct, frozen=True):
    """The run went on after epoch `resume`."""

    resume: int


class Metrics(msgspec.Struct, frozen=True):
    """What a run has measured, without what was done again."""

    batches: tuple[BatchBlock, ...] = ()
    epochs: tuple[EpochRow, ...] = ()

    def best(self, among: Sequence[int]) -> int | None:
        """The epoch with the lowest validation loss, or training loss where there is none.

        Args:
            among: The epochs to choose from; the earliest of equals is taken.
        """
        ranked = [
            (loss, row.epoch)
            for row in self.epochs
            if row.epoch in set(among)
            and (loss := row.logs.get("val_loss", row.logs.get("loss"))) is not None
        ]
        return min(ranked)[1] if ranked else None


class MetricsFile:
    """Appends to and reads ``metrics.jsonl``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append_batches(
        self,
        epoch: int,
        batch: int,
        loss: Sequence[float | None],
        accuracy: Sequence[float | None],
    ) -> None:
        """Adds batches from number `batch` (from 0) on of `epoch` (from 1)."""
        self._append(BatchBlock(epoch, batch, tuple(loss), tuple(accuracy)))

    def append_epoch(
        self, epoch: int, logs: Mapping[str, float | None], images_per_second: float
    ) -> None:
        """Adds the values of `epoch` (from 1) and puts the file on the disk."""
        self._append(EpochRow(epoch, dict(logs), images_per_second), sync=True)

    def append_resume(self, epoch: int) -> None:
        """Says that the run goes on after `epoch`."""
        self._append(Resume(epoch), sync=True)

    def repair(self) -> None:
        """Cuts off a last line that a crash has left unfinished."""
        try:
            with self.path.open("r+b") as file:
                data = file.read()
                if data and not data.endswith(b"\n"):
                    file.truncate(data.rfind(b"\n") + 1)
        except FileNotFoundError:
            return
        except OSError as error:
            raise write_fault(error, self.path) from error

    def read(self) -> Metrics:
        """Reads everything; a run without the file has measured nothing.

        Raises:
            BadInput: For a line that isn't one of this file's kinds.
        """
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return Metrics()
        except OSError as error:
            raise read_fault(error, self.path) from error
        batches: list[BatchBlock] = []
        epochs: list[EpochRow] = []
        for number, line in enumerate(lines[:-1], 1):
            item = self._parse(line, number)
            if isinstance(item, BatchBlock):
                batches.append(item)
            elif isinstance(item, EpochRow):
                epochs.append(item)
            else:
                batches = [block for block in batches if block.epoch <= item.resume]
                epochs = [row for row in epochs if row.epoch <= item.resume]
        return Metrics(tuple(batches), tuple(epochs))

    def _parse(self, line: bytes, number: int) -> BatchBlock | EpochRow | Resume:
        try:
            if b'"batch"' in line:
                return msgspec.json.decode(line, type=BatchBlock)
            if b'"resume"' in line:
                return msgspec.json.decode(line, type=Resume)
            return msgspec.json.decode(line, type=EpochRow)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise BadInput(
                T(
                    "{file} is damaged at line {line}. Delete that line in a text editor; the "
                    "checkpoints don't depend on it.",
                    file=str(self.path),
                    line=number,
                )
            ) from error

    def _append(self, item: msgspec.Struct, *, sync: bool = False) -> None:
        line = msgspec.json.encode(item) + b"\n"
        try:
            with self.path.open("ab") as file:
                file.write(line)
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
        except OSError as error:
            raise write_fault(error, self.path, needed=len(line)) from error
