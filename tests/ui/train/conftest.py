"""A Train workspace on real processes of the fake engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.messages import Request, StartRun
from cnnstudio.ui.engines import Engines
from cnnstudio.ui.train.training import Training
from cnnstudio.ui.train.workspace import TrainWidget, TrainWorkspace
from cnnstudio.ui.widgets.context import Context
from tests.fakes.engines import fake_command


@dataclass
class Bench:
    """The workspace and what a test looks at.

    Attributes:
        job: What the fake engine does with the next run.
        asked: The requests as the workspace made them.
        clients: The engines, in the order they were started.
        file: The project's file.
    """

    document: Document
    job: str = "train 0.01"
    asked: list[StartRun] = field(default_factory=list)
    clients: list[EngineClient] = field(default_factory=list)
    file: Path | None = None
    workspace: Any = None

    @property
    def training(self) -> Training:
        training: Training = self.workspace.training
        return training

    @property
    def widget(self) -> TrainWidget:
        widget: TrainWidget = self.workspace.widget()
        return widget

    def make(self, role: str, backend: str, device: str, log: Path, **more: Any) -> EngineClient:
        """Makes an engine that trains as `job` says, whatever the project is."""
        bench = self

        class Client(EngineClient):
            def send(self, request: Request, blob: bytes = b"") -> int:
                if isinstance(request, StartRun):
                    bench.asked.append(request)
                    request = msgspec.structs.replace(request, project=bench.job)
                return super().send(request, blob)

        command = fake_command("", role, backend, device, log)
        client = Client(role, backend, device, log, command=command, **more)  # type: ignore[arg-type]
        self.clients.append(client)
        return client


@pytest.fixture
def bench(
    qtbot: QtBot,
    context: Context,
    settings: QSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Bench]:
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    project: Project = load_project_argument("sample:lecture-cnn")
    bench = Bench(Document(project))
    before = set(threading.enumerate())
    engines = Engines(tmp_path / "logs", make=bench.make)
    bench.workspace = TrainWorkspace(bench.document, context, settings, engines, lambda: bench.file)
    widget = bench.widget
    qtbot.addWidget(widget)
    widget.resize(1440, 764)
    with qtbot.waitExposed(widget):
        widget.show()
    yield bench
    engines.close()
    widget.hide()
    bench.training.close()
    engines.deleteLater()
    qtbot.waitUntil(lambda: set(threading.enumerate()) <= before)  # the last ones are ending
    assert psutil.Process().children(recursive=True) == []
