"""Files dragged over the window, with the events the system sends to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot

from cnnstudio.core.resources import resource
from cnnstudio.ui.window.start_items import StartRow
from tests.ui.window.desk import Desk

SAMPLE = resource("samples", "lecture-cnn.cnnstudio")
COPY, LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier
AT = QPoint(400, 300)
CODE = "model = Sequential([Input((28, 28, 1)), Flatten(), Dense(10)])\n"


def dragged(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def enter(desk: Desk, data: QMimeData) -> bool:
    """Drags something into the window and on; returns whether it may be dropped."""
    first = QDragEnterEvent(AT, COPY, data, LEFT, NO_KEY)
    QApplication.sendEvent(desk.window.windowHandle(), first)
    then = QDragMoveEvent(AT + QPoint(3, 3), COPY, data, LEFT, NO_KEY)
    then.setDropAction(first.dropAction())  # as Qt passes on what was accepted
    then.setAccepted(first.isAccepted())
    QApplication.sendEvent(desk.window.windowHandle(), then)
    assert first.isAccepted() is then.isAccepted()
    return then.isAccepted()


def leave(desk: Desk) -> None:
    QApplication.sendEvent(desk.window.windowHandle(), QDragLeaveEvent())


def drop(desk: Desk, *paths: Path) -> None:
    data = dragged(*paths)
    assert enter(desk, data)
    event = QDropEvent(QPointF(AT), COPY, data, LEFT, NO_KEY)
    QApplication.sendEvent(desk.window.windowHandle(), event)
    assert event.isAccepted()
    assert desk.window.drop_target.isHidden()


def test_a_project_is_opened(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "dropped.cnnstudio"
    path.write_bytes(SAMPLE.read_bytes())
    drop(desk, path)
    assert desk.session.name == "dropped"
    assert desk.session.path == path


def test_code_is_imported(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "mine.PY"
    path.write_text(CODE, encoding="utf-8")
    drop(desk, tmp_path / "notes.txt", path)
    qtbot.waitUntil(lambda: desk.session.is_open)
    assert desk.session.name == "mine"


@pytest.mark.parametrize("name", ["own", "digits.npz", "t10k-images-idx3-ubyte", "own.ZIP"])
def test_pictures_go_where_pictures_are_opened(
    qtbot: QtBot, desk: Desk, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if name == "own":
        path.mkdir()
    with qtbot.waitSignal(desk.window.data_dropped) as dropped:
        drop(desk, path)
    assert dropped.args == [path]
    assert not desk.session.is_open


def test_it_says_what_dropping_will_do(desk: Desk, tmp_path: Path) -> None:
    target = desk.window.drop_target
    for name, words, types in (
        ("a.cnnstudio", "Drop to open a.cnnstudio", False),
        ("a.keras", "Drop to import a.keras as a new project", False),
        ("a.tar.gz", "Drop to look for pictures in a.tar.gz", False),
        (".", f"Drop to look for pictures in {tmp_path.name}", False),
        ("a.png", "a.png can't be opened here", True),
    ):
        assert enter(desk, dragged(tmp_path / name))
        assert target.isVisible()
        assert target.geometry() == desk.window.rect()
        assert target.accessibleName() == target.words.text() == words
        assert target.types.isVisible() is types
        leave(desk)
        assert target.isHidden()


def test_what_cannot_be_opened_is_refused_with_what_can(desk: Desk, tmp_path: Path) -> None:
    drop(desk, tmp_path / "a.png")
    assert not desk.session.is_open
    notice = desk.window.notice.current
    assert notice is not None
    assert notice.what.text() == (
        "a.png can't be opened here. Projects (.cnnstudio), Keras code (.py, .ipynb), models "
        "(.keras, .h5, .hdf5, .json) and pictures can be: a folder with a folder for each class, "
        "or .zip, .tar, .csv, .npz, IDX, CIFAR."
    )


def test_words_and_addresses_are_no_files(desk: Desk) -> None:
    data = QMimeData()
    data.setText("model.keras")
    assert not enter(desk, data)
    data.setUrls([QUrl("https://example.org/model.keras")])
    assert not enter(desk, data)
    assert desk.window.drop_target.isHidden()


@pytest.mark.parametrize(("name", "is_ours"), [("a.h5", True), ("a.png", False)])
def test_a_widget_below_gets_only_what_the_window_does_not_take(
    desk: Desk, tmp_path: Path, name: str, is_ours: bool
) -> None:
    field = QPlainTextEdit(desk.window)  # takes any file, as words
    field.setGeometry(desk.window.rect())
    field.show()
    assert enter(desk, dragged(tmp_path / name))
    assert desk.window.drop_target.isVisible() is is_ours
    leave(desk)


def test_pictures_are_wanted_from_the_keyboard_the_menu_and_the_start_page(
    qtbot: QtBot, desk: Desk
) -> None:
    wanted: list[str] = []
    desk.window.data_wanted.connect(wanted.append)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(desk.window, Qt.Key.Key_D, keys)
    file = desk.window.menuBar().actions()[0].menu()
    others = next(a.menu() for a in file.actions() if a.text() == "Other data")
    entries = {action.text(): action for action in others.actions()}
    entries["A file: archive, table, arrays…"].trigger()
    entries["Emoji (installed)"].trigger()
    next(action for words, action in entries.items() if words.startswith("CIFAR-10 ")).trigger()
    start = desk.window.pages.currentWidget()
    rows = {row.text(): row for row in start.findChildren(StartRow)}
    qtbot.mouseClick(rows["Open my pictures…"], LEFT)
    qtbot.mouseClick(rows["Other data"], LEFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == list(entries)
    menu.close()
    assert wanted == ["folder", "file", "emoji", "cifar10", "folder"]
