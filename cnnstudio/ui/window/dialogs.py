"""The few dialogs there are: to choose a file, and to leave with unsaved changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cnnstudio.core.storage.project_file import SUFFIX
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.importing import CODE_SUFFIXES, MODEL_SUFFIXES
from cnnstudio.ui.data.sources import ARCHIVES, ARRAYS, SUFFIXES, TABLES
from cnnstudio.ui.widgets.context import Context


class Leave(StrEnum):
    """What to do with unsaved changes."""

    SAVE = "save"
    DISCARD = "discard"
    STAY = "stay"


class Dialogs(Protocol):
    """What the window asks the person."""

    def leave(self, name: str) -> Leave:
        """Asks what becomes of the unsaved changes of `name`."""

    def leave_run(self, name: str) -> bool:
        """Asks whether to leave although a training of `name` is going on."""

    def open_project(self, folder: Path) -> Path | None:
        """Asks for a project to open; None if the person changed their mind."""

    def save_project(self, suggestion: Path) -> Path | None:
        """Asks where to save; None if the person changed their mind."""

    def open_source(self, folder: Path) -> Path | None:
        """Asks for code or a model to import; None if the person changed their mind."""

    def open_pictures(self, folder: Path) -> Path | None:
        """Asks for a folder of pictures; None if the person changed their mind."""

    def open_data_file(self, folder: Path) -> Path | None:
        """Asks for a file of pictures; None if the person changed their mind."""

    def save_export(self, suggestion: Path, kinds: Mapping[str, Text]) -> Path | None:
        """Asks where to export to; `kinds` are suffixes and what files of them are called."""


class QtDialogs:
    """The real dialogs.

    Args:
        context: Theme and language.
        window: What they belong to.
    """

    def __init__(self, context: Context, window: QWidget) -> None:
        self._context = context
        self._window = window

    def leave(self, name: str) -> Leave:
        """Asks what becomes of the unsaved changes of `name`."""
        show = self._context.language.show
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(show(T("Save the changes to {name}?", name=name)))
        box.setInformativeText(show(T("Without saving they are lost.")))
        save = box.addButton(show(T("Save")), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(show(T("Don't save")), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(show(T("Cancel")), QMessageBox.ButtonRole.RejectRole)
        save.setProperty("kind", "primary")
        discard.setProperty("kind", "danger")
        box.setDefaultButton(save)
        box.setEscapeButton(stay)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked is save:
            return Leave.SAVE
        return Leave.DISCARD if clicked is discard else Leave.STAY

    def leave_run(self, name: str) -> bool:
        """Asks whether to leave although a training of `name` is going on."""
        show = self._context.language.show
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(show(T("Stop the training of {name}?", name=name)))
        box.setInformativeText(
            show(T("Closing the window stops it. What it has learned so far is kept."))
        )
        stop = box.addButton(show(T("Stop and close")), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(show(T("Go on training")), QMessageBox.ButtonRole.RejectRole)
        stop.setProperty("kind", "danger")
        stay.setProperty("kind", "primary")
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        return clicked is stop

    def open_project(self, folder: Path) -> Path | None:
        """Asks for a project to open."""
        show = self._context.language.show
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, show(T("Open project")), str(folder), self._projects()
        )
        return Path(chosen) if chosen else None

    def save_project(self, suggestion: Path) -> Path | None:
        """Asks where to save."""
        show = self._context.language.show
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, show(T("Save project as")), str(suggestion), self._projects()
        )
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)

    def open_source(self, folder: Path) -> Path | None:
        """Asks for code or a model to import."""
        show = self._context.language.show
        filters = (
            (T("Keras code and models"), CODE_SUFFIXES + MODEL_SUFFIXES),
            (T("Keras code"), CODE_SUFFIXES),
            (T("Saved models"), MODEL_SUFFIXES),
        )
        chosen, _ = QFileDialog.getOpenFileName(
            self._window,
            show(T("Import Keras code or a model")),
            str(folder),
            ";;".join(_filter(show(text), suffixes) for text, suffixes in filters),
        )
        return Path(chosen) if chosen else None

    def open_pictures(self, folder: Path) -> Path | None:
        """Asks for a folder of pictures."""
        show = self._context.language.show
        chosen = QFileDialog.getExistingDirectory(
            self._window,
            show(T("Open my pictures: a folder with a folder for each class")),
            str(folder),
        )
        return Path(chosen) if chosen else None

    def open_data_file(self, folder: Path) -> Path | None:
        """Asks for a file of pictures."""
        show = self._context.language.show
        filters = (
            (T("Files of pictures"), SUFFIXES),
            (T("Archives"), ARCHIVES),
            (T("Tables"), TABLES),
            (T("Arrays: NumPy, IDX, CIFAR"), ARRAYS),
        )
        chosen, _ = QFileDialog.getOpenFileName(
            self._window,
            show(T("Open a file of pictures")),
            str(folder),
            ";;".join(
                (*(_filter(show(text), suffixes) for text, suffixes in filters),
                 f"{show(T('All files'))} (*)")
            ),
        )  # fmt: skip
        return Path(chosen) if chosen else None

    def save_export(self, suggestion: Path, kinds: Mapping[str, Text]) -> Path | None:
        """Asks where to export to."""
        show = self._context.language.show
        filters = {_filter(show(text), [suffix]): suffix for suffix, text in kinds.items()}
        dialog = QFileDialog(self._window, show(T("Export")), str(suggestion.parent))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(filters))
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(filters[kind][1:]))
        dialog.setDefaultSuffix(next(iter(kinds))[1:])
        dialog.selectFile(suggestion.name)
        chosen = dialog.selectedFiles() if dialog.exec() else []
        dialog.deleteLater()
        return Path(chosen[0]) if chosen else None

    def _projects(self) -> str:
        return _filter(self._context.language.show(T("CNN Studio project")), [SUFFIX])


def _filter(name: str, suffixes: Sequence[str]) -> str:
    """A kind of files as Qt's file dialog takes it."""
    return f"{name} ({' '.join(f'*{suffix}' for suffix in suffixes)})"
