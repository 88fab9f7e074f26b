"""Runs that can be looked into: those with a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.errors import StudioError
from cnnstudio.core.shapes import Shape
from cnnstudio.core.storage.metrics import Metrics
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T, Text


@dataclass(frozen=True, eq=False)
class Run:
    """A run with at least one checkpoint, as it stood when it was read.

    Attributes:
        folder: The run folder.
        epochs: The epochs with a snapshot, ascending.
        metrics: What it has measured.
    """

    folder: RunFolder
    epochs: tuple[int, ...]
    metrics: Metrics

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder.path

    @property
    def best(self) -> int:
        """The epoch with the lowest validation loss; the last one where nothing was measured."""
        return self.metrics.best(self.epochs) or self.epochs[-1]

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis of its network."""
        return analyse(self.folder.record.project.network)

    @cached_property
    def names(self) -> dict[str, str]:
        """The names its layers have in Keras, and in the weights' file, by id."""
        return safe_names(self.folder.record.project.network)

    @property
    def input_shape(self) -> Shape:
        """(rows, columns, channels) of the pictures it takes."""
        assert self.analysis.input is not None
        return self.analysis.input.output

    @property
    def title(self) -> Text:
        """Its project, and when it was started."""
        record = self.folder.record
        try:
            when = datetime.fromisoformat(record.created).astimezone().strftime("%Y-%m-%d %H:%M")
        except ValueError:
            when = self.path.name
        return T("{name} · {when}", name=record.project.name, when=when)

    def accuracy(self, epoch: int) -> tuple[str, float] | None:
        """("val_accuracy" or "accuracy", its value) of an epoch; None where none was measured."""
        for row in self.metrics.epochs:
            if row.epoch == epoch:
                for name in ("val_accuracy", "accuracy"):
                    value = row.logs.get(name)
                    if value is not None:
                        return name, value
        return None


def read_runs(folders: Iterable[Path]) -> tuple[Run, ...]:
    """Reads the runs in these folders; one without a checkpoint or that can't be read is left out.

    Args:
        folders: Run folders, in the order to keep.
    """
    return tuple(run for folder in folders if (run := _read(folder)) is not None)


def _read(path: Path) -> Run | None:
    try:
        folder = RunFolder.open(path)
        epochs = folder.epochs()
        run = Run(folder, epochs, folder.metrics())
    except StudioError:
        return None
    return run if epochs and run.analysis.input is not None else None


Weights = dict[str, np.ndarray]


def kernels_of(run: Run, weights: Weights, layer: str) -> np.ndarray | None:
    """A convolution's kernels, shape (rows, columns, input channels, filters); None for others."""
    kernel = weights.get(f"{run.names.get(layer, '')}/kernel")
    return kernel if kernel is not None and kernel.ndim == 4 else None


def biases_of(run: Run, weights: Weights, layer: str) -> np.ndarray | None:
    """A layer's biases, shape (filters,); None for a layer without."""
    return weights.get(f"{run.names.get(layer, '')}/bias")
