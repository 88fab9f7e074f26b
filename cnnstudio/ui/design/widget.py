"""The regions of the Design workspace, and how they go together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSettings, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.analysis import analyse
from cnnstudio.core.backbones import Backbone
from cnnstudio.core.document import Document
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.project import Project
from cnnstudio.core.quick_entry import NewLayer
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.clipboard import CanvasClipboard
from cnnstudio.ui.canvas.controls import CanvasControls
from cnnstudio.ui.canvas.drops import Drop, DropLayer
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.canvas.find_bar import FindBar
from cnnstudio.ui.canvas.geometry import Slot, card_rect
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.design.backbone_desk import BackboneDesk
from cnnstudio.ui.design.backbone_loader import Hire, bench_engine
from cnnstudio.ui.design.block_desk import BlockDesk
from cnnstudio.ui.design.code_panel import CodePanel
from cnnstudio.ui.design.context_menu import CanvasMenu
from cnnstudio.ui.design.cost_desk import CostDesk
from cnnstudio.ui.design.dock import BAR, OPEN, Dock
from cnnstudio.ui.design.layer_panel import LayerPanel
from cnnstudio.ui.design.marks_desk import MarksDesk
from cnnstudio.ui.design.palette import BLOCKS, LAYERS, Offered, Palette, PaletteRail
from cnnstudio.ui.design.problem_popover import ProblemPopover
from cnnstudio.ui.figures.saving import SavePicture
from cnnstudio.ui.volumes.bar import VOLUMES
from cnnstudio.ui.volumes.view import VolumesView
from cnnstudio.ui.volumes.views import NetworkViews
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.splitter import Splitter

NARROW, WIDE = 1360, 1800
"""Below the first width the palette is a rail and the code a page of the dock; above the second
the dock opens by itself."""

_DOCK_SHARE = 0.38  # of the height, at most: the canvas is what is designed on

_PALETTE, _SIDE = (
    {"narrow": 44, "normal": 216, "wide": 240},
    {
        "narrow": 340,
        "normal": 404,
        "wide": 440,
    },
)


class DesignWidget(QWidget):
    """The regions of the Design workspace.

    Args:
        document: The project being edited.
        context: Theme and language.
        settings: Where positions are remembered.
        hire: Makes an engine that builds whole networks.
    """

    def __init__(
        self,
        document: Document,
        context: Context,
        settings: QSettings,
        hire: Hire = bench_engine,
    ) -> None:
        super().__init__()
        self._document, self._context = document, context
        self.selection = Selection(self)
        self.editor = Editor(document, self)
        self.view = CanvasView(context, self.editor, self.selection)
        self.controls = CanvasControls(self.view)
        self.volumes = VolumesView(context, self.editor, self.selection)
        self.views = NetworkViews(self.view, self.volumes, settings)
        self.save_picture = SavePicture(self.views, settings, lambda: document.project.name)
        self.clipboard = CanvasClipboard(self.view)
        self.find_bar = FindBar(context, self.views)
        CanvasMenu(self.views)
        self.palette_panel = Palette(context)
        self.rail = PaletteRail(context)
        self.layer_panel = LayerPanel(context, self.editor, self.selection)
        self.blocks = BlockDesk(self, document, context)
        self.backbones = BackboneDesk(self, document, context, hire)
        self.code = CodePanel(context, document, self.selection, settings)
        self.editor.steps = self.code.steps
        self.dock = Dock(context)
        self.costs = CostDesk(self, document, context, settings)
        self.marks = MarksDesk(self, document, settings)
        self._size = ""
        self._assemble(settings)
        self._connect()
        self.setFocusProxy(self.views)
        unsubscribe = document.subscribe(self._changed)
        self.destroyed.connect(unsubscribe)
        self.sync()

    def _assemble(self, settings: QSettings) -> None:
        self._middle = Splitter(
            settings, "design/dock", [self.views, self.dock], [0, BAR], vertical=True
        )
        self._side = Splitter(
            settings, "design/code", [self.blocks.side, self.code], [0, 300], vertical=True
        )
        self._columns = Splitter(
            settings,
            "design/columns",
            [self.palette_panel, self._middle, self._side],
            [_PALETTE["normal"], 0, _SIDE["normal"]],
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self._columns, 1)
        self.rail.hide()

    def _connect(self) -> None:
        palette = self.palette_panel.kinds
        palette.chosen.connect(self._add)
        palette.drag_moved.connect(self._drag)
        palette.drag_dropped.connect(self._drop)
        palette.drag_cancelled.connect(self.view.cancel_gesture)
        self.view.installEventFilter(self)
        self.volumes.installEventFilter(self)
        self.rail.opened.connect(self._open_palette)
        self.view.asked.connect(self.ask)
        self.view.problems_asked.connect(self.show_problems)
        self.layer_panel.layer_asked.connect(self.show_layer)
        for view in (self.view, self.volumes):
            view.edit_requested.connect(self.edit_layer)
            view.rename_requested.connect(self._rename)
        self.volumes.added.connect(self.add_layers)
        self.views.switched.connect(self._follow_view)
        self.code.blocked.connect(self._dim)
        self.dock.problems.shown.connect(self.show_layer)
        self.dock.opened.connect(self._size_dock)
        self.editor.refused.connect(self._say)
        self.find_bar.found.connect(self.show_layer)
        self.find_bar.closed.connect(self.views.setFocus)
        self.controls.find.clicked.connect(self.find_bar.open)
        self._context.language.changed.connect(self.sync)
        self._context.theme.changed.connect(self.view.network_scene.update)

    # --- the document ---------------------------------------------------------------------------

    def sync(self) -> None:
        """Shows the document's network everywhere."""
        network = self._document.network
        analysis = analyse(network)
        self.view.network_scene.sync(network, analysis)
        self.volumes.sync(analysis)
        self.layer_panel.sync(network, analysis)
        self.blocks.sync(network, analysis)
        self.code.sync(network)
        self.find_bar.sync(network)
        self.dock.sync(network, analysis)
        self.costs.sync(analysis)
        self.marks.sync(analysis)

    def _changed(self, before: Project, after: Project) -> None:
        if before.network is not after.network:
            self.view.cancel_gesture()  # it began on another network
            self.sync()
            if self._document.undo_text is None and self._document.redo_text is None:
                self.backbones.forget()
                self.view.settle()  # another project was opened
                self.volumes.settle()
        else:
            self.view.network_scene.synced.emit()
            self.costs.sync(analyse(after.network))

    # --- from part to part ----------------------------------------------------------------------

    def show_layer(self, id: str) -> None:
        """Selects a layer or a block and brings it into view."""
        if not self.blocks.show(id):
            self.selection.choose([id])
            self.views.current.reveal(id)

    def add_layer(self, kind: LayerKind, slot: Slot | None = None) -> None:
        """Adds a layer in `slot`, or behind the current one, and brings it into view."""
        self.add_layers((NewLayer(kind),), slot)

    def add_layers(self, entries: Sequence[NewLayer], slot: Slot | None = None) -> None:
        """Adds layers one behind the other, as `add_layer` does."""
        self.views.current.reveal(self.view.add_layers(entries, slot))

    def _add(self, offered: Offered) -> None:
        if isinstance(offered, LayerKind):
            self.add_layer(offered)
        elif isinstance(offered, Backbone):
            self.backbones.ask(offered)
        else:
            self.blocks.add(offered)
        self._close_palette()

    def _drag(self, offered: Offered, at: QPoint) -> None:
        if self.views.shown == VOLUMES or isinstance(offered, Backbone):
            return  # it goes behind the current layer, wherever it is dropped
        if not isinstance(self.view.gesture, Drop):
            self.view.cancel_gesture()
            if isinstance(offered, LayerKind):
                self.view.begin(DropLayer(self.view, offered))
            else:
                self.view.begin(self.blocks.drop_of(offered))
        assert self.view.gesture is not None
        self.view.gesture.move(self._on_canvas(at), Qt.KeyboardModifier.NoModifier)

    def _drop(self, offered: Offered, at: QPoint) -> None:
        if isinstance(offered, Backbone) and self.views.shown != VOLUMES:
            self.backbones.drop(offered, self._on_canvas(at))
            self._close_palette()
            return
        if self.views.shown == VOLUMES:
            if self.volumes.viewport().rect().contains(self.volumes.mapFromGlobal(at)):
                self._add(offered)
            return
        if isinstance(self.view.gesture, Drop):
            gesture = self.view.end()
            gesture.finish(self._on_canvas(at), Qt.KeyboardModifier.NoModifier)
            self.view.setFocus()
            self._close_palette()

    def _on_canvas(self, at: QPoint) -> QPoint:
        """A global point in viewport pixels; outside of it where the open palette covers it."""
        palette = self.palette_panel
        if palette.isVisible() and palette.rect().contains(palette.mapFromGlobal(at)):
            return QPoint(-1, -1)
        return self.view.viewport().mapFromGlobal(at)

    def ask(self, id: str, quantity: str) -> None:
        """Shows where a number of a layer comes from."""
        self.selection.choose([id])
        self.layer_panel.ask(quantity)

    def show_problems(self, id: str) -> None:
        """Opens what is told of a layer, beside its card."""
        problems = analyse(self._document.network).problems_of(id)
        if problems and id in self.view.network_scene.places:
            self.view.reveal(id)
            popover = ProblemPopover(self._context, self.editor, problems, self.window())
            view = self.view.viewport()
            within = QRect(view.mapToGlobal(QPoint(0, 0)), view.size())
            place = QRectF(*card_rect(self.view.network_scene.places[id]))
            card = self.view.mapFromScene(place).boundingRect()
            popover.open_beside(QRect(view.mapToGlobal(card.topLeft()), card.size()), within)

    def edit_layer(self, id: str) -> None:
        """Opens a block, or puts the focus on a layer's first parameter."""
        if self.blocks.open(id):
            return
        self.selection.choose([id])
        self.layer_panel.edit_parameters()

    def _rename(self, id: str) -> None:
        if not self.blocks.rename():
            self.selection.choose([id])
            self.layer_panel.header_row.edit_name()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The palette over the canvas goes once the canvas is used."""
        if event.type() == QEvent.Type.FocusIn:
            self._close_palette()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._is_railed:
            self._close_palette()
            self.views.setFocus()
        else:
            super().keyPressEvent(event)

    def _dim(self, blocked: bool) -> None:
        """What is shown isn't what the code says, while it can't be read."""
        for view in (self.view, self.volumes):
            view.set_dimmed(blocked)

    def _say(self, text: Text) -> None:
        self.view.say_at_pointer(text)

    # --- sizes ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width()
        size = "narrow" if width < NARROW else "wide" if width >= WIDE else "normal"
        if size != self._size:
            self._size = size
            self._fit_size(size)

    def _fit_size(self, size: str) -> None:
        narrow = size == "narrow"
        if narrow:
            self.dock.add_page(self.code, T("Code"))
        else:
            self.dock.remove_page(self.code)
            self._side.addWidget(self.code)
            self.code.show()
        self._share_width(size)
        if size == "wide":
            self.dock.show_page(self.dock.summary)
        else:
            self._size_dock(self.dock.is_open)

    def _share_width(self, size: str) -> None:
        """Gives each region its width; the palette may be a rail."""
        self._place_palette()
        side, rest = _SIDE[size], self.width() - _SIDE[size]
        if self._is_railed:
            self._columns.setSizes([rest, side])
        else:
            self._columns.setSizes([_PALETTE[size], rest - _PALETTE[size], side])

    @property
    def _is_railed(self) -> bool:
        """Whether the palette is a rail: in a narrow window, and beside the volumes."""
        return self._size == "narrow" or self.views.shown == VOLUMES

    def _place_palette(self) -> None:
        self.rail.setVisible(self._is_railed)
        if self._is_railed:
            self.palette_panel.setParent(self)
            self.palette_panel.hide()
        else:
            self._columns.insertWidget(0, self.palette_panel)
            self.palette_panel.show()

    def _follow_view(self) -> None:
        if self._size:
            self._share_width(self._size)

    def _size_dock(self, is_open: bool) -> None:
        bar = self._context.theme.scaled(BAR) + 1
        self.dock.setMinimumHeight(bar)
        self.dock.setMaximumHeight(16777215 if is_open else bar)
        height = min(OPEN, round(self.height() * _DOCK_SHARE)) if is_open else bar
        self._middle.setSizes([max(self.height() - height, 100), height])

    def _open_palette(self, place: Family | str) -> None:
        """Opens the palette over the canvas, beside the rail."""
        panel = self.palette_panel
        panel.setGeometry(self.rail.width(), 0, _PALETTE["normal"], self.height())
        panel.show()
        panel.raise_()
        panel.show_page(LAYERS if isinstance(place, Family) else BLOCKS)
        if isinstance(place, Family):
            panel.kinds.show_family(place)
        panel.kinds.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_palette(self) -> None:
        if self._is_railed:
            self.palette_panel.hide()
