"""A save either happens or leaves the old file as it was, whatever call fails."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from cnnstudio.core.errors import BadInput, JobFailed, StudioError
from cnnstudio.core.storage import atomic
from cnnstudio.core.storage.atomic import (
    backup_path,
    remove_leftovers,
    replacing,
    write_atomically,
)
from tests.fakes.failing_os import FailingOs
from tests.fakes.without_rights import run_without_rights

OLD, NEW = b"old content\n" * 100, b"new content\n" * 200


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EACCES, errno.ENOENT])
def test_every_call_that_fails_leaves_a_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    target = tmp_path / "project.cnnstudio"
    failures = 0
    for fail_at in range(1, 100):
        target.write_bytes(OLD)
        backup_path(target).unlink(missing_ok=True)
        with monkeypatch.context() as patch:
            failing = FailingOs(patch, code, fail_at)
            try:
                write_atomically(target, NEW, backup=True)
                failed = False
            except StudioError as error:
                failed = True
                sentence = str(error)
                assert str(target) in sentence
        assert target.read_bytes() in (OLD, NEW), f"call {fail_at} left half a file"
        if not failed:
            assert target.read_bytes() == NEW or code == errno.ENOENT
        if backup_path(target).exists():
            assert backup_path(target).read_bytes() == OLD
        assert not list(tmp_path.glob(".*.tmp")), f"call {fail_at} left a temporary file"
        failures += failed
        if failing.calls < fail_at:
            break
    else:
        pytest.fail("a save never ended")
    assert failures >= 10


def test_a_file_size_limit_leaves_the_old_file(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="limits are a POSIX thing")
    target = tmp_path / "project.cnnstudio"
    target.write_bytes(OLD)
    program = textwrap.dedent(
        """
        import resource, sys
        from pathlib import Path
        from cnnstudio.core.errors import JobFailed
        from cnnstudio.core.storage.atomic import write_atomically
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            write_atomically(Path(sys.argv[1]), b"x" * 100_000, backup=True)
        except JobFailed as error:
            print(error)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(target)], capture_output=True, text=True, check=True
    )
    assert "no room left" in done.stdout
    assert "100 kB needed" in done.stdout
    assert target.read_bytes() == OLD
    assert not list(tmp_path.glob(".*.tmp"))


def test_without_permission_the_person_is_told(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("POSIX permissions")
    tmp_path.chmod(0o755)
    folder = tmp_path / "locked"
    folder.mkdir()
    target = folder / "project.cnnstudio"
    target.write_bytes(OLD)
    target.chmod(0o444)
    folder.chmod(0o555)
    program = """
        from pathlib import Path
        from cnnstudio.core.errors import BadInput
        from cnnstudio.core.storage.atomic import write_atomically
        from cnnstudio.core.text import Translator
        show = Translator("en").show
        drop_rights()
        for name in ("locked/project.cnnstudio", "locked/project.cnnstudio.new"):
            try:
                write_atomically(Path(name), b"x")
            except BadInput as error:
                print(show(error.text))
    """
    try:
        said = run_without_rights(program, tmp_path)
    finally:
        folder.chmod(0o755)
    assert said.count("you have no permission") == 2
    assert target.read_bytes() == OLD


def test_the_previous_version_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "project.cnnstudio"
    write_atomically(target, b"1", backup=True)
    assert not backup_path(target).exists()
    write_atomically(target, b"2", backup=True)
    write_atomically(target, b"2", backup=True)  # saving nothing new keeps the older version
    assert backup_path(target).read_bytes() == b"1"
    assert target.read_bytes() == b"2"


def test_permissions_are_kept_and_new_files_follow_the_umask(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("POSIX permissions")
    target = tmp_path / "project.cnnstudio"
    old_mask = os.umask(0o027)
    try:
        write_atomically(target, b"1")
    finally:
        os.umask(old_mask)
    assert target.stat().st_mode & 0o777 == 0o640
    target.chmod(0o604)
    write_atomically(target, b"2")
    assert target.stat().st_mode & 0o777 == 0o604


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real.cnnstudio", tmp_path / "link.cnnstudio"
    real.write_bytes(OLD)
    link.symlink_to(real)
    write_atomically(link, NEW, backup=True)
    assert link.is_symlink()
    assert real.read_bytes() == NEW
    assert backup_path(real).read_bytes() == OLD


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.cnnstudio"
    link.symlink_to(link)
    with pytest.raises(BadInput, match="link leads back to itself"):
        write_atomically(link, NEW)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder", "it is a folder"),
        ("gone/project.cnnstudio", "doesn't exist"),
        ("file/project.cnnstudio", "doesn't exist"),
        ("x" * 300, "too long"),
        ("a\0b", "NUL"),
    ],
)
def test_a_path_that_can_not_be_written(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadInput, match=words) as caught:
        write_atomically(tmp_path / name, NEW)
    assert str(tmp_path) in str(caught.value)


def test_a_program_that_has_the_file_open_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "project.cnnstudio"
    _lock(monkeypatch, times=3)
    write_atomically(target, NEW)
    assert target.read_bytes() == NEW


def test_a_program_that_keeps_the_file_open_is_named_as_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "project.cnnstudio"
    target.write_bytes(OLD)
    monkeypatch.setattr(atomic, "_PATIENCE", 0.1)
    _lock(monkeypatch, times=10_000)
    with pytest.raises(JobFailed, match="another program has it open"):
        write_atomically(target, NEW)
    assert target.read_bytes() == OLD
    assert not list(tmp_path.glob(".*.tmp"))


def _lock(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Lets ``os.replace`` fail as Windows does while another program has the target open."""
    replace = os.replace
    left = [times]

    def locked(source: str, target: str) -> None:
        if left[0]:
            left[0] -= 1
            error = PermissionError(errno.EACCES, "in use")
            error.winerror = 32  # type: ignore[attr-defined,unused-ignore]
            raise error
        replace(source, target)

    monkeypatch.setattr(os, "replace", locked)


def test_only_old_leftovers_of_the_same_file_are_removed(tmp_path: Path) -> None:
    target = tmp_path / "[odd] name.cnnstudio"
    prefix = f".{target.name}."
    old, fresh = tmp_path / f"{prefix}1.tmp", tmp_path / f"{prefix}2.tmp"
    other = tmp_path / ".other.cnnstudio.1.tmp"
    for path in (old, fresh, other):
        path.write_bytes(b"")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    os.utime(other, (long_ago, long_ago))
    write_atomically(target, NEW)
    assert not old.exists()
    assert fresh.exists()
    assert other.exists()
    remove_leftovers(target, older_than=0)
    assert not fresh.exists()


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    target = tmp_path / "project.cnnstudio"
    versions = [bytes([65 + n]) * 20_000 for n in range(20)]
    write_atomically(target, versions[0])
    done = threading.Event()

    def write() -> None:
        for version in versions * 3:
            write_atomically(target, version)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        seen.add(target.read_bytes())
    writer.join()
    assert seen <= set(versions)


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EACCES])
def test_a_library_replaces_a_file_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    target = tmp_path / "model.keras"
    for fail_at in range(1, 100):
        target.write_bytes(OLD)
        target.chmod(0o640)
        with monkeypatch.context() as patch:
            failing = FailingOs(patch, code, fail_at)
            try:
                with replacing(target, ".keras") as temporary:
                    assert temporary.name.endswith(".keras")
                    temporary.write_bytes(NEW)
            except OSError as error:
                assert error.errno == code  # noqa: PT017
        assert target.read_bytes() in (OLD, NEW), f"call {fail_at} left half a file"
        assert target.stat().st_mode & 0o777 == 0o640
        assert [file.name for file in tmp_path.iterdir()] == ["model.keras"], (
            f"call {fail_at} left something"
        )
        if failing.calls < fail_at:
            break
    assert target.read_bytes() == NEW


def test_what_a_library_did_not_finish_is_gone(tmp_path: Path) -> None:
    target = tmp_path / "model.keras"
    with contextlib.suppress(KeyboardInterrupt), replacing(target, ".keras") as temporary:
        temporary.write_bytes(NEW)
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())
    leftover = tmp_path / ".model.keras.12345678.tmp.keras"
    leftover.write_bytes(NEW)
    os.utime(leftover, (0, 0))
    with replacing(target, ".keras") as temporary:
        temporary.write_bytes(NEW)
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]
    link = tmp_path / "link.keras"
    link.symlink_to(target)
    with replacing(link, ".keras") as temporary:
        temporary.write_bytes(OLD)
    assert link.is_symlink()
    assert target.read_bytes() == OLD
