"""Nothing in the window is dead: what can be pressed does something, what can't says why."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OFFSCREEN = "This plugin does not support "  # what Qt says of its platform without a screen
FEWEST = 130  # so that a window that doesn't show its controls isn't taken for a sound one


def test_every_control_does_something_or_says_why(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.window_presses", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    wrong = [line for line in done.stderr.splitlines() if not line.startswith(OFFSCREEN)]
    assert wrong == []
    assert done.returncode == 0
    facts = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert ast.literal_eval(facts["nothing happened"]) == []
    assert ast.literal_eval(facts["no reason"]) == []
    assert int(facts["pressed"]) > FEWEST
