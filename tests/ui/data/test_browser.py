"""Looking through pictures, finding, excluding and relabelling them with a mouse and a keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from cnnstudio.core.data.orders import Outcome
from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.text import T
from cnnstudio.protocol.decoding import Worker
from cnnstudio.ui.data.browser import EVERY, Browser
from cnnstudio.ui.data.class_menu import ClassMenu
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.picture_desk import PictureDesk
from cnnstudio.ui.data.picture_panel import PictureSection
from cnnstudio.ui.data.reading import Opened, Reader
from cnnstudio.ui.widgets.context import Context
from tests.fakes.own_data import noise, own_data

LABELS = [0] * 40 + [1] * 40 + [2] * 20
ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Bench:
    """A browser and the panel beside it, over a hundred pictures in three classes."""

    def __init__(self, context: Context, document: Document, library: Library) -> None:
        self.document, self.library = document, library
        self.desk = PictureDesk(context, document, library)
        self.browser = Browser(context, library, self.desk)
        self.section = PictureSection(context, library, self.desk)
        self.grid = self.browser.grid

    @property
    def excluded(self) -> list[int]:
        """The numbers of what the library says is left out."""
        division = self.library.division
        assert division is not None
        return sorted(int(n) for each in division.excluded.values() for n in each)

    def label(self, number: int) -> int:
        """The label of a picture as the library has it."""
        assert self.library.division is not None
        return int(self.library.division.labels["all"][number])

    def number(self) -> int:
        """The current picture."""
        assert self.desk.chosen is not None
        return self.desk.chosen.current

    def shown(self) -> int:
        """How many pictures the grid has."""
        return self.grid.shown if self.browser._pages.currentWidget() is self.grid else 0


@pytest.fixture
def bench(
    qtbot: QtBot, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path))
    own = own_data(noise(100), LABELS)
    monkeypatch.setattr(Reader, "open", lambda *_: Opened(own.pools, own.catalogue))
    document = Document(Project(data=own.settings))
    library = Library(document)
    bench = Bench(context, document, library)
    qtbot.addWidget(bench.browser)
    qtbot.addWidget(bench.section)
    bench.browser.resize(800, 600)
    bench.browser.show()
    library.open()
    qtbot.waitUntil(lambda: library.division is not None)
    bench.browser.filters.classes.set_value(EVERY)
    bench.browser.filters.class_changed.emit()
    bench.browser.filters.show_everything()
    yield bench
    bench.browser.close()
    bench.browser.close_up()
    library.close()


def test_delete_excludes_what_is_chosen_and_takes_it_back(qtbot: QtBot, bench: Bench) -> None:
    grid = bench.grid
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    for _ in range(2):
        qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert str(bench.document.undo_text) == "Exclude 3 pictures"
    qtbot.waitUntil(lambda: bench.excluded == [0, 1, 2])
    assert grid.selection.tolist() == [0, 1, 2]
    assert bench.shown() == 100
    assert str(grid._sections[0].note) == "37 pictures, 3 excluded"
    assert bench.section.exclude.text() == "Include again"
    assert bench.section.change.text() == "3 of them excluded"
    grid.grab()
    bench.browser.filters.parts.set_value("excluded")
    bench.browser.filters.changed.emit()
    assert bench.shown() == 3
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert "Excluded" in grid.accessibleDescription()
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert str(bench.document.undo_text) == "Include 1 picture again"
    qtbot.waitUntil(lambda: bench.excluded == [0, 1])
    assert bench.shown() == 2
    assert grid.position == 1, "the next picture takes its place"
    bench.document.undo()
    bench.document.undo()
    qtbot.waitUntil(lambda: bench.excluded == [])
    assert not grid.isVisible()
    assert "No picture is excluded" in bench.browser.empty.words.text()
    qtbot.mouseClick(bench.browser.empty.button, Qt.MouseButton.LeftButton)
    assert bench.shown() == 100


def test_relabelling_goes_on_with_the_next_picture(qtbot: QtBot, bench: Bench) -> None:
    grid = bench.grid
    grid.set_position(3)
    moved = bench.number()
    qtbot.keyClick(grid, Qt.Key.Key_2, ALT)
    assert str(bench.document.undo_text) == "Put 1 picture into dogs"
    qtbot.waitUntil(lambda: bench.label(moved) == 1)
    assert grid.position == 3
    assert bench.number() == 4
    grid.set_current(bench.browser._album.place(moved) if bench.browser._album else -1)
    assert bench.section.class_name.text() == "dogs"
    assert bench.section.change.text() == "The data says cats"
    place = grid.current_place()
    assert place is not None
    tip = QHelpEvent(QEvent.Type.ToolTip, place.center(), grid.mapToGlobal(place.center()))
    QApplication.sendEvent(grid.viewport(), tip)
    assert QToolTip.text().splitlines()[-1] == "The data says cats"
    QToolTip.hideText()
    QTest.mouseClick(bench.browser.filters.only_changed, Qt.MouseButton.LeftButton)
    assert bench.shown() == 1
    qtbot.keyClick(grid, Qt.Key.Key_1, ALT)
    qtbot.waitUntil(lambda: bench.label(moved) == 0)
    assert bench.document.project.data.edits == "", "the label of the data isn't an edit"
    assert "relabelled and excluded nothing" in bench.browser.empty.words.text()


def test_a_class_is_found_in_the_menu_by_typing(qtbot: QtBot, bench: Bench) -> None:
    grid = bench.grid
    bench.grid.set_position(0)
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    assert grid.selected == 40
    qtbot.keyClick(grid, Qt.Key.Key_F2)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, ClassMenu)
    assert menu.list.currentItem().text() == "1   cats"
    qtbot.keyClicks(menu.field, "wl")
    assert [menu.list.item(row).text() for row in range(menu.list.count())] == ["owls"]
    qtbot.keyClick(menu.field, Qt.Key.Key_Return)
    assert str(bench.document.undo_text) == "Put 40 pictures into owls"
    qtbot.waitUntil(lambda: bench.label(39) == 2)
    grid.set_position(0)
    qtbot.keyClick(grid, Qt.Key.Key_F2)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, ClassMenu)
    qtbot.keyClick(menu.field, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: bench.label(40) == 2)


def test_words_numbers_and_classes_are_found(qtbot: QtBot, bench: Bench) -> None:
    filters, browser = bench.browser.filters, bench.browser
    qtbot.keyClick(bench.grid, Qt.Key.Key_F, CONTROL)
    qtbot.keyClicks(filters.search, "dogs/5")
    assert bench.shown() == 10  # dogs/50 to dogs/59
    assert filters.note.text() == "10 pictures"
    filters.search.setText("#7")
    assert bench.shown() == 1
    filters.search.setText("nobody")
    filters.parts.set_value("test")
    filters.changed.emit()
    assert browser.empty.words.text() == "No picture here is called “nobody”."
    qtbot.mouseClick(browser.empty.button, Qt.MouseButton.LeftButton)
    assert filters.parts.value == "all"
    qtbot.mouseClick(browser.empty.button, Qt.MouseButton.LeftButton)
    assert bench.shown() == 100
    qtbot.keyClicks(bench.grid, "57")
    assert bench.number() == 57
    qtbot.keyClicks(bench.grid, "0000")
    assert filters.note.text() == "There is no picture #570,000 here."


def test_pictures_from_elsewhere_have_a_way_back(qtbot: QtBot, bench: Bench) -> None:
    browser, grid = bench.browser, bench.grid
    browser.show_pictures([90, 3, 3, 61, 4711], T("Alike"))
    assert browser.given.title.text() == "Alike"
    assert [browser._album.number(i) for i in range(3)] == [90, 3, 61]  # type: ignore[union-attr]
    assert bench.shown() == 3
    grid.set_position(1)
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: bench.excluded == [3])
    assert grid.position == 1
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert bench.shown() == 100
    assert bench.number() == 3
    browser.show_pictures([], T("Alike"))
    assert "None of these pictures" in browser.empty.words.text()
    qtbot.mouseClick(browser.empty.button, Qt.MouseButton.LeftButton)
    assert bench.shown() == 100


def test_large_beside_its_file(qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def run(self: Worker, *_args: object) -> tuple[Outcome, bytes]:
        number = self._order.index  # type: ignore[union-attr]
        asked.append(number)
        if number == 41:
            return Outcome(refused=T("{file} isn't there.", file="41.png")), b""
        return Outcome(shape=(2, 3, 1)), bytes(range(6))

    monkeypatch.setattr(Worker, "run", run)
    grid, large = bench.grid, bench.browser.large
    grid.set_position(39)
    place = grid.current_place()
    assert place is not None
    qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert large.isVisible()
    assert large.name.text() == "cats/39.png"
    assert large.place.text() == "40 of 100 pictures"
    qtbot.waitUntil(lambda: large.original.view.image is not None)
    assert large.original.note.text() == "8×8, grey"
    qtbot.mouseMove(large.original.view, QPoint(2, 2))
    assert large.original.value.text() == "row 0, column 0: 0"
    qtbot.keyClick(large, Qt.Key.Key_Right)
    qtbot.keyClick(large, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: large.original.state.text() == "41.png isn't there.")
    assert large.name.text() == "dogs/41.png"
    assert asked[-1] == 41
    qtbot.keyClick(large, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: bench.label(41) == 2)
    assert large.name.text() == "dogs/42.png", "it goes on"
    qtbot.keyClick(large, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: bench.excluded == [42])
    assert large.change.text() == "Excluded"
    assert large.exclude.text() == "Include again"
    qtbot.keyClick(large, Qt.Key.Key_Escape)
    assert grid.isVisible()
    assert bench.browser.focusWidget() is grid


def test_paths_are_copied_and_a_lost_file_is_said(qtbot: QtBot, bench: Bench) -> None:
    bench.grid.set_position(5)
    qtbot.keyClick(bench.grid, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "/pictures"
    assert bench.browser.filters.note.text() == "Copied 1 path"
    menu = bench.desk.menu(bench.browser)
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert words == [
        "Show large",
        "Change class",
        "Exclude",
        "Show in the file manager",
        "Copy the path",
    ]
    bench.desk.reveal()
    assert "/pictures isn't there any more." in bench.browser.filters.note.text()


def test_parts_and_a_narrower_row(qtbot: QtBot, bench: Bench) -> None:
    filters, library = bench.browser.filters, bench.library
    assert library.division is not None
    for part in ("train", "validation", "test"):
        filters.parts.set_value(part)
        filters.changed.emit()
        assert bench.shown() == library.division.total(part)
    bench.browser.show_class(1)
    assert len(bench.grid._sections) == 1
    bench.document.apply(lambda p: replace(p, data=replace(p.data, test=0.0)), T("none"))
    qtbot.waitUntil(lambda: bench.shown() == 0)
    assert "No picture is in this part" in bench.browser.empty.words.text()


def test_grey_settings_make_grey_tiles(qtbot: QtBot, bench: Bench) -> None:
    bench.grid.set_position(0)
    before = bench.section.view.image
    assert before is not None
    assert not before.isGrayscale()
    bench.document.apply(lambda p: replace(p, data=replace(p.data, colour="grey")), T("grey"))
    qtbot.waitUntil(lambda: bench.browser._of is not None and bench.browser._of[2] == 1)
    after = bench.section.view.image
    assert after is not None
    assert after.isGrayscale()
    chosen = bench.desk.chosen
    assert chosen is not None
    assert np.array_equal(chosen.numbers, [0])
