"""The real window is killed at random moments: the file is whole and little is lost."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.fakes.kills import Round, check_round

ROUNDS = 100
WINDOW = (sys.executable, "-m", "tests.fakes.window_editor")


def engines_of(folder: Path) -> list[psutil.Process]:
    """The engines that were started for a window with this data folder and are still there."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        environment = process.info["environ"] or {}
        if environment.get("CNNSTUDIO_DATA") == str(folder):
            found.append(process)
    return found


@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL, and /proc/PID/environ")
def test_killed_a_hundred_times(tmp_path: Path) -> None:
    rounds: list[Round] = []
    engines = 0
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        rounds.append(check_round(folder, seed=number, delay=1.0, longest=5.0, command=WINDOW))
        end = time.monotonic() + 10
        engines += len(engines_of(folder))
        while left := engines_of(folder):
            assert time.monotonic() < end, f"round {number}: {left} outlived the window by 10 s"
            time.sleep(0.05)
    offered, saved = sum(r.offered for r in rounds), sum(r.saved for r in rounds)
    lost = max(r.lost_seconds for r in rounds)
    print(
        f"{ROUNDS} kills: recovery offered {offered} times, {saved} after a save, "
        f"at most {lost:.2f} s lost; {engines} engines outlived the window for a moment"
    )
    assert lost <= 5
    assert offered >= ROUNDS // 4
    assert saved >= ROUNDS // 4
    assert engines >= ROUNDS // 4
