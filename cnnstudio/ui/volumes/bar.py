"""What lies over the views of a network: which of them, how it is projected, and saving it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.text import T
from cnnstudio.core.volumes.parts import LARGEST_ANGLE, SMALLEST_ANGLE, Look, Scale
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.choices import Combo, Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase

CARDS, VOLUMES = "cards", "volumes"
ANGLES = range(SMALLEST_ANGLE, LARGEST_ANGLE + 1, 5)
_MARGIN, _GAP = 12, 8


class ViewBar(QObject):
    """Places the controls over the views; a view has the pointer between them.

    Args:
        context: Theme and language.
        over: What it lies over.

    Attributes:
        chosen: The person chose "cards" or "volumes".
        projected: The person chose another `Look`.
        export: The button that saves the view as a picture.
    """

    chosen = Signal(object)
    projected = Signal(object)

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._over = context, over
        self.views = Segmented(
            context,
            [(CARDS, T("Cards")), (VOLUMES, T("Volumes"))],
            T("View of the network"),
            ("rows-3", "box"),
        )
        self.scale = Combo(
            context,
            [(Scale.LOG, T("Log scale")), (Scale.LINEAR, T("Linear scale"))],
            T("How sizes follow numbers"),
        )
        self.angle = Combo(
            context,
            [(angle, T("Angle {angle}°", angle=angle)) for angle in ANGLES],
            T("Angle of the columns"),
        )
        self.meaning = Label(
            context, T("Box = rows × columns × channels, bar = values"), "small", "muted"
        )
        self.export = Button(context, "SVG · PDF · PNG", "download", action="design.save_picture")
        Phrase(
            context.language,
            self.scale,
            QWidget.setToolTip,
            T(
                "Log: every doubling adds the same length. Linear: boxes in proportion to each "
                "other, and vectors in proportion to each other."
            ),
        )
        for combo in (self.scale, self.angle):
            combo.setMinimumContentsLength(7)
        self.left, self.right = QWidget(over), QWidget(over)
        _in_row(self.left, self.views, self.scale, self.angle)
        _in_row(self.right, self.meaning, self.export)
        self.views.changed.connect(self.chosen)
        for combo in (self.scale, self.angle):
            combo.chosen.connect(self._project)
        context.keys.changed.connect(self._tell_keys)
        context.language.changed.connect(self._place)
        context.theme.changed.connect(self._place)
        over.installEventFilter(self)
        self._tell_keys()

    def show_state(self, view: str, look: Look) -> None:
        """Shows which view there is, and its projection where it has one."""
        self.views.set_value(view)
        self.scale.set_value(look.scale)
        self.angle.set_value(look.angle)
        for part in (self.scale, self.angle, self.right):
            part.setVisible(view == VOLUMES)
        self._place()

    @property
    def bottom(self) -> int:
        """Where what lies below it may begin."""
        return max(self.left.geometry().bottom(), self.right.geometry().bottom()) + _MARGIN

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return False

    def _project(self, _value: object) -> None:
        self.projected.emit(Look(self.scale.value, self.angle.value))

    def _tell_keys(self) -> None:
        self.views.setToolTip(self._context.keys.of("design.volumes"))

    def _place(self) -> None:
        width = self._over.width()
        self.left.adjustSize()
        self.meaning.show()
        room = width - self.left.width() - 2 * _MARGIN - 3 * _GAP
        self.meaning.setVisible(self.right.sizeHint().width() <= room)
        self.right.adjustSize()
        self.left.move(_MARGIN, _MARGIN)
        below = self.left.height() + _GAP if self.right.width() > room + _GAP else 0
        self.right.move(width - self.right.width() - _MARGIN, _MARGIN + below)
        self.left.raise_()
        self.right.raise_()


def _in_row(group: QWidget, *parts: QWidget) -> None:
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(_GAP)
    for part in parts:
        row.addWidget(part)
