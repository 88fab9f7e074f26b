"""The page on which pictures are opened: reading, questions, the report, and what went wrong."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.asking import AskingForm
from cnnstudio.ui.data.opening import ASKING, FAILED, FOUND, WORKING, Opening
from cnnstudio.ui.data.proposal import KEEP
from cnnstudio.ui.data.report_view import ReportView
from cnnstudio.ui.data.scan_view import ScanView
from cnnstudio.ui.theme.tokens import GAP, PAGE_PADDING
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.panel import CANVAS, Line, ground, vertical_scroll
from cnnstudio.ui.widgets.states import Notice
from cnnstudio.ui.window.regions import REGION

_WIDEST = 1080
_FOOT = 12
_NESTED = 4


class OpeningPage(QWidget):
    """Shows what is being opened, and lets the person decide about it.

    Args:
        context: Theme and language.
        opening: What it shows.
    """

    other_wanted = Signal()
    """The person wants to choose something else."""

    def __init__(self, context: Context, opening: Opening) -> None:
        super().__init__()
        self._context, self._opening = context, opening
        ground(self, CANVAS)
        self.setProperty(REGION, True)
        self.title = Label(context, "", "page")
        self.place = ElidedLabel(context, "", "small", "muted", mode=Qt.TextElideMode.ElideMiddle)
        self.scan = ScanView(context)
        self.form = AskingForm(context)
        self.report = ReportView(context)
        self._failure = QVBoxLayout()
        self.failure: Notice | None = None
        self._by_stage: dict[str, QWidget] = {
            WORKING: self.scan,
            ASKING: _page(Label(context, T("What it doesn't say by itself"), "section"), self.form),
            FOUND: self.report,
            FAILED: _page(self._failure),
        }
        self.state = Label(context, "", "small", "muted", wrap=True)
        self.again = Button(context, T("Change the answers"))
        self.other = Button(context, T("Choose something else…"))
        self.cancel = Button(context, T("Cancel"))
        self.go_on = Button(context, "", kind="primary")
        self._assemble()
        self.cancel.clicked.connect(opening.cancel)
        self.again.clicked.connect(opening.ask_again)
        self.other.clicked.connect(self.other_wanted)
        self.go_on.clicked.connect(self._go_on)
        self.form.changed.connect(self._allow)
        self.report.changed.connect(opening.change)
        self.report.network.chosen.connect(self._allow)
        opening.changed.connect(self.sync)
        opening.progressed.connect(self._show_progress)
        self.sync()

    def sync(self) -> None:
        """Shows what the opening knows now."""
        opening = self._opening
        source, stage = opening.source, opening.stage
        if source is None or stage not in self._by_stage:
            return
        self.title.say(_titles(source.title)[stage])
        self.place.say(str(source.path) if source.path is not None else "")
        changes_page = self._by_stage[stage].isHidden()
        for each, page in self._by_stage.items():
            page.setVisible(each == stage)
        if changes_page:
            self._scroll.verticalScrollBar().setValue(0)
        self.state.say("")
        if stage == WORKING:
            self.report.network.reset()
            self._show_progress()
        elif stage == ASKING:
            self.form.show_questions(opening.questions, opening.answers)
        elif stage == FOUND and opening.found is not None:
            self.report.show_found(opening.found)
            self._settle()
        elif stage == FAILED:
            self._show_failure(opening.problem)
        self.again.setVisible(bool(opening.questions) and stage in (FOUND, FAILED))
        self.other.setVisible(stage == FAILED)
        self.go_on.setVisible(stage != WORKING)
        self.go_on.say(_STEPS.get(stage, ""))
        self._allow()
        if changes_page and self.isVisible():
            self.take_focus()

    def take_focus(self) -> None:
        """Gives the focus to the next sensible step."""
        if self._opening.stage == ASKING and self.form.rows:
            self.form.focus_first()
            return
        button = self.go_on if self.go_on.isVisibleTo(self) else self.cancel
        if not button.isEnabled():
            button = self.cancel
        button.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._opening.cancel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            button = focused if isinstance(focused, QAbstractButton) else self.go_on
            if button.isVisible():
                button.click()
        else:
            super().keyPressEvent(event)

    def _assemble(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, PAGE_PADDING, 0, PAGE_PADDING)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.place)
        column.addSpacing(16)
        for page in self._by_stage.values():
            column.addWidget(page)
            page.hide()
        column.addStretch(1)
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.setContentsMargins(PAGE_PADDING, 0, PAGE_PADDING, 0)
        row.addStretch(1)
        row.addWidget(inside, 100)
        row.addStretch(1)
        foot = QWidget()
        ground(foot)
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(PAGE_PADDING, _FOOT, PAGE_PADDING, _FOOT)
        buttons.setSpacing(GAP)
        buttons.addWidget(self.state, 1)
        for button in (self.again, self.other, self.cancel, self.go_on):
            buttons.addWidget(button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._scroll = vertical_scroll(centred)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(Line())
        outer.addWidget(foot)

    def _settle(self) -> None:
        """Gives every line of the report its place before it is first painted."""
        for _ in range(_NESTED):  # each round lets the next outer layout know
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def _show_progress(self) -> None:
        self.scan.show_progress(self._opening.progress)

    def _show_failure(self, problem: Text | None) -> None:
        if self.failure is not None:
            self._failure.removeWidget(self.failure)
            self.failure.hide()
            self.failure.deleteLater()
            self.failure = None
        if problem is not None:
            unchanged = T("The project is as it was.")
            self.failure = Notice(self._context, problem, unchanged)
            self._failure.addWidget(self.failure)

    def _allow(self) -> None:
        """Enables the next step, or says why it can't be taken."""
        opening = self._opening
        why: Text | str = ""
        if opening.stage == ASKING and self.form.open_question is not None:
            why = T("There is a question without an answer.")
        elif opening.stage == FOUND and opening.found is not None:
            why = opening.found.blocker or ""
        self.go_on.set_possible(not why, why)
        self.state.say(why or self._left_open())

    def _left_open(self) -> Text | str:
        """What has still to be done when these pictures are used."""
        found = self._opening.found
        if found is None or found.misfit is None or self.report.network.choice != KEEP:
            return ""
        return T("The network doesn't fit these pictures and stays as it is.")

    def _go_on(self) -> None:
        match self._opening.stage:
            case "asking":
                self._opening.answer(self.form.answers)
            case "found":
                self._opening.use(self.report.network.choice)
            case "failed":
                self._opening.try_again()


_STEPS = {
    ASKING: T("Go on"),
    FOUND: T("Use these pictures"),
    FAILED: T("Try again"),
}
"""What the primary button does, by stage."""


def _titles(name: Text | str) -> dict[str, Text]:
    return {
        WORKING: T("Reading {name}", name=name),
        ASKING: T("{name} can be read in several ways", name=name),
        FOUND: T("What is in {name}", name=name),
        FAILED: T("{name} can't be opened", name=name),
    }


def _page(*parts: QWidget | QVBoxLayout) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    column.addStretch(1)
    return page
