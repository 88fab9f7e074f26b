"""A run is a folder that explains itself; nothing of the studio is needed to read it.

``run.json`` (the project as it was, settings, versions, device, seed, how it ended),
``metrics.jsonl`` (every batch and epoch), ``split.npz`` (which pictures trained and which
validated), ``checkpoints/`` and ``log.txt``. Epochs are counted from 1 in all of them.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import psutil

import cnnstudio
from cnnstudio.core.data.scaling import Scaler
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.storage.arrays import Array, read_arrays, write_arrays
from cnnstudio.core.storage.atomic import remove_leftovers, rename, sync_folder, write_atomically
from cnnstudio.core.storage.checkpoints import Checkpoints
from cnnstudio.core.storage.codec import Place, check_header, lay_out, parse, read_struct
from cnnstudio.core.storage.codec import write_struct as to_json
from cnnstudio.core.storage.faults import read_fault, write_fault
from cnnstudio.core.storage.locks import OsLock
from cnnstudio.core.storage.metrics import Metrics, MetricsFile
from cnnstudio.core.storage.project_file import (
    PROJECT_LAYOUT,
    project_from_json,
    project_to_json,
    read_file,
)
from cnnstudio.core.text import TN, T, Text

FORMAT = "cnnstudio run"
VERSION = 1
LOG_NAME = "log.txt"
_HEADER = ("format", "version")
_LAYOUT: dict[str, Any] = {"project": PROJECT_LAYOUT, "versions": {}}


class RunStatus(StrEnum):
    """How a run stands; the first five are written down, the last is found out."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    DIVERGED = "diverged"  # the loss wasn't finite
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # says running, but its process is gone


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What ``run.json`` holds.

    Attributes:
        project: The project as it was when the run started.
        epochs: Epochs asked for, in total.
        seed: The seed in use.
        backend: "tensorflow", "torch" or "jax".
        device: The device's id.
        deterministic: Whether the backend's deterministic operations were on.
        versions: Package name to version.
        created: When the run started, ISO 8601 in UTC.
        studio: The studio's version.
        pid: The process that trains or trained.
        pid_started: When that process started (seconds since the epoch); with `pid` it names it.
        state: How the run stands, as far as its process could say.
        reason: Why it ended, where it didn't just finish.
        scaler: The numbers its pictures are scaled by; None in a run of an older studio, where the
            project's scaling says all.
        extra: Unknown keys, kept.
    """

    project: Project
    epochs: int
    seed: int
    backend: str = ""
    device: str = ""
    deterministic: bool = False
    versions: dict[str, str] = {}
    created: str = ""
    studio: str = ""
    pid: int = 0
    pid_started: float = 0.0
    state: RunStatus = RunStatus.RUNNING
    reason: Text | None = None
    scaler: Scaler | None = None
    extra: dict[str, Any] = {}


class StoredSplit(NamedTuple):
    """The pictures of a run, as indices into the pools of its data.

    Attributes:
        train: Those it trains on.
        validation: Those it validates on; in the same pool.
        test: Those kept for testing; None in a run of an older studio, which keeps the whole test
            pool for it.
    """

    train: Array
    validation: Array
    test: Array | None = None


class RunFolder:
    """One run on the disk. Made by ``create``, ``open`` or ``to_resume``.

    Attributes:
        path: The folder.
        record: What ``run.json`` holds; changed by ``update``.
        metrics_file: Appends what is measured.
        checkpoints: The weights, epoch by epoch.

    At an epoch's end append its metrics first and write its checkpoint second: after a crash in
    between the checkpoint decides, and a resume does the epoch again.
    """

    def __init__(self, path: Path, record: RunRecord) -> None:
        self.path = path
        self.record = record
        self.metrics_file = MetricsFile(path / "metrics.jsonl")
        self.checkpoints = Checkpoints(path / "checkpoints")

    @classmethod
    def create(
        cls,
        path: Path,
        project: Project,
        *,
        epochs: int,
        seed: int,
        backend: str = "",
        device: str = "",
        deterministic: bool = False,
        versions: Mapping[str, str] | None = None,
        scaler: Scaler | None = None,
    ) -> RunFolder:
        """Starts a run in a new or empty folder; this process trains it.

        Raises:
            BadInput: When the folder isn't empty or can't be made.
            JobFailed: When the disk is full or breaks.
        """
        _claim(path)
        run = cls(
            path,
            RunRecord(
                project=project,
                epochs=epochs,
                seed=seed,
                backend=backend,
                device=device,
                deterministic=deterministic,
                versions=dict(versions or {}),
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                studio=cnnstudio.__version__,
                pid=os.getpid(),
                pid_started=psutil.Process().create_time(),
                scaler=scaler,
            ),
        )
        run.update()
        return run

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Opens a run to read it.

        Raises:
            BadInput: When it isn't a run or is damaged.
        """
        file = path / "run.json"
        try:
            if not path.exists():
                raise BadInput(T("{folder} doesn't exist. Check the path.", folder=str(path)))
            if not file.is_file():
                raise BadInput(
                    T(
                        "{folder} isn't a run: it has no run.json. Choose the folder that was "
                        "given as --run-dir.",
                        folder=str(path),
                    )
                )
        except OSError as error:  # no permission, a name too long
            raise read_fault(error, path) from error
        return cls(path, _record(parse(read_file(file), str(file)), str(file)))

    @classmethod
    @contextlib.contextmanager
    def to_resume(cls, path: Path) -> Iterator[RunFolder]:
        """Opens a run to go on with it, and keeps other processes from doing so at the same time.

        ``take_over`` belongs inside; after it the record says whose the run is. What a crash has
        left behind is removed.

        Raises:
            BadInput: When it isn't a run, is damaged, or another process trains it or is about to.
            JobFailed: When the disk is full or breaks.
        """
        cls.open(path)
        lock = _lock(path)
        try:
            run = cls.open(path)  # again: what stands there now stays
            run._prepare_to_write()
            yield run
        finally:
            if lock is not None:
                lock.release()

    @property
    def status(self) -> RunStatus:
        """How the run stands; INTERRUPTED where it says running but its process is gone."""
        record = self.record
        if record.state is RunStatus.RUNNING and not _alive(record.pid, record.pid_started):
            return RunStatus.INTERRUPTED
        return record.state

    @property
    def log_path(self) -> Path:
        """``log.txt``, to be appended to."""
        return self.path / LOG_NAME

    def update(self, **changes: Any) -> None:
        """Changes fields of the record, such as ``state`` and ``reason``, and saves it."""
        self.record = msgspec.structs.replace(self.record, **changes)
        write_atomically(self.path / "run.json", _encode(self.record))

    def take_over(self, after: int, **changes: Any) -> None:
        """Makes this process go on after epoch `after`, dropping what it does again.

        Args:
            after: The epoch whose full state training goes on from.
            changes: Fields of the record that are new, such as ``epochs``.
        """
        self.update(
            state=RunStatus.RUNNING,
            reason=None,
            pid=os.getpid(),
            pid_started=psutil.Process().create_time(),
            **changes,
        )
        self.metrics_file.append_resume(after)
        self.checkpoints.drop_after(after)

    def metrics(self) -> Metrics:
        """What the run has measured."""
        return self.metrics_file.read()

    def epochs(self) -> tuple[int, ...]:
        """The epochs with a snapshot, in order."""
        return self.checkpoints.epochs()

    def last_epoch(self) -> int | None:
        """The latest epoch with a snapshot; None without one."""
        return max(self.epochs(), default=None)

    def best_epoch(self) -> int | None:
        """The epoch with the lowest validation loss (training loss without validation).

        Of those with a snapshot; None without one.
        """
        return self.metrics().best(self.epochs())

    def has_snapshot(self, epoch: int) -> bool:
        """Whether the weights after `epoch` are there."""
        return epoch in self.epochs()

    def state_epochs(self) -> tuple[int, ...]:
        """The epochs training can go on from exactly, in order."""
        return self.checkpoints.state_epochs()

    def to_go(self, asked: int) -> tuple[int, int]:
        """What a resume does.

        Args:
            asked: The epochs in total; 0 for as many as the run was to have.

        Returns:
            The epoch training goes on from exactly, and the epochs in total.

        Raises:
            BadInput: When they are done already, or another process trains the run.
        """
        self._check_idle()
        done = max(self.state_epochs(), default=0)
        total = asked or self.record.epochs
        if total <= done:
            raise BadInput(
                TN(
                    "{folder} already has {count} epoch, and the number asked for is the total. "
                    "Ask for more than {count}.",
                    "{folder} already has {count} epochs, and the number asked for is the total. "
                    "Ask for more than {count}.",
                    done,
                    folder=str(self.path),
                )
            )
        return done, total

    def write_split(self, split: StoredSplit) -> None:
        """Records which pictures train, validate and test."""
        path = self.path / "split.npz"
        temporary = path.with_name("split.tmp.npz")
        arrays = {
            name: indices.astype(np.int32)
            for name, indices in split._asdict().items()
            if indices is not None
        }
        try:
            write_arrays(temporary, arrays)
            rename(temporary, path)
            sync_folder(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            needed = sum(indices.nbytes for indices in arrays.values())
            raise write_fault(error, path, needed) from error

    def read_split(self) -> StoredSplit:
        """Which pictures train, validate and test; the indices are int32.

        Raises:
            BadInput: When the file is missing or damaged.
        """
        path = self.path / "split.npz"
        arrays = read_arrays(path)
        found = [arrays.get(name) for name in StoredSplit._fields]
        for indices in found[:2] + [each for each in found[2:] if each is not None]:
            if indices is None or indices.ndim != 1 or indices.dtype != np.int32:
                raise BadInput(
                    T(
                        "{file} doesn't hold the index lists of a split. Train again.",
                        file=str(path),
                    )
                )
        train, validation, test = found
        assert train is not None
        assert validation is not None
        return StoredSplit(train, validation, test)

    @property
    def labels_folder(self) -> Path:
        """Where the run keeps which pictures were left out or relabelled when it started."""
        return self.path / "labels"

    def _check_idle(self) -> None:
        if self.status is RunStatus.RUNNING and self.record.pid != os.getpid():
            raise BadInput(
                T(
                    "{folder} is being trained by another process ({pid}). Wait for it or stop it "
                    "first.",
                    folder=str(self.path),
                    pid=str(self.record.pid),
                )
            )

    def _prepare_to_write(self) -> None:
        self._check_idle()
        try:
            remove_leftovers(self.path / "run.json", older_than=0)
            (self.path / "split.tmp.npz").unlink(missing_ok=True)
            self.checkpoints.remove_leftovers()
        except OSError as error:
            raise write_fault(error, self.path) from error
        self.metrics_file.repair()


def check_new(path: Path) -> None:
    """Whether a run could start in `path`; leaves nothing there.

    Raises:
        BadInput: When the folder isn't empty or can't be made.
        JobFailed: When the disk breaks.
    """
    try:
        _check_empty(path)
        there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))
    except OSError as error:
        raise write_fault(error, path) from error


def _check_empty(path: Path) -> None:
    if path.is_dir():
        if any(path.iterdir()):
            raise BadInput(
                T("{folder} isn't empty. Choose a new folder for the run.", folder=str(path))
            )
    elif path.exists() or path.is_symlink():
        raise _taken(path)


def _taken(path: Path) -> BadInput:
    return BadInput(
        T("{folder} is already taken. Choose a new folder for the run.", folder=str(path))
    )


def _claim(path: Path) -> None:
    """Makes the folder, or takes an empty one, so that no second process can."""
    try:
        _check_empty(path)
        path.mkdir(parents=True, exist_ok=True)
        (path / "checkpoints").mkdir()
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        raise write_fault(error, path) from error
    except ValueError as error:  # a NUL in the name
        raise BadInput(
            T("{file} can't be written: no file name has a NUL in it.", file=str(path))
        ) from error


def _lock(path: Path) -> OsLock | None:
    """Locks a run; None where the file system has no locks, or lets nobody write."""
    try:
        lock = OsLock.take(path / ".lock")
    except OSError:
        return None
    if lock is None:
        raise BadInput(
            T(
                "Another process is just about to train {folder}. Wait for it or stop it first.",
                folder=str(path),
            )
        )
    return lock


def _alive(pid: int, started: float) -> bool:
    """Whether the process that had `pid` at `started` still runs."""
    try:
        process = psutil.Process(pid)
        # Two seconds, because the system's start times follow its clock.
        same: bool = abs(process.create_time() - started) < 2
        return same and bool(process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.NoSuchProcess, ValueError, OverflowError):  # also for an impossible pid
        return False
    except psutil.AccessDenied:
        return True


def _encode(record: RunRecord) -> bytes:
    body = to_json(record)
    body["project"] = project_to_json(record.project)
    body["reason"] = msgspec.to_builtins(record.reason)
    return lay_out({"format": FORMAT, "version": VERSION} | body, _LAYOUT)


def _record(raw: dict[str, Any], name: str) -> RunRecord:
    check_header(raw, name, FORMAT, VERSION)
    body = {key: value for key, value in raw.items() if key not in _HEADER}
    place = Place(name, T("the run"))
    project = body.get("project")
    if not isinstance(project, dict):
        raise place.missing("project")
    given = {"project": project_from_json(project, name)}
    return read_struct(RunRecord, body, place, given=given)
