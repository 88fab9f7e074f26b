from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Optimizer, Project
from cnnstudio.core.storage.run_folder import RunFolder, RunStatus
from cnnstudio.engine.backends import describe
from cnnstudio.engine.context import Cancelled
from cnnstudio.protocol.messages import EpochEnd, Phase, RunEnded, RunStarted, StartRun
from tests.fakes.tiny import RecordingContext, text_of, tiny, tiny_project

__all__ = ["tiny"]

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def train(
    folder: Path, project: Project, context: RecordingContext | None = None, **request: object
) -> RunEnded:
    from cnnstudio.engine.jobs import start_run

    message = StartRun(run_dir=str(folder), project=text_of(project), **request)  # type: ignore[arg-type]
    return start_run(message, context or RecordingContext(), b"")


def resume(folder: Path, epochs: int = 0, context: RecordingContext | None = None) -> RunEnded:
    from cnnstudio.engine.jobs import start_run

    message = StartRun(run_dir=str(folder), resume=True, epochs=epochs)
    return start_run(message, context or RecordingContext(), b"")


def everything(folder: Path) -> tuple[dict[str, bytes], tuple[Any, Any]]:
    """The last weights, optimiser and random states, and every number measured."""
    run = RunFolder.open(folder)
    last = run.checkpoints.epochs()[-1]
    state, _ = run.checkpoints.read_state(last)
    arrays = {**run.checkpoints.read_weights(last), **state}
    metrics = run.metrics()
    losses = [
        (block.epoch, block.batch + n, loss, accuracy)
        for block in metrics.batches
        for n, (loss, accuracy) in enumerate(zip(block.loss, block.accuracy, strict=True))
    ]
    logs = [(row.epoch, row.logs) for row in metrics.epochs]
    return {name: array.tobytes() for name, array in arrays.items()}, (losses, logs)


def test_a_run_leaves_a_folder_with_every_number(folder: Path) -> None:
    context = RecordingContext()
    ended = train(folder, tiny_project(), context)
    assert (ended.stopped, ended.epochs, ended.text) == ("finished", 2, None)

    run = RunFolder.open(folder)
    assert run.status is RunStatus.FINISHED
    assert run.record.backend == os.environ.get("KERAS_BACKEND", "tensorflow")
    assert run.record.versions["keras"].startswith("3.15")
    assert run.epochs() == (1, 2)
    chosen, validation, _ = run.read_split()
    assert (len(chosen), len(validation)) == (160, 40)

    losses, logs = everything(folder)[1]
    assert [(epoch, batch) for epoch, batch, *_ in losses] == [
        (epoch, batch) for epoch in (1, 2) for batch in range(5)
    ]
    assert context.sent.batches == losses
    for epoch, values in logs:
        own = [loss for e, _, loss, _ in losses if e == epoch]
        assert np.isclose(np.mean(own), values["loss"], rtol=1e-6)
        assert set(values) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert losses[-1][2] != logs[-1][1]["loss"], "a batch's own loss isn't the running mean"

    (started,) = context.of(RunStarted)
    assert (started.train, started.validation, started.steps, started.epochs) == (160, 40, 5, 2)
    assert [event.epoch for event in context.of(EpochEnd)] == [1, 2]
    assert all(event.images_per_second > 0 for event in context.of(EpochEnd))
    assert context.phases == [
        Phase.PREPARING,
        Phase.TRACING,
        Phase.BATCH,
        Phase.VALIDATING,
        Phase.SAVING,
        Phase.BATCH,
        Phase.VALIDATING,
        Phase.SAVING,
    ]
    meta = json.loads((folder / "checkpoints" / "epoch-0002" / "state.json").read_text())
    assert [entry["epoch"] for entry in meta["history"]] == [1, 2]


def test_it_is_what_keras_alone_does(folder: Path, tiny: Dataset) -> None:
    import keras
    from keras import layers
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    from cnnstudio.decode.sets import load_pool

    train(folder, tiny_project(seed=7))
    run = RunFolder.open(folder)
    chosen, validation, _ = run.read_split()
    part = load_pool(tiny, "train")

    keras.utils.clear_session()
    keras.utils.set_random_seed(7)
    inputs = keras.Input((8, 8, 1))
    l1 = keras.regularizers.L1(1e-3)
    x = layers.Conv2D(4, 3, kernel_regularizer="l2", activity_regularizer=l1)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.3)(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    flow = ImageDataGenerator(rescale=1 / 255).flow(
        part.pictures[chosen], part.labels[chosen], batch_size=32, seed=7
    )
    history = model.fit(
        (next(flow) for _ in iter(int, 1)),
        steps_per_epoch=5,
        shuffle=False,
        epochs=2,
        validation_data=(
            part.pictures[validation].astype(np.float32) * np.float32(1 / 255),
            part.labels[validation],
        ),
        validation_batch_size=32,
        verbose=0,
    ).history
    ours = run.checkpoints.read_weights(2)
    for name, value in zip(ours, model.get_weights(), strict=True):
        assert np.array_equal(ours[name], value), name
    for row in run.metrics().epochs:
        expected = {name: values[row.epoch - 1] for name, values in history.items()}
        assert row.logs == pytest.approx(expected, rel=1e-6)  # JAX fuses its means otherwise


def test_the_seed_decides_every_bit(tmp_path: Path) -> None:
    train(tmp_path / "one", tiny_project())
    train(tmp_path / "two", tiny_project())
    train(tmp_path / "other", tiny_project(), seed=43)
    assert everything(tmp_path / "one") == everything(tmp_path / "two")
    assert everything(tmp_path / "one") != everything(tmp_path / "other")
    assert RunFolder.open(tmp_path / "other").record.seed == 43


@pytest.mark.parametrize(
    "optimizer",
    [
        Optimizer(name="adam"),
        Optimizer(name="adamw"),
        Optimizer(name="sgd", learning_rate=0.05, momentum=0.9),
        Optimizer(name="rmsprop", momentum=0.5),
    ],
    ids=lambda o: o.name,
)
def test_two_and_three_epochs_are_five(tmp_path: Path, optimizer: Optimizer) -> None:
    project = tiny_project(optimizer=optimizer)
    train(tmp_path / "at_once", project, epochs=5)
    train(tmp_path / "resumed", project, epochs=2)
    context = RecordingContext()
    ended = resume(tmp_path / "resumed", epochs=5, context=context)
    assert (ended.stopped, ended.epochs) == ("finished", 5)
    assert context.of(RunStarted)[0].initial_epoch == 2
    weights, numbers = everything(tmp_path / "at_once")
    again, same_numbers = everything(tmp_path / "resumed")
    assert [name for name in weights if weights[name] != again[name]] == []
    assert numbers == same_numbers
    assert any("seed_generator" in name for name in weights)
    assert any("iteration" in name for name in weights)


def test_a_resumed_run_leaves_out_the_same_branches(tmp_path: Path) -> None:
    """StochasticDepth has no random state of its own."""
    project = tiny_project()
    network = edits.insert(project.network, project.network.links[2], "stochastic_depth")
    project = replace(project, network=network)
    train(tmp_path / "at_once", project, epochs=2)
    train(tmp_path / "resumed", project, epochs=1)
    resume(tmp_path / "resumed", epochs=2)
    assert everything(tmp_path / "at_once") == everything(tmp_path / "resumed")


@pytest.mark.parametrize("phase", [Phase.BATCH, Phase.VALIDATING, Phase.SAVING])
def test_a_cancelled_run_keeps_a_checkpoint_and_goes_on_exactly(
    tmp_path: Path, phase: Phase
) -> None:
    train(tmp_path / "whole", tiny_project(), epochs=3)
    context = RecordingContext(cancel_in=phase, cancel_at=2)
    ended = train(tmp_path / "cut", tiny_project(), context, epochs=3)
    run = RunFolder.open(tmp_path / "cut")
    assert ended.stopped == "cancelled"
    assert run.status is RunStatus.CANCELLED
    expected = {Phase.BATCH: (1, 1), Phase.VALIDATING: (1, 5), Phase.SAVING: None}[phase]
    assert run.checkpoints.partial() == expected
    assert ended.epochs == run.last_epoch() == (2 if phase is Phase.SAVING else 1)
    assert resume(tmp_path / "cut").stopped == "finished"
    assert everything(tmp_path / "cut") == everything(tmp_path / "whole")
    assert run.checkpoints.partial() is None


def test_a_cancel_before_the_first_batch_leaves_nothing_to_keep(folder: Path) -> None:
    with pytest.raises(Cancelled):
        train(folder, tiny_project(), RecordingContext(cancel_in=Phase.PREPARING))
    assert not folder.exists()


def test_a_run_that_was_killed_in_its_first_epoch_starts_again(tmp_path: Path) -> None:
    train(tmp_path / "whole", tiny_project())
    train(tmp_path / "cut", tiny_project(), RecordingContext(cancel_in=Phase.BATCH))
    (tmp_path / "cut" / "split.npz").unlink()
    assert resume(tmp_path / "cut").stopped == "finished"
    assert everything(tmp_path / "cut") == everything(tmp_path / "whole")


def test_a_pause_waits_and_counts_no_time(folder: Path) -> None:
    class Pausing(RecordingContext):
        waits = 0

        def wait_while_paused(self) -> None:
            self.waits += 1

    context = Pausing()
    train(folder, tiny_project(), context)
    assert context.waits == 10, "once after every batch"


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_batch(folder: Path) -> None:
    project = tiny_project(optimizer=Optimizer(name="sgd", learning_rate=0.01), epochs=4)
    train(folder, project, epochs=1)
    run = RunFolder.open(folder)
    state, meta = run.checkpoints.read_state(1)
    weights = run.checkpoints.read_weights(1)
    weights["conv2d/kernel"][:] = np.inf
    run.checkpoints.write(1, weights, state=state, meta=meta)

    ended = resume(folder, epochs=4)
    assert ended.stopped == "diverged"
    assert ended.epochs == 1
    assert "epoch 2, batch 1 isn't a number" in str(ended.text)
    assert "checkpoint of epoch 1 is kept" in str(ended.text)
    assert RunFolder.open(folder).status is RunStatus.DIVERGED
    assert RunFolder.open(folder).checkpoints.partial() is None
    assert RunFolder.open(folder).metrics().batches[-1].loss == (None,)


def test_a_full_disk_ends_the_run_with_a_sentence_and_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnstudio.core.storage import checkpoints

    train(tmp_path / "whole", tiny_project(), epochs=3)
    write = checkpoints.write_arrays

    def full(path: Path, arrays: object) -> None:
        if "epoch-0002" in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, arrays)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "write_arrays", full)
        ended = train(tmp_path / "cut", tiny_project(), epochs=3)
    run = RunFolder.open(tmp_path / "cut")
    assert ended.stopped == "failed"
    assert ended.epochs == 1
    assert "no room left" in str(ended.text)
    assert run.status is RunStatus.FAILED
    assert run.epochs() == (1,)
    assert sorted(p.name for p in run.checkpoints.folder.iterdir()) == ["epoch-0001"]
    assert resume(tmp_path / "cut").stopped == "finished"
    assert everything(tmp_path / "cut") == everything(tmp_path / "whole")


def test_a_folder_that_vanishes_ends_the_run_with_a_sentence(folder: Path) -> None:
    class Vanishing(RecordingContext):
        def phase(self, phase: Phase) -> None:
            super().phase(phase)
            if phase is Phase.VALIDATING:
                shutil.rmtree(folder, ignore_errors=True)

    ended = train(folder, tiny_project(), Vanishing())
    assert ended.stopped == "failed"
    assert str(folder) in str(ended.text)
    assert not folder.exists()


def test_an_error_of_the_backend_is_told_and_written_down(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnstudio.engine import training

    def out_of_memory(*_arguments: object) -> None:
        raise RuntimeError("RESOURCE_EXHAUSTED: OOM when allocating tensor")

    monkeypatch.setattr(training, "_fit", out_of_memory)
    ended = train(folder, tiny_project())
    assert str(ended.text) == (
        "Memory ran out with 32 pictures a batch. Try 16, or a smaller network."
    )
    assert RunFolder.open(folder).record.reason == ended.text


def test_without_validation_the_training_loss_ranks_the_epochs(folder: Path) -> None:
    context = RecordingContext()
    train(folder, tiny_project(validation=0.0, epochs=2), context)
    assert Phase.VALIDATING not in context.phases
    events = context.of(EpochEnd)
    assert set(events[0].logs) == {"loss", "accuracy"}
    best = min(events, key=lambda event: event.logs["loss"])
    assert RunFolder.open(folder).best_epoch() == best.epoch


def test_what_cant_be_trained_is_refused_and_leaves_no_folder(folder: Path) -> None:
    with pytest.raises(BadInput, match=r"training\.batch_size can't be 0"):
        train(folder, tiny_project(batch_size=0))
    assert not folder.exists()
    train(folder, tiny_project())
    with pytest.raises(BadInput, match="already has 2 epochs"):
        resume(folder, epochs=2)
    with pytest.raises(BadInput, match="isn't empty"):
        train(folder, tiny_project())
