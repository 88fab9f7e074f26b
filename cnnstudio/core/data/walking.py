"""All files in a folder, in an order that is the same everywhere."""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.text import T, Text

_FAMILIAR = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "lost+found",
     "$recycle.bin", "system volume information"}
)  # fmt: skip
_IN_THE_CLOUD = 0x1000 | 0x400000  # FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS
_AS_BYTES = "surrogatepass" if sys.platform == "win32" else "surrogateescape"
_BATCH = 200  # files between two words about how far it is


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What is in a folder.

    Attributes:
        paths: Each file's path from there, with "/" between folders, as the system spells it.
        sizes: int64, shape (n,): bytes.
        times: int64, shape (n,): nanoseconds since 1970 when it was last written.
        skipped: What can't be read or isn't a file, with the reason.
        empty: Folders in which there is nothing.
        ignored: How many files and folders were passed over that are hidden or that programs
            leave behind.
    """

    paths: list[str]
    sizes: NDArray[np.int64]
    times: NDArray[np.int64]
    skipped: list[tuple[str, Text]]
    empty: list[str]
    ignored: int


def is_familiar(name: str) -> bool:
    """Whether nobody misses a file or folder of this name: hidden, or left behind by a program."""
    return name[:1] == "." or name.lower() in _FAMILIAR


def normal(path: str) -> str:
    """The path in Unicode's composed form (NFC), under which it is put in order."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def plain(name: str) -> str:
    """A name as the system spells it, with bytes that are no text as ``\\xe9``."""
    if name.isascii():
        return name
    return name.encode("utf-8", _AS_BYTES).decode("utf-8", "backslashreplace")


def walk(root: str, tell: Callable[[int], None] = lambda _count: None) -> Walk:
    """Finds all files in a folder and the folders in it; opens none.

    Each folder is visited once. A link to a folder is followed only where it leads out of `root`,
    and not to a folder that holds it. Files are in the order of their composed paths.

    Args:
        root: The folder.
        tell: Gets the number of files so far, now and then.

    Raises:
        OSError: When `root` itself can't be read.
    """
    walker = _Walker(os.path.realpath(root), tell)
    walker.visit(root, "")
    while walker.folders or walker.links:
        if not walker.folders:
            walker.folders.append(walker.links.pop())
        folder, path = walker.folders.pop()
        try:
            walker.visit(folder, path + "/")
        except OSError as error:
            walker.skipped.append((path, unreadable(error)))
    order = sorted(range(len(walker.paths)), key=walker.key)
    return Walk(
        [walker.paths[i] for i in order],
        np.array(walker.sizes, np.int64)[order],
        np.array(walker.times, np.int64)[order],
        sorted(walker.skipped, key=lambda one: one[0]),
        sorted(walker.empty),
        walker.ignored,
    )


def unreadable(error: OSError) -> Text:
    """Why a file or folder can't be read, without its name."""
    if isinstance(error, PermissionError):
        return T("It can't be read: you have no permission. Change its permissions or copy it.")
    return T(
        "It can't be read: {reason}. Check that its disk is connected.",
        reason=error.strerror or type(error).__name__,
    )


class _Walker:
    """What was found so far, and the folders and links that wait to be visited."""

    def __init__(self, real: str, tell: Callable[[int], None]) -> None:
        self._real = real
        self._tell = tell
        self._visited: set[tuple[int, int]] = set()
        self.folders: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        self.paths: list[str] = []
        self.sizes = array("q")
        self.times = array("q")
        self.skipped: list[tuple[str, Text]] = []
        self.empty: list[str] = []
        self.ignored = 0

    def key(self, index: int) -> tuple[str, str]:
        """What the files are put in order by."""
        path = self.paths[index]
        return normal(path), path

    def visit(self, folder: str, prefix: str) -> None:
        """Takes what is in a folder; in `prefix` its path ends with "/", unless it is the root."""
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in self._visited:
            self.skipped.append((prefix[:-1], _read_anyway()))
            return
        self._visited.add((status.st_dev, status.st_ino))
        nothing, links = True, len(self.links)
        with os.scandir(folder) as entries:
            for entry in entries:
                nothing = False
                if is_familiar(entry.name):
                    self.ignored += 1
                    continue
                try:
                    self._take(entry, prefix + entry.name)
                except OSError as error:
                    self.skipped.append((prefix + entry.name, unreadable(error)))
        if nothing and prefix:
            self.empty.append(prefix[:-1])
        if len(self.links) > links:
            self.links.sort(reverse=True)

    def _take(self, entry: os.DirEntry[str], path: str) -> None:
        if entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
            self.folders.append((entry.path, path))
            return
        status = entry.stat()  # of what a link leads to
        if stat.S_ISDIR(status.st_mode):
            if self._is_inside(os.path.realpath(entry.path)):
                self.skipped.append((path, _read_anyway()))
            else:
                self.links.append((entry.path, path))
        elif not stat.S_ISREG(status.st_mode):
            self.skipped.append((path, T("It is a pipe, a socket or a device, not a file.")))
        elif getattr(status, "st_file_attributes", 0) & _IN_THE_CLOUD:
            self.skipped.append(
                (path, T("It is only in the cloud. Have it downloaded to this computer first."))
            )
        else:
            self.paths.append(path)
            self.sizes.append(status.st_size)
            self.times.append(status.st_mtime_ns)
            if len(self.paths) % _BATCH == 0:
                self._tell(len(self.paths))

    def _is_inside(self, target: str) -> bool:
        """Whether a folder is in the root, or the root in it."""
        try:
            return os.path.commonpath((target, self._real)) in (target, self._real)
        except ValueError:  # two drives
            return False


def _read_anyway() -> Text:
    return T("It is a link to a folder that is read anyway, or that holds this one.")


def _is_junction(entry: os.DirEntry[str]) -> bool:
    return bool(getattr(entry, "is_junction", bool)())  # a method from Python 3.12 on
