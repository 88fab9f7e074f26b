"""The left column with a person's own pictures: source, split, size, fit and colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cnnstudio.core.data.fitting import FITS
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.text import T
from cnnstudio.decode.resizing import fit_pictures
from cnnstudio.ui.data.class_bars import MOST_ROWS, ClassBars
from cnnstudio.ui.data.fit_tiles import fitted
from cnnstudio.ui.data.originals import Originals
from cnnstudio.ui.data.reading import Opened, Reader
from cnnstudio.ui.data.size_section import telling
from cnnstudio.ui.data.workspace import DataWidget, DataWorkspace
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import picture_image
from tests.fakes.own_data import OwnData, noise, own_data

LEFT = Qt.MouseButton.LeftButton
LABELS = [0] * 20 + [1] * 20 + [2] * 20


@dataclass
class Own:
    """A project with own pictures in the Data workspace."""

    data: OwnData
    document: Document
    workspace: DataWorkspace
    widget: DataWidget

    @property
    def settings(self) -> DataSettings:
        return self.document.project.data


@pytest.fixture
def own(
    qtbot: QtBot,
    context: Context,
    settings: QSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Own]:
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path))
    given = getattr(request, "param", None)
    data = own_data(noise(60), LABELS, sizes=[(30, 40)] * 60, given=given)
    monkeypatch.setattr(Reader, "open", lambda *_: Opened(data.pools, data.catalogue))
    monkeypatch.setattr(Originals, "ask", lambda *_: None)
    document = Document(Project(data=data.settings))
    workspace = DataWorkspace(document, context, settings)
    widget = workspace.widget()
    assert isinstance(widget, DataWidget)
    qtbot.addWidget(widget)
    widget.resize(1440, 900)
    widget.show()
    qtbot.waitUntil(lambda: workspace.library.report is not None)
    yield Own(data, document, workspace, widget)
    widget.close()
    workspace.close()


def test_the_source_says_whose_pictures_they_are(own: Own) -> None:
    section = own.widget.source.source
    assert section.name.text() == "Pets"
    assert section.facts.text() == (
        "of several sizes, read as 8×8, colour, 3 channels, 8 bits each · folder · 60 pictures"
    )
    assert section.place.text() == "/pictures"
    assert [a.text() for a in section.menu().actions() if a.text()][1:3] == [
        "Fashion-MNIST (installed)",
        "Emoji (installed)",
    ]
    menu = own.widget.source.buttons.menu()
    assert [a.isEnabled() for a in menu.actions()] == [True, True, True]
    menu.actions()[2].trigger()
    assert own.settings.source == "fashion_mnist"
    assert own.settings.imported is None
    assert not own.widget.source.buttons.refresh.isEnabled()
    own.document.undo()
    assert own.settings == own.data.settings


def test_both_shares_are_moved(qtbot: QtBot, own: Own) -> None:
    split = own.widget.source.split
    assert not split.how.isVisible()
    assert split.test.isVisible()
    qtbot.keyClick(split.test.slider, Qt.Key.Key_PageUp)
    assert own.settings.test == 0.25
    qtbot.waitUntil(lambda: split._counts["test"].text() == "15")
    own.document.undo()
    qtbot.waitUntil(lambda: split._counts["test"].text() == "12")


@pytest.mark.parametrize("own", [[1] * 40 + [2] * 20], indirect=True)
def test_folders_can_say_what_a_picture_is_for(qtbot: QtBot, own: Own) -> None:
    split = own.widget.source.split
    assert split.how.isVisible()
    assert split.how.value == "ratio"
    assert not split.test.isVisible(), "no picture is free"
    qtbot.mouseClick(split.how._group.button(1), LEFT)
    assert own.settings.split == "folders"
    qtbot.waitUntil(lambda: split._counts["validation"].text() == "20")
    assert split.note.text() == "as the folders say"
    assert not split.validation.isVisible(), "there is nothing to draw"


def test_size_fit_and_colour_are_steps(qtbot: QtBot, own: Own) -> None:
    section = own.widget.source.size_colour
    assert section.sizes.currentText() == "8×8, own size"
    section.sizes.chosen.emit((32, 32))
    assert own.settings.size == (32, 32)
    assert section.sizes.currentText() == "32×32"
    section.sizes.chosen.emit("free")
    rows, columns = section.pair.fields
    assert section.pair.isVisible()
    rows.setFocus()
    rows.selectAll()
    qtbot.keyClicks(rows, "20")
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert own.settings.size == (20, 32)
    columns.selectAll()
    qtbot.keyClicks(columns, "0")
    qtbot.keyClick(columns, Qt.Key.Key_Return)
    assert own.settings.size == (20, 32)
    assert section.problem.text() == "Write rows and columns from 1 to 4,096."
    qtbot.mouseClick(section.tiles.tile("crop"), LEFT)
    assert own.settings.fit == "crop"
    section.tiles.tile("crop").setFocus()
    qtbot.keyClick(section.tiles.tile("crop"), Qt.Key.Key_Left)
    assert own.settings.fit == "pad"
    qtbot.mouseClick(section.colour._group.button(0), LEFT)
    assert own.settings.colour == "grey"
    for _ in range(5):
        own.document.undo()
    assert own.settings == own.data.settings
    assert own.document.undo_text is None


def test_decoding_at_another_size_keeps_what_is_shown_and_can_be_taken_back(
    qtbot: QtBot, own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, section = own.workspace.library, own.widget.source.source

    monkeypatch.setattr(library._background, "do", lambda *_: None)
    own.widget.source.size_colour.sizes.chosen.emit((64, 64))
    assert library.pools is own.data.pools
    assert own.widget.browser.grid.isVisible()
    library._reader.decoding.emit(T("Decoding the pictures of {data}, once.", data="Pets"))
    library._reader.progressed.emit(0.25)
    assert section.state.text() == "Decoding the pictures of Pets, once."
    assert section.bar.value() == 250
    monkeypatch.undo()
    monkeypatch.setattr(Reader, "open", lambda *_: Opened(own.data.pools, own.data.catalogue))
    qtbot.mouseClick(section.cancel, LEFT)
    assert own.settings == own.data.settings
    qtbot.waitUntil(lambda: library.working is None)
    assert not section.cancel.isVisible()


def test_a_size_that_cannot_be_read_can_be_left_again(
    qtbot: QtBot, own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Opened:
        raise BadInput(T("{file} is gone.", file="cats/1.jpg"))

    with monkeypatch.context() as patch:
        patch.setattr(Reader, "open", fail)
        patch.setattr(Reader, "knows", lambda *_: True)
        own.widget.source.size_colour.sizes.chosen.emit((64, 64))
        section = own.widget.source.source
        qtbot.waitUntil(lambda: section.notice is not None)
    assert section.notice is not None
    assert section.notice.what.text() == "cats/1.jpg is gone."
    assert [b.text() for b in section.notice.buttons] == ["Keep the size they had"]
    qtbot.mouseClick(section.notice.buttons[0], LEFT)
    assert own.settings == own.data.settings
    qtbot.waitUntil(lambda: own.workspace.library.division is not None)
    assert section.notice is None


def test_a_finding_mends_and_shows(qtbot: QtBot, own: Own) -> None:
    rows = own.widget.report.findings.rows
    row = next(r for r in rows if "stretched" in r.title.text())
    assert [b.text() for b in row.buttons] == ["Pad instead of stretching", "Show them"]
    qtbot.mouseClick(row.buttons[1], LEFT)
    assert own.widget.browser.given.isVisible()
    assert own.widget.browser.grid.shown == 60
    qtbot.mouseClick(row.buttons[0], LEFT)
    assert own.settings.fit == "pad"
    titles = own.widget.report.findings
    qtbot.waitUntil(lambda: not any("stretched" in r.title.text() for r in titles.rows))
    own.document.undo()
    assert own.settings.fit == "stretch"


def test_edits_that_are_nowhere_can_be_left(qtbot: QtBot, own: Own) -> None:
    data = replace(own.settings, edits="ab" * 32)
    own.document.apply(lambda p: replace(p, data=data), T("Edit"))
    section = own.widget.source.source
    qtbot.waitUntil(lambda: section.notice is not None)
    assert section.notice is not None
    assert "left out or relabelled" in section.notice.what.text()
    qtbot.mouseClick(section.notice.buttons[0], LEFT)
    assert own.settings.edits == ""
    qtbot.waitUntil(lambda: own.workspace.library.division is not None)


def test_what_was_never_read_here_can_be_read_or_located(
    qtbot: QtBot, own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object) -> Opened:
        raise BadInput(T("The pictures of {data} have to be read first.", data="Pets"))

    monkeypatch.setattr(Reader, "open", nothing)
    monkeypatch.setattr(Reader, "knows", lambda *_: False)
    own.workspace.library.read_again()
    section = own.widget.source.source
    qtbot.waitUntil(lambda: section.notice is not None)
    assert section.notice is not None
    assert [b.text() for b in section.notice.buttons] == ["Read them", "Locate…"]
    begun: list[Any] = []
    monkeypatch.setattr(own.workspace.opening, "begin", lambda *args: begun.append(args))
    qtbot.mouseClick(section.notice.buttons[0], LEFT)
    assert begun[0][0].path == Path("/pictures")
    assert begun[0][0].replaces


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("size", [(12, 12), (40, 20), (64, 64)])
def test_a_preview_is_what_the_decoder_makes(fit: str, size: tuple[int, int]) -> None:
    rows, columns = np.mgrid[0:30, 0:50]
    picture = np.stack([rows * 8, columns * 5, rows + columns], axis=2).astype(np.uint8)
    image = fitted(picture_image(picture), size, fit, 3).convertToFormat(
        QImage.Format.Format_RGB888
    )
    shown = np.frombuffer(image.constBits(), np.uint8).reshape(size[0], image.bytesPerLine())
    shown = shown[:, : 3 * size[1]].reshape(*size, 3)
    made = fit_pictures(picture[np.newaxis], size, fit)[0]
    assert np.array_equal(shown.any(axis=2), made.any(axis=2)), "the same borders"
    assert np.abs(shown.astype(int) - made.astype(int)).mean() < 4


def test_the_picture_shown_has_telling_proportions() -> None:
    sizes = np.array([(10, 10)] * 90 + [(10, 20)] * 9 + [(1, 10_000)], np.uint32)
    assert sizes[telling(sizes)].tolist() == [10, 10]
    assert sizes[telling(sizes[50:]) + 50].tolist() == [10, 20]


def test_a_thousand_classes_scroll(qtbot: QtBot, context: Context) -> None:
    names = [f"class {number}" for number in range(1000)]
    data = own_data(noise(2000), list(range(1000)) * 2, classes=names)
    bars = ClassBars(context)
    qtbot.addWidget(bars)
    bars.show_division(data.dataset, data.divided())
    bars.resize(320, bars.sizeHint().height())
    bars.show()
    assert bars.height() == MOST_ROWS * bars._row()
    assert bars.accessibleName() == "1,000 classes"
    with qtbot.waitSignal(bars.activated) as found:
        qtbot.mouseClick(bars.viewport(), LEFT, pos=QPoint(10, bars._row() * 3 + 2))
    assert found.args == [3]
    qtbot.keyClick(bars, Qt.Key.Key_End)
    assert bars.verticalScrollBar().value() == bars.verticalScrollBar().maximum()
    assert bars.accessibleDescription().startswith("class 999: ")
    with qtbot.waitSignal(bars.activated) as found:
        qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert found.args == [999]
    bars.grab()
