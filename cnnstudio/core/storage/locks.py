"""Locks that end with the process that holds them, however it ends.

What counts is the operating system's lock, never that the file exists: what a crash leaves behind
can be locked again at once.
"""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from filelock import lock_descriptor

from cnnstudio.core.text import T, Text

_BINARY = getattr(os, "O_BINARY", 0)  # Windows
_LARGEST_NOTE = 4096


class OsLock:
    """A lock on a file of its own, which it removes when it is released. Made by ``take``."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, path: Path, note: bytes = b"") -> OsLock | None:
        """Locks `path`; None while somebody else, or another lock of this process, has it.

        Args:
            path: The file; made if it isn't there. Its folder must exist.
            note: What `read_note` tells others, at most 4 kB.

        Raises:
            OSError: When the file can't be opened or the file system has no locks.
        """
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, 0o666)
            try:
                mine = lock_descriptor(descriptor, blocking=False)
                removed = os.fstat(descriptor).st_nlink == 0  # by whoever had it until just now
                if mine and not removed:
                    os.ftruncate(descriptor, 0)
                    os.write(descriptor, b"\n" + note)
                    return cls(path, descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)
            if not mine:
                return None

    def release(self) -> None:
        """Gives it back and removes the file; again does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            if os.name != "nt":  # before it is unlocked, so that nobody's next lock is removed
                self.path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
        if os.name == "nt":  # can't be removed while it is open, neither here nor elsewhere
            try:
                self.path.unlink(missing_ok=True)
            except PermissionError:
                return


def read_note(path: Path) -> bytes:
    """The note of whoever has or had the lock; b"" if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(1)  # Windows lets nobody else read the locked first byte
            return file.read(_LARGEST_NOTE)
    except OSError:
        return b""


class Owner(msgspec.Struct, frozen=True):
    """Who has a project open.

    Attributes:
        host: The computer.
        pid: The process there.
        since: When it was opened, ISO 8601 in UTC.
    """

    host: str = ""
    pid: int = 0
    since: str = ""

    def text(self, name: str) -> Text:
        """Says that `name` is open there."""
        if not self.host:
            return T("{name} is open in another window.", name=name)
        since = datetime.fromisoformat(self.since).astimezone()
        today = since.date() == datetime.now().astimezone().date()
        return T(
            "{name} is open in another window on {host} since {time}.",
            name=name,
            host=self.host,
            time=since.strftime("%H:%M" if today else "%Y-%m-%d %H:%M"),
        )


class ProjectLock:
    """Keeps other windows, also on other computers, from writing the same project file.

    Args:
        path: The project file; the lock lies beside it, hidden.
    """

    def __init__(self, path: Path) -> None:
        real = Path(os.path.realpath(path))
        self.path = real.with_name(f".{real.name}.lock")
        self._lock: OsLock | None = None

    def acquire(self) -> Owner | None:
        """Takes the lock; returns who has it if that fails.

        Where no lock can be made (a read-only disk, a file system without locks) the project
        simply isn't locked.
        """
        if self._lock is not None:
            return None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        note = msgspec.json.encode(Owner(platform.node(), os.getpid(), since))
        try:
            self._lock = OsLock.take(self.path, note)
        except OSError:
            return None
        return _owner(read_note(self.path)) if self._lock is None else None

    def release(self) -> None:
        """Gives it back; again does nothing."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _owner(note: bytes) -> Owner:
    """Who the note says it is; an unnamed owner while the note is being written."""
    try:
        owner = msgspec.json.decode(note, type=Owner)
        datetime.fromisoformat(owner.since)
    except (msgspec.DecodeError, ValueError):
        return Owner()
    return owner
