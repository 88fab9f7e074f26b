"""Saved pictures: whole, sharp, without selection, and the same bytes each time."""

from __future__ import annotations

import errno
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from cnnstudio.core import edits
from cnnstudio.core.blocks.folding import collapse
from cnnstudio.core.blocks.grouping import make_block
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.text import T
from cnnstudio.core.volumes.parts import Form
from cnnstudio.ui.figures.figure import Figure
from cnnstudio.ui.figures.options import (
    BY_WIDTH,
    MOST_PIXELS,
    Format,
    PictureOptions,
    kept_options,
)
from cnnstudio.ui.figures.saving import SavePicture
from cnnstudio.ui.theme.ink import PrintInk, mix
from cnnstudio.ui.theme.tokens import DARK, LIGHT
from cnnstudio.ui.volumes.bar import CARDS, VOLUMES
from tests.core.volumes.test_drawing import units
from tests.fakes.failing_os import FailingOs
from tests.ui.design.hands import LEFT, Hands

Open = Callable[..., Hands]
SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("view", [CARDS, VOLUMES])


def save(hands: Hands, qtbot: object, path: Path, **options: object) -> SavePicture:
    """Saves the view that is shown, with a layer selected and pointed at."""
    saving = hands.widget.save_picture
    saving.save(PictureOptions(**options), path)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: not saving.writer.busy)  # type: ignore[attr-defined]
    return saving


def opened(design: Open, view: str) -> Hands:
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_2")])
    hands.widget.views.show_view(view)
    return hands


@BOTH
def test_svg_is_xml_with_outlines_and_without_selection(
    design: Open, qtbot: object, tmp_path: Path, view: str
):
    hands = opened(design, view)
    path = tmp_path / "network.svg"
    hands.widget.view.context.theme.set_mode("dark")
    save(hands, qtbot, path)
    text = path.read_text(encoding="utf-8").lower()
    root = ET.fromstring(text)
    assert not list(root.iter(f"{SVG}text"))
    assert not list(root.iter(f"{SVG}image"))
    assert LIGHT.accent.lower() not in text
    assert DARK.accent.lower() not in text
    assert DARK.text.lower() not in text
    assert LIGHT.text.lower() in text
    left, top, width, height = map(float, root.attrib["viewbox"].split())
    page = hands.widget.save_picture.figure().page
    assert (left, top, width, height) == (0, 0, page.width(), page.height())


@BOTH
def test_blocks_are_in_the_picture(design: Open, qtbot: object, tmp_path: Path, view: str):
    hands = opened(design, view)
    network = make_block(hands.document.network, ["n6", "n7"], "open")
    network = make_block(network, ["n2", "n3"], "folded")
    hands.document.apply_network(lambda _: collapse(network, network.blocks[1].id), T("x"))
    save(hands, qtbot, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    ET.fromstring(text)
    cards, links, brackets = 7, 6, 2
    assert len(hands.widget.save_picture.figure().parts) >= cards + links + brackets
    assert LIGHT.families[Family.MERGING].lower() in text


def test_svg_has_every_box(design: Open, qtbot: object, tmp_path: Path):
    hands = opened(design, VOLUMES)
    path = tmp_path / "network.svg"
    save(hands, qtbot, path, transparent=True)
    ink = PrintInk()
    text = path.read_text(encoding="utf-8")
    boxes = [v for v in hands.widget.volumes.drawing.volumes.values() if v.form is Form.BOX]
    assert len(boxes) == 4
    for family, count in ((Family.CONVOLUTION, 2), (Family.POOLING, 1), (Family.INPUT, 1)):
        for share in (0.16, 0.30, 0.44):
            colour = mix(ink.family(family), ink.colour("canvas"), share).name()
            groups = re.findall(rf'<g fill="{colour}".*?</g>', text, re.DOTALL)
            drawn = sum(g.count("<path") + g.count("<polygon") for g in groups)
            assert drawn >= count, (family, share)


@BOTH
@pytest.mark.parametrize("form", list(Format))
def test_the_same_network_gives_the_same_bytes(
    design: Open, qtbot: object, tmp_path: Path, view: str, form: Format
):
    hands = opened(design, view)
    files = [tmp_path / f"{name}.{form}" for name in ("first", "second")]
    for path in files:
        save(hands, qtbot, path, format=form)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert not re.search(rb"D:20(0[1-9]|[1-9]\d)", files[0].read_bytes())


@BOTH
def test_pdf_has_one_page_of_the_right_size_with_its_fonts(
    design: Open, qtbot: object, tmp_path: Path, view: str
):
    hands = opened(design, view)
    path = tmp_path / "network.pdf"
    save(hands, qtbot, path, format=Format.PDF)
    pdf = path.read_bytes()
    assert pdf.startswith(b"%PDF-1.")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox \[([^\]]*)\]", pdf)
    page = hands.widget.save_picture.figure().page
    assert [float(n) for n in box.split()] == pytest.approx(
        [0, 0, page.width() * 0.75, page.height() * 0.75], abs=1
    )
    names = set(re.findall(rb"/FontName /(\S+)", pdf))
    assert any(b"Pretendard" in name for name in names)
    assert any(b"JetBrains" in name for name in names)
    assert b"/Subtype /Image" not in pdf
    start = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    assert pdf[start:].startswith(b"xref")


@BOTH
def test_png_has_the_size_and_the_ground_asked_for(
    design: Open, qtbot: object, tmp_path: Path, view: str
):
    hands = opened(design, view)
    page = hands.widget.save_picture.figure().page
    path = tmp_path / "network.png"
    save(hands, qtbot, path, format=Format.PNG, scale=3)
    white = QImage(str(path))
    assert (white.width(), white.height()) == (3 * page.width(), 3 * page.height())
    assert not white.hasAlphaChannel()
    assert white.pixelColor(1, 1).name() == "#ffffff"
    save(hands, qtbot, path, format=Format.PNG, transparent=True, scale=BY_WIDTH, width=500)
    clear = QImage(str(path))
    assert clear.width() == 500
    assert clear.hasAlphaChannel()
    assert clear.pixelColor(1, 1).alpha() == 0
    assert round(clear.dotsPerMeterX() / 39.37) == 300


def test_hangul_names_are_drawn(design: Open, qtbot: object, tmp_path: Path):
    hands = opened(design, VOLUMES)
    outlines: list[set[str]] = []
    for name in ("합성곱", "합성글"):
        hands.document.apply_network(lambda n, name=name: edits.rename(n, "n3", name), T("x"))
        save(hands, qtbot, tmp_path / "a.svg")
        svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
        outlines.append(set(re.findall(r' d="([^"]*)"', svg)))
    own = [max(outlines[i] - outlines[1 - i], key=len) for i in (0, 1)]
    assert min(path.count("M") for path in own) > 9  # boxes for missing letters have two each
    save(hands, qtbot, tmp_path / "a.pdf", format=Format.PDF)
    letters = b"".join(re.findall(rb"begincmap.*?endcmap", (tmp_path / "a.pdf").read_bytes(), re.S))
    assert f"<{ord('합'):04X}>".encode() in letters  # its text can be searched
    assert not re.search(rb"<E0..>", letters)


def test_what_cannot_be_written_is_said_and_leaves_the_old_file(
    design: Open, qtbot: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hands = opened(design, VOLUMES)
    note = hands.widget.save_picture.note
    save(hands, qtbot, tmp_path / "missing" / "network.svg")
    assert note.isVisible()
    assert "missing doesn't exist" in note.text.text()
    path = tmp_path / "network.svg"
    path.write_text("old")
    with monkeypatch.context() as patch:
        calls = FailingOs(patch, errno.ENOSPC, 4)
        save(hands, qtbot, path)
        assert calls.calls >= 4
    assert "no room left" in note.text.text()
    assert path.read_text() == "old"
    assert not list(tmp_path.glob("*.tmp"))
    save(hands, qtbot, path)
    assert note.text.text() == "Saved as network.svg."
    assert note.folder.isVisible()
    QTest.mouseClick(note.close_button, LEFT)
    assert not note.isVisible()


def test_a_picture_too_large_for_pixels_is_refused(design: Open, qtbot: object, tmp_path: Path):
    hands = design("")
    hands.document.apply_network(lambda _: units(200), T("Paste"))
    hands.widget.views.show_view(VOLUMES)
    saving = save(hands, qtbot, tmp_path / "a.png", format=Format.PNG, scale=4)
    assert f"{MOST_PIXELS:,} on a side" in saving.note.text.text()
    assert not (tmp_path / "a.png").exists()
    save(hands, qtbot, tmp_path / "a.pdf", format=Format.PDF)
    (box,) = re.findall(rb"/MediaBox \[([^\]]*)\]", (tmp_path / "a.pdf").read_bytes())
    assert float(box.split()[2]) == pytest.approx(14_400, abs=1)


def test_saving_can_be_cancelled(design: Open, qtbot: object, tmp_path: Path):
    hands = opened(design, VOLUMES)
    saving = hands.widget.save_picture
    figure = saving.figure()
    slow = Figure(figure.name, figure.page, (lambda _p: QTest.qSleep(15),) * 500)
    saving.note.begin(tmp_path / "a.svg")
    saving.writer.begin(slow, PictureOptions(), tmp_path / "a.svg")
    qtbot.waitUntil(saving.note.isVisible)  # type: ignore[attr-defined]
    assert saving.note.text.text().startswith("Saving a.svg: ")
    QTest.mouseClick(saving.note.cancel, LEFT)
    assert not saving.writer.busy
    assert not saving.note.isVisible()
    save(hands, qtbot, tmp_path / "b.svg")
    assert [path.name for path in tmp_path.glob("*.svg")] == ["b.svg"]


def test_ctrl_e_asks_how_and_where_and_remembers(
    design: Open,
    qtbot: object,
    tmp_path: Path,
    settings: QSettings,
    monkeypatch: pytest.MonkeyPatch,
):
    hands = opened(design, VOLUMES)
    saving, popover = hands.widget.save_picture, hands.widget.save_picture.popover
    asked: list[str] = []

    def answer(dialog: QFileDialog) -> int:
        asked.append(Path(dialog.selectedFiles()[0]).name)
        asked.append(dialog.selectedNameFilter())
        return 1

    monkeypatch.setattr(QFileDialog, "exec", answer)
    monkeypatch.setattr(
        QFileDialog, "selectedFiles", lambda _d: [str(tmp_path / "lecture-cnn-volumes.png")]
    )
    hands.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert popover.isVisible()
    assert not popover.scale.isVisible()
    popover.format.changed.emit(Format.PNG)
    assert popover.scale.isVisible()
    assert not popover.width_field.isVisible()
    popover.scale.changed.emit(BY_WIDTH)
    assert popover.width_field.isVisible()
    popover.width_field.changed.emit(7)
    assert popover.problem.text() == "Between 16 and 30,000."
    popover.width_field.changed.emit(640)
    popover.ground.changed.emit(True)
    QTest.keyClick(popover, Qt.Key.Key_Return)
    assert not popover.isVisible()
    qtbot.waitUntil(lambda: not saving.writer.busy)  # type: ignore[attr-defined]
    assert asked[1] == "PNG, for slides (*.png)"
    assert QImage(str(tmp_path / "lecture-cnn-volumes.png")).width() == 640
    assert kept_options(settings) == PictureOptions(Format.PNG, True, BY_WIDTH, 640, 300)
    assert settings.value("figures/folder") == str(tmp_path)


def test_a_name_decides_the_kind_and_none_is_overwritten_unasked(
    design: Open, qtbot: object, tmp_path: Path
):
    hands = opened(design, VOLUMES)
    save(hands, qtbot, tmp_path / "a.PDF", format=Format.SVG)
    assert (tmp_path / "a.PDF").read_bytes().startswith(b"%PDF")
    save(hands, qtbot, tmp_path / "net v1.2", format=Format.SVG)
    assert (tmp_path / "net v1.2.svg").read_bytes().startswith(b"<?xml")
    saving = save(hands, qtbot, tmp_path / "net v1.2", format=Format.SVG)
    assert "is there already" in saving.note.text.text()
