"""Blocks in the Design workspace: what connects palette, canvas and the right side for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.blocks.offers import BlockOffer
from cnnstudio.core.document import Document
from cnnstudio.core.network import Block, Network
from cnnstudio.core.swaps import FLATTEN, GAP, Swap
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.block_drop import DropBlock
from cnnstudio.ui.canvas.block_editor import BlockEditor, outcome
from cnnstudio.ui.canvas.geometry import CARD_WIDTH, Point, Slot
from cnnstudio.ui.design.block_panel import BlockPanel, MemberStrip, SwapStrip
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import Line, ground
from cnnstudio.ui.window.actions import Action

if TYPE_CHECKING:
    from cnnstudio.ui.design.widget import DesignWidget


class BlockDesk(QObject):
    """What a person does with blocks, and what the right side says of them.

    Args:
        design: The workspace's widget.
        document: The project being edited.
        context: Theme and language.
    """

    news = Signal(object)
    """A Text that says what a swap saved."""

    def __init__(self, design: DesignWidget, document: Document, context: Context) -> None:
        super().__init__(design)
        self._design, self._document = design, document
        self._analysis: Analysis | None = None
        self._result: Text | str = ""
        self.editor = BlockEditor(document, design.editor, self)
        self.panel = BlockPanel(context, design.editor, self.editor)
        self.strip = MemberStrip(context, self.editor)
        self.swap_strip = SwapStrip(context)
        self._line = Line()
        self.side = QWidget()
        ground(self.side)
        column = QVBoxLayout(self.side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._line, self.swap_strip, self.strip):
            design.layer_panel.add_strip(part)
        column.addWidget(design.layer_panel, 1)
        column.addWidget(self.panel, 1)
        self.panel.chosen.connect(self._choose)
        for name in (self.panel.name_row, design.layer_panel.header_row):
            name.left.connect(design.view.setFocus)
        self.swap_strip.chosen.connect(self.swap)
        design.selection.changed.connect(self._select)
        design.view.close_requested.connect(self.close)
        design.view.quick.block_chosen.connect(self.add)
        design.controls.block.clicked.connect(self.make)
        self.panel.hide()

    # --- following ------------------------------------------------------------------------------

    def sync(self, network: Network, analysis: Analysis) -> None:
        """Follows the network."""
        self._analysis = analysis
        self._forget_result()
        self._design.palette_panel.kinds.sync(network)
        self._show()

    def _select(self) -> None:
        self.editor.only_here = False
        self._forget_result()
        self._show()

    def _forget_result(self) -> None:
        """What the last swap came to is no news any more."""
        self._result = ""
        self._design.view.network_scene.note.hide()

    def _show(self) -> None:
        if self._analysis is None:
            return
        ids, network = self._design.selection.ids, self._document.network
        block = self._block()
        self.panel.setVisible(block is not None)
        self._design.layer_panel.setVisible(block is None)
        if block is not None:
            self.panel.show_block(network, block, self._analysis)
        id = ids[0] if len(ids) == 1 and block is None else ""
        self.strip.show_layer(network, id)
        node = network.by_id.get(id)
        offers = node is not None and node.kind in (FLATTEN, GAP)
        self.swap_strip.show_swaps(self.editor.swaps(ids) if offers else (), self._result)
        self._line.setVisible(not (self.strip.isHidden() and self.swap_strip.isHidden()))

    def _block(self) -> Block | None:
        """The block that is selected: by its card, or all of its layers."""
        ids = set(self._design.selection.ids)
        if len(ids) == 1 and (card := self.editor.view.blocks.get(next(iter(ids)))):
            return card
        if len(ids) < 2:
            return None  # one layer of an open block is shown as a layer
        found = (b for b in self._document.network.blocks if b.members.keys() == ids)
        return next(found, None)

    # --- doing ----------------------------------------------------------------------------------

    @property
    def current(self) -> Block | None:
        """The block that is selected, or that the current layer is in."""
        return self._block() or self.editor.block_of(self._design.selection.current)

    def drop_of(self, offer: BlockOffer) -> DropBlock:
        """The gesture that brings a block from the palette."""
        return DropBlock(self._design.view, self.editor, offer)

    def add(self, offer: BlockOffer, slot: Slot | None = None) -> None:
        """Puts a block in `slot`, or behind what is selected."""
        self._choose(self.editor.add(offer, slot or self._design.view.slot_behind_selected()))

    def make(self) -> None:
        """Makes a block of the selected layers and lets it be named."""
        if id := self.editor.make(self._design.selection.ids):
            self._choose(id)
            self.rename()

    def ungroup(self, block: Block) -> None:
        """Takes a block away; its layers are selected."""
        self.editor.ungroup(block.id)
        self._design.selection.choose(block.members)

    def open(self, id: str) -> bool:
        """Opens a block; False if this is no card of one."""
        if id not in self.editor.view.blocks:
            return False
        self.editor.show(id, collapsed=False)
        self._choose(id)
        return True

    def close(self, id: str) -> None:
        """Closes a block to its card."""
        self.editor.show(id, collapsed=True)
        self._choose(id)

    def fold(self, block: Block) -> None:
        """Closes an open block, opens a closed one."""
        if not self.open(block.id):
            self.close(block.id)

    def use_again(self, block: Block) -> None:
        """Puts another use of a block behind it."""
        self._choose(self.editor.use_again(block.id))

    def detach(self, block: Block) -> None:
        """Makes a use a block of its own."""
        self.editor.detach(block.id)

    def rename(self) -> bool:
        """Puts the cursor into the name of the selected block; False if none is selected."""
        if self._block() is None:
            return False
        self.panel.name_row.edit_name()
        return True

    def show(self, id: str) -> bool:
        """Selects a block and brings it into view; False if this is no block."""
        if all(block.id != id for block in self._document.network.blocks):
            return False
        self._choose(id)
        return True

    def swap(self, swap: Swap) -> None:
        """Swaps Flatten for GAP or back, and says beside the card what that saved."""
        self.editor.swap(swap)
        self._design.selection.choose([swap.layer])
        view = self._design.view
        view.reveal(swap.layer)
        words = outcome(swap)
        card = view.network_scene.places.get(swap.layer)
        if card is not None:
            beside = Point(card.x + CARD_WIDTH + 24, card.y)
            view.network_scene.note.say(beside, view.words(swap.text), view.words(words))
        self._result = words
        self._show()
        self.news.emit(T("{what}: {numbers}", what=swap.text, numbers=words))

    def swap_first(self, kind: str) -> None:
        """Makes the swap of a layer of this kind that saves most."""
        network = self._document.network
        found = [s for s in self.editor.swaps() if network.by_id[s.layer].kind == kind]
        if found:
            self.swap(found[0])
        else:
            self._design.editor.refused.emit(_NO_SWAP)

    def _choose(self, id: str) -> None:
        """Selects a block, by its card or all of its layers, and brings it into view."""
        block = next((b for b in self._document.network.blocks if b.id == id), None)
        if block is not None:
            shown = (block.id,) if block.collapsed else tuple(block.members)
            self._design.selection.choose(shown)
            self._design.view.reveal(shown[0])


_NO_SWAP = T("There is no feature map whose Flatten or GAP could be swapped while it trains.")


def block_actions(made: Callable[[], DesignWidget | None]) -> tuple[Action, ...]:
    """The actions of blocks.

    Args:
        made: Gives the workspace's widget; None before it is first shown.
    """

    def desk() -> BlockDesk | None:
        return widget.blocks if (widget := made()) is not None else None

    def selected() -> bool:
        return (widget := made()) is not None and bool(widget.selection.ids)

    def current() -> Block | None:
        return found.current if (found := desk()) is not None else None

    def of_block(
        id: str, text: Text, do: Callable[[BlockDesk, Block], object], keys: str = ""
    ) -> Action:
        def run() -> None:
            there, block = desk(), current()
            if there is not None and block is not None:
                do(there, block)

        return Action(id=f"design.{id}", text=text, run=run, keys=keys, menu="network/5",
                      enabled=lambda: current() is not None,
                      why_not=T("No block is selected."))  # fmt: skip

    def of_kind(id: str, text: Text, kind: str) -> Action:
        def there() -> bool:
            widget = made()
            return widget is not None and any(n.kind == kind for n in widget.editor.whole.layers)

        def run() -> None:
            if (found := desk()) is not None:
                found.swap_first(kind)

        return Action(id=f"design.{id}", text=text, run=run, menu="network/6", enabled=there,
                      why_not=T("The network has no such layer."))  # fmt: skip

    def make() -> None:
        if (there := desk()) is not None:
            there.make()

    return (
        Action(id="design.make_block", text=T("Make block"), run=make, keys="Ctrl+G",
               menu="network/5", enabled=selected, why_not=T("No layer is selected.")),
        of_block("ungroup", T("Ungroup"), BlockDesk.ungroup, "Ctrl+Shift+G"),
        of_block("fold", T("Expand or collapse the block"), BlockDesk.fold, "Ctrl+Shift+F"),
        of_block("use_again", T("Use the block again"), BlockDesk.use_again, "Ctrl+Shift+B"),
        of_block("detach", T("Detach the block from its other uses"), BlockDesk.detach),
        of_kind("swap_flatten", T("Swap Flatten + Dense for GAP"), FLATTEN),
        of_kind("swap_gap", T("Swap GAP for Flatten"), GAP),
    )  # fmt: skip
