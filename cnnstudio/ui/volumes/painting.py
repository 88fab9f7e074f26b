"""Painting volumes, their captions, links and brackets, on the screen and on paper alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QStaticText,
    QTransform,
)

from cnnstudio.core.layers.spec import Family
from cnnstudio.core.volumes.parts import Arrow, Bracket, Drawing, Form, Point, Volume
from cnnstudio.ui.canvas.drawing import canvas_font, laid_out
from cnnstudio.ui.theme.ink import Ink, mix
from cnnstudio.ui.volumes.captions import Caption

READABLE = 0.4
"""Below this zoom captions and numbers are left out."""

_TOP, _FRONT, _SIDE = 0.16, 0.30, 0.44
_EDGE, _CHOSEN_EDGE = 1.1, 2.2
_BAR_RADIUS = 2.0
_NAME, _KIND, _COUNT = 39.0, 57.0, 73.5  # middles of the caption's lines, below the volume
_CORNER = 6.0
_HEAD = 5.0
_TICK, _TITLE_UP, _TITLES_APART = 7.0, 13.0, 1600.0
_FAR = 0.15


class _Inks(NamedTuple):
    top: QColor
    front: QColor
    side: QColor
    edge: QPen


class VolumePainter:
    """Paints the parts of a drawing.

    Args:
        ink: The colours.
        drawing: What is painted.
        captions: What stands below each volume.
        titles: The words over the brackets: feature extractor and classifier.
        picture: What the input's face carries; None for a plain one.

    Attributes:
        arrow_areas: What each link covers, in the order of the drawing's arrows.
    """

    def __init__(
        self,
        ink: Ink,
        drawing: Drawing,
        captions: Mapping[str, Caption],
        titles: tuple[str, str] = ("", ""),
        picture: QImage | None = None,
    ) -> None:
        self._ink, self._captions = ink, captions
        self._titles, self._picture = titles, picture
        self.drawing = drawing
        self._inks: dict[Family, _Inks] = {}
        self._areas: dict[str, QRectF] = {}
        self._paths: dict[Arrow, QPainterPath] = {}
        self._bounds: QRectF | None = None
        self.arrow_areas = [_arrow_area(arrow) for arrow in drawing.arrows]

    # --- extents --------------------------------------------------------------------------------

    def area(self, volume: Volume) -> QRectF:
        """What a volume covers with its numbers and its caption."""
        if volume.id not in self._areas:
            half = max(self._captions[volume.id].width / 2, volume.right - volume.middle + 24)
            top, bottom = volume.summit - 2, volume.y + _COUNT + 10
            self._areas[volume.id] = QRectF(volume.middle - half - 8, top, 2 * half + 16,
                                            bottom - top)  # fmt: skip
        return self._areas[volume.id]

    def path(self, arrow: Arrow) -> QPainterPath:
        """A link's line with its head."""
        if arrow not in self._paths:
            self._paths[arrow] = _arrow_path(arrow.points)
        return self._paths[arrow]

    def bounds(self) -> QRectF | None:
        """The rectangle around everything; None if there is nothing."""
        if self._bounds is None:
            self._bounds = self._find_bounds()
        return None if self._bounds.isNull() else self._bounds

    def _find_bounds(self) -> QRectF:
        found = QRectF()
        for volume in self.drawing.volumes.values():
            found = found.united(self.area(volume))
        for area in self.arrow_areas:
            found = found.united(area)
        for bracket in self.drawing.brackets:
            top = bracket.y - _TITLE_UP - 10
            found = found.united(QRectF(bracket.left, top, bracket.right - bracket.left, 1))
        return found

    # --- parts ----------------------------------------------------------------------------------

    def paint_arrow(self, painter: QPainter, arrow: Arrow, detail: float = 1.0) -> None:
        """Paints a link.

        Args:
            painter: Draws in the drawing's coordinates.
            arrow: The link.
            detail: Screen pixels for one pixel of the drawing.
        """
        pen = QPen(self._ink.colour("control"), _EDGE)
        pen.setCosmetic(detail < READABLE)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path(arrow))

    def paint_bracket(self, painter: QPainter, bracket: Bracket, detail: float = 1.0) -> None:
        """Paints a bracket and the word over it, several times over a long one.

        Args:
            painter: Draws in the drawing's coordinates.
            bracket: The bracket.
            detail: Screen pixels for one pixel of the drawing.
        """
        left, right, y = bracket.left, bracket.right, bracket.y
        pen = QPen(self._ink.colour("control"), _EDGE)
        pen.setCosmetic(detail < READABLE)
        painter.setPen(pen)
        painter.drawLines(
            [
                QLineF(left, y + _TICK, left, y),
                QLineF(left, y, right, y),
                QLineF(right, y, right, y + _TICK),
            ]
        )
        if detail < READABLE:
            return
        times = max(1, int((right - left) // _TITLES_APART))
        for index in range(times):
            x = left + (right - left) * (index + 0.5) / times
            self._write(painter, self._titles[bracket.part], "title", x, y - _TITLE_UP, 0)

    def paint_volume(
        self, painter: QPainter, volume: Volume, detail: float = 1.0, *, chosen: bool = False
    ) -> None:
        """Paints a layer's volume, its numbers and its caption.

        Args:
            painter: Draws in the drawing's coordinates.
            volume: The volume.
            detail: Screen pixels for one pixel of the drawing.
            chosen: Whether it is selected.
        """
        caption = self._captions[volume.id]
        inks = self._family(caption.family)
        if detail < _FAR:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._ink.colour("accent") if chosen else inks.side)
            painter.drawPolygon(polygon(volume.outline))
            return
        edge = QPen(self._ink.colour("accent"), _CHOSEN_EDGE) if chosen else inks.edge
        if volume.form is Form.UNKNOWN:
            edge = QPen(edge)
            if not chosen:
                edge.setColor(self._ink.colour("danger" if caption.wrong else "control"))
            edge.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(edge)
        self._paint_body(painter, volume, inks, is_input=caption.family is Family.INPUT)
        if detail >= READABLE:
            self._paint_words(painter, volume, caption)

    def _paint_body(
        self, painter: QPainter, volume: Volume, inks: _Inks, *, is_input: bool
    ) -> None:
        if volume.form is Form.UNKNOWN:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolygon(polygon(volume.front))
            return
        painter.setBrush(inks.front)
        if volume.form is Form.BAR:
            top = QRectF(volume.x, volume.y - volume.height, volume.width, volume.height)
            painter.drawRoundedRect(top, _BAR_RADIUS, _BAR_RADIUS)
            return
        painter.drawPolygon(polygon(volume.front))
        if not volume.reach:
            return
        painter.setBrush(inks.top)
        painter.drawPolygon(polygon(volume.top))
        picture = self._picture if is_input else None
        if picture is not None and volume.shape[:2] == (picture.height(), picture.width()):
            self._paint_picture(painter, volume, picture)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(inks.side)
        painter.drawPolygon(polygon(volume.side))

    def _paint_picture(self, painter: QPainter, volume: Volume, picture: QImage) -> None:
        """The picture on the input's face, every pixel a cell, never smoothed."""
        (x, y), right, _, below = volume.side
        w, h = picture.width(), picture.height()
        onto = QTransform((right[0] - x) / w, (right[1] - y) / w,
                          (below[0] - x) / h, (below[1] - y) / h, x, y)  # fmt: skip
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setTransform(onto, True)
        painter.drawImage(QPointF(0, 0), picture)
        painter.restore()

    def _paint_words(self, painter: QPainter, volume: Volume, caption: Caption) -> None:
        for label in volume.labels:
            self._write(painter, label.text, "code-small", label.x, label.y, label.align)
        x, y = volume.middle, volume.y
        self._write(painter, caption.name, "title", x, y + _NAME, 0)
        family = self._ink.family(caption.family)
        self._write(painter, caption.kind, "small", x, y + _KIND, 0, family)
        muted = self._ink.colour("muted")
        self._write(painter, caption.count, "code-small", x, y + _COUNT, 0, muted)

    def _write(
        self,
        painter: QPainter,
        text: str,
        role: str,
        x: float,
        y: float,
        align: int,
        colour: QColor | None = None,
    ) -> None:
        """Writes one line; `y` is its middle."""
        if not text:
            return
        line = _line(text, role)
        size = line.size()
        painter.setFont(canvas_font(role))
        painter.setPen(colour or self._ink.colour("text"))
        left = x - size.width() * (align + 1) / 2
        painter.drawStaticText(QPointF(left, y - size.height() / 2), line)

    def _family(self, family: Family) -> _Inks:
        """The four colours of a family."""
        if family not in self._inks:
            colour, ground = self._ink.family(family), self._ink.colour("canvas")
            top, front, side = (mix(colour, ground, share) for share in (_TOP, _FRONT, _SIDE))
            pen = QPen(colour, _EDGE)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            self._inks[family] = _Inks(top, front, side, pen)
        return self._inks[family]


@lru_cache(maxsize=8192)
def _line(text: str, role: str) -> QStaticText:
    return laid_out(text, role)


def _arrow_area(arrow: Arrow) -> QRectF:
    """What a link covers."""
    xs, ys = [x for x, _ in arrow.points], [y for _, y in arrow.points]
    left, top, reach = min(xs), min(ys), _HEAD + 1
    return QRectF(left - reach, top - reach, max(xs) - left + 2 * reach, max(ys) - top + 2 * reach)


def polygon(points: Iterable[Point]) -> QPolygonF:
    """Points as Qt draws them."""
    return QPolygonF([QPointF(x, y) for x, y in points])


def _arrow_path(points: tuple[Point, ...]) -> QPainterPath:
    """A line with rounded corners and an open head."""
    path = QPainterPath(QPointF(*points[0]))
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(_towards(corner, before, _CORNER))
        path.quadTo(QPointF(*corner), _towards(corner, after, _CORNER))
    tip = QPointF(*points[-1])
    path.lineTo(tip)
    line = QLineF(tip, QPointF(*points[-2]))
    for turn in (-35, 35):
        side = QLineF.fromPolar(_HEAD * 1.5, line.angle() + turn).translated(tip)
        path.moveTo(side.p2())
        path.lineTo(tip)
    return path


def _towards(a: Point, b: Point, by: float) -> QPointF:
    """The point `by` away from `a` towards `b`, halfway at most."""
    line = QLineF(QPointF(*a), QPointF(*b))
    line.setLength(min(by, line.length() / 2))
    return line.p2()
