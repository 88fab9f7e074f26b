"""What the colours of the cards mean while they tell what training does with the parameters."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.canvas.marks import Learning, learning_of
from cnnstudio.ui.canvas.overlay import OverlayBar
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.theme.ink import mix
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label

_MARGIN = 12
_SWATCH = 14
_APART = 12
_BESIDE = 200  # the zoom bar and its distance


class _Swatch(QWidget):
    """A card's tile, small."""

    def __init__(self, context: Context, learning: Learning) -> None:
        super().__init__()
        self._theme, self._learning = context.theme, learning
        self.setFixedSize(QSize(_SWATCH, _SWATCH))
        context.theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        colour, ground = theme.colour(self._learning.value), theme.colour("raised")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour)
        painter.setBrush(mix(colour, ground, 0.30))
        place = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(place, 3, 3)
        if self._learning is Learning.FROZEN:
            painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(place, 3, 3)


class LearningLegend(OverlayBar):
    """The colours in words, with how many parameters each stands for; over the canvas.

    Args:
        view: The canvas.
    """

    closed = Signal()
    """The colours of the families are wanted again."""

    def __init__(self, view: CanvasView) -> None:
        context = view.context
        super().__init__(context, view)
        self._view = view
        self._narrow: bool | None = None
        self.labels: dict[Learning, Label] = {}
        for learning in Learning:
            label = self.labels[learning] = Label(context, "", "small")
            entry = QHBoxLayout()
            entry.setSpacing(6)
            entry.addWidget(_Swatch(context, learning))
            entry.addWidget(label, 1)
            self.row.addLayout(entry)
        self.close_button = IconButton(context, "x", T("Colour by family again"))
        self.close_button.clicked.connect(self.closed)
        self.row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignRight)
        view.installEventFilter(self)
        self.hide()

    def sync(self, analysis: Analysis) -> None:
        """Counts anew."""
        layers = dict.fromkeys(Learning, 0)
        params = dict.fromkeys(Learning, 0)
        for one in analysis.nodes.values():
            layers[learning_of((one,))] += 1
            params[Learning.TRAINED] += one.trainable_params
            params[Learning.FROZEN] += one.non_trainable_params
        for learning, label in self.labels.items():
            label.say(_said(learning, params[learning], layers[learning]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._place()  # its words, or their size, are others
        return done

    def _place(self) -> None:
        """In the lower left corner; one below the other where the zoom bar is in the way."""
        row = self.row
        parts = (row.itemAt(index) for index in range(row.count()))
        width = sum(part.sizeHint().width() + _APART for part in parts if part is not None)
        narrow = width > self._view.width() - _BESIDE
        if narrow != self._narrow:  # each of these asks for a layout, and so for this again
            self._narrow = narrow
            directions = QBoxLayout.Direction
            row.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
            row.setSpacing(2 if narrow else _APART)
            row.setContentsMargins(10, 6 if narrow else 1, 8 if narrow else 1, 1)
        row.activate()
        self.resize(row.sizeHint())
        self.move(_MARGIN, self._view.height() - self.height() - _MARGIN)


def _said(learning: Learning, params: int, layers: int) -> Text:
    match learning:
        case Learning.TRAINED:
            return TN("{count} parameter is trained", "{count} parameters are trained", params)
        case Learning.FROZEN:
            return TN("{count} isn't trained", "{count} aren't trained", params)
        case Learning.NONE:
            return TN(
                "{count} layer without parameters", "{count} layers without parameters", layers
            )
