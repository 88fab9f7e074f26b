"""Start, talk, and every way in which an engine ends, with real processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from cnnstudio.core.errors import JobFailed
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Delivery, Ended, EngineState
from cnnstudio.protocol.exits import ExitKind, ExitReason
from cnnstudio.protocol.messages import (
    Batches,
    EpochEnd,
    Evaluate,
    Evaluated,
    GoOn,
    Heartbeat,
    Hello,
    Log,
    Pause,
    Paused,
    Phase,
    Predict,
    Predicted,
    Ready,
    Refused,
    RunEnded,
    RunStarted,
    Shutdown,
    StartRun,
)
from tests.fakes.engines import Start, events, fake_client, nothing_left, wait_until

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX signals: not on this system")


def start_run(tmp_path: Path, project: str = "train", **more: int) -> StartRun:
    return StartRun(run_dir=str(tmp_path / "run"), project=project, **more)


def end(client: EngineClient) -> ExitReason:
    """Reads to the end and returns the reason."""
    last = list(client)[-1].event
    assert isinstance(last, Ended)
    assert client.reason is last.reason
    assert client.state is EngineState.ENDED
    return last.reason


# ------------------------------------------------------------------------------------- start


def test_hello_comes_first_then_ready(start: Start) -> None:
    client = start()
    [hello, *between, ready] = events(client, Ready)
    assert isinstance(hello, Hello)
    assert hello.pid == client.pid
    assert hello.role == "run"
    assert isinstance(ready, Ready)
    assert all(isinstance(event, Heartbeat) for event in between)
    assert (client.hello, client.ready) == (hello, ready)
    assert client.state is EngineState.READY


def test_the_states_of_a_start(start: Start) -> None:
    client = start("slow_import 0.3")
    assert client.state in (EngineState.STARTING, EngineState.IMPORTING)
    wait_until(lambda: client.phase is Phase.IMPORTING)
    assert client.state is EngineState.IMPORTING
    assert str(client.describe()) == "Loading TensorFlow"
    events(client, Ready)
    assert str(client.describe()) == "Ready"


def test_a_request_may_be_sent_before_the_engine_is_ready(start: Start, tmp_path: Path) -> None:
    client = start("slow_import 0.2")
    number = client.send(start_run(tmp_path))
    assert client.busy
    [ended] = [e for e in events(client, RunEnded) if isinstance(e, RunEnded)]
    assert ended.request == number
    assert not client.busy


def test_another_version_is_refused(start: Start) -> None:
    reason = end(start("wrong_version"))
    assert reason.kind is ExitKind.UPDATED
    assert str(reason.text) == ("CNN Studio was updated while it was running; please restart it.")


def test_no_hello_in_time(start: Start) -> None:
    reason = end(start("no_hello", hello_seconds=0.3))
    assert reason.kind is ExitKind.SILENT


def test_no_ready_in_time(start: Start) -> None:
    reason = end(start("slow_import 60", ready_seconds=0.3))
    assert reason.kind is ExitKind.SILENT
    assert "TensorFlow could not be loaded in time" in str(reason.text)


def test_a_device_that_is_not_there_is_bad_input(start: Start) -> None:
    client = start("refuse gpu:7")
    refused = events(client, Refused)[-1]
    assert refused.request == 0
    reason = end(client)
    assert reason.kind is ExitKind.REFUSED
    assert reason.bad_input
    assert str(reason.text) == "There is no device gpu:7."


def test_a_backend_that_cannot_be_imported(start: Start) -> None:
    reason = end(start("broken_import"))
    assert reason.kind is ExitKind.REFUSED
    assert not reason.bad_input
    assert "DLL load failed" in str(reason.text)
    assert any("Traceback" in line for line in reason.log_tail)


def test_a_program_that_dies_before_hello_leaves_its_words(start: Start) -> None:
    reason = end(start("no_program"))
    assert reason.kind is ExitKind.FAILED
    assert reason.log_tail == ("cannot open the program",)


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    program = str(tmp_path / "none")
    with nothing_left():
        client = EngineClient("run", "jax", "cpu", tmp_path / "log", command=[program])
        with pytest.raises(JobFailed, match="none"):
            client.start()
        client.close()


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(JobFailed):
        fake_client(tmp_path).start()


def test_generations_grow(start: Start) -> None:
    first, second = start(), start()
    assert second.generation == first.generation + 1
    delivery = second.read(10)
    assert isinstance(delivery, Delivery)
    assert delivery.generation == second.generation


# -------------------------------------------------------------------------------------- jobs


def test_a_run_tells_everything_in_order_and_ends_its_engine(start: Start, tmp_path: Path) -> None:
    client = start()
    number = client.send(start_run(tmp_path, epochs=3))
    news = [e for e in events(client, RunEnded) if e.request == number]
    assert isinstance(news[0], RunStarted)
    losses: list[float | None] = []
    for event in news:
        if isinstance(event, Batches):
            assert (event.epoch - 1) * 20 + event.first == len(losses)
            losses += event.loss
        if isinstance(event, EpochEnd):
            assert len(losses) == 20 * event.epoch
            assert event.logs["val_accuracy"] is None
    assert losses == [1 / (1 + n) for n in range(60)]
    assert news[-1] == RunEnded(request=number, stopped="finished", epochs=3)
    reason = end(client)
    assert (reason.kind, reason.code) == (ExitKind.FINISHED, 0)


def test_a_bench_answers_one_after_another_and_stays(start: Start) -> None:
    client = start(role="bench")
    first = client.send(Evaluate(run_dir="x", epoch=1))
    second = client.send(Predict(run_dir="x", epoch=1, shape=(2, 1, 1, 1)), b"ab")
    answers = [e for e in events(client, Predicted) if e.request]
    assert [type(e) for e in answers] == [Evaluated, Predicted]
    assert [e.request for e in answers] == [first, second]
    assert client.state is EngineState.READY
    client.send(Shutdown())
    assert end(client).kind is ExitKind.FINISHED


@pytest.mark.skipif(sys.platform == "win32", reason="nice values: not on Windows")
def test_a_bench_gives_way(start: Start) -> None:
    client = start(role="bench")
    events(client, Ready)
    assert os.getpriority(os.PRIO_PROCESS, client.pid) >= 10


@pytest.mark.parametrize(
    ("error", "bad_input", "words"),
    [
        ("bad_input", True, "The batch size of x is 0."),
        ("memory", False, "Memory ran out"),
        ("value", False, "ValueError: shapes differ"),
    ],
)
def test_a_job_that_fails_is_refused_in_words(
    start: Start, tmp_path: Path, error: str, bad_input: bool, words: str
) -> None:
    client = start()
    number = client.send(start_run(tmp_path, f"fail {error}"))
    refused = events(client, Refused)[-1]
    assert (refused.request, refused.bad_input) == (number, bad_input)
    assert words in str(refused.text)
    assert end(client).kind is ExitKind.FINISHED


def test_a_pause_holds_the_run_between_batches(start: Start, tmp_path: Path) -> None:
    client = start()
    client.send(start_run(tmp_path, "train 0.01"))
    events(client, Batches)
    client.send(Pause())
    events(client, Paused)
    wait_until(lambda: client.phase is Phase.PAUSED)
    beat = events(client, Heartbeat)[-1]
    following = events(client, Heartbeat)  # a second later
    assert following[-1].step == beat.step
    assert not [e for e in following if isinstance(e, Batches)]
    client.send(GoOn())
    assert events(client, RunEnded)[-1].stopped == "finished"


def test_a_message_from_the_future_is_passed_over(start: Start, tmp_path: Path) -> None:
    client = start()
    client.send(start_run(tmp_path, "unknown"))
    assert events(client, RunEnded)[-1].stopped == "finished"


def test_what_one_thread_reads_another_may_send(start: Start) -> None:
    client = start(role="bench")
    events(client, Ready)
    for _ in range(50):
        threading.Thread(
            target=client.send, args=(Predict(run_dir="", epoch=0, shape=(1, 1, 1, 1)), b"x")
        ).start()
    answers = {events(client, Predicted)[-1].request for _ in range(50)}
    assert answers == set(range(1, 51))


def test_an_engine_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    client = fake_client(tmp_path / "log")
    with nothing_left():
        thread = threading.Thread(target=client.start)
        thread.start()
        thread.join()
        client.send(start_run(tmp_path))
        assert events(client, RunEnded)[-1].stopped == "finished"
        client.close()


# -------------------------------------------------------------------------------------- ends


@posix
@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ("SIGKILL", ExitKind.OUT_OF_MEMORY, "memory ran out"),
        ("SIGSEGV", ExitKind.CRASHED, "TensorFlow crashed (SIGSEGV)"),
        ("SIGABRT", ExitKind.CRASHED, "TensorFlow crashed (SIGABRT)"),
        ("null", ExitKind.CRASHED, "TensorFlow crashed"),
        ("SIGTERM", ExitKind.FAILED, "ended the engine"),
        ("1", ExitKind.FAILED, "exit code 1"),
    ],
)
def test_death_in_words(start: Start, tmp_path: Path, how: str, kind: ExitKind, words: str) -> None:
    client = start()
    client.send(start_run(tmp_path, f"die {how}"))
    reason = end(client)
    assert reason.kind is kind
    assert words in str(reason.text)
    assert "last words" in reason.log.read_text().splitlines()
    faults = how in ("SIGSEGV", "SIGABRT", "null")
    assert ("fake_engine.py" in reason.trace) == faults
    # The trace of a process with several threads may be longer than the tail.
    assert "last words" in reason.log_tail or (faults and reason.log_tail[0] in reason.trace)


@pytest.mark.parametrize("what", ["garbage", "garbage json"])
def test_garbage_ends_the_engine(start: Start, tmp_path: Path, what: str) -> None:
    client = start()
    client.send(start_run(tmp_path, what))
    reason = end(client)
    assert reason.kind is ExitKind.PROTOCOL
    assert "unreadable" in str(reason.text)


def test_a_killed_engine_is_noticed_at_once(start: Start, tmp_path: Path) -> None:
    client = start()
    client.send(start_run(tmp_path, "hang"))
    wait_until(lambda: client.phase is Phase.BATCH)
    killed = time.monotonic()
    os.kill(client.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    end(client)
    assert time.monotonic() - killed < 1


@posix
def test_a_stopped_engine_grows_old_and_is_never_killed_for_it(
    start: Start, tmp_path: Path
) -> None:
    client = start()
    client.send(start_run(tmp_path, "train 0.01", epochs=1000))
    wait_until(lambda: client.phase is Phase.BATCH)
    os.kill(client.pid, signal.SIGSTOP)
    wait_until(lambda: client.heartbeat_age > 2.5)
    assert client.reason is None
    os.kill(client.pid, signal.SIGCONT)
    wait_until(lambda: client.heartbeat_age < 0.5)


def test_sending_to_a_dead_engine_goes_nowhere(start: Start, tmp_path: Path) -> None:
    client = start()
    client.kill()
    client.wait()
    client.send(start_run(tmp_path))
    assert isinstance(list(client)[-1].event, Ended)
    assert client.read() is None


def test_closing_never_hangs_wherever_the_engine_is(start: Start) -> None:
    for behaviour in ("", "no_hello", "slow_import 60", "refuse x", "die 3"):
        client = start(behaviour)
        client.close()
        assert client.reason is not None
        client.close()


def test_closing_while_it_trains_keeps_the_checkpoint(start: Start, tmp_path: Path) -> None:
    client = start()
    client.send(start_run(tmp_path, "train 0.01", epochs=1000))
    wait_until(lambda: client.phase is Phase.BATCH)
    client.close()
    assert (tmp_path / "run" / "checkpoint.txt").read_text() == "cancelled"
    assert client.reason is not None
    assert client.reason.code == 0


def test_a_bench_is_closed_with_its_work(start: Start) -> None:
    client = start(role="bench")
    events(client, Ready)
    client.send(Evaluate(run_dir="", epoch=10_000))
    wait_until(lambda: client.phase is Phase.ANSWERING)
    client.close()
    assert client.reason is not None
    assert client.reason.code == 0


def test_who_does_not_read_still_learns_the_end(start: Start, tmp_path: Path) -> None:
    client = start()
    client.send(start_run(tmp_path))
    reason = client.wait(20)
    assert reason is not None
    assert reason.kind is ExitKind.FINISHED
    kinds = [type(delivery.event) for delivery in client]
    assert kinds.count(RunEnded) == kinds.count(Ended) == 1
    assert Log not in kinds
