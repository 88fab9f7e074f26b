"""The gestures of blocks: one brought from the palette, and a press on an open one's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

from cnnstudio.core.blocks.folding import folded
from cnnstudio.core.blocks.offers import BlockOffer
from cnnstudio.ui.canvas.block_editor import BlockEditor
from cnnstudio.ui.canvas.blocks import block_faces
from cnnstudio.ui.canvas.drops import Drop, PressCard
from cnnstudio.ui.canvas.editor import Trial
from cnnstudio.ui.canvas.faces import Face
from cnnstudio.ui.canvas.geometry import Slot

_ALT, _SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView


class DropBlock(Drop):
    """Brings a block.

    Args:
        view: The canvas.
        editor: What edits blocks.
        offer: The block.
    """

    def __init__(self, view: CanvasView, editor: BlockEditor, offer: BlockOffer) -> None:
        super().__init__(view)
        self.offer = offer
        self._editor = editor

    def trial(self, slot: Slot | None) -> Trial:
        return self._editor.trial(self.offer, slot)

    def face(self, trial: Trial) -> Face:
        (id,) = trial.ids
        view = folded(trial.analysis.network)
        return block_faces(view, trial.analysis, {}, self.view.words)[id]

    def add(self, slot: Slot) -> None:
        if id := self._editor.add(self.offer, slot):
            self.view.selection.choose([id])
            self.view.reveal(id)


class PressFrame(PressCard):
    """A click on an open block's name selects its layers; a drag moves them together.

    Args:
        view: The canvas.
        id: The block.
        at: Where it was pressed, in viewport pixels.
        modifiers: The keys held down.
    """

    def __init__(
        self, view: CanvasView, id: str, at: QPoint, modifiers: Qt.KeyboardModifier
    ) -> None:
        members = view.network_scene.frames.members(id)
        view.selection.choose(members)
        super().__init__(view, members[-1], at, modifiers & _ALT)

    def finish(self, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        super().finish(at, modifiers | _SHIFT)  # all of them stay selected
