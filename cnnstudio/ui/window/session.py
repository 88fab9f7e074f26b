"""The project that is open: where its file is, and how it is opened, saved and left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.document import Document, Steps
from cnnstudio.core.errors import StudioError
from cnnstudio.core.project import Project
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.locks import Owner, ProjectLock
from cnnstudio.core.storage.project_file import SUFFIX, load_project
from cnnstudio.core.storage.project_weights import keep_edits, save_with_weights, weights_beside
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Text
from cnnstudio.ui.window.dialogs import Dialogs, Leave
from cnnstudio.ui.window.settings import Preferences


class Session(QObject):
    """What happens to the document as a whole.

    Args:
        document: The document of the window.
        preferences: Keeps the recent files.
        parent: Its owner.

    Attributes:
        steps: Gives what undo is asked of.
    """

    opened = Signal()
    """Another project is in the document."""
    changed = Signal()
    """The name, the file, or whether there is something to save has changed."""
    settling = Signal()
    """The project is about to be saved or left: what is being typed goes into it now."""
    saving = Signal(Path)
    """The project is about to be written to this file."""
    saved = Signal()
    left = Signal()
    """The person has decided about everything unsaved; the window goes."""
    failed = Signal(Text)
    """A file couldn't be opened or saved, and why."""

    def __init__(
        self, document: Document, preferences: Preferences, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.steps: Callable[[], Steps] = lambda: document
        self._preferences = preferences
        self._dialogs: Dialogs | None = None
        self._path: Path | None = None
        self._weights: tuple[Path, ...] = ()
        self._lock: ProjectLock | None = None
        self._open = False
        document.subscribe(lambda _before, _after: self.changed.emit())

    def use_dialogs(self, dialogs: Dialogs) -> None:
        """Says who asks the person."""
        self._dialogs = dialogs

    @property
    def dialogs(self) -> Dialogs:
        """Who asks the person."""
        assert self._dialogs is not None
        return self._dialogs

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
    def weights_folders(self) -> tuple[Path, ...]:
        """Where weights of the layers may lie besides the person's store, the likeliest first."""
        return self._weights

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
        if (path := self.dialogs.open_project(self._folder())) is not None:
            self.open(path)

    def save(self) -> bool:
        """Saves; asks where if there is no file yet. Returns whether it is saved."""
        return self._save_to(self._path) if self._path else self.save_as()

    def save_as(self) -> bool:
        """Asks where and saves there. Returns whether it is saved."""
        suggestion = self._folder() / (self.name + SUFFIX)
        path = self.dialogs.save_project(suggestion)
        return path is not None and self._save_to(path)

    def may_leave(self) -> bool:
        """Asks about unsaved changes, once. Returns whether the project may go."""
        self.settling.emit()
        if not self.unsaved:
            return True
        match self.dialogs.leave(self.name):
            case Leave.SAVE:
                return self.save()
            case Leave.DISCARD:
                return True
            case _:
                return False

    def leave(self) -> bool:
        """Asks about unsaved changes before the window goes. Returns whether it may."""
        if not self.may_leave():
            return False
        self.left.emit()
        self._hold(None)
        return True

    def open_imported(self, project: Project) -> bool:
        """Opens what was imported, which has no file yet. Returns whether the last one might go."""
        if not self.may_leave():
            return False
        self._start(project, None, saved=False)
        return True

    def open_recovered(self, project: Project, path: Path | None) -> None:
        """Opens what was never saved; `path` is where it belongs, None if it has no file."""
        self._start(project, path, saved=False)

    def _folder(self) -> Path:
        return self._path.parent if self._path else Path.home()

    def _try_open(self, source: Path, path: Path | None) -> None:
        try:
            project = load_project(source)
        except StudioError as error:
            self.failed.emit(error.text)
            return
        self._start(project, path, source=source)

    def _start(
        self,
        project: Project,
        path: Path | None,
        *,
        saved: bool = True,
        source: Path | None = None,
    ) -> None:
        source = source or path
        self._weights = (weights_beside(source),) if source is not None else ()
        try:  # at once: whoever shows the pictures asks the person's store for them
            keep_edits(project.data, WeightsStore.of_person(), *self._weights)
        except StudioError as error:
            self.failed.emit(error.text)
        lock, owner = self._lock_of(path) if path is not None else (None, None)
        self._hold(lock)
        self._path = path if owner is None else None
        self._open = True
        self.document.load(project, saved=saved)
        self.opened.emit()
        self.changed.emit()
        if path is not None:
            self._preferences.add_recent(path)
        if owner is not None:
            where = owner.text(project.name)
            self.failed.emit(T("{where} This is a copy; save it under another name.", where=where))

    def _save_to(self, path: Path) -> bool:
        self.settling.emit()
        project = self.document.project
        lock, owner = self._lock_of(path)
        if owner is not None:
            where = owner.text(path.stem)
            self.failed.emit(T("{where} Save under another name, or close it there.", where=where))
            return False
        self.saving.emit(path)
        try:
            save_with_weights(project, path, WeightsStore.of_person(), *self._weights)
        except StudioError as error:
            if lock is not self._lock:
                lock.release()
            self.failed.emit(error.text)
            return False
        self._hold(lock)
        self._path = path
        self._weights = tuple(dict.fromkeys((weights_beside(path), *self._weights)))
        self.document.mark_saved(project)
        self._preferences.add_recent(path)
        self.saved.emit()
        self.changed.emit()
        return True

    def _lock_of(self, path: Path) -> tuple[ProjectLock, Owner | None]:
        """The lock of a project file, taken, or who else has it."""
        lock = ProjectLock(path)
        if self._lock is not None and self._lock.path == lock.path:
            return self._lock, None
        return lock, lock.acquire()

    def _hold(self, lock: ProjectLock | None) -> None:
        """Keeps a lock for as long as its project is open, and gives the last one back."""
        if self._lock is not None and self._lock is not lock:
            self._lock.release()
        self._lock = lock
