"""A dataset and a network so small that an epoch takes milliseconds."""

from __future__ import annotations

import gzip
import hashlib
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnstudio.core.data import datasets
from cnnstudio.core.data.datasets import DataFile, Dataset, Pool
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.project import DataSettings, Optimizer, Project, TrainingSettings
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.text import Text
from cnnstudio.engine.context import JobContext
from cnnstudio.protocol.messages import Event, Phase

CLASSES = 3
TRAIN, TEST = 200, 60


def idx(values: np.ndarray) -> bytes:
    """`values` as an IDX file."""
    header = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.tobytes()


def tiny_dataset(folder: Path) -> Dataset:
    """Writes 8×8 pictures of three kinds, told apart by the bright rows, and describes them."""
    random = np.random.RandomState(0)

    def part(name: str, count: int) -> Pool:
        labels = random.randint(0, CLASSES, count).astype(np.uint8)
        pictures = random.randint(0, 120, (count, 8, 8)).astype(np.uint8)
        for label in range(CLASSES):
            pictures[labels == label, 2 * label : 2 * label + 2] += 100
        return Pool(count, file(f"{name}-images", pictures), file(f"{name}-labels", labels))

    def file(name: str, values: np.ndarray) -> DataFile:
        (folder / f"{name}.gz").write_bytes(gzip.compress(idx(values)))
        return DataFile(f"{name}.gz", hashlib.sha256(idx(values)).hexdigest())

    return Dataset(
        id="tiny",
        title=Text("Tiny"),
        about=Text(""),
        shape=(8, 8, 1),
        classes=tuple(Text(name) for name in ("a", "b", "c")),
        pools={"train": part("train", TRAIN), "test": part("test", TEST)},
        folder=folder,
    )


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The dataset "tiny", known to projects, with a cache of its own."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    found = tiny_dataset(folder)
    monkeypatch.setitem(datasets.DATASETS, "tiny", found)
    return found


def tiny_project(
    *, optimizer: Optimizer | None = None, validation: float = 0.2, **training: Any
) -> Project:
    """A network with everything that has a state: weights, running means, random states.

    Its loss has penalties on weights and on outputs.
    """
    regularised = {"kernel_regularizer": "l2", "activity_regularizer": {"name": "l1", "l1": 1e-3}}
    layers = (
        ("input", {"shape": [8, 8, 1]}),
        ("conv2d", {"filters": 4, "kernel_size": 3, **regularised}),
        ("batch_normalization", {}),
        ("re_lu", {}),
        ("max_pooling2d", {}),
        ("flatten", {}),
        ("dropout", {"rate": 0.3}),
        ("dense", {"units": CLASSES, "activation": "softmax"}),
    )
    nodes = tuple(
        LayerNode(f"n{number}", kind, kind, params) for number, (kind, params) in enumerate(layers)
    )
    links = tuple(Link(one.id, next.id) for one, next in pairwise(nodes))
    return Project(
        network=Network(nodes, links),
        data=DataSettings(source="tiny", validation=validation),
        training=TrainingSettings(
            **{
                "batch_size": 32,
                "epochs": 2,
                "optimizer": optimizer or Optimizer(learning_rate=0.01),
                **training,
            }
        ),
    )


def text_of(project: Project) -> str:
    """The project as a request carries it."""
    return encode_project(project).decode()


class Recorder:
    """Takes the outbox's place and keeps what is sent.

    Attributes:
        events: Every event but batches and heartbeats.
        batches: (epoch, index, loss, accuracy) of every batch.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.batches: list[tuple[int, int, float, float]] = []

    def put(self, event: Event, _blob: bytes = b"") -> None:
        self.events.append(event)

    def batch(
        self, _request: int, epoch: int, index: int, loss: float, accuracy: float, _speed: float
    ) -> None:
        self.batches.append((epoch, index, loss, accuracy))


class RecordingContext(JobContext):
    """A context that keeps phases and events, and can cancel at a chosen moment.

    Args:
        cancel_in: Cancel when this phase is entered…
        cancel_at: …for the n-th time.

    Attributes:
        sent: What went to the client.
        phases: Every phase entered, in order.
    """

    def __init__(self, cancel_in: Phase | None = None, cancel_at: int = 1) -> None:
        self.sent = Recorder()
        super().__init__(self.sent)  # type: ignore[arg-type]
        self.phases: list[Phase] = []
        self._cancel_in = cancel_in
        self._cancel_at = cancel_at

    def phase(self, phase: Phase) -> None:
        super().phase(phase)
        self.phases.append(phase)
        if phase is self._cancel_in and self.phases.count(phase) == self._cancel_at:
            self.cancel()

    def of(self, kind: type[Any]) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.sent.events if isinstance(event, kind)]
