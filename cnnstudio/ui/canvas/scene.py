"""The scene: a picture of a network and its analysis, brought up to date by `sync`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QRectF, QVariantAnimation, Signal
from PySide6.QtWidgets import QGraphicsScene

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.blocks.folding import folded
from cnnstudio.core.network import Link, Network
from cnnstudio.ui.canvas.blocks import Frames, block_faces, block_spoken, block_tooltip
from cnnstudio.ui.canvas.brackets import (
    CLASSIFIER,
    FEATURE_EXTRACTOR,
    BracketItem,
    Sections,
    sections,
)
from cnnstudio.ui.canvas.cards import FULL, MARK_HIT, CardItem
from cnnstudio.ui.canvas.faces import Face, faces_of, spoken, tooltip
from cnnstudio.ui.canvas.geometry import (
    LINK_HIT,
    PORT_HIT,
    Path,
    Point,
    Port,
    Rect,
    bounds,
    card_at,
    card_rect,
    cards_near,
    distance,
    nearest_port,
    path_bounds,
    path_moved,
)
from cnnstudio.ui.canvas.layout import places_of
from cnnstudio.ui.canvas.links import DraftLink, LinkItem, NoteItem, SlotItem
from cnnstudio.ui.canvas.routing import routes
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.theme.tokens import CANVAS_MOTION_MS
from cnnstudio.ui.widgets.context import Context

_MOST_ANIMATED = 200
"""How many cards, or links, are led to their place in every frame."""


class Outcome(NamedTuple):
    """The links there would be after a drop.

    Attributes:
        paths: Every link with its path.
        new: Those of them that what is dropped would have.
    """

    paths: dict[Link, Path]
    new: frozenset[Link]


class NetworkScene(QGraphicsScene):
    """Shows what it is given; gestures ask it what lies where and preview on it.

    Args:
        context: Theme and language.
        selection: What is selected; its ring follows.

    Attributes:
        network: The network shown: a card for each of its layers.
        folded: It with the blocks that are collapsed in it.
        frames: The frames of the open blocks.
        places: Where each card stands, previews left out.
        paths: Every link's path, previews left out.
        ports: How many input ports each layer shows.
    """

    synced = Signal()
    """The scene shows another network, or the same one in another language."""

    def __init__(
        self, context: Context, selection: Selection, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._selection = selection
        self.network = Network()
        self.folded = folded(self.network)
        self._analysis = analyse(self.network)
        self.places: dict[str, Point] = {}
        self.paths: dict[Link, Path] = {}
        self.ports: dict[str, int] = {}
        self._boxes: dict[Link, Rect] = {}
        self._content: Rect | None = None
        self._standing: tuple[object, ...] = ()
        self.cards: dict[str, CardItem] = {}
        self.links: dict[Link, LinkItem] = {}
        self._faces: dict[str, Face] = {}
        self._by_learning = False
        self._shown: dict[str, Point] = {}
        self._outcome: Outcome | None = None
        self._hover_card: str | None = None
        self._hover_link: Link | None = None
        self._labelled = True
        self._hot: set[Link] = set()
        self._drawn: Mapping[Link, Path] = self.paths
        self._sections: Sections | None = None
        self._bracketed: tuple[object, ...] = ()
        self._brackets = (
            BracketItem(FEATURE_EXTRACTOR, context),
            BracketItem(CLASSIFIER, context),
        )
        self.frames = Frames(context.theme)
        self.slot, self.draft = SlotItem(context.theme), DraftLink(context.theme)
        self.note = NoteItem(context.theme)
        for item in (*self._brackets, self.slot, self.draft, self.note):
            self.addItem(item)
        self.draft.hide()
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._step)
        self._from: dict[str, Point] = {}
        self._to: dict[str, Point] = {}
        selection.changed.connect(self._ring)
        context.theme.changed.connect(self.update)

    # --- the network ----------------------------------------------------------------------------

    def sync(self, network: Network, analysis: Analysis) -> None:
        """Shows `network`: adds, removes and changes only what differs from what is shown.

        Args:
            network: The whole network; a collapsed block is one card.
            analysis: What it comes to.
        """
        self.folded = folded(network)
        self.network, self._analysis, self._outcome = self.folded.network, analysis, None
        faces = faces_of(self.network, analysis, self._faces)
        show = self._context.language.show
        self._faces = faces | block_faces(self.folded, analysis, self._faces, show)
        if self._by_learning:
            self._faces = {
                id: replace(face, tint=face.learning.value) for id, face in self._faces.items()
            }
        self._sections = sections(analysis, self._sections)
        self._stand()
        self._sync_cards()
        self._sync_links()
        self._sync_frames()
        self._selection.keep(self.folded)
        self._ring()
        self._travel(self.places)
        for bracket in self._brackets:  # their words have a language
            bracket.update()
        self.synced.emit()

    def colour_by_learning(self, on: bool) -> None:
        """Colours cards by what training does with their parameters, not by their family."""
        self._by_learning = on

    def _stand(self) -> None:
        """Where everything is; a change of numbers alone leaves all of it as it was."""
        links, places = self.network.links, places_of(self.network)
        ports = {id: face.inputs for id, face in self._faces.items()}
        if (links, places, ports) == self._standing:
            return
        self._standing = (links, places, ports)
        self.places, self.ports, self.paths = places, ports, routes(links, places, ports)
        self._boxes = {k: path_bounds(path).grown(LINK_HIT) for k, path in self.paths.items()}
        self._content = bounds([*map(card_rect, places.values()), *self._boxes.values()])
        if self._content is not None:  # the room the index is made for
            self.setSceneRect(QRectF(*self._content.grown(200)))

    def face(self, id: str) -> Face:
        """What a layer's card says."""
        return self._faces[id]

    def tooltip(self, id: str) -> str:
        """What hovering over a card says."""
        if (block := self.folded.blocks.get(id)) is not None:
            return block_tooltip(self._analysis, block, self._context.language.show)
        return tooltip(self._analysis, id, self._context.language.show)

    def spoken(self, id: str) -> str:
        """A card as a screen reader reads it."""
        if (block := self.folded.blocks.get(id)) is not None:
            return block_spoken(self.folded, self._analysis, block, self._context.language.show)
        return spoken(self._analysis, id, self._context.language.show)

    def _sync_cards(self) -> None:
        for id in self.cards.keys() - self._faces.keys():
            self.removeItem(self.cards.pop(id))
            self._shown.pop(id, None)
        for id, face in self._faces.items():
            card = self.cards.get(id)
            if card is None:
                card = self.cards[id] = CardItem(face, self._context.theme)
                self._shown[id] = self.places[id]
                card.setPos(QPointF(*self.places[id]))
                self.addItem(card)
            else:
                card.show_face(face)

    def _sync_links(self) -> None:
        """One item for each link there is, or would be."""
        shown = self._outcome.paths if self._outcome else self.paths
        for link in self.links.keys() - shown.keys():
            self.removeItem(self.links.pop(link))
        for link, path in shown.items():
            if link not in self.links:
                item = self.links[link] = LinkItem(self._context.theme)
                item.show_path(path)
                self.addItem(item)

    def _sync_frames(self) -> None:
        came, went = self.frames.sync(self.folded.whole)
        for item in went:
            self.removeItem(item)
        for item in came:
            self.addItem(item)

    def _bracket(self, places: Mapping[str, Point], paths: Mapping[Link, Path]) -> None:
        """The brackets, left of all cards and links."""
        if (places, paths, self._sections) == self._bracketed:
            return
        self._bracketed = (places, paths, self._sections)
        boxes = list(self._boxes.values())
        if paths is not self.paths:
            boxes = [
                self._boxes[link]
                if path is self.paths.get(link)
                else path_bounds(path).grown(LINK_HIT)
                for link, path in paths.items()
            ]
        left = min([at.x for at in places.values()] + [box.x + LINK_HIT for box in boxes],
                   default=0.0)  # fmt: skip
        for bracket, ids in zip(self._brackets, self._sections or ((), ()), strict=True):
            cards = self.folded.cards(ids)
            rect = bounds(card_rect(places[id]) for id in cards if id in places)
            bracket.show_rect(rect, left)

    def content(self) -> Rect | None:
        """The rectangle around all cards and links; None on an empty canvas."""
        return self._content

    # --- what lies where ------------------------------------------------------------------------

    def card_at(self, p: Point) -> str | None:
        """The layer whose card is under `p`."""
        return card_at(p, self.places)

    def mark_at(self, p: Point, scale: float) -> str:
        """The layer whose mark is under `p`; "" for none, and at a zoom that draws no marks."""
        if scale < FULL:
            return ""
        for id in reversed(cards_near(p, self.places, MARK_HIT / 2)):
            card = self.cards[id]
            if card.mark_area.contains(card.mapFromScene(QPointF(*p))):
                return id
        return ""

    def port_at(self, p: Point, scale: float = 1.0) -> Port | None:
        """The port under `p`; its hit area stays 24 logical pixels at a zoom of `scale`."""
        reach = PORT_HIT / 2 / min(1.0, max(scale, 0.25))
        near = cards_near(p, self.places, reach)
        return nearest_port(p, self.all_ports(near), self.places, self.ports, reach)

    def link_at(self, p: Point) -> Link | None:
        """The link nearest to `p`, at most 8 away."""
        best, best_distance = None, LINK_HIT
        for link, (left, top, width, height) in self._boxes.items():
            if 0 <= p.x - left <= width and 0 <= p.y - top <= height:
                far = distance(self.paths[link], p)
                if far <= best_distance:
                    best, best_distance = link, far
        return best

    def all_ports(self, ids: Iterable[str]) -> list[Port]:
        """Every port of these layers."""
        return [Port(id, slot) for id in ids for slot in self.cards[id].ports]

    # --- previews -------------------------------------------------------------------------------

    def hover(self, card: str | None, link: Link | None, *, labelled: bool = True) -> None:
        """Marks what the pointer is over; a link then says what flows through it."""
        if card != self._hover_card:
            for id, on in ((self._hover_card, False), (card, True)):
                if id in self.cards:
                    self.cards[id].show_look(hover=on)
            self._hover_card = card
        if link != self._hover_link:
            self._hover_link, self._labelled = link, labelled
            self._heat()

    def preview(
        self,
        places: Mapping[str, Point],
        *,
        moving: bool = False,
        outcome: Outcome | None = None,
    ) -> None:
        """Shows the cards elsewhere for as long as a gesture lasts.

        Args:
            places: Where they stand meanwhile.
            moving: Whether they follow the pointer, without motion of their own.
            outcome: The links there would be then; None for those there are.
        """
        self._show_outcome(outcome)
        if moving:
            self._motion.stop()
            self._show(dict(places))
        else:
            self._travel(dict(places))

    def end_preview(self) -> None:
        """Everything back to where the network has it."""
        self.slot.hide()
        self.note.hide()
        self.draft.hide()
        for card in self.cards.values():
            card.show_look(dragged=False, hot_port=None, offered=())
        self._show_outcome(None)
        self._travel(self.places)

    def _show_outcome(self, outcome: Outcome | None) -> None:
        if outcome != self._outcome:
            self._outcome = outcome
            self._sync_links()
            self._heat()

    def _travel(self, places: dict[str, Point]) -> None:
        self._motion.stop()
        self._from = {id: self._shown.get(id, at) for id, at in places.items()}
        self._to = places
        still = self._context.theme.motion(CANVAS_MOTION_MS) == 0
        if still or len(places) > _MOST_ANIMATED or self._from == self._to:
            self._show(places)
        else:
            self._motion.setDuration(self._context.theme.motion(CANVAS_MOTION_MS))
            self._motion.start()

    def _step(self, t: float) -> None:
        self._show(
            {
                id: Point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t)
                for id, b in self._to.items()
                for a in (self._from[id],)
            }
        )

    def _show(self, places: dict[str, Point]) -> None:
        paths = self.paths
        if self._outcome is not None:
            paths = self._outcome.paths
        elif places != self.places:
            paths = self._led(places)
        before, self._shown = self._shown, places
        for id, card in self.cards.items():
            if before.get(id) != places[id]:
                card.setPos(QPointF(*places[id]))
        if paths is not self._drawn:
            self._drawn = paths
            for link, item in self.links.items():
                item.show_path(paths[link])
        self.frames.place(places)
        self._bracket(places, paths)

    def _led(self, places: Mapping[str, Point]) -> dict[Link, Path]:
        """Every link's path while cards stand elsewhere.

        In a large network only the links between a card that moves and one that stays are led
        anew until the drop.
        """
        if len(self.network.links) <= _MOST_ANIMATED:
            return routes(self.network.links, places, self.ports)
        by = {id: (at.x - self.places[id].x, at.y - self.places[id].y) for id, at in places.items()}
        led, rest = dict[Link, Path](), list[Link]()
        for link, path in self.paths.items():
            if by[link.source] != by[link.target]:
                rest.append(link)
            else:
                dx, dy = by[link.source]
                led[link] = path_moved(path, dx, dy) if dx or dy else path
        return led | routes(rest, places, self.ports)

    def _ring(self) -> None:
        chosen = set(self.folded.cards(self._selection.ids))
        for id, card in self.cards.items():
            card.show_look(selected=id in chosen)
        self._heat()

    def _heat(self) -> None:
        """Marks the links that are hovered, selected or new; one of those there are is labelled."""
        new = self._outcome.new if self._outcome else frozenset()
        hot = new | {link for link in (self._hover_link, self._selection.link) if link is not None}
        for link in self._hot | hot:
            if (item := self.links.get(link)) is not None:
                said = self._faces.get(link.source) if link in hot - new else None
                item.show_hot(link in hot, said.shape if said and self._labelled else "")
        self._hot = set(hot)
