"""The smaller parts of the window: texts of facts, caches, sketches, the dialog before leaving."""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.network import Network
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.keys import shown_keys
from cnnstudio.ui.widgets.numbers import expression, short_count
from cnnstudio.ui.window.caches import empty_folder, folder_size, size_text
from cnnstudio.ui.window.computer import Computer, this_computer
from cnnstudio.ui.window.dialogs import Leave, QtDialogs
from cnnstudio.ui.window.facts import data_fact, device_fact, network_fact
from cnnstudio.ui.window.included import one_of_each
from cnnstudio.ui.window.sketch import boxes_of, paint_sketch
from cnnstudio.ui.window.start_page import when_text
from tests.ui.window.desk import Desk


@pytest.mark.parametrize(
    ("value", "english", "korean"),
    [
        (0, "0", "0"),
        (999_999, "999,999", "999,999"),
        (13_768_424, "13.8\u2009M", "1,377만"),
        (1_500_000, "1.5\u2009M", "1,500,000"),
        (2_300_000_000, "2.3\u2009G", "23.0억"),
    ],
)
def test_short_counts(value: int, english: str, korean: str) -> None:
    assert short_count(value, "en") == english
    assert short_count(value, "ko") == korean


def test_calculations_have_thousands_commas() -> None:
    assert expression("(10816 + 1)·100") == "(10,816 + 1)·100"


def test_facts() -> None:
    project = load_project_argument("sample:lecture-cnn")
    assert str(network_fact(project, "en")) == (
        "8 layers · 1,101,526 parameters · 13.8\u2009M multiply-adds"
    )
    third = Project(data=DataSettings(validation=0.3))
    assert str(data_fact(third)) == "Fashion-MNIST · 42,000 / 18,000 / 10,000"
    assert str(data_fact(Project(data=DataSettings(source="mine")))) == "mine isn't here"
    for share in (1.5, 1.0, -0.1, math.nan):
        senseless = Project(data=DataSettings(validation=share))
        assert str(data_fact(senseless)) == "Fashion-MNIST · ? / ? / 10,000"
    bare = Computer(1, 8, "", {})
    assert str(device_fact(bare, "tensorflow")) == "CPU, 1 core"
    found = this_computer()
    assert found.cores >= 1
    assert found.memory_gb >= 1


def test_when() -> None:
    today = date(2026, 3, 2)
    assert str(when_text(datetime(2026, 3, 2, 14, 41), today)) == "today 14:41"
    assert str(when_text(datetime(2026, 3, 1, 23, 59), today)) == "yesterday"
    assert str(when_text(datetime(2025, 12, 31), today)) == "2025-12-31"


def test_caches(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    assert folder_size(folder) == 0
    empty_folder(folder)
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.npy").write_bytes(b"x" * 1500)
    (folder / "b.npy").write_bytes(b"x" * 500)
    assert folder_size(folder) == 2000
    assert size_text(2000) == "2.0\u2009kB"
    assert size_text(12) == "12\u2009B"
    assert size_text(47_100_000) == "47.1\u2009MB"
    empty_folder(folder)
    assert folder_size(folder) == 0
    assert folder.is_dir()


def test_keys_as_people_write_them() -> None:
    assert shown_keys("") == ""
    assert shown_keys("F6") == "F6"
    if QApplication.platformName() != "cocoa":
        assert shown_keys("Ctrl+Shift+S") == "Ctrl Shift S"
        assert shown_keys("Ctrl++") == "Ctrl +"


def test_one_picture_of_each_class() -> None:
    pictures = one_of_each(FASHION_MNIST)
    assert len(pictures) == 10
    assert {(p.width(), p.height()) for p in pictures} == {(28, 28)}
    assert all(max(p.pixelColor(x, y).red() for x in range(28) for y in range(28)) > 128
               for p in pictures)  # fmt: skip


@pytest.mark.parametrize("name", ["lecture-cnn", "lecture-vgg-bn", "dense-only"])
def test_a_sketch_stays_in_its_room(context: Context, name: str) -> None:
    image = QImage(240, 60, QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    boxes = boxes_of(analyse(load_project_argument(f"sample:{name}").network))
    painter = QPainter(image)
    paint_sketch(painter, QRectF(20, 10, 200, 40), boxes, context.theme)
    painter.end()
    white = QColor("white")
    painted = [(x, y) for x in range(240) for y in range(60) if image.pixelColor(x, y) != white]
    assert painted
    assert min(x for x, _ in painted) >= 18
    assert max(x for x, _ in painted) <= 222
    assert min(y for _, y in painted) >= 8
    assert max(y for _, y in painted) <= 52


def test_an_empty_network_has_no_sketch(context: Context) -> None:
    image = QImage(20, 20, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    paint_sketch(painter, QRectF(0, 0, 20, 20), boxes_of(analyse(Network())), context.theme)
    painter.end()


@pytest.mark.parametrize(("button", "answer"), list(enumerate(Leave)))
def test_the_dialog_before_leaving(desk: Desk, button: int, answer: Leave) -> None:
    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        assert box.text() == "Save the changes to mine?"
        words = ("Save", "Don't save", "Cancel")[button]
        next(b for b in box.buttons() if b.text() == words).click()

    QTimer.singleShot(0, click)
    assert QtDialogs(desk.window.context, desk.window).leave("mine") is answer


@pytest.mark.parametrize(("kind", "name"), [(0, "mine.keras"), (1, "mine.weights.h5")])
def test_an_exported_file_is_called_as_its_kind(
    desk: Desk, tmp_path: Path, kind: int, name: str
) -> None:
    def choose() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.filterSelected.emit(dialog.nameFilters()[kind])
        dialog.selectFile("mine")
        QTimer.singleShot(0, dialog.accept)

    QTimer.singleShot(0, choose)
    kinds = {".keras": T("Keras model"), ".weights.h5": T("Weights alone")}
    dialogs = QtDialogs(desk.window.context, desk.window)
    assert dialogs.save_export(tmp_path / "suggested.keras", kinds) == tmp_path / name
