"""Choosing pictures with a real mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.selecting_grid import Section, SelectingGrid

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Grey:
    """Pictures of one grey."""

    def __init__(self) -> None:
        self._image = QImage(8, 8, QImage.Format.Format_RGB32)
        self._image.fill(0)

    def picture(self, index: int) -> QImage | None:
        return self._image

    def caption(self, index: int) -> str:
        return f"picture {index}"


@pytest.fixture
def grid(qtbot: QtBot, context: Context) -> SelectingGrid:
    """Ten columns; two sections of 25 and 1,000 pictures."""
    grid = SelectingGrid(context, 40, 10)
    qtbot.addWidget(grid)
    grid.resize(10 * 50 + 30, 400)
    grid.set_pictures(Grey(), [Section("Bag", "", 0, 25), Section("Coat", "", 25, 1000)])
    grid.show()
    assert grid.columns == 10
    return grid


def middle(grid: SelectingGrid, index: int) -> QPoint:
    return next(place.center() for i, place in grid._in_sight(grid.viewport().rect()) if i == index)


def click(qtbot: QtBot, grid: SelectingGrid, index: int, modifier: Qt.KeyboardModifier) -> None:
    qtbot.mouseClick(grid.viewport(), LEFT, modifier, middle(grid, index))


def test_clicks_with_shift_and_control(qtbot: QtBot, grid: SelectingGrid) -> None:
    click(qtbot, grid, 3, NONE)
    assert grid.selection.tolist() == [3]
    click(qtbot, grid, 6, SHIFT)
    assert grid.selection.tolist() == [3, 4, 5, 6]
    click(qtbot, grid, 1, SHIFT)
    assert grid.selection.tolist() == [1, 2, 3]
    click(qtbot, grid, 12, CONTROL)
    click(qtbot, grid, 2, CONTROL)
    assert grid.selection.tolist() == [1, 3, 12]
    click(qtbot, grid, 4, CONTROL | SHIFT)
    assert grid.selection.tolist() == [1, 2, 3, 4, 12]
    qtbot.mouseClick(grid.viewport(), LEFT, NONE, QPoint(2, 5))
    assert grid.selected == 0


def test_keys_extend_and_take_back(qtbot: QtBot, grid: SelectingGrid) -> None:
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert grid.selection.tolist() == list(range(1, 12))
    qtbot.keyClick(grid, Qt.Key.Key_Right, CONTROL)
    assert grid.current == 12
    assert grid.selected == 11
    qtbot.keyClick(grid, Qt.Key.Key_Space, CONTROL)
    assert grid.selected == 12
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.selection.tolist() == [12]
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    assert grid.selection.tolist() == list(range(25))
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    assert grid.selected == 1025
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.selection.tolist() == [1024]
    qtbot.keyClick(grid, Qt.Key.Key_PageUp)
    assert grid.current == 1024 - 40 * (grid.viewport().height() // 50) // 4


def test_digits_make_a_number(qtbot: QtBot, grid: SelectingGrid) -> None:
    typed: list[int] = []
    grid.number_typed.connect(typed.append)
    qtbot.keyClicks(grid, "407")
    assert typed == [4, 40, 407]


def test_a_rubber_band_chooses_what_it_touches(qtbot: QtBot, grid: SelectingGrid) -> None:
    view = grid.viewport()
    gap = middle(grid, 0) - QPoint(24, 24)
    qtbot.mousePress(view, LEFT, NONE, gap)
    qtbot.mouseMove(view, middle(grid, 1))
    qtbot.mouseMove(view, middle(grid, 12))
    assert grid.selection.tolist() == [0, 1, 2, 10, 11, 12]
    grid.grab()
    qtbot.mouseMove(view, middle(grid, 11))
    assert grid.selection.tolist() == [0, 1, 10, 11]
    qtbot.mouseRelease(view, LEFT, NONE, middle(grid, 11))
    qtbot.mousePress(view, LEFT, CONTROL, middle(grid, 11))
    assert grid.selection.tolist() == [0, 1, 10]
    qtbot.mouseMove(view, middle(grid, 12))
    qtbot.mouseMove(view, middle(grid, 13))
    qtbot.mouseRelease(view, LEFT, NONE, middle(grid, 13))
    assert 12 in grid.selection
    assert grid._band is None


def test_a_band_below_the_grid_scrolls_it(qtbot: QtBot, grid: SelectingGrid) -> None:
    view = grid.viewport()
    qtbot.mousePress(view, LEFT, NONE, middle(grid, 0))
    qtbot.mouseMove(view, middle(grid, 11))
    below = QPoint(200, view.height() + 300)
    qtbot.mouseMove(view, below)
    qtbot.waitUntil(lambda: grid.verticalScrollBar().value() > 600)
    qtbot.mouseRelease(view, LEFT, NONE, below)
    assert grid.selected > 50
    assert not grid._scrolling.isActive()


def test_the_right_button_chooses_what_it_hits(qtbot: QtBot, grid: SelectingGrid) -> None:
    click(qtbot, grid, 2, NONE)
    click(qtbot, grid, 4, SHIFT)
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.RightButton, NONE, middle(grid, 3))
    assert grid.selected == 3
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.RightButton, NONE, middle(grid, 7))
    assert grid.selection.tolist() == [7]


def test_other_pictures_keep_what_is_still_there(qtbot: QtBot, grid: SelectingGrid) -> None:
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    grid.set_pictures(Grey(), [Section("Bag", "", 0, 5)])
    assert grid.selection.tolist() == [0, 1, 2, 3, 4]
    grid.set_pictures(Grey(), [])
    assert grid.selected == 0
    assert grid.current == -1
