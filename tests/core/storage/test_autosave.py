"""Snapshots come by themselves, the newest wins, and they go when they aren't needed."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnnstudio.core.storage import recovery
from cnnstudio.core.storage.autosave import Autosave
from cnnstudio.core.storage.project_file import save_project
from cnnstudio.core.storage.recovery import Orphan, SessionFolder, orphans, read_snapshot, restore
from cnnstudio.core.text import Text
from tests.core.storage.test_recovery import lost, version
from tests.fakes.kills import check_round


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


@pytest.fixture
def news() -> queue.SimpleQueue[Text]:
    return queue.SimpleQueue()


@pytest.fixture
def autosave(root: Path, news: queue.SimpleQueue[Text]) -> Iterator[Autosave]:
    autosave = Autosave(root, news.put, delay=0.01)
    yield autosave
    autosave.close()
    assert "autosave" not in {thread.name for thread in threading.enumerate()}
    assert news.empty()


def wait_for(true: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.002)


def snapshots(root: Path) -> list[int]:
    """The versions on the disk, the latest of each session first."""
    return [
        read_snapshot(path)[0].training.epochs for path in sorted(root.glob("*/*.cnnstudio"))[::-1]
    ]


def only(root: Path) -> Orphan:
    (orphan,) = orphans(root)
    return orphan


def test_a_change_is_on_the_disk_soon(autosave: Autosave, root: Path) -> None:
    autosave.put(version(1))
    wait_for(lambda: snapshots(root) == [1])
    autosave.put(version(2))
    wait_for(lambda: snapshots(root) == [2, 1])
    assert orphans(root) == []  # its window lives


def test_nothing_to_keep_leaves_nothing(autosave: Autosave, root: Path, tmp_path: Path) -> None:
    save_project(version(1), tmp_path / "net.cnnstudio")
    autosave.begin(tmp_path / "net.cnnstudio")
    autosave.clear()
    assert autosave.flush()
    assert not root.exists()


def test_of_many_changes_the_newest_wins(root: Path, news: queue.SimpleQueue[Text]) -> None:
    autosave = Autosave(root, news.put, delay=60)
    for number in range(1, 200):
        autosave.put(version(number))
    assert autosave.flush()
    assert snapshots(root) == [199]
    autosave.close()
    assert only(root).layers == 8


def test_steady_editing_does_not_put_it_off(root: Path, news: queue.SimpleQueue[Text]) -> None:
    autosave = Autosave(root, news.put, delay=0.2)
    start, number = time.monotonic(), 0
    while not snapshots(root):
        number += 1
        autosave.put(version(number))
        assert time.monotonic() - start < 5, "a person who never stops is never saved"
        time.sleep(0.01)
    autosave.close()


def test_undone_saved_or_another_project_and_it_is_gone(autosave: Autosave, root: Path) -> None:
    autosave.put(version(1))
    assert autosave.flush()
    autosave.clear()
    assert autosave.flush()
    assert list(root.iterdir()) == []
    autosave.put(version(2))
    assert autosave.flush()
    autosave.begin(None)
    assert autosave.flush()
    assert list(root.iterdir()) == []


def test_another_project_does_not_mix_with_the_one_before(autosave: Autosave, root: Path) -> None:
    autosave.put(version(1))
    assert autosave.flush()
    autosave.begin(None)
    autosave.put(version(2))
    assert autosave.flush()
    assert snapshots(root) == [2]


def test_what_is_saved_is_on_the_disk_before(
    autosave: Autosave, root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "net.cnnstudio"
    autosave.put(version(1))
    autosave.saving(version(1), file)
    assert snapshots(root) == [1]
    save_project(version(1), file)
    autosave.saved(file)
    autosave.close()  # the window ends before it could say that nothing is unsaved
    assert orphans(root) == []


def test_after_a_save_the_new_file_is_the_original(
    autosave: Autosave, root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "net.cnnstudio"
    save_project(version(1), file)
    autosave.clear()
    autosave.saved(file)
    autosave.put(version(2))
    autosave.close()
    assert only(root).original == file


def test_closing_keeps_what_is_not_saved(autosave: Autosave, root: Path) -> None:
    autosave.put(version(3))
    autosave.close()
    assert restore_and_release(only(root)) == 3


def restore_and_release(orphan: Orphan) -> int:
    restored = restore(orphan)
    for session in restored.sessions:
        session.release()
    return restored.project.training.epochs


class TestRestored:
    @pytest.fixture
    def old(self, root: Path, autosave: Autosave) -> SessionFolder:
        """A session that was restored and goes on in this window."""
        old = lost(root, version(1))
        restored = restore(only(root))
        autosave.begin(restored.original, restored.project, restored.sessions)
        assert autosave.flush()
        return old

    def test_it_stays_until_it_is_saved(
        self, autosave: Autosave, root: Path, old: SessionFolder
    ) -> None:
        autosave.put(version(2))
        assert autosave.flush()
        assert old.snapshots()
        autosave.clear()
        assert autosave.flush()
        assert list(root.iterdir()) == []

    def test_a_second_crash_offers_it_once(
        self, autosave: Autosave, root: Path, old: SessionFolder
    ) -> None:
        autosave.put(version(2))
        autosave.close()
        orphan = only(root)
        assert orphan.restored_from == (old.id,)
        assert restore_and_release(orphan) == 2

    def test_another_project_means_it_was_discarded(
        self, autosave: Autosave, root: Path, old: SessionFolder
    ) -> None:
        autosave.begin(None)
        assert autosave.flush()
        assert list(root.iterdir()) == []


class TestWhenTheDiskIsAtFault:
    def test_it_is_said_once_tried_again_and_said_when_it_works(
        self, autosave: Autosave, root: Path, news: queue.SimpleQueue[Text]
    ) -> None:
        root.write_text("a file where the folder should be")
        for number in (1, 2, 3):
            autosave.put(version(number))
            assert not autosave.flush()
        said = str(news.get(timeout=5))
        assert said.startswith("Your changes can't be kept safe from a crash: ")
        assert str(root) in said
        assert news.empty()
        root.unlink()
        assert autosave.flush()
        assert str(news.get(timeout=5)) == "Your changes are kept safe from a crash again."
        assert snapshots(root) == [3]

    def test_a_folder_that_can_not_be_removed_is_tried_again(
        self,
        autosave: Autosave,
        root: Path,
        news: queue.SimpleQueue[Text],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        autosave.put(version(1))
        assert autosave.flush()

        def refuse(*_: Path) -> None:
            raise PermissionError(13, "Permission denied")

        with monkeypatch.context() as patch:
            patch.setattr(recovery, "rename", refuse)
            autosave.clear()
            assert not autosave.flush()
        assert news.get(timeout=5)
        assert snapshots(root) == [1]
        assert autosave.flush()
        assert news.get(timeout=5)
        assert list(root.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_at_random_moments_little_is_lost(tmp_path: Path) -> None:
    """Twenty editors, killed while they edit and save with the real thread."""
    rounds = [check_round(tmp_path / str(number), seed=number, delay=0.1) for number in range(20)]
    assert any(r.offered for r in rounds), "no editor was killed with something unsaved"
    assert any(r.saved for r in rounds), "no editor was killed after a save"
    assert max(r.lost_seconds for r in rounds) <= 5
