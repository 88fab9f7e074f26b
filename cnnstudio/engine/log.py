"""The engine's log: whatever it or a native library prints, in a file that can't fill the disk."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
from pathlib import Path

LOG_CAP = 10 * 2**20
LOG_KEPT = 256 * 2**10


class EngineLog:
    """A file in place of the standard streams.

    Libraries write to file descriptors 1 and 2 directly, so the file itself takes their place: a
    pipe to a thread would lose the last words of a crash. The cap therefore holds between two
    calls of `trim`, not within.

    Args:
        path: The file; appended to.
        cap: Bytes beyond which `trim` cuts.
        keep: Bytes of the end that a cut leaves.
    """

    def __init__(self, path: Path, cap: int = LOG_CAP, keep: int = LOG_KEPT) -> None:
        self._fd = _open(path)
        self._cap = cap
        self._keep = keep
        self._lock = threading.Lock()  # one thread trims, another may move

    def take_standard_streams(self) -> None:
        """Sends everything printed from now on, by Python or by C, to the file."""
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        for fd in (1, 2):
            os.dup2(self._fd, fd)
        sys.stdin = open(0, closefd=False, encoding="utf-8")  # noqa: SIM115
        sys.stdout, sys.stderr = (
            open(fd, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
            for fd in (1, 2)
        )
        faulthandler.enable(sys.stderr)
        if sys.platform != "win32":
            faulthandler.register(signal.SIGUSR1, sys.stderr)  # where does it hang?
        logging.basicConfig(
            stream=sys.stderr,
            level=logging.INFO,
            format="%(asctime)s %(levelname)s %(name)s: %(message)s",
            force=True,
        )

    def continue_in(self, path: Path) -> None:
        """Goes on in another file, such as a run's own log, with what was printed so far first.

        Raises:
            OSError: The file can't be written; the log then stays where it is.
        """
        self.flush()
        with self._lock:
            fd = _open(path)
            try:
                os.lseek(self._fd, 0, os.SEEK_SET)
                while block := os.read(self._fd, 1 << 20):
                    os.write(fd, block)
                for taken in (self._fd, 1, 2):
                    os.dup2(fd, taken)
            finally:
                os.close(fd)

    def trim(self) -> None:
        """Cuts the file down to its end if it has grown beyond the cap."""
        with self._lock:
            self._trim()

    def _trim(self) -> None:
        size = os.fstat(self._fd).st_size
        if size <= self._cap:
            return
        os.lseek(self._fd, size - self._keep, os.SEEK_SET)
        end = os.read(self._fd, self._keep)
        os.ftruncate(self._fd, 0)
        note = f"[{size - len(end):,} bytes were cut from here]\n".encode()
        os.write(self._fd, note + end)

    def close(self) -> None:
        """Lets go of the file (the standard streams stay on it)."""
        os.close(self._fd)

    def flush(self) -> None:
        """Hands over what Python still holds."""
        sys.stdout.flush()
        sys.stderr.flush()


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0))
