"""The engine's log, in a process of its own because it takes the standard streams."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MOVE = """
import os, sys
from pathlib import Path
from cnnstudio.engine.log import EngineLog
first, second = Path(sys.argv[1]), Path(sys.argv[2])
log = EngineLog(first, cap=4000, keep=1000)
log.take_standard_streams()
print("before, from Python")
os.write(1, b"before, from C\\n")
log.continue_in(second)
print("after, from Python", file=sys.stderr)
os.write(2, b"after, from C\\n")
try:
    log.continue_in(second.parent / "no folder" / "x")
except OSError:
    print("stayed")
os.write(1, b"x" * 10_000)
log.trim()
log.flush()
"""


def test_a_log_goes_on_in_another_file_with_all_that_was_said(tmp_path: Path) -> None:
    first, second = tmp_path / "engine.log", tmp_path / "실행" / "log.txt"
    second.parent.mkdir()
    second.write_text("an earlier session\n", encoding="utf-8")
    script = MOVE.replace('os.write(1, b"x" * 10_000)\n', "")
    subprocess.run([sys.executable, "-c", script, first, second], check=True)
    assert second.read_text(encoding="utf-8").splitlines() == [
        "an earlier session",
        "before, from Python",
        "before, from C",
        "after, from Python",
        "after, from C",
        "stayed",
    ]
    assert "after" not in first.read_text(encoding="utf-8")


def test_the_second_file_is_the_one_that_is_kept_short(tmp_path: Path) -> None:
    first, second = tmp_path / "engine.log", tmp_path / "log.txt"
    subprocess.run([sys.executable, "-c", MOVE, first, second], check=True)
    assert second.stat().st_size < 2000
    assert "were cut from here" in second.read_text(encoding="utf-8")
