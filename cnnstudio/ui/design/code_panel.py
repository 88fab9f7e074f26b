"""The network as Keras code, to read and to write: what is typed is on the canvas at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.blocks.folding import folded
from cnnstudio.core.code.reading.result import Reading
from cnnstudio.core.document import Document
from cnnstudio.core.network import Network
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.design.code_editing import CodeEditing, Wrong
from cnnstudio.ui.design.code_find import CodeFind
from cnnstudio.ui.design.code_steps import CodeSteps
from cnnstudio.ui.design.code_style import StyleMenu
from cnnstudio.ui.design.code_view import CodeView
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.widgets.states import Notice, Remedy

_ASIDE = "code/aside"
_MOST_TOLD = 3  # sentences of a notice


@dataclass(frozen=True, slots=True)
class _Said:
    """What a notice says.

    Attributes:
        told: Its sentences, the first one as its title.
        remedies: What would help.
        tone: As of a ``Notice``.
    """

    told: list[Text]
    remedies: tuple[Remedy, ...] = ()
    tone: str = "warning"


class CodePanel(Panel):
    """The code of the network.

    Args:
        context: Theme and language.
        document: The project being edited.
        selection: What is selected on the canvas.
        settings: Where the style of the code is remembered.

    Attributes:
        blocked: The code can't be read (True), or it can again.
        notice: What is told below the code; None for nothing.
    """

    blocked = Signal(bool)

    def __init__(
        self, context: Context, document: Document, selection: Selection, settings: QSettings
    ) -> None:
        super().__init__(context, T("Code"))
        self._context, self._selection, self._settings = context, selection, settings
        self._network = document.network
        self._choosing = False
        self._wrong: Wrong | None = None
        self._told: tuple[object, ...] = ()
        self.notice: Notice | None = None
        self.style_menu = StyleMenu(context, settings, self)
        self.view = CodeView(context)
        self.editing = CodeEditing(self.view, document, lambda: self.style_menu.style, self)
        self.steps = CodeSteps(self.view, self.editing, document)
        self.editing.aside = str(settings.value(_ASIDE, ""))
        self.finder = CodeFind(context, self.view)
        self.tidy = IconButton(context, "wand-sparkles", T("Tidy: write it as the studio does"))
        self.copy = IconButton(context, "copy", T("Copy the code"))
        assert self.header is not None
        for button in (self.style_menu.button, self.tidy, self.copy):
            self.header.add(button)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addWidget(self.finder)
        self.body.addWidget(self.view, 1)
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(8, 8, 8, 8)
        self.body.addWidget(self._foot)
        self._foot.hide()
        self.tidy.clicked.connect(self._tidy)
        self.copy.clicked.connect(self._copy)
        self.style_menu.changed.connect(self.editing.restyle)
        self.editing.changed.connect(self._tell)
        selection.changed.connect(self._follow)
        self.view.cursorPositionChanged.connect(self._select)
        self.view.selectionChanged.connect(self._select)
        self._tell()

    def sync(self, network: Network) -> None:
        """Follows the network; written only while it can be seen."""
        self._network = network
        self.editing.follow(network)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.editing.show()
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        self.editing.leave()
        self._settings.setValue(_ASIDE, self.editing.at_risk)  # nothing is lost with the window
        super().hideEvent(event)

    # --- selection ------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Marks the lines of what is selected now, and brings the first of them in view."""
        self._mark(reveal=not self._choosing)

    def _mark(self, *, reveal: bool = False) -> None:
        """Marks the lines of the selected layers."""
        chosen = folded(self._network).layers(self._selection.ids)
        lines: set[int] = set()
        if not self.editing.unread:  # else the marks move with the text
            for id in chosen:
                first, last = self.editing.lines.get(id, (0, -1))
                lines.update(range(first, last + 1))
            self.view.mark_lines(lines, reveal=reveal)

    def _select(self) -> None:
        """Selects the layers on the lines that the cursor is on, or that are selected."""
        if self.editing.unread or self.editing.is_writing:
            return
        cursor, document = self.view.textCursor(), self.view.document()
        first = document.findBlock(cursor.selectionStart()).blockNumber()
        last = document.findBlock(cursor.selectionEnd()).blockNumber()
        ids = [
            id
            for id, (top, bottom) in self.editing.lines.items()
            if top <= last and bottom >= first
        ]
        if ids and set(ids) != set(folded(self._network).layers(self._selection.ids)):
            self._choosing = True
            self._selection.choose(ids)
            self._choosing = False

    # --- what is told ---------------------------------------------------------------------------

    def _tell(self) -> None:
        """Shows what there is to say about the code, and marks the line it is about."""
        editing, wrong = self.editing, self.editing.problem
        if wrong is not self._wrong:  # else its mark moves with the text
            self._wrong = wrong
            if wrong is None:
                self.view.mark_wrong(-1)
            else:
                self.view.mark_wrong(wrong.line, wrong.column, wrong.text)
            self.blocked.emit(wrong is not None)
        self.tidy.set_possible(editing.can_tidy, self._why_untidy())
        self.copy.set_possible(bool(self.view.toPlainText()), T("There is no code yet."))
        self._show_notice()
        self._mark()
        if self.view.hasFocus():
            self._select()

    def _why_untidy(self) -> Text:
        """Why the studio can't write the text anew."""
        if self.editing.unread:
            return T("What was typed isn't on the canvas yet.")
        if self.editing.is_own:
            return T("The studio writes no network that has an error.")
        return T("The code is as the studio writes it.")

    def _show_notice(self) -> None:
        """Makes the notice anew where it says something else."""
        said = self._said()
        key = (said.told, tuple(remedy.text for remedy in said.remedies)) if said else ()
        if key == self._told:
            return
        self._told = key
        if self.notice is not None:
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
        self._foot.setVisible(said is not None)
        if said is not None:
            what, *more = said.told
            why = reduce(_below, more) if more else ""
            self.notice = Notice(self._context, what, why, said.remedies, tone=said.tone)
            layout = self._foot.layout()
            assert layout is not None
            layout.addWidget(self.notice)

    def _said(self) -> _Said | None:
        """What there is to say: of several things the one that matters most."""
        editing = self.editing
        take = Remedy(T("Take the canvas' code"), editing.take_network)
        if editing.is_apart:
            told = [T("The canvas was changed while the code here wasn't on it yet.")]
            if editing.problem is not None:
                told.append(editing.problem.text)
            return _Said(told, (Remedy(T("Keep my text"), editing.keep_text), take))
        if editing.problem is not None:
            go = Remedy(T("Go to the line"), self._go_to_problem)
            return _Said([editing.problem.text], (go, take), "danger")
        if editing.is_bare:
            told = [T("There is no layer in the code yet; until there is, the canvas stays.")]
            return _Said(told, (take,))
        if editing.aside:
            back = Remedy(T("Bring it back"), editing.bring_back)
            forget = Remedy(T("Let it go"), editing.let_go, "quiet")
            return _Said([T("What you had typed was put aside.")], (back, forget))
        if editing.unwritten is not None:
            return _Said([editing.unwritten])
        if editing.is_own and editing.reading is not None:
            told = _left_open(editing.reading)
            return _Said(told) if told else None
        return None

    def _go_to_problem(self) -> None:
        if (problem := self.editing.problem) is not None:
            self.view.go_to(problem.line, problem.column)

    def _tidy(self) -> None:
        self.editing.rewrite()
        self.view.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.view.toPlainText())


def _left_open(reading: Reading) -> list[Text]:
    """What the code doesn't say, and what of it isn't on the canvas; the first few of it."""
    told = [question.text for question in reading.questions]
    told += [
        T("Line {line}: “{code}” isn't part of the network.", line=one.line, code=one.what)
        for one in reading.passed
        if not one.what.startswith("#")
    ]
    told += [
        T("Line {line}: data and training are read when a file is opened, not here.", line=line)
        for line in sorted({setting.line for setting in reading.settings})
    ]
    if len(told) > _MOST_TOLD:
        told[_MOST_TOLD:] = [T("And {count} more.", count=len(told) - _MOST_TOLD)]
    return told


def _below(above: Text, below: Text) -> Text:
    return T("{above}\n{below}", above=above, below=below)
