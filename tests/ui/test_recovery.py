"""A window that ends without warning loses nothing: kept beside it, offered at the next start."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.autosave import Autosave
from cnnstudio.core.storage.locks import ProjectLock
from cnnstudio.core.storage.project_file import load_project, save_project
from cnnstudio.core.storage.recovery import SessionFolder, orphans, read_snapshot, restore
from cnnstudio.core.text import T, Text
from cnnstudio.ui.recovery import OrphanRow, RecoveryGuard, RecoveryOffer
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.dialogs import Leave
from cnnstudio.ui.window.session import Session
from cnnstudio.ui.window.settings import Preferences
from tests.fakes.kills import numbered
from tests.ui.window.desk import Answers

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.cnnstudio"
    save_project(numbered(1), path)
    return path


@pytest.fixture
def answers() -> Answers:
    return Answers(leave_with=Leave.DISCARD)


@pytest.fixture
def session(qapp: QApplication, settings: QSettings, answers: Answers) -> Iterator[Session]:
    session = Session(Document(Project()), Preferences(settings), qapp)
    session.use_dialogs(answers)
    yield session
    session.leave()


@pytest.fixture
def guard(session: Session, root: Path) -> Iterator[RecoveryGuard]:
    guard = RecoveryGuard(session, root, delay=0.01)
    yield guard
    guard.close()
    assert "autosave" not in {thread.name for thread in threading.enumerate()}


def edit(session: Session) -> None:
    def one_more(project: Project) -> Project:
        training = msgspec.structs.replace(project.training, epochs=project.training.epochs + 1)
        return msgspec.structs.replace(project, training=training)

    session.document.apply(one_more, T("Change the epochs"))


def lose(root: Path, file: Path | None, *numbers: int) -> None:
    """Leaves behind what a window leaves that is killed after these edits."""
    news: queue.SimpleQueue[Text] = queue.SimpleQueue()
    autosave = Autosave(root, news.put, delay=0)
    autosave.begin(file)
    for number in numbers:
        autosave.put(numbered(number))
        assert autosave.flush()
    autosave.close()
    assert news.empty()


def kept(root: Path) -> list[int]:
    """The versions on the disk, whether offered or not."""
    return [read_snapshot(path)[0].training.epochs for path in sorted(root.glob("*/*.cnnstudio"))]


class TestGuard:
    def test_a_change_is_kept_and_a_save_ends_that(
        self, qtbot: QtBot, session: Session, guard: RecoveryGuard, root: Path, file: Path
    ) -> None:
        session.open(file)
        assert guard.flush()
        assert not root.exists()
        edit(session)
        qtbot.waitUntil(lambda: kept(root) == [2])
        assert session.save()
        assert guard.flush()
        assert kept(root) == []
        assert load_project(file).training.epochs == 2

    def test_undo_back_to_the_file_needs_nothing_kept(
        self, session: Session, guard: RecoveryGuard, root: Path, file: Path
    ) -> None:
        session.open(file)
        edit(session)
        assert guard.flush()
        session.document.undo()
        assert guard.flush()
        assert kept(root) == []
        session.document.redo()
        assert guard.flush()
        assert kept(root) == [2]

    def test_leaving_without_saving_is_a_discard(
        self, session: Session, guard: RecoveryGuard, root: Path, file: Path
    ) -> None:
        session.open(file)
        edit(session)
        assert guard.flush()
        assert session.leave()
        guard.close()
        assert list(root.iterdir()) == []

    def test_staying_keeps_it(
        self, session: Session, guard: RecoveryGuard, root: Path, file: Path, answers: Answers
    ) -> None:
        session.open(file)
        edit(session)
        answers.leave_with = Leave.STAY
        assert not session.leave()
        assert guard.flush()
        assert kept(root) == [2]
        answers.leave_with = Leave.DISCARD

    def test_an_end_nobody_decided_about_is_offered(
        self, session: Session, guard: RecoveryGuard, root: Path, file: Path
    ) -> None:
        session.open(file)
        edit(session)
        guard.close()
        (orphan,) = orphans(root)
        assert (orphan.original, orphan.name) == (file, "net")

    def test_another_project_that_can_not_be_opened_keeps_this_one(
        self, session: Session, guard: RecoveryGuard, root: Path, file: Path
    ) -> None:
        session.open(file)
        edit(session)
        session.open(file.with_name("missing.cnnstudio"))
        assert guard.flush()
        assert kept(root) == [2]

    def test_another_project_is_kept_by_itself(
        self, session: Session, guard: RecoveryGuard, root: Path, file: Path
    ) -> None:
        session.open(file)
        edit(session)
        assert guard.flush()
        session.open_sample("lecture-cnn")
        epochs = session.document.project.training.epochs
        edit(session)
        guard.close()
        assert kept(root) == [epochs + 1]
        assert orphans(root)[0].original is None

    def test_it_never_writes_in_the_thread_of_the_window(
        self,
        session: Session,
        guard: RecoveryGuard,
        file: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        threads: list[str] = []
        write = SessionFolder.write

        def note(*args: object) -> Path:
            threads.append(threading.current_thread().name)
            return write(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(SessionFolder, "write", note)
        session.open(file)
        edit(session)
        assert session.save()
        assert guard.flush()
        assert set(threads) == {"autosave"}

    def test_a_folder_that_can_not_be_written_is_said_once(
        self, qtbot: QtBot, session: Session, guard: RecoveryGuard, root: Path, file: Path
    ) -> None:
        root.write_text("in the way")
        said: list[Text] = []
        guard.news.connect(said.append)
        session.open(file)
        for _ in range(3):
            edit(session)
            assert not guard.flush()
        qtbot.waitUntil(lambda: bool(said))
        assert session.save()  # saving goes on
        assert str(root) in str(said[0])
        root.unlink()
        qtbot.waitUntil(lambda: len(said) == 2 and guard.flush())
        assert str(said[1]) == "Your changes are kept safe from a crash again."


class TestOffer:
    @pytest.fixture
    def offer(
        self, qtbot: QtBot, context: Context, guard: RecoveryGuard
    ) -> Callable[[], RecoveryOffer]:
        pages: list[QWidget] = []  # the offer lives as long as its page

        def show() -> RecoveryOffer:
            page = QWidget()
            pages.append(page)
            offer = RecoveryOffer(context, guard)
            offer.setParent(page)
            qtbot.addWidget(page)
            page.resize(900, 400)
            offer.resize(900, 300)
            with qtbot.waitActive(page):
                page.show()
                page.activateWindow()
            return offer

        return show

    def test_nothing_lost_nothing_shown(self, offer: Callable[[], RecoveryOffer]) -> None:
        assert not offer().isVisible()

    def test_a_click_restores_what_was_lost(
        self,
        qtbot: QtBot,
        session: Session,
        guard: RecoveryGuard,
        offer: Callable[[], RecoveryOffer],
        root: Path,
        file: Path,
    ) -> None:
        lose(root, file, 2, 3)
        shown = offer()
        (row,) = shown.rows
        assert row.restore.accessibleName() == "Restore net"
        qtbot.mouseClick(row.restore, LEFT)
        assert (session.document.project.training.epochs, session.path) == (3, file)
        assert session.unsaved
        assert not session.document.undo_text
        assert not shown.isVisible()
        assert load_project(file).training.epochs == 1
        assert guard.flush()
        assert sorted(kept(root)) == [2, 3, 3]  # nothing is deleted before it is saved
        assert session.save()
        assert guard.flush()
        assert list(root.iterdir()) == []
        assert load_project(file).training.epochs == 3

    def test_a_restored_project_survives_the_next_crash(
        self,
        qtbot: QtBot,
        session: Session,
        guard: RecoveryGuard,
        offer: Callable[[], RecoveryOffer],
        root: Path,
    ) -> None:
        lose(root, None, 2)
        qtbot.mouseClick(offer().rows[0].restore, LEFT)
        edit(session)
        guard.close()
        (orphan,) = orphans(root)
        restored = restore(orphan)
        assert restored.project.training.epochs == 3
        for one in restored.sessions:
            one.release()

    def test_later_deletes_nothing(
        self, qtbot: QtBot, offer: Callable[[], RecoveryOffer], root: Path
    ) -> None:
        lose(root, None, 2)
        shown = offer()
        qtbot.mouseClick(shown.rows[0].later, LEFT)
        assert not shown.isVisible()
        assert len(orphans(root)) == 1

    def test_discarding_asks_in_the_row(
        self, qtbot: QtBot, offer: Callable[[], RecoveryOffer], root: Path
    ) -> None:
        lose(root, None, 2)
        lose(root, None, 3)
        shown = offer()
        row = shown.rows[0]
        row.discard.setFocus()
        qtbot.mouseClick(row.discard, LEFT)
        assert visible(row) == [row.delete, row.keep]
        assert row.keep.hasFocus()
        qtbot.mouseClick(row.keep, LEFT)
        assert visible(row) == [row.restore, row.later, row.discard]
        assert len(orphans(root)) == 2
        qtbot.mouseClick(row.discard, LEFT)
        qtbot.mouseClick(row.delete, LEFT)
        assert kept(root) == [2]
        assert [r.orphan.id for r in shown.rows] == [o.id for o in orphans(root)]
        assert shown.isVisible()

    def test_by_keyboard_alone(
        self, qtbot: QtBot, offer: Callable[[], RecoveryOffer], session: Session, root: Path
    ) -> None:
        lose(root, None, 2)
        row = offer().rows[0]
        row.restore.setFocus()
        for expected in (row.later, row.discard):
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            assert QApplication.focusWidget() is expected
        qtbot.keyClick(row.discard, Qt.Key.Key_Space)
        assert QApplication.focusWidget() is row.keep
        qtbot.keyClick(row.keep, Qt.Key.Key_Space)
        assert QApplication.focusWidget() is row.discard
        row.restore.setFocus()
        qtbot.keyClick(row.restore, Qt.Key.Key_Space)
        assert session.document.project.training.epochs == 2

    def test_unsaved_work_here_is_asked_about_first(
        self,
        qtbot: QtBot,
        offer: Callable[[], RecoveryOffer],
        session: Session,
        answers: Answers,
        root: Path,
        file: Path,
    ) -> None:
        lose(root, None, 9)
        shown = offer()
        session.open(file)
        edit(session)
        answers.leave_with = Leave.STAY
        qtbot.mouseClick(shown.rows[0].restore, LEFT)
        assert session.document.project.training.epochs == 2
        assert len(shown.rows) == 1
        answers.leave_with = Leave.DISCARD
        qtbot.mouseClick(shown.rows[0].restore, LEFT)
        assert session.document.project.training.epochs == 9

    def test_gone_meanwhile_is_said_in_the_row(
        self, qtbot: QtBot, offer: Callable[[], RecoveryOffer], session: Session, root: Path
    ) -> None:
        lose(root, None, 2)
        row = offer().rows[0]
        restored = restore(row.orphan)  # in another window
        qtbot.mouseClick(row.restore, LEFT)
        assert row.note.isVisible()
        assert row.note.text() == "net was restored or discarded in another window."
        assert not session.is_open
        restored.sessions[0].release()

    def test_what_became_of_the_file_is_said(
        self, offer: Callable[[], RecoveryOffer], root: Path, file: Path
    ) -> None:
        lose(root, file, 2)
        save_project(numbered(5), file)
        note = offer().rows[0].note
        assert note.isVisible()
        assert note.text() == "The file has changed since. It stays as it is until you save."

    def test_what_can_not_be_restored_says_why_and_where_it_lies(
        self, offer: Callable[[], RecoveryOffer], root: Path
    ) -> None:
        lose(root, None, 2)
        (snapshot,) = root.glob("*/*.cnnstudio")
        snapshot.write_bytes(b"{")
        row = offer().rows[0]
        assert visible(row) == [row.later, row.discard]
        assert row.note.text().startswith("It can't be restored: ")
        assert str(snapshot.parent) in row.note.text()


def visible(row: OrphanRow) -> list[QWidget]:
    buttons = (row.restore, row.later, row.discard, row.delete, row.keep)
    return [button for button in buttons if button.isVisible()]


class TestOneWindowWrites:
    def test_a_project_open_elsewhere_opens_as_a_copy(self, session: Session, file: Path) -> None:
        said: list[Text] = []
        session.failed.connect(said.append)
        elsewhere = ProjectLock(file)
        assert elsewhere.acquire() is None
        session.open(file)
        assert session.path is None
        assert session.document.project.training.epochs == 1
        assert "net is open in another window on " in str(said[0])
        elsewhere.release()

    def test_saving_over_it_is_refused(
        self, session: Session, file: Path, answers: Answers
    ) -> None:
        said: list[Text] = []
        session.failed.connect(said.append)
        elsewhere = ProjectLock(file)
        assert elsewhere.acquire() is None
        session.open_sample("lecture-cnn")
        answers.path = file
        assert not session.save_as()
        assert load_project(file).training.epochs == 1
        assert str(said[0]).endswith("Save under another name, or close it there.")
        elsewhere.release()
        assert session.save_as()

    def test_the_lock_goes_with_the_project(
        self, session: Session, file: Path, answers: Answers
    ) -> None:
        session.open(file)
        session.open(file)  # again, in the same window
        assert session.path == file
        assert ProjectLock(file).acquire() is not None
        answers.path = file.with_name("other.cnnstudio")
        assert session.save_as()
        assert ProjectLock(answers.path).acquire() is not None
        assert not ProjectLock(file).path.exists()
        session.open_sample("lecture-cnn")
        assert not ProjectLock(answers.path).path.exists()

    @pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
    def test_a_failed_save_lets_go_of_the_lock(
        self, session: Session, tmp_path: Path, answers: Answers
    ) -> None:
        session.open_sample("lecture-cnn")
        answers.path = tmp_path / "folder.cnnstudio"
        answers.path.mkdir()
        assert not session.save_as()
        assert not ProjectLock(answers.path).path.exists()


def test_samples_have_no_lock(session: Session) -> None:
    session.open_sample("lecture-cnn")
    assert not list(resource("samples").glob(".*.lock"))
