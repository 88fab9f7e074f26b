"""The inverse of a derivation: another size is asked for, and settings that give it are offered."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.analysis import NodeAnalysis
from cnnstudio.core.inverse import Answer, Proposal, Size, apply_proposal, sizes_for
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import Network
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField
from cnnstudio.ui.widgets.flow import Flow
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line

LARGEST = 100_000


class SizeFinder(QWidget):
    """A button that opens two fields, rows and columns, and what would give them.

    Args:
        context: Theme and language.
        editor: What changes the network.
    """

    opened = Signal()
    """There is more to see than before."""

    def __init__(self, context: Context, editor: Editor) -> None:
        super().__init__()
        self._context, self._editor = context, editor
        self._facts: NodeAnalysis | None = None
        self._network: Network | None = None
        self.button = Button(context, T("I need another size…"), "target")
        self.button.setCheckable(True)
        self.button.toggled.connect(self._open)
        self.rows = NumberField(context, T("Wanted rows"))
        self.columns = NumberField(context, T("Wanted columns"))
        self.fields = QWidget()
        asked = QHBoxLayout(self.fields)
        asked.setContentsMargins(0, 2, 2, 2)  # room for the ring of the focus
        asked.setSpacing(GAP)
        asked.addWidget(Label(context, T("Rows × columns"), "body", "muted"))
        for field, between in ((self.rows, "×"), (self.columns, "")):
            field.set_bounds(1, LARGEST)
            field.changed.connect(self._find)
            asked.addWidget(field, 1)
            if between:
                asked.addWidget(Label(context, between, "body", "muted"))
        self._results = QVBoxLayout()
        self._results.setSpacing(4)
        self.offers: list[Offer] = []
        self.sizes: list[Button] = []
        self._shown: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.fields)
        column.addLayout(self._results)
        self.fields.hide()

    def show_layer(self, network: Network, facts: NodeAnalysis | None) -> None:
        """Follows the current layer; one without rows and columns has no size to ask for."""
        shown = self._facts.node.id if self._facts is not None else ""
        same = facts is not None and facts.node.id == shown
        changed = network is not self._network
        self._network, self._facts = network, facts
        has_size = (
            facts is not None and len(facts.output) == 3 and facts.kind.family is not Family.INPUT
        )
        self.setVisible(has_size)
        if not same:
            self.button.setChecked(False)
        elif changed and self.button.isChecked():
            self._find()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.button.isChecked():
            self.button.setChecked(False)
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _open(self, is_open: bool) -> None:
        self.fields.setVisible(is_open)
        self._clear()
        if is_open and self._facts is not None:
            rows, columns, *_ = self._facts.output
            self.rows.set_value(rows)
            self.columns.set_value(columns)
            self.rows.setFocus(Qt.FocusReason.OtherFocusReason)
            self.rows.selectAll()
            self.opened.emit()

    def _find(self, _value: object = None) -> None:
        """Asks for what gives the size in the fields."""
        wanted = self.rows.value, self.columns.value
        if self._network is None or self._facts is None:
            return
        self._clear()
        if not all(isinstance(n, int) and 1 <= n <= LARGEST for n in wanted):
            text = T("Rows and columns are whole numbers from {low} to {high}.", low=1,
                     high=LARGEST)  # fmt: skip
            self._say(text, "danger")
            return
        self._tell(sizes_for(self._network, self._facts.node.id, wanted))
        self.opened.emit()

    def _tell(self, answer: Answer) -> None:
        if answer.reason is not None:
            self._say(answer.reason)
            self._offer_sizes(answer.nearest)
            return
        if not answer.proposals:
            return
        self._say(
            TN("{count} way to {size}:", "{count} ways to {size}, the least change first:",
               len(answer.proposals), size=show_shape(answer.wanted))
        )  # fmt: skip
        for proposal in answer.proposals:
            offer = Offer(self._context, proposal)
            offer.button.clicked.connect(partial(self._apply, answer.wanted, proposal))
            self.offers.append(offer)
            self._add(Line())
            self._add(offer)

    def _offer_sizes(self, sizes: tuple[Size, ...]) -> None:
        if not sizes:
            return
        self._say(T("What can be had near it:"))
        holder = QWidget()
        row = Flow(GAP)
        row.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(row)
        for size in sizes:
            button = Button(self._context, show_shape(size), role="code-small")
            button.clicked.connect(partial(self._ask, size))
            row.addWidget(button)
            self.sizes.append(button)
        self._add(holder)

    def _ask(self, size: Size, _checked: bool = False) -> None:
        self.rows.set_value(size[0])
        self.columns.set_value(size[1])
        self._find()
        self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def _apply(self, wanted: Size, proposal: Proposal, _checked: bool = False) -> None:
        assert self._facts is not None
        text = T("Make {layer} {size}", layer=self._facts.node.name, size=show_shape(wanted))
        self.button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._editor.apply_whole(lambda network: apply_proposal(network, proposal.settings), text)

    def _say(self, text: Text, colour: str = "muted") -> None:
        self._add(Label(self._context, text, "small", colour, wrap=True))

    def _add(self, widget: QWidget) -> None:
        self._shown.append(widget)
        self._results.addWidget(widget)
        widget.show()

    def _clear(self) -> None:
        for widget in self._shown:
            widget.hide()
            widget.deleteLater()
        self._shown, self.offers, self.sizes = [], [], []


class Offer(QWidget):
    """One proposal: what is set, what it costs, and the button that does it."""

    def __init__(self, context: Context, proposal: Proposal) -> None:
        super().__init__()
        self.proposal = proposal
        words = _words(proposal)
        self.button = Button(context, T("Apply"), role="small")
        Phrase(context.language, self.button, QWidget.setAccessibleName,
               T("Apply: {settings}", settings=words))  # fmt: skip
        cost = T(
            "Parameters {params}\nMultiply-adds {macs}",
            params=_change(*proposal.params),
            macs=_change(*proposal.macs),
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 6)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        self.words = Label(context, words, "code-small", wrap=True)
        grid.addWidget(self.words, 0, 0)
        grid.addWidget(self.button, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Label(context, cost, "small", "muted", wrap=True), 1, 0, 1, 2)
        for row, warning in enumerate(proposal.warnings, start=2):
            text = T("Advice: {warning}", warning=warning.text)
            grid.addWidget(Label(context, text, "small", "warning", wrap=True), row, 0, 1, 2)


def _words(proposal: Proposal) -> Text:
    """The settings, one layer after the other: ``conv2d: strides 1 → 2, padding valid → same``."""
    words: Text | None = None
    layer = ""
    for setting in proposal.settings:
        change = setting.change
        if words is None:
            words = T("{layer}: {change}", layer=setting.layer, change=change)
        elif setting.node == layer:
            words = T("{first}, {second}", first=words, second=change)
        else:
            other = T("{layer}: {change}", layer=setting.layer, change=change)
            words = T("{first}\n{second}", first=words, second=other)
        layer = setting.node
    assert words is not None
    return words


def _change(before: int, after: int) -> Text:
    if before == after:
        return T("{count} as before", count=after)
    return T("{before} → {after} ({change:+,})", before=before, after=after, change=after - before)
