"""The Data workspace under a real mouse and keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.text import T
from cnnstudio.ui.data.browser import EVERY, ROW_EACH
from cnnstudio.ui.data.reading import Opened, Reader
from cnnstudio.ui.data.workspace import DataWidget, DataWorkspace
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from tests.ui.decoded import decoded, decoded_folder

__all__ = ["decoded", "decoded_folder"]

pytestmark = pytest.mark.usefixtures("decoded")


@pytest.fixture
def document() -> Document:
    return Document(Project())


@pytest.fixture
def widget(
    qtbot: QtBot, context: Context, settings: QSettings, document: Document
) -> Iterator[DataWidget]:
    workspace = DataWorkspace(document, context, settings)
    widget = workspace.widget()
    assert isinstance(widget, DataWidget)
    qtbot.addWidget(widget)
    widget.resize(1440, 800)
    widget.show()
    qtbot.waitUntil(lambda: workspace.library.pixels is not None, timeout=20_000)
    yield widget
    widget.close()
    workspace.close()


def segment(control: Segmented, words: str) -> QAbstractButton:
    return next(b for b in control.findChildren(QAbstractButton) if b.text() == words)


def test_the_slider_moves_the_split_as_one_step(
    qtbot: QtBot, widget: DataWidget, document: Document
) -> None:
    slider = widget.source.split.slider
    at = QPoint(round(slider.width() * 10 / 50), slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=at)
    for percent in (15, 20, 25):
        to = QPoint(round(slider.width() * percent / 50), at.y())
        qtbot.mouseMove(slider, to)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=to)
    moved = document.project.data.validation
    assert moved > 0.15
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert document.project.data.validation == pytest.approx(moved + 0.01)
    document.undo()
    assert document.project.data.validation == moved
    document.undo()
    assert document.project.data.validation == 0.1
    assert document.undo_text is None
    assert slider.value() == 10


def test_a_row_of_each_class_then_one_class_in_full(qtbot: QtBot, widget: DataWidget) -> None:
    browser = widget.browser
    assert browser.filters.classes.value == ROW_EACH
    sections = browser.grid._sections
    assert len(sections) == 10
    assert {s.count for s in sections} == {browser.grid.columns}
    bars = widget.report.bars
    at = QPoint(20, bars.height() * 85 // 100)
    qtbot.mouseClick(bars.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert browser.filters.classes.value == 8
    assert [s.count for s in browser.grid._sections] == [5400]
    browser.show_class(EVERY)
    qtbot.keyClick(browser.grid, Qt.Key.Key_Right)
    qtbot.keyClick(browser.grid, Qt.Key.Key_End)
    assert browser.grid.current == 53_999


def test_a_chosen_picture_is_shown_large_with_its_values(qtbot: QtBot, widget: DataWidget) -> None:
    browser, section = widget.browser, widget.picture
    button = segment(browser.filters.parts, "Test set")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    place = browser.grid._in_sight(browser.grid.viewport().rect())[0][1]
    qtbot.mouseClick(browser.grid.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert browser._album is not None
    number = browser._album.number(0) - 60_000
    labelled = widget._library.part("test")
    assert labelled is not None
    assert labelled.labels[number] == 0
    assert section.note.text() == f"#{number}"
    assert section.class_name.text() == "T-shirt/top"
    assert section.origin.text() == "Test picture"
    side = section.view.place().width()
    qtbot.mouseMove(section.view, QPoint(side * 14 // 28 + 2, side * 9 // 28 + 2))
    value = int(labelled.pictures[number, 9, 14, 0])
    assert section.value.text() == f"{value} → {value / 255:.4f}"
    section.view.setFocus()
    qtbot.keyClick(section.view, Qt.Key.Key_Down)
    assert section.where.text() == "row 10, column 14"
    qtbot.mouseClick(segment(browser.filters.parts, "Validation set"), Qt.MouseButton.LeftButton)
    assert browser.grid.current == -1, "it isn't one of these"
    assert section.note.text() == ""
    qtbot.keyClick(browser.grid, Qt.Key.Key_Right)
    assert section.origin.text() == "Validation picture"
    assert section.note.text() == f"#{browser._album.number(browser.grid.current):,}"


def test_on_a_narrow_window_the_report_is_a_page_of_the_left_column(
    qtbot: QtBot, widget: DataWidget
) -> None:
    assert not widget.left.tabs.isVisible()
    widget.resize(1100, 700)
    qtbot.waitUntil(widget.left.tabs.isVisible)
    assert not widget.report.isVisible()
    widget.browser.grid.set_current(0)
    assert widget.report.isVisible()
    widget.resize(1920, 1000)
    qtbot.waitUntil(lambda: not widget.left.tabs.isVisible())
    assert widget.report.isVisible()
    assert widget.source.isVisible()
    assert widget.browser.filters.tile_size.value() == 64


def test_tiles_grow_with_the_slider(qtbot: QtBot, widget: DataWidget) -> None:
    before = widget.browser.grid.columns
    widget.browser.filters.tile_size.setFocus()
    qtbot.keyClick(widget.browser.filters.tile_size, Qt.Key.Key_PageUp)
    assert widget.browser.grid.columns < before
    assert {s.count for s in widget.browser.grid._sections} == {widget.browser.grid.columns}


def test_every_state_says_what_it_is(
    qtbot: QtBot,
    context: Context,
    settings: QSettings,
    document: Document,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()
    read = Reader.open

    def slowly(self: Reader, *args: Any) -> Opened:
        assert go_on.wait(20)
        return read(self, *args)

    monkeypatch.setattr(Reader, "open", slowly)
    workspace = DataWorkspace(document, context, settings)
    widget, library = workspace.widget(), workspace.library
    assert isinstance(widget, DataWidget)
    qtbot.addWidget(widget)
    widget.resize(1440, 800)
    widget.show()
    browser, report = widget.browser, widget.report
    state = browser.empty.words

    assert browser.filters.classes.currentText() == "A row of each class"
    assert browser.filters.classes.count() == 12
    assert state.text() == "Opening the pictures of Fashion-MNIST."
    assert report.uncounted.isVisible()
    assert not widget.picture.isVisible()
    said: list[str] = []
    library.changed.connect(lambda: said.append(state.text() if state.isVisible() else "grid"))
    go_on.set()
    qtbot.waitUntil(lambda: library.pixels is not None, timeout=20_000)
    assert "" not in said, "never an empty page"
    assert browser.grid.isVisible()
    assert not report.uncounted.isVisible()
    assert widget.picture.isVisible()

    document.apply(
        lambda p: replace(p, data=replace(p.data, source="mnist_of_tomorrow")), T("Change")
    )
    assert "there is no such dataset" in state.text()
    assert not browser.filters.classes.isEnabled()
    assert report.uncounted.isVisible()
    document.undo()
    qtbot.waitUntil(lambda: library.pixels is not None, timeout=20_000)
    assert browser.filters.classes.isEnabled()
    widget.close()
    workspace.close()
