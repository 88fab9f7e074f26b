"""The picture grid asks only for what is in sight, however many there are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from cnnstudio.ui.widgets import picture_grid
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.picture_grid import PictureGrid, Section


class Counted:
    """100,000 pictures that remember which of them were asked for."""

    def __init__(self) -> None:
        self.asked: set[int] = set()
        self._image = QImage(28, 28, QImage.Format.Format_Grayscale8)
        self._image.fill(QColor("black"))

    def picture(self, index: int) -> QImage | None:
        self.asked.add(index)
        return self._image

    def caption(self, index: int) -> str:
        return f"picture {index}"


@pytest.fixture
def grid(qtbot: QtBot, context: Context) -> PictureGrid:
    grid = PictureGrid(context, captions=True)
    qtbot.addWidget(grid)
    grid.resize(640, 480)
    grid.show()
    return grid


def test_only_what_is_in_sight_is_asked_for(grid: PictureGrid) -> None:
    pictures = Counted()
    grid.set_pictures(pictures, [Section("", "", 0, 100_000)])
    bar = grid.verticalScrollBar()
    for place in (0, bar.maximum() // 2, bar.maximum()):
        bar.setValue(place)
        grid.grab()
    assert len(pictures.asked) < 400
    assert {0, 99_999} <= pictures.asked
    assert grid.visible_range()[1] == 100_000


def test_keys_walk_and_scroll(qtbot: QtBot, grid: PictureGrid) -> None:
    grid.set_pictures(Counted(), [Section("Shirt", "7", 10, 7), Section("Bag", "5", 50, 5)])
    seen: list[int] = []
    grid.current_changed.connect(seen.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(grid, key)
    assert seen == [10, 11, 54, 10]
    with qtbot.waitSignal(grid.activated) as activated:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert activated.args == [10]
    assert grid.accessibleDescription() == "picture 10"


def test_a_click_makes_the_picture_current(qtbot: QtBot, grid: PictureGrid) -> None:
    grid.set_pictures(Counted(), [Section("", "", 0, 1000)])
    grid.set_current(999)
    index, place = grid._in_sight(grid.viewport().rect())[3]
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert grid.current == index
    grid.set_tile(96)
    assert grid.visible_range()[0] <= index < grid.visible_range()[1]


def test_slow_pictures_come_over_several_frames(
    qtbot: QtBot, grid: PictureGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_grid, "FRAME", 0.0)  # one picture a frame
    pictures = Counted()
    monkeypatch.setattr(grid, "_is_ready", pictures.asked.__contains__)
    grid.set_pictures(pictures, [Section("", "", 0, 1000)])
    first, last = grid.visible_range()
    qtbot.waitUntil(lambda: pictures.asked == set(range(first, last)))
