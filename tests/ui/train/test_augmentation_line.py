"""A run that augments says so before it starts, and augmentation can be taken away there."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.project import Project
from cnnstudio.core.text import T
from tests.ui.train.conftest import Bench


def give(bench: Bench, augmentation: Augmentation) -> None:
    def edit(project: Project) -> Project:
        return replace(project, augmentation=augmentation)

    bench.document.apply(edit, T("Test"))


def test_the_line_tells_what_is_done_and_removes_it(qtbot: QtBot, bench: Bench) -> None:
    line = bench.widget.settings.augmentation
    assert not line.isVisible()
    given = Augmentation({"rotation_range": 20, "horizontal_flip": True})
    give(bench, given)
    qtbot.waitUntil(line.remove.isVisible)
    assert line.summary.text() == "Turn 20°, Flip left–right"
    assert not line.problem.isVisible()
    qtbot.mouseClick(line.remove, Qt.MouseButton.LeftButton)
    assert bench.document.project.augmentation == Augmentation()
    assert not line.isVisible()
    bench.document.undo()
    assert bench.document.project.augmentation == given
    qtbot.waitUntil(line.isVisible)


def test_what_is_wrong_with_it_is_told(qtbot: QtBot, bench: Bench) -> None:
    line = bench.widget.settings.augmentation
    give(bench, Augmentation({"rotation_range": -5}))
    qtbot.waitUntil(line.problem.isVisible)
    assert line.problem.text().startswith("Turn can't be -5")
    assert bench.training.problems()
