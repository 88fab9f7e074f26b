"""Exporting as code: the three forms, where they go, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from cnnstudio.core.code.program import write_notebook, write_program
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.ui.window.exports import FORMS
from tests.ui.window.desk import Desk

PROJECT = load_project_argument("sample:lecture-cnn")


def said(desk: Desk) -> str:
    current = desk.window.notice.current
    return "" if current is None else current.what.text()


@pytest.mark.parametrize(
    ("id", "suffix", "content"),
    [
        ("export_model", ".py", write_model_code(PROJECT.network)),
        ("export_program", ".py", write_program(PROJECT)),
        ("export_notebook", ".ipynb", write_notebook(PROJECT)),
    ],
)
def test_the_file_is_there_and_its_folder_can_be_shown(
    qtbot: QtBot,
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    id: str,
    suffix: str,
    content: str,
) -> None:
    action = desk.window.actions_table.get(id)
    assert not action.isEnabled()
    desk.session.open_sample("lecture-cnn")
    desk.answers.path = tmp_path / f"mine{suffix}"
    action.trigger()
    assert desk.answers.asked == [f"export to {Path.home() / ('lecture-cnn' + suffix)}"]
    qtbot.waitUntil(lambda: said(desk) == f"Saved as mine{suffix}.")
    assert desk.answers.path.read_text(encoding="utf-8") == content
    shown: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()) or True
    )
    notice = desk.window.notice.current
    assert notice is not None
    assert notice.buttons[0].text() == "Show in folder"
    qtbot.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    assert [Path(folder) for folder in shown] == [tmp_path]
    action.trigger()
    assert desk.answers.asked[-1] == f"export to {tmp_path / ('lecture-cnn' + suffix)}"


def test_a_folder_that_is_gone(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.session.open_sample("lecture-cnn")
    desk.window.exports.export(FORMS[0], tmp_path / "gone" / "a.py")
    qtbot.waitUntil(lambda: "a.py" in said(desk))
    assert not (tmp_path / "gone").exists()


def test_without_a_layer_there_is_nothing_to_export(desk: Desk) -> None:
    desk.session.new()
    assert not desk.window.actions_table.get("export_model").isEnabled()
    tip = desk.window.actions_table.get("export_model").toolTip()
    assert tip == "There is no layer to export yet."


def test_the_menu_and_the_palette_name_it(desk: Desk) -> None:
    desk.session.open_sample("lecture-cnn")
    (file, *_) = desk.window.menuBar().actions()
    (export,) = [a for a in file.menu().actions() if a.text() == "Export"]
    assert [a.text() for a in export.menu().actions()] == [
        "Network as Keras code…",
        "Whole program as Keras code…",
        "Whole program as a notebook…",
    ]
    desk.window.open_palette("notebook")
    shown = [desk.window.context.language.show(e.text) for e in desk.window.palette_box.shown]
    assert "Export ▸ Whole program as a notebook…" in shown
    desk.window.palette_box.close_up()
