"""What the lines of the plots mean."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.core.text import T
from cnnstudio.ui.widgets.context import Context

_PARTS = (
    ("average", T("training average")),
    ("band", T("batches min–max")),
    ("validation", T("validation")),
    ("epochs", T("epoch mean")),
)
_SAMPLE = {"average": 20, "band": 20, "validation": 24, "epochs": 8}
_AFTER_SAMPLE, _AFTER_TEXT = 6, 12


class Legend(QWidget):
    """A sample and a name for each kind of line.

    Args:
        context: Theme and language.
        band_alpha: How opaque the band is, 0 to 1.
    """

    def __init__(self, context: Context, band_alpha: float) -> None:
        super().__init__()
        self._context = context
        self._alpha = band_alpha
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        context.language.changed.connect(self._renew)
        context.theme.changed.connect(self._renew)
        self._renew()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._context.theme.font("small"))
        show = self._context.language.show
        width = sum(
            _SAMPLE[kind] + _AFTER_SAMPLE + metrics.horizontalAdvance(show(text)) + _AFTER_TEXT
            for kind, text in _PARTS
        )
        return QSize(width - _AFTER_TEXT, self._context.theme.line_height("small"))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, show = self._context.theme, self._context.language.show
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        left, middle = 0.0, self.height() / 2
        for kind, text in _PARTS:
            self._sample(painter, kind, QRectF(left, middle - 6, _SAMPLE[kind], 12))
            left += _SAMPLE[kind] + _AFTER_SAMPLE
            words = show(text)
            width = painter.fontMetrics().horizontalAdvance(words)
            painter.setPen(theme.colour("text"))
            box = QRectF(left, 0, width + 2, self.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), words)
            left += width + _AFTER_TEXT

    def _sample(self, painter: QPainter, kind: str, box: QRectF) -> None:
        theme = self._context.theme
        training, validation = theme.colour("training"), theme.colour("validation")
        ends = QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y())
        painter.setPen(Qt.PenStyle.NoPen)
        match kind:
            case "average":
                painter.setPen(QPen(training, 2))
                painter.drawLine(*ends)
            case "band":
                fill = QColor(training)
                fill.setAlphaF(self._alpha)
                painter.fillRect(box.adjusted(0, 1, 0, -1), fill)
            case "epochs":
                painter.fillRect(QRectF(box.left(), box.center().y() - 4, 8, 8), training)
            case _:
                pen = QPen(validation, 2)
                pen.setDashPattern([3, 1.5])
                painter.setPen(pen)
                painter.drawLine(*ends)
                painter.setPen(QPen(validation, 2))
                painter.setBrush(theme.colour("canvas"))
                painter.drawEllipse(box.center(), 4, 4)

    def _renew(self) -> None:
        show = self._context.language.show
        self.setAccessibleName(", ".join(show(text) for _, text in _PARTS))
        self.updateGeometry()
        self.update()
