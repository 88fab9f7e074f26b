"""Whose pictures they are: name, shape, kind, where they lie, and the ways to others."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QVBoxLayout, QWidget

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.entrance import Entrance
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.sets import SETS, set_text
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.flow import Flow
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.section import Icon, Section
from cnnstudio.ui.widgets.states import Notice, Remedy

COLOUR_WORDS = {1: T("grey, 1 channel, 8 bits"), 3: T("colour, 3 channels, 8 bits each")}
KINDS = {
    "folder": T("folder"),
    "archive": T("archive"),
    "csv": T("table"),
    "npz": T("NumPy arrays"),
    "idx": T("IDX files"),
    "mnist": T("MNIST"),
    "cifar10": T("CIFAR-10"),
    "cifar100": T("CIFAR-100"),
}
_SHIPS = T("These pictures ship with the studio.")
_BAR, _WHOLE = 6, 1000


class SourceSection(Section):
    """The data of the project, and what is being done with it.

    Args:
        context: Theme and language.
        entrance: Opens other pictures.
    """

    cancel_wanted = Signal()
    """What is being decoded isn't wanted any more."""
    edits_dropped = Signal()
    """The project should go on without what was left out and relabelled."""

    def __init__(self, context: Context, entrance: Entrance) -> None:
        super().__init__(context)
        self._context, self._entrance = context, entrance
        self.notice: Notice | None = None
        self._problem: tuple[Text | None, bool, bool, bool] = (None, False, False, False)
        self.name = Label(context, "", "title", wrap=True)
        self.facts = Label(context, "", "small", "muted", wrap=True)
        self.place = ElidedLabel(context, "", "small", "muted", mode=Qt.TextElideMode.ElideMiddle)
        self.open_own = Button(context, T("Open my pictures"), "folder-open", action="pictures")
        self.others = Button(context, T("Other data"), kind="quiet")
        self.state = Label(context, "", "small", "muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, _WHOLE)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(_BAR)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        self._bar_name = Phrase(context.language, self.bar, QWidget.setAccessibleName)
        self.cancel = Button(context, T("Cancel"))
        self._assemble()
        self.open_own.clicked.connect(entrance.ask_folder)
        self.others.clicked.connect(self._open_menu)
        self.cancel.clicked.connect(self.cancel_wanted)

    def sync(self, library: Library) -> None:
        """Shows what the library knows now."""
        facts = library.facts
        self.name.say(facts.title if facts else library.settings.source)
        self.facts.say(describe(facts) if facts else "")
        own = facts.own if facts else None
        about = "" if facts is None else facts.about
        self.place.say(own.path if own is not None else "")
        self.place.setVisible(own is not None)
        self._about.say("" if own is not None else about)
        self._about.setVisible(own is None)
        working = library.working
        self.state.say(working or "")
        self._bar_name.set(working or "")
        self._working.setVisible(working is not None)
        self.bar.setVisible(library.share is not None)
        self.bar.setValue(round((library.share or 0) * _WHOLE))
        self.cancel.setVisible(working is not None and library.at_another_size)
        self._show_problem(library)

    def menu(self) -> QMenu:
        """The other data there is."""
        menu, show = QMenu(self), self._context.language.show
        file = menu.addAction(show(T("A file: archive, table, arrays…")))
        file.triggered.connect(self._entrance.ask_file)
        menu.addSeparator()
        for id in SETS:
            action = menu.addAction(show(set_text(id)))
            action.triggered.connect(lambda _=False, id=id: self._entrance.open_set(id))
        return menu

    def _assemble(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Icon(self._context, "database", side=18), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (self.name, self.facts, self.place):
            words.addWidget(label)
        row.addLayout(words, 1)
        self._about = Label(self._context, "", "small", "muted", wrap=True)
        buttons = Flow(GAP)
        buttons.addWidget(self.open_own)
        buttons.addWidget(self.others)
        self._working = QWidget()
        column = QVBoxLayout(self._working)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.state)
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addWidget(self.bar, 1)
        line.addWidget(self.cancel)
        column.addLayout(line)
        self.body.addLayout(row)
        self.body.addWidget(self._about)
        self.body.addLayout(buttons)
        self.body.addWidget(self._working)

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.others.mapToGlobal(QPoint(0, self.others.height() + 2)))

    def _show_problem(self, library: Library) -> None:
        problem = (
            library.problem, library.unread, library.edits_lost, library.at_another_size
        )  # fmt: skip
        if problem == self._problem:
            return
        self._problem = problem
        if self.notice is not None:
            self.body.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
        text, unread, edits_lost, resized = problem
        if text is not None:
            remedies: list[Remedy] = []
            if unread:
                remedies = [
                    Remedy(T("Read them"), self._entrance.refresh),
                    Remedy(T("Locate…"), self._entrance.locate),
                ]
            elif edits_lost:
                remedies = [Remedy(T("Go on without these changes"), self.edits_dropped.emit)]
            elif resized:
                remedies = [Remedy(T("Keep the size they had"), self.cancel_wanted.emit)]
            self.notice = Notice(self._context, text, "", remedies)
            self.body.addWidget(self.notice)


class SourceButtons(QWidget):
    """What can be done with the data as a whole: read again, and a menu of the rest.

    Args:
        context: Theme and language.
        entrance: Does it.
    """

    def __init__(self, context: Context, entrance: Entrance) -> None:
        super().__init__()
        self._context, self._entrance = context, entrance
        self.refresh = IconButton(context, "refresh-cw", T("Read the pictures again"))
        self.more = IconButton(context, "ellipsis", T("More about the data"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.refresh)
        row.addWidget(self.more)
        self.refresh.clicked.connect(entrance.refresh)
        self.more.clicked.connect(self._open_menu)

    def sync(self, library: Library) -> None:
        """Follows whose pictures they are."""
        own = library.settings.imported is not None
        self.refresh.set_possible(own, T("These pictures ship with the studio and don't change."))

    def menu(self) -> QMenu:
        """Everything that can be done."""
        menu, own = QMenu(self), self._entrance.own is not None
        menu.setToolTipsVisible(True)
        entrance, show = self._entrance, self._context.language.show
        for text, run in (
            (T("Locate…"), entrance.locate),
            (T("Show in the file manager"), entrance.reveal),
            (T("Forget these pictures"), entrance.forget),
        ):
            action = menu.addAction(show(text))
            action.triggered.connect(run)
            action.setEnabled(own)
            if not own:
                action.setToolTip(show(_SHIPS))
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))


def describe(facts: Dataset) -> Text:
    """Shape, kind and number in a line."""
    rows, columns, channels = facts.shape
    size, colour = show_shape((rows, columns)), COLOUR_WORDS[channels]
    if facts.own is None:
        return T("{size}, {colour} · installed with the studio", size=size, colour=colour)
    return T(
        "{size}, {colour} · {kind} · {pictures}",
        size=size if facts.own.uniform else T("of several sizes, read as {size}", size=size),
        colour=colour,
        kind=KINDS.get(facts.own.kind, facts.own.kind),
        pictures=TN("{count} picture", "{count} pictures", facts.pictures),
    )
