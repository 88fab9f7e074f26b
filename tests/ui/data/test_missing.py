"""Pictures that moved, changed or vanished are noticed, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from cnnstudio.core.data.whereabouts import Changes
from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.ui.data import missing
from cnnstudio.ui.data.missing import MissingBar, Watch
from cnnstudio.ui.widgets.context import Context
from tests.fakes.own_data import noise, own_data

LEFT = Qt.MouseButton.LeftButton


@dataclass
class Disk:
    """What a look at the disk finds.

    Attributes:
        changes: What happened to the files.
        known: Whether the cache has what was read.
        looks: The places that were looked at.
    """

    changes: Changes = field(default_factory=Changes)
    known: bool = True
    looks: list[Path] = field(default_factory=list)

    def look(self, path: Path, _digest: str, _options: object) -> Changes:
        self.looks.append(path)
        return self.changes


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(missing, "changes_at", disk.look)
    monkeypatch.setattr(missing, "open_catalogue", lambda _: object() if disk.known else None)
    return disk


@dataclass
class Seen:
    """What the person sees."""

    document: Document
    watch: Watch
    bar: MissingBar

    def words(self) -> str:
        return "" if self.bar.notice is None else self.bar.notice.what.text()

    def buttons(self) -> list[str]:
        return [] if self.bar.notice is None else [b.text() for b in self.bar.notice.buttons]


@pytest.fixture
def seen(qtbot: QtBot, context: Context, disk: Disk) -> Iterator[Seen]:
    assert not disk.looks
    own = own_data(noise(6), [0, 0, 1, 1, 2, 2])
    document = Document(Project(data=own.settings))
    watch = Watch(document)
    bar = MissingBar(context, watch)
    qtbot.addWidget(bar)
    yield Seen(document, watch, bar)
    watch.close()


def test_what_is_as_it_was_is_not_spoken_of(qtbot: QtBot, seen: Seen, disk: Disk) -> None:
    seen.watch.look()
    qtbot.waitUntil(lambda: seen.watch._next > 0)
    assert disk.looks == [Path("/pictures")]
    assert seen.bar.isHidden()


def test_changed_files_are_counted_and_can_be_read_again(
    qtbot: QtBot, seen: Seen, disk: Disk
) -> None:
    before = seen.document.project
    disk.changes = Changes(added=("a.png", "b.png"), removed=("c.png",))
    seen.watch.look()
    qtbot.waitUntil(seen.bar.isVisible)
    assert seen.words() == (
        "The pictures of Pets in /pictures have changed since they were read (new files: 2, "
        "gone: 1, changed: 0)."
    )
    assert seen.buttons() == ["Refresh", "Keep what was read"]
    assert seen.bar.notice is not None
    with qtbot.waitSignal(seen.bar.refresh_wanted):
        qtbot.mouseClick(seen.bar.notice.buttons[0], LEFT)
    qtbot.mouseClick(seen.bar.notice.buttons[1], LEFT)
    assert seen.bar.isHidden()
    seen.watch.look()
    qtbot.waitUntil(lambda: len(disk.looks) == 2)
    assert seen.bar.isHidden(), "it was told already"
    disk.changes = Changes(changed=("d.png",))
    seen.watch.look()
    qtbot.waitUntil(seen.bar.isVisible)
    assert seen.document.project is before


@pytest.mark.parametrize("known", [True, False])
def test_what_is_gone_can_be_located(qtbot: QtBot, seen: Seen, disk: Disk, known: bool) -> None:
    disk.changes, disk.known = Changes(vanished=True), known
    seen.watch.look()
    qtbot.waitUntil(seen.bar.isVisible)
    assert "/pictures is gone, or can't be read." in seen.words()
    assert seen.buttons() == ["Locate…", "Go on without them"]
    assert seen.bar.notice is not None
    assert ("everything works" in seen.bar.notice.why.text()) is known
    with qtbot.waitSignal(seen.bar.locate_wanted):
        qtbot.mouseClick(seen.bar.notice.buttons[0], LEFT)


def test_what_this_computer_never_read_is_offered(qtbot: QtBot, seen: Seen, disk: Disk) -> None:
    disk.changes, disk.known = Changes(unknown=True), False
    seen.watch.look()
    qtbot.waitUntil(seen.bar.isVisible)
    assert seen.words() == "The pictures of Pets haven't been read on this computer yet."
    assert seen.buttons() == ["Read them", "Locate…", "Go on without them"]


def test_it_looks_when_the_project_or_the_window_changes(
    qtbot: QtBot, seen: Seen, disk: Disk
) -> None:
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)
    app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    qtbot.waitUntil(lambda: len(disk.looks) == 1)
    qtbot.waitUntil(lambda: seen.watch._next > 0)
    app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert len(disk.looks) == 1, "not again at once"
    data = seen.document.project.data
    assert data.imported is not None
    moved = msgspec.structs.replace(data.imported, path="/moved")
    other = msgspec.structs.replace(data, imported=moved)
    disk.changes = Changes(vanished=True)
    seen.document.load(Project(data=other))
    qtbot.waitUntil(lambda: disk.looks[-1] == Path("/moved"))
    qtbot.waitUntil(seen.bar.isVisible)
    seen.document.load(Project())
    assert seen.bar.isHidden()
