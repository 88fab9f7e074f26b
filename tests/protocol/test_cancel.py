"""A cancel in every phase, and what happens to an engine that doesn't listen."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import EngineState
from cnnstudio.protocol.exits import ExitKind, ExitReason
from cnnstudio.protocol.ladder import Patience
from cnnstudio.protocol.messages import (
    KILLABLE,
    Batches,
    Evaluate,
    Evaluated,
    Pause,
    Phase,
    Ready,
    RunEnded,
    StartRun,
    Stopped,
)
from tests.fakes.engines import Start, events, wait_until

QUICK = Patience(acknowledge=0.4, stop=0.4, terminate=0.3, saving=3.0)
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX signals: not on this system")


def begin(client: EngineClient, tmp_path: Path, project: str, phase: Phase, **more: int) -> None:
    client.send(StartRun(run_dir=str(tmp_path / "run"), project=project, **more))
    wait_until(lambda: client.phase is phase)


def cancelled(client: EngineClient) -> tuple[float, ExitReason]:
    """Cancels, and returns the seconds until the engine was gone, and how."""
    start = time.monotonic()
    client.cancel()
    assert client.state in (EngineState.STOPPING, EngineState.ENDED)
    assert time.monotonic() - start < 0.1
    reason = client.wait(90)
    assert reason is not None
    return time.monotonic() - start, reason


@pytest.mark.parametrize("phase", list(Phase))
def test_in_every_phase_within_half_a_second(start: Start, tmp_path: Path, phase: Phase) -> None:
    if phase is Phase.STARTING:
        client = start("no_hello")
    elif phase is Phase.IMPORTING:
        client = start("slow_import 60")
        wait_until(lambda: client.phase is phase)
    elif phase is Phase.IDLE:
        client = start()
        wait_until(lambda: client.phase is phase)
    else:
        client = start()
        begin(client, tmp_path, f"stay_in {phase}", phase)
    seconds, reason = cancelled(client)
    assert seconds < 0.5
    if phase in KILLABLE:
        assert reason.kind is ExitKind.STOPPED
    else:
        assert (reason.kind, reason.code) == (ExitKind.FINISHED, 0)


def test_a_run_keeps_a_checkpoint_and_says_so(start: Start, tmp_path: Path) -> None:
    client = start()
    begin(client, tmp_path, "train 0.01", Phase.BATCH, epochs=1000)
    seconds, _ = cancelled(client)
    assert seconds < 0.5
    assert events(client, RunEnded)[-1].stopped == "cancelled"
    assert (tmp_path / "run" / "checkpoint.txt").read_text() == "cancelled"


def test_in_a_pause(start: Start, tmp_path: Path) -> None:
    client = start()
    begin(client, tmp_path, "train 0.01", Phase.BATCH, epochs=1000)
    client.send(Pause())
    wait_until(lambda: client.phase is Phase.PAUSED)
    seconds, _ = cancelled(client)
    assert seconds < 0.5
    assert (tmp_path / "run" / "checkpoint.txt").read_text() == "cancelled"


def test_twice_is_once(start: Start, tmp_path: Path) -> None:
    client = start()
    begin(client, tmp_path, "train 0.01", Phase.BATCH, epochs=1000)
    client.cancel()
    cancelled(client)
    ends = [d.event for d in client if isinstance(d.event, RunEnded)]
    assert [e.stopped for e in ends] == ["cancelled"]


@posix
@pytest.mark.parametrize(
    ("project", "code"),
    [("hang", -signal.SIGTERM), ("hang deaf", -signal.SIGKILL), ("spin", -signal.SIGTERM)],
)
def test_an_engine_that_does_not_listen_is_ended(
    start: Start, tmp_path: Path, project: str, code: int
) -> None:
    client = start(patience=QUICK)
    begin(client, tmp_path, project, Phase.BATCH)
    seconds, reason = cancelled(client)
    assert QUICK.acknowledge <= seconds < QUICK.acknowledge + QUICK.terminate + 0.4
    assert (reason.kind, reason.code) == (ExitKind.STOPPED, code)
    assert str(reason.text) == "The engine did not answer and was ended."


@posix
def test_a_stopped_engine_is_killed(start: Start, tmp_path: Path) -> None:
    client = start(patience=QUICK)
    begin(client, tmp_path, "train 0.01", Phase.BATCH, epochs=1000)
    os.kill(client.pid, signal.SIGSTOP)
    seconds, reason = cancelled(client)
    assert seconds < QUICK.acknowledge + QUICK.terminate + 0.4
    assert reason.code == -signal.SIGKILL


def test_one_that_heard_and_hangs_is_ended(start: Start, tmp_path: Path) -> None:
    client = start(patience=QUICK)
    begin(client, tmp_path, "hear_and_hang", Phase.BATCH)
    seconds, reason = cancelled(client)
    assert seconds < QUICK.stop + QUICK.terminate + 0.5
    assert reason.kind is ExitKind.STOPPED


def test_a_save_is_waited_for(start: Start, tmp_path: Path) -> None:
    patience = Patience(acknowledge=1.5, stop=0.4, terminate=0.3, saving=30.0)
    client = start(patience=patience)
    begin(client, tmp_path, "save_slowly 3", Phase.SAVING)
    seconds, reason = cancelled(client)
    assert 2.0 < seconds < 3.5
    assert (tmp_path / "run" / "checkpoint.txt").read_text() == "slow"
    assert reason.code == 0


def test_a_save_that_never_ends_is_ended(start: Start, tmp_path: Path) -> None:
    patience = Patience(acknowledge=1.2, stop=0.4, terminate=0.3, saving=2.0)
    client = start(patience=patience)
    begin(client, tmp_path, "save_slowly 60", Phase.SAVING)
    seconds, reason = cancelled(client)
    assert 1.9 < seconds < 3
    assert reason.kind is ExitKind.STOPPED


@posix
def test_with_the_real_patience_it_is_gone_within_six_seconds(start: Start, tmp_path: Path) -> None:
    client = start()
    begin(client, tmp_path, "hang deaf", Phase.BATCH)
    seconds, reason = cancelled(client)
    assert 5 < seconds < 6
    assert reason.code == -signal.SIGKILL


def test_a_bench_stops_the_job_and_stays(start: Start) -> None:
    client = start(role="bench")
    events(client, Ready)
    slow = client.send(Evaluate(run_dir="", epoch=1000))
    waiting = client.send(Evaluate(run_dir="", epoch=0))
    wait_until(lambda: client.phase is Phase.ANSWERING)
    client.cancel(slow)
    assert events(client, Stopped)[-1].request == slow
    assert events(client, Evaluated)[-1].request == waiting
    wait_until(lambda: client.state is EngineState.READY)


def test_a_bench_forgets_the_jobs_that_wait(start: Start) -> None:
    client = start("slow_import 0.3", role="bench", patience=QUICK)
    numbers = [client.send(Evaluate(run_dir="", epoch=1000)) for _ in range(3)]
    client.cancel()
    assert [events(client, Stopped)[-1].request for _ in numbers] == numbers
    assert client.state in (EngineState.READY, EngineState.STOPPING)
    client.send(Evaluate(run_dir="", epoch=0))
    events(client, Evaluated)


def test_cancelling_a_job_that_has_ended_does_nothing(start: Start) -> None:
    client = start(role="bench", patience=QUICK)
    number = client.send(Evaluate(run_dir="", epoch=0))
    events(client, Evaluated)
    client.cancel(number)
    client.send(Evaluate(run_dir="", epoch=20))
    events(client, Evaluated)
    assert client.state is EngineState.READY


def test_cancel_then_start_at_once(start: Start, tmp_path: Path) -> None:
    client = start()
    begin(client, tmp_path, "train 0.01", Phase.BATCH, epochs=1000)
    client.cancel()
    following = start()
    following.send(StartRun(run_dir=str(tmp_path / "other")))
    assert events(following, RunEnded)[-1].stopped == "finished"
    assert [e for e in events(client, RunEnded) if isinstance(e, Batches)]
