"""What the right side says of blocks: one that is selected, and the one a layer is in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.blocks.folding import exit_of
from cnnstudio.core.blocks.grouping import own_values, uses_of
from cnnstudio.core.blocks.offers import about, used
from cnnstudio.core.layers.parameters import shown
from cnnstudio.core.network import Block, LayerNode, Network
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.swaps import Swap
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.block_editor import BlockEditor
from cnnstudio.ui.canvas.blocks import BLOCK_FAMILY, in_words
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.design.layer_panel import LayerHeader
from cnnstudio.ui.theme.tokens import GAP, PANEL_PADDING
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.flow import Flow
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.panel import Line, Panel, vertical_scroll

ALL_USES, ONLY_HERE = "all", "here"


class BlockPanel(Panel):
    """A block: its name and numbers, what can be done with it, its uses, where it is from.

    Args:
        context: Theme and language.
        layers: What renames.
        editor: What edits blocks.
    """

    chosen = Signal(str)
    """A block that was expanded, collapsed or made: it is to be shown."""

    def __init__(self, context: Context, layers: Editor, editor: BlockEditor) -> None:
        super().__init__(context)
        self._editor = editor
        self._id = ""
        self.name_row = LayerHeader(context, layers)
        self.numbers = Label(context, "", "small", "muted", wrap=True)
        self.uses = Label(context, "", "small", wrap=True)
        self.own = Label(context, "", "small", "muted", wrap=True)
        self.help = Label(context, "", "body", wrap=True)
        self.paper = Label(context, "", "small", "muted", wrap=True)
        self.fold = Button(context, T("Expand"), action="design.fold")
        self.again = Button(context, T("Use again"), action="design.use_again")
        self.ungroup = Button(context, T("Ungroup"), action="design.ungroup")
        self.detach = Button(context, T("Detach"), action="design.detach")
        row = Flow(GAP)
        for button in (self.fold, self.again, self.ungroup, self.detach):
            row.addWidget(button)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, PANEL_PADDING)
        column.setSpacing(GAP)
        column.addWidget(self.numbers)
        column.addLayout(row)
        self._line = Line()
        for widget in (self.uses, self.own, self._line, self.help, self.paper):
            column.addWidget(widget)
        column.addStretch(1)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addWidget(self.name_row)
        self.body.addWidget(Line())
        self.body.addWidget(vertical_scroll(inside), 1)
        self.fold.clicked.connect(self._fold)
        self.again.clicked.connect(self._again)
        self.ungroup.clicked.connect(self._ungroup)
        self.detach.clicked.connect(self._detach)

    def show_block(self, network: Network, block: Block, analysis: Analysis) -> None:
        """Shows a block."""
        self._id = block.id
        uses = uses_of(network, block.pattern)
        self.name_row.show_block(block, in_words(network, block), BLOCK_FAMILY)
        self.fold.say(T("Expand") if block.collapsed else T("Collapse"))
        self.numbers.say(_numbers(network, block, analysis))
        others = ", ".join(use.name for use in uses if use is not block)
        self.uses.say(
            T(
                "What is changed in one use changes in all {count}: a parameter, a layer put in or "
                "taken out. The others are {others}. Detach makes this one a block of its own.",
                count=len(uses),
                others=others,
            )
        )
        own = _own_words(network, block)
        self.own.say(T("Values of its own, which follow no other use: {values}", values=own))
        shipped = about(block.pattern)
        help, paper = shipped or ("", "")
        self.help.say(help)
        self.paper.say(paper)
        shared: tuple[QWidget, ...] = (self.detach, self.uses)
        for part in shared:
            part.setVisible(len(uses) > 1)
        self.own.setVisible(bool(own) and len(uses) > 1)
        told: tuple[QWidget, ...] = (self._line, self.help, self.paper)
        for part in told:
            part.setVisible(shipped is not None)

    def _fold(self) -> None:
        block = self._editor.block_of(self._id)
        if block is not None:
            self._editor.show(self._id, collapsed=not block.collapsed)
            self.chosen.emit(self._id)

    def _again(self) -> None:
        if new := self._editor.use_again(self._id):
            self.chosen.emit(new)

    def _ungroup(self) -> None:
        self._editor.ungroup(self._id)

    def _detach(self) -> None:
        self._editor.detach(self._id)


def _numbers(network: Network, block: Block, analysis: Analysis) -> Text:
    facts = [analysis.nodes[id] for id in block.members if id in analysis.nodes]
    out = analysis.nodes.get(exit_of(network, block))
    return T(
        "Output {shape}\n{params} parameters\n{macs} multiply-adds for one picture",
        shape=show_shape(out.output) if out else "?",
        params=sum(one.params for one in facts),
        macs=sum(one.macs for one in facts),
    )


def _own_words(network: Network, block: Block) -> str:
    """The values that follow no other use: ``conv2d_3: filters 128; conv2d_4: filters 128``."""
    found = []
    for id in block.members:
        node = network.by_id[id]
        if names := own_values(network, id):
            values = ", ".join(f"{name} {_value(node, name)}" for name in names)
            found.append(f"{node.name}: {values}")
    return "; ".join(found)


def _value(node: LayerNode, name: str) -> str:
    parameter = node.spec.parameter(name) if node.spec else None
    return shown(node.params.get(name, parameter.write(parameter.default) if parameter else None))


class MemberStrip(QWidget):
    """The block a layer is in, and whether changes go to its other uses.

    Args:
        context: Theme and language.
        editor: What edits blocks.
    """

    def __init__(self, context: Context, editor: BlockEditor) -> None:
        super().__init__()
        self._context, self._editor = context, editor
        self._shown: tuple[str, tuple[str, ...]] = ("", ())
        self.words = Label(context, "", "small", "muted", wrap=True)
        self.reach = Segmented(
            context,
            ((ALL_USES, T("In all uses")), (ONLY_HERE, T("Only here"))),
            T("Where changes of this layer apply"),
        )
        self.own: list[Button] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, 8)
        self._column.setSpacing(GAP)
        self._column.addWidget(self.words)
        self._column.addWidget(self.reach)
        self.reach.changed.connect(self._reach)
        self.hide()

    def show_layer(self, network: Network, id: str) -> None:
        """Shows the block of a layer; hides for a layer in none."""
        block = network.block_of.get(id)
        self.setVisible(block is not None)
        if block is None:
            return
        uses = len(uses_of(network, block.pattern))
        if uses > 1:
            words = T("In {block}, {uses}. A change applies", block=block.name, uses=used(uses))
        else:
            words = T("In {block}", block=block.name)
        self.words.say(words)
        self.reach.setVisible(uses > 1)
        self.reach.set_value(ONLY_HERE if self._editor.only_here else ALL_USES)
        self._show_own(network.by_id[id], own_values(network, id) if uses > 1 else ())

    def _show_own(self, node: LayerNode, names: tuple[str, ...]) -> None:
        """A button for each value of its own that lets it follow the others again."""
        if (node.id, names) == self._shown:
            return
        self._shown = (node.id, names)
        for button in self.own:
            button.hide()
            button.deleteLater()
        self.own = []
        for name in names:
            parameter = node.spec.parameter(name) if node.spec else None
            text = T(
                "{parameter} is its own: follow the others again",
                parameter=parameter.label if parameter else name,
            )
            button = Button(self._context, text, kind="quiet", role="small")
            button.clicked.connect(partial(self._share, node.id, name))
            self._column.addWidget(button)
            self.own.append(button)

    def _share(self, id: str, name: str, _checked: bool = False) -> None:
        self._editor.share_again(id, name)

    def _reach(self, value: object) -> None:
        self._editor.only_here = value == ONLY_HERE


class SwapStrip(QWidget):
    """The swaps of Flatten and GAP that the selected layer offers, with what each saves.

    Args:
        context: Theme and language.
    """

    chosen = Signal(object)
    """A Swap to make."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._swaps: tuple[Swap, ...] = ()
        self.buttons: list[Button] = []
        self.result = Label(context, "", "small", "success", wrap=True)
        self._rows = Flow(GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, 8)
        column.setSpacing(GAP)
        column.addWidget(self.result)
        column.addLayout(self._rows)
        self.hide()

    def show_swaps(self, swaps: tuple[Swap, ...], result: Text | str = "") -> None:
        """Shows the swaps there are, and what the last one came to."""
        self.result.say(result)
        self.result.setVisible(bool(result))
        self.setVisible(bool(swaps or result))
        offered = [(swap.text, swap.saved) for swap in swaps]
        if offered == [(swap.text, swap.saved) for swap in self._swaps]:
            self._swaps = swaps
            return
        self._swaps = swaps
        for button in self.buttons:
            self._rows.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for number, (text, saved) in enumerate(offered):
            words = T("{swap}  {count:+,}", swap=text, count=-saved)
            button = Button(self._context, words)
            button.clicked.connect(partial(self._choose, number))
            self._rows.addWidget(button)
            self.buttons.append(button)

    def _choose(self, number: int, _checked: bool = False) -> None:
        self.chosen.emit(self._swaps[number])
