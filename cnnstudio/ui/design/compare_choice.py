"""What the network is compared with: an earlier state of it, a run's, a sample, or a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QSettings, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cnnstudio.core.document import Document
from cnnstudio.core.errors import StudioError
from cnnstudio.core.network import Network
from cnnstudio.core.storage.project_file import SUFFIX, load_project
from cnnstudio.core.storage.samples import PREFIX, load_project_argument, sample_names
from cnnstudio.core.text import T, Text
from cnnstudio.ui.train.summaries import RunSummary
from cnnstudio.ui.widgets.context import Context

_FOLDER = "design/compare_folder"
_MOST_RUNS = 20


@dataclass(frozen=True, slots=True)
class Other:
    """What is compared with.

    Attributes:
        title: What it is called.
        network: Gives its network as it is now; None if there is none.
    """

    title: Text | str
    network: Callable[[], Network | None]


class Runs:
    """The project's runs, as far as this workspace needs them.

    Args:
        known: Those that are known, the newest first.
        refresh: Looks for them again; what is found is known a little later.
    """

    def __init__(
        self,
        known: Callable[[], Sequence[RunSummary]] = tuple,
        refresh: Callable[[], object] = tuple,
    ) -> None:
        self.known, self.refresh = known, refresh


class CompareChoice(QObject):
    """The menu of what can be compared with.

    Args:
        context: Theme and language.
        document: The project being edited.
        settings: Where the folder of the file is remembered.
        owner: What the menu and the dialog belong to.

    Attributes:
        runs: The project's runs.
    """

    chosen = Signal(object)
    """An `Other`."""
    failed = Signal(object)
    """A Text that says why a project can't be read."""

    def __init__(
        self, context: Context, document: Document, settings: QSettings, owner: QWidget
    ) -> None:
        super().__init__(owner)
        self._context, self._document, self._settings = context, document, settings
        self._owner = owner
        self.runs = Runs()
        self.menu = QMenu(owner)
        self.menu.setToolTipsVisible(True)
        self.saved = Other(T("As last saved"), self._saved)
        self.opened = Other(T("As it was opened"), lambda: document.opened.network)

    def open_below(self, anchor: QWidget) -> None:
        """Opens the menu under what was pressed, or above it where the screen ends."""
        self._fill()
        self.menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height() + 2)))

    def choose_file(self, path: Path) -> None:
        """Compares with a project file."""
        self._settings.setValue(_FOLDER, str(path.parent))
        self._load(path.stem, partial(load_project, path))

    def _saved(self) -> Network | None:
        saved = self._document.saved
        return None if saved is None else saved.network

    def _fill(self) -> None:
        self.menu.clear()
        show = self._context.language.show
        saved = self._add(self.menu, self.saved)
        if self._document.saved is None:
            saved.setEnabled(False)
            saved.setToolTip(show(T("The project hasn't been saved yet.")))
        self._add(self.menu, self.opened)
        self.menu.addSeparator()
        samples = self.menu.addMenu(show(T("Sample")))
        for name in sample_names():
            load = partial(load_project_argument, PREFIX + name)
            samples.addAction(name).triggered.connect(partial(self._load, name, load))
        runs = self.menu.addMenu(show(T("Run of this project")))
        for run in self.runs.known()[:_MOST_RUNS]:
            self._add(runs, _run(run))
        if runs.isEmpty():
            runs.setEnabled(False)
            runs.menuAction().setToolTip(show(T("There is no run yet.")))
        self.menu.addSeparator()
        self.menu.addAction(show(T("Another project…"))).triggered.connect(self._ask_file)
        self.runs.refresh()

    def _add(self, menu: QMenu, other: Other) -> QAction:
        action = menu.addAction(self._context.language.show(other.title))
        action.triggered.connect(partial(self.chosen.emit, other))
        return action

    def _ask_file(self) -> None:
        show = self._context.language.show
        kept = self._settings.value(_FOLDER)
        folder = Path(str(kept)) if kept and Path(str(kept)).is_dir() else Path.home()
        chosen, _ = QFileDialog.getOpenFileName(
            self._owner,
            show(T("Compare with another project")),
            str(folder),
            f"{show(T('CNN Studio project'))} (*{SUFFIX})",
        )
        if chosen:
            self.choose_file(Path(chosen))

    def _load(self, title: str, load: Callable[[], object], _checked: bool = False) -> None:
        try:
            project = load()
        except StudioError as error:
            self.failed.emit(error.text)
            return
        network = project.network  # type: ignore[attr-defined]
        self.chosen.emit(Other(title, lambda: network))


def _run(run: RunSummary) -> Other:
    when = run.created.strftime("%Y-%m-%d %H:%M") if run.created else run.path.name
    network = run.record.project.network
    return Other(T("Run of {when}", when=when), lambda: network)
