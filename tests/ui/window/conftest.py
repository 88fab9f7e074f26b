"""A window with its own settings for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T
from cnnstudio.ui.background import Background
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.computer import Computer
from cnnstudio.ui.window.main_window import MainWindow
from cnnstudio.ui.window.messages import Messages
from cnnstudio.ui.window.session import Session
from cnnstudio.ui.window.settings import Preferences, follow
from tests.ui.window.desk import Answers, Desk, Place, Reader


@pytest.fixture
def desk(qtbot: QtBot, context: Context, settings: QSettings, tmp_path: Path) -> Iterator[Desk]:
    settings.setValue("theme", "light")
    settings.setValue("language", "en")
    preferences = Preferences(settings)
    follow(preferences, context)
    session = Session(Document(Project()), preferences)
    messages, answers = Messages(), Answers()
    session.use_dialogs(answers)
    places = (Place(context, "data", T("Data")), Place(context, "design", T("Design")))
    computer = Computer(2, 16, "3.15", {"tensorflow": "TensorFlow 2.21"})
    background = Background("files")
    reader = Reader(WeightsStore(tmp_path / "weights"))
    window = MainWindow(
        context, preferences, session, places, computer, messages, background, reader
    )

    def settle(_: QWidget) -> None:
        session.document.mark_saved(session.document.project)

    qtbot.addWidget(window, before_close_func=settle)
    window.resize(1280, 800)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield Desk(window, session, preferences, messages, answers, places, reader)
    window.imports.close()
    background.close()
