"""The ways a picture gets another size, each shown with one of the person's pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QWidget,
)

from cnnstudio.core.data.fitting import FITS, Size, borders, inner_size, middle
from cnnstudio.core.text import T
from cnnstudio.ui.theme.tokens import GAP, RADIUS
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING
from cnnstudio.ui.widgets.images import picture_image
from cnnstudio.ui.widgets.language import Phrase

FIT_NAMES = {"stretch": T("Stretch"), "pad": T("Pad"), "crop": T("Crop")}
_TIPS = {
    "stretch": T("The whole picture; its proportions change."),
    "pad": T("The whole picture, in proportion; what is missing is black."),
    "crop": T("The middle of the picture, in proportion; the rest is cut off."),
}
_SIDE = 72


def fitted(image: QImage, size: Size, fit: str, channels: int) -> QImage:
    """A picture at another size, to look at: as the decoder does it, with Qt's smooth scaling.

    Args:
        image: The picture as its file has it.
        size: (rows, columns) wanted.
        fit: One of ``FITS``.
        channels: What the network gets: 1 shows it grey.
    """
    own = image.height(), image.width()
    top, left, rows, columns = middle(own, size, fit)
    inner = inner_size(own, size, fit)
    part = image.copy(left, top, columns, rows).scaled(
        inner[1],
        inner[0],
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    result = QImage(size[1], size[0], QImage.Format.Format_RGB32)
    result.fill(0)
    painter = QPainter(result)
    painter.drawImage(borders(size[1] - inner[1])[0], borders(size[0] - inner[0])[0], part)
    painter.end()
    return result.convertToFormat(QImage.Format.Format_Grayscale8) if channels == 1 else result


class _Tile(QAbstractButton):
    """One way: the picture as it would be, and what the way is called."""

    def __init__(self, context: Context, fit: str) -> None:
        super().__init__()
        self._context = context
        self._image: QImage | None = None
        self._shape: Size = (1, 1)
        self.setCheckable(True)
        self.setProperty(NO_RING, True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Phrase(context.language, self, _Tile._set_words, FIT_NAMES[fit])
        Phrase(context.language, self, QWidget.setToolTip, _TIPS[fit])
        Phrase(context.language, self, QWidget.setAccessibleDescription, _TIPS[fit])
        context.theme.changed.connect(self.updateGeometry)

    def show_image(self, image: QImage | None, size: Size) -> None:
        """Shows a picture of this size, or the empty place of one."""
        self._image, self._shape = image, size
        self.update()

    def sizeHint(self) -> QSize:
        theme = self._context.theme
        side = theme.scaled(_SIDE)
        return QSize(side + 8, side + theme.line_height("small") + 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(_SIDE // 2, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selection"))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        place = self._place(min(theme.scaled(_SIDE), self.width() - 8))
        if self._image is None:
            painter.fillRect(place, theme.colour("sunken"))
        else:
            painter.drawImage(place, self._image)
        painter.setFont(theme.font("title" if self.isChecked() else "small"))
        painter.setPen(theme.colour("text" if self.isChecked() else "muted"))
        below = QRect(0, theme.scaled(_SIDE) + 6, self.width(), theme.line_height("small") + 2)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), self.text())

    def _place(self, side: int) -> QRect:
        rows, columns = self._shape
        scale = side / max(rows, columns)
        width, height = max(round(columns * scale), 1), max(round(rows * scale), 1)
        return QRect((self.width() - width) // 2, 4 + (side - height) // 2, width, height)

    def _set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)


class FitTiles(QWidget):
    """A choice of one of three ways. Arrow keys move it.

    Args:
        context: Theme and language.
    """

    changed = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP // 2)
        for number, fit in enumerate(FITS):
            tile = _Tile(context, fit)
            self._group.addButton(tile, number)
            row.addWidget(tile, 1)
        self._group.idClicked.connect(self._tell)
        Phrase(context.language, self, QWidget.setAccessibleName, T("How a picture gets this size"))

    def tile(self, fit: str) -> QAbstractButton:
        """The tile of a way."""
        return self._group.button(FITS.index(fit))

    def set_value(self, fit: str) -> None:
        """Chooses a way without a signal."""
        if fit in FITS:
            self.tile(fit).setChecked(True)

    def show_picture(self, picture: NDArray[np.uint8] | None, size: Size, channels: int) -> None:
        """Shows what each way makes of a picture.

        Args:
            picture: As its file has it, uint8, shape (rows, columns, 1 or 3); None while there is
                none.
            size: (rows, columns) the network gets.
            channels: What the network gets.
        """
        image = None if picture is None else picture_image(picture)
        for fit in FITS:
            tile = self.tile(fit)
            assert isinstance(tile, _Tile)
            tile.show_image(None if image is None else fitted(image, size, fit, channels), size)

    def _tell(self, number: int) -> None:
        self.changed.emit(FITS[number])
