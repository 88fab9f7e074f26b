"""The ways by which pictures get into a project, and back out of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, QSettings, Signal

from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.data.imported import SOURCE, Imported
from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.opening import Opening, Source
from cnnstudio.ui.data.picture_files import show_in_file_manager
from cnnstudio.ui.data.proposal import of_shipped
from cnnstudio.ui.data.sets import set_source
from cnnstudio.ui.window.folders import keep_folder, kept_folder

_FOLDER = "pictures"


class Choosers(Protocol):
    """Who asks the person for a place."""

    def open_pictures(self, folder: Path) -> Path | None:
        """Asks for a folder of pictures; None if the person changed their mind."""

    def open_data_file(self, folder: Path) -> Path | None:
        """Asks for a file of pictures; None if the person changed their mind."""


class Entrance(QObject):
    """Takes what the person wants to open, and asks where it is.

    Attributes:
        choosers: Gives who asks; None where nobody can.
        prepare: Makes sure that a project is open; false if the person doesn't want that.

    Args:
        document: The project being edited.
        settings: Where folders are remembered.
        opening: Opens pictures.
        parent: Its owner.
    """

    entered = Signal()
    """Something is being opened: it is to be shown."""
    failed = Signal(Text)
    """Something can't be done, and why."""

    def __init__(
        self,
        document: Document,
        settings: QSettings,
        opening: Opening,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._settings, self._opening = document, settings, opening
        self.choosers: Callable[[], Choosers] | None = None
        self.prepare: Callable[[], bool] = lambda: True

    @property
    def own(self) -> Imported | None:
        """The facts of the project's own pictures; None for a set that ships."""
        data = self._document.project.data
        return data.imported if data.source == SOURCE else None

    def ask_folder(self) -> None:
        """Asks for a folder of pictures and opens it."""
        if self.choosers is not None:
            self._open_chosen(self.choosers().open_pictures(self._last_folder()))

    def ask_file(self) -> None:
        """Asks for a file of pictures and opens it."""
        if self.choosers is not None:
            self._open_chosen(self.choosers().open_data_file(self._last_folder()))

    def open(self, path: Path) -> None:
        """Opens a folder or file of pictures."""
        self._begin(Source(path.name or str(path), path))

    def open_set(self, id: str) -> None:
        """Opens a set that everybody uses."""
        self._begin(set_source(id))

    def locate(self) -> None:
        """Asks where the project's own pictures are now, and reads them there."""
        own = self.own
        if own is None or self.choosers is None:
            return
        choosers, folder = self.choosers(), self._last_folder()
        asks = choosers.open_pictures if own.kind == "folder" else choosers.open_data_file
        if (path := asks(folder)) is not None:
            self._keep(path)
            self._replace(own, path)

    def refresh(self) -> None:
        """Reads the project's own pictures again."""
        if self.own is not None:
            self._replace(self.own, Path(self.own.path))

    def reveal(self) -> None:
        """Shows the project's own pictures in the system's file manager."""
        if self.own is not None and not show_in_file_manager(Path(self.own.path)):
            self.failed.emit(T("{path} isn't there any more.", path=self.own.path))

    def forget(self) -> None:
        """Gives the project Fashion-MNIST instead of the person's pictures, as one step."""

        def edit(project: Project) -> Project:
            data = of_shipped(FASHION_MNIST, project).settings
            return msgspec.structs.replace(project, data=data)

        self._document.apply(edit, T("Forget the pictures"))

    def _open_chosen(self, path: Path | None) -> None:
        if path is not None:
            self._keep(path)
            self.open(path)

    def _replace(self, own: Imported, path: Path) -> None:
        title = own.title or path.name
        if self.prepare():
            self._opening.begin(Source(title, path, replaces=True), own.options)
            self.entered.emit()

    def _begin(self, source: Source) -> None:
        if self.prepare():
            self._opening.begin(source)
            self.entered.emit()

    def _last_folder(self) -> Path:
        return kept_folder(self._settings, _FOLDER)

    def _keep(self, path: Path) -> None:
        keep_folder(self._settings, _FOLDER, path.parent)
