"""A lock holds while its process lives and says who has it; a crash leaves nothing that blocks."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cnnstudio.core.storage.locks import OsLock, Owner, ProjectLock, read_note

HOLDER = """
import sys
from pathlib import Path
from cnnstudio.core.storage.locks import ProjectLock
lock = ProjectLock(Path(sys.argv[1]))
assert lock.acquire() is None
print("mine", flush=True)
sys.stdin.read()
"""


@contextmanager
def other_window(project: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the project open."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(project)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


def test_one_at_a_time(tmp_path: Path) -> None:
    first = OsLock.take(tmp_path / "a.lock", b"first")
    assert first is not None
    assert OsLock.take(tmp_path / "a.lock") is None
    assert read_note(tmp_path / "a.lock") == b"first"
    first.release()
    assert list(tmp_path.iterdir()) == []
    second = OsLock.take(tmp_path / "a.lock", b"second")
    assert second is not None
    first.release()  # again: not somebody else's
    assert OsLock.take(tmp_path / "a.lock") is None
    second.release()


def test_a_file_that_is_only_there_blocks_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.lock").write_bytes(b"\nsomebody who is long gone, at length")
    lock = OsLock.take(tmp_path / "a.lock", b"me")
    assert lock is not None
    assert read_note(tmp_path / "a.lock") == b"me"
    lock.release()


def test_a_lock_taken_while_its_file_is_removed_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.lock"
    first = OsLock.take(path)
    assert first is not None
    real_open = os.open

    def open_then_release(*args: object, **kwargs: object) -> int:
        descriptor = real_open(*args, **kwargs)  # type: ignore[arg-type]
        first.release()  # removes the file that was just opened
        return descriptor

    monkeypatch.setattr(os, "open", open_then_release)
    second = OsLock.take(path)
    monkeypatch.undo()
    assert second is not None
    assert OsLock.take(path) is None
    second.release()


def test_a_project_open_elsewhere_says_where(tmp_path: Path) -> None:
    project = tmp_path / "내 망.cnnstudio"
    with other_window(project) as process:
        owner = ProjectLock(project).acquire()
        assert owner is not None
        assert (owner.host, owner.pid) == (platform.node(), process.pid)
        said = str(owner.text("내 망"))
        assert said.startswith(f"내 망 is open in another window on {owner.host} since ")
        process.kill()
        process.wait()
        lock = ProjectLock(project)
        assert lock.acquire() is None
        assert lock.acquire() is None  # it is mine already
    lock.release()
    assert list(tmp_path.iterdir()) == []


def test_a_link_and_its_target_are_one_project(tmp_path: Path) -> None:
    target, link = tmp_path / "a" / "net.cnnstudio", tmp_path / "link.cnnstudio"
    target.parent.mkdir()
    target.touch()
    link.symlink_to(target)
    lock = ProjectLock(link)
    assert lock.acquire() is None
    assert ProjectLock(target).acquire() is not None
    lock.release()


def test_where_no_lock_can_be_made_the_project_opens_unlocked(tmp_path: Path) -> None:
    lock = ProjectLock(tmp_path / "missing" / "net.cnnstudio")
    assert lock.acquire() is None
    lock.release()


@pytest.mark.parametrize("note", [b"", b"{", b"[1]", b'{"host":"pc","pid":1,"since":"x"}'])
def test_a_note_half_written_names_nobody(tmp_path: Path, note: bytes) -> None:
    lock = ProjectLock(tmp_path / "net.cnnstudio")
    held = OsLock.take(lock.path, note)
    assert held is not None
    owner = lock.acquire()
    assert owner == Owner()
    assert str(owner.text("net")) == "net is open in another window."
    held.release()


def test_an_earlier_day_is_told_with_its_date() -> None:
    said = str(Owner("pc", 1, "2001-02-03T12:00:00+00:00").text("net"))
    assert said.startswith("net is open in another window on pc since 2001-02-0")
