"""Links, the draft of one being drawn, the slot a drop would fill, and notes beside them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.ui.canvas.drawing import canvas_font, painter_path
from cnnstudio.ui.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, Path, Point, Rect, path_middle
from cnnstudio.ui.theme.ink import Ink
from cnnstudio.ui.theme.tokens import CARD_RADIUS

_THIN, _THICK = 1.5, 2.5
NOTE_WIDTH = 224.0
_NOTE_PAD = 10.0


class LinkItem(QGraphicsItem):
    """A link under the cards.

    Args:
        theme: The colours.
    """

    def __init__(self, theme: Ink) -> None:
        super().__init__()
        self._theme = theme
        self._path: Path = ()
        self._drawn = QPainterPath()
        self._hot = False
        self._label = ""
        self._box = QRectF()
        self.setZValue(0)

    def show_path(self, path: Path) -> None:
        """Runs along another path."""
        if path is not self._path and path != self._path:
            self.prepareGeometryChange()
            self._path = path
            self._drawn = painter_path(path)
            self._box = _reach(self._drawn, _THICK)

    def show_hot(self, hot: bool, label: str = "") -> None:
        """Hovered, selected, or the target of a drop.

        Args:
            hot: Whether it is.
            label: The shape that flows through it, written beside it; "" for none.
        """
        if (hot, label) != (self._hot, self._label):
            self.prepareGeometryChange()
            self._hot, self._label = hot, label
            self.setZValue(2.5 if hot else 0)
            self.update()

    def boundingRect(self) -> QRectF:
        return self._box.united(self._label_box()) if self._label else self._box

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme, detail = self._theme, option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, detail >= 0.2)
        pen = QPen(theme.colour("accent" if self._hot else "control"))
        pen.setWidthF(_THICK if self._hot else _THIN)
        pen.setCosmetic(detail < 0.55)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._drawn)
        if self._label and detail >= 0.55:
            self._paint_label(painter)

    def _label_box(self) -> QRectF:
        if not self._path:
            return QRectF()
        width = QFontMetricsF(canvas_font("code-small")).horizontalAdvance(self._label) + 12
        middle = path_middle(self._path)
        return QRectF(middle.x + 8, middle.y - 10, width, 20)

    def _paint_label(self, painter: QPainter) -> None:
        theme, box = self._theme, self._label_box()
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(theme.colour("text"))
        painter.setFont(canvas_font("code-small"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._label)


class DraftLink(QGraphicsItem):
    """The link being drawn: dashed, in danger colours while nothing would take it."""

    def __init__(self, theme: Ink) -> None:
        super().__init__()
        self._theme = theme
        self._drawn = QPainterPath()
        self._refused = False
        self.setZValue(5)

    def show_path(self, path: Path, refused: bool) -> None:
        """Runs along `path`."""
        self.prepareGeometryChange()
        self._drawn = painter_path(path)
        self._refused = refused
        self.update()

    def boundingRect(self) -> QRectF:
        return _reach(self._drawn, 3)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.colour("danger" if self._refused else "accent")
        pen = QPen(colour, 2)
        pen.setDashPattern([2.5, 1.5] if self._refused else [4.0, 2.5])
        painter.setPen(pen)
        painter.drawPath(self._drawn)


def _reach(path: QPainterPath, pen: float) -> QRectF:
    """What a path covers, drawn with a pen."""
    return path.controlPointRect().adjusted(-pen, -pen, pen, pen)


class SlotItem(QGraphicsItem):
    """The place a dropped card would take."""

    def __init__(self, theme: Ink) -> None:
        super().__init__()
        self._theme = theme
        self._room = QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT)
        self.setZValue(0.5)
        self.hide()

    def show_rect(self, room: Rect) -> None:
        """Marks this part of the canvas."""
        self.prepareGeometryChange()
        self._room = QRectF(0, 0, room.width, room.height)
        self.setPos(QPointF(room.x, room.y))
        self.show()

    def boundingRect(self) -> QRectF:
        return self._room.adjusted(-1, -1, 1, 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = self._theme.colour("accent")
        painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
        accent.setAlphaF(0.10)
        painter.setBrush(accent)
        frame = self._room.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)


class NoteItem(QGraphicsItem):
    """A small box of words on the canvas, the same size at every zoom.

    Args:
        theme: The colours.
    """

    def __init__(self, theme: Ink) -> None:
        super().__init__()
        self._theme = theme
        self._title_words = ""
        self._title_height = 0.0
        self._lines = ""
        self._size = QRectF()
        self._danger = False
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(6)
        self.hide()

    def say(self, at: Point, title: str, lines: str = "", *, danger: bool = False) -> None:
        """Shows a title and lines below it, the upper left corner at `at`."""
        self.prepareGeometryChange()
        self._title_words, self._lines, self._danger = title, lines, danger
        room = QRectF(0, 0, NOTE_WIDTH - 2 * _NOTE_PAD, 1000)
        flags = Qt.TextFlag.TextWordWrap
        top = QFontMetricsF(canvas_font("title")).boundingRect(room, flags, title)
        self._title_height = top.height()
        below = QFontMetricsF(canvas_font("small")).boundingRect(room, flags, lines)
        height = top.height() + (below.height() + 4 if lines else 0) + 2 * _NOTE_PAD - 2
        width = max(top.width(), below.width() if lines else 0.0) + 2 * _NOTE_PAD + 1
        self._size = QRectF(0, 0, width, height)
        self.setPos(QPointF(*at))
        self.show()
        self.update()

    def words(self) -> str:
        """What it says, title first; empty while hidden."""
        return f"{self._title_words}\n{self._lines}".strip() if self.isVisible() else ""

    def boundingRect(self) -> QRectF:
        return self._size

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("danger" if self._danger else "line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(self._size.adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)
        inside = self._size.adjusted(_NOTE_PAD, _NOTE_PAD - 1, -_NOTE_PAD, 0)
        painter.setPen(theme.colour("text"))
        painter.setFont(canvas_font("title"))
        painter.drawText(inside, Qt.TextFlag.TextWordWrap, self._title_words)
        if self._lines:
            painter.setPen(theme.colour("muted"))
            painter.setFont(canvas_font("small"))
            inside.translate(0, self._title_height + 4)
            painter.drawText(inside, Qt.TextFlag.TextWordWrap, self._lines)
