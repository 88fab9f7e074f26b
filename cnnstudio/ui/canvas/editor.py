"""What the canvas can do to a network: each method is one edit of the document, one undo step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from cnnstudio.core import edits, fixes
from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.spec import Fix, LayerKind
from cnnstudio.core.network import Link, Network
from cnnstudio.core.problems import Problem
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.canvas.geometry import COLUMN, ROW, Point, Slot, card_rect
from cnnstudio.ui.canvas.layout import places_of


@dataclass(frozen=True, slots=True)
class Trial:
    """What adding a layer would come to.

    Attributes:
        network: The network with it.
        analysis: What that comes to.
        id: The new layer.
        notes: Its neighbours and what it costs, one line each.
    """

    network: Network
    analysis: Analysis
    id: str
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

    # --- adding ---------------------------------------------------------------------------------

    def add(self, kind: LayerKind, slot: Slot) -> str:
        """Adds a layer in `slot` and returns its id."""
        id = self.network.free_id()
        self._apply(lambda network: _added(network, kind, slot), T("Add {kind}", kind=kind.keras))
        return id

    def trial(self, kind: LayerKind, slot: Slot | None) -> Trial:
        """What adding a layer in `slot` (None for on its own) would come to."""
        before, id = self.network, self.network.free_id()
        network = _added(before, kind, slot or Slot(Point(0, 0)))
        analysis = analyse(network)
        notes = _notes(before, network, analysis, id) if slot else ()
        return Trial(network, analysis, id, notes)

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
            self._apply(lambda network: _connected(network, link, instead), text)

    def unlink(self, link: Link) -> None:
        """Takes a link away."""
        text = T("Disconnect {source} from {target}", **self._names(link))
        self._apply(lambda network: edits.disconnect(network, link), text)

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
        self._apply(lambda network: edits.delete(network, ids), self._about(ids, *_DELETE))

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

            self._apply(moved, self._about(places, *_MOVE))

    def arrange(self) -> None:
        """Gives every card the place an automatic layout finds for it."""
        self._apply(edits.lay_out, T("Arrange automatically"))

    def rename(self, id: str, name: str) -> Text | None:
        """Gives a layer another name; says why not where it can't."""
        try:
            edits.rename(self.network, id, name)
        except BadInput as error:
            return error.text
        text = T("Rename {old} to {new}", old=self.network.by_id[id].name, new=name.strip())
        self._apply(lambda network: edits.rename(network, id, name), text)
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
        self._apply(
            lambda network: edits.set_parameter(network, id, name, value),
            text,
            field=f"{id}.{name}",
        )
        if finished:
            self._document.end_gesture()

    def fix(self, problem: Problem, fix: Fix) -> None:
        """Does what a problem offers."""
        self._apply(lambda network: fixes.apply_fix(network, problem.node, fix), fix.text)

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

    def _about(self, ids: Collection[str], one: str, many: str) -> Text:
        if len(ids) == 1:
            return T(one, layer=self.network.by_id[next(iter(ids))].name)
        return T(many, count=len(ids))

    def _apply(self, edit: Callable[[Network], Network], text: Text, *, field: str = "") -> None:
        try:
            self._document.apply_network(edit, text, field=field)
        except BadInput as error:
            self.refused.emit(error.text)


_DELETE = (T("Delete {layer}").id, T("Delete {count} layers").id)
_MOVE = (T("Move {layer}").id, T("Move {count} layers").id)


def _added(network: Network, kind: LayerKind, slot: Slot) -> Network:
    takes_input = kind.inputs[1] != 0
    if slot.link is not None and takes_input:
        return edits.insert(network, slot.link, kind.id)
    network = edits.add(network, kind.id, slot.at)
    if slot.after and takes_input:
        network = edits.connect(network, slot.after, network.layers[-1].id)
    return network


def _connected(network: Network, link: Link, instead: Link | None) -> Network:
    if instead is not None:
        if (link.target, link.slot) == (instead.target, instead.slot):
            kept = tuple(k for k in network.links if k != instead)
            network = replace(network, links=kept)
        else:
            network = edits.disconnect(network, instead)
    return edits.connect(network, link.source, link.target, link.slot)


def _notes(before: Network, network: Network, analysis: Analysis, id: str) -> tuple[Text, ...]:
    """Between what the new layer would stand, and what it would change."""
    above = [network.by_id[k.source].name for k in network.incoming[id]]
    below = [network.by_id[k.target].name for k in network.outgoing[id]]
    notes = []
    if above and below:
        notes.append(T("between {above} and {below}", above=above[0], below=below[0]))
    elif above:
        notes.append(T("after {above}", above=above[0]))
    old = analyse(before)
    new_errors = [p for p in analysis.errors if p not in old.errors]
    facts = analysis.nodes.get(id)
    if new_errors:
        return (*notes, new_errors[0].text)
    if facts is not None:
        notes.append(_shape_note(old, analysis, id))
        added = analysis.total_params - old.total_params
        trained = analysis.trainable_params - old.trainable_params
        if added and added != trained:
            notes.append(
                T("{count:+,} parameters ({trained:+,} trainable)", count=added, trained=trained)
            )
        elif added:
            notes.append(T("{count:+,} parameters", count=added))
        else:
            notes.append(T("No parameters more or less"))
    return tuple(notes)


def _shape_note(old: Analysis, new: Analysis, id: str) -> Text:
    changed = [one for one, facts in old.nodes.items() if new.nodes[one].output != facts.output]
    if not changed:
        return T("The other shapes stay")
    return TN(
        "It gives {shape}; {count} layer below changes its shape",
        "It gives {shape}; {count} layers below change their shape",
        len(changed),
        shape=show_shape(new.nodes[id].output),
    )
