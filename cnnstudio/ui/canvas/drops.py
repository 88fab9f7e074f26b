"""Gestures that drop cards: a new one from the palette, or those that are there already.

Over a link the chain opens where they would land, with a note of what that would change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt

from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.network import Link
from cnnstudio.core.quick_entry import NewLayer
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.cards import CardItem
from cnnstudio.ui.canvas.editor import Trial
from cnnstudio.ui.canvas.faces import Face, faces_of
from cnnstudio.ui.canvas.geometry import (
    CARD_HEIGHT,
    CARD_WIDTH,
    Point,
    Slot,
    aligned,
    bounds,
    card_rect,
    slot_at,
)
from cnnstudio.ui.canvas.gestures import DRAG_DISTANCE, Gesture
from cnnstudio.ui.canvas.layout import places_of
from cnnstudio.ui.canvas.links import NOTE_WIDTH
from cnnstudio.ui.canvas.routing import routes
from cnnstudio.ui.canvas.scene import Outcome

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

_GRIP = Point(0.6, 0.8)  # where on its card the pointer holds a ghost
_MORE = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class OpenSlot:
    """Shows where a drop would land: the chain open there, and a note beside it.

    Args:
        view: The canvas.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view, self._scene = view, view.network_scene
        self._places: dict[str, Point] = {}
        self._outcome: Outcome | None = None

    def show(self, slot: Slot, trial: Trial) -> Slot:
        """Marks the slot and says what a drop would do; `carry` then opens the chain.

        Args:
            slot: Where.
            trial: What it would come to; its `ids` are what is dropped.

        Returns:
            The slot with the place the card would take.
        """
        scene, words = self._scene, self._view.words
        places = places_of(trial.network)
        room = bounds(card_rect(places[id]) for id in trial.ids)
        assert room is not None
        self._places = {id: at for id, at in places.items() if id in scene.places}
        paths = routes(trial.network.links, places, scene.ports)
        new = frozenset(k for k in paths if (k.source in trial.ids) != (k.target in trial.ids))
        self._outcome = Outcome(paths, new)
        scene.slot.show_rect(room)
        title = T("Insert here") if slot.link else T("Connect here")
        lines = "\n".join(words(note) for note in trial.notes)
        scene.note.say(self._beside(Point(room.x, room.y)), words(title), lines)
        return slot._replace(at=Point(room.x, room.y))

    def carry(self, carried: Mapping[str, Point]) -> None:
        """Shows the cards as a drop would leave them; `carried` ones follow the pointer."""
        places = {**self._places, **carried}
        self._scene.preview(places, moving=bool(carried), outcome=self._outcome)

    def hide(self) -> None:
        """Closes it again."""
        self._scene.slot.hide()
        self._scene.note.hide()

    def _beside(self, slot: Point) -> Point:
        """Where the note stands: right of the slot, or left of it where there is no room."""
        seen, width = self._view.visible_area(), NOTE_WIDTH / self._view.zoom
        right = slot.x + CARD_WIDTH + 24
        if right + width > seen.right and slot.x - width - 60 > seen.x:
            right = slot.x - width - 60
        return Point(min(right, seen.right - width - 12), slot.y - 16)


def _joins(slot: Slot | None) -> tuple[Link | None, str] | None:
    """What a slot would connect to, wherever its card stands."""
    return (slot.link, slot.after) if slot is not None else None


class PressCard(Gesture):
    """A click on a card, or the start of moving it with all that is selected.

    Dropped on a link, cards with one way in and one way out are taken out of their chain and
    inserted there; one that nothing feeds yet, dropped below an end, is connected. With Alt the
    cards are only moved, and to any place.
    """

    def __init__(
        self, view: CanvasView, id: str, at: QPoint, modifiers: Qt.KeyboardModifier
    ) -> None:
        super().__init__(view)
        self._id, self._start = id, at
        self._moving = False
        self._places = self.scene.places
        self._open = OpenSlot(view)
        self._slot: Slot | None = None
        if modifiers & _MORE:
            view.selection.toggle(id)
        elif id in view.selection.ids:
            view.selection.add(id)
        else:
            view.selection.choose([id])

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        if not self._moving and (at - self._start).manhattanLength() < DRAG_DISTANCE:
            return
        ids = self.view.selection.ids
        if not ids:
            return
        if not self._moving:
            self._moving = True
            for id in ids:
                self.scene.cards[id].show_look(dragged=True)
        freely = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        self._places = self._moved(at, ids, freely=freely)
        slot = None if freely else self._slot_at(self.view.to_canvas(at), ids)
        if _joins(slot) != _joins(self._slot):
            trial = self.view.editor.move_trial(ids, slot) if slot else None
            self._open.hide()
            self._slot = self._open.show(slot, trial) if slot and trial else None
        if self._slot is not None:
            self._open.carry({id: self._places[id] for id in ids})
        else:
            self.scene.preview(self._places, moving=True)

    def _slot_at(self, p: Point, ids: tuple[str, ...]) -> Slot | None:
        """Where the cards would join the network; None where they would just be put down."""
        if self._slot is not None and card_rect(self._slot.at).grown(8).holds(p):
            return self._slot
        group, network = set(ids), self.scene.network
        paths = {
            link: path
            for link, path in self.scene.paths.items()
            if link.source not in group and link.target not in group
        }
        fed = any(k.source not in group for id in ids for k in network.incoming[id])
        ends = [id for id in network.by_id if not (fed or id in group or network.outgoing[id])]
        return slot_at(p, paths, self.scene.places, ends)

    def _moved(self, at: QPoint, ids: tuple[str, ...], *, freely: bool) -> dict[str, Point]:
        a, b = self.view.to_canvas(self._start), self.view.to_canvas(at)
        lead = self._id if self._id in ids else ids[-1]
        home = self.scene.places
        place = Point(home[lead].x + b.x - a.x, home[lead].y + b.y - a.y)
        if not freely:
            group = set(ids)
            place = aligned(place, [p for id, p in home.items() if id not in group])
        dx, dy = place.x - home[lead].x, place.y - home[lead].y
        moved = dict(home)
        for id in ids:
            moved[id] = Point(home[id].x + dx, home[id].y + dy)
        return moved

    def finish(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        if self._moving:
            ids = self.view.selection.ids
            self._open.hide()
            if self._slot is not None:
                self.view.editor.move_into(ids, self._slot)
            else:
                self.view.editor.move({id: self._places[id] for id in ids})
            self.scene.end_preview()
        elif not modifiers & _MORE:
            self.view.selection.choose([self._id])
            self._ask(at)

    def _ask(self, at: QPoint) -> None:
        """A click on a number asks where it comes from."""
        card = self.scene.cards[self._id]
        inside = card.mapFromScene(QPointF(*self.view.to_canvas(at)))
        if card.shape_area.adjusted(-4, -4, 4, 3).contains(inside):
            self.view.asked.emit(self._id, "shape")
        elif card.count_area.adjusted(-4, -3, 4, 4).contains(inside):
            self.view.asked.emit(self._id, "parameters")

    def cancel(self) -> None:
        self._open.hide()
        self.scene.end_preview()


class Drop(Gesture):
    """Brings a card from the palette: a live ghost, and the slot it would fill.

    Args:
        view: The canvas.
    """

    cursor = Qt.CursorShape.ClosedHandCursor
    joins = True
    """Whether it takes something in, so that it joins what it is dropped on."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.slot: Slot | None = None
        self._open = OpenSlot(view)
        self._ghost: CardItem | None = None
        network = self.scene.network
        self._ends = [id for id in network.by_id if not network.outgoing[id]]

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        if not self.view.viewport().rect().contains(at):
            self._leave()
            return
        p = self.view.to_canvas(at)
        slot = self._slot(p)
        if _joins(slot) != _joins(self.slot) or self._ghost is None:
            self.slot = slot
            self._try(slot)
        if self._ghost is not None:
            self._ghost.setPos(p.x - CARD_WIDTH * _GRIP.x, p.y - CARD_HEIGHT * _GRIP.y)

    def _slot(self, p: Point) -> Slot | None:
        if self.slot is not None and card_rect(self.slot.at).grown(8).holds(p):
            return self.slot
        if not self.joins:
            return None
        return slot_at(p, self.scene.paths, self.scene.places, self._ends)

    def _try(self, slot: Slot | None) -> None:
        """Makes room, and says what a drop would do."""
        trial = self.trial(slot)
        face = self.face(trial)
        face = replace(face, count=f"+{face.count}" if face.count else "")
        if self._ghost is None:
            self._ghost = CardItem(face, self.view.context.theme)
            self._ghost.show_look(dragged=True)
            self._ghost.setZValue(5)
            self.scene.addItem(self._ghost)
        self._ghost.show_face(face)
        if slot is None:
            self._open.hide()
            self.scene.preview(self.scene.places)
        else:
            self.slot = self._open.show(slot, trial)
            self._open.carry({})

    def _leave(self) -> None:
        self.slot = None
        if self._ghost is not None:
            self.scene.removeItem(self._ghost)
            self._ghost = None
        self._open.hide()
        self.scene.end_preview()

    def finish(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        inside = self.view.viewport().rect().contains(at)
        slot, p = self.slot, self.view.to_canvas(at)
        self._leave()
        if inside:
            place = (
                slot.at
                if slot
                else aligned(
                    Point(p.x - CARD_WIDTH * _GRIP.x, p.y - CARD_HEIGHT * _GRIP.y),
                    self.scene.places.values(),
                )
            )
            self.add(slot or Slot(place))

    def cancel(self) -> None:
        self._leave()

    def trial(self, slot: Slot | None) -> Trial:
        """What a drop in `slot` would come to; None is on its own."""
        raise NotImplementedError

    def face(self, trial: Trial) -> Face:
        """What the card would say."""
        raise NotImplementedError

    def add(self, slot: Slot) -> None:
        """Makes the drop."""
        raise NotImplementedError


class DropLayer(Drop):
    """Brings a layer.

    Args:
        view: The canvas.
        kind: The kind of the new layer.
    """

    def __init__(self, view: CanvasView, kind: LayerKind) -> None:
        super().__init__(view)
        self.kind = kind
        self.joins = kind.inputs != (0, 0)

    def trial(self, slot: Slot | None) -> Trial:
        return self.view.editor.trial((NewLayer(self.kind),), slot)

    def face(self, trial: Trial) -> Face:
        (id,) = trial.ids
        return faces_of(trial.network, trial.analysis, {}, only=id)[id]

    def add(self, slot: Slot) -> None:
        self.view.add_layer(self.kind, slot)
