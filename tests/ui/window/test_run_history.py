"""What the start page says of a project's runs, read from their folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.core.resources import resource
from cnnstudio.core.storage.project_file import files_folder, load_project
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.ui.train.summaries import remember_elsewhere
from cnnstudio.ui.window.run_history import RunHistory, read_history
from cnnstudio.ui.window.start_items import RecentRow
from tests.ui.window.desk import Desk

SAMPLE = resource("samples", "lecture-cnn.cnnstudio")


def add_run(folder: Path, *accuracies: float | None) -> None:
    """A run with one epoch for each validation accuracy."""
    run = RunFolder.create(folder, load_project(SAMPLE), epochs=len(accuracies), seed=1)
    for epoch, accuracy in enumerate(accuracies, 1):
        run.metrics_file.append_epoch(epoch, {"loss": 0.5, "val_accuracy": accuracy}, 1000.0)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "mine.cnnstudio"
    path.write_bytes(SAMPLE.read_bytes())
    return path


def test_a_project_without_runs(project: Path) -> None:
    assert read_history(project) == RunHistory(0, None)
    assert str(RunHistory(0, None).text) == "not trained yet"


def test_the_best_of_all_epochs_of_all_runs(project: Path, tmp_path: Path) -> None:
    runs = files_folder(project) / "runs"
    add_run(runs / "a", 0.81, 0.9196, 0.9)
    add_run(runs / "b", 0.85, None)
    (runs / "c").mkdir()
    (runs / "c" / "run.json").write_text("{", encoding="utf-8")
    before_it_had_a_file = tmp_path / "elsewhere"
    add_run(before_it_had_a_file, 0.93)
    remember_elsewhere(project, [before_it_had_a_file])
    history = read_history(project)
    assert history == RunHistory(3, 0.93)
    assert str(history.text) == "3 runs · best 0.9300"


def test_a_run_that_has_measured_nothing(project: Path) -> None:
    add_run(files_folder(project) / "runs" / "a")
    assert str(read_history(project).text) == "1 run"


def test_the_start_page_follows_the_runs(qtbot: QtBot, desk: Desk, project: Path) -> None:
    def says(words: str) -> None:
        desk.window.show_start()
        rows = desk.window.pages.currentWidget().findChildren(RecentRow)
        assert [row.about for row in rows if row.text() == "mine"] == [words]

    desk.session.open(project)
    qtbot.waitUntil(lambda: says("not trained yet"))
    add_run(files_folder(project) / "runs" / "1", 0.9)
    desk.window.show_workspace("design")
    qtbot.waitUntil(lambda: says("1 run · best 0.9000"))
