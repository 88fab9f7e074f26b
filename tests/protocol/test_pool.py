from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cnnstudio.core.errors import JobFailed
from cnnstudio.protocol import pool as pool_module
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import EngineState
from cnnstudio.protocol.messages import Phase, Ready, RunEnded, StartRun
from cnnstudio.protocol.pool import EnginePool
from tests.fakes.engines import events, fake_command, make_fake, nothing_left, wait_until


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[EnginePool]:
    with nothing_left():
        pool = EnginePool(tmp_path / "logs", make=make_fake)
        yield pool
        pool.close()


def engines() -> list[psutil.Process]:
    return psutil.Process().children()


def kill(client: EngineClient) -> None:
    os.kill(client.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)


def ready(pool: EnginePool) -> EngineClient:
    wait_until(lambda: pool.spare is not None and pool.spare.ready is not None)
    assert pool.spare is not None
    return pool.spare


def run(client: EngineClient, tmp_path: Path, project: str = "train") -> None:
    client.send(StartRun(run_dir=str(tmp_path / "run"), project=project, epochs=1))


def test_the_warm_spare_is_handed_over(pool: EnginePool) -> None:
    pool.warm()
    spare = ready(pool)
    assert pool.take() is spare
    assert pool.spare is None


def test_without_a_spare_one_is_started(pool: EnginePool, tmp_path: Path) -> None:
    client = pool.take()
    run(client, tmp_path)
    events(client, RunEnded)
    client.wait(20)
    assert pool.spare is None  # nobody asked for one to be kept warm


def test_the_next_spare_starts_when_the_run_ends(pool: EnginePool, tmp_path: Path) -> None:
    pool.warm()
    client = pool.take()
    run(client, tmp_path, "train 0.01")
    wait_until(lambda: client.phase is Phase.BATCH)
    assert [process.pid for process in engines()] == [client.pid]
    assert client.wait(20) is not None
    assert ready(pool) is not client


def test_a_running_training_is_not_taken_over(pool: EnginePool, tmp_path: Path) -> None:
    client = pool.take()
    run(client, tmp_path, "train 0.1")
    wait_until(lambda: client.phase is Phase.BATCH)
    with pytest.raises(JobFailed, match="Stop it first"):
        pool.take()


def test_cancel_then_take_waits_and_never_makes_two(pool: EnginePool, tmp_path: Path) -> None:
    pool.warm()
    for _ in range(5):
        client = pool.take()
        run(client, tmp_path, "train 0.01")
        wait_until(lambda client=client: client.phase is Phase.BATCH)
        client.cancel()
        following = pool.take()
        assert client.reason is not None
        assert [process.pid for process in engines()] == [following.pid]
        following.close()


def test_a_spare_of_another_kind_is_ended(pool: EnginePool) -> None:
    pool.warm()
    old = ready(pool)
    pool.configure("tensorflow", "auto")
    assert pool.spare is old
    pool.configure("torch", "cpu")
    assert old.state is EngineState.ENDED
    new = ready(pool)
    assert (new.backend, new.device) == ("torch", "cpu")
    assert [process.pid for process in engines()] == [new.pid]


def test_changing_the_kind_during_a_run_leaves_the_run(pool: EnginePool, tmp_path: Path) -> None:
    pool.warm()
    client = pool.take()
    run(client, tmp_path, "train 0.01")
    pool.configure("jax", "cpu")
    assert pool.spare is None
    assert events(client, RunEnded)[-1].stopped == "finished"
    assert ready(pool).backend == "jax"


def test_a_dying_spare_comes_back_three_times(pool: EnginePool) -> None:
    pool.warm()
    seen = set()
    for _ in range(3):
        spare = ready(pool)
        seen.add(spare.pid)
        kill(spare)
        wait_until(lambda spare=spare: pool.spare is not None and pool.spare is not spare)
    last = ready(pool)
    assert last.pid not in seen
    kill(last)
    wait_until(lambda: pool.spare is None)
    assert last.wait(10) is not None
    assert pool.spare is None
    events(pool.take(), Ready)  # asked for, it starts all the same


def test_restarts_are_forgotten_after_ten_minutes(
    pool: EnginePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [0.0]
    monkeypatch.setattr(pool_module, "awake", lambda: later[0])
    pool.warm()
    for _ in range(5):
        spare = ready(pool)
        later[0] += 201.0
        kill(spare)
        wait_until(lambda spare=spare: pool.spare is not None and pool.spare is not spare)


def test_a_spare_that_cannot_load_is_not_tried_again(tmp_path: Path) -> None:
    started = []

    def make(role: Any, backend: str, device: str, log: Path, **more: Any) -> EngineClient:
        command = fake_command("refuse gpu:9", role, backend, device, log)
        started.append(EngineClient(role, backend, device, log, command=command, **more))
        return started[-1]

    with nothing_left():
        pool = EnginePool(tmp_path, device="gpu:9", make=make)
        pool.warm()
        started[0].wait(20)
        wait_until(lambda: pool.spare is None)
        assert len(started) == 1
        pool.close()


def test_closed_it_gives_nothing_more(pool: EnginePool, tmp_path: Path) -> None:
    pool.warm()
    client = pool.take()
    run(client, tmp_path, "train 0.01")
    wait_until(lambda: client.phase is Phase.BATCH)
    pool.close()
    assert not engines()
    assert (tmp_path / "run" / "checkpoint.txt").read_text() == "cancelled"
    with pytest.raises(JobFailed, match="closed"):
        pool.take()


def test_old_logs_are_forgotten(pool: EnginePool, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    for n in range(30):
        log = logs / f"engine-1-{n}.log"
        log.touch()
        os.utime(log, (n, n))
    pool.warm()
    ready(pool)
    left = {log.name for log in logs.glob("*.log")}
    assert len(left) == pool_module.LOGS_KEPT
    assert "engine-1-29.log" in left
    assert "engine-1-0.log" not in left
