"""Clients of the fake engine, and a check that nothing of them is left."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Delivery, Ended
from cnnstudio.protocol.launch import engine_command
from cnnstudio.protocol.messages import Event

Start = Callable[..., EngineClient]

FAKE_ENGINE = Path(__file__).with_name("fake_engine.py")


def fake_command(behaviour: str, role: str, backend: str, device: str, log: Path) -> list[str]:
    """The real command's options, given to the fake engine."""
    real = engine_command(role, backend, device, log)  # type: ignore[arg-type]
    options = real[real.index("engine") + 1 :]
    return [sys.executable, str(FAKE_ENGINE), behaviour, *options]


def fake_client(log: Path, behaviour: str = "", role: str = "run", **more: Any) -> EngineClient:
    """A client, not yet started, of an engine that starts as `behaviour` says."""
    command = fake_command(behaviour, role, "tensorflow", "cpu", log)
    return EngineClient(role, "tensorflow", "cpu", log, command=command, **more)  # type: ignore[arg-type]


def make_fake(role: str, backend: str, device: str, log: Path, **more: Any) -> EngineClient:
    """Stands in for ``EngineClient`` where a pool makes its engines."""
    command = fake_command("", role, backend, device, log)
    return EngineClient(role, backend, device, log, command=command, **more)  # type: ignore[arg-type]


def events(client: EngineClient, until: type[Any], timeout: float = 20.0) -> list[Any]:
    """Reads until an event of a kind comes, and returns all read; fails at the engine's end."""
    read: list[Event | Ended] = []
    end = time.monotonic() + timeout
    while True:
        delivery = client.read(max(0.0, end - time.monotonic()))
        assert isinstance(delivery, Delivery), f"no {until.__name__} in {timeout} s, only {read}"
        read.append(delivery.event)
        if isinstance(delivery.event, until):
            return read
        assert not isinstance(delivery.event, Ended), f"ended: {delivery.event.reason}"


def wait_until(condition: Callable[[], object], timeout: float = 20.0) -> None:
    """Waits for a condition; fails when it doesn't come true in time."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, f"not in {timeout} s"
        time.sleep(0.005)


def gone(engine: psutil.Process) -> bool:
    """Whether a process has ended."""
    try:
        return engine.status() == psutil.STATUS_ZOMBIE  # no init here to reap it
    except psutil.NoSuchProcess:
        return True


@contextmanager
def nothing_left() -> Iterator[None]:
    """Fails if a thread, an open file or a child process is there that wasn't before."""
    process = psutil.Process()
    threads = set(threading.enumerate())
    files = open_files()
    children = set(process.children(recursive=True))
    yield
    wait_until(lambda: set(threading.enumerate()) <= threads, 5)
    left = set(process.children(recursive=True)) - children
    assert not left, f"processes are left: {left}"
    wait_until(lambda: open_files() <= files, 5)


def open_files() -> int:
    """How many file descriptors (on Windows handles) this process has."""
    process = psutil.Process()
    return process.num_fds() if os.name == "posix" else process.num_handles()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts clients of the fake engine; closes them and fails if anything of them is left."""
    clients: list[EngineClient] = []

    def start(behaviour: str = "", **more: Any) -> EngineClient:
        client = fake_client(tmp_path / f"engine-{len(clients)}.log", behaviour, **more)
        client.start()
        clients.append(client)
        return client

    with nothing_left():
        yield start
        for client in clients:
            client.close()
