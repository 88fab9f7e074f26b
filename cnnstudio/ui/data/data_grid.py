"""The grid of the Data workspace: it shows what was left out and what was relabelled."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.album import Album, Thumbnails
from cnnstudio.ui.data.collection import Collection
from cnnstudio.ui.data.picture_desk import PictureDesk
from cnnstudio.ui.data.picture_words import PART_PICTURES, change_text
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Language
from cnnstudio.ui.widgets.selecting_grid import SelectingGrid

_SIGN = 14
_VEIL = 184  # of 255: how much of a picture that is left out is covered


class PictureAlbum(Album):
    """Some pictures of a collection.

    Args:
        language: Names the classes aloud.
        collection: All pictures.
        chosen: Which of them, as numbers.
        thumbnails: Their images.
        by_class: Whether they are in classes; else they stay in the order they are chosen in.
    """

    def __init__(
        self,
        language: Language,
        collection: Collection,
        chosen: Indices,
        thumbnails: Thumbnails,
        *,
        by_class: bool = True,
    ) -> None:
        super().__init__(
            language, collection.facts, collection, chosen, thumbnails, by_class=by_class
        )
        self.collection = collection

    def caption(self, index: int) -> str:
        """The picture at a place as it is read aloud: name, class, part, what was changed."""
        return ", ".join(self.lines(index))

    def lines(self, index: int) -> list[str]:
        """What there is to say of the picture at a place, one thing a line."""
        collection, number = self.collection, self.number(index)
        said: list[Text | str] = [
            collection.name(number),
            collection.class_name(number),
            PART_PICTURES[collection.part(number)],
        ]
        if change := change_text(collection, number):
            said.append(change)
        return [self._language.show(text) for text in said]

    def is_excluded(self, index: int) -> bool:
        """Whether the picture at a place is left out."""
        return bool(self.collection.excluded[self.number(index)])

    def is_relabelled(self, index: int) -> bool:
        """Whether the picture at a place is in another class than its source says."""
        number = self.number(index)
        return bool(self.collection.labels[number] != self.collection.original[number])

    def note(self, numbers: Indices) -> Text:
        out = int(np.count_nonzero(self.collection.excluded[numbers]))
        count = super().note(numbers[out:])
        return T("{pictures}, {excluded} excluded", pictures=count, excluded=out) if out else count


class DataGrid(SelectingGrid):
    """Pictures of the data; what is left out is veiled and has a sign, what is relabelled a tag.

    Args:
        context: Theme and language.
        desk: Does what keys and the menu ask for.
        tile: The side of a picture in pixels.
        gap: The room between two.
    """

    resized = Signal()
    """It has another width: a row that must be full has another length."""

    def __init__(
        self,
        context: Context,
        desk: PictureDesk,
        tile: int,
        gap: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, tile, gap, parent)
        self._desk = desk
        self.menu_asked.connect(self._open_menu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._desk.key(event, self, self.current_place()):
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            index, album = self.index_at(event.pos()), self._pictures
            if index is not None and isinstance(album, PictureAlbum):
                QToolTip.showText(event.globalPos(), "\n".join(album.lines(index)), self)
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def _is_ready(self, index: int) -> bool:
        return not isinstance(self._pictures, Album) or self._pictures.is_ready(index)

    def _open_menu(self, at: QPoint) -> None:
        self._desk.open_menu(self, at, self.current_place())

    def _paint_tile(
        self, painter: QPainter, index: int, place: QRect, picture: QImage | None
    ) -> None:
        super()._paint_tile(painter, index, place, picture)
        album = self._pictures
        if not isinstance(album, PictureAlbum):
            return
        if album.is_excluded(index):
            veil = QColor(self._context.theme.colour("canvas"))
            veil.setAlpha(_VEIL)
            painter.fillRect(place, veil)
            self._paint_sign(painter, place, "eye-off", Qt.AlignmentFlag.AlignLeft)
        if album.is_relabelled(index):
            self._paint_sign(painter, place, "tag", Qt.AlignmentFlag.AlignRight)

    def _paint_sign(
        self, painter: QPainter, place: QRect, icon: str, side: Qt.AlignmentFlag
    ) -> None:
        theme, size = self._context.theme, self._context.theme.scaled(_SIGN)
        corner = QRectF(0, 0, size + 2, size + 2)
        corner.moveTop(place.top())
        if side == Qt.AlignmentFlag.AlignLeft:
            corner.moveLeft(place.left())
        else:
            corner.moveRight(place.right() + 1)
        painter.fillRect(corner, theme.colour("raised"))
        pixmap = theme.pixmap(icon, "text", size, self.devicePixelRatioF())
        painter.drawPixmap(corner.topLeft().toPoint() + QPoint(1, 1), pixmap)
