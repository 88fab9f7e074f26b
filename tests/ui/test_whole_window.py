"""The whole window in a process of its own: what it shows on the way, and that nothing is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OFFSCREEN = "This plugin does not support "  # what Qt says of its platform without a screen


def test_a_newcomer_trains_and_leaves(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.window_tour", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stderr.splitlines()
    assert [line for line in said if not line.startswith(OFFSCREEN)] == []
    assert done.returncode == 0
    facts = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert facts == {
        "after Enter": "design",
        "after Ctrl Enter": "train",
        "meanwhile": "inspect",
        "news": "['The training has finished.']",
        "wrong": "[]",
        "out of reach": "[]",
        "state": "Ready to train",
        "processes left": "0",
        "threads left": "[]",
    }
