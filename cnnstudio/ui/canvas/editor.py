"""What the canvas can do to a network: each method is one edit of the document, one undo step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from cnnstudio.core import edits
from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.blocks.folding import arranged, exit_of, folded, through
from cnnstudio.core.blocks.grouping import keep_own, rename_block
from cnnstudio.core.blocks.uses import follow
from cnnstudio.core.chains import add_chain
from cnnstudio.core.document import Document, Steps
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.spec import Fix
from cnnstudio.core.network import Link, Network
from cnnstudio.core.problems import fixes
from cnnstudio.core.problems.spec import Problem
from cnnstudio.core.quick_entry import NewLayer
from cnnstudio.core.segments import ends_of, move_onto
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.canvas.geometry import COLUMN, ROW, Point, Slot, card_rect
from cnnstudio.ui.canvas.layout import places_of


@dataclass(frozen=True, slots=True)
class Trial:
    """What adding layers, or a block, would come to.

    Attributes:
        network: The network with them, as the canvas would show it.
        analysis: What the whole network comes to.
        ids: The new cards.
        notes: Its neighbours and what it costs, one line each.
    """

    network: Network
    analysis: Analysis
    ids: tuple[str, ...]
    notes: tuple[Text, ...]


class Editor(QObject):
    """Turns what a gesture asks for into one edit of the document.

    Args:
        document: The project being edited.

    Attributes:
        steps: What undo is asked of.
    """

    refused = Signal(object)
    """A Text that says why an edit can't be done."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.steps: Steps = document
        self.only_here = False
        """Whether a parameter of a block's layer changes in this use alone."""

    @property
    def network(self) -> Network:
        """The network as the canvas shows it: a collapsed block is one layer."""
        return folded(self._document.network).network

    @property
    def whole(self) -> Network:
        """The network with every layer, those inside collapsed blocks too."""
        return self._document.network

    # --- adding ---------------------------------------------------------------------------------

    def add(self, entries: Sequence[NewLayer], slot: Slot) -> tuple[str, ...]:
        """Adds layers in `slot`, one behind the other, and returns their ids."""
        before = self.network.by_id
        text = (
            T("Add {kind}", kind=entries[0].kind.keras)
            if len(entries) == 1
            else T("Add {count} layers", count=len(entries))
        )
        self.apply(lambda network: _added(network, entries, slot), text)
        return tuple(id for id in self.network.by_id if id not in before)

    def trial(self, entries: Sequence[NewLayer], slot: Slot | None) -> Trial:
        """What adding layers in `slot` (None for on their own) would come to.

        Raises:
            BadInput: If they can't be added there.
        """
        before = self.network
        network = _added(before, entries, slot or Slot(Point(0, 0)))
        ids = tuple(id for id in network.by_id if id not in before.by_id)
        return _trial(self.whole, network, ids, told=slot is not None)

    def slot_behind_all(self, ids: Collection[str]) -> Slot:
        """Where a layer goes that is added while these are selected; a merge takes them all."""
        there = [id for id in ids if id in self.network.by_id]
        order = {id: rank for rank, id in enumerate(self.network.order)}
        last = max(there, key=lambda id: order.get(id, -1), default="")
        slot = self.slot_behind(last)
        return slot._replace(joins=tuple(there)) if len(there) > 1 else slot

    def slot_behind(self, id: str) -> Slot:
        """Where a layer goes that is added behind `id`; behind the last layer for ""."""
        network, places = self.network, places_of(self.network)
        if not network.layers:
            return Slot(Point(0, 0))
        id = folded(self._document.network).home.get(id, id)
        if id not in network.by_id:
            ends = [one for one in network.order if not network.outgoing[one]]
            id = (ends or list(network.by_id))[-1]
        following = network.outgoing[id]
        if len(following) == 1:
            return Slot(places[following[0].target], following[0])
        at = Point(places[id].x, places[id].y + ROW)
        taken = [card_rect(place) for place in places.values()]
        while any(card_rect(at).meets(other) for other in taken):
            at = Point(at.x + COLUMN, at.y)
        return Slot(at, None, id)

    # --- links ----------------------------------------------------------------------------------

    def link(self, link: Link, instead: Link | None = None) -> None:
        """Makes a link, in the place of `instead` if its end was dragged here."""
        if link != instead:
            names = _names(self.network, link)
            text = T("Connect {source} to {target}", **names)
            self.apply(lambda network: _connected(network, link, instead), text)

    def unlink(self, link: Link) -> None:
        """Takes a link away."""
        text = T("Disconnect {source} from {target}", **_names(self.network, link))
        self.apply(lambda network: edits.disconnect(network, link), text)

    def refusal(self, link: Link, instead: Link | None = None) -> Text | None:
        """Why a link can't be made; None if it can."""
        if link == instead:
            return None
        whole = self.whole
        try:
            network = _followed(whole, _connected(self.network, link, instead))
        except BadInput as error:
            return error.text
        links = folded(whole).links(link)
        refusals = (_refusal(whole, network, one.target) for one in links)
        return next((text for text in refusals if text is not None), None)

    # --- layers ---------------------------------------------------------------------------------

    def delete(self, ids: Collection[str]) -> None:
        """Takes layers away and links what stood around them."""
        apply = self.apply if self.network.by_id.keys() >= set(ids) else self.apply_whole
        apply(lambda network: edits.delete(network, ids), self.about(ids, *_DELETE))

    def next_after_deletion(self, ids: Collection[str]) -> str:
        """The layer to select once `ids` are gone: the next one down, else the one above."""
        network = self.network
        for links, end in ((network.outgoing, "target"), (network.incoming, "source")):
            for id in ids:
                for link in links.get(id, ()):
                    there: str = getattr(link, end)
                    if there not in ids and there in network.by_id:
                        return there
        return ""

    def move(self, places: Mapping[str, Point]) -> None:
        """Puts cards elsewhere."""
        if places:

            def moved(network: Network) -> Network:
                return edits.move(network, places_of(network) | dict(places))

            self.apply(moved, self.about(places, *_MOVE))

    def move_trial(self, ids: Sequence[str], slot: Slot) -> Trial | None:
        """What `move_into` would come to; None where cards can only be put down."""
        try:
            network = _moved_into(self.network, ids, slot)
        except BadInput:
            return None
        order = tuple(id for id in network.order if id in ids)
        return _trial(self.whole, network, order, told=True)

    def move_into(self, ids: Sequence[str], slot: Slot) -> None:
        """Puts layers on the slot's link, out of their chain, or connects them behind its layer."""
        self.apply(lambda network: _moved_into(network, ids, slot), self.about(ids, *_MOVE))

    def arrange(self) -> None:
        """Gives every card the place an automatic layout finds for it; says so if all have it."""
        before = self.whole
        self.apply_whole(arranged, T("Arrange automatically"))
        if self.whole is before:
            self.refused.emit(T("The cards stand where they would be put."))

    def rename(self, id: str, name: str) -> Text | None:
        """Gives a layer or a block another name; says why not where it can't."""
        whole = self._document.network
        block = next((block for block in whole.blocks if block.id == id), None)
        rename = edits.rename if block is None else rename_block
        try:
            rename(whole, id, name)
        except BadInput as error:
            return error.text
        old = whole.by_id[id].name if block is None else block.name
        text = T("Rename {old} to {new}", old=old, new=name.strip())
        self.apply_whole(lambda network: rename(network, id, name), text)
        return None

    def set_parameter(self, id: str, name: str, value: object, *, finished: bool = True) -> None:
        """Sets a parameter to a value that its declaration takes.

        Args:
            id: The layer.
            name: The parameter.
            value: Its raw value.
            finished: False while a slider is still held: all that is one step.
        """
        layer = self._document.network.by_id[id].name
        text = T("Change {parameter} of {layer}", parameter=name, layer=layer)

        def changed(network: Network) -> Network:
            if self.only_here:
                network = keep_own(network, id, name)
            return edits.set_parameter(network, id, name, value)

        self.apply_whole(changed, text, field=f"{id}.{name}")
        if finished:
            self._document.end_gesture()

    def fix(self, problem: Problem, fix: Fix) -> None:
        """Does what a problem offers."""
        self.apply_whole(lambda network: fixes.apply_fix(network, problem.node, fix), fix.text)

    # --- undo -----------------------------------------------------------------------------------

    def undo(self) -> None:
        """Takes the last edit back."""
        self.steps.undo()

    def redo(self) -> None:
        """Makes the last edit taken back again."""
        self.steps.redo()

    @property
    def undo_text(self) -> Text | None:
        """What undo would take back; None for nothing."""
        return self.steps.undo_text

    @property
    def redo_text(self) -> Text | None:
        """What redo would make again; None for nothing."""
        return self.steps.redo_text

    @property
    def history(self) -> tuple[Text, ...]:
        """What every step did, those taken back at its end."""
        return self._document.history

    @property
    def position(self) -> int:
        """How many steps of `history` are done."""
        return self._document.position

    def go_to(self, position: int) -> None:
        """Takes steps back, or makes them again, until so many are done."""
        self._document.go_to(position)

    def about(self, ids: Collection[str], one: str, many: str) -> Text:
        """One of two texts: about a `{layer}`, or about so many of them."""
        if len(ids) == 1:
            (id,) = ids
            node = self.network.by_id.get(id) or self._document.network.by_id[id]
            return T(one, layer=node.name)
        return T(many, count=len(ids))

    def apply(self, edit: Callable[[Network], Network], text: Text, *, field: str = "") -> None:
        """Makes an edit of the cards, a collapsed block being one, or says why it can't be made."""
        self.apply_whole(lambda network: through(network, edit), text, field=field)

    def apply_whole(
        self, edit: Callable[[Network], Network], text: Text, *, field: str = ""
    ) -> None:
        """Makes an edit of all layers, or says why it can't; see ``Document.apply_network``."""
        try:
            self._document.apply_network(edit, text, field=field)
        except BadInput as error:
            self.refused.emit(error.text)


_DELETE = (T("Delete {layer}").id, T("Delete {count} layers").id)
_MOVE = (T("Move {layer}").id, T("Move {count} layers").id)


def _added(network: Network, entries: Sequence[NewLayer], slot: Slot) -> Network:
    after: tuple[str, ...] = (slot.after,) if slot.after else ()
    if slot.joins and entries[0].kind.merges:
        after = slot.joins
    return add_chain(network, entries, slot.at, link=slot.link, after=after)


def _moved_into(network: Network, ids: Sequence[str], slot: Slot) -> Network:
    network = edits.move(network, places_of(network))
    if slot.link is not None:
        return move_onto(network, ids, slot.link)
    ends = ends_of(network, ids)
    if ends is None:
        raise BadInput(T("Only layers with one way in can be put behind another."))
    x, y = network.by_id[ends[0]].position
    dx, dy = slot.at.x - x, slot.at.y - y
    there = {id: network.by_id[id].position for id in ids}
    network = edits.move(network, {id: Point(at[0] + dx, at[1] + dy) for id, at in there.items()})
    return edits.connect(network, slot.after, ends[0])


def _connected(network: Network, link: Link, instead: Link | None) -> Network:
    if instead is not None:
        if (link.target, link.slot) == (instead.target, instead.slot):
            kept = tuple(k for k in network.links if k != instead)
            network = replace(network, links=kept)
        else:
            network = edits.disconnect(network, instead)
    return edits.connect(network, link.source, link.target, link.slot)


def _names(network: Network, link: Link) -> dict[str, str]:
    """What stands at the ends of a link."""
    ends = {"source": link.source, "target": link.target}
    nodes = network.by_id
    return {end: nodes[id].name if id in nodes else id for end, id in ends.items()}


def _refusal(before: Network, network: Network, target: str) -> Text | None:
    """What is wrong with a layer of `network` that wasn't `before`."""
    analysis = analyse(network)
    if target in analysis.nodes:
        return None
    sources = {k.source for k in network.incoming[target]}
    if not sources <= analysis.nodes.keys():
        return None  # a layer above has an error of its own; this one isn't to blame
    spec = network.by_id[target].spec
    if spec is None or len(network.incoming[target]) < spec.inputs[0]:
        return None
    known = analyse(before).problems_of(target)
    new = [p for p in analysis.problems_of(target) if p not in known]
    return new[0].text if new else None


def _trial(before: Network, network: Network, ids: tuple[str, ...], *, told: bool) -> Trial:
    """What an edit of cards that gave `network` would come to."""
    whole = _followed(before, network)
    seen, analysis = folded(whole).network, analyse(whole)
    return Trial(
        seen, analysis, ids, notes_of(analyse(before), seen, analysis, ids) if told else ()
    )


def _followed(before: Network, network: Network) -> Network:
    """The whole network once an edit of cards gave `network`."""
    return follow(before, folded(before).unfolded(network))


def notes_of(
    old: Analysis, network: Network, analysis: Analysis, ids: Sequence[str]
) -> tuple[Text, ...]:
    """Between what new cards would stand, and what they would change.

    Args:
        old: What the whole network comes to without them.
        network: The network with them, as the canvas would show it.
        analysis: What the whole network then comes to.
        ids: The new cards.
    """
    links = [k for id in ids for k in network.incoming[id] if k.source not in ids]
    above = list(dict.fromkeys(network.by_id[k.source].name for k in links))
    below = [network.by_id[k.target].name for k in network.outgoing[ids[-1]]]
    notes = []
    if len(above) > 1:
        notes.append(T("takes {names} together", names=", ".join(above)))
    elif above and below:
        notes.append(T("between {above} and {below}", above=above[0], below=below[0]))
    elif above:
        notes.append(T("after {above}", above=above[0]))
    known = [(p.node, p.text) for p in old.errors]
    new_errors = [p for p in analysis.errors if (p.node, p.text) not in known]
    if new_errors:
        return (*notes, new_errors[0].text)
    whole = analysis.network
    block = next((block for block in whole.blocks if block.id == ids[-1]), None)
    out = analysis.nodes.get(exit_of(whole, block) if block else ids[-1])
    if out is not None:
        notes.append(_shape_note(old, analysis, ids, out.output))
        notes.append(_cost_note(old, analysis))
    return tuple(notes)


def _cost_note(old: Analysis, new: Analysis) -> Text:
    added = new.total_params - old.total_params
    trained = new.trainable_params - old.trainable_params
    if added == 0:
        return T("As many parameters as before")
    if added != trained:
        return T("{count:+,} parameters ({trained:+,} trainable)", count=added, trained=trained)
    return T("{count:+,} parameters", count=added)


def _shape_note(old: Analysis, new: Analysis, ids: Sequence[str], output: Shape) -> Text:
    changed = [
        one
        for one, facts in old.nodes.items()
        if one not in ids and one in new.nodes and new.nodes[one].output != facts.output
    ]
    if not changed:
        return T("The other shapes stay")
    return TN(
        "It gives {shape}; {count} layer below changes its shape",
        "It gives {shape}; {count} layers below change their shape",
        len(changed),
        shape=show_shape(output),
    )
