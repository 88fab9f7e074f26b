"""Copy, cut, paste and duplicate; the clipboard is text that a chat or another project can take."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from itertools import count

from PySide6.QtGui import QCursor, QGuiApplication

from cnnstudio.core import edits
from cnnstudio.core.blocks.folding import folded
from cnnstudio.core.clipboard import is_clip, read_clip, write_clip
from cnnstudio.core.code.fragments import is_code, read_fragment, write_fragment
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.segments import ends_of, paste_onto
from cnnstudio.core.storage.project_file import MOST_LAYERS
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.geometry import (
    CARD_HEIGHT,
    CARD_WIDTH,
    COLUMN,
    GRID,
    ROW,
    Point,
    Rect,
    bounds,
    card_rect,
)
from cnnstudio.ui.canvas.layout import places_of
from cnnstudio.ui.canvas.view import CanvasView

_CUT = (T("Cut {layer}").id, T("Cut {count} layers").id)
_DUPLICATE = (T("Duplicate {layer}").id, T("Duplicate {count} layers").id)


class CanvasClipboard:
    """What the clipboard commands do on a canvas.

    Args:
        view: The canvas.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view

    def copy(self) -> None:
        """Puts the selected layers on the clipboard, as text."""
        if ids := self._layers():
            QGuiApplication.clipboard().setText(write_clip(self._whole(), ids))

    def copy_code(self) -> None:
        """Puts the selected layers on the clipboard as Keras code; the network for none."""
        try:
            code = write_fragment(self._view.editor.whole, self._layers())
        except BadInput as error:
            self._view.editor.refused.emit(error.text)
        else:
            QGuiApplication.clipboard().setText(code)

    def cut(self) -> None:
        """Copies the selected layers and takes them away; what stood around them is linked."""
        ids = self._view.selection.ids
        if ids:
            self.copy()
            after = self._view.editor.next_after_deletion(ids)
            text = self._view.editor.about(ids, *_CUT)
            self._view.editor.apply(lambda network: edits.delete(network, ids), text)
            self._view.selection.choose([after] if after else [])

    def paste(self) -> None:
        """Adds the layers on the clipboard: on the selected link, else where the pointer is."""
        try:
            clip = _read(QGuiApplication.clipboard().text())
            self._check_size(clip)
        except BadInput as error:
            self._view.editor.refused.emit(error.text)
            return
        link = self._view.selection.link
        count = len(clip.layers)
        text = (
            T("Paste {layer}", layer=clip.layers[0].name)
            if count == 1
            else T("Paste {count} layers", count=count)
        )
        real = folded(self._view.editor.whole).links(link) if link is not None else ()
        if len(real) == 1 and ends_of(clip, clip.by_id) is not None:
            self._add(lambda network: paste_onto(network, clip, real[0]), text)
        else:
            offset = self._offset(clip, self._target(clip))
            self._add(lambda network: edits.paste(network, clip, offset), text)

    def duplicate(self) -> None:
        """Adds a copy of the selected layers, with the links between them, right of them."""
        if ids := self._layers():
            clip = edits.copy(self._whole(), ids)
            area = bounds(card_rect(Point(*node.position)) for node in clip.layers)
            assert area is not None
            offset = self._offset(clip, Point(area.x + COLUMN, area.y))
            text = self._view.editor.about(self._view.selection.ids, *_DUPLICATE)
            self._add(lambda network: edits.paste(network, clip, offset), text)

    # --- where ----------------------------------------------------------------------------------

    def _target(self, clip: Network) -> Point:
        """Where the upper left corner goes: so that the clip is under the pointer, or in view."""
        area = bounds(card_rect(Point(*node.position)) for node in clip.layers)
        assert area is not None
        view = self._view
        pointer = view.viewport().mapFromGlobal(QCursor.pos())
        if view.viewport().rect().contains(pointer) and view.isActiveWindow():
            middle = view.to_canvas(pointer)
            return Point(middle.x - card_rect(Point(0, 0)).width / 2, middle.y - GRID)
        middle = view.to_canvas(view.viewport().rect().center())
        seen = view.visible_area()
        top = max(middle.y - area.height / 2, seen.y + GRID)
        return Point(middle.x - area.width / 2, top)

    def _offset(self, clip: Network, corner: Point) -> tuple[float, float]:
        """How far the clip moves for its corner to be there, or right of it where cards lie."""
        area = bounds(card_rect(Point(*node.position)) for node in clip.layers)
        assert area is not None
        dx, dy = corner.x - area.x, corner.y - area.y
        beside: dict[int, list[Rect]] = defaultdict(list)  # the cards within a row of each height
        for card in map(card_rect, self._view.network_scene.places.values()):
            for row in range(int(card.y // ROW) - 1, int(card.y // ROW) + 2):
                beside[row].append(card)
        taken: set[int] = set()  # how many columns further a card would meet another
        for x, y in (node.position for node in clip.layers):
            for card in beside.get(int((y + dy) // ROW), ()):
                if abs(card.y - y - dy) <= CARD_HEIGHT:
                    ahead = card.x - x - dx
                    first, last = (ahead - CARD_WIDTH) / COLUMN, (ahead + CARD_WIDTH) / COLUMN
                    taken.update(range(math.ceil(first), math.floor(last) + 1))
        return dx + COLUMN * next(n for n in count() if n not in taken), dy

    # --- what -----------------------------------------------------------------------------------

    def _whole(self) -> Network:
        """The network with all its layers, where their cards are shown or would be."""
        network = self._view.editor.whole
        return edits.move(network, places_of(network))

    def _layers(self) -> tuple[str, ...]:
        """The layers selected, those inside selected blocks included."""
        return folded(self._view.editor.whole).layers(self._view.selection.ids)

    def _add(self, edit: Callable[[Network], Network], text: Text) -> None:
        """Makes an edit of all layers and selects the new ones."""
        editor = self._view.editor
        before = editor.whole.by_id
        editor.apply_whole(edit, text)
        view = folded(editor.whole)
        if new := view.cards(id for id in editor.whole.by_id if id not in before):
            self._view.selection.choose(new)
            self._view.reveal(new[0])

    def _check_size(self, clip: Network) -> None:
        total = len(clip.layers) + len(self._view.editor.whole.layers)
        if total > MOST_LAYERS:
            raise BadInput(
                T(
                    "With those of the clipboard the network would have {count} layers, more than "
                    "the {most} it can have.",
                    count=total,
                    most=MOST_LAYERS,
                )
            )


def _read(text: str) -> Network:
    """The layers in a text: a clip, a project or Keras code."""
    if not is_clip(text) and is_code(text) and (found := read_fragment(text)).layers:
        return found
    return read_clip(text)
