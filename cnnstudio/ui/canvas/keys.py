"""What keys do on the canvas. Letters add layers, so no command is a single letter.

Keys with Ctrl belong to the workspace's actions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from cnnstudio.ui.canvas.geometry import GRID, Point, bounds, card_rect, neighbour

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CanvasKeys:
    """Turns key events into what the canvas does.

    Args:
        view: The canvas.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
        key = Qt.Key
        self._table: dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]] = {
            (key.Key_Delete, none): view.delete_selected,
            (key.Key_Backspace, none): view.delete_selected,
            (key.Key_Return, none): self._edit,
            (key.Key_Enter, none): self._edit,
            (key.Key_F2, none): self._rename,
            (key.Key_Home, none): view.fit_all,
            (key.Key_Home, shift): self._fit_selection,
            (key.Key_Escape, none): self._escape,
            (key.Key_Space, none): self._hold_space,
        }

    def press(self, event: QKeyEvent) -> bool:
        """Does what a key means; False if it means nothing here."""
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._view.selection.choose(self._view.network_scene.network.by_id)
            return True
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if key in _ARROWS:
            return self._arrow(*_ARROWS[key], modifiers)
        if (act := self._table.get((key, modifiers))) is not None:
            act()
            return True
        typed = event.text()
        if typed and typed.isalpha() and not modifiers & ~Qt.KeyboardModifier.ShiftModifier:
            self._view.quick_add(typed, key=event)
            return True
        return False

    def release(self, event: QKeyEvent) -> None:
        """Space no longer pans."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._view.space_held = False
            if self._view.gesture is None:
                self._view.viewport().unsetCursor()

    def _edit(self) -> None:
        if self._view.selection.current:
            self._view.edit_requested.emit(self._view.selection.current)

    def _rename(self) -> None:
        if self._view.selection.current:
            self._view.rename_requested.emit(self._view.selection.current)

    def _escape(self) -> None:
        if not self._view.cancel_gesture():
            self._view.selection.clear()

    def _hold_space(self) -> None:
        self._view.space_held = True
        if self._view.gesture is None:
            self._view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    def _fit_selection(self) -> None:
        places = self._view.network_scene.places
        self._view.fit(bounds(card_rect(places[id]) for id in self._view.selection.ids))

    def _arrow(self, dx: int, dy: int, modifiers: Qt.KeyboardModifier) -> bool:
        view, places = self._view, self._view.network_scene.places
        current = view.selection.current
        if modifiers == Qt.KeyboardModifier.AltModifier:
            self._move_cards(dx, dy)
            return True
        extend = modifiers == Qt.KeyboardModifier.ShiftModifier
        if not extend and modifiers != Qt.KeyboardModifier.NoModifier:
            return False
        if not current:
            order = view.network_scene.network.order or tuple(places)
            there = order[0 if dx + dy > 0 else -1] if order else None
        else:
            there = neighbour(current, dx, dy, places)
        if there is not None:
            if extend:
                view.selection.add(there)
            else:
                view.selection.choose([there])
            view.reveal(there)
        return True

    def _move_cards(self, dx: int, dy: int) -> None:
        view, places = self._view, self._view.network_scene.places
        view.editor.move(
            {
                id: Point(places[id].x + dx * GRID, places[id].y + dy * GRID)
                for id in view.selection.ids
            }
        )
