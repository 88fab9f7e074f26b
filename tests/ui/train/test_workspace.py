"""Training in the window: real buttons and keys, real processes of the fake engine."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from cnnstudio.core import edits
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.storage.project_file import decode_project
from cnnstudio.core.storage.run_folder import RunFolder, RunStatus
from cnnstudio.core.storage.trust import TrustStore
from cnnstudio.core.text import T, Text
from cnnstudio.ui.train.log_panel import EPOCHS
from cnnstudio.ui.train.progress import chip_text, duration
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField
from cnnstudio.ui.widgets.states import Notice
from tests.fakes.own_layers import PROGRAM
from tests.ui.train.conftest import Bench

WAIT = 20_000


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.waitUntil(button.isVisible)
    assert button.isEnabled(), button.toolTip()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def press_train(qtbot: QtBot, bench: Bench) -> None:
    empty = bench.widget.empty.button
    assert empty is not None
    click(qtbot, empty if empty.isVisible() else bench.widget.controls.train)


def until_it_trains(qtbot: QtBot, bench: Bench) -> None:
    def trains() -> bool:
        live = bench.training.live
        return live is not None and live.batches_done > 0

    qtbot.waitUntil(trains, timeout=WAIT)


def until_it_is_over(qtbot: QtBot, bench: Bench) -> None:
    qtbot.waitUntil(lambda: not bench.training.running, timeout=WAIT)


def notices(bench: Bench) -> list[Notice]:
    items = [bench.widget.notices.itemAt(n).widget() for n in range(bench.widget.notices.count())]
    return [item for item in items if isinstance(item, Notice)]


def texts(bench: Bench) -> list[str]:
    return bench.widget.log.lines.toPlainText().splitlines()


def click_tab(qtbot: QtBot, bench: Bench, id: str) -> None:
    qtbot.mouseClick(bench.widget.log.tabs.tab(id), Qt.MouseButton.LeftButton)


# ------------------------------------------------------------------------------------- a run


def test_before_the_first_run_there_is_one_sentence_and_one_button(bench: Bench) -> None:
    widget = bench.widget
    assert widget.middle.currentWidget() is widget.empty
    assert not widget.controls.isVisible()
    assert not widget.log.isVisible()
    assert widget.runs.empty.isVisible()


def test_train_to_the_end(qtbot: QtBot, bench: Bench) -> None:
    progress: list[tuple[float, str]] = []
    bench.workspace.progress.progressed.connect(lambda share, text: progress.append((share, text)))
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    widget = bench.widget
    assert widget.middle.currentWidget() is widget.plots
    assert widget.controls.pause.isVisible()
    assert not widget.controls.train.isVisible()
    with qtbot.waitSignal(bench.workspace.progress.over, timeout=WAIT):
        until_it_is_over(qtbot, bench)
    run = bench.training.shown
    assert run is not None
    assert run.status is RunStatus.FINISHED
    assert len(run.loss) == 40
    assert len(widget.plots.plots[0].curves.batches.y) == 40
    assert widget.plots.plots[1].curves.end == 2
    assert widget.controls.train.isVisible()
    assert widget.controls.epoch.text() == "Epoch 2 / 2"
    assert progress
    assert any("Epoch 2   loss" in line for line in texts(bench))
    assert "The training has finished." in texts(bench)[-1]
    assert notices(bench) == []
    click_tab(qtbot, bench, EPOCHS)
    table = widget.log.table
    assert table.isVisible()
    rows = [[table.cells.cell(row, n).text for n in range(7)] for row in range(2)]
    assert [row[0] for row in rows] == ["1", "2"]
    assert [row[6] for row in rows] == ["", "best"]
    assert rows[1][1] == f"{run.epochs_done[1].logs['loss']:.4f}"
    assert rows[1][4] == "NaN"
    for width in (1024, 1280):
        widget.resize(width, 664)
        widget.grab()
        assert table.horizontalScrollBar().maximum() == 0
        assert table.isColumnHidden(1) == (width == 1024), "training values make room first"
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split("\t")[0] in ("1", "2")


def test_the_run_gets_a_copy_of_the_project_and_a_folder_of_its_own(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    conv = bench.document.network.layers[1].id

    def take_what_is_typed() -> None:
        bench.document.apply_network(
            lambda network: edits.set_parameter(network, conv, "filters", 24), T("Edit the code")
        )

    bench.training.starting.connect(take_what_is_typed)
    press_train(qtbot, bench)
    until_it_is_over(qtbot, bench)
    click(qtbot, bench.widget.controls.train)
    until_it_is_over(qtbot, bench)
    first, second = bench.asked
    assert decode_project(first.project, "run").network.by_id[conv].params["filters"] == 24
    assert decode_project(first.project, "run") == bench.document.project
    assert Path(first.run_dir).parent == tmp_path / "data" / "runs"
    assert Path(first.run_dir).name.startswith("lecture-cnn ")
    assert first.run_dir != second.run_dir
    bench.file = tmp_path / "mine.cnnstudio"
    click(qtbot, bench.widget.controls.train)
    until_it_is_over(qtbot, bench)
    assert Path(bench.asked[2].run_dir).parent == tmp_path / "mine.cnnstudio.files" / "runs"


def test_pause_and_go_on(qtbot: QtBot, bench: Bench) -> None:
    bench.job = "train 0.03"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    controls = bench.widget.controls
    click(qtbot, controls.pause)
    qtbot.waitUntil(lambda: controls.pause.text() == "Go on", timeout=WAIT)
    assert "Paused" in controls.state.text()
    live = bench.training.live
    assert live is not None
    done = live.batches_done
    click(qtbot, controls.pause)
    assert controls.pause.text() == "Pause"
    qtbot.waitUntil(lambda: live.batches_done > done, timeout=WAIT)
    until_it_is_over(qtbot, bench)


def test_stop_keeps_what_there_is(qtbot: QtBot, bench: Bench) -> None:
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    click(qtbot, bench.widget.controls.stop)
    assert not bench.widget.controls.stop.isEnabled()
    assert "being stopped" in bench.widget.controls.stop.toolTip()
    until_it_is_over(qtbot, bench)
    run = bench.training.shown
    assert run is not None
    assert run.status is RunStatus.CANCELLED
    assert (Path(bench.asked[0].run_dir) / "checkpoint.txt").read_text() == "cancelled"
    assert notices(bench) == []


def test_a_stop_before_the_first_batch_is_no_accident(qtbot: QtBot, bench: Bench) -> None:
    bench.job = "stay_in preparing"
    press_train(qtbot, bench)
    engines = bench.training.engines
    qtbot.waitUntil(lambda: engines.phase == "preparing", timeout=WAIT)
    folder = RunFolder.create(
        Path(bench.asked[0].run_dir), bench.document.project, epochs=1, seed=1
    )
    folder.update(pid=2**22 + 1)  # no process has it
    click(qtbot, bench.widget.controls.stop)
    until_it_is_over(qtbot, bench)
    run = bench.training.shown
    assert run is not None
    assert run.status is RunStatus.CANCELLED
    assert notices(bench) == []
    qtbot.waitUntil(lambda: RunFolder.open(folder.path).status is RunStatus.CANCELLED, timeout=WAIT)


def test_after_a_killed_engine_everything_is_explained_and_train_works_at_once(
    qtbot: QtBot, bench: Bench
) -> None:
    project = bench.document.project
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    os.kill(bench.clients[-1].pid, signal.SIGKILL)
    until_it_is_over(qtbot, bench)
    [notice] = notices(bench)
    assert "The system ended the engine" in notice.what.text()
    assert bench.document.project is project
    assert not bench.document.modified
    bench.job = "train"
    click(qtbot, bench.widget.controls.train)
    assert notices(bench) == []
    until_it_is_over(qtbot, bench)
    run = bench.training.shown
    assert run is not None
    assert run.status is RunStatus.FINISHED


def test_a_run_that_is_refused_says_why(qtbot: QtBot, bench: Bench) -> None:
    bench.job = "fail memory"
    press_train(qtbot, bench)
    until_it_is_over(qtbot, bench)
    [notice] = notices(bench)
    assert "Memory ran out" in notice.what.text()
    assert bench.widget.controls.train.isEnabled()


def test_keys_work_from_the_table(qtbot: QtBot, bench: Bench) -> None:
    actions = {action.id: action for action in bench.workspace.actions()}
    assert actions["train.start"].enabled()
    assert not actions["train.stop"].enabled()
    bench.job = "train 0.05"
    actions["train.start"].run()
    until_it_trains(qtbot, bench)
    assert not actions["train.start"].enabled()
    actions["train.pause"].run()
    qtbot.waitUntil(lambda: bench.training.engines.paused, timeout=WAIT)
    actions["train.stop"].run()
    until_it_is_over(qtbot, bench)


def test_a_silent_engine_can_be_ended(
    qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    monkeypatch.setattr("cnnstudio.ui.train.training.SILENT_SECONDS", -1.0)
    qtbot.waitUntil(lambda: bool(notices(bench)) or bench.training.silent_for > 0, timeout=WAIT)
    bench.training.end_silent()
    until_it_is_over(qtbot, bench)
    run = bench.training.shown
    assert run is not None
    assert run.status is RunStatus.CANCELLED


# ---------------------------------------------------------------------------------- settings


def field(bench: Bench, name: str) -> NumberField:
    editor = bench.widget.settings.rows[name].editor
    assert isinstance(editor, NumberField)
    return editor


def test_a_setting_is_an_edit_that_can_be_undone(qtbot: QtBot, bench: Bench) -> None:
    editor = field(bench, "training.batch_size")
    editor.selectAll()
    qtbot.keyClicks(editor, "128")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert bench.document.project.training.batch_size == 128
    assert str(bench.document.undo_text) == "Change Batch size"
    bench.document.undo()
    assert editor.text() == str(bench.document.project.training.batch_size)


def test_a_wrong_value_is_explained_beside_its_field_and_nothing_trains(
    qtbot: QtBot, bench: Bench
) -> None:
    editor = field(bench, "training.optimizer.learning_rate")
    editor.selectAll()
    qtbot.keyClicks(editor, "-1")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    row = bench.widget.settings.rows["training.optimizer.learning_rate"]
    assert row.problem.isVisible()
    assert row.problem.text().startswith("Learning rate can't be -1; it takes a number > 0")
    [notice] = notices(bench)
    assert notice.buttons[0].text() == "Go to the setting"
    button = bench.widget.empty.button
    assert button is not None
    assert not button.isEnabled()
    assert button.toolTip().startswith("Learning rate")
    bench.training.start()
    assert bench.asked == []
    bench.document.undo()
    assert notices(bench) == []
    assert button.isEnabled()


def test_momentum_is_there_when_it_applies(bench: Bench) -> None:
    row = bench.widget.settings.rows["training.optimizer.momentum"]
    assert not row.isVisible()
    bench.document.apply(
        lambda p: replace(
            p, training=replace(p.training, optimizer=replace(p.training.optimizer, name="sgd"))
        ),
        T("Change"),
    )
    assert row.isVisible()


def test_settings_are_locked_with_the_reason_while_training(qtbot: QtBot, bench: Bench) -> None:
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    row = bench.widget.settings.rows["training.epochs"]
    assert not row.editor.isEnabled()
    assert "while a training goes on" in row.toolTip()
    bench.training.stop()
    until_it_is_over(qtbot, bench)
    assert row.editor.isEnabled()


def test_a_network_that_cannot_be_trained_leads_to_its_layer(qtbot: QtBot, bench: Bench) -> None:
    last = bench.document.network.layers[-1]
    bench.document.apply_network(
        lambda network: edits.set_parameter(network, last.id, "units", 7), T("Change")
    )
    [notice] = notices(bench)
    assert "classes" in notice.why.text()
    with qtbot.waitSignal(bench.workspace.go_to) as went:
        click(qtbot, notice.buttons[0])
    assert went.args == ["design", last.id]


def test_a_narrow_window_makes_the_settings_a_rail_while_training(
    qtbot: QtBot, bench: Bench
) -> None:
    widget = bench.widget
    widget.resize(1280, 664)
    assert widget.settings.isVisible()
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    assert widget.rail.isVisible()
    assert not widget.settings.isVisible()
    click(qtbot, widget.rail_button)
    assert widget.settings.isVisible()
    qtbot.keyClick(widget, Qt.Key.Key_Escape)
    assert not widget.settings.isVisible()
    bench.training.stop()
    until_it_is_over(qtbot, bench)
    assert not widget.rail.isVisible()
    assert widget.settings.isVisible()


# -------------------------------------------------------------------------------------- runs


def make_run(
    bench: Bench,
    name: str,
    *,
    epochs: int = 2,
    status: RunStatus = RunStatus.FINISHED,
    states: Sequence[int] = (),
    path: Path | None = None,
) -> Path:
    folder = (path or Path(os.environ["CNNSTUDIO_DATA"]) / "runs") / name
    run = RunFolder.create(folder, bench.document.project, epochs=3, seed=1, device="cpu")
    for epoch in range(1, epochs + 1):
        run.metrics_file.append_batches(epoch, 0, [0.5] * 10, [0.8] * 10)
        logs = {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.8 + epoch / 100}
        run.metrics_file.append_epoch(epoch, logs, 100.0)
    for epoch in states:
        arrays = {"kernel": np.zeros(3, np.float32)}
        run.checkpoints.write(epoch, arrays, state=arrays)
    run.update(state=status)
    return folder


def show(qtbot: QtBot, bench: Bench, path: Path) -> None:
    runs = bench.widget.runs.list
    row = bench.training.folders().index(path)
    rect = runs.visualItemRect(runs.item(row))
    qtbot.mouseClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    qtbot.waitUntil(lambda: bench.training.shown_path == path, timeout=WAIT)


def until_listed(qtbot: QtBot, bench: Bench, count: int) -> None:
    bench.training.refresh()
    qtbot.waitUntil(lambda: bench.widget.runs.list.count() == count, timeout=WAIT)


def test_runs_are_listed_and_reopened(qtbot: QtBot, bench: Bench) -> None:
    make_run(bench, "a", epochs=1)
    kept = make_run(bench, "b", epochs=2)
    until_listed(qtbot, bench, 2)
    runs = bench.widget.runs.list
    assert {runs.item(n).text().split(", ", 1)[1] for n in range(2)} == {
        "finished · 1 of 3 epochs, 0.8100",
        "finished · 2 of 3 epochs, 0.8200",
    }
    row = next(n for n in range(2) if "0.8200" in runs.item(n).text())
    rect = runs.visualItemRect(runs.item(row))
    qtbot.mouseClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    qtbot.waitUntil(lambda: bench.training.shown_path == kept, timeout=WAIT)
    assert len(bench.widget.plots.plots[0].curves.batches.y) == 20
    assert bench.widget.runs.details.isVisible()
    assert [line.split("   ")[0] for line in texts(bench)] == ["Epoch 1", "Epoch 2"]


def test_runs_of_other_projects_are_not_listed(qtbot: QtBot, bench: Bench) -> None:
    make_run(bench, "mine")
    project = bench.document.project
    other = Path(os.environ["CNNSTUDIO_DATA"]) / "runs" / "other"
    RunFolder.create(other, replace(project, name="another"), epochs=1, seed=1)
    (other.parent / "junk").mkdir()
    (other.parent / "file.txt").write_text("x")
    until_listed(qtbot, bench, 1)
    assert bench.training.folders() == (other.parent / "mine",)


def test_a_run_goes_to_the_bin(qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = make_run(bench, "a")
    until_listed(qtbot, bench, 1)
    bench.widget.runs.list.setCurrentRow(0)
    qtbot.waitUntil(lambda: bench.training.shown_path == gone, timeout=WAIT)
    moved: list[str] = []

    def move(path: str) -> tuple[bool, str]:
        moved.append(path)
        return len(moved) > 1, ""

    monkeypatch.setattr("cnnstudio.ui.train.training.QFile.moveToTrash", move)
    qtbot.keyClick(bench.widget.runs.list, Qt.Key.Key_Delete)
    assert "can't be moved to the bin" in notices(bench)[0].what.text()
    click(qtbot, bench.widget.runs.bin)
    assert moved == [str(gone)] * 2
    assert bench.widget.runs.list.count() == 0
    assert bench.training.shown is None
    assert bench.widget.middle.currentWidget() is bench.widget.empty


def test_the_run_that_trains_cannot_be_binned(qtbot: QtBot, bench: Bench) -> None:
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    assert bench.widget.runs.list.count() == 1
    assert not bench.widget.runs.bin.isEnabled()
    assert "still training" in bench.widget.runs.bin.toolTip()
    bench.training.bin_run(Path(bench.asked[0].run_dir))
    assert bench.training.running


def test_another_run_can_be_looked_at_while_one_trains(qtbot: QtBot, bench: Bench) -> None:
    old = make_run(bench, "a")
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    until_listed(qtbot, bench, 2)
    bench.training.show_run(old)
    qtbot.waitUntil(lambda: bench.training.shown_path == old, timeout=WAIT)
    assert not bench.training.is_live
    assert bench.training.live_path is not None
    bench.training.show_run(bench.training.live_path)
    assert bench.training.is_live
    bench.training.stop()
    until_it_is_over(qtbot, bench)


def test_saving_the_project_keeps_its_earlier_runs(
    qtbot: QtBot, bench: Bench, tmp_path: Path
) -> None:
    press_train(qtbot, bench)
    until_it_is_over(qtbot, bench)
    early = Path(bench.asked[0].run_dir)
    make_run(bench, early.name + " b")  # the fake engine leaves no run.json
    RunFolder.create(early.with_name("x"), bench.document.project, epochs=1, seed=1)
    (early.with_name("x") / "run.json").replace(early / "run.json")
    bench.file = tmp_path / "mine.cnnstudio"
    make_run(bench, "late", path=tmp_path / "mine.cnnstudio.files" / "runs")
    bench.training.keep_runs()
    until_listed(qtbot, bench, 2)
    assert set(bench.training.folders()) == {
        early,
        tmp_path / "mine.cnnstudio.files" / "runs" / "late",
    }


# -------------------------------------------------------------------------------- the screen


def test_everything_follows_language_and_theme(
    qtbot: QtBot, bench: Bench, context: Context
) -> None:
    press_train(qtbot, bench)
    until_it_is_over(qtbot, bench)
    context.language.set_code("ko")
    context.theme.set_mode("dark")
    context.theme.set_percent(125)
    bench.widget.grab()
    context.language.set_code("en")
    assert bench.widget.controls.train.text() == "Train"


def test_nothing_is_drawn_while_nothing_is_seen(qtbot: QtBot, bench: Bench) -> None:
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    assert bench.widget.plots._timer.isActive()
    bench.widget.hide()
    assert not bench.widget.plots._timer.isActive()
    bench.widget.show()
    assert bench.widget.plots._timer.isActive()
    bench.training.stop()
    until_it_is_over(qtbot, bench)
    qtbot.waitUntil(lambda: not bench.widget.plots._timer.isActive(), timeout=WAIT)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (59, "59 s"), (177, "2 min 57 s"), (7260, "2 h 1 min")],
)
def test_times_are_written_with_their_two_largest_units(seconds: float, text: str) -> None:
    assert str(duration(seconds)) == text


def test_the_chip_says_percent_and_time(qtbot: QtBot, bench: Bench) -> None:
    said: list[Text] = []
    bench.workspace.progress.progressed.connect(lambda _, text: said.append(text))
    bench.job = "train 0.02"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    live = bench.training.live
    assert live is not None
    assert str(chip_text(live)).split(" ")[1].startswith("%")
    until_it_is_over(qtbot, bench)
    assert len(said) == len(set(map(str, said)))


# ---------------------------------------------------------------------------------- going on


def test_a_stopped_run_goes_on_from_its_last_full_state(qtbot: QtBot, bench: Bench) -> None:
    stopped = make_run(bench, "a", epochs=2, status=RunStatus.CANCELLED, states=[1])
    until_listed(qtbot, bench, 1)
    show(qtbot, bench, stopped)
    going_on, plot = bench.widget.runs.going_on, bench.widget.plots.plots[0]
    assert going_on.button.text() == "Go on for 2 more epochs"
    assert "From the full state of epoch 1 to epoch 3" in going_on.sentence.text()
    assert len(plot.curves.batches.y) == 20
    bench.job = "go_on 1"
    click(qtbot, going_on.button)
    qtbot.waitUntil(lambda: bench.training.running, timeout=WAIT)
    assert not going_on.isVisible(), "while it trains there is nothing to go on with"
    until_it_is_over(qtbot, bench)
    [request] = bench.asked
    assert (request.resume, request.epochs, request.run_dir) == (True, 3, str(stopped))
    run = bench.training.shown
    assert run is not None
    assert [row.epoch for row in run.epochs_done] == [1, 2, 3]
    assert len(run.loss) == 10 + 2 * 20, "what is trained again has taken the place of what was"
    assert any("Goes on after epoch 1" in line for line in texts(bench))


def test_a_finished_run_goes_on_for_as_many_epochs_as_asked(qtbot: QtBot, bench: Bench) -> None:
    finished = make_run(bench, "a", epochs=3, states=[2, 3])
    until_listed(qtbot, bench, 1)
    actions = {action.id: action for action in bench.workspace.actions()}
    assert not actions["train.resume"].enabled(), "no run is shown"
    show(qtbot, bench, finished)
    going_on = bench.widget.runs.going_on
    again = bench.document.project.training.epochs
    assert going_on.button.text() == f"Go on for {again} more epochs"
    for typed, says in (("0", "A whole number from 1"), ("1", "to epoch 4")):
        going_on.epochs.selectAll()
        qtbot.keyClicks(going_on.epochs, typed)
        assert says in going_on.sentence.text()
        assert going_on.button.isEnabled() == (typed == "1")
    assert going_on.button.text() == "Go on for 1 more epoch"
    assert actions["train.resume"].enabled()
    bench.job = "go_on 3"
    actions["train.resume"].run()
    qtbot.waitUntil(lambda: bool(bench.asked), timeout=WAIT)
    assert bench.asked[0].epochs == 4
    until_it_is_over(qtbot, bench)


@pytest.mark.parametrize(
    ("status", "states", "why"),
    [
        (RunStatus.CANCELLED, [], "it has no full state"),
        (RunStatus.DIVERGED, [1, 2], "would diverge again"),
        (RunStatus.RUNNING, [1, 2], "Another process trains this run"),
    ],
)
def test_a_run_that_cannot_go_on_says_why(
    qtbot: QtBot, bench: Bench, status: RunStatus, states: list[int], why: str
) -> None:
    folder = make_run(bench, "a", status=status, states=states)
    until_listed(qtbot, bench, 1)
    show(qtbot, bench, folder)
    going_on = bench.widget.runs.going_on
    assert not going_on.button.isEnabled()
    assert why in going_on.button.toolTip()
    assert why in going_on.sentence.text()
    bench.training.resume(1)
    assert not bench.training.running


def test_only_one_run_trains_at_a_time(qtbot: QtBot, bench: Bench) -> None:
    old = make_run(bench, "a", states=[2])
    bench.job = "train 0.05"
    press_train(qtbot, bench)
    until_it_trains(qtbot, bench)
    until_listed(qtbot, bench, 2)
    bench.training.show_run(old)
    qtbot.waitUntil(lambda: bench.training.shown_path == old, timeout=WAIT)
    assert "A training is running" in bench.widget.runs.going_on.button.toolTip()
    bench.training.stop()
    until_it_is_over(qtbot, bench)
    assert bench.widget.runs.going_on.button.isEnabled()


# --------------------------------------------------------------------------------------- log


def test_a_line_of_the_log_wraps_and_can_be_copied(qtbot: QtBot, bench: Bench) -> None:
    folder = make_run(bench, "a", epochs=9)
    until_listed(qtbot, bench, 1)
    bench.widget.resize(1280, 664)
    show(qtbot, bench, folder)
    lines = bench.widget.log.lines
    assert lines.horizontalScrollBar().maximum() == 0
    bar = lines.verticalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum(), "the last line is in view"
    bar.setValue(0)
    bench.widget.resize(1320, 664)
    assert bar.value() == 0, "unless the person has scrolled away"
    qtbot.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton)
    qtbot.keyClick(lines, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(lines, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert len(copied) == 9
    assert copied[1].endswith("validation accuracy 0.8200")


def test_code_of_own_layers_that_is_not_trusted_keeps_train_from_starting(bench: Bench) -> None:
    network = read_code(PROGRAM).network
    bench.document.apply(lambda project: replace(project, network=network), T("Own layers"))
    first = bench.training.problems()[0]
    assert first.node == network.layers[2].id
    assert "say whether you trust it" in str(first.text)
    bench.training.start()
    assert bench.asked == []
    code = network.layers[2].custom
    assert code is not None
    TrustStore.of_person().trust(code)
    assert "unknown until it is measured" in str(bench.training.problems()[0].text)
