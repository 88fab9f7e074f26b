"""What the canvas can do to a network: each method is one edit of the document, one undo step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from cnnstudio.core import edits, fixes
from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.chains import add_chain
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.spec import Fix
from cnnstudio.core.network import Link, Network
from cnnstudio.core.problems import Problem
from cnnstudio.core.quick_entry import NewLayer
from cnnstudio.core.segments import ends_of, move_onto
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.canvas.geometry import COLUMN, ROW, Point, Slot, card_rect
from cnnstudio.ui.canvas.layout import places_of


@dataclass(frozen=True, slots=True)
class Trial:
    """What adding layers would come to.

    Attributes:
        network: The network with it.
        analysis: What that comes to.
        ids: The new layers.
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
    """

    refused = Signal(object)
    """A Text that says why an edit can't be done."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document

    @property
    def network(self) -> Network:
        """The network as it is now."""
        return self._document.network

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
        analysis = analyse(network)
        return Trial(network, analysis, ids, _notes(before, network, analysis, ids) if slot else ())

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
            names = self._names(link)
            text = T("Connect {source} to {target}", **names)
            self.apply(lambda network: _connected(network, link, instead), text)

    def unlink(self, link: Link) -> None:
        """Takes a link away."""
        text = T("Disconnect {source} from {target}", **self._names(link))
        self.apply(lambda network: edits.disconnect(network, link), text)

    def refusal(self, link: Link, instead: Link | None = None) -> Text | None:
        """Why a link can't be made; None if it can."""
        if link == instead:
            return None
        try:
            network = _connected(self.network, link, instead)
        except BadInput as error:
            return error.text
        analysis = analyse(network)
        if link.target in analysis.nodes:
            return None
        sources = {k.source for k in network.incoming[link.target]}
        if not sources <= analysis.nodes.keys():
            return None  # a layer above has an error of its own; this one isn't to blame
        spec = network.by_id[link.target].spec
        if spec is None or len(network.incoming[link.target]) < spec.inputs[0]:
            return None
        known = analyse(self.network).problems_of(link.target)
        new = [p for p in analysis.problems_of(link.target) if p not in known]
        return new[0].text if new else None

    def _names(self, link: Link) -> dict[str, str]:
        nodes = self.network.by_id
        return {
            "source": nodes[link.source].name if link.source in nodes else link.source,
            "target": nodes[link.target].name if link.target in nodes else link.target,
        }

    # --- layers ---------------------------------------------------------------------------------

    def delete(self, ids: Collection[str]) -> None:
        """Takes layers away and links what stood around them."""
        self.apply(lambda network: edits.delete(network, ids), self.about(ids, *_DELETE))

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
        analysis = analyse(network)
        order = tuple(id for id in network.order if id in ids)
        return Trial(network, analysis, order, _notes(self.network, network, analysis, order))

    def move_into(self, ids: Sequence[str], slot: Slot) -> None:
        """Puts layers on the slot's link, out of their chain, or connects them behind its layer."""
        self.apply(lambda network: _moved_into(network, ids, slot), self.about(ids, *_MOVE))

    def arrange(self) -> None:
        """Gives every card the place an automatic layout finds for it."""
        self.apply(edits.lay_out, T("Arrange automatically"))

    def rename(self, id: str, name: str) -> Text | None:
        """Gives a layer another name; says why not where it can't."""
        try:
            edits.rename(self.network, id, name)
        except BadInput as error:
            return error.text
        text = T("Rename {old} to {new}", old=self.network.by_id[id].name, new=name.strip())
        self.apply(lambda network: edits.rename(network, id, name), text)
        return None

    def set_parameter(self, id: str, name: str, value: object, *, finished: bool = True) -> None:
        """Sets a parameter to a value that its declaration takes.

        Args:
            id: The layer.
            name: The parameter.
            value: Its raw value.
            finished: False while a slider is still held: all that is one step.
        """
        text = T("Change {parameter} of {layer}", parameter=name, layer=self.network.by_id[id].name)
        self.apply(
            lambda network: edits.set_parameter(network, id, name, value),
            text,
            field=f"{id}.{name}",
        )
        if finished:
            self._document.end_gesture()

    def fix(self, problem: Problem, fix: Fix) -> None:
        """Does what a problem offers."""
        self.apply(lambda network: fixes.apply_fix(network, problem.node, fix), fix.text)

    # --- undo -----------------------------------------------------------------------------------

    def undo(self) -> None:
        """Takes the last edit back."""
        self._document.undo()

    def redo(self) -> None:
        """Makes the last edit taken back again."""
        self._document.redo()

    @property
    def undo_text(self) -> Text | None:
        """What undo would take back; None for nothing."""
        return self._document.undo_text

    @property
    def redo_text(self) -> Text | None:
        """What redo would make again; None for nothing."""
        return self._document.redo_text

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
            return T(one, layer=self.network.by_id[next(iter(ids))].name)
        return T(many, count=len(ids))

    def apply_whole(self, edit: Callable[[Network], Network], text: Text) -> None:
        """Makes an edit of all layers, or says why it can't be made."""
        self.apply(edit, text)

    def apply(self, edit: Callable[[Network], Network], text: Text, *, field: str = "") -> None:
        """Makes an edit, or says why it can't be made; see ``Document.apply_network``."""
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


def _notes(
    before: Network, network: Network, analysis: Analysis, ids: Sequence[str]
) -> tuple[Text, ...]:
    """Between what the new layers would stand, and what they would change."""
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
    old = analyse(before)
    known = [(p.node, p.text) for p in old.errors]
    new_errors = [p for p in analysis.errors if (p.node, p.text) not in known]
    if new_errors:
        return (*notes, new_errors[0].text)
    if ids[-1] in analysis.nodes:
        notes.append(_shape_note(old, analysis, ids))
        notes.append(_cost_note(old, analysis))
    return tuple(notes)


def _cost_note(old: Analysis, new: Analysis) -> Text:
    added = new.total_params - old.total_params
    trained = new.trainable_params - old.trainable_params
    if added == 0:
        return T("No parameters more or less")
    if added != trained:
        return T("{count:+,} parameters ({trained:+,} trainable)", count=added, trained=trained)
    return T("{count:+,} parameters", count=added)


def _shape_note(old: Analysis, new: Analysis, ids: Sequence[str]) -> Text:
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
        shape=show_shape(new.nodes[ids[-1]].output),
    )
