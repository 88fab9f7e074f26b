"""What the window says of its engines, with real processes of the fake engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.protocol.messages import Device, Ready, StartRun
from cnnstudio.ui.engines import Engines
from cnnstudio.ui.window.engine_news import EngineNews
from cnnstudio.ui.window.facts import ready_fact
from tests.fakes.engines import make_fake, nothing_left
from tests.ui.window.desk import Desk

WAIT = 20_000


@pytest.fixture
def engines(desk: Desk, tmp_path: Path) -> Iterator[Engines]:
    with nothing_left():
        engines = Engines(tmp_path / "logs", make=make_fake)
        EngineNews(desk.window, engines, desk.answers)
        yield engines
        engines.close()
        engines.deleteLater()


def says(desk: Desk, name: str) -> str:
    return desk.window.status.part(name).text()


def test_the_status_bar_follows_the_engine(qtbot: QtBot, desk: Desk, engines: Engines) -> None:
    assert says(desk, "device") == "CPU, 2 cores · TensorFlow 2.21"
    engines.warm()
    assert says(desk, "run") in ("Starting the engine", "Loading TensorFlow", "Ready to train")
    qtbot.waitUntil(lambda: engines.ready is not None, timeout=WAIT)
    assert says(desk, "run") == "Ready to train"
    assert says(desk, "device").startswith("CPU · TensorFlow")


def test_leaving_a_run_is_asked_about_once(
    qtbot: QtBot, desk: Desk, engines: Engines, tmp_path: Path
) -> None:
    assert desk.window.close()
    assert desk.answers.asked == []  # nothing goes on
    desk.window.show()
    desk.session.open_sample("lecture-cnn")
    with qtbot.waitSignal(engines.run_event, timeout=WAIT):
        engines.run(StartRun(run_dir=str(tmp_path / "run"), project="train 0.02"))
    assert not desk.window.close()
    assert desk.answers.asked == ["run of lecture-cnn"]
    assert engines.running
    desk.answers.leaves_run = True
    assert desk.window.close()
    assert desk.answers.asked == ["run of lecture-cnn"] * 2


def test_preferences_reach_the_engines(qtbot: QtBot, desk: Desk, engines: Engines) -> None:
    engines.warm()
    qtbot.waitUntil(lambda: engines.ready is not None, timeout=WAIT)
    desk.preferences.set("device", "cpu")
    assert engines.ready is None  # another engine starts, and what it has isn't known yet
    assert says(desk, "device") == "CPU, 2 cores · TensorFlow 2.21"
    qtbot.waitUntil(lambda: engines.ready is not None, timeout=WAIT)


@pytest.mark.parametrize(
    ("devices", "device", "text"),
    [
        ([Device("cpu")], "cpu", "CPU · TensorFlow 2.21 · no GPU"),
        ([Device("cpu"), Device("gpu:0", "NVIDIA L4")], "gpu:0", "NVIDIA L4 · TensorFlow 2.21"),
        ([Device("cpu"), Device("gpu:0", "NVIDIA L4")], "cpu", "CPU · TensorFlow 2.21"),
        ([Device("cpu"), Device("gpu:1")], "gpu:1", "gpu:1 · TensorFlow 2.21"),
    ],
)
def test_what_trains(devices: list[Device], device: str, text: str) -> None:
    versions = {"tensorflow": "2.21.0", "keras": "3.15.1"}
    ready = Ready(backend="tensorflow", versions=versions, devices=tuple(devices), device=device)
    assert str(ready_fact(ready)) == text
