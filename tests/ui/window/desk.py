"""A window to test with: two small workspaces, and dialogs that answer by themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.project import Project
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.importing import CODE_SUFFIXES, Imported, read_source
from cnnstudio.protocol.inspecting import Stopped
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.window.actions import Action
from cnnstudio.ui.window.command_palette import Entry
from cnnstudio.ui.window.dialogs import Leave
from cnnstudio.ui.window.main_window import MainWindow
from cnnstudio.ui.window.messages import Messages
from cnnstudio.ui.window.session import Session
from cnnstudio.ui.window.settings import Preferences


@dataclass
class Answers:
    """Dialogs that give the answers they were told, and count how often they were asked."""

    leave_with: Leave = Leave.STAY
    leaves_run: bool = False
    path: Path | None = None
    asked: list[str] = field(default_factory=list)

    def leave(self, name: str) -> Leave:
        self.asked.append(name)
        return self.leave_with

    def leave_run(self, name: str) -> bool:
        self.asked.append(f"run of {name}")
        return self.leaves_run

    def open_project(self, folder: Path) -> Path | None:
        self.asked.append("open")
        return self.path

    def save_project(self, suggestion: Path) -> Path | None:
        self.asked.append("save")
        return self.path

    def open_source(self, folder: Path) -> Path | None:
        self.asked.append(f"import from {folder}")
        return self.path

    def open_pictures(self, folder: Path) -> Path | None:
        self.asked.append(f"pictures from {folder}")
        return self.path

    def open_data_file(self, folder: Path) -> Path | None:
        self.asked.append(f"data file from {folder}")
        return self.path

    def save_export(self, suggestion: Path, kinds: Mapping[str, Text]) -> Path | None:
        self.asked.append(f"export to {suggestion}")
        return self.path


class Reader:
    """Reads code as the window does; models when it is told to, or not at all.

    Attributes:
        model: What a model is read as.
        error: Why a model can't be read; None if it can.
        gate: Reading a model waits for it.
        stopped: Reading was cancelled.
    """

    def __init__(self, store: WeightsStore) -> None:
        self._store = store
        self.model = Imported(Project(), "model")
        self.error: StudioError | None = None
        self.gate, self.stopped = threading.Event(), threading.Event()
        self.gate.set()

    def __call__(
        self,
        path: Path,
        *,
        given: Mapping[str, Any],
        input_shape: Sequence[int] | None,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> Imported:
        progress(0.4)
        while not self.gate.wait(0.005):
            if cancelled():
                self.stopped.set()
                raise Stopped
        if path.suffix.lower() in CODE_SUFFIXES:
            return read_source(path, given=given, input_shape=input_shape, store=self._store)
        if self.error is not None:
            raise self.error
        return self.model


class Place:
    """A workspace with two panels of one button each."""

    def __init__(self, context: Context, id: str, title: Text) -> None:
        self.id, self.title, self.icon = id, title, "workflow"
        self.done: list[str] = []
        self._context = context
        self._widget: QWidget | None = None

    def widget(self) -> QWidget:
        if self._widget is None:
            self._widget = QWidget()
            column = QVBoxLayout(self._widget)
            for name in ("first", "second"):
                panel = Panel(self._context, name)
                panel.body.addWidget(Button(self._context, name))
                column.addWidget(panel)
        return self._widget

    def actions(self) -> Sequence[Action]:
        def run() -> None:
            self.done.append("arranged")

        return [
            Action(id=f"{self.id}.arrange", text=T("Arrange"), run=run, keys="Ctrl+L",
                   menu="network/1")
        ]  # fmt: skip

    def entries(self) -> Sequence[Entry]:
        def run() -> None:
            self.done.append("Conv2D")

        return [Entry("Conv2D", run, "layer", "grid-3x3", "", (T("Convolution"),))]


@dataclass
class Desk:
    """A window and what a test looks at."""

    window: MainWindow
    session: Session
    preferences: Preferences
    messages: Messages
    answers: Answers
    places: tuple[Place, ...]
    reader: Reader
