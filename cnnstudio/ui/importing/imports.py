"""Importing in the window: from choosing a file to the project, or the layers, that come of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from cnnstudio.core import edits
from cnnstudio.core.code.reading.result import Unreadable
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.placing import beside
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import MOST_LAYERS
from cnnstudio.core.text import TN, T, Text
from cnnstudio.protocol.importing import Imported
from cnnstudio.ui.canvas.layout import places_of
from cnnstudio.ui.importing.dialog import ImportDialog, Place
from cnnstudio.ui.importing.importer import Importer
from cnnstudio.ui.importing.sources import (
    Answers,
    FileSource,
    Reader,
    Source,
    TextSource,
    read_so_far,
)
from cnnstudio.ui.importing.words import arrived, nothing_to_say
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.folders import keep_folder, kept_folder
from cnnstudio.ui.window.notice_bar import NoticeBar
from cnnstudio.ui.window.waiting_bar import WaitingBar

if TYPE_CHECKING:
    from cnnstudio.ui.window.session import Session

_FOLDER = "import"


class Imports(QObject):
    """Imports one source at a time.

    Args:
        context: Theme and language.
        window: What dialogs belong to.
        session: Opens what is imported.
        settings: Where the folder is remembered.
        notice: Says what came of it.
        reader: Reads files.

    Attributes:
        waiting: Shows what is being read; it belongs above the content.
    """

    inserted = Signal(object)
    """Layers were added to the open project: their ids, a tuple."""

    def __init__(
        self,
        context: Context,
        window: QWidget,
        session: Session,
        settings: QSettings,
        notice: NoticeBar,
        reader: Reader,
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._session = context, window, session
        self._settings, self._notice, self._reader = settings, notice, reader
        self._source: Source | None = None
        self._place: Place = "project"
        self._read: Imported | None = None
        self._wanted: Place | None = None
        self.dialog: ImportDialog | None = None
        self.waiting = WaitingBar(context)
        self.importer = Importer(self)
        self.importer.took_long.connect(self._took_long)
        self.importer.progressed.connect(self._progressed)
        self.importer.read.connect(self._take)
        self.importer.failed.connect(self._fail)
        self.waiting.cancelled.connect(self.cancel)

    def ask(self, place: Place = "project") -> None:
        """Asks for a file and imports it."""
        path = self._session.dialogs.open_source(kept_folder(self._settings, _FOLDER))
        if path is not None:
            keep_folder(self._settings, _FOLDER, path.parent)
            self.open(path, place)

    def open(self, path: Path, place: Place = "project") -> None:
        """Imports a file."""
        self._begin(FileSource(path, self._reader), place)

    def open_clipboard(self) -> None:
        """Imports the code on the clipboard."""
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self._begin(TextSource(text), "project")
        else:
            self._notice.show_error(T("There is no text on the clipboard. Copy Keras code first."))

    def cancel(self) -> None:
        """Drops what is being imported."""
        self.importer.cancel()
        self._end()

    def close(self) -> None:
        """Drops what is being imported, for good."""
        self._end()
        self.importer.close()

    # --- reading --------------------------------------------------------------------------------

    def _begin(self, source: Source, place: Place) -> None:
        self.cancel()
        self._notice.dismiss()
        self._source, self._place = source, place
        self.importer.begin(source)

    def _read_again(self, answers: Answers) -> None:
        assert self._source is not None
        self.importer.begin(self._source, answers)

    def _took_long(self) -> None:
        assert self._source is not None
        if self.dialog is None:
            reading = T("Reading {file}…", file=self._source.name)
            self.waiting.begin(reading, measured=True)

    def _progressed(self, share: float) -> None:
        self.waiting.show_share(share)
        if self.dialog is not None:
            self.dialog.show_waiting(share)

    def _take(self, result: Imported | Unreadable) -> None:
        assert self._source is not None
        self.waiting.hide()
        error: Unreadable | None = None
        if isinstance(result, Unreadable):
            error, result = result, read_so_far(result, self._source.project)
        self._read = imported = result
        if self.dialog is not None:
            self.dialog.show_read(imported, error)
            self._deliver_as_wanted(error is None)
        elif error is None and nothing_to_say(imported):
            self._deliver_at_once(imported)
        else:
            self._open_dialog(imported, error)

    def _fail(self, reason: Text) -> None:
        self._wanted = None
        if self.dialog is not None:
            self.dialog.show_failure(reason)
        else:
            self._end()
            self._notice.show_error(reason)

    def _open_dialog(self, imported: Imported, error: Unreadable | None) -> None:
        assert self._source is not None
        no_canvas = "" if self._session.is_open else T("No project is open.")
        self.dialog = ImportDialog(
            self._context, self._source, self._place, no_canvas, self._window
        )
        self.dialog.answered.connect(self._read_again)
        self.dialog.chosen.connect(self._choose)
        self.dialog.rejected.connect(self.cancel)
        self.dialog.show_read(imported, error)
        self.dialog.open()

    # --- what comes of it -----------------------------------------------------------------------

    def _choose(self, place: Place) -> None:
        self._wanted = place
        if not self.importer.busy:  # else once what was answered last has been read
            self._deliver_as_wanted(True)

    def _deliver_as_wanted(self, whole: bool) -> None:
        place, self._wanted = self._wanted, None
        if place is not None and whole:
            self._deliver(place)

    def _deliver(self, place: Place) -> None:
        imported = self._read
        assert imported is not None
        if self.dialog is not None:
            self.dialog.hide()  # no question is asked over another
        done = self._insert(imported) if place == "canvas" else self._start(imported)
        if done or self.dialog is None:
            self._end()
        else:
            self.dialog.open()

    def _deliver_at_once(self, imported: Imported) -> None:
        if imported.project.network.layers:
            self._deliver(self._place)
        else:
            assert self._source is not None
            self._fail(T("There is no layer in {source}.", source=self._source.name))

    def _start(self, imported: Imported) -> bool:
        """Opens it as a project, if the one that is open may go. Returns whether it did."""
        if not self._session.open_imported(imported.project):
            return False
        self._notice.show_done(arrived(imported, self._context.language.code))
        return True

    def _insert(self, imported: Imported) -> bool:
        """Adds its layers to the open project. Returns whether it did."""
        document, clip = self._session.document, imported.project.network
        before = document.network.by_id
        try:
            check_size(document.network, clip)
        except BadInput as error:
            self._notice.show_error(error.text)
            return True
        document.apply(
            lambda project: with_layers(project, clip),
            TN("Insert {count} layer", "Insert {count} layers", len(clip.layers)),
        )
        self.inserted.emit(tuple(id for id in document.network.by_id if id not in before))
        return True

    def _end(self) -> None:
        self.waiting.hide()
        self._source = self._read = self._wanted = None
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.close()
            dialog.deleteLater()


def check_size(network: Network, clip: Network) -> None:
    """Checks that a network has room for the layers of another.

    Raises:
        BadInput: If it has none.
    """
    total = len(network.layers) + len(clip.layers)
    if total > MOST_LAYERS:
        raise BadInput(
            T(
                "With the imported ones the network would have {count} layers, more than the "
                "{most} it can have.",
                count=total,
                most=MOST_LAYERS,
            )
        )


def with_layers(project: Project, clip: Network) -> Project:
    """The project with the layers of `clip` in a column of their own, right of the others."""
    network, clip = _placed(project.network), _placed(clip)
    return replace(project, network=edits.paste(network, clip, beside(network, clip)))


def _placed(network: Network) -> Network:
    """The network with the places its cards are shown at, where it has none of its own."""
    if len({node.position for node in network.layers}) > 1:
        return network
    return edits.move(network, places_of(network))
