"""A network as a small drawing: one box for each layer, in its family's colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.shapes import Shape
from cnnstudio.ui.theme.ink import mix
from cnnstudio.ui.theme.theme import Theme

_GAP = 18.0
_VECTOR_WIDTH = 20.0
_SLANT = 0.5 * math.cos(math.radians(30)), 0.5 * math.sin(math.radians(30))
_LARGEST_SCALE = 0.32


@dataclass(frozen=True, slots=True)
class _Box:
    """Logical sizes: front `width` and `height`, and the columns' `depth` before slanting."""

    family: Family
    width: float
    height: float
    depth: float

    @property
    def across(self) -> float:
        return self.width + self.depth * _SLANT[0]

    @property
    def tall(self) -> float:
        return self.height + self.depth * _SLANT[1]


def boxes_of(analysis: Analysis) -> tuple[_Box, ...]:
    """The boxes of a network, in the order of its analysis; layers without a shape have none."""
    return tuple(_box(node.kind.family, node.output) for node in analysis.nodes.values())


def paint_sketch(
    painter: QPainter, area: QRectF, boxes: Sequence[_Box], theme: Theme, ground: str = "surface"
) -> None:
    """Paints a network into `area`, standing on its lower edge, from the left.

    Args:
        painter: Where to paint.
        area: The room there is.
        boxes: What `boxes_of` gave.
        theme: The theme in use.
        ground: The role of the colour behind it.
    """
    if not boxes:
        return
    width = sum(box.across for box in boxes) + _GAP * (len(boxes) - 1)
    scale = min(area.width() / width, area.height() / max(b.tall for b in boxes), _LARGEST_SCALE)
    under = theme.colour(ground)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    left = area.left()
    for box in boxes:
        _paint_box(
            painter, QPointF(left, area.bottom()), box, scale, theme.family(box.family), under
        )
        left += (box.across + _GAP) * scale
    painter.restore()


def _box(family: Family, shape: Shape) -> _Box:
    if len(shape) == 3:
        rows, columns, channels = shape
        return _Box(family, 10 + 14 * math.log2(channels), _side(rows), _side(columns))
    height = max(14.0, 18 * math.log2(max(math.prod(shape), 2)))
    return _Box(family, _VECTOR_WIDTH, height, 0)


def _side(cells: int) -> float:
    return max(14.0, 40 * math.log2(max(cells, 1)))


def _paint_box(
    painter: QPainter, foot: QPointF, box: _Box, scale: float, colour: QColor, under: QColor
) -> None:
    width, height = max(3.0, box.width * scale), box.height * scale
    dx, dy = box.depth * scale * _SLANT[0], box.depth * scale * _SLANT[1]
    front = QRectF(foot.x(), foot.y() - height, width, height)
    painter.setPen(QPen(colour, 1.0))
    painter.setBrush(mix(colour, under, 0.30))
    painter.drawRect(front)
    if not box.depth:
        return
    slant = QPointF(dx, -dy)
    top = [front.topLeft(), front.topRight(), front.topRight() + slant, front.topLeft() + slant]
    side = [front.topRight(), front.topRight() + slant, front.bottomRight() + slant,
            front.bottomRight()]  # fmt: skip
    painter.setBrush(mix(colour, under, 0.16))
    painter.drawPolygon(QPolygonF(top))
    painter.setBrush(mix(colour, under, 0.44))
    painter.drawPolygon(QPolygonF(side))
