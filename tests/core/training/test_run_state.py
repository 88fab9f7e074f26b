"""What a run's news add up to."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.project import Project
from cnnstudio.core.storage.run_folder import RunFolder, RunStatus
from cnnstudio.core.text import T
from cnnstudio.core.training.run_state import Growing, RunState, read_run

LOGS = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.85}


def training(steps: int = 10, epochs: int = 3) -> RunState:
    state = RunState()
    state.started(train=steps * 32, validation=64, steps=steps, epochs=epochs)
    return state


@given(st.lists(st.integers(0, 3000), max_size=12))
def test_rows_are_kept_however_many_come_at_once(counts: list[int]) -> None:
    growing = Growing(2)
    expected: list[float] = []
    for count in counts:
        start = len(expected)
        expected.extend(range(start, start + count))
        growing.add(np.arange(start, start + count, dtype=float)[:, None] * [1, 2])
    assert len(growing) == len(expected)
    assert growing.column(0).tolist() == expected
    assert growing.column(1).tolist() == [2 * value for value in expected]


def test_a_column_taken_earlier_does_not_change() -> None:
    growing = Growing(1)
    growing.add(np.ones((5, 1)))
    column = growing.column(0)
    growing.add(np.zeros((5000, 1)))
    assert column.tolist() == [1] * 5


def test_batches_become_arrays() -> None:
    state = training()
    state.add_batches(1, 0, (2.0, None), (0.1, 0.2), 320.0)
    state.add_batches(2, 0, (1.0,), (0.5,), 320.0)
    assert state.position.tolist() == [1, 2, 11]
    np.testing.assert_equal(state.loss, [2.0, math.nan, 1.0])
    assert state.accuracy.tolist() == [0.1, 0.2, 0.5]
    assert (state.epoch, state.batch) == (2, 1)
    assert state.progress == pytest.approx(11 / 30)


def test_time_is_training_time() -> None:
    state = training()
    state.add_batches(1, 0, (1.0,) * 10, (0.1,) * 10, 160.0)  # ten batches of 32 in two seconds
    assert state.seconds.tolist() == pytest.approx([0.2 * n for n in range(1, 11)])
    state.end_epoch(1, LOGS, 160.0, best=True)
    state.add_batches(2, 0, (1.0,), (0.1,), 320.0)
    assert state.seconds[-1] == pytest.approx(2.1)
    assert state.epochs_done[0].seconds == pytest.approx(2.0)


def test_time_left_counts_validation_too() -> None:
    state = training()
    assert state.seconds_left is None
    state.add_batches(1, 0, (1.0,) * 10, (0.1,) * 10, 320.0, at=100.0)
    assert state.seconds_left == pytest.approx(2.0)
    state.end_epoch(1, LOGS, 320.0, best=True, at=103.0)
    assert state.seconds_left == pytest.approx(2.0 + 2 * 3.0)
    state.pause()
    assert state.seconds_left is None
    state.add_batches(2, 0, (1.0,) * 5, (0.1,) * 5, 320.0, at=110.0)
    assert state.seconds_left == pytest.approx(1.5 + 2 * 3.0)
    state.end(RunStatus.CANCELLED)
    assert state.seconds_left is None


def test_epoch_values_stand_at_the_epochs_end() -> None:
    state = training()
    for epoch in (1, 2):
        state.add_batches(epoch, 0, (1.0,) * 10, (0.1,) * 10, 320.0)
        logs = {**LOGS, "val_loss": None if epoch == 2 else 0.4}
        state.end_epoch(epoch, logs, 320.0, best=epoch == 1)
    position, seconds, value = state.epoch_values("val_loss")
    assert position.tolist() == [10, 20]
    assert seconds.tolist() == pytest.approx([1.0, 2.0])
    np.testing.assert_equal(value, [0.4, math.nan])
    assert state.epoch_values("learning_rate")[0].tolist() == []
    assert state.best == 1
    assert state.best_value("val_loss") == 0.4
    assert state.best_value("accuracy") == 0.8
    assert math.isnan(RunState().best_value("accuracy"))


def test_a_resumed_run_goes_on_where_it_was() -> None:
    state = RunState()
    state.started(train=320, validation=0, steps=10, epochs=4, initial_epoch=2)
    assert state.progress == 0.5
    state.add_batches(3, 0, (1.0,), (0.1,), 320.0)
    assert state.position.tolist() == [21]


def test_nothing_is_known_before_the_start() -> None:
    state = RunState(epochs=5)
    assert state.progress == 0
    assert state.seconds_left is None
    assert not state.running
    assert len(state.loss) == 0


def test_a_folder_gives_what_the_news_gave(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", Project(), epochs=2, seed=1)
    live = RunState()
    live.started(train=54_000, validation=6_000, steps=844, epochs=2)
    for epoch in (1, 2):
        for first, count in ((0, 500), (500, 344)):
            loss = [1 / (epoch * 1000 + first + n) for n in range(count)]
            accuracy = [0.5] * count
            folder.metrics_file.append_batches(epoch, first, loss, accuracy)
            live.add_batches(epoch, first, loss, accuracy, 1000.0)
        logs = {**LOGS, "val_loss": 1 / epoch}
        folder.metrics_file.append_epoch(epoch, logs, 1000.0)
        live.end_epoch(epoch, logs, 1000.0, best=True)
    folder.update(state=RunStatus.FINISHED)
    live.end(RunStatus.FINISHED)

    read = read_run(RunFolder.open(tmp_path / "run"))

    for name in ("position", "seconds", "loss", "accuracy"):
        np.testing.assert_allclose(getattr(read, name), getattr(live, name))
    assert (read.train, read.validation, read.steps) == (54_000, 6_000, 844)
    assert read.epochs_done == live.epochs_done
    assert (read.status, read.best, read.progress) == (RunStatus.FINISHED, 2, 1.0)

    first = read_run(RunFolder.open(tmp_path / "run"), until=1)

    assert first.epochs_done == live.epochs_done[:1]
    assert first.position.tolist() == live.position[:844].tolist()
    assert (first.best, first.epoch) == (1, 1)


def test_a_run_stopped_in_its_first_epoch(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", Project(), epochs=2, seed=1)
    folder.metrics_file.append_batches(1, 0, [2.0, 1.0], [0.1, 0.2])
    folder.update(state=RunStatus.CANCELLED, reason=T("The run was stopped."))
    state = read_run(RunFolder.open(tmp_path / "run"))
    assert state.steps == math.ceil(54_000 / 64)
    assert state.position.tolist() == [1, 2]
    assert str(state.reason) == "The run was stopped."
    assert state.epochs_done == []
