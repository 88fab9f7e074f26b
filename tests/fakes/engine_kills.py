"""Kills a real training engine at some moment and looks at what is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from cnnstudio.core.resources import resource
from cnnstudio.core.storage.run_folder import RunFolder, RunStatus
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Ended
from cnnstudio.protocol.exits import ExitKind
from cnnstudio.protocol.messages import EpochEnd, Phase, StartRun
from tests.fakes.engines import gone, wait_until

ROOT = Path(__file__).resolve().parents[2]
RUN = "run"
LOG = "engine.log"


# A client that starts a training, tells its engine's process, and sleeps.
_CLIENT = """
import sys, time
from pathlib import Path
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.messages import Batches, StartRun
from tests.fakes.engine_kills import LOG, RUN, quick_project
folder = Path(sys.argv[1])
client = EngineClient("run", "tensorflow", "cpu", folder / LOG)
client.start()
client.send(StartRun(run_dir=str(folder / RUN), project=quick_project()))
next(d for d in client if isinstance(d.event, Batches))
print(client.pid, flush=True)
for _ in client:
    pass
"""


@dataclass(frozen=True)
class Killed:
    """What a round saw.

    Attributes:
        phase: What the engine was doing.
        told: The last epoch that the client was told is done; 0 for none.
        noticed: Seconds from the kill until the client knew.
    """

    phase: Phase
    told: int
    noticed: float


def quick_project(epochs: int = 1000) -> str:
    """A project with epochs of about a second, to be killed in any of them."""
    project = msgspec.json.decode(resource("samples", "dense-only.cnnstudio").read_bytes())
    project["training"] |= {"batch_size": 512, "epochs": epochs}
    return msgspec.json.encode(project).decode()


def kill_after(seconds: float, folder: Path) -> Killed:
    """Starts a training, kills its engine after `seconds` and checks what the run kept.

    The client must say that the system ended the engine. A run folder, where there is one yet,
    must open as interrupted, with every checkpoint readable and no epoch lost that was told.
    """
    folder.mkdir()
    client = EngineClient("run", "tensorflow", "cpu", folder / LOG)
    start = time.monotonic()
    client.start()
    client.send(StartRun(run_dir=str(folder / RUN), project=quick_project()))
    told = 0
    while (left := start + seconds - time.monotonic()) > 0:
        delivery = client.read(left)
        assert delivery is None or not isinstance(delivery.event, Ended), delivery
        if delivery and isinstance(delivery.event, EpochEnd):
            told = delivery.event.epoch
    phase = client.phase
    os.kill(client.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    killed = time.monotonic()
    for delivery in client:
        if isinstance(delivery.event, EpochEnd):
            told = delivery.event.epoch
    noticed = time.monotonic() - killed
    client.close()
    assert client.reason is not None
    if os.name == "posix":
        assert client.reason.kind is ExitKind.OUT_OF_MEMORY, client.reason
    if (folder / RUN / "run.json").exists():
        check_run(folder / RUN, told)
    else:
        assert told == 0
    return Killed(phase, told, noticed)


def check_run(path: Path, told: int) -> None:
    """Fails unless the run opens, says it was interrupted, and has what its client was told."""
    run = RunFolder.open(path)
    assert run.status is RunStatus.INTERRUPTED
    assert (run.last_epoch() or 0) >= told
    for epoch in run.epochs():
        run.checkpoints.read_weights(epoch)
    for epoch in run.state_epochs():
        run.checkpoints.read_state(epoch)
    assert max(run.state_epochs(), default=0) >= told
    run.metrics()


def orphan_after(seconds: float, folder: Path) -> float:
    """Kills a training's client `seconds` after its first batch and checks what is left.

    Returns:
        The seconds until the engine was gone.
    """
    folder.mkdir()
    command = [sys.executable, "-c", _CLIENT, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as client:
        assert client.stdout is not None
        engine = psutil.Process(int(client.stdout.readline()))
        time.sleep(seconds)
        client.kill()
    killed = time.monotonic()
    wait_until(lambda: gone(engine), 15)
    took = time.monotonic() - killed
    run = RunFolder.open(folder / RUN)
    assert run.status is RunStatus.CANCELLED
    kept = list(run.checkpoints.path(1).parent.iterdir())
    assert kept, "no checkpoint was kept"
    return took
