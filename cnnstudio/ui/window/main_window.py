"""The main window: it puts the parts together and says which of them is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.storage.project_file import SUFFIX
from cnnstudio.core.text import LANGUAGES, T, Text
from cnnstudio.protocol.messages import Ready
from cnnstudio.ui.background import Background
from cnnstudio.ui.design.custom_trust import Trust
from cnnstudio.ui.importing.imports import Imports
from cnnstudio.ui.importing.sources import Reader, can_be_imported
from cnnstudio.ui.theme.tokens import SMALLEST_WINDOW
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import FocusRing
from cnnstudio.ui.widgets.panel import ground
from cnnstudio.ui.window.actions import Actions
from cnnstudio.ui.window.command_palette import CommandPalette
from cnnstudio.ui.window.commands import window_actions
from cnnstudio.ui.window.computer import Computer
from cnnstudio.ui.window.dropping import DropTarget
from cnnstudio.ui.window.entries import palette_entries
from cnnstudio.ui.window.exports import Exports
from cnnstudio.ui.window.facts import data_fact, device_fact, network_fact, ready_fact
from cnnstudio.ui.window.header import Header
from cnnstudio.ui.window.messages import Message, Messages, MessagesPanel
from cnnstudio.ui.window.notice_bar import NoticeBar
from cnnstudio.ui.window.preferences_page import PreferencesPage
from cnnstudio.ui.window.session import Session
from cnnstudio.ui.window.settings import Preferences
from cnnstudio.ui.window.start_page import StartPage
from cnnstudio.ui.window.status_bar import StatusBar
from cnnstudio.ui.window.workspace import Workspace

START, PREFERENCES = "start", "preferences"
FIRST_WINDOW = (1440, 900)
_FIRST_PLACE = "design"


class MainWindow(QMainWindow):
    """One window around the workspaces.

    Args:
        context: Theme and language.
        preferences: What the person prefers.
        session: The project that is open.
        workspaces: Those that are there, in the order of their tabs.
        computer: What this computer has.
        messages: The news of this session.
        background: Where what takes a while is read.
        reader: Reads what is imported.

    Attributes:
        trust: The code that is trusted, for the preferences.
        before_close: Asked before the window closes, such as while a run is going on; one that
            answers False keeps it open.
    """

    data_wanted = Signal(str)
    """Other pictures are wanted: ``FOLDER``, ``FILE``, or the id of a set that everybody uses."""
    data_dropped = Signal(Path)
    """A folder or file of pictures was dropped on the window."""

    def __init__(
        self,
        context: Context,
        preferences: Preferences,
        session: Session,
        workspaces: Sequence[Workspace],
        computer: Computer,
        messages: Messages,
        background: Background,
        reader: Reader,
    ) -> None:
        super().__init__()
        self.context, self.preferences, self.session = context, preferences, session
        self.workspaces = tuple(workspaces)
        self.place = START
        self._came_from = START
        self._computer = computer
        self._background = background
        self._ready: Ready | None = None
        self.trust: Trust | None = None
        self.before_close: list[Callable[[], bool]] = []
        self._pages: dict[str, QWidget] = {}
        self.messages_panel = MessagesPanel(context, messages)
        self.notice = NoticeBar(context)
        store = preferences.store
        self.imports = Imports(context, self, session, store, self.notice, reader)
        self.exports = Exports(session, store, self.notice, background, self)
        self.actions_table = Actions(context, self)
        self.actions_table.add(window_actions(self))
        for workspace in self.workspaces:
            self.actions_table.add(workspace.actions(), workspace.id)
        self.actions_table.use_keys(preferences.keys)
        self.project_menu = QMenu(self)
        self.header = Header(
            context,
            [(w.id, w.title, w.icon) for w in self.workspaces],
            self.project_menu,
            self.actions_table.keys_text("palette"),
            self.open_palette,
        )
        self.status = StatusBar(context)
        self.palette_box = CommandPalette(context, partial(palette_entries, self), self)
        self._assemble()
        self.drop_target = DropTarget(context, self)
        self.focus_ring = FocusRing(context.theme, self)
        self._connect(messages)
        self.show_place(START)

    def show_place(self, place: str) -> None:
        """Shows the start page, the preferences or a workspace."""
        if place != PREFERENCES:
            self._came_from = place
        self.place = place
        page = self._page(place)
        self.pages.setCurrentWidget(page)
        self.header.show_tabs(self.session.is_open and place != START)
        self.header.tabs.set_current(place)
        self.actions_table.set_place(place)
        self._show_facts()
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_at(self, place: str) -> bool:
        """Whether this place is shown."""
        return self.place == place

    def show_start(self) -> None:
        """Shows the start page; the project stays open."""
        self.show_place(START)

    def show_workspace(self, id: str) -> None:
        """Shows a workspace, once a project is open; one that isn't there does nothing."""
        if self.session.is_open and any(w.id == id for w in self.workspaces):
            self.show_place(id)

    def show_preferences(self, search: Text | None = None) -> None:
        """Shows the preferences, filtered by a text if one is given."""
        self.show_place(PREFERENCES)
        page = self._pages[PREFERENCES]
        assert isinstance(page, PreferencesPage)
        page.search.setText(self.context.language.show(search or ""))

    def offer(self, widget: QWidget) -> None:
        """Shows something above all else on the start page."""
        page = self._page(START)
        assert isinstance(page, StartPage)
        page.offer(widget)

    def add_bar(self, bar: QWidget) -> None:
        """Puts a bar above the content, below those that are there."""
        self._bars.addWidget(bar)

    def leave_preferences(self) -> None:
        """Goes back to where the person was before."""
        self.show_place(self._came_from)

    def open_palette(self, text: str = "") -> None:
        """Opens the command palette."""
        self.palette_box.open(text)

    def messages_shown(self) -> bool:
        """Whether the messages are shown."""
        return not self.messages_panel.isHidden()

    def toggle_messages(self) -> None:
        """Shows or hides the messages; the last one is no news any more then."""
        self.messages_panel.setVisible(not self.messages_shown())
        self.status.show_fact("message", "")

    def show_engine(self, ready: Ready | None) -> None:
        """Shows what an engine has said it trains on; None for what is known without one."""
        self._ready = ready
        if isinstance(page := self._pages.get(PREFERENCES), PreferencesPage):
            page.show_ready(ready)
        self._show_facts()

    def toggle_full_screen(self) -> None:
        """Fills the screen, or stops doing so."""
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def restore_geometry(self) -> None:
        """Takes the size and place it had last time; the first time all of a small screen."""
        kept = self.preferences.store.value("window/geometry")
        if kept is None or not self.restoreGeometry(kept):
            room = self.screen().availableGeometry().size()
            smaller = (room * 0.9).expandedTo(QSize(*SMALLEST_WINDOW))
            self.resize(QSize(*FIRST_WINDOW).boundedTo(smaller))
            if room.width() < FIRST_WINDOW[0] or room.height() < FIRST_WINDOW[1]:
                self.setWindowState(Qt.WindowState.WindowMaximized)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.place == PREFERENCES:
            self.leave_preferences()
        elif event.key() == Qt.Key.Key_Escape and self.messages_shown():
            self.toggle_messages()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if all(may_close() for may_close in self.before_close) and self.session.leave():
            self.preferences.store.setValue("window/geometry", self.saveGeometry())
            event.accept()
        else:
            event.ignore()

    def _assemble(self) -> None:
        self.setMinimumSize(*SMALLEST_WINDOW)
        self.actions_table.fill(self.menuBar())
        for id in ("save", "save_as", "start"):
            self.project_menu.addAction(self.actions_table.get(id))
        self.pages = QStackedWidget()
        self.messages_panel.hide()
        content = QWidget()
        ground(content)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self._bars = QVBoxLayout()
        column.addLayout(self._bars)
        self.add_bar(self.notice)
        self.add_bar(self.imports.waiting)
        column.addWidget(self.pages, 1)
        column.addWidget(self.messages_panel)
        column.addWidget(self.status)
        self.setCentralWidget(content)

    def _connect(self, messages: Messages) -> None:
        self.header.tabs.chosen.connect(self.show_workspace)
        self.header.run.clicked.connect(partial(self.show_workspace, "train"))
        self.messages_panel.closed.connect(self.toggle_messages)
        messages.arrived.connect(self._show_message)
        self.session.opened.connect(self._opened)
        self.session.changed.connect(self._show_facts)
        self.session.changed.connect(self.actions_table.refresh)
        self.session.saved.connect(self._show_saved)
        self.session.failed.connect(self.notice.show_error)
        self.drop_target.dropped.connect(self._open_dropped)
        self.drop_target.refused.connect(self.notice.show_error)
        self.context.language.changed.connect(self._show_facts)
        self.preferences.changed.connect(self._preferred)
        self.actions_table.keys_changed.connect(self._show_keys)
        self.preferences.recent_changed.connect(self.actions_table.refresh)

    def _page(self, place: str) -> QWidget:
        """The page of a place; made when it is first asked for."""
        if place not in self._pages:
            page = self._make_page(place)
            self._pages[place] = page
            self.pages.addWidget(page)
        return self._pages[place]

    def _make_page(self, place: str) -> QWidget:
        if place == START:
            return StartPage(
                self.context,
                self.session,
                self.actions_table,
                self.preferences,
                self._computer,
                self._background,
            )
        if place == PREFERENCES:
            close = IconButton(self.context, "x", T("Close preferences"), "Esc")
            close.clicked.connect(lambda _=False: self.leave_preferences())
            page = PreferencesPage(
                self.context, self.preferences, self.actions_table, self._computer, close,
                self.trust,
            )  # fmt: skip
            page.show_ready(self._ready)
            return page
        return next(w for w in self.workspaces if w.id == place).widget()

    def _opened(self) -> None:
        self.notice.dismiss()
        self.status.show_fact("saved", "")
        first = next((w.id for w in self.workspaces if w.id == _FIRST_PLACE), None)
        known = [w.id for w in self.workspaces]
        self.show_place(first or (known[0] if known else START))

    def _show_facts(self, _what: object = None) -> None:
        project, language = self.session.document.project, self.context.language.code
        name = self.session.name
        self.header.project.show_project(name, self.session.unsaved)
        shown = self.session.is_open and self.place != START
        self.setWindowTitle(f"{name}[*] – CNN Studio" if shown else "CNN Studio")
        self.setWindowModified(shown and self.session.unsaved)
        included = T("{data} is included", data=FASHION_MNIST.title)
        show = self.status.show_fact
        show("data", data_fact(project) if shown else included,
             lambda: self.show_workspace("data"), "database",
             "" if self.session.is_open else T("No project is open."))  # fmt: skip
        show("network", network_fact(project, language) if shown else "",
             lambda: self.show_workspace("design"))  # fmt: skip
        guess = device_fact(self._computer, self.preferences.backend)
        device = ready_fact(self._ready) if self._ready else guess
        show("device", device,
             lambda: self.show_preferences(T("Training")), "cpu")  # fmt: skip
        show("language", "EN" if language == "en" else LANGUAGES[language],
             lambda: self.show_preferences(T("Language")))  # fmt: skip

    def _preferred(self, name: str) -> None:
        if name == "keys":
            self.actions_table.use_keys(self.preferences.keys)
        self._show_facts()

    def _show_keys(self) -> None:
        self.header.search.show_keys(self.actions_table.keys_text("palette"))

    def _show_saved(self) -> None:
        now = datetime.now().strftime("%H:%M")
        self.status.show_fact("saved", T("Saved {time}", time=now), self.session.save)

    def _open_dropped(self, path: Path) -> None:
        if path.suffix == SUFFIX:
            self.session.open(path)
        elif can_be_imported(path):
            self.imports.open(path)
        else:
            self.data_dropped.emit(path)

    def _show_message(self, message: Message) -> None:
        self.status.show_fact("message", message.text, self.toggle_messages)
