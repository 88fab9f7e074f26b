"""The project that is open: where its file is, and how it is opened, saved and left."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.document import Document
from cnnstudio.core.errors import StudioError
from cnnstudio.core.project import Project
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.project_file import SUFFIX, load_project, save_project
from cnnstudio.core.text import Text
from cnnstudio.ui.window.dialogs import Dialogs, Leave
from cnnstudio.ui.window.settings import Preferences


class Session(QObject):
    """What happens to the document as a whole.

    Args:
        document: The document of the window.
        preferences: Keeps the recent files.
        parent: Its owner.
    """

    opened = Signal()
    """Another project is in the document."""
    changed = Signal()
    """The name, the file, or whether there is something to save has changed."""
    saved = Signal()
    failed = Signal(Text)
    """A file couldn't be opened or saved, and why."""

    def __init__(
        self, document: Document, preferences: Preferences, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.document = document
        self._preferences = preferences
        self._dialogs: Dialogs | None = None
        self._path: Path | None = None
        self._open = False
        document.subscribe(lambda _before, _after: self.changed.emit())

    def use_dialogs(self, dialogs: Dialogs) -> None:
        """Says who asks the person."""
        self._dialogs = dialogs

    @property
    def is_open(self) -> bool:
        """Whether a project is open; before that the start page is shown."""
        return self._open

    @property
    def path(self) -> Path | None:
        """The project's file; None if it has none yet."""
        return self._path

    @property
    def name(self) -> str:
        """What the project is called: its file's stem once it has one."""
        return self._path.stem if self._path else self.document.project.name

    @property
    def unsaved(self) -> bool:
        """Whether something would be lost by leaving now."""
        return self._open and self.document.modified

    def new(self) -> None:
        """Starts with an empty network."""
        if self.may_leave():
            self._start(Project(), None)

    def open_sample(self, name: str) -> None:
        """Opens a copy of a sample, which has no file yet."""
        if self.may_leave():
            self._try_open(resource("samples", name + SUFFIX), None)

    def open(self, path: Path) -> None:
        """Opens a project file."""
        if self.may_leave():
            self._try_open(path, path)

    def ask_open(self) -> None:
        """Asks for a project file and opens it."""
        assert self._dialogs is not None
        if (path := self._dialogs.open_project(self._folder())) is not None:
            self.open(path)

    def save(self) -> bool:
        """Saves; asks where if there is no file yet. Returns whether it is saved."""
        return self._save_to(self._path) if self._path else self.save_as()

    def save_as(self) -> bool:
        """Asks where and saves there. Returns whether it is saved."""
        assert self._dialogs is not None
        suggestion = self._folder() / (self.name + SUFFIX)
        path = self._dialogs.save_project(suggestion)
        return path is not None and self._save_to(path)

    def may_leave(self) -> bool:
        """Asks about unsaved changes, once. Returns whether the project may go."""
        if not self.unsaved:
            return True
        assert self._dialogs is not None
        match self._dialogs.leave(self.name):
            case Leave.SAVE:
                return self.save()
            case Leave.DISCARD:
                return True
            case _:
                return False

    def _folder(self) -> Path:
        return self._path.parent if self._path else Path.home()

    def _try_open(self, source: Path, path: Path | None) -> None:
        try:
            project = load_project(source)
        except StudioError as error:
            self.failed.emit(error.text)
            return
        self._start(project, path)

    def _start(self, project: Project, path: Path | None) -> None:
        self._path = path
        self._open = True
        self.document.load(project)
        if path is not None:
            self._preferences.add_recent(path)
        self.opened.emit()
        self.changed.emit()

    def _save_to(self, path: Path) -> bool:
        project = self.document.project
        try:
            save_project(project, path)
        except StudioError as error:
            self.failed.emit(error.text)
            return False
        self._path = path
        self.document.mark_saved(project)
        self._preferences.add_recent(path)
        self.saved.emit()
        self.changed.emit()
        return True
