"""The start page: what can be begun, what was opened lately, samples, and this computer."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.errors import StudioError
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.project_file import SUFFIX, load_project
from cnnstudio.core.text import T, Text
from cnnstudio.ui.background import Background
from cnnstudio.ui.theme.tokens import GAP, PAGE_PADDING
from cnnstudio.ui.widgets.card import Card
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel, IconLabel, Label
from cnnstudio.ui.widgets.panel import CANVAS, Line, ground, vertical_scroll
from cnnstudio.ui.window.actions import Actions
from cnnstudio.ui.window.commands import OTHER_DATA, OTHERS
from cnnstudio.ui.window.computer import Computer
from cnnstudio.ui.window.included import one_of_each
from cnnstudio.ui.window.regions import REGION
from cnnstudio.ui.window.run_history import RunHistory, read_history
from cnnstudio.ui.window.session import Session
from cnnstudio.ui.window.settings import Preferences
from cnnstudio.ui.window.start_items import PictureStrip, RecentRow, SampleCard, StartRow

SAMPLES: tuple[tuple[str, Text, Text], ...] = (
    (
        "lecture-cnn",
        T("Lecture CNN"),
        T("Two convolutions, pooling and a dense head, as in the lecture. Enter opens it."),
    ),
    ("lecture-vgg", T("VGG-style CNN"), T("Six convolutions in three pooled pairs.")),
    (
        "lecture-vgg-bn",
        T("VGG-style, batch norm"),
        T("Batch norm after every convolution."),
    ),
    (
        "lecture-vgg-gap",
        T("VGG-style with GAP"),
        T("Each map averaged to one number."),
    ),
    ("dense-only", T("Dense only"), T("Classifies without convolution.")),
)
_Widget = TypeVar("_Widget", bound=QWidget)
_WIDEST = 1256
_THREE_COLUMNS = 1000
_MOST_RECENT = 3


class StartPage(QWidget):
    """What the window shows before a project is open.

    Args:
        context: Theme and language.
        session: Opens projects.
        actions: The table; New, Open and Import are run from here too.
        preferences: Knows the recent files.
        computer: What this computer has.
        background: Where runs are read.
    """

    def __init__(
        self,
        context: Context,
        session: Session,
        actions: Actions,
        preferences: Preferences,
        computer: Computer,
        background: Background,
    ) -> None:
        super().__init__()
        self._background = background
        self._context = context
        self._session = session
        self._actions = actions
        self._preferences = preferences
        ground(self, CANVAS)
        page = QWidget()
        page.setMaximumWidth(_WIDEST)
        self.samples: dict[str, SampleCard] = {}
        self._begin_rows: dict[str, StartRow] = {}
        columns = QHBoxLayout()
        columns.setSpacing(28)
        self._columns = columns
        self._begin = self._left()
        self._side = self._right(computer)
        columns.addLayout(self._begin, 340)
        columns.addLayout(self._middle(), 584)
        columns.addWidget(self._side, 276)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, PAGE_PADDING, 0, 16)
        column.setSpacing(PAGE_PADDING)
        column.addLayout(self._title())
        self._page_column = column
        column.addLayout(columns)
        column.addStretch(1)
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.setContentsMargins(PAGE_PADDING, 0, PAGE_PADDING, 0)
        row.addStretch(1)
        row.addWidget(page, 100)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(vertical_scroll(centred))
        self.setFocusProxy(self.samples[SAMPLES[0][0]])
        preferences.recent_changed.connect(self._take_recent)
        actions.keys_changed.connect(self._show_keys)
        context.theme.changed.connect(self._arrange)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._fill_recent()
        else:
            self._read_history()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def offer(self, widget: QWidget) -> None:
        """Shows something above what can be begun."""
        self._page_column.insertWidget(1, widget)
        first: QAbstractButton = self._begin_rows["new"]
        before = first
        for button in widget.findChildren(QAbstractButton):
            QWidget.setTabOrder(before, button)
            before = button
        QWidget.setTabOrder(before, first)

    def _arrange(self) -> None:
        """Puts this computer below the left column where three columns have no room."""
        narrow = self.width() < self._context.theme.scaled(_THREE_COLUMNS)
        if narrow == (self._columns.indexOf(self._side) < 0):
            return
        if narrow:
            self._columns.removeWidget(self._side)
            self._begin.insertWidget(self._begin.count() - 1, self._side)
        else:
            self._begin.removeWidget(self._side)
            self._columns.addWidget(self._side, 276)

    def _title(self) -> QHBoxLayout:
        mark = IconLabel(self._context, "cnnstudio", size=44)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(self._context, "CNN Studio", "page"))
        words.addWidget(
            Label(
                self._context,
                T(
                    "Build an image classifier by hand, train it here, and ask every number "
                    "where it comes from."
                ),
                "body",
                "muted",
                wrap=True,
            )
        )
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(mark)
        row.addLayout(words, 1)
        return row

    def _left(self) -> QVBoxLayout:
        begin = _region(Card(self._context, 1))
        for id, icon, text in (
            ("new", "plus", T("New network")),
            ("open", "folder-open", T("Open project…")),
            ("import", "code-xml", T("Import code or a model…")),
            ("pictures", "images", T("Open my pictures…")),
        ):
            row = StartRow(self._context, icon, text, self._actions.keys_text(id))
            row.clicked.connect(self._actions.get(id).trigger)
            self._begin_rows[id] = row
            begin.body.addWidget(row)
        self.others = StartRow(self._context, "database", OTHER_DATA, "")
        self.others.clicked.connect(self._open_others)
        begin.body.addWidget(self.others)
        self._recent = _region(Card(self._context, 1))
        self._recent_title = Label(self._context, T("Recent"), "section")
        column = _column(Label(self._context, T("Start"), "section"), begin)
        column.addSpacing(PAGE_PADDING - GAP)
        column.addWidget(self._recent_title)
        column.addWidget(self._recent)
        column.addWidget(
            Label(
                self._context,
                T(
                    "Or drop a project, a .py, .ipynb, .keras or .h5 file, or a folder of pictures "
                    "anywhere on this window."
                ),
                "small",
                "muted",
                wrap=True,
            )
        )
        column.addStretch(1)
        self._fill_recent()
        return column

    def _middle(self) -> QVBoxLayout:
        samples = _region(QWidget())
        grid = QGridLayout(samples)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        for number, (id, title, about) in enumerate(SAMPLES):
            analysis = analyse(load_project(resource("samples", id + SUFFIX)).network)
            card = SampleCard(self._context, title, about, analysis)
            card.clicked.connect(lambda _=False, id=id: self._session.open_sample(id))
            self.samples[id] = card
            if number == 0:
                grid.addWidget(card, 0, 0, 1, 2)
            else:
                grid.addWidget(card, (number + 1) // 2, (number + 1) % 2)
        for side in (0, 1):
            grid.setColumnStretch(side, 1)
        column = _column(Label(self._context, T("Samples, ready to train"), "section"))
        column.addWidget(samples)
        column.addSpacing(PAGE_PADDING - GAP)
        data = FASHION_MNIST
        heading = QHBoxLayout()
        heading.setSpacing(10)
        heading.addWidget(Label(self._context, T("{data} is included", data=data.title), "section"))
        facts = T(
            "{pictures} pictures, {classes} classes, no download",
            pictures=data.pictures,
            classes=len(data.classes),
        )
        heading.addWidget(ElidedLabel(self._context, facts, "small", "muted"), 1)
        column.addLayout(heading)
        column.addWidget(PictureStrip(self._context, one_of_each(data), data.classes))
        column.addStretch(1)
        return column

    def _right(self, computer: Computer) -> QWidget:
        card = Card(self._context)
        card.body.setSpacing(14)
        for icon, colour, title, words in _truths(computer):
            card.body.addLayout(self._truth(icon, colour, title, words))
        side = QWidget()
        column = _column(Label(self._context, T("This computer"), "section"), card)
        column.addStretch(1)
        side.setLayout(column)
        return side

    def _truth(self, icon: str, colour: str, title: Text, words: Text) -> QHBoxLayout:
        mark = IconLabel(self._context, icon, colour)
        lines = _column(
            Label(self._context, title, "body"),
            Label(self._context, words, "small", "muted", wrap=True),
        )
        lines.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        return row

    def _open_others(self) -> None:
        menu = QMenu(self)
        menu.addActions([self._actions.get(id) for id in OTHERS])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.others.mapToGlobal(QPoint(0, self.others.height())))

    def _show_keys(self) -> None:
        for id, row in self._begin_rows.items():
            row.show_keys(self._actions.keys_text(id))

    def _take_recent(self) -> None:
        """Reads the recent projects anew, once they can be seen."""
        self._stale = True
        if self.isVisible():
            self._fill_recent()

    def _fill_recent(self) -> None:
        self._stale = False
        self._rows: dict[Path, RecentRow] = {}
        while (item := self._recent.body.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for path in self._preferences.recent[:_MOST_RECENT]:
            if (row := self._recent_row(path)) is None:
                continue
            if self._recent.body.count():
                self._recent.body.addWidget(Line())
            self._recent.body.addWidget(row)
            self._rows[path] = row
        self._read_history()
        some = self._recent.body.count() > 0
        self._recent.setVisible(some)
        self._recent_title.setVisible(some)

    def _read_history(self) -> None:
        """Looks beside the window what came of the recent projects; a run may have ended."""
        for path in self._rows:
            self._background.do(
                str(path),
                partial(read_history, path),
                partial(self._show_history, path),
                lambda _reason: None,  # then there is nothing to say of it
            )

    def _show_history(self, path: Path, history: RunHistory) -> None:
        if (row := self._rows.get(path)) is not None:
            row.show_history(history)

    def _recent_row(self, path: Path) -> RecentRow | None:
        try:
            network = load_project(path).network
            written = datetime.fromtimestamp(path.stat().st_mtime)
        except (StudioError, OSError):  # it can't be opened, so it isn't offered
            return None
        row = RecentRow(self._context, path.stem, analyse(network), when_text(written))
        row.setToolTip(str(path))
        row.clicked.connect(lambda: self._session.open(path))
        return row


def when_text(moment: datetime, today: date | None = None) -> Text:
    """When something happened, as short as a person would say it."""
    days = ((today or date.today()) - moment.date()).days
    if days == 0:
        return T("today {time}", time=moment.strftime("%H:%M"))
    return T("yesterday") if days == 1 else Text(moment.strftime("%Y-%m-%d"))


def _truths(computer: Computer) -> list[tuple[str, str, Text, Text]]:
    """(icon, its colour, title, explanation) of what is known about this computer."""
    found = ", ".join(computer.backends.values())
    if found and computer.keras:
        ready = T(
            "{backends}, Keras {keras}, {cores} CPU cores, {memory} GB memory.",
            backends=found,
            keras=computer.keras,
            cores=computer.cores,
            memory=computer.memory_gb,
        )
        first = ("circle-check", "success", T("Ready to train"), ready)
    else:
        missing = T("Keras or TensorFlow isn't installed. Install the package again to train.")
        first = ("triangle-alert", "warning", T("Can't train yet"), missing)
    offline = T("Pictures and samples are on this disk.")
    return [first, ("circle-check", "success", T("Works offline"), offline)]


def _region(widget: _Widget) -> _Widget:
    """Makes a widget one of the places that F6 goes round."""
    widget.setProperty(REGION, True)
    return widget


def _column(*widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GAP)
    for widget in widgets:
        column.addWidget(widget)
    return column
