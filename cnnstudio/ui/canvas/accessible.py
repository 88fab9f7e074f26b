"""What assistive technology sees of the canvas: one list item for each card, besides its buttons.

Interfaces of cards are registered with Qt, which owns them from then on, and taken back as soon
as their card is gone; Python never deletes one that Qt still knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import isValid

from cnnstudio.ui.canvas.geometry import card_rect

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

_VIEW = "CanvasView"


class CardAccessible(QAccessibleInterface):
    """A card, read as "conv2d_2, Conv2D, output 26 by 26 by 64, 18,496 parameters".

    Args:
        view: The canvas.
        id: The card.
    """

    def __init__(self, view: CanvasView, id: str) -> None:
        super().__init__()
        self._view, self.id = view, id
        self.key = QAccessible.uniqueId(self)

    def isValid(self) -> bool:
        return isValid(self._view) and self.id in self._view.network_scene.cards

    def object(self) -> QObject | None:  # type: ignore[override]
        return None  # it is painted, not a widget

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        return QAccessible.queryAccessibleInterface(self._view) if self.isValid() else None

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childCount(self) -> int:
        return 0

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def text(self, kind: QAccessible.Text) -> str:
        scene = self._view.network_scene
        if not self.isValid():
            return ""
        if kind == QAccessible.Text.Name:
            return scene.spoken(self.id)
        return scene.tooltip(self.id) if kind == QAccessible.Text.Description else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """A card's words can't be changed from outside."""

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        place = QRectF(*card_rect(self._view.network_scene.places[self.id]))
        inside = self._view.mapFromScene(place).boundingRect()
        return QRect(self._view.viewport().mapToGlobal(inside.topLeft()), inside.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        if self.isValid():
            selection = self._view.selection
            state.focusable = state.selectable = state.multiSelectable = True
            state.selected = self.id in selection.ids
            state.focused = self._view.hasFocus() and selection.current == self.id
            seen = self._view.viewport().rect()
            seen.moveTopLeft(self._view.viewport().mapToGlobal(QPoint()))
            state.offscreen = not seen.intersects(self.rect())
        return state


class CanvasAccessible(QAccessibleWidget):
    """The canvas: what lies over it, then its cards as data passes through them.

    Args:
        view: The canvas.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, QAccessible.Role.List)
        self._view = view
        self._cards: dict[str, CardAccessible] = {}
        self._order: tuple[str, ...] = ()
        view.network_scene.synced.connect(self._sync)
        view.selection.changed.connect(self._tell_focus)
        view.destroyed.connect(self._forget_all)
        self._sync()

    def childCount(self) -> int:
        return super().childCount() + len(self._order)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        widgets = super().childCount()
        if index < widgets:
            return super().child(index)
        rest = index - widgets
        return self.card(self._order[rest]) if rest < len(self._order) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, CardAccessible):
            known = child.id in self._order
            return super().childCount() + self._order.index(child.id) if known else -1
        return super().indexOfChild(child)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        view, viewport = self._view, self._view.viewport()
        over = view.childAt(view.mapFromGlobal(QPoint(x, y)))
        while over is not None and over.parentWidget() is not view:
            over = over.parentWidget()
        if over is not None and over is not viewport:
            return QAccessible.queryAccessibleInterface(over)
        at = viewport.mapFromGlobal(QPoint(x, y))
        id = view.network_scene.card_at(view.to_canvas(at))
        return self.card(id) if id is not None else QAccessible.queryAccessibleInterface(viewport)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        current = self._view.selection.current
        if self._view.hasFocus() and current in self._order:
            return self.card(current)
        return super().focusChild()

    def card(self, id: str) -> CardAccessible:
        """The interface of a card; made when it is first asked for."""
        if id not in self._cards:
            self._cards[id] = CardAccessible(self._view, id)
        return self._cards[id]

    def _sync(self) -> None:
        """Forgets cards that are gone; says so if others are there now."""
        scene = self._view.network_scene
        order = dict.fromkeys((*scene.network.order, *scene.cards))
        before, self._order = self._order, tuple(id for id in order if id in scene.cards)
        for id in self._cards.keys() - scene.cards.keys():
            self._forget(id)
        if before and before != self._order:
            changed = QAccessibleEvent(self._view, QAccessible.Event.ObjectReorder)
            QAccessible.updateAccessibility(changed)

    def _tell_focus(self) -> None:
        """Has the current card read aloud."""
        current = self._view.selection.current
        if self._view.hasFocus() and current in self._order:
            focus = QAccessibleEvent(self.card(current), QAccessible.Event.Focus)
            QAccessible.updateAccessibility(focus)

    def _forget(self, id: str) -> None:
        card = self._cards.pop(id)  # kept until Qt has deleted it: Python must not be first
        QAccessible.deleteAccessibleInterface(card.key)

    def _forget_all(self) -> None:
        for id in tuple(self._cards):
            self._forget(id)


def _interface(key: str, thing: QObject | None) -> QAccessibleInterface | None:
    """Qt asks for the interface of every object with the name of its class."""
    if key != _VIEW or thing is None or not hasattr(thing, "accessible"):
        return None
    thing.accessible = CanvasAccessible(thing)  # type: ignore[arg-type]
    found: CanvasAccessible = thing.accessible
    return found


QAccessible.installFactory(_interface)
