"""Saving the trained network: which run and epoch, where to, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.messages import Event, ModelSaved, SaveModel
from cnnstudio.ui.background import Background
from cnnstudio.ui.window import model_export
from cnnstudio.ui.window.model_export import ModelExport, best_epoch, run_to_save
from tests.ui.window.desk import Desk

LEFT = Qt.MouseButton.LeftButton


@dataclass
class Bench:
    """An engine that answers when the test says so."""

    asked: list[SaveModel] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    answer: Callable[[Event, bytes], object] | None = None
    refuse: Callable[[Text], object] | None = None

    def ask(self, request: SaveModel, blob: bytes = b"", **then: Any) -> int:
        self.asked.append(request)
        self.answer, self.refuse = then["on_answer"], then["on_refused"]
        return len(self.asked)

    def forget(self, ticket: int, *, stop: bool = False) -> None:
        assert stop
        self.stopped.append(ticket)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def export(
    desk: Desk, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModelExport]:
    """Of a project with two runs, the newer one without an epoch."""
    new, old = (SimpleNamespace(path=tmp_path / n, epochs_done=d) for n, d in (("b", 0), ("a", 3)))
    training: Any = SimpleNamespace(runs=(new, old), shown_path=new.path)
    monkeypatch.setattr(
        model_export, "read_runs", lambda folders: [SimpleNamespace(best=2) for _ in folders]
    )
    background = Background("models")
    desk.session.open_sample("lecture-cnn")
    yield ModelExport(desk.window, training, bench, background)
    background.close()


def said(desk: Desk) -> tuple[str, str]:
    notice = desk.window.notice.current
    return ("", "") if notice is None else (notice.what.text(), notice.why.text())


def test_the_best_epoch_of_a_run_with_one_is_saved(
    qtbot: QtBot, desk: Desk, export: ModelExport, bench: Bench, tmp_path: Path
) -> None:
    desk.answers.path = tmp_path / "mine.keras"
    export.ask()
    assert desk.answers.asked == [f"export to {Path.home() / 'lecture-cnn.keras'}"]
    assert export.waiting.isVisible()
    assert export.waiting.text.text() == "Saving mine.keras…"
    assert export.waiting.bar.isHidden()  # nobody knows how far it is
    qtbot.waitUntil(lambda: bool(bench.asked))
    run, path = str(tmp_path / "a"), str(tmp_path / "mine.keras")
    assert bench.asked == [SaveModel(run_dir=run, epoch=2, path=path)]
    assert bench.answer is not None
    warnings = (T("One name differs."), T("Another too."))
    bench.answer(ModelSaved(size=10, arrays=6, pictures=4, warnings=warnings), b"")
    assert export.waiting.isHidden()
    assert said(desk) == (
        "Saved as mine.keras: the network after epoch 2, read back and compared.",
        "One name differs. Another too.",
    )


def test_what_went_wrong_is_told(
    qtbot: QtBot, desk: Desk, export: ModelExport, bench: Bench, tmp_path: Path
) -> None:
    export.save(tmp_path / "a", tmp_path / "mine.keras")
    qtbot.waitUntil(lambda: bench.refuse is not None)
    assert bench.refuse is not None
    bench.refuse(T("The disk is full."))
    assert export.waiting.isHidden()
    assert said(desk)[0] == "The disk is full."


def test_it_can_be_cancelled(
    qtbot: QtBot, desk: Desk, export: ModelExport, bench: Bench, tmp_path: Path
) -> None:
    export.save(tmp_path / "a", tmp_path / "mine.keras")
    qtbot.waitUntil(lambda: bool(bench.asked))
    qtbot.mouseClick(export.waiting.cancel, LEFT)
    assert bench.stopped[-1] == 1
    assert export.waiting.isHidden()
    assert said(desk)[0] == ""


def test_a_name_that_says_no_format_is_refused_at_once(
    desk: Desk, export: ModelExport, bench: Bench, tmp_path: Path
) -> None:
    export.save(tmp_path / "a", tmp_path / "mine.txt")
    assert "mine.txt" in said(desk)[0]
    assert export.waiting.isHidden()
    assert bench.asked == []


def test_which_run(tmp_path: Path) -> None:
    def training(shown: str, *runs: tuple[str, int]) -> Any:
        found = tuple(SimpleNamespace(path=tmp_path / n, epochs_done=d) for n, d in runs)
        return SimpleNamespace(runs=found, shown_path=tmp_path / shown)

    assert run_to_save(training("a", ("b", 2), ("a", 2))) == tmp_path / "a"
    assert run_to_save(training("b", ("b", 0), ("a", 2))) == tmp_path / "a"
    assert run_to_save(training("b", ("b", 0))) is None


def test_a_run_without_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has no checkpoint") as caught:
        best_epoch(tmp_path)
    assert str(tmp_path) in str(caught.value)
