"""What was read of a source: what is to be answered, what is to be known, and where it goes."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cnnstudio.core.code.reading.result import Unreadable
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.importing import Imported
from cnnstudio.ui.importing.passed import PassedList
from cnnstudio.ui.importing.questions import Questions
from cnnstudio.ui.importing.sources import Source
from cnnstudio.ui.importing.trouble import Trouble
from cnnstudio.ui.importing.words import facts, preview
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import FocusRing
from cnnstudio.ui.widgets.label import IconLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, ground, vertical_scroll

Place = Literal["project", "canvas"]
"""Where what is imported goes: into a project of its own, or into the one that is open."""

_WIDTH = 600
_PADDING, _FOOT = 16, 12
_SHARE = 0.85  # of the window's height, at most


class ImportDialog(QDialog):
    """Shows what was read, and asks for what the code leaves open.

    Args:
        context: Theme and language.
        source: What is imported.
        first: Where it goes by Enter.
        no_canvas: Why it can't go into the open project; "" if it can.
        window: What the dialog belongs to.
    """

    answered = Signal(object)
    """The person has changed what was assumed: `Answers`; it should be read again."""
    chosen = Signal(str)
    """Where it should go: a `Place`."""

    def __init__(
        self,
        context: Context,
        source: Source,
        first: Place,
        no_canvas: Text | str,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._no_canvas = no_canvas
        self._has_judged = False
        ground(self)
        Phrase(context.language, self, QDialog.setWindowTitle, T("Import {file}", file=source.name))
        self.summary = Label(context, "", "body")
        self.questions = Questions(context)
        self.passed = PassedList(context, has_cells=source.has_cells)
        self.state = Label(context, "", "small", "muted")
        self.cancel = Button(context, T("Cancel"))
        self.canvas = Button(
            context,
            T("Insert into the current canvas"),
            kind="primary" if first == "canvas" else "",
        )
        self.project = Button(
            context, T("Open as project"), kind="primary" if first == "project" else ""
        )
        self._asked = _Part(
            Label(context, T("What the code doesn't say"), "title"),
            Label(context, T("These values are assumed. Change what is different."), "small",
                  "muted", wrap=True),
            self.questions,
        )  # fmt: skip
        self.trouble: Trouble | None = None
        self.facts: list[Label] = []
        self._trouble_part, self._facts_part = _Part(), _Part()
        self._assemble(Label(context, source.name, "section"))
        self.questions.answered.connect(self.answered)
        self.questions.judged.connect(self._judged)
        self.cancel.clicked.connect(self.reject)
        self.canvas.clicked.connect(self._choose_canvas)
        self.project.clicked.connect(self._choose_project)
        self._first = self.canvas if first == "canvas" else self.project
        self._first.setDefault(True)
        self._ring = FocusRing(context.theme, self)
        context.theme.changed.connect(self._fit)
        context.language.changed.connect(self._fit)

    def show_read(self, imported: Imported, error: Unreadable | None = None) -> None:
        """Shows what was read.

        Args:
            imported: It, or what came before the code that can't be read.
            error: Where reading stopped; None if all was read.
        """
        network = imported.project.network
        self._show_trouble(error)
        self.summary.say(preview(network))
        self.questions.add(imported.questions)
        self._asked.setVisible(bool(self.questions.rows))
        self._set_tab_order()
        self._show_facts(facts(imported))
        self.passed.show_passed(imported.passed)
        self.project.say(T("Open as project") if error is None else T("Keep what was read so far"))
        none = T("There is no layer to open.")
        self.project.set_possible(bool(network.layers), none)
        why_not = self._no_canvas if network.layers else none
        self.canvas.set_possible(not why_not, why_not)
        self._settle()

    def show_failure(self, reason: Text) -> None:
        """Shows why it can't be read with what was answered last."""
        self._show_trouble(reason)
        for button in (self.canvas, self.project):
            button.set_possible(False, T("With these values it can't be read."))
        self._settle()

    def show_waiting(self, share: float = 0.0) -> None:
        """Shows that it is being read again, and how much of it is, 0 to 1."""
        self.state.say(T("Reading… {share} %", share=round(100 * share)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and isinstance(self.focusWidget(), QLineEdit):
            if not self._has_judged:  # else it ended what was typed there, and nothing else
                self._first.click()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """A key comes here first, before the field it is for."""
        if event.type() == QEvent.Type.ShortcutOverride:
            self._has_judged = False
        return super().event(event)

    def _judged(self) -> None:
        self._has_judged = True
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()
        super().showEvent(event)
        asked = [row.editor for row in self.questions.rows.values()]
        (asked[0] if asked else self._first).setFocus(Qt.FocusReason.OtherFocusReason)

    def _assemble(self, title: Label) -> None:
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(title)
        head.addWidget(self.summary)
        content = QWidget()
        self._content = column = QVBoxLayout(content)
        column.setContentsMargins(*(_PADDING,) * 4)
        column.setSpacing(_PADDING)
        column.addLayout(head)
        for part in (self._trouble_part, self._asked, self._facts_part, self.passed):
            column.addWidget(part)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(_PADDING, _FOOT, _PADDING, _FOOT)
        foot.setSpacing(GAP)
        foot.addWidget(self.state, 1)
        for button in (self.cancel, self.canvas, self.project):
            foot.addWidget(button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(vertical_scroll(content), 1)
        outer.addWidget(Line())
        outer.addLayout(foot)
        for part in (self._trouble_part, self._asked, self._facts_part, self.passed):
            part.hide()

    def _set_tab_order(self) -> None:
        """Reading order: what is asked, what wasn't read, the buttons."""
        asked = [row.editor for row in self.questions.rows.values()]
        order = [*asked, self.passed.list, self.cancel, self.canvas, self.project]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _show_trouble(self, reason: Unreadable | Text | None) -> None:
        self.trouble = None if reason is None else Trouble(self._context, reason)
        self._trouble_part.show_only(*([] if self.trouble is None else [self.trouble]))

    def _show_facts(self, texts: list[Text]) -> None:
        self.facts = [Label(self._context, text, "body", wrap=True) for text in texts]
        self._facts_part.show_only(*(_warning(self._context, label) for label in self.facts))

    def _settle(self) -> None:
        self.state.say("")
        if self.isVisible():
            self._fit()

    def _fit(self) -> None:
        """Takes the height its content needs, within the window's."""
        width = min(self._context.theme.scaled(_WIDTH), self._window.width() - 2 * _PADDING)
        self._content.activate()
        needed = max(
            self._content.totalHeightForWidth(width), self._content.totalMinimumSize().height()
        )
        foot = self.project.sizeHint().height() + 2 * _FOOT + 1
        self.setMinimumWidth(width)
        self.resize(width, min(needed + foot, round(self._window.height() * _SHARE)))

    def _choose_canvas(self) -> None:
        self._choose("canvas")

    def _choose_project(self) -> None:
        self._choose("project")

    def _choose(self, place: Place) -> None:
        if (refused := self.questions.refused) is not None:
            refused.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.chosen.emit(place)


class _Part(QWidget):
    """Widgets below one another.

    Args:
        widgets: Those that are there from the start.
    """

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP)
        for widget in widgets:
            self._column.addWidget(widget)

    def show_only(self, *widgets: QWidget) -> None:
        """Replaces all there is; without anything it isn't shown itself."""
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for widget in widgets:
            self._column.addWidget(widget)
        self.setVisible(bool(widgets))


def _warning(context: Context, label: Label) -> QWidget:
    """A label behind the sign of a warning."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(GAP)
    icon = IconLabel(context, "triangle-alert", "warning")
    line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(label, 1)
    return row
