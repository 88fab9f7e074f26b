"""Kills an editor at a random moment and checks what it leaves behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import load_project, save_project
from cnnstudio.core.storage.recovery import orphans, read_snapshot
from tests.fakes.networks import lecture

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Round:
    """What one kill left behind.

    Attributes:
        saved: Whether the editor had saved.
        offered: Whether recovery is offered.
        lost_seconds: How long before the kill the oldest edit was made that is lost.
    """

    saved: bool
    offered: bool
    lost_seconds: float


def numbered(number: int) -> Project:
    """The project after so many edits; its epochs say so."""
    training = msgspec.structs.replace(Project().training, epochs=number)
    return Project(name="net", network=lecture(), training=training)


def check_round(
    folder: Path, *, seed: int, delay: float, longest: float = 0.5, command: tuple[str, ...] = ()
) -> Round:
    """Starts an editor, kills it at a random moment and checks what is left.

    Args:
        folder: A new folder for the project and the recovery folder.
        seed: Decides when it is killed and what the editor does.
        delay: Seconds until a snapshot.
        longest: The editor is killed at most so many seconds after it is ready.
        command: How to start another editor than ``tests.fakes.editor``; it is given the same
            arguments and says the same.
    """
    file, root = folder / "net.cnnstudio", folder / "recovery"
    folder.mkdir()
    save_project(numbered(1), file)
    lines, killed = _edit_until_killed(
        [*(command or (sys.executable, "-m", "tests.fakes.editor")), str(file), str(root)],
        [str(seed), str(delay)],
        random.Random(seed).uniform(0, longest),
    )
    edits = {int(number): float(at) for what, number, at in lines if what == "edit"}
    saves = [int(number) for what, number, _ in lines if what == "save"]
    assert not [line for line in lines if line[0] not in ("ready", "edit", "save")]
    last = max(edits, default=1)
    in_file = load_project(file).training.epochs
    # It may have been killed after a save or an edit, before it could say so.
    assert in_file == max(saves, default=1) or in_file in (last, last + 1)
    found = orphans(root)
    assert len(found) <= 1
    kept = in_file
    if found:
        assert found[0].snapshot is not None
        assert found[0].problem is None
        assert found[0].original == file
        kept = read_snapshot(found[0].snapshot)[0].training.epochs
        assert kept > in_file, "recovery is offered though nothing was lost"
    lost = [killed - at for number, at in edits.items() if number > kept]
    return Round(bool(saves), bool(found), max(lost, default=0.0))


def _edit_until_killed(
    command: list[str], arguments: list[str], seconds: float
) -> tuple[list[tuple[str, str, str]], float]:
    """What the editor said, and when it was killed."""
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as editor:
        assert editor.stdout is not None
        first = editor.stdout.readline()
        time.sleep(seconds)  # the random moment
        os.kill(editor.pid, signal.SIGKILL)
        killed = time.monotonic()
        said = first + editor.stdout.read()
    assert editor.returncode == -signal.SIGKILL
    whole = said[: said.rfind("\n") + 1].splitlines()
    return [tuple(line.rsplit(" ", 2)) for line in whole], killed  # type: ignore[misc]
