"""The real window used for hours: memory, handles, threads, processes and files stay what they are.

``CNNSTUDIO_SOAK_MINUTES`` says for how long, 120 unless given and at least 2.
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
WARM_UP = 0.2  # of the time
LONG_MINUTES = 60.0
"""From here on a slope says more than its noise."""
MOST_MB_PER_HOUR = 5.0
MOST_MB = 16.0
"""Between the second and the last quarter of a short run."""
MOST_MORE = {"fds": 4, "threads": 2, "processes": 1, "temp": 1, "logs": 2, "recovery": 1}
"""Of the medians, between the second and the last quarter."""
MOST_OBJECTS = 2000
"""The same for Python objects: the messages kept fill up slowly."""
MB = 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    """What the window and its engines hold at one moment.

    Attributes:
        seconds: Since the start.
        window: Memory of the window that nobody shares (USS), in MB.
        bench: Resident memory of the engine that answers, in MB; 0 before there is one.
        runs: The same of those that train or wait to.
        fds: The window's open files; handles on Windows.
        threads: The window's threads.
        processes: Those the window has started and that are there.
        temp: Files and folders in the folder for temporary files.
        logs: Engines' logs.
        recovery: Files of the recovery folder.
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


class Watch:
    """Takes samples of a window.

    Args:
        pid: The window's process.
        folder: Holds "temp" and "data".
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
                    window=window.memory_full_info().uss / MB,
                    bench=bench / MB,
                    runs=runs / MB,
                    fds=handles,
                    threads=window.num_threads(),
                    processes=len(children),
                    temp=self._count("temp"),
                    logs=self._count("data/logs"),
                    recovery=self._count("data/recovery"),
                )
            )

    def column(self, name: str) -> NDArray[np.float64]:
        """One figure of all samples."""
        return np.array([getattr(sample, name) for sample in self.samples], np.float64)

    def growth(self, name: str) -> float:
        """See `growth`."""
        return growth(self.column(name))

    def slope(self, name: str) -> tuple[float, float]:
        """Least squares after the warm-up: growth per hour, and its standard error.

        Neighbouring samples say nearly the same, so the fit goes through medians of 24 stretches.
        """
        after = self.column("seconds") >= WARM_UP * self.samples[-1].seconds
        hours = np.array_split(self.column("seconds")[after] / 3600, 24)
        values = np.array_split(self.column(name)[after], 24)
        fit, covariance = np.polyfit(
            [np.median(part) for part in hours], [np.median(part) for part in values], 1, cov=True
        )
        return float(fit[0]), float(np.sqrt(covariance[0, 0]))

    def table(self) -> str:
        """About twenty samples and the growth of each figure."""
        names = ("window", "bench", "runs", *MOST_MORE)
        lines = ["minute " + "".join(f"{name:>10}" for name in names)]
        for sample in self.samples[:: max(len(self.samples) // 20, 1)]:
            figures = "".join(f"{getattr(sample, name):10.0f}" for name in names)
            lines.append(f"{sample.seconds / 60:6.1f} {figures}")
        lines.append("growth " + "".join(f"{self.growth(name):10.1f}" for name in names))
        return "\n".join(lines)

    def _count(self, name: str) -> int:
        return sum(1 for _ in (self._folder / name).rglob("*"))


def growth(values: NDArray[np.float64]) -> float:
    """How much the median of the last quarter is above that of the second."""
    quarters = np.array_split(values, 4)
    return float(np.median(quarters[3]) - np.median(quarters[1]))


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
        try:
            while window.poll() is None:
                watch.sample()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    window.wait(SAMPLE_SECONDS)
        finally:
            window.kill()
            window.wait()
    rounds = [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines()]
    assert window.returncode == 0, errors.read_text(encoding="utf-8")
    print(f"\n{len(rounds)} rounds, {len(watch.engines)} engines seen\n{watch.table()}")
    print(*rounds[:: max(len(rounds) // 20, 1)], sep="\n")
    assert not psutil.wait_procs(watch.engines, timeout=10)[1], "a process outlived the window"
    assert not list((tmp_path / "temp").rglob("*"))
    if MINUTES >= LONG_MINUTES:
        slope, error = watch.slope("window")
        print(f"window: {slope:.1f} ± {error:.1f} MB an hour")
        assert slope - 2 * error < MOST_MB_PER_HOUR
    else:
        assert watch.growth("window") < MOST_MB
    for name, most in MOST_MORE.items():
        assert watch.growth(name) <= most, name
    assert growth(np.array([one["objects"] for one in rounds], np.float64)) <= MOST_OBJECTS
