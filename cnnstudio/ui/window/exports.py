"""Exporting the project as Keras code: where to, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QUrl
from PySide6.QtGui import QDesktopServices

from cnnstudio.core.code.program import write_notebook, write_program
from cnnstudio.core.code.stored_data import store_data
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.project import Project
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.storage.project_weights import find_files
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Text
from cnnstudio.ui.background import Background
from cnnstudio.ui.widgets.states import Remedy
from cnnstudio.ui.window.folders import keep_folder, kept_folder
from cnnstudio.ui.window.notice_bar import NoticeBar
from cnnstudio.ui.window.session import Session

_FOLDER = "export"
Write = Callable[[Project, Mapping[str, str]], str]
"""The text of a project's file; it is given where the files with its weights lie, by hash."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a project can be exported as.

    Attributes:
        id: Its action's name.
        text: What menus call it.
        kind: What the file dialog calls it.
        suffix: How the file's name ends.
        write: Writes the project.
    """

    id: str
    text: Text
    kind: Text
    suffix: str
    write: Write


def _write_network(project: Project, _weights: Mapping[str, str]) -> str:
    return write_model_code(project.network)


def _write_program(project: Project, weights: Mapping[str, str]) -> str:
    return write_program(project, weights, store_data(project))


def _write_notebook(project: Project, weights: Mapping[str, str]) -> str:
    return write_notebook(project, weights, store_data(project))


FORMS = (
    Form("export_model", T("Network as Keras code…"), T("Keras code"), ".py", _write_network),
    Form(
        "export_program", T("Whole program as Keras code…"), T("Keras code"), ".py", _write_program
    ),
    Form(
        "export_notebook",
        T("Whole program as a notebook…"),
        T("Jupyter notebook"),
        ".ipynb",
        _write_notebook,
    ),
)


class Exports(QObject):
    """Exports the project that is open.

    Args:
        session: What is exported.
        settings: Where the folder is remembered.
        notice: Says what came of it.
        background: Writes beside the window.
        parent: Its owner.
    """

    def __init__(
        self,
        session: Session,
        settings: QSettings,
        notice: NoticeBar,
        background: Background,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._notice, self._background = notice, background

    def ask(self, form: Form) -> None:
        """Asks where to, and exports there."""
        if (path := self.ask_where(form.suffix, {form.suffix: form.kind})) is not None:
            self.export(form, path)

    def ask_where(self, suffix: str, kinds: Mapping[str, Text]) -> Path | None:
        """Asks for a file, called as the project unless the person says otherwise.

        Args:
            suffix: How its name ends then.
            kinds: Suffixes to choose from, and what files of them are called.
        """
        name = self._session.name.replace("/", "_") + suffix
        suggestion = kept_folder(self._settings, _FOLDER) / name
        path = self._session.dialogs.save_export(suggestion, kinds)
        if path is not None:
            keep_folder(self._settings, _FOLDER, path.parent)
        return path

    def export(self, form: Form, path: Path) -> None:
        """Writes a file; what was there before is replaced once all of it is written."""
        project, folders = self._session.document.project, self._session.weights_folders

        def write() -> None:
            files = find_files(project.network, WeightsStore.of_person(), *folders)
            text = form.write(project, files)
            write_atomically(path, text.encode())

        self._background.do(
            f"export {path}",
            write,
            lambda _: self.tell(path, T("Saved as {file}.", file=path.name)),
            self._notice.show_error,
        )

    def tell(self, path: Path, what: Text, why: Text | str = "") -> None:
        """Says that a file is there, and offers its folder.

        Args:
            path: The file.
            what: What was saved.
            why: What else is to be known of it.
        """
        show = Remedy(T("Show in folder"), partial(_open_folder, path))
        self._notice.show_success(what, show, why=why)


def _open_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
