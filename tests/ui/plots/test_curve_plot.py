"""The plots as they are drawn and pointed at."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import StudioError
from cnnstudio.core.training.run_state import RunState
from cnnstudio.ui.plots.curve_plot import CurvePlot
from cnnstudio.ui.plots.curves import Along, CurveMaker
from cnnstudio.ui.plots.export import write_picture, write_values
from cnnstudio.ui.widgets.context import Context

STEPS = 50


def run_of(epochs: int = 3, *, ended: int | None = None) -> RunState:
    run = RunState()
    run.started(train=STEPS * 32, validation=64, steps=STEPS, epochs=epochs)
    random = np.random.default_rng(0)
    for epoch in range(1, (epochs if ended is None else ended) + 1):
        loss = random.uniform(0.2, 2.0 / epoch, STEPS).tolist()
        run.add_batches(epoch, 0, loss, [1 - value / 4 for value in loss], 320.0)
        logs = {"loss": 1.0 / epoch, "accuracy": 0.7, "val_loss": 0.9 / epoch, "val_accuracy": 0.8}
        run.end_epoch(epoch, logs, 320.0, best=True)
    return run


@pytest.fixture
def plot(qtbot: QtBot, context: Context) -> CurvePlot:
    plot = CurvePlot(context, "loss", log=True)
    qtbot.addWidget(plot)
    plot.resize(700, 260)
    with qtbot.waitExposed(plot):
        plot.show()
    return plot


def draw(plot: CurvePlot, run: RunState, along: Along = Along.EPOCH, *, live: bool = False) -> None:
    plot.show_curves(CurveMaker(plot.quantity).make(run, along, 0.9), along, live=live)


def colours(plot: CurvePlot) -> set[str]:
    image = plot.view.grab().toImage()
    return {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    }


def test_curves_along_batches_epochs_and_time() -> None:
    run = run_of(2)
    by_epoch = CurveMaker("loss").make(run, Along.EPOCH, 0.0)
    assert by_epoch.end == 2
    assert by_epoch.batches.x[-1] == pytest.approx(2.0)
    assert by_epoch.validation.x.tolist() == [1.0, 2.0]
    np.testing.assert_array_equal(by_epoch.average.y, by_epoch.batches.y)
    by_batch = CurveMaker("accuracy").make(run, Along.BATCH, 0.9)
    assert by_batch.end == 2 * STEPS
    assert by_batch.epochs.x.tolist() == [STEPS, 2 * STEPS]
    by_time = CurveMaker("loss").make(run, Along.TIME, 0.9)
    assert by_time.batches.x[-1] == pytest.approx(2 * STEPS * 32 / 320)
    assert by_time.end >= by_time.now


def test_the_average_goes_on_where_it_was() -> None:
    maker, run = CurveMaker("loss"), run_of(3, ended=1)
    maker.make(run, Along.EPOCH, 0.97)
    run.add_batches(2, 0, [0.5] * 30, [0.9] * 30, 320.0)
    grown = maker.make(run, Along.EPOCH, 0.97).average.y
    np.testing.assert_allclose(grown, CurveMaker("loss").make(run, Along.EPOCH, 0.97).average.y)
    other = run_of(1)
    np.testing.assert_allclose(
        maker.make(other, Along.EPOCH, 0.97).average.y,
        CurveMaker("loss").make(other, Along.EPOCH, 0.97).average.y,
    )


def test_every_line_is_painted_in_its_colour(plot: CurvePlot, context: Context) -> None:
    draw(plot, run_of())
    painted = colours(plot)
    assert context.theme.colour("validation").name() in painted
    assert context.theme.colour("canvas").name() in painted


def test_the_plot_follows_the_theme(plot: CurvePlot, context: Context) -> None:
    draw(plot, run_of())
    before = context.theme.colour("canvas").name()
    context.theme.set_mode("dark")
    painted = colours(plot)
    assert context.theme.colour("canvas").name() in painted
    assert before not in painted


def test_pointing_near_an_epochs_end_reads_it(qtbot: QtBot, plot: CurvePlot) -> None:
    draw(plot, run_of())
    plot.pointed.connect(plot.point_at)
    at = plot._pixel(2.0, 0).toPoint() + QPoint(3, 0)
    qtbot.mouseMove(plot.view.viewport(), QPoint(at.x(), 100))
    assert plot.readout is not None
    assert plot.readout.title == "End of epoch 2"
    assert [row[:2] for row in plot.readout.rows] == [
        ("Training mean", "0.5000"),
        ("Validation", "0.4500"),
    ]
    qtbot.mouseMove(plot.view.viewport(), QPoint(plot._pixel(1.5, 0).toPoint().x(), 100))
    word, number = plot.readout.title.split()
    assert word == "Epoch"
    assert float(number) == pytest.approx(1.5, abs=1.5 / STEPS)  # the batch nearest to the pixel
    assert [row[0] for row in plot.readout.rows] == ["Batch", "Average"]


def test_keys_go_from_epoch_to_epoch(qtbot: QtBot, plot: CurvePlot) -> None:
    draw(plot, run_of())
    plot.pointed.connect(plot.point_at)
    titles = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(plot.view, key)
        assert plot.readout is not None
        titles.append(plot.readout.title)
    assert titles == ["End of epoch 1", "End of epoch 2", "End of epoch 1"]


def test_the_values_axis_changes_between_log_and_linear(qtbot: QtBot, plot: CurvePlot) -> None:
    draw(plot, run_of())
    assert plot.log
    assert plot.log_button.text() == "Log axis"
    low, high = plot._box.viewRange()[1]
    assert -1.5 < low < high < 1.0  # decades
    qtbot.mouseClick(plot.log_button, Qt.MouseButton.LeftButton)
    assert not plot.log
    assert plot.log_button.text() == "Linear axis"
    assert plot._box.viewRange()[1][1] > 1.0


def test_the_view_stays_where_the_person_put_it(plot: CurvePlot) -> None:
    draw(plot, run_of())
    plot._box.setXRange(1.0, 2.0, padding=0)
    plot._touch()
    draw(plot, run_of(), live=True)
    assert plot._box.viewRange()[0] == pytest.approx([1.0, 2.0])
    plot.fit()
    low, high = plot._box.viewRange()[0]
    assert low == 0.0
    assert 3.0 < high < 4.3  # with room for the names at the ends


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
@pytest.mark.parametrize("log", [True, False])
def test_odd_values_are_drawn_without_complaint(
    qtbot: QtBot, context: Context, quantity: str, log: bool
) -> None:
    plot = CurvePlot(context, quantity, log=log)
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    plot.show()
    for values in ([], [None], [0.0], [1e30, 1.0], [0.5] * 3, [None, 1.0]):
        run = RunState()
        run.started(train=64, validation=0, steps=4, epochs=1)
        run.add_batches(1, 0, values, values, 0.0)
        draw(plot, run, live=True)
        plot.grab()


def test_a_plot_as_a_picture(plot: CurvePlot, tmp_path: Path) -> None:
    draw(plot, run_of())
    write_picture(plot, tmp_path / "loss.png")
    image = QImage(str(tmp_path / "loss.png"))
    assert (image.width(), image.height()) == (1400, 520)
    with pytest.raises(StudioError, match="nowhere"):
        write_picture(plot, tmp_path / "nowhere" / "loss.png")


def test_values_as_a_table(tmp_path: Path) -> None:
    run = run_of(2)
    run.add_batches(2, STEPS - 1, [None], [0.5], 320.0)
    write_values(run, tmp_path / "values.csv")
    with (tmp_path / "values.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    batches = [row for row in rows if row["batch"]]
    assert len(batches) == 2 * STEPS + 1
    assert (batches[0]["epoch"], batches[0]["batch"]) == ("1", "1")
    assert (batches[STEPS]["epoch"], batches[STEPS]["batch"]) == ("2", "1")
    assert float(batches[0]["loss"]) == run.loss[0]
    assert batches[-1]["loss"] == ""
    epochs = [row for row in rows if not row["batch"]]
    assert [float(row["val_loss"]) for row in epochs] == [0.9, 0.45]
    assert math.isclose(float(epochs[-1]["seconds"]), 10.0)
    with pytest.raises(StudioError, match="nowhere"):
        write_values(run, tmp_path / "nowhere" / "values.csv")
