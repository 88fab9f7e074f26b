"""Files called by their content: ``<sha256>.suffix``.

A person has one store of a kind for all projects. A saved project has the files it names beside it
too, so that it can be moved to another machine; where the file system can, both are one file with
two names. A file comes verified and is never changed; it goes when the store is pruned.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from cnnstudio.core.errors import StudioError
from cnnstudio.core.storage.atomic import rename, sync_folder
from cnnstudio.core.storage.faults import read_fault, write_fault
from cnnstudio.core.storage.places import recovery_folder

UNUSED = 90 * 24 * 3600.0
"""Seconds after which `ContentStore.prune` takes a file away that nothing has asked for."""

_NAME = re.compile(r"[0-9a-f]{64}")
_NAMED = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_CHUNK = 1 << 20
_DAY = 24 * 3600.0
_STALE = 3600.0  # seconds after which a temporary file can only be a crash's leftover


class ContentStore:
    """A folder of such files.

    Args:
        folder: The folder; made when the first file comes.

    Attributes:
        suffix: How the files' names end.
    """

    suffix: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, sha: str, *folders: Path) -> Path | None:
        """The file with this hash in the store or one of `folders`; None if there is none.

        What is no hash is never looked for: a project file may name anything. Whether the content
        is what the name says shows when it is read.
        """
        for folder in (self.folder, *folders):
            path = _path(folder, sha, self.suffix)
            if path is not None and _is_file(path):
                _use(path)
                return path
        return None

    def adopt(self, sha: str, *folders: Path) -> bool:
        """Takes a file from one of `folders` into the store, if its content is what it says.

        Returns:
            Whether the store has it now.

        Raises:
            BadInput: When it can't be read.
            JobFailed: When the disk is full or breaks.
        """
        path = self.find(sha, *folders)
        if path is None or path.parent == self.folder:
            return path is not None
        if sha_of(path) != sha:
            return False
        self.take(path, sha, link)
        return True

    def lay_into(self, folder: Path, names: Iterable[str], *folders: Path) -> None:
        """Puts files into a project's folder, as far as they can be found.

        Args:
            folder: The folder; made if a file comes.
            names: Their hashes.
            folders: Where else they may lie than in the store.

        Raises:
            BadInput: When `folder` can't be written, or a file can't be read.
            JobFailed: When the disk is full or breaks.
        """
        beside = type(self)(folder)
        for sha in names:
            path = self.find(sha, *folders)
            if path is None or beside.find(sha) is not None:
                continue
            if path.parent == self.folder or sha_of(path) == sha:
                beside.take(path, sha, link)

    def tidy(self, folder: Path, names: Iterable[str]) -> None:
        """Takes what isn't among `names` out of a project's folder; the store has it then.

        What the store can't take stays where it is: litter is no reason to fail.
        """
        wanted = set(names)
        for path in _files(folder, self.suffix):
            if path.stem not in wanted:
                with contextlib.suppress(StudioError, OSError):
                    if self.adopt(path.stem, folder):
                        path.unlink()

    def prune(self, unused: float = UNUSED, recovery: Path | None = None) -> None:
        """Takes files away that nothing has asked for in `unused` seconds.

        One that lies beside a project too isn't lost by it. What an unsaved project in the
        `recovery` folder (the person's unless given) names is kept.
        """
        now = time.time()
        for leftover in _matching(self.folder, "*.tmp"):
            _remove_older(leftover, now - _STALE)
        named: set[str] | None = None
        for path in _files(self.folder, self.suffix):
            if _age(path, now) > unused:
                if named is None:
                    named = _named_below(recovery or recovery_folder())
                if path.stem not in named:
                    _remove_older(path, now - unused)

    def take(self, path: Path, sha: str, bring: Callable[[Path, Path], None]) -> None:
        """Puts a file here under its hash, unless it is here already."""
        target = self.folder / (sha + self.suffix)
        temporary = self.folder / f".{secrets.token_hex(8)}.tmp"
        if _is_file(target):
            _use(target)
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            bring(path, temporary)
            rename(temporary, target)
            sync_folder(self.folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise write_fault(error, target, needed=_size(path)) from error
        _use(target)


def sha_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits.

    Raises:
        BadInput: When it can't be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise read_fault(error, path) from error


def named_in(path: Path) -> set[str]:
    """Everything in a text file that could be the hash of such a file.

    Raises:
        OSError: When it can't be read.
    """
    return {found.decode() for found in _NAMED.findall(path.read_bytes())}


def _path(folder: Path, sha: str, suffix: str) -> Path | None:
    return folder / (sha + suffix) if _NAME.fullmatch(sha) else None


def _is_file(path: Path) -> bool:
    """Whether a regular file is there; a link could lead out of the folder."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    return (path for path in _matching(folder, f"*{suffix}") if _NAME.fullmatch(path.stem))


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        return [path for path in folder.glob(pattern) if _is_file(path)]
    except OSError:
        return []


def _named_below(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in _matching(folder, "*/*"):
        with contextlib.suppress(OSError):
            found |= named_in(path)
    return found


def _use(path: Path) -> None:
    """Marks a file as used today; its time is that of its other name beside a project too."""
    if _age(path, time.time()) > _DAY:
        with contextlib.suppress(OSError):
            os.utime(path)


def _age(path: Path, now: float) -> float:
    """Seconds since a file was used last; 0 for one that isn't there any more."""
    try:
        return now - path.stat().st_mtime
    except OSError:
        return 0.0


def _remove_older(path: Path, than: float) -> None:
    with contextlib.suppress(OSError):
        if path.stat().st_mtime < than:
            path.unlink()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def link(source: Path, target: Path) -> None:
    """Gives a file a second name, or a copy where the file system has no second names."""
    try:
        os.link(source, target)
    except OSError:  # if that isn't why, copying says what is wrong
        _copy(source, target)


def move(source: Path, target: Path) -> None:
    """Gives a file another name, or a copy on another disk."""
    try:
        os.replace(source, target)  # noqa: PTH105 - tests fail each call of os in turn
    except OSError:  # as above
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as give, target.open("xb") as take:
        shutil.copyfileobj(give, take, _CHUNK)
        take.flush()
        os.fsync(take.fileno())
