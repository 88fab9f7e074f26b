"""What isn't saved survives; what is saved or discarded is never offered; nothing is lost between.

Windows that are gone are played by releasing their locks, as the system does for them.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from cnnstudio.core.errors import BadInput, StudioError
from cnnstudio.core.project import Project
from cnnstudio.core.storage import recovery
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.storage.project_file import load_project, save_project
from cnnstudio.core.storage.recovery import (
    Circumstances,
    Original,
    OriginalState,
    SessionFolder,
    discard,
    orphans,
    read_snapshot,
    restore,
)
from tests.fakes.failing_os import FailingOs
from tests.fakes.networks import lecture
from tests.fakes.without_rights import run_without_rights


def version(number: int, name: str = "net") -> Project:
    """A project that says which edit it is after."""
    training = msgspec.structs.replace(Project().training, epochs=number)
    return Project(name=name, network=lecture(), training=training)


def at(second: int, **what: object) -> Circumstances:
    """Circumstances at a second of a minute."""
    time = datetime(2026, 11, 24, 9, 30, second, tzinfo=UTC).isoformat()
    return Circumstances(time=time, **what)  # type: ignore[arg-type]


def lost(root: Path, *projects: Project, **what: object) -> SessionFolder:
    """A session whose window is gone after these snapshots."""
    session = SessionFolder.create(root)
    for second, project in enumerate(projects):
        session.write(project, at(second, **what))
    session.release()
    return session


def offered(root: Path) -> list[int]:
    """The versions that are offered, the latest first."""
    return [read_snapshot(o.snapshot)[0].training.epochs for o in orphans(root) if o.snapshot]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestSnapshots:
    def test_a_snapshot_is_a_project_file_with_its_circumstances(self, tmp_path: Path) -> None:
        session = SessionFolder.create(tmp_path)
        project = msgspec.structs.replace(version(7), extra={"mine": [1]})
        circumstances = at(1, original=Original("/a/net.cnnstudio", 5, "ab"), saving_to="/b")
        path = session.write(project, circumstances)
        assert read_snapshot(path) == (project, circumstances)
        assert load_project(path).network == project.network
        session.release()

    def test_three_are_kept(self, tmp_path: Path) -> None:
        session = SessionFolder.create(tmp_path)
        for number in range(1, 6):
            session.write(version(number), at(number))
        kept = [read_snapshot(path)[0].training.epochs for path in session.snapshots()]
        assert kept == [5, 4, 3]
        session.release()

    def test_a_folder_removed_by_hand_is_made_again(self, tmp_path: Path) -> None:
        session = SessionFolder.create(tmp_path)
        session.write(version(1), at(1)).unlink()
        session.path.rmdir()
        session.write(version(2), at(2))
        session.release()
        assert offered(tmp_path) == [2]

    def test_a_file_that_is_none_says_so(self, tmp_path: Path) -> None:
        save_project(version(1), tmp_path / "net.cnnstudio")
        with pytest.raises(BadInput, match="isn't a snapshot"):
            read_snapshot(tmp_path / "net.cnnstudio")


class TestOrphans:
    def test_no_folder_no_orphans(self, tmp_path: Path) -> None:
        assert orphans(tmp_path / "none") == []

    def test_an_orphan_says_what_it_is(self, tmp_path: Path) -> None:
        lost(tmp_path, version(1), version(2, "두 번째"))
        (orphan,) = orphans(tmp_path)
        assert (orphan.name, orphan.layers, orphan.original) == ("두 번째", 8, None)
        assert orphan.original_state is OriginalState.NONE
        assert orphan.time == datetime(2026, 11, 24, 9, 30, 1, tzinfo=UTC)
        assert orphan.problem is None

    def test_the_latest_comes_first(self, tmp_path: Path) -> None:
        lost(tmp_path, version(1))
        lost(tmp_path, version(2), version(3))
        assert offered(tmp_path) == [3, 1]

    def test_a_live_window_is_never_offered_nor_touched(self, tmp_path: Path) -> None:
        session = SessionFolder.create(tmp_path)
        session.write(version(1), at(1))
        before = names(session.path)
        assert orphans(tmp_path) == []
        assert names(session.path) == before
        session.release()
        assert offered(tmp_path) == [1]

    def test_a_session_without_a_snapshot_goes(self, tmp_path: Path) -> None:
        SessionFolder.create(tmp_path).release()
        session = SessionFolder.create(tmp_path)
        session.path.mkdir()
        (session.path / ".00000001.cnnstudio.aa.tmp").write_text("half")
        session.release()
        (tmp_path / "20260101-000000-aa.lock").touch()
        assert orphans(tmp_path) == []
        assert names(tmp_path) == []

    def test_a_window_that_ended_just_after_saving_lost_nothing(self, tmp_path: Path) -> None:
        root, file = tmp_path / "recovery", tmp_path / "other name.cnnstudio"
        save_project(version(2), file)
        lost(root, version(1), version(2), original=Original.of(file))
        lost(root, version(1), version(2), saving_to=str(file))
        assert orphans(root) == []
        assert names(root) == []

    def test_a_removal_cut_short_is_finished(self, tmp_path: Path) -> None:
        session = lost(tmp_path, version(1))
        session.path.rename(tmp_path / f"{session.id}.removed")
        assert orphans(tmp_path) == []
        assert names(tmp_path) == []

    @pytest.mark.parametrize(
        ("change", "state"),
        [
            (Path.is_file, OriginalState.UNCHANGED),
            (lambda file: save_project(version(9), file), OriginalState.CHANGED),
            (Path.unlink, OriginalState.MISSING),
        ],
    )
    def test_what_became_of_the_file_is_told(
        self, tmp_path: Path, change: object, state: OriginalState
    ) -> None:
        root, file = tmp_path / "recovery", tmp_path / "net.cnnstudio"
        save_project(version(1), file)
        lost(root, version(2), original=Original.of(file))
        change(file)  # type: ignore[operator]
        (orphan,) = orphans(root)
        assert (orphan.original, orphan.original_state) == (file, state)

    @pytest.mark.parametrize("damage", [b"", b"{", b"\0" * 100, b"[]", b'{"format": "x"}'])
    def test_a_damaged_snapshot_gives_way_to_the_one_before(
        self, tmp_path: Path, damage: bytes
    ) -> None:
        session = lost(tmp_path, version(1), version(2))
        session.snapshots()[0].write_bytes(damage)
        (orphan,) = orphans(tmp_path)
        assert offered(tmp_path) == [1]
        assert "00000002.cnnstudio" in str(orphan.problem)

    def test_every_cut_and_every_flipped_byte_is_survived(self, tmp_path: Path) -> None:
        session = lost(tmp_path, version(1), version(2))
        latest = session.snapshots()[0]
        whole = latest.read_bytes()
        damaged = [whole[:end] for end in range(0, len(whole), 64)]
        damaged += [
            whole[:i] + bytes([b ^ 0x81]) + whole[i + 1 :] for i, b in enumerate(whole[:200])
        ]
        for data in damaged:
            latest.write_bytes(data)
            assert offered(tmp_path)[0] in (1, 2)

    def test_where_all_are_damaged_the_folder_is_named_and_kept(self, tmp_path: Path) -> None:
        session = lost(tmp_path, version(1))
        session.snapshots()[0].write_bytes(b"nonsense")
        (orphan,) = orphans(tmp_path)
        assert orphan.snapshot is None
        assert orphan.folder == session.path
        assert "00000001.cnnstudio" in str(orphan.problem)
        assert session.snapshots()

    @pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
    def test_a_folder_that_can_not_be_read_is_kept(self, tmp_path: Path) -> None:
        session = lost(tmp_path, version(1))
        tmp_path.chmod(0o777)  # where the lock is taken
        session.path.chmod(0)
        program = """
            from pathlib import Path
            from cnnstudio.core.storage.recovery import orphans
            from cnnstudio.core.text import Translator
            show = Translator("en").show
            orphans(Path("/nowhere"))  # reads what it needs
            drop_rights()
            (orphan,) = orphans(Path())
            print(orphan.snapshot, show(orphan.problem))
        """
        try:
            said = run_without_rights(program, tmp_path)
        finally:
            session.path.chmod(0o700)
        assert said.startswith("None ")
        assert "permission" in said
        assert offered(tmp_path) == [1]


class TestRestore:
    def test_the_project_comes_back_and_nothing_is_deleted(self, tmp_path: Path) -> None:
        root, file = tmp_path / "recovery", tmp_path / "net.cnnstudio"
        save_project(version(1), file)
        session = lost(root, version(2), original=Original.of(file))
        restored = restore(orphans(root)[0])
        assert restored.project == version(2)
        assert restored.original == file
        assert orphans(root) == []  # a window has it now
        assert session.snapshots()
        for one in restored.sessions:
            one.release()
        assert offered(root) == [2]

    def test_a_snapshot_that_ends_the_studio_twice_is_skipped(self, tmp_path: Path) -> None:
        lost(tmp_path, version(1), version(2))
        seen = []
        for _ in range(4):
            restored = restore(orphans(tmp_path)[0])
            seen.append(restored.project.training.epochs)
            restored.sessions[0].release()  # it crashed
        assert seen == [2, 2, 1, 1]
        (orphan,) = orphans(tmp_path)
        assert (orphan.snapshot, orphan.name) == (None, "net")
        assert str(orphan.problem).startswith("The studio ended 2 times after opening the latest")

    def test_only_one_window_gets_it(self, tmp_path: Path) -> None:
        lost(tmp_path, version(1))
        (orphan,) = orphans(tmp_path)
        restored = restore(orphan)
        for late in (restore, discard):
            with pytest.raises(BadInput, match="net was restored or discarded in another window"):
                late(orphan)
        restored.sessions[0].remove()
        for late in (restore, discard):
            with pytest.raises(BadInput, match="net was restored or discarded in another window"):
                late(orphan)
        assert names(tmp_path) == []

    def test_a_snapshot_damaged_meanwhile_is_a_sentence_and_lets_go(self, tmp_path: Path) -> None:
        session = lost(tmp_path, version(1))
        (orphan,) = orphans(tmp_path)
        session.snapshots()[0].write_bytes(b"{")
        with pytest.raises(BadInput, match="cnnstudio"):
            restore(orphan)
        assert len(orphans(tmp_path)) == 1

    def test_work_grown_from_a_restored_session_is_offered_once(self, tmp_path: Path) -> None:
        old = lost(tmp_path, version(1))
        new = lost(tmp_path, version(2), restored_from=(old.id,))
        assert offered(tmp_path) == [2]
        restored = restore(orphans(tmp_path)[0])
        assert [session.id for session in restored.sessions] == [new.id, old.id]
        for session in restored.sessions:
            session.release()
        new.snapshots()[0].write_bytes(b"{")  # then the old one counts again
        assert offered(tmp_path) == [1]

    def test_discarding_takes_what_it_grew_from_with_it(self, tmp_path: Path) -> None:
        old = lost(tmp_path, version(1))
        lost(tmp_path, version(2), restored_from=(old.id,))
        other = lost(tmp_path, version(3))
        discard(next(o for o in orphans(tmp_path) if o.restored_from))
        assert offered(tmp_path) == [3]
        assert names(tmp_path) == [other.id]


def sentence(act: Callable[[], object]) -> str:
    """What a person is told when `act` fails; "" when it works."""
    try:
        act()
    except StudioError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EACCES])
class TestEveryCallThatFails:
    def test_leaves_the_earlier_snapshot(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        failures = 0
        for fail_at in range(1, 100):
            root = tmp_path / str(fail_at)
            session = SessionFolder.create(root)
            session.write(version(1), at(1))
            with monkeypatch.context() as patch:
                failing = FailingOs(patch, code, fail_at)
                said = sentence(partial(session.write, version(2), at(2)))
            session.release()
            assert offered(root)[0] in ((1, 2) if said else (2,))
            assert not said or str(session.path) in said
            failures += bool(said)
            if failing.calls < fail_at:
                break
        else:
            pytest.fail("a snapshot never ended")
        assert failures >= 5

    def test_of_the_first_snapshot_is_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        for fail_at in range(1, 100):
            root = tmp_path / str(fail_at)
            sessions: list[SessionFolder] = []

            def begin(root: Path = root, sessions: list[SessionFolder] = sessions) -> None:
                sessions.append(SessionFolder.create(root))
                sessions[0].write(version(1), at(1))

            with monkeypatch.context() as patch:
                failing = FailingOs(patch, code, fail_at)
                said = sentence(begin)
            for session in sessions:
                session.release()
            assert offered(root) in (([], [1]) if said else ([1],))
            assert not said or str(root) in said
            if failing.calls < fail_at:
                break
        else:
            pytest.fail("a snapshot never ended")

    def test_while_looking_for_orphans_loses_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        lost(tmp_path, version(1))
        lost(tmp_path, version(2), version(3))
        for fail_at in range(1, 200):
            with monkeypatch.context() as patch:
                failing = FailingOs(patch, code, fail_at)
                orphans(tmp_path)
            assert sorted(offered(tmp_path)) == [1, 3]
            if failing.calls < fail_at:
                break
        else:
            pytest.fail("looking never ended")

    def test_while_discarding_is_a_sentence_or_done(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        for fail_at in range(1, 100):
            root = tmp_path / str(fail_at)
            old = lost(root, version(1))
            lost(root, version(2), restored_from=(old.id,))
            (orphan,) = orphans(root)
            with monkeypatch.context() as patch:
                failing = FailingOs(patch, code, fail_at)
                said = sentence(partial(discard, orphan))
            assert offered(root) in (([], [2]) if said else ([],))
            assert not said or str(root) in said
            if failing.calls < fail_at:
                break
        else:
            pytest.fail("discarding never ended")


def test_a_full_disk_keeps_no_work_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost(tmp_path, version(1))
    (orphan,) = orphans(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise write_fault(OSError(errno.ENOSPC, ""), tmp_path)

    monkeypatch.setattr(recovery, "write_atomically", full)
    restored = restore(orphan)
    assert restored.project == version(1)
    restored.sessions[0].release()
