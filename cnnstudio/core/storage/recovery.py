"""What isn't saved yet, kept so that it survives a crash, a kill or a power cut.

``recovery/<session>/`` holds the last three snapshots of a window's project. A snapshot is a
project file that opens like any other; what else is known about it stands under ``recovery``.
``<session>.lock`` beside the folder is locked by the operating system for as long as its window
lives: a session that can be locked has lost its window.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec

import cnnstudio
from cnnstudio.core.errors import BadInput, StudioError
from cnnstudio.core.project import Project
from cnnstudio.core.storage.atomic import rename, sync_folder, write_atomically
from cnnstudio.core.storage.faults import read_fault, write_fault
from cnnstudio.core.storage.locks import OsLock
from cnnstudio.core.storage.project_file import (
    SUFFIX,
    decode_project,
    encode_project,
    load_project,
    read_file,
)
from cnnstudio.core.text import T, Text

SNAPSHOTS = 3
MOST_ATTEMPTS = 2
_KEY = "recovery"
_LOCK, _REMOVED, _ATTEMPTS = ".lock", ".removed", "attempts.json"


class Original(msgspec.Struct, frozen=True):
    """The project's file as it was when it was opened or saved.

    Attributes:
        path: The absolute path.
        mtime_ns: When it was written, in nanoseconds; 0 if that is unknown.
        sha256: Its content; "" if it couldn't be read.
    """

    path: str
    mtime_ns: int = 0
    sha256: str = ""

    @classmethod
    def of(cls, path: Path) -> Original:
        """Looks at a file."""
        absolute = path.absolute()
        try:
            digest = hashlib.sha256(read_file(absolute)).hexdigest()
            return cls(str(absolute), os.stat(absolute).st_mtime_ns, digest)  # noqa: PTH116
        except (StudioError, OSError):
            return cls(str(absolute))


class OriginalState(StrEnum):
    """What became of the project's file since the snapshot."""

    NONE = "none"  # the project never had a file
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MISSING = "missing"


class Circumstances(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a snapshot knows beside the project.

    Attributes:
        time: When it was taken, ISO 8601 in UTC.
        studio: The studio's version.
        original: The project's file; None if it has none.
        saving_to: Where the project was about to be saved; "" for an ordinary snapshot.
        restored_from: The sessions this project was restored from, not yet saved.
    """

    time: str
    studio: str = cnnstudio.__version__
    original: Original | None = None
    saving_to: str = ""
    restored_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Orphan:
    """A session that has lost its window, with something in it that was never saved.

    Attributes:
        root: The recovery folder.
        id: The session.
        name: What the project is called: its file's stem once it has one; "" if unknown.
        time: When the snapshot was taken.
        layers: How many layers it has.
        original: The project's file; None if it has none.
        original_state: What became of that file since.
        snapshot: The snapshot to restore; None if there is none that can be.
        problem: Why the latest snapshot isn't the one, or none is; None if all is well.
        restored_from: Sessions that this one has grown from.
    """

    root: Path
    id: str
    name: str
    time: datetime
    layers: int = 0
    original: Path | None = None
    original_state: OriginalState = OriginalState.NONE
    snapshot: Path | None = None
    problem: Text | None = None
    restored_from: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its snapshots lie."""
        return self.root / self.id


class SessionFolder:
    """The folder of one session, locked. Made by ``create`` or ``claim``.

    Attributes:
        id: The session.
        path: The folder.
    """

    def __init__(self, root: Path, id: str, lock: OsLock) -> None:
        self.id = id
        self.path = root / id
        self._lock = lock

    @classmethod
    def create(cls, root: Path) -> SessionFolder:
        """Begins a session.

        Raises:
            StudioError: When `root` can't be written or has no locks.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
            while True:
                id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
                if (session := cls.claim(root, id)) is not None:
                    return session
        except OSError as error:
            raise write_fault(error, root) from error

    @classmethod
    def claim(cls, root: Path, id: str) -> SessionFolder | None:
        """Takes over a session; None if a window lives in it.

        Raises:
            OSError: When it can't be locked.
        """
        lock = OsLock.take(root / f"{id}{_LOCK}")
        return cls(root, id, lock) if lock is not None else None

    def snapshots(self) -> list[Path]:
        """The snapshots, the latest first.

        Raises:
            OSError: When the folder can't be read.
        """
        try:
            names = [entry.name for entry in self.path.iterdir()]
        except FileNotFoundError:
            return []
        stems = (name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
        numbers = sorted((stem for stem in stems if stem.isdecimal()), key=int, reverse=True)
        return [self.path / (number + SUFFIX) for number in numbers]

    def write(self, project: Project, circumstances: Circumstances) -> Path:
        """Takes a snapshot, and then drops the oldest ones.

        Raises:
            StudioError: When it can't be written; the earlier snapshots are still there.
        """
        extra = {**project.extra, _KEY: msgspec.to_builtins(circumstances)}
        data = encode_project(msgspec.structs.replace(project, extra=extra))
        try:
            if not self.path.is_dir():
                self.path.mkdir(mode=0o700)
                sync_folder(self.path.parent)
            earlier = self.snapshots()
        except OSError as error:
            raise write_fault(error, self.path, len(data)) from error
        number = int(earlier[0].stem) + 1 if earlier else 1
        snapshot = self.path / f"{number:08}{SUFFIX}"
        write_atomically(snapshot, data)
        for old in earlier[SNAPSHOTS - 1 :]:
            with contextlib.suppress(OSError):  # one too many does no harm
                old.unlink()
        return snapshot

    def attempts(self) -> dict[str, int]:
        """How often each snapshot was opened without living on, by file name."""
        try:
            return msgspec.json.decode(read_file(self.path / _ATTEMPTS), type=dict[str, int])
        except (BadInput, msgspec.DecodeError):
            return {}

    def mark_attempt(self, snapshot: Path) -> None:
        """Counts that `snapshot` is about to be opened.

        Raises:
            StudioError: When that can't be written.
        """
        attempts = self.attempts()
        attempts[snapshot.name] = attempts.get(snapshot.name, 0) + 1
        write_atomically(self.path / _ATTEMPTS, msgspec.json.encode(attempts))

    def remove(self) -> None:
        """Forgets the session at once: nothing of it is ever offered again.

        Raises:
            StudioError: When it can't be removed; it is then still there, whole and locked.
        """
        removed = self.path.with_name(self.path.name + _REMOVED)
        try:
            rename(self.path, removed)
            sync_folder(self.path.parent)
        except FileNotFoundError:
            pass  # nothing was written yet, or it was removed by hand
        except OSError as error:
            raise write_fault(error, self.path) from error
        _delete(removed)
        self.release()

    def release(self) -> None:
        """Gives the session back, as it is."""
        with contextlib.suppress(OSError):  # a lock file left over is taken over
            self._lock.release()


@dataclass(frozen=True, slots=True)
class Restored:
    """What a person got back.

    Attributes:
        project: The project, which isn't saved.
        original: Its file; None if it has none.
        sessions: Where it came from, locked; to be removed once the project is saved or discarded.
    """

    project: Project
    original: Path | None
    sessions: tuple[SessionFolder, ...]


def orphans(root: Path) -> list[Orphan]:
    """Finds what was lost by windows that are gone, the latest first.

    Sessions in which nothing was lost are removed on the way; live windows are never among them.

    Args:
        root: The recovery folder; need not exist.
    """
    try:
        names = sorted(entry.name for entry in root.iterdir())
    except OSError:
        return []
    for name in names:
        if name.endswith(_REMOVED):
            _delete(root / name)
    ids = {name.removesuffix(_LOCK) for name in names if not name.endswith(_REMOVED)}
    found = [orphan for id in ids if (orphan := _examine(root, id)) is not None]
    grown_from = {id for orphan in found if orphan.snapshot for id in orphan.restored_from}
    offered = [orphan for orphan in found if orphan.id not in grown_from]
    return sorted(offered, key=lambda orphan: orphan.time, reverse=True)


def restore(orphan: Orphan) -> Restored:
    """Opens an orphan's snapshot. Nothing is deleted.

    Raises:
        BadInput: When another window has it by now, or it can't be read any more.
    """
    assert orphan.snapshot is not None
    sessions = _claim(orphan)
    try:
        with contextlib.suppress(StudioError):  # a full disk is no reason to keep work back
            sessions[0].mark_attempt(orphan.snapshot)
        project, _ = read_snapshot(orphan.snapshot)
    except BaseException:
        for session in sessions:
            session.release()
        raise
    return Restored(project, orphan.original, sessions)


def discard(orphan: Orphan) -> None:
    """Deletes an orphan for good, and what it has grown from.

    Raises:
        StudioError: When another window has it by now, or it can't be deleted.
    """
    sessions = _claim(orphan)
    try:
        for session in reversed(sessions):  # the one that is offered goes last
            session.remove()
    finally:
        for session in sessions:
            session.release()


def read_snapshot(path: Path) -> tuple[Project, Circumstances]:
    """Reads a snapshot.

    Raises:
        BadInput: When it is damaged.
    """
    project = decode_project(read_file(path), str(path))
    extra = dict(project.extra)
    try:
        circumstances = msgspec.convert(extra.pop(_KEY, None), Circumstances)
        datetime.fromisoformat(circumstances.time)
    except ValueError as error:
        raise BadInput(
            T("{file} isn't a snapshot. Open it as a project instead.", file=str(path))
        ) from error
    return msgspec.structs.replace(project, extra=extra), circumstances


def _examine(root: Path, id: str) -> Orphan | None:
    """Looks at a session; None if a window lives in it, or nothing in it was lost."""
    try:
        session = SessionFolder.claim(root, id)
    except OSError:
        return None  # whether a window lives in it can't be known
    if session is None:
        return None
    try:
        orphan = _orphan(root, session)
        if orphan is None:
            with contextlib.suppress(StudioError):  # tried again at the next start
                session.remove()
    except OSError as error:
        reason = read_fault(error, session.path).text
        orphan = Orphan(root, id, "", datetime.now(UTC), problem=reason)
    finally:
        session.release()
    return orphan


def _orphan(root: Path, session: SessionFolder) -> Orphan | None:
    snapshots = session.snapshots()
    if not snapshots:
        return None
    attempts = session.attempts()
    written = datetime.fromtimestamp(snapshots[0].stat().st_mtime, UTC)
    unusable = Orphan(root, session.id, "", written)
    problem: Text | None = None
    for snapshot in snapshots:
        try:
            project, known = read_snapshot(snapshot)
        except BadInput as error:
            problem = problem or error.text
            continue
        if snapshot is snapshots[0] and _is_saved(project, known):
            return None
        original = Path(known.original.path) if known.original else None
        orphan = Orphan(
            root,
            session.id,
            original.stem if original else project.name,
            datetime.fromisoformat(known.time),
            layers=len(project.network.layers),
            original=original,
            original_state=_state(known.original),
            snapshot=snapshot,
            problem=problem,
            restored_from=known.restored_from,
        )
        tried = attempts.get(snapshot.name, 0)
        if tried < MOST_ATTEMPTS:
            return orphan
        problem = problem or T(
            "The studio ended {count} times after opening the latest snapshot.", count=tried
        )
        unusable = unusable if unusable.name else orphan
    return replace(unusable, snapshot=None, problem=problem)


def _is_saved(project: Project, known: Circumstances) -> bool:
    """Whether exactly this lies in its file: the window ended just after saving."""
    paths = [known.saving_to] if known.saving_to else []
    paths += [known.original.path] if known.original else []
    for path in paths:
        try:
            saved = load_project(Path(path))
        except BadInput:
            continue
        named = msgspec.structs.replace(project, name=saved.name)
        if encode_project(named) == encode_project(saved):
            return True
    return False


def _state(original: Original | None) -> OriginalState:
    if original is None:
        return OriginalState.NONE
    now = Original.of(Path(original.path))
    if not now.sha256:
        return OriginalState.MISSING
    return OriginalState.UNCHANGED if now.sha256 == original.sha256 else OriginalState.CHANGED


def _claim(orphan: Orphan) -> tuple[SessionFolder, ...]:
    """Locks an orphan and what it has grown from, the orphan first."""
    with contextlib.ExitStack() as undo:
        claimed: list[SessionFolder] = []
        try:
            for id in (orphan.id, *orphan.restored_from):
                if (session := SessionFolder.claim(orphan.root, id)) is not None:
                    undo.callback(session.release)
                    claimed.append(session)
            there = orphan.folder.is_dir()
        except OSError as error:
            raise write_fault(error, orphan.folder) from error
        if not there or not claimed or claimed[0].id != orphan.id:
            raise BadInput(
                T("{name} was restored or discarded in another window.", name=orphan.name)
            )
        undo.pop_all()
    return tuple(claimed)


def _delete(folder: Path) -> None:
    with contextlib.suppress(OSError):  # what is left over goes at the next start
        shutil.rmtree(folder)
