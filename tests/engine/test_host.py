"""How an engine process behaves from outside: the death of its client, its log, back-pressure."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cnnstudio.engine.log import EngineLog
from cnnstudio.protocol.delivery import Ended
from cnnstudio.protocol.exits import ExitKind
from cnnstudio.protocol.messages import Batches, Phase, RunEnded, StartRun
from tests.fakes.engines import Start, events, gone, wait_until

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX signals: not on this system")

# A client that starts a run and then says which process trains.
CLIENT = """
import sys, time
from pathlib import Path
from cnnstudio.protocol.messages import Phase, StartRun
from tests.fakes.engines import fake_client, wait_until
client = fake_client(Path(sys.argv[1]) / "engine.log")
client.start()
client.send(StartRun(run_dir=str(Path(sys.argv[1]) / "run"), project=sys.argv[2], epochs=100000))
wait_until(lambda: client.phase is Phase(sys.argv[3]))
print(client.pid, flush=True)
time.sleep(600)
"""


def orphan(tmp_path: Path, project: str, phase: Phase) -> tuple[psutil.Process, float]:
    """Kills a client; returns its engine and the time."""
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(tmp_path), project, phase],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert client.stdout is not None
    with client.stdout:
        engine = psutil.Process(int(client.stdout.readline()))
    client.kill()
    client.wait()
    return engine, time.monotonic()


def test_the_death_of_the_client_leaves_a_checkpoint_and_no_engine(tmp_path: Path) -> None:
    engine, killed = orphan(tmp_path, "train 0.01", Phase.BATCH)
    wait_until(lambda: gone(engine), 10)
    assert time.monotonic() - killed < 2
    assert (tmp_path / "run" / "checkpoint.txt").read_text() == "cancelled"


def test_a_save_is_finished_first(tmp_path: Path) -> None:
    engine, killed = orphan(tmp_path, "save_slowly 1", Phase.SAVING)
    wait_until(lambda: gone(engine), 10)
    assert time.monotonic() - killed < 3
    assert (tmp_path / "run" / "checkpoint.txt").read_text() == "slow"


def test_where_nothing_is_lost_it_ends_at_once(tmp_path: Path) -> None:
    engine, killed = orphan(tmp_path, "stay_in preparing", Phase.PREPARING)
    wait_until(lambda: gone(engine), 10)
    assert time.monotonic() - killed < 1


@pytest.mark.parametrize("project", ["hang deaf", "spin"])
def test_a_job_that_does_not_stop_is_gone_after_the_grace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: str
) -> None:
    monkeypatch.setenv("FAKE_ENGINE_GRACE", "0.5")
    engine, killed = orphan(tmp_path, project, Phase.BATCH)
    wait_until(lambda: gone(engine), 10)
    assert 0.4 < time.monotonic() - killed < 2.5
    assert "did not stop" in (tmp_path / "engine.log").read_text()


def test_with_the_real_grace_it_is_gone_within_ten_seconds(tmp_path: Path) -> None:
    engine, killed = orphan(tmp_path, "hang", Phase.BATCH)
    wait_until(lambda: gone(engine), 12)
    assert time.monotonic() - killed < 10


@posix
def test_ctrl_c_in_the_terminal_is_not_the_engines(start: Start, tmp_path: Path) -> None:
    client = start()
    client.send(StartRun(run_dir=str(tmp_path / "run"), project="train 0.01"))
    wait_until(lambda: client.phase is Phase.BATCH)
    assert os.getsid(client.pid) != os.getsid(0)
    os.kill(client.pid, signal.SIGINT)
    assert events(client, RunEnded)[-1].stopped == "finished"


def test_a_flood_of_prints_does_not_fill_the_disk(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_ENGINE_LOG_CAP", str(1_000_000))
    client = start()
    client.send(StartRun(run_dir=str(tmp_path / "run"), project="print 64"))
    assert events(client, RunEnded)[-1].stopped == "finished"
    reason = client.wait(10)
    assert reason is not None
    assert "the end" in reason.log_tail
    assert reason.log.stat().st_size < 1_000_000
    assert b"bytes were cut" in reason.log.read_bytes()


def test_ten_thousand_batches_a_second_arrive_whole(start: Start, tmp_path: Path) -> None:
    client = start()
    client.send(StartRun(run_dir=str(tmp_path / "run"), project="flood 30000"))
    received = events(client, RunEnded)
    blocks = [event for event in received if isinstance(event, Batches)]
    losses = [loss for block in blocks for loss in block.loss]
    assert losses == [float(n) for n in range(30_000)]
    assert all(set(block.accuracy) == {None} for block in blocks)
    assert len(blocks) <= 10 * 5 + 3
    assert received[-1].text.params["longest"] < 0.2


@posix
def test_a_client_that_sleeps_loses_nothing(tmp_path: Path) -> None:
    """The client's process is stopped, its pipe full, while the engine trains on."""
    script = CLIENT.replace("print(client.pid, flush=True)\ntime.sleep(600)", READ_ALL)
    command = [sys.executable, "-c", script, str(tmp_path), "flood 40000", "batch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as client:
        assert client.stdout is not None
        engine = psutil.Process(int(client.stdout.readline()))
        os.kill(client.pid, signal.SIGSTOP)
        busy = engine.cpu_times().user
        wait_until(lambda: "the flood is over" in (tmp_path / "engine.log").read_text(), 30)
        assert engine.cpu_times().user > busy
        os.kill(client.pid, signal.SIGCONT)
        told = json.loads(client.stdout.readline())
        client.kill()
    assert told == {"losses": 40_000, "sorted": True}
    wait_until(lambda: gone(engine), 10)


READ_ALL = """
print(client.pid, flush=True)
import json
from cnnstudio.protocol.messages import Batches
losses = [x for d in client if isinstance(d.event, Batches) for x in d.event.loss]
print(json.dumps({"losses": len(losses), "sorted": losses == list(map(float, range(40000)))}))
client.close()
"""


def test_the_log_keeps_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = EngineLog(path, cap=1000, keep=100)
    fds = [os.open(path, os.O_WRONLY | os.O_APPEND) for _ in range(2)]
    for n in range(50):
        os.write(fds[n % 2], f"line {n:4}\n".encode())
        log.trim()
    assert path.stat().st_size == 500
    os.write(fds[0], b"x" * 1000 + b"\n")
    os.write(fds[1], b"last\n")
    log.trim()
    assert path.read_bytes() == b"[1,406 bytes were cut from here]\n" + b"x" * 94 + b"\nlast\n"
    os.write(fds[0], b"more\n")
    assert path.read_bytes().endswith(b"last\nmore\n")
    for fd in fds:
        os.close(fd)
    log.close()


def test_a_client_that_speaks_something_else_ends_the_engine(start: Start) -> None:
    client = start()
    client._outgoing.put(b"\xff" * 64)
    last = list(client)[-1].event
    assert isinstance(last, Ended)
    assert last.reason.kind is ExitKind.FAILED
    assert last.reason.code == 11
