"""What keys do in the volumes view: as on the canvas, only along the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from cnnstudio.core.volumes.parts import Drawing

if TYPE_CHECKING:
    from cnnstudio.ui.volumes.view import VolumesView

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class VolumeKeys:
    """Turns key events into what the view does.

    Args:
        view: The view.
    """

    def __init__(self, view: VolumesView) -> None:
        self._view = view
        none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
        key = Qt.Key
        self._table: dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]] = {
            (key.Key_Delete, none): self._delete,
            (key.Key_Backspace, none): self._delete,
            (key.Key_Return, none): self._edit,
            (key.Key_Enter, none): self._edit,
            (key.Key_F2, none): self._rename,
            (key.Key_Home, none): view.fit_all,
            (key.Key_Home, shift): self._fit_selection,
            (key.Key_Escape, none): view.selection.clear,
            (key.Key_Space, none): view.hold_space,
        }

    def press(self, event: QKeyEvent) -> bool:
        """Does what a key means; False if it means nothing here."""
        view = self._view
        if event.matches(QKeySequence.StandardKey.SelectAll):
            view.selection.choose(view.drawing.volumes)
            return True
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if (act := self._table.get((key, modifiers))) is not None:
            act()
            return True
        extend = modifiers == Qt.KeyboardModifier.ShiftModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if key in _ARROWS and (plain or extend):
            self._go(*_ARROWS[key], extend=extend)
            return True
        typed = event.text()
        if typed and typed.isalpha() and (plain or extend):
            self._quick_add(event)
            return True
        return False

    def _go(self, across: int, down: int, *, extend: bool) -> None:
        view = self._view
        there = next_volume(view.drawing, view.selection.current, across, down)
        if there is not None:
            if extend:
                view.selection.add(there)
            else:
                view.selection.choose([there])
            view.reveal(there)

    def _delete(self) -> None:
        selection, editor = self._view.selection, self._view.editor
        if selection.ids:
            after = editor.next_after_deletion(selection.ids)
            editor.delete(selection.ids)
            selection.choose([after] if after else [])

    def _fit_selection(self) -> None:
        self._view.fit(self._view.area_of(self._view.selection.ids))

    def _quick_add(self, key: QKeyEvent) -> None:
        """Opens the field with the key that was pressed; the choice goes behind the selection."""
        view = self._view
        behind = view.selection.current or next(reversed(tuple(view.drawing.volumes)), "")
        volume = view.drawing.volumes.get(behind)
        at = view.mapFromScene(QPointF(volume.right, volume.y)) if volume else QPoint()
        view.quick_field.open(at, view.editor.slot_behind_all(view.selection.ids), "", key)

    def _edit(self) -> None:
        if self._view.selection.current:
            self._view.edit_requested.emit(self._view.selection.current)

    def _rename(self) -> None:
        if self._view.selection.current:
            self._view.rename_requested.emit(self._view.selection.current)


def next_volume(drawing: Drawing, current: str, across: int, down: int) -> str | None:
    """The layer an arrow key leads to: along the links, or to the branch beside.

    Args:
        drawing: The volumes.
        current: Where the focus is; "" for nowhere yet.
        across: −1 left, 1 right, 0 neither.
        down: −1 up, 1 down, 0 neither.
    """
    volumes = drawing.volumes
    if current not in volumes:
        ids = tuple(volumes)
        return ids[0 if across + down > 0 else -1] if ids else None
    here = volumes[current]
    if across:
        ends = [
            (a.source, a.target)[across > 0]
            for a in drawing.arrows
            if (a.target, a.source)[across > 0] == current
        ]
        linked = [volumes[id] for id in ends] or [
            v for v in volumes.values() if (v.column - here.column) * across > 0
        ]
        near = min(
            linked,
            key=lambda v: (abs(v.lane - here.lane), abs(v.column - here.column)),
            default=None,
        )
    else:
        beside = [v for v in volumes.values() if (v.lane - here.lane) * down > 0]
        near = min(
            beside,
            key=lambda v: (abs(v.column - here.column), abs(v.lane - here.lane)),
            default=None,
        )
    return near.id if near else None
