"""The window and the real engine: train, stop, and a killed engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def train_in_window(folder: Path, project: str, *steps: str) -> dict[str, Any]:
    """What `tests.fakes.window_trainer` reports."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fakes.window_trainer",
            project,
            str(folder / "settings.ini"),
            *steps,
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "CNNSTUDIO_DATA": str(folder / "data"),
            "CNNSTUDIO_CACHE": str(folder / "cache"),
            "CNNSTUDIO_LANGUAGE": "en",
        },
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.timeout(300)
def test_train_stop_and_kill_the_engine(tmp_path: Path) -> None:
    report = train_in_window(tmp_path, "sample:lecture-cnn", "stop", "kill", "stop")
    first, killed, again = report["steps"]
    assert first["status"] == again["status"] == "cancelled"
    assert first["batches"] > 0
    assert 2.0 < first["first_loss"] < 2.7  # ln 10 = 2.303 before anything is learned
    assert first["problem"] == again["problem"] == ""
    assert killed["status"] == "interrupted"
    assert "ended the engine" in killed["problem"]
    assert again["first_loss"] == first["first_loss"]  # the same seed, the same first batch
    print(f"first batch {again['first_batch_seconds']:.2f} s after Train with an engine ready")
    assert report["runs"] == 3
    assert not report["modified"]
