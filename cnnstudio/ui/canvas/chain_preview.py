"""The layers a typed line would add, one a row: what is particular, the shape, the parameters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.core.text import T
from cnnstudio.ui.canvas.drawing import paint_icon
from cnnstudio.ui.canvas.faces import Face
from cnnstudio.ui.theme.tokens import FAMILY_ICONS, ICON
from cnnstudio.ui.widgets.context import Context

_ROW, _PAD, _GAP = 24, 4, 12
_MOST_ROWS = 6
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class ChainPreview(QWidget):
    """Paints the faces of layers that aren't there yet.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.faces: tuple[Face, ...] = ()

    def show_faces(self, faces: Sequence[Face]) -> None:
        """Shows other layers; hides for none."""
        self.faces = tuple(faces)
        self.setVisible(bool(faces))
        self.setAccessibleName(", ".join(f"{face.detail} {face.shape}" for face in faces))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = min(len(self.faces), _MOST_ROWS)
        return QSize(0, rows * self._context.theme.scaled(_ROW))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        height = self._context.theme.scaled(_ROW)
        for number, face in enumerate(self._shown()):
            row = QRectF(_PAD, number * height, self.width() - 2 * _PAD, height)
            if face is None:
                self._write(painter, row, "small", "muted", self._left_out(), _LEFT)
            else:
                self._paint_face(painter, row, face)

    def _shown(self) -> list[Face | None]:
        """The rows: all layers, or the first and the last with a word between them."""
        if len(self.faces) <= _MOST_ROWS:
            return list(self.faces)
        return [*self.faces[: _MOST_ROWS - 2], None, self.faces[-1]]

    def _left_out(self) -> str:
        count = len(self.faces) - (_MOST_ROWS - 1)
        return self._context.language.show(T("and {count} more", count=count))

    def _paint_face(self, painter: QPainter, row: QRectF, face: Face) -> None:
        theme = self._context.theme
        side = theme.scaled(ICON)
        icon = QRectF(row.left(), row.top(), side, row.height())
        colour = theme.colours.families[face.family]
        paint_icon(painter, theme, FAMILY_ICONS[face.family], colour, icon.center(), side)
        row = row.adjusted(side + _PAD, 0, 0, 0)
        used = self._write(
            painter, row, "code-small", "text", face.shape, Qt.AlignmentFlag.AlignRight
        )
        row = row.adjusted(0, 0, -used - _GAP, 0)
        if face.count:
            used = self._write(
                painter, row, "code-small", "muted", f"+{face.count}", Qt.AlignmentFlag.AlignRight
            )
            row = row.adjusted(0, 0, -used - _GAP, 0)
        self._write(painter, row, "body", "text", face.detail, Qt.AlignmentFlag.AlignLeft)

    def _write(
        self,
        painter: QPainter,
        row: QRectF,
        role: str,
        colour: str,
        words: str,
        side: Qt.AlignmentFlag,
    ) -> float:
        """Writes one word group and returns its width."""
        theme = self._context.theme
        font = theme.font(role)
        metrics = QFontMetricsF(font)
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, row.width())
        painter.setFont(font)
        painter.setPen(theme.colour(colour))
        painter.drawText(row, side | Qt.AlignmentFlag.AlignVCenter, words)
        return metrics.horizontalAdvance(words)
