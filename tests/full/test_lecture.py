"""The lecture's CNN on the real pictures, from the command line, measured on the test set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("epochs", "bound"), [(1, 0.86), (3, 0.895)])
def test_the_lectures_cnn_learns(tmp_path: Path, epochs: int, bound: float) -> None:
    def cnnstudio(*arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "cnnstudio", *arguments, "--json"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "CNNSTUDIO_CACHE": str(tmp_path / "cache")},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    run = str(tmp_path / "run")
    trained = cnnstudio("train", "sample:lecture-cnn", "--run-dir", run, "--epochs", str(epochs))
    measured = cnnstudio("evaluate", run)
    print(
        f"{epochs} epochs: {measured['accuracy']:.4f} on the test pictures, trained at "
        f"{trained['images_per_second']:.0f} images/s"
    )
    assert trained["stopped"] == "finished"
    assert measured["accuracy"] >= bound
