"""A person's own pictures in the real window: dropped, scanned, taken, changed, moved."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnstudio.app import Studio, build
from cnnstudio.core.data.imported import SOURCE
from cnnstudio.core.storage.project_file import load_project
from cnnstudio.ui.background import Background
from cnnstudio.ui.recovery import RecoveryGuard
from tests.fakes.engines import make_fake
from tests.ui.window.desk import Answers

SCAN = 30_000  # milliseconds a scan may take on a busy machine


def fill(folder: Path, name: str, hue: int, count: int) -> None:
    """A class folder with pictures in one colour."""
    (folder / name).mkdir(parents=True)
    for number in range(count):
        image = QImage(20, 16, QImage.Format.Format_RGB32)
        image.fill(QColor.fromHsv(hue, 255, 60 + 15 * number))
        assert image.save(str(folder / name / f"{number}.png"))


@pytest.fixture
def studio(
    qtbot: QtBot,
    qapp: QApplication,
    settings: QSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Studio]:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    settings.setValue("language", "en")
    settings.setValue("theme", "light")
    studio = build(qapp, settings, make_fake)
    studio.session.use_dialogs(Answers())
    studio.window.resize(1440, 900)
    with qtbot.waitActive(studio.window):
        studio.window.show()
        studio.window.activateWindow()
    yield studio
    document = studio.session.document
    document.mark_saved(document.project)
    studio.engines.close()
    studio.places.data.close()
    studio.window.close()
    for owner in (qapp, studio.window):  # what otherwise ends with the application
        for worker in (*owner.findChildren(Background), *owner.findChildren(RecoveryGuard)):
            worker.close()
    studio.window.deleteLater()
    qapp.processEvents()
    assert "autosave" not in {thread.name for thread in threading.enumerate()}


def test_from_a_dropped_folder_to_a_project_that_follows_it(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    window, data, session = studio.window, studio.places.data, studio.session
    folder = tmp_path / "내 사진 {1}"
    fill(folder, "고양이", 0, 8)
    fill(folder, "dogs", 120, 8)
    (folder / "dogs" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    window.data_dropped.emit(folder)
    assert window.is_at("data")
    data.opening.cancel()
    assert window.is_at("start"), "nothing was opened"

    window.data_dropped.emit(folder)
    qtbot.waitUntil(lambda: data.opening.stage == "found", timeout=SCAN)
    assert data.opening.found is not None
    examined = data.opening.found.examined
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: data.library.report is not None, timeout=SCAN)
    assert data.library._examined is examined, "it isn't compared twice"
    assert session.document.project.data.source == SOURCE
    assert window.status.part("data").text() == "내 사진 {1} · 14 / 2 / 0"
    assert session.document.network.layers

    path = tmp_path / "mine.cnnstudio"
    assert isinstance(session.dialogs, Answers)
    session.dialogs.path = path
    assert session.save()
    own = load_project(path).data.imported
    assert own is not None
    assert Path(own.path) == folder

    (folder / "dogs" / "broken.png").unlink()
    data.watch.look()
    bar = data.watch
    qtbot.waitUntil(lambda: bar.trouble is not None, timeout=SCAN)
    assert bar.trouble is not None
    assert bar.trouble.kind == "changed"
    data.entrance.refresh()
    qtbot.waitUntil(lambda: data.opening.stage != "working", timeout=SCAN)
    data.opening.use("keep")
    qtbot.waitUntil(lambda: bar.trouble is None, timeout=SCAN)

    shutil.move(folder, tmp_path / "moved")
    data.watch.look()
    qtbot.waitUntil(lambda: bar.trouble is not None, timeout=SCAN)
    assert bar.trouble is not None
    assert bar.trouble.kind == "gone"
    session.dialogs.path = tmp_path / "moved"
    before = session.document.project
    with qtbot.waitSignal(data.opening.used, timeout=SCAN):
        data.entrance.locate()
    qtbot.waitUntil(lambda: bar.trouble is None, timeout=SCAN)
    found = session.document.project.data.imported
    assert found is not None
    assert Path(found.path) == tmp_path / "moved"
    session.document.undo()
    assert session.document.project is before
