"""The Design workspace in the window: its actions, and what the command palette finds of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QWidget

from cnnstudio.core.analysis import analyse
from cnnstudio.core.backbones import BACKBONES, Backbone
from cnnstudio.core.blocks.folding import folded
from cnnstudio.core.blocks.offers import LIBRARY, BlockOffer
from cnnstudio.core.document import Document, Steps
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.pan_zoom import ZOOM_STEP, PanZoomView
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.design.backbone_loader import Hire, bench_engine
from cnnstudio.ui.design.block_desk import block_actions
from cnnstudio.ui.design.canvas_actions import canvas_actions
from cnnstudio.ui.design.compare_choice import Runs
from cnnstudio.ui.design.cost_desk import cost_actions
from cnnstudio.ui.design.custom_measuring import Measuring
from cnnstudio.ui.design.custom_trust import Trust
from cnnstudio.ui.design.marks_desk import marks_actions
from cnnstudio.ui.design.widget import DesignWidget
from cnnstudio.ui.theme.tokens import FAMILY_ICONS
from cnnstudio.ui.volumes.bar import VOLUMES
from cnnstudio.ui.volumes.input_picture import InputPicture
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.actions import Action
from cnnstudio.ui.window.command_palette import Entry


class DesignWorkspace(QObject):
    """Designs the network of a document.

    Args:
        document: The project being edited.
        context: Theme and language.
        settings: Where positions are remembered.
        library: The project's pictures; the input's volume carries one of them.
        parent: Its owner.
    """

    news = Signal(object)
    """A Text that says what an action came to."""
    failed = Signal(object)
    """A Text that says why something asked for couldn't be had."""
    changed = Signal()
    """Something else is selected, so that other things can be done."""

    id = "design"
    title = T("Design")
    icon = "workflow"

    def __init__(
        self,
        document: Document,
        context: Context,
        settings: QSettings,
        library: Library | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self.runs = Runs()
        self.trust = Trust(self)
        self.measuring: Measuring | None = None
        self.hire: Hire = bench_engine
        self._document, self._context, self._settings = document, context, settings
        self._widget: DesignWidget | None = None

    def widget(self) -> QWidget:
        """The content; made at the first call."""
        if self._widget is None:
            self._widget = DesignWidget(self._document, self._context, self._settings, self.hire)
            self._widget.selection.changed.connect(self.changed)
            self._widget.blocks.news.connect(self.news)
            self._widget.backbones.news.connect(self.news)
            self._widget.backbones.failed.connect(self.failed)
            self._widget.costs.comparison.choice.runs = self.runs
            self._widget.layer_panel.custom.follow(self.trust, self.measuring)
            if self._library is not None:
                InputPicture(self._library, self._widget.volumes)
        return self._widget

    def actions(self) -> Sequence[Action]:
        """What the menus and shortcuts of this workspace do."""
        return (
            *canvas_actions(lambda: self._widget),
            *block_actions(lambda: self._widget),
            *cost_actions(self._made),
            *marks_actions(lambda: self._widget),
            _action("design.arrange", T("Arrange automatically"), "Ctrl+L", "network/1",
                    self._arrange),
            Action(id="design.volumes", text=T("Show as volumes"), keys="Ctrl+T", menu="view/4",
                   run=self._switch, checked=self._shows_volumes),
            Action(id="design.save_picture", text=T("Save this view as picture…"), keys="Ctrl+E",
                   menu="file/25", run=self._save_picture,
                   enabled=lambda: bool(self._document.network.layers),
                   why_not=T("There is no layer to draw yet.")),
            Action(id="design.mend", text=T("Mend or keep…"), keys="Alt+Return", menu="network/1",
                   run=self._mend, enabled=self._has_problems,
                   why_not=T("Nothing is told of the current layer.")),
            _action("design.zoom_in", T("Zoom in"), "Ctrl++; Ctrl+=", "view/5",
                    lambda: self._zoom(ZOOM_STEP)),
            _action("design.zoom_out", T("Zoom out"), "Ctrl+-", "view/5",
                    lambda: self._zoom(1 / ZOOM_STEP)),
            _action("design.zoom_100", T("Zoom to 100 %"), "Ctrl+0", "view/5",
                    lambda: self._shown.zoom_to(1.0)),
            Action(id="design.fit", text=T("Show the whole network"), place_keys="Home",
                   menu="view/5", run=self._fit),
        )  # fmt: skip

    def entries(self) -> Sequence[Entry]:
        """A palette entry for each layer kind, block of the library and whole network."""
        layers = tuple(
            Entry(
                kind.keras,
                partial(self._add, kind),
                "layer",
                FAMILY_ICONS[kind.family],
                kind.family.label,
                (kind.summary,),
            )
            for kind in kinds().values()
        )
        blocks = tuple(
            Entry(
                offer.title,
                partial(self._add_block, offer),
                "layer",
                "component",
                T("Block"),
                (offer.summary,),
            )
            for offer in LIBRARY
        )
        networks = tuple(
            Entry(
                one.name,
                partial(self._ask_backbone, one),
                "layer",
                "network",
                T("Whole network"),
                (one.summary,),
            )
            for one in BACKBONES
        )
        return layers + blocks + networks

    def steps(self) -> Steps:
        """What undo is asked of: what is typed in the code panel goes before the document."""
        return self._document if self._widget is None else self._widget.editor.steps

    def settle(self, action: str = "") -> None:
        """Takes what is being typed as code into the project, before an action reads it.

        Args:
            action: The action's id; undo and redo step through what is typed instead.
        """
        if self._widget is not None and action not in ("undo", "redo"):
            self._widget.code.editing.settle()

    def show_layer(self, id: str) -> None:
        """Selects a layer and brings it into view."""
        self._made().show_layer(id)

    def choose_layers(self, ids: Sequence[str]) -> None:
        """Selects layers and brings the first of them into view."""
        widget = self._made()
        widget.show_layer(ids[0])
        widget.selection.choose(folded(widget.editor.whole).cards(ids))

    def _made(self) -> DesignWidget:
        self.widget()
        assert self._widget is not None
        return self._widget

    @property
    def _view(self) -> CanvasView:
        return self._made().view

    def _add(self, kind: LayerKind) -> None:
        self._made().add_layer(kind)

    def _ask_backbone(self, backbone: Backbone) -> None:
        self._made().backbones.ask(backbone)

    def _add_block(self, offer: BlockOffer) -> None:
        self._made().blocks.add(offer)

    def _arrange(self) -> None:
        self._made().controls.arrange_all()

    def _mend(self) -> None:
        self._made().show_problems(self._view.selection.current)

    def _has_problems(self) -> bool:
        if self._widget is None:
            return False
        current = self._widget.selection.current
        return bool(analyse(self._document.network).problems_of(current))

    @property
    def _shown(self) -> PanZoomView:
        return self._made().views.current

    def _switch(self) -> None:
        self._made().views.switch()

    def _save_picture(self) -> None:
        self._made().save_picture.ask()

    def _shows_volumes(self) -> bool:
        return self._widget is not None and self._widget.views.shown == VOLUMES

    def _fit(self) -> None:
        self._shown.fit()

    def _zoom(self, by: float) -> None:
        self._shown.zoom_to(self._shown.zoom * by)


def _action(id: str, text: Text, keys: str, menu: str, run: Callable[[], object]) -> Action:
    return Action(id=id, text=text, keys=keys, menu=menu, run=run)
