"""Engines in the window: real processes of the fake engine, read in threads."""

# ruff: noqa: ARG001 - fixtures and factories keep their signature
from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QElapsedTimer

from cnnstudio.core.errors import JobFailed
from cnnstudio.core.text import Text
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Delivery, Ended
from cnnstudio.protocol.exits import ExitKind
from cnnstudio.protocol.messages import (
    Batches,
    Evaluate,
    Evaluated,
    Predict,
    Predicted,
    RunEnded,
    StartRun,
)
from cnnstudio.ui.engine_thread import EngineThread
from cnnstudio.ui.engines import Engines
from tests.fakes.engines import fake_client, make_fake, nothing_left

WAIT = 20_000


class Clients:
    """Makes fake engines and remembers them."""

    def __init__(self) -> None:
        self.made: list[EngineClient] = []

    def __call__(self, *args: Any, **more: Any) -> EngineClient:
        self.made.append(make_fake(*args, **more))
        return self.made[-1]


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def engines(qtbot: Any, tmp_path: Path, clients: Clients) -> Iterator[Engines]:
    with nothing_left():
        engines = Engines(tmp_path / "logs", make=clients)
        yield engines
        engines.close()
        engines.deleteLater()


class Seen:
    """The events of a run."""

    def __init__(self, engines: Engines) -> None:
        self.events: list[Any] = []
        engines.run_event.connect(self._add)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def _add(self, delivery: Delivery) -> None:
        self.events.append(delivery.event)


def start(tmp_path: Path, job: str = "train", name: str = "run") -> StartRun:
    return StartRun(run_dir=str(tmp_path / name), project=job)


def test_a_thread_hands_over_everything_in_a_few_signals(qtbot: Any, tmp_path: Path) -> None:
    client = fake_client(tmp_path / "log")
    client.start()
    client.send(StartRun(run_dir=str(tmp_path / "run"), project="flood 20000"))
    thread = EngineThread(client)
    signals: list[tuple[Delivery, ...]] = []
    thread.delivered.connect(signals.append)
    clock = QElapsedTimer()
    clock.start()
    thread.start()
    qtbot.waitUntil(thread.isFinished, timeout=WAIT)
    qtbot.waitUntil(lambda: bool(signals) and isinstance(signals[-1][-1].event, Ended))
    seconds = clock.elapsed() / 1000
    events = [delivery.event for news in signals for delivery in news]
    assert sum(len(e.loss) for e in events if isinstance(e, Batches)) == 20_000
    assert len(signals) <= 20 * seconds + 4
    client.close()


def test_a_run_from_start_to_end(qtbot: Any, engines: Engines, tmp_path: Path) -> None:
    seen = Seen(engines)
    engines.run(start(tmp_path))
    assert engines.running
    qtbot.waitUntil(lambda: bool(seen.of(Ended)), timeout=WAIT)
    assert seen.of(RunEnded)[0].stopped == "finished"
    assert sum(len(block.loss) for block in seen.of(Batches)) == 40
    assert isinstance(seen.events[-1], Ended)
    assert not engines.running


def test_the_state_is_said_in_words(qtbot: Any, engines: Engines, tmp_path: Path) -> None:
    said: list[str] = []
    engines.state_changed.connect(lambda: said.append(str(engines.describe())))
    engines.warm()
    qtbot.waitUntil(lambda: "Ready" in said, timeout=WAIT)
    assert engines.ready is not None
    engines.run(start(tmp_path, "train 0.01"))
    qtbot.waitUntil(lambda: "Training" in said, timeout=WAIT)
    engines.stop()
    assert str(engines.describe()) == "Stopping"
    qtbot.waitUntil(lambda: not engines.running, timeout=WAIT)


def test_pause_and_go_on(qtbot: Any, engines: Engines, tmp_path: Path) -> None:
    seen = Seen(engines)
    engines.run(start(tmp_path, "train 0.02"))
    qtbot.waitUntil(lambda: bool(seen.of(Batches)), timeout=WAIT)
    engines.pause()
    qtbot.waitUntil(lambda: engines.paused, timeout=WAIT)
    assert str(engines.describe()) == "Paused"
    engines.go_on()
    assert not engines.paused
    qtbot.waitUntil(lambda: bool(seen.of(RunEnded)), timeout=WAIT)
    assert seen.of(RunEnded)[0].stopped == "finished"


def test_a_second_run_is_refused_while_one_goes_on(engines: Engines, tmp_path: Path) -> None:
    engines.run(start(tmp_path, "train 0.05"))
    with pytest.raises(JobFailed, match="A training is running"):
        engines.run(start(tmp_path, name="second"))


def test_a_killed_engine_is_explained_and_the_next_run_starts(
    qtbot: Any, engines: Engines, clients: Clients, tmp_path: Path
) -> None:
    seen = Seen(engines)
    engines.warm()
    engines.run(start(tmp_path, "train 0.05"))
    qtbot.waitUntil(lambda: bool(seen.of(Batches)), timeout=WAIT)
    os.kill(clients.made[0].pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(seen.of(Ended)), timeout=WAIT)
    assert seen.of(Ended)[0].reason.kind is ExitKind.OUT_OF_MEMORY
    engines.run(start(tmp_path, name="second"))
    qtbot.waitUntil(lambda: bool(seen.of(RunEnded)), timeout=WAIT)


def test_the_next_run_starts_right_after_the_last_word_of_the_one_before(
    qtbot: Any, engines: Engines, tmp_path: Path
) -> None:
    seen = Seen(engines)
    again = [start(tmp_path, name="second")]

    def run_again(delivery: Delivery) -> None:
        if isinstance(delivery.event, RunEnded) and again:
            engines.run(again.pop())

    engines.run_event.connect(run_again)
    engines.run(start(tmp_path))
    qtbot.waitUntil(lambda: len(seen.of(RunEnded)) == 2, timeout=WAIT)
    qtbot.waitUntil(lambda: len(seen.of(Ended)) == 2, timeout=WAIT)


def test_nothing_late_comes_from_an_ended_engine(
    qtbot: Any, engines: Engines, tmp_path: Path
) -> None:
    seen = Seen(engines)
    engines.run(start(tmp_path, "flood 500000"))
    qtbot.waitUntil(lambda: bool(seen.of(Batches)), timeout=WAIT)
    engines.end_run()
    qtbot.waitUntil(lambda: bool(seen.of(Ended)), timeout=WAIT)
    count = len(seen.events)
    engines.run(start(tmp_path, "stay_in batch", name="second"))
    qtbot.waitUntil(lambda: str(engines.describe()) == "Training", timeout=WAIT)
    assert not [event for event in seen.events[count:] if isinstance(event, Batches)]


def test_a_spare_that_ends_by_itself_says_why(qtbot: Any, qapp: Any, tmp_path: Path) -> None:
    def refuse(role: str, backend: str, device: str, log: Path, **more: Any) -> EngineClient:
        return fake_client(log, "refuse gpu:7", role, **more)

    engines = Engines(tmp_path / "logs", make=refuse)
    engines.warm()
    qtbot.waitUntil(lambda: "gpu:7" in str(engines.describe()), timeout=WAIT)
    engines.close()
    engines.deleteLater()


# ---------------------------------------------------------------------------------- questions


class Answers:
    """Collects answers and refusals."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.refused: list[str] = []

    def answer(self, event: Any, blob: bytes) -> None:
        self.answers.append(event)

    def refuse(self, text: Text) -> None:
        self.refused.append(str(text))

    def ask(self, engines: Engines, request: Any, **more: Any) -> int:
        return engines.ask(request, on_answer=self.answer, on_refused=self.refuse, **more)


def test_questions_are_answered_in_order(qtbot: Any, engines: Engines) -> None:
    said = Answers()
    said.ask(engines, Evaluate(run_dir="/", epoch=1))
    said.ask(engines, Predict(run_dir="/", epoch=1, shape=(3, 28, 28, 1)), blob=b"x")
    qtbot.waitUntil(lambda: len(said.answers) == 2, timeout=WAIT)
    assert isinstance(said.answers[0], Evaluated)
    assert isinstance(said.answers[1], Predicted)
    assert len(said.answers[1].probabilities) == 3
    assert said.refused == []


def test_the_newest_of_a_kind_replaces_what_is_not_sent_yet(qtbot: Any, engines: Engines) -> None:
    said = Answers()
    for pictures in range(1, 8):
        said.ask(engines, Predict(run_dir="/", epoch=1, shape=(pictures, 1, 1, 1)), newest="guess")
    qtbot.waitUntil(lambda: len(said.answers) == 2, timeout=WAIT)
    assert [len(answer.probabilities) for answer in said.answers] == [1, 7]


def test_a_forgotten_question_stays_silent(qtbot: Any, engines: Engines) -> None:
    dropped, said = Answers(), Answers()
    ticket = dropped.ask(engines, Predict(run_dir="/", epoch=1, shape=(1, 1, 1, 1)))
    said.ask(engines, Predict(run_dir="/", epoch=1, shape=(2, 1, 1, 1)))
    engines.forget(ticket)
    qtbot.waitUntil(lambda: bool(said.answers), timeout=WAIT)
    assert dropped.answers == []


def test_a_forgotten_question_can_be_stopped(
    qtbot: Any, engines: Engines, clients: Clients
) -> None:
    """The engine stays, and the next question needn't wait for the minute the first would take."""
    dropped, said = Answers(), Answers()
    ticket = dropped.ask(engines, Evaluate(run_dir="/", epoch=600))
    qtbot.waitUntil(lambda: clients.made[0].busy and clients.made[0].ready, timeout=WAIT)
    engines.forget(ticket, stop=True)
    said.ask(engines, Evaluate(run_dir="/", epoch=0))
    qtbot.waitUntil(lambda: bool(said.answers), timeout=WAIT)
    assert dropped.answers == dropped.refused == []
    assert len(clients.made) == 1


def test_a_dead_bench_refuses_what_was_asked_and_the_next_question_starts_another(
    qtbot: Any, engines: Engines, clients: Clients
) -> None:
    said = Answers()
    said.ask(engines, Evaluate(run_dir="/", epoch=100))
    qtbot.waitUntil(lambda: clients.made[0].busy and clients.made[0].ready, timeout=WAIT)
    os.kill(clients.made[0].pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(said.refused), timeout=WAIT)
    assert "memory" in said.refused[0]
    said.ask(engines, Evaluate(run_dir="/", epoch=0))
    qtbot.waitUntil(lambda: bool(said.answers), timeout=WAIT)
    assert len(clients.made) == 2
