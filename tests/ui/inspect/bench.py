"""A run without training, and an engine that answers at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.project import Project
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.project_file import load_project
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.messages import Event, FeatureMaps, LayerOutput
from cnnstudio.ui.inspect.runs import read_runs

EPOCHS = (1, 2, 4)


def lecture_project() -> Project:
    return load_project(resource("samples", "lecture-cnn.cnnstudio"))


def make_run(path: Path, epochs: tuple[int, ...] = EPOCHS) -> RunFolder:
    """A run of the lecture's network with random weights and made-up measures."""
    run = RunFolder.create(path, lecture_project(), epochs=4, seed=42)
    names = {"conv2d_1": (3, 3, 1, 32), "conv2d_2": (3, 3, 32, 64), "dense_2": (100, 10)}
    for epoch in epochs:
        random = np.random.RandomState(epoch)
        weights = {f"{n}/kernel": random.normal(size=s) for n, s in names.items()}
        weights |= {f"{n}/bias": random.normal(size=s[-1:]) for n, s in names.items()}
        run.metrics_file.append_epoch(
            epoch,
            {"loss": 1.0, "val_loss": abs(epoch - 2) + 0.25, "val_accuracy": 0.8 + epoch / 100},
            1000.0,
        )
        run.checkpoints.write(
            epoch, {name: value.astype(np.float32) for name, value in weights.items()}
        )
    return run


class FakeBench:
    """Remembers what it is asked and answers when told to.

    Attributes:
        asked: Every request with its picture.
        poison: Whether outputs hold a NaN.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[FeatureMaps, np.ndarray]] = []
        self.poison = False
        self._waiting: list[
            tuple[FeatureMaps, Callable[[Event, bytes], object], Callable[[Text], object]]
        ] = []

    def ask(
        self,
        request: FeatureMaps,
        blob: bytes = b"",
        *,
        on_answer: Callable[[Event, bytes], object],
        on_refused: Callable[[Text], object],
        newest: str = "",
    ) -> int:
        picture = np.frombuffer(blob, np.uint8).reshape(request.shape)
        self.asked.append((request, picture))
        self._waiting.append((request, on_answer, on_refused))
        return len(self.asked)

    def answer(self) -> None:
        """Answers everything that was asked, the oldest first."""
        waiting, self._waiting = self._waiting, []
        for request, on_answer, _ in waiting:
            output = self.output(request)
            on_answer(
                LayerOutput(
                    shape=output.shape,
                    not_finite=int((~np.isfinite(output)).sum()),
                    probabilities=(0.0, 0.01, 0.0, 0.0, 0.0, 0.9, 0.0, 0.05, 0.0, 0.04),
                ),
                output.tobytes(),
            )

    def refuse(self, text: str) -> None:
        """Refuses everything that was asked."""
        waiting, self._waiting = self._waiting, []
        for _, _, on_refused in waiting:
            on_refused(T(text))

    def output(self, request: FeatureMaps) -> np.ndarray:
        """What it answers: a ramp that grows with the map's number; map 2 is dead."""
        (run,) = read_runs([Path(request.run_dir)])
        shape = run.analysis.nodes[request.layer].output
        output = np.zeros(shape, np.float32)
        if len(shape) == 3:
            ramp = np.linspace(0, 1, shape[0] * shape[1], dtype=np.float32).reshape(shape[:2])
            for index in range(shape[2]):
                output[..., index] = 0 if index == 2 else ramp * (index + 1)
        else:
            output[:] = np.arange(len(output)) * 0.5
        if self.poison:
            output.reshape(-1)[0] = np.nan
        return output


@pytest.fixture
def bench() -> FakeBench:
    return FakeBench()
