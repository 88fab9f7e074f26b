"""What can be done to blocks: each method is one edit of the document, one undo step."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QObject, Signal

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks import folding, grouping
from cnnstudio.core.blocks.bodies import Body, body_of, put
from cnnstudio.core.blocks.folding import Folded, exit_of, folded
from cnnstudio.core.blocks.library.spec import Place
from cnnstudio.core.blocks.offers import BlockOffer
from cnnstudio.core.data.datasets import find_dataset
from cnnstudio.core.document import Document
from cnnstudio.core.network import Block, Network
from cnnstudio.core.swaps import Swap, swaps
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.editor import Editor, Trial, notes_of
from cnnstudio.ui.canvas.geometry import Slot
from cnnstudio.ui.canvas.layout import places_of


class BlockEditor(QObject):
    """Turns what a person asks for blocks into one edit of the document.

    Args:
        document: The project being edited.
        editor: What edits layers, and says why an edit can't be done.
    """

    done = Signal(object)
    """A Text that says what a swap saved."""

    def __init__(self, document: Document, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._editor = document, editor

    @property
    def only_here(self) -> bool:
        """Whether a parameter of a block's layer changes in this use alone."""
        return self._editor.only_here

    @only_here.setter
    def only_here(self, value: bool) -> None:
        self._editor.only_here = value

    @property
    def view(self) -> Folded:
        """The network with its collapsed blocks."""
        return folded(self._document.network)

    def block_of(self, id: str) -> Block | None:
        """The block with this id, open or closed, or the one this layer is in; None for neither."""
        network = self._document.network
        named = (block for block in network.blocks if block.id == id)
        return next(named, None) or network.block_of.get(id)

    # --- making and taking apart ----------------------------------------------------------------

    def make(self, ids: Collection[str]) -> str:
        """Makes an open block of some layers and returns its id; "" if it can't be made."""
        new = grouping.free_id(self._document.network)
        name = grouping.free_name(self._document.network, "block")
        layers = self.view.layers(ids)
        self._editor.apply_whole(
            lambda network: grouping.make_block(network, layers),
            T("Make {block}", block=name),
        )
        made = {block.id for block in self._document.network.blocks}
        return new if new in made else ""

    def ungroup(self, id: str) -> None:
        """Takes a block away; its layers stay, and are in view."""
        block = grouping.block_with(self._document.network, id)
        self._editor.apply_whole(
            lambda network: grouping.ungroup(folding.expand(network, id), id),
            T("Ungroup {block}", block=block.name),
        )

    def show(self, id: str, *, collapsed: bool) -> None:
        """Closes a block to one card, or opens it."""
        block = grouping.block_with(self._document.network, id)
        if collapsed:
            text = T("Collapse {block}", block=block.name)
            self._editor.apply_whole(lambda network: folding.collapse(network, id), text)
        else:
            text = T("Expand {block}", block=block.name)
            self._editor.apply_whole(lambda network: folding.expand(network, id), text)

    # --- using ----------------------------------------------------------------------------------

    def add(self, offer: BlockOffer, slot: Slot) -> str:
        """Puts a block in `slot` and returns its id; "" if it can't be put there."""
        title = offer.title
        return self._put(T("Add {block}", block=title), slot, offer=offer)

    def use_again(self, id: str) -> str:
        """Puts another use of a block behind it and returns that one's id."""
        block = grouping.block_with(self._document.network, id)
        last = id if block.collapsed else exit_of(self._document.network, block)
        text = T("Use {block} again", block=block.name)
        return self._put(text, self._editor.slot_behind(last), id=id)

    def trial(self, offer: BlockOffer, slot: Slot | None) -> Trial:
        """What putting a block in `slot` (None for on its own) would come to.

        Raises:
            BadInput: If it can't be put there.
        """
        before = self._document.network
        whole = self.with_body(before, offer.body(before, self.place_of(slot)), slot)
        ids, analysis = (whole.blocks[-1].id,), analyse(whole)
        network = folded(whole).network
        notes = notes_of(analyse(before), network, analysis, ids) if slot else ()
        return Trial(network, analysis, ids, notes)

    def _put(self, text: Text, slot: Slot, *, offer: BlockOffer | None = None, id: str = "") -> str:
        new = grouping.free_id(self._document.network)
        place = self.place_of(slot)

        def added(network: Network) -> Network:
            body = offer.body(network, place) if offer else body_of(network, id)
            return self.with_body(network, body, slot)

        self._editor.apply_whole(added, text)
        return new if any(block.id == new for block in self._document.network.blocks) else ""

    def with_body(self, network: Network, body: Body, slot: Slot | None) -> Network:
        """The network with a block put in `slot`; None for on its own."""
        network = folding.through(network, lambda cards: edits.move(cards, places_of(cards)))
        if slot is None:
            return put(network, body)
        return put(network, body, link=slot.link, after=slot.after, at=slot.at)

    def place_of(self, slot: Slot | None) -> Place:
        """What a block is given in a slot, and how many classes the data has."""
        whole, view = self._document.network, self.view
        source = ""
        if slot is not None:
            source = slot.link.source if slot.link else slot.after
        if source in view.blocks:
            source = exit_of(whole, view.blocks[source])
        facts = analyse(whole).nodes.get(source)
        data = find_dataset(self._document.project.data)
        classes = len(data.classes) if data else Place().classes
        return Place(facts.output if facts else None, classes)

    # --- uses -----------------------------------------------------------------------------------

    def detach(self, id: str) -> None:
        """Makes a use a block of its own."""
        block = grouping.block_with(self._document.network, id)
        self._editor.apply_whole(
            lambda network: grouping.detach(network, id), T("Detach {block}", block=block.name)
        )

    def share_again(self, layer: str, parameter: str) -> None:
        """Lets a value follow the other uses again."""
        name = self._document.network.by_id[layer].name
        self._editor.apply_whole(
            lambda network: grouping.share_again(network, layer, parameter),
            T("Let {parameter} of {layer} follow the other uses", parameter=parameter, layer=name),
        )

    # --- swaps ----------------------------------------------------------------------------------

    def swaps(self, ids: Collection[str] = ()) -> tuple[Swap, ...]:
        """The swaps of Flatten and GAP there are; only those of some layers where any is given."""
        found = swaps(self._document.network)
        return tuple(swap for swap in found if not ids or swap.layer in ids)

    def swap(self, swap: Swap) -> None:
        """Makes a swap and says what it saved."""
        self._editor.apply_whole(lambda network: _swapped(network, swap), swap.text)
        self.done.emit(outcome(swap))


def _swapped(network: Network, swap: Swap) -> Network:
    """The network after the swap that was offered, as it is now."""
    again = (s for s in swaps(network) if (s.layer, s.text) == (swap.layer, swap.text))
    return next(again, swap).network if network is not swap.network else network


def outcome(swap: Swap) -> Text:
    """A swap in words: what there was, what there is, and what that saves."""
    numbers = {"before": swap.before, "after": swap.after, "difference": abs(swap.saved)}
    if swap.saved >= 0:
        return T("{before} → {after} parameters, {difference} saved", **numbers)
    return T("{before} → {after} parameters, {difference} more", **numbers)
