"""The runs of a project as they lie on the disk: where, and what a line of a list says of each."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cnnstudio.core.errors import StudioError
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.storage.places import runs_folder
from cnnstudio.core.storage.project_file import files_folder
from cnnstudio.core.storage.run_folder import RunFolder, RunRecord, RunStatus

ELSEWHERE = "elsewhere.txt"
"""Names runs that were made before the project had a file, one absolute path a line."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run.

    Attributes:
        path: Its folder.
        record: What it was started with.
        status: How it stands.
        created: When it was started, in local time; None if that can't be read.
        epochs_done: Epochs that have ended.
        best_accuracy: The highest validation accuracy of any epoch; NaN without one.
        state_epoch: The last epoch with a full state, from which it can go on; 0 without one.
    """

    path: Path
    record: RunRecord
    status: RunStatus
    created: datetime | None
    epochs_done: int
    best_accuracy: float
    state_epoch: int


def project_runs(file: Path | None, name: str) -> tuple[RunSummary, ...]:
    """The runs of a project, the newest first; a damaged one is left out. It may take a while.

    Args:
        file: The project's file; None for one without, whose runs are known by its name.
        name: The project's name.
    """
    folder = home(file)
    paths = list(_folders(folder))
    if file is not None:
        paths += _elsewhere(folder)
    found = [summary for path in paths if (summary := _read(path)) is not None]
    if file is None:
        found = [summary for summary in found if summary.record.project.name == name]
    return tuple(sorted(found, key=lambda run: (run.record.created, run.path.name), reverse=True))


def home(file: Path | None) -> Path:
    """The folder for the runs of a project."""
    return files_folder(file) / "runs" if file is not None else runs_folder()


def new_folder(file: Path | None, name: str, now: datetime) -> Path:
    """A folder for a run that starts now; none has it yet."""
    stem = now.strftime("%Y-%m-%d %H-%M-%S")
    if file is None:
        safe = re.sub(r"[^\w-]+", "-", name).strip("-")
        stem = f"{safe or 'run'} {stem}"
    folder, number = home(file) / stem, 1
    while folder.exists():
        number += 1
        folder = home(file) / f"{stem} {number}"
    return folder


def remember_elsewhere(file: Path, runs: Iterable[Path]) -> None:
    """Keeps in a project's runs folder where its earlier runs lie.

    Raises:
        JobFailed: If the disk is full or breaks.
    """
    folder = home(file)
    outside = [path for path in runs if path.parent != folder]
    known = _elsewhere(folder)
    if fresh := [path for path in outside if path not in known]:
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{path}\n" for path in [*known, *fresh])
        write_atomically(folder / ELSEWHERE, lines.encode())


def mark_stopped(path: Path) -> None:
    """Writes into a run's folder that it was stopped, where its process had no time to.

    Raises:
        StudioError: If it can't be written.
    """
    if (path / "run.json").is_file():
        run = RunFolder.open(path)
        if run.status is RunStatus.INTERRUPTED:
            run.update(state=RunStatus.CANCELLED)


def _folders(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return [path for path in folder.iterdir() if path.is_dir()]
    return []


def _elsewhere(folder: Path) -> list[Path]:
    try:
        lines = (folder / ELSEWHERE).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [Path(line) for line in lines if line]


def _read(path: Path) -> RunSummary | None:
    try:
        run = RunFolder.open(path)
        epochs = run.metrics().epochs
        state_epoch = max(run.state_epochs(), default=0)
    except StudioError:
        return None
    accuracies = [value for row in epochs if (value := row.logs.get("val_accuracy")) is not None]
    created = None
    with contextlib.suppress(ValueError):
        created = datetime.fromisoformat(run.record.created).astimezone()
    best = max(accuracies, default=math.nan)
    return RunSummary(path, run.record, run.status, created, len(epochs), best, state_epoch)
