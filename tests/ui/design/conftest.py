"""A Design workspace on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.ui.design.widget import DesignWidget
from cnnstudio.ui.design.workspace import DesignWorkspace
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.actions import Actions
from tests.ui.design.hands import Hands


@pytest.fixture
def design(context: Context, settings: QSettings, qtbot: object) -> Iterator[Callable[..., Hands]]:
    """Opens a Design workspace on a sample, or on an empty project."""
    context.theme.reduce_motion = True
    shown: list[DesignWidget] = []

    def open_design(sample: str = "lecture-cnn", width: int = 1440, height: int = 860) -> Hands:
        project = load_project_argument(f"sample:{sample}") if sample else Project()
        document = Document(project)
        workspace = DesignWorkspace(document, context, settings)
        widget = workspace.widget()
        assert isinstance(widget, DesignWidget)
        table = Actions(context, widget)
        table.add(workspace.actions())
        workspace.changed.connect(table.refresh)
        widget.resize(width, height)
        widget.show()
        widget.activateWindow()
        widget.view.setFocus()
        qtbot.waitUntil(widget.view.hasFocus)  # type: ignore[attr-defined]
        shown.append(widget)
        return Hands(widget, document, table)

    yield open_design
    for widget in shown:
        widget.close()
        widget.deleteLater()
    QApplication.processEvents()
