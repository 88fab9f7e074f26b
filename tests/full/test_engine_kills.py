"""The real engine killed at 200 random moments, its client at 50: about half an hour.

``python -m pytest tests/full/test_engine_kills.py -s`` prints what it saw.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.messages import RunEnded, StartRun
from tests.fakes.engine_kills import LOG, RUN, Killed, kill_after, orphan_after
from tests.fakes.engines import events, nothing_left

ROUNDS = 200
LONGEST = 9.0  # seconds: from the start of the process into about the fifth epoch
RESUMED = 10  # every so many rounds


@pytest.mark.timeout(3600)
def test_two_hundred_kills(tmp_path: Path) -> None:
    moments = random.Random(1)
    seen: list[Killed] = []
    with nothing_left():
        for number in range(ROUNDS):
            folder = tmp_path / f"{number}"
            seen.append(kill_after(moments.uniform(0, LONGEST), folder))
            if number % RESUMED == 0 and (folder / RUN / "run.json").exists():
                resume(folder)
    print(
        f"{ROUNDS} kills: {dict(Counter(k.phase.value for k in seen))}, "
        f"noticed after at most {max(k.noticed for k in seen):.3f} s"
    )
    assert max(k.noticed for k in seen) < 5


@pytest.mark.timeout(1800)
def test_fifty_orphans(tmp_path: Path) -> None:
    moments = random.Random(2)
    took = [orphan_after(moments.uniform(0, 4), tmp_path / f"{number}") for number in range(50)]
    print(f"50 orphans: gone after at most {max(took):.3f} s")
    assert max(took) < 10


def resume(folder: Path) -> None:
    """Goes on with a killed run for one more epoch."""
    done = max(RunFolder.open(folder / RUN).state_epochs(), default=0)
    client = EngineClient("run", "tensorflow", "cpu", folder / LOG)
    client.start()
    client.send(StartRun(run_dir=str(folder / RUN), epochs=done + 1, resume=True))
    ended = events(client, RunEnded, 120)[-1]
    client.close()
    assert (ended.stopped, ended.epochs) == ("finished", done + 1)
