"""Networks of keras.applications in the Design workspace: asked about, built, put on the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core import edits
from cnnstudio.core.backbones import Backbone, BackboneChoice
from cnnstudio.core.blocks.pretrained import body
from cnnstudio.core.clipboard import read_clip
from cnnstudio.core.document import Document
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import Network
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.messages import BackboneBuilt
from cnnstudio.ui.canvas.geometry import Point, Slot, slot_at
from cnnstudio.ui.canvas.overlay import OverlayBar
from cnnstudio.ui.design.backbone_form import BackboneForm
from cnnstudio.ui.design.backbone_loader import BackboneLoader, Hire
from cnnstudio.ui.train.progress import SegmentedProgress
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel

if TYPE_CHECKING:
    from cnnstudio.ui.design.widget import DesignWidget

_WIDTH, _EDGE = 460, 12


class BackboneBar(OverlayBar):
    """How far a backbone is, over the lower edge of the canvas, with the button that gives it up.

    Args:
        context: Theme and language.
        over: The views of the network it lies over.
    """

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(context, over)
        self._over = over
        self.words = ElidedLabel(context, "", "small")
        self.progress = SegmentedProgress(context)
        self.cancel = Button(context, T("Cancel"))
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self.words)
        column.addWidget(self.progress)
        self.row.setContentsMargins(12, 6, 6, 6)
        self.row.setSpacing(12)
        self.row.addLayout(column, 1)
        self.row.addWidget(self.cancel)
        over.installEventFilter(self)
        self.hide()

    def show_progress(self, text: Text, share: float) -> None:
        """Says what happens; a share below 0 isn't known."""
        self.words.say(text)
        self.progress.setVisible(share >= 0)
        self.progress.show_progress(max(share, 0.0), 1)
        self._place()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        room = self._over.size()
        width, height = min(_WIDTH, room.width() - 2 * _EDGE), self.sizeHint().height()
        left, top = (room.width() - width) // 2, room.height() - height - _EDGE
        self.setGeometry(left, top, width, height)


class BackboneDesk(QObject):
    """From the palette's entry to the block on the canvas.

    Args:
        design: The workspace's widget.
        document: The project being edited.
        context: Theme and language.
        hire: Makes an engine that builds backbones.
    """

    failed = Signal(object)
    """A Text that says why a backbone couldn't be had."""
    news = Signal(object)
    """A Text about one that was added."""

    def __init__(
        self, design: DesignWidget, document: Document, context: Context, hire: Hire
    ) -> None:
        super().__init__(design)
        self._design, self._document = design, document
        self._slot = Slot(Point(0, 0))
        self.form = BackboneForm(context, design)
        self.bar = BackboneBar(context, design.views)
        self.loader = BackboneLoader(hire, self)
        self.form.accepted.connect(self._start)
        self.bar.cancel.clicked.connect(self.loader.cancel)
        self.loader.progressed.connect(self.bar.show_progress)
        self.loader.ended.connect(self.bar.hide)
        self.loader.built.connect(self._add)
        self.loader.refused.connect(self.failed)

    def ask(self, backbone: Backbone, slot: Slot | None = None) -> None:
        """Asks what is wanted of a backbone that goes in `slot`, or behind what is selected."""
        self._slot = slot or self._design.view.slot_behind_selected()
        place = self._design.blocks.editor.place_of(self._slot)
        unit_range = self._document.project.data.scaling in ("1/255", "min-max")
        self.form.ask(backbone, place, unit_range=unit_range, over=self._design.views)

    def drop(self, backbone: Backbone, at: QPoint) -> None:
        """Asks about one that was dropped on the canvas, in viewport pixels; elsewhere nothing."""
        view = self._design.view
        if view.viewport().rect().contains(at):
            scene, cards = view.network_scene, view.network_scene.network
            ends = [id for id in cards.by_id if not cards.outgoing[id]]
            self.ask(backbone, slot_at(view.to_canvas(at), scene.paths, scene.places, ends))

    def forget(self) -> None:
        """Gives up what is being built: another project was opened."""
        self.loader.cancel()

    def _start(self, choice: BackboneChoice) -> None:
        self._design.views.setFocus()
        self.loader.start(choice)

    def _add(self, choice: BackboneChoice, built: BackboneBuilt) -> None:
        """Puts it where it was wanted, or behind what is selected if that place is gone."""
        network, editor = read_clip(built.layers), self._design.blocks.editor
        slot = self._slot
        if not self._is_there(slot):
            slot = self._design.view.slot_behind_selected()
        place = editor.place_of(slot)

        def added(whole: Network) -> Network:
            if whole.layers:
                return editor.with_body(whole, body(network, choice, place.shape), slot)
            shape = [choice.size, choice.size, choice.channels]
            whole = edits.add(whole, "input", params={"shape": shape})
            below = Slot(Point(0, CARD_PITCH), None, whole.layers[-1].id)
            return editor.with_body(whole, body(network, choice), below)

        before = self._document.network
        self._design.editor.apply_whole(added, T("Add {block}", block=choice.name))
        if self._document.network is not before:
            self._design.blocks.show(self._document.network.blocks[-1].id)
        for warning in built.warnings:
            self.news.emit(warning)

    def _is_there(self, slot: Slot) -> bool:
        """Whether the network on the canvas still has the place."""
        cards = self._design.blocks.editor.view.network
        if slot.link is not None:
            return slot.link in cards.links
        return not cards.layers if not slot.after else slot.after in cards.by_id
