"""The real window used for hours: memory, handles, threads, processes and files stay what they are.

``CNNSTUDIO_SOAK_MINUTES`` says for how long, 120 unless given and at least 5.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

MINUTES = float(os.environ.get("CNNSTUDIO_SOAK_MINUTES", "120"))
SAMPLE_SECONDS = 10.0
WARM_UP_ROUNDS = 3
"""Everything has been done twice by then, and its caches, fonts and pictures are there."""
LONG_MINUTES = 60.0
"""From here on a slope says more than its noise."""
MOST_MB_PER_HOUR = 5.0
MOST_MB = {"window": 8, "in_use": 2}
"""Of a short run's medians, between the first and the last quarter after the warm-up.

The window's memory has holes, which come and go by some MB; what is in use has none. It grows by
0.02 MB a round, less and less: Qt's tables of style rules fill up as panels are made anew.
"""
MOST_MORE = {
    "fds": 4,
    "threads": 2,
    "processes": 1,
    "temp": 1,
    "logs": 2,
    "recovery": 1,
    "objects": 2000,
}
"""The same for any run; the messages kept fill up slowly, to 500."""
MB = 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    """What the window and its engines hold at one moment.

    Attributes:
        seconds: Since the start.
        window: The window's own memory, in MB; see `own_memory`.
        bench: Resident memory of the engine that answers, in MB; 0 before there is one.
        runs: The same of those that train or wait to.
        fds: The window's open files; handles on Windows.
        threads: The window's threads.
        processes: Those the window has started and that are there.
        temp: Files and folders in the folder for temporary files.
        logs: Engines' logs.
        recovery: Files of the recovery folder.
        rounds: How many the window had done.
    """

    seconds: float
    window: float
    bench: float
    runs: float
    fds: int
    threads: int
    processes: int
    temp: int
    logs: int
    recovery: int
    rounds: int


class Watch:
    """Takes samples of a window.

    Args:
        pid: The window's process.
        folder: Holds "temp", "data" and "said", to which the window adds a line each round.
    """

    def __init__(self, pid: int, folder: Path) -> None:
        self.samples: list[Sample] = []
        self.engines: set[psutil.Process] = set()
        self._window = psutil.Process(pid)
        self._folder = folder
        self._start = time.monotonic()

    def sample(self) -> None:
        """Takes one; a window that goes at this moment gives none."""
        window = self._window
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            children = window.children(recursive=True)
            self.engines.update(children)
            bench, runs = 0, 0
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    if "bench" in child.cmdline():
                        bench += child.memory_info().rss
                    else:
                        runs += child.memory_info().rss
            handles = window.num_handles() if sys.platform == "win32" else window.num_fds()
            self.samples.append(
                Sample(
                    seconds=time.monotonic() - self._start,
                    window=own_memory(window) / MB,
                    bench=bench / MB,
                    runs=runs / MB,
                    fds=handles,
                    threads=window.num_threads(),
                    processes=len(children),
                    temp=self._count("temp"),
                    logs=self._count("data/logs"),
                    recovery=self._count("data/recovery"),
                    rounds=len(self.rounds()),
                )
            )

    def rounds(self) -> list[dict[str, float]]:
        """What the window has said of each round."""
        lines = (self._folder / "said").read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def column(self, name: str) -> NDArray[np.float64]:
        """One figure after the warm-up: of all samples, or of all rounds if they say it."""
        if name in self.rounds()[0]:
            values = [one[name] for one in self.rounds()[WARM_UP_ROUNDS:]]
        else:
            values = [getattr(one, name) for one in self.samples if one.rounds >= WARM_UP_ROUNDS]
        return np.array(values, np.float64)

    def slope(self, name: str) -> tuple[float, float]:
        """Least squares: growth per hour, and its standard error.

        Neighbours say nearly the same, so the fit goes through medians of 24 stretches of time.
        """
        values = [np.median(part) for part in np.array_split(self.column(name), 24)]
        first, *_, last = self.column("seconds") / 3600
        middles = np.linspace(first, last, 2 * len(values) + 1)[1::2]
        fit, covariance = np.polyfit(middles, values, 1, cov=True)
        return float(fit[0]), float(np.sqrt(covariance[0, 0]))

    def table(self) -> str:
        """About twenty samples."""
        names = [name for name in Sample.__dataclass_fields__ if name != "seconds"]
        lines = ["minute " + "".join(f"{name:>10}" for name in names)]
        for sample in self.samples[:: max(len(self.samples) // 20, 1)]:
            figures = "".join(f"{getattr(sample, name):10.0f}" for name in names)
            lines.append(f"{sample.seconds / 60:6.1f} {figures}")
        return "\n".join(lines)

    def _count(self, name: str) -> int:
        return sum(1 for _ in (self._folder / name).rglob("*"))


def own_memory(process: psutil.Process) -> int:
    """The memory that a process itself has filled, in bytes.

    On Linux without the pages of files: those of Qt's libraries (40 MB) count as the process's
    own exactly as long as no other process on the machine uses Qt.
    """
    if sys.platform != "linux":
        return int(process.memory_full_info().uss)
    maps = process.memory_maps(grouped=True)
    return sum(part.anonymous for part in maps)


def growth(values: NDArray[np.float64]) -> float:
    """How much the median of the last quarter is above that of the first."""
    quarters = np.array_split(values, 4)
    return float(np.median(quarters[3]) - np.median(quarters[0]))


@pytest.mark.timeout(MINUTES * 60 + 900)
def test_hours_of_use_leave_nothing_behind(tmp_path: Path) -> None:
    for name in ("temp", "data", "work"):
        (tmp_path / name).mkdir()
    temp = str(tmp_path / "temp")
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "CNNSTUDIO_DATA": str(tmp_path / "data"),
        "CNNSTUDIO_CACHE": str(tmp_path / "cache"),
        "CNNSTUDIO_LANGUAGE": "en",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temp),
    }
    command = [sys.executable, "-m", "tests.fakes.window_soak"]
    said, errors = tmp_path / "said", tmp_path / "errors"
    with said.open("wb") as out, errors.open("wb") as err:
        window = subprocess.Popen(
            [*command, str(tmp_path / "work"), str(MINUTES * 60)],
            stdout=out,
            stderr=err,
            cwd=Path(__file__).parents[2],
            env=environment,
        )
        watch = Watch(window.pid, tmp_path)
        told = 0
        try:
            while window.poll() is None:
                watch.sample()
                rounds = watch.rounds()
                for one in rounds[told:]:
                    print(one, watch.samples[-1], flush=True)
                told = len(rounds)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    window.wait(SAMPLE_SECONDS)
        finally:
            window.kill()
            window.wait()
    assert window.returncode == 0, errors.read_text(encoding="utf-8")
    rounds = watch.rounds()
    print(f"\n{len(rounds)} rounds, {len(watch.engines)} engines seen\n{watch.table()}")
    memory = [name for name in MOST_MB if rounds[0].get(name, 0) is not None]
    grown = {name: growth(watch.column(name)) for name in (*memory, *MOST_MORE)}
    print(*(f"{name} {by:+.2f}" for name, by in grown.items()), sep=", ")
    assert not psutil.wait_procs(watch.engines, timeout=10)[1], "a process outlived the window"
    assert not list((tmp_path / "temp").rglob("*"))
    for name in memory:
        if MINUTES >= LONG_MINUTES:
            slope, error = watch.slope(name)
            print(f"{name}: {slope:.1f} ± {error:.1f} MB an hour")
            assert slope - 2 * error < MOST_MB_PER_HOUR, name
        else:
            assert grown[name] <= MOST_MB[name], name
    for name, most in MOST_MORE.items():
        assert grown[name] <= most, name
