"""The Inspect workspace: one object that connects picture, maps and what is enlarged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.storage.project_file import SUFFIX
from cnnstudio.core.text import T, Text
from cnnstudio.ui.inspect.detail_panel import DetailPanel
from cnnstudio.ui.inspect.examination import Bench, Examination
from cnnstudio.ui.inspect.maps_panel import MapsPanel
from cnnstudio.ui.inspect.picture_panel import AskFile, PicturePanel
from cnnstudio.ui.inspect.run_bar import RunBar
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import Line
from cnnstudio.ui.widgets.splitter import Splitter
from cnnstudio.ui.widgets.states import EmptyState, Remedy
from cnnstudio.ui.window.actions import Action
from cnnstudio.ui.window.command_palette import Entry

NARROW, WIDE = 1360, 1800

_LEFT = {"narrow": 256, "normal": 264, "wide": 288}
_DETAIL = {"narrow": 300, "normal": 380, "wide": 520}
_TILE = {"narrow": 44, "normal": 48, "wide": 64}


class InspectWorkspace(QObject):
    """Looks into trained networks.

    Args:
        context: Theme and language.
        settings: Where positions are remembered.
        bench: The engine that answers; ``ui.engines.Engines``.
        folders: Gives the run folders of the project, the newest first.
        ask_file: Asks for a picture file; the system's dialog unless given.
        parent: Its owner.
    """

    id = "inspect"
    title = T("Inspect")
    icon = "microscope"

    train_wanted = Signal()
    """The person has no run yet and wants to train one."""
    save_wanted = Signal(object, int)
    """(run folder, epoch): the network that is looked at shall become a file of Keras."""

    def __init__(
        self,
        context: Context,
        settings: QSettings,
        bench: Bench,
        folders: Callable[[], Sequence[Path]],
        ask_file: AskFile | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context, self._settings = context, settings
        self.examination = Examination(bench, folders, self)
        self._ask_file = ask_file or self._ask_with_dialog
        self._widget: InspectWidget | None = None

    def widget(self) -> QWidget:
        """The content; made at the first call."""
        return self._made()

    def refresh(self) -> None:
        """Looks again which runs there are: after one has ended, or written a checkpoint."""
        if self._widget is not None:
            self.examination.refresh()

    def show_run(self, folder: Path) -> None:
        """Looks into this run."""
        self._made()
        self.examination.choose_run(folder)

    def actions(self) -> Sequence[Action]:
        """What the menus and shortcuts of this workspace do."""

        def action(
            id: str,
            text: Text,
            keys: str | QKeySequence.StandardKey,
            run: Callable[[], object],
            menu: str = "view/6",
        ) -> Action:
            return Action(
                id=f"inspect.{id}",
                text=text,
                keys=keys,
                menu=menu,
                run=run,
                enabled=lambda: self.examination.run is not None,
                why_not=T("There is no trained run to look into yet."),
            )

        return (
            action(
                "paste",
                T("Paste a picture"),
                QKeySequence.StandardKey.Paste,
                self._paste,
                "edit/2",
            ),
            action("open", T("Open a picture file"), "", self._open, "file/2"),
            action("draw", T("Draw a picture"), "", self._draw),
            action("save_network", T("Save this epoch's network…"), "", self._save, "file/25"),
            action("epoch_before", T("Epoch before"), "PgUp", lambda: self._step(-1)),
            action("epoch_after", T("Epoch after"), "PgDown", lambda: self._step(1)),
        )

    def entries(self) -> Sequence[Entry]:
        """Nothing beyond the actions."""
        return ()

    def _paste(self) -> None:
        self._made().picture.paste_picture()

    def _open(self) -> None:
        self._made().picture.open_file()

    def _draw(self) -> None:
        self._made().picture.open_pad()

    def _save(self) -> None:
        if self.examination.run is not None:
            self.save_wanted.emit(self.examination.run.path, self.examination.epoch)

    def _step(self, by: int) -> None:
        self._made().run_bar.step(by)

    def _made(self) -> InspectWidget:
        if self._widget is None:
            self._widget = InspectWidget(
                self._context, self._settings, self.examination, self._ask_file
            )
            self._widget.train_wanted.connect(self.train_wanted)
            self._widget.run_bar.save_wanted.connect(self._save)
        return self._widget

    def _ask_with_dialog(self) -> Path | None:
        show = self._context.language.show
        chosen, _ = QFileDialog.getOpenFileName(self._widget, show(T("Open a picture file")))
        return Path(chosen) if chosen else None


class InspectWidget(QWidget):
    """The regions of the Inspect workspace.

    Args:
        context: Theme and language.
        settings: Where positions are remembered.
        examination: What is looked at.
        ask_file: Asks for a picture file.
    """

    train_wanted = Signal()

    def __init__(
        self, context: Context, settings: QSettings, examination: Examination, ask_file: AskFile
    ) -> None:
        super().__init__()
        self._examination = examination
        self._size = ""
        self.picture = PicturePanel(context, examination, ask_file)
        self.maps = MapsPanel(context, examination)
        self.detail = DetailPanel(context, examination, self.maps)
        self.run_bar = RunBar(context, examination)
        self._columns = Splitter(
            settings,
            "inspect/columns",
            [self.picture, self.maps, self.detail],
            [_LEFT["normal"], 0, _DETAIL["normal"]],
        )
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._columns, 1)
        column.addWidget(Line())
        column.addWidget(self.run_bar)
        self.empty = EmptyState(
            context,
            T("No runs yet. What a trained network sees will be here."),
            Remedy(T("Train"), self.train_wanted.emit),
        )
        self._pages = QStackedWidget(self)
        self._pages.addWidget(QWidget())  # until it is known whether there are runs
        self._pages.addWidget(content)
        self._pages.addWidget(self.empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        self.setAcceptDrops(True)
        self.setFocusProxy(self.maps.grid)
        examination.runs_changed.connect(self._sync)
        self._sync()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._examination.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width()
        size = "narrow" if width < NARROW else "wide" if width >= WIDE else "normal"
        if size != self._size:
            self._size = size
            rest = max(width - _LEFT[size] - _DETAIL[size], 100)
            self._columns.setSizes([_LEFT[size], rest, _DETAIL[size]])
            self.maps.set_tile(_TILE[size])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._examination.run is not None and _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if (path := _dropped(event)) is not None:
            event.acceptProposedAction()
            self._examination.open_file(path)

    def _sync(self) -> None:
        runs = self._examination.runs
        self._pages.setCurrentIndex(0 if runs is None else 1 if runs else 2)


def _dropped(event: QDropEvent) -> Path | None:
    """The one local file that is dragged, unless it is a project."""
    files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return files[0] if len(files) == 1 and files[0].suffix != SUFFIX else None
