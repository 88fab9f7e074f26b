"""The bottom dock: a bar of 28 that opens to the summary, the problems, or what else is added."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent, QSyntaxHighlighter, QTextDocument
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.analysis import FLOAT_BYTES, Analysis, analyse
from cnnstudio.core.network import Network
from cnnstudio.core.problems.spec import Severity
from cnnstudio.core.summary import model_summary
from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import ICON
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, ground
from cnnstudio.ui.widgets.plain_text import show_text

BAR, OPEN = 28, 306
AFTER_FRAME = 40
"""Milliseconds from a change until the summary follows: the canvas is painted before."""
_BOX_DRAWING = re.compile("[\u2500-\u257f]+")


class ProblemList(QListWidget):
    """Every problem as its sentence; choosing one shows its layer."""

    shown = Signal(str)
    """A layer's id."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._analysis: Analysis | None = None
        self.setWordWrap(True)
        self.setIconSize(QSize(ICON, ICON))
        self.setStyleSheet("QListWidget::item { padding: 5px 8px; }")
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        Phrase(context.language, self, QWidget.setAccessibleName, T("Problems"))
        self.itemActivated.connect(self._go)
        self.itemClicked.connect(self._go)
        context.theme.changed.connect(self._fill)
        context.language.changed.connect(self._fill)

    def sync(self, analysis: Analysis) -> None:
        """Shows the problems of a network."""
        self._analysis = analysis
        self._fill()

    def _fill(self) -> None:
        self.clear()
        theme, show = self._context.theme, self._context.language.show
        for problem in self._analysis.problems if self._analysis else ():
            error = problem.severity is Severity.ERROR
            icon = theme.icon(
                *(("circle-alert", "danger") if error else ("triangle-alert", "warning"))
            )
            item = QListWidgetItem(icon, show(problem.labelled))
            item.setData(Qt.ItemDataRole.UserRole, problem.node)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, show(spoken(problem.text, error)))
            self.addItem(item)

    def _go(self, item: QListWidgetItem) -> None:
        if node := item.data(Qt.ItemDataRole.UserRole):
            self.shown.emit(node)


def spoken(text: Text, error: bool) -> Text:
    """A problem as it is read aloud."""
    return T("error: {problem}", problem=text) if error else T("warning: {problem}", problem=text)


class TableLines(QSyntaxHighlighter):
    """Draws the lines of a printed table as what they are: quieter than its words."""

    def __init__(self, context: Context, document: QTextDocument) -> None:
        super().__init__(document)
        self._theme = context.theme
        self._theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        colour = self._theme.colour("line")
        for found in _BOX_DRAWING.finditer(text):
            self.setFormat(found.start(), found.end() - found.start(), colour)


class SummaryView(QPlainTextEdit):
    """The network as ``model.summary()`` prints it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setStyleSheet("QPlainTextEdit { border: none; padding: 6px; }")
        self._lines = TableLines(context, self.document())
        self._soon = QTimer(self, singleShot=True, interval=AFTER_FRAME)
        self._soon.timeout.connect(self._write)
        empty = Network()
        self._shown = (empty, analyse(empty))
        Phrase(context.language, self, QWidget.setAccessibleName, T("Summary"))
        context.theme.changed.connect(self._dress)
        self._dress()

    def sync(self, network: Network, analysis: Analysis) -> None:
        """Follows the network while it can be seen, once the canvas is painted."""
        self._shown = (network, analysis)
        if self.isVisible():
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._write()

    def hideEvent(self, event: QHideEvent) -> None:
        self._soon.stop()
        super().hideEvent(event)

    def _write(self) -> None:
        self._soon.stop()
        network, analysis = self._shown
        show_text(self, model_summary(network, analysis) if network.layers else "")

    def _dress(self) -> None:
        self.setFont(self._context.theme.font("code-small"))


class Dock(QWidget):
    """The bar and the page it opens.

    Args:
        context: Theme and language.
    """

    opened = Signal(bool)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        ground(self)
        self.summary = SummaryView(context)
        self.problems = ProblemList(context)
        self.pages = QStackedWidget()
        self._bar = QHBoxLayout()
        self._bar.setContentsMargins(8, 0, 12, 0)
        self._bar.setSpacing(4)
        self.buttons: dict[QWidget, Button] = {}
        self._weights = Label(context, "", "small", "muted")
        self._bar.addStretch(1)
        self._bar.addWidget(self._weights)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._holder = QWidget()
        self._holder.setLayout(self._bar)
        self._dress()
        context.theme.changed.connect(self._dress)
        self._line = Line()
        for widget in (self._holder, self._line, self.pages):
            column.addWidget(widget)
        column.setStretchFactor(self.pages, 1)
        self.add_page(self.summary, T("Summary"))
        self.add_page(self.problems, T("Problems"))
        self.pages.hide()
        self._line.hide()

    def _dress(self) -> None:
        self._holder.setFixedHeight(self._context.theme.scaled(BAR))

    def add_page(self, page: QWidget, title: Text, before: QWidget | None = None) -> None:
        """Adds a page with its button on the bar, in front of another's or as the last one."""
        button = Button(self._context, title, kind="status", role="small")
        button.setCheckable(True)
        button.clicked.connect(lambda checked, page=page: self.show_page(page if checked else None))
        after = self.buttons.get(before) if before is not None else None
        place = self._bar.indexOf(after) if after is not None else len(self.buttons)
        self._bar.insertWidget(place, button)
        self.buttons[page] = button
        self.pages.addWidget(page)

    def remove_page(self, page: QWidget) -> None:
        """Takes a page away; it is not deleted."""
        if page in self.buttons:
            if self.is_open and self.pages.currentWidget() is page:
                self.show_page(None)
            self.buttons.pop(page).deleteLater()
            self.pages.removeWidget(page)

    @property
    def is_open(self) -> bool:
        """Whether a page is shown."""
        return not self.pages.isHidden()

    def show_page(self, page: QWidget | None) -> None:
        """Opens a page; closes the dock for None."""
        if page is not None:
            self.pages.setCurrentWidget(page)
        for one, button in self.buttons.items():
            button.setChecked(one is page)
        self.pages.setVisible(page is not None)
        self._line.setVisible(page is not None)
        self.opened.emit(page is not None)

    def sync(self, network: Network, analysis: Analysis) -> None:
        """Follows the network."""
        self.problems.sync(analysis)
        self.summary.sync(network, analysis)
        count = len(analysis.problems)
        button = self.buttons[self.problems]
        button.say(T("Problems {count}", count=count) if count else T("Problems"))
        button.set_icon(
            "circle-alert" if analysis.errors else "triangle-alert" if count else "check"
        )
        size = analysis.total_params * FLOAT_BYTES / 2**20
        weights = T("{size} MB of weights as float32", size=f"{size:,.1f}")
        self._weights.say("" if analysis.errors else weights)
