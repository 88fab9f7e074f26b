"""Saving the view that is shown as a picture: options, file, progress, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog

from cnnstudio.core.text import T
from cnnstudio.ui.figures.figure import Figure, cards_figure, volumes_figure
from cnnstudio.ui.figures.note import SavingNote
from cnnstudio.ui.figures.options import (
    Format,
    PictureOptions,
    keep_folder,
    keep_options,
    kept_folder,
    kept_options,
)
from cnnstudio.ui.figures.popover import OptionsPopover
from cnnstudio.ui.figures.writer import FigureWriter
from cnnstudio.ui.volumes.bar import VOLUMES
from cnnstudio.ui.volumes.views import NetworkViews

_FILTERS = {
    Format.SVG: T("SVG, for papers and the web"),
    Format.PDF: T("PDF, for papers"),
    Format.PNG: T("PNG, for slides"),
}


class SavePicture(QObject):
    """Asks how and where, and saves the view.

    Args:
        views: The views of the network.
        settings: Where options and folder are remembered.
        name: What the project is called now.
    """

    def __init__(self, views: NetworkViews, settings: QSettings, name: Callable[[], str]) -> None:
        super().__init__(views)
        self._views, self._settings, self._name = views, settings, name
        self._context = views.cards.context
        self.writer = FigureWriter(self)
        self.popover = OptionsPopover(self._context, views)
        self.note = SavingNote(self._context, views)
        self.popover.accepted.connect(self._choose_file)
        self.note.cancelled.connect(self.writer.cancel)
        self.writer.progressed.connect(self.note.show_progress)
        self.writer.written.connect(self.note.show_written)
        self.writer.failed.connect(self.note.show_problem)
        self.writer.ended.connect(self.note.end_progress)
        views.bar.export.clicked.connect(self.ask)

    def ask(self) -> None:
        """Opens the options beside what is pressed."""
        if self._views.current.content() is None:
            self.note.show_problem(T("There is nothing to save yet: the network is empty."))
            return
        bar = self._views.bar
        anchor = bar.export if self._views.shown == VOLUMES else bar.views
        self.popover.ask(kept_options(self._settings), anchor)

    def figure(self) -> Figure:
        """The view that is shown, as a figure."""
        if self._views.shown == VOLUMES:
            return volumes_figure(self._views.volumes, self._name())
        return cards_figure(self._views.cards.network_scene, self._context, self._name())

    def save(self, options: PictureOptions, path: Path) -> None:
        """Saves the view that is shown; options and folder are remembered.

        Args:
            options: How.
            path: Where; a name of one of the kinds decides the kind, others get a suffix.
        """
        suffix = path.suffix.lower().removeprefix(".")
        if suffix in {one.value for one in Format}:
            options = replace(options, format=Format(suffix))
        else:
            path = path.with_name(f"{path.name}.{options.format}")
            if path.exists():  # the file dialog has asked about another name
                self.note.show_problem(
                    T("{file} is there already. To replace it, choose it by its whole name.",
                      file=str(path))
                )  # fmt: skip
                return
        keep_options(self._settings, options)
        keep_folder(self._settings, path.parent)
        self.note.begin(path)
        self.writer.begin(self.figure(), options, path)

    def _choose_file(self, options: PictureOptions) -> None:
        keep_options(self._settings, options)
        show = self._context.language.show
        stem = f"{self._name()}-{self._views.shown}".replace("/", "_")
        filters = {form: f"{show(text)} (*.{form})" for form, text in _FILTERS.items()}
        dialog = QFileDialog(
            self._views, show(T("Save this view as picture")), str(kept_folder(self._settings))
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([filters[options.format], *_others(filters, options.format)])
        dialog.setDefaultSuffix(options.format.value)
        dialog.selectFile(f"{stem}.{options.format}")
        chosen = dialog.selectedFiles() if dialog.exec() else []
        dialog.deleteLater()
        if chosen:
            self.save(options, Path(chosen[0]))


def _others(filters: dict[Format, str], chosen: Format) -> list[str]:
    return [text for form, text in filters.items() if form is not chosen]
