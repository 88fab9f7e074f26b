"""What lies over the canvas: undo, redo and layout above, zoom and map below, the empty state."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.geometry import card_rect
from cnnstudio.ui.canvas.history import History
from cnnstudio.ui.canvas.minimap import Minimap
from cnnstudio.ui.canvas.overlay import OverlayBar
from cnnstudio.ui.canvas.pan_zoom import ZOOM_STEP, PanZoomView
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.states import EmptyState, Remedy

_MARGIN = 12
_GAP = 8


class ZoomBar(OverlayBar):
    """Out, how far, in, and everything; in the lower right corner of a view.

    Args:
        context: Theme and language.
        view: What it zooms.
    """

    def __init__(self, context: Context, view: PanZoomView) -> None:
        super().__init__(context, view)
        self._view = view
        zoom_out = IconButton(context, "minus", T("Zoom out"), action="design.zoom_out")
        self.percent = Button(
            context, "100 %", kind="quiet", role="code-small", action="design.zoom_100"
        )
        zoom_in = IconButton(context, "plus", T("Zoom in"), action="design.zoom_in")
        fit = IconButton(context, "maximize", T("Show the whole network"), "Home")
        zoom_out.clicked.connect(lambda: view.zoom_to(view.zoom / ZOOM_STEP))
        self.percent.clicked.connect(lambda: view.zoom_to(1.0))
        zoom_in.clicked.connect(lambda: view.zoom_to(view.zoom * ZOOM_STEP))
        fit.clicked.connect(view.fit_all)
        self.percent.setFixedWidth(64)
        for part in (zoom_out, self.percent, zoom_in, fit):
            self.row.addWidget(part)
        view.view_changed.connect(self._show_zoom)
        view.installEventFilter(self)
        self._show_zoom()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.adjustSize()
            corner = self._view.rect().bottomRight() - self.rect().bottomRight()
            self.move(corner.x() - _MARGIN, corner.y() - _MARGIN)
        return False

    def _show_zoom(self) -> None:
        percent = self._view.zoom * 100
        self.percent.say(f"{percent:.0f} %" if percent >= 1 else f"{percent:.1f} %")


class CanvasControls(QObject):
    """Places the controls over a canvas and keeps them true.

    Args:
        view: The canvas.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        context, editor = view.context, view.editor
        self.tools = OverlayBar(context, view)
        self.undo = IconButton(context, "undo-2", T("Undo"), action="undo")
        self.redo = IconButton(context, "redo-2", T("Redo"), action="redo")
        self.arrange = IconButton(
            context, "network", T("Arrange automatically"), action="design.arrange"
        )
        self.history = IconButton(context, "history", T("History"), action="design.history")
        self.find = IconButton(context, "search", T("Find a layer"), action="design.find")
        self.block = IconButton(context, "component", T("Make block"), action="design.make_block")
        for button in (
            self.undo, self.redo, self.history, self.arrange, self.block, self.find
        ):  # fmt: skip
            self.tools.row.addWidget(button)
        self.steps = History(context, editor, view)
        self.undo.clicked.connect(editor.undo)
        self.redo.clicked.connect(editor.redo)
        self.history.clicked.connect(self.open_history)
        self.arrange.clicked.connect(self.arrange_all)
        self.zoom_bar = ZoomBar(context, view)
        self.minimap = Minimap(view)
        self.empty = EmptyState(
            context,
            T("Drag a layer here, or type its name."),
            Remedy(T("Add an Input"), lambda: view.add_layer(kinds()["input"])),
            view,
        )
        view.view_changed.connect(self._show_map)
        view.network_scene.synced.connect(self._sync)
        view.selection.changed.connect(self._allow_block)
        view.installEventFilter(self)
        self._sync()
        self._allow_block()

    def arrange_all(self) -> None:
        """Gives every card its automatic place, and shows the current one or else any."""
        view = self._view
        view.editor.arrange()
        seen = view.visible_area()
        if view.selection.current:
            view.reveal(view.selection.current)
        elif not any(seen.meets(card_rect(at)) for at in view.network_scene.places.values()):
            view.settle()

    def open_history(self) -> None:
        """Lists the steps below their button, to go to any of them."""
        self.steps.open_at(self.history)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return False

    def _sync(self) -> None:
        """What can be done, and why not."""
        editor, is_empty = self._view.editor, not self._view.network_scene.places
        self._name(self.undo, T("Undo"), editor.undo_text, T("Nothing to undo yet."))
        self._name(self.redo, T("Redo"), editor.redo_text, T("Nothing to redo."))
        self.empty.setVisible(is_empty)
        self._show_map()

    def _allow_block(self) -> None:
        self.block.set_possible(bool(self._view.selection.ids), T("No layer is selected."))

    def _name(self, button: IconButton, verb: Text, what: Text | None, reason: Text) -> None:
        button.set_possible(what is not None, reason)
        if what is not None:
            button.rename(T("{verb}: {what}", verb=verb, what=what))

    def _show_map(self) -> None:
        """The map is there while a part of the network is out of view."""
        self.minimap.setVisible(not self._view.shows_everything())

    def _place(self) -> None:
        width, height = self._view.width(), self._view.height()
        self.tools.adjustSize()
        self.tools.move(width - self.tools.width() - _MARGIN, _MARGIN)
        above = height - _MARGIN - self.zoom_bar.sizeHint().height()
        self.minimap.move(
            width - self.minimap.width() - _MARGIN, above - self.minimap.height() - _GAP
        )
        self.empty.resize(320, 120)
        self.empty.move((width - 320) // 2, (height - 120) // 2)
