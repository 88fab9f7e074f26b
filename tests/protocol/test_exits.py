from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from cnnstudio.protocol.exits import TAIL_LINES, ExitKind, explain, read_log

LOG = Path("engine.log")
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals: not on Windows")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (0, ExitKind.FINISHED, "has ended"),
        (1, ExitKind.FAILED, "exit code 1"),
        (3221225477, ExitKind.CRASHED, "TensorFlow crashed (access violation)"),
        (0xC0000409, ExitKind.CRASHED, "TensorFlow crashed"),
        (0xC000001D, ExitKind.CRASHED, "AVX"),
        (0xC0000017, ExitKind.OUT_OF_MEMORY, "memory ran out"),
        pytest.param(-9, ExitKind.OUT_OF_MEMORY, "memory ran out", marks=posix),
        pytest.param(137, ExitKind.OUT_OF_MEMORY, "memory ran out", marks=posix),
        pytest.param(-signal.SIGSEGV, ExitKind.CRASHED, "TensorFlow crashed", marks=posix),
        pytest.param(128 + signal.SIGABRT, ExitKind.CRASHED, "TensorFlow crashed", marks=posix),
        pytest.param(-signal.SIGILL, ExitKind.CRASHED, "AVX", marks=posix),
        pytest.param(-signal.SIGTERM, ExitKind.FAILED, "the system ended", marks=posix),
    ],
)
def test_codes_in_words(code: int, kind: ExitKind, words: str) -> None:
    found, text = explain(code, "tensorflow", LOG)
    assert found is kind
    assert words in str(text)


def test_the_backend_is_named() -> None:
    assert "PyTorch crashed" in str(explain(0xC0000005, "torch", LOG)[1])


def test_the_log_gives_its_end_and_the_last_trace(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines = [f"line {n}" for n in range(100)]
    trace = ["Fatal Python error: Segmentation fault", "", "Current thread 0x1:", "  File x"]
    old = ["Fatal Python error: Aborted", "old"]
    log.write_bytes("\n".join([*old, *lines, *trace]).encode() + b"\xff\n")
    tail, found = read_log(log)
    assert len(tail) == TAIL_LINES
    assert tail[-1].startswith("  File x")
    assert found.startswith("Fatal Python error: Segmentation fault")
    assert "old" not in found


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_log(tmp_path / "none") == ((), "")
