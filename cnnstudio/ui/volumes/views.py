"""The two views of one network, one of them shown: cards and volumes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSettings, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.quick_entry import NewLayer
from cnnstudio.core.text import T
from cnnstudio.core.volumes.parts import Look, Scale
from cnnstudio.ui.canvas.controls import ZoomBar
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.volumes.bar import ANGLES, CARDS, VOLUMES, ViewBar
from cnnstudio.ui.volumes.note import SightNote
from cnnstudio.ui.volumes.view import VolumesView
from cnnstudio.ui.widgets.states import EmptyState, Remedy

_VIEW, _SCALE, _ANGLE = "design/view", "design/scale", "design/angle"
_MARGIN = 12


class NetworkViews(QWidget):
    """Shows one of the views and the controls over it; which one is remembered.

    Args:
        cards: The canvas.
        volumes: The volumes.
        settings: Where view and projection are remembered.

    Attributes:
        switched: The other view is shown.
    """

    switched = Signal()

    def __init__(self, cards: CanvasView, volumes: VolumesView, settings: QSettings) -> None:
        super().__init__()
        self.cards, self.volumes = cards, volumes
        self._settings = settings
        self._views: dict[str, CanvasView | VolumesView] = {CARDS: cards, VOLUMES: volumes}
        self._stack = QStackedLayout(self)
        for view in self._views.values():
            self._stack.addWidget(view)
        context = cards.context
        self.zoom_bar = ZoomBar(context, volumes)
        self.note = SightNote(volumes)
        self.empty = EmptyState(
            context,
            T("Drag a layer here, or type its name."),
            Remedy(
                T("Add an Input"), lambda: volumes.added.emit((NewLayer(kinds()["input"]),), None)
            ),
            volumes,
        )
        self.bar = ViewBar(context, self)
        self.bar.chosen.connect(self.show_view)
        self.bar.projected.connect(self._project)
        volumes.view_changed.connect(self._show_emptiness)
        volumes.installEventFilter(self)
        volumes.look = self._kept_look()
        kept = str(settings.value(_VIEW, CARDS))
        self._show(kept if kept in self._views else CARDS)

    @property
    def shown(self) -> str:
        """Which view is shown: "cards" or "volumes"."""
        return VOLUMES if self.current is self.volumes else CARDS

    @property
    def current(self) -> CanvasView | VolumesView:
        """The view that is shown."""
        return self.volumes if self._stack.currentIndex() else self.cards

    def show_view(self, name: str) -> None:
        """Shows "cards" or "volumes"; the selected layer is in view there too."""
        if name == self.shown:
            return
        self._settings.setValue(_VIEW, name)
        had_focus = self.current.hasFocus()
        self._show(name)
        if self.current.selection.current:
            self.current.reveal(self.current.selection.current)
        if had_focus:
            self.current.setFocus()
        self.switched.emit()

    def switch(self) -> None:
        """Shows the other view."""
        self.show_view(CARDS if self.shown == VOLUMES else VOLUMES)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            width, height = self.volumes.width(), self.volumes.height()
            self.note.move(width - self.note.width() - _MARGIN, self.bar.bottom)
            self.empty.setGeometry((width - 320) // 2, (height - 120) // 2, 320, 120)
        return False

    def _show(self, name: str) -> None:
        self._stack.setCurrentWidget(self._views[name])
        self.setFocusProxy(self._views[name])
        self.bar.show_state(name, self.volumes.look)

    def _project(self, look: Look) -> None:
        self._settings.setValue(_SCALE, look.scale.value)
        self._settings.setValue(_ANGLE, look.angle)
        self.volumes.show_look(look)

    def _show_emptiness(self) -> None:
        self.empty.setVisible(not self.volumes.drawing.volumes)

    def _kept_look(self) -> Look:
        """The projection of last time; the usual one where the settings hold anything else."""
        usual = Look()
        scale, angle = self._settings.value(_SCALE), self._settings.value(_ANGLE)
        try:
            degrees = int(angle)
        except (TypeError, ValueError):
            degrees = usual.angle
        known = scale in {one.value for one in Scale}
        return Look(
            Scale(scale) if known else usual.scale,
            degrees if degrees in ANGLES else usual.angle,
        )
