"""The Data workspace: one object that connects settings, pictures and report."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.document import Document
from cnnstudio.core.text import T
from cnnstudio.ui.data.browser import Browser
from cnnstudio.ui.data.entrance import Entrance
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.missing import Watch
from cnnstudio.ui.data.opening import Opening
from cnnstudio.ui.data.opening_view import OpeningPage
from cnnstudio.ui.data.picture_desk import PictureDesk
from cnnstudio.ui.data.picture_panel import PictureSection
from cnnstudio.ui.data.report_panel import ReportPanel
from cnnstudio.ui.data.source_panel import SourcePanel
from cnnstudio.ui.theme.tokens import PANEL_HEADER
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import Line, PanelHeader, ground
from cnnstudio.ui.widgets.splitter import Splitter
from cnnstudio.ui.widgets.tabs import Tabs
from cnnstudio.ui.window.actions import Action
from cnnstudio.ui.window.command_palette import Entry

NARROW, WIDE = 1360, 1800
"""Below the first width the report is a tab of the left column; above the second all is larger."""

_LEFT = {"narrow": 288, "normal": 320, "wide": 320}
_REPORT = {"narrow": 0, "normal": 340, "wide": 400}
_TILE = {"narrow": 48, "normal": 48, "wide": 64}


class DataWorkspace(QObject):
    """Shows the pictures of a project and how they are split, and opens other ones.

    Attributes:
        library: The project's pictures.
        opening: What is being opened.
        entrance: The ways in.
        watch: Looks after the person's own pictures.

    Args:
        document: The project being edited.
        context: Theme and language.
        settings: Where positions are remembered.
        parent: Its owner.
    """

    id = "data"
    title = T("Data")
    icon = "database"

    def __init__(
        self,
        document: Document,
        context: Context,
        settings: QSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._context, self._settings = document, context, settings
        self.library = Library(document, self)
        self.opening = Opening(document, parent=self)
        self.entrance = Entrance(document, settings, self.opening, self)
        self.watch = Watch(document, self)
        self._widget: DataWidget | None = None
        self.opening.used.connect(self._look_again)
        self.opening.ready.connect(self._learn)

    def widget(self) -> QWidget:
        """The content; made at the first call."""
        if self._widget is None:
            self._widget = DataWidget(self._document, self._context, self._settings, self)
        return self._widget

    def actions(self) -> Sequence[Action]:
        """Nothing beyond what every workspace has."""
        return ()

    def entries(self) -> Sequence[Entry]:
        """Nothing beyond what every workspace has."""
        return ()

    def close(self) -> None:
        """Ends everything that is done beside the window and waits for it."""
        self.opening.close()
        self.watch.close()
        self.library.close()
        if self._widget is not None:
            self._widget.close_up()

    def _learn(self) -> None:
        """What was compared for the report before taking isn't compared once more after it."""
        found = self.opening.found
        if found is not None and found.catalogue is not None and found.examined is not None:
            self.library.know(found.catalogue.facts.digest, found.examined)

    def _look_again(self) -> None:
        """Pictures that couldn't be read may be there now, although the project is as it was."""
        if self.library.problem is not None:
            self.library.read_again()
        self.watch.look()


class DataWidget(QWidget):
    """The regions of the Data workspace; while something is opened, the page that shows it.

    Args:
        document: The project being edited.
        context: Theme and language.
        settings: Where positions are remembered.
        workspace: What the regions show.
    """

    def __init__(
        self,
        document: Document,
        context: Context,
        settings: QSettings,
        workspace: DataWorkspace,
    ) -> None:
        super().__init__()
        library = self._library = workspace.library
        self._opening = workspace.opening
        self._size = ""
        self.desk = PictureDesk(context, document, library, self)
        self.source = SourcePanel(context, document, library, workspace.entrance)
        self.browser = Browser(context, library, self.desk)
        self.picture = PictureSection(context, library, self.desk)
        self.report = ReportPanel(context, document, library, self.picture)
        self.left = _Left(context, self.source, self.source.buttons)
        self.opener = OpeningPage(context, workspace.opening)
        self._columns = Splitter(
            settings,
            "data/columns",
            [self.left, self.browser, self.report],
            [_LEFT["normal"], 0, _REPORT["normal"]],
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self._columns)
        self._pages.addWidget(self.opener)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._pages)
        self.setFocusProxy(self.browser.grid)
        self.desk.changed.connect(self._show_picture)
        self.report.bars.activated.connect(self.browser.show_class)
        self.report.show_pictures.connect(self.browser.show_pictures)
        self.opener.other_wanted.connect(workspace.entrance.ask_folder)
        self._opening.changed.connect(self._show_opening)
        self._show_opening()

    def close_up(self) -> None:
        """Ends what the regions read and waits for it."""
        self.source.size_colour.close_up()
        self.browser.close_up()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._library.examine()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width()
        size = "narrow" if width < NARROW else "wide" if width >= WIDE else "normal"
        if size != self._size:
            self._size = size
            self._fit_size(size)

    def _show_opening(self) -> None:
        """Shows the page of what is opened as long as there is something."""
        busy = self._opening.busy
        shown = self._pages.currentWidget() is self.opener
        self._pages.setCurrentWidget(self.opener if busy else self._columns)
        self.setFocusProxy(self.opener if busy else self.browser.grid)
        if busy != shown and self.isVisible():
            if busy:
                self.opener.take_focus()
            else:
                self.browser.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_picture(self) -> None:
        chosen = self.desk.chosen
        if self._size == "narrow" and chosen is not None and chosen.current >= 0:
            self.left.show_page("report")

    def _fit_size(self, size: str) -> None:
        if size == "narrow":
            self.left.take_report(self.report)
        else:
            self.left.release_report()
            self._columns.addWidget(self.report)
            self.report.show()
        rest = max(self.width() - _LEFT[size] - _REPORT[size], 100)
        sizes = [_LEFT[size], rest, _REPORT[size]]
        self._columns.setSizes(sizes if size != "narrow" else sizes[:2])
        self.browser.set_default_tile(_TILE[size])


class _Left(QWidget):
    """The left column; on a narrow window the report is its second page."""

    def __init__(self, context: Context, source: QWidget, buttons: QWidget) -> None:
        super().__init__()
        ground(self)
        self._source = source
        self._report: QWidget | None = None
        self.tabs = Tabs(
            context, [("source", T("Data"), ""), ("report", T("Counts and picture"), "")]
        )
        self.tabs.set_current("source")
        self.tabs.setFixedHeight(context.theme.scaled(PANEL_HEADER))
        self.tabs.chosen.connect(self.show_page)
        self._header = PanelHeader(context, T("Data"))
        self._pages = QStackedWidget()
        self._pages.addWidget(source)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 4, 0)
        top.setSpacing(0)
        top.addWidget(self.tabs)
        top.addWidget(self._header, 1)
        top.addWidget(buttons, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(Line())
        column.addWidget(self._pages, 1)
        self._show_tabs(False)

    def take_report(self, report: QWidget) -> None:
        """Makes the report a page of this column."""
        self._report = report
        self._pages.addWidget(report)
        self._show_tabs(True)

    def release_report(self) -> None:
        """Gives the report back."""
        if self._report is not None:
            self._pages.removeWidget(self._report)
            self._report = None
        self.show_page("source")
        self._show_tabs(False)

    def show_page(self, id: str) -> None:
        """Shows "source" or "report"."""
        self.tabs.set_current(id)
        page = self._report if id == "report" else self._source
        if page is not None:
            self._pages.setCurrentWidget(page)

    def _show_tabs(self, shown: bool) -> None:
        self.tabs.setVisible(shown)
        self._header.setVisible(not shown)
