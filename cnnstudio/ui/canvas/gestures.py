"""Gestures: one class each, from the press to the release, ending in at most one edit.

A gesture previews on the scene and touches the document only in `finish`; `cancel` leaves
everything as it was.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QRubberBand

from cnnstudio.core.network import Link
from cnnstudio.core.text import Text
from cnnstudio.ui.canvas.geometry import (
    CARD_WIDTH,
    SNAP,
    Point,
    Port,
    Rect,
    Slot,
    aligned,
    card_rect,
    direct,
    nearest_port,
    port_place,
)

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

DRAG_DISTANCE = 4
_OFFERED = 5
_GRIP = Point(0.6, 0.8)  # where on its card the pointer holds a ghost


class Gesture:
    """What the pointer does from a press to its release.

    Args:
        view: The canvas it happens on.
    """

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.scene = view.network_scene

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer moved to `at` (viewport pixels)."""

    def finish(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """The button was released at `at`."""

    def cancel(self) -> None:
        """Esc, or the window lost the pointer: as if it had never begun."""


class Pan(Gesture):
    """Moves the canvas under the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: CanvasView, at: QPoint) -> None:
        super().__init__(view)
        self._last = at

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        self.view.pan_by(at - self._last)
        self._last = at


class RubberBand(Gesture):
    """Selects every card the rectangle touches; Shift adds to what is selected."""

    def __init__(self, view: CanvasView, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(view)
        self._start = at
        self._before = view.selection.ids
        self._kept = self._before if modifiers & Qt.KeyboardModifier.ShiftModifier else ()
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, view.viewport())
        view.selection.choose(self._kept)

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        area = QRectF(QPointF(self._start), QPointF(at)).normalized()
        self._band.setGeometry(area.toRect())
        self._band.show()
        a, b = (
            self.view.to_canvas(area.topLeft().toPoint()),
            self.view.to_canvas(area.bottomRight().toPoint()),
        )
        band = Rect(a.x, a.y, b.x - a.x, b.y - a.y)
        touched = [id for id, at in self.scene.places.items() if card_rect(at).meets(band)]
        self.view.selection.choose((*self._kept, *touched))

    def finish(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        self._band.deleteLater()

    def cancel(self) -> None:
        self._band.deleteLater()
        self.view.selection.choose(self._before)


class PressMark(Gesture):
    """A click on the mark of a card asks what is wrong with it."""

    cursor = Qt.CursorShape.PointingHandCursor

    def __init__(self, view: CanvasView, id: str) -> None:
        super().__init__(view)
        self._id = id
        view.selection.choose([id])

    def finish(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        if self.scene.mark_at(self.view.to_canvas(at), self.view.zoom) == self._id:
            self.view.problems_asked.emit(self._id)


class PressLink(Gesture):
    """A click on a link selects it; a drag near one of its ends takes that end along."""

    def __init__(self, view: CanvasView, link: Link, at: QPoint) -> None:
        super().__init__(view)
        self._link, self._start = link, at
        self._draw: DrawLink | None = None
        view.selection.choose_link(link)

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        if self._draw is None and (at - self._start).manhattanLength() >= DRAG_DISTANCE:
            path = self.scene.paths[self._link]
            p = self.view.to_canvas(self._start)
            from_source = math.dist(p, path[0].start) < math.dist(p, path[-1].end)
            self._draw = DrawLink(self.view, self._fixed_end(from_source), self._link)
        if self._draw is not None:
            self._draw.move(at, modifiers)

    def _fixed_end(self, source_moves: bool) -> Port:
        link = self._link
        return Port(link.target, link.slot) if source_moves else Port(link.source, -1)

    def finish(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        if self._draw is not None:
            self._draw.finish(at, modifiers)

    def cancel(self) -> None:
        if self._draw is not None:
            self._draw.cancel()


class DrawLink(Gesture):
    """Draws a link from a port to one that takes it.

    Args:
        view: The canvas.
        start: The end that stays.
        instead: The link whose other end is being moved; None for a new one.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, start: Port, instead: Link | None = None) -> None:
        super().__init__(view)
        self._start, self._instead = start, instead
        self._target: Port | None = None
        self._refusal: Text | None = None
        scene = self.scene
        self._candidates = [
            port
            for port in scene.all_ports(scene.places)
            if port.is_output != start.is_output and port.layer != start.layer
        ]
        self._answers: dict[Port, Text | None] = {}
        if instead is not None:
            scene.links[instead].hide()

    def move(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        scene, p = self.scene, self.view.to_canvas(at)
        self._target = self._port_near(p)
        self._refusal = self._ask(self._target) if self._target else None
        end = port_place(self._target, scene.places, scene.ports) if self._target else p
        start = port_place(self._start, scene.places, scene.ports)
        path = direct(start, end) if self._start.is_output else direct(end, start)
        scene.draft.show_path(path, self._refusal is not None)
        scene.draft.show()
        offered = self._offered(p)
        for id, card in scene.cards.items():
            slots = tuple(port.slot for port in offered if port.layer == id)
            hot = self._target is not None and self._target.layer == id and not self._refusal
            card.show_look(hot_port=self._target.slot if hot and self._target else None,
                           offered=slots)  # fmt: skip
        if self._refusal is not None:
            step = 14 / self.view.zoom
            scene.note.say(
                Point(p.x + step, p.y + step), self.view.words(self._refusal), danger=True
            )
        else:
            scene.note.hide()

    def _port_near(self, p: Point) -> Port | None:
        scene = self.scene
        port = nearest_port(p, self._candidates, scene.places, scene.ports, SNAP)
        if port is None and (id := scene.card_at(p)) is not None:
            of_card = [c for c in self._candidates if c.layer == id]
            port = nearest_port(p, of_card, scene.places, scene.ports, CARD_WIDTH)
        return port

    def _ask(self, port: Port) -> Text | None:
        """Why `port` can't take the link; None if it can."""
        if port not in self._answers:
            self._answers[port] = self.view.editor.refusal(self._link_to(port), self._instead)
        return self._answers[port]

    def _link_to(self, port: Port) -> Link:
        if self._start.is_output:
            return Link(self._start.layer, port.layer, port.slot)
        return Link(port.layer, self._start.layer, self._start.slot)

    def _offered(self, p: Point) -> list[Port]:
        """The nearest ports that would take the link."""
        scene = self.scene
        near = sorted(
            self._candidates,
            key=lambda port: math.dist(p, port_place(port, scene.places, scene.ports)),
        )
        return [port for port in near[:_OFFERED] if self._ask(port) is None]

    def finish(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        target, refused = self._target, self._refusal is not None
        self.cancel()
        if target is not None and not refused:
            self.view.editor.link(self._link_to(target), self._instead)
        elif target is None and self._instead is not None:
            self.view.editor.unlink(self._instead)
        elif target is None and self._start.is_output and self._far(at):
            p = self.view.to_canvas(at)
            place = aligned(Point(p.x - CARD_WIDTH / 2, p.y), self.scene.places.values())
            self.view.quick_add("", slot=Slot(place, None, self._start.layer), at=at)

    def _far(self, at: QPoint) -> bool:
        """Whether the link was drawn somewhere, not just its port clicked."""
        start = port_place(self._start, self.scene.places, self.scene.ports)
        return math.dist(start, self.view.to_canvas(at)) > SNAP

    def cancel(self) -> None:
        if self._instead in self.scene.links:
            self.scene.links[self._instead].show()
        self.scene.end_preview()
