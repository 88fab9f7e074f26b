"""Formulas, typeset: italic variables, upright digits, indices low, fractions stacked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from cnnstudio.core.expressions import (
    Call,
    Chain,
    Expression,
    NotAnExpression,
    Number,
    Symbol,
    parse,
    show,
)

SERIF = ("STIX Two Text", "Cambria", "Times New Roman", "Noto Serif", "DejaVu Serif", "Batang")
_INDEX = 0.72  # an index, of the size it hangs on
_PART = 0.9  # numerator and denominator, of the size beside them

Draw = Callable[[QPainter, QPointF], None]


@dataclass(frozen=True)
class Box:
    """Something laid out on a baseline.

    Attributes:
        width: In logical pixels.
        ascent: Above the baseline.
        descent: Below it.
        draw: Draws it with its baseline starting at a point, in the painter's pen colour.
    """

    width: float
    ascent: float
    descent: float
    draw: Draw

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.ascent + self.descent


def typeset(text: str, size: float) -> Box:
    """Lays out a formula; what isn't in its notation is set as words.

    Args:
        text: A formula as ``Reason`` has it; an equals sign may follow.
        size: The size of its letters in pixels.
    """
    if text.endswith(" ="):
        return _row([typeset(text[:-2], size), _word(" =", size, italic=False)])
    try:
        return _expression(parse(text), size)
    except NotAnExpression:
        return _word(text, size, italic=False)


def _font(size: float, *, italic: bool) -> QFont:
    font = QFont()
    font.setFamilies(list(SERIF))
    font.setStyleHint(QFont.StyleHint.Serif)
    font.setPixelSize(max(round(size), 8))
    font.setItalic(italic)
    return font


def _word(text: str, size: float, *, italic: bool) -> Box:
    font = _font(size, italic=italic)
    metrics = QFontMetricsF(font)

    def draw(painter: QPainter, at: QPointF) -> None:
        painter.setFont(font)
        painter.drawText(at, text)

    return Box(metrics.horizontalAdvance(text), metrics.ascent(), metrics.descent(), draw)


def _expression(expression: Expression, size: float) -> Box:
    match expression:
        case Number():
            return _word(f"{show(expression)}", size, italic=False)
        case Symbol(name):
            return _symbol(name, size)
        case Call("floor" | "ceil" as name, (inner,)):
            return _bracketed(_expression(inner, size), size, "⌊" if name == "floor" else "⌈")
        case Call(name, parts):
            inside: list[Box] = []
            for index, part in enumerate(parts):
                if index:
                    inside.append(_word(", ", size, italic=False))
                inside.append(_expression(part, size))
            return _row([_word(name, size, italic=False), _bracketed(_row(inside), size, "(")])
        case Chain(signs, parts):
            return _product(signs, parts, size) if signs[0] == "·" else _sum(signs, parts, size)


def _symbol(name: str, size: float) -> Box:
    """A variable with its index; a setting's name, such as ``shape[0]``, stands upright."""
    if "[" in name or re.fullmatch(r"axis_\d_in", name):
        return _word(name, size, italic=False)
    stem, _, index = name.partition("_")
    box = _word(stem, size, italic=len(stem) < 3 or stem in ("first", "last"))
    if not index or len(stem) > 5:
        return _word(name, size, italic=False) if index else box
    low = _word(index, size * _INDEX, italic=False)
    return _row([box, _lowered(low, size * 0.18)])


def _sum(signs: Sequence[str], parts: Sequence[Expression], size: float) -> Box:
    boxes = []
    for index, (sign, part) in enumerate(zip(signs, parts, strict=True)):
        if index or sign == "−":
            boxes.append(_word(f" {sign} " if index else sign, size, italic=False))
        box = _expression(part, size)
        is_sum = isinstance(part, Chain) and part.signs[0] != "·"
        boxes.append(_bracketed(box, size, "(") if is_sum else box)
    return _row(boxes)


def _product(signs: Sequence[str], parts: Sequence[Expression], size: float) -> Box:
    """Factors; a division takes the factor before it as its numerator."""
    boxes: list[Box] = []
    for index, (sign, part) in enumerate(zip(signs, parts, strict=True)):
        following = signs[index + 1] if index + 1 < len(signs) else ""
        if sign == "/":
            below = _expression(part, size * _PART)
            boxes[-1] = _fraction(boxes[-1], below, size)
            continue
        box = _expression(part, size * (_PART if following == "/" else 1))
        if isinstance(part, Chain) and part.signs[0] != "·" and following != "/":
            box = _bracketed(box, size, "(")
        if index:
            boxes.append(_word(" · ", size * 0.8, italic=False))
        boxes.append(box)
    return _row(boxes)


def _row(boxes: Iterable[Box]) -> Box:
    parts = list(boxes)

    def draw(painter: QPainter, at: QPointF) -> None:
        x = at.x()
        for part in parts:
            part.draw(painter, QPointF(x, at.y()))
            x += part.width

    return Box(
        sum(part.width for part in parts),
        max(part.ascent for part in parts),
        max(part.descent for part in parts),
        draw,
    )


def _lowered(box: Box, by: float) -> Box:
    def draw(painter: QPainter, at: QPointF) -> None:
        box.draw(painter, QPointF(at.x(), at.y() + by))

    return Box(box.width + 1, max(box.ascent - by, 0), box.descent + by, draw)


def _fraction(above: Box, below: Box, size: float) -> Box:
    """Numerator over denominator, the bar at the height of a minus."""
    width, axis, gap = max(above.width, below.width) + 4, size * 0.3, 2.0

    def draw(painter: QPainter, at: QPointF) -> None:
        bar = at.y() - axis
        above.draw(painter, QPointF(at.x() + (width - above.width) / 2, bar - gap - above.descent))
        below.draw(painter, QPointF(at.x() + (width - below.width) / 2, bar + gap + below.ascent))
        painter.drawLine(QPointF(at.x(), bar), QPointF(at.x() + width, bar))

    return Box(width, axis + gap + above.height, below.height + gap - axis, draw)


def _bracketed(box: Box, size: float, kind: str) -> Box:
    """Parentheses, or floor or ceiling brackets, as high as what they hold."""
    if kind == "(" and box.height < 1.8 * size:
        return _row([_word("(", size, italic=False), box, _word(")", size, italic=False)])
    side = size * 0.36
    foot = size * 0.22
    top, bottom = -box.ascent + 1, box.descent - 1

    def corner(x: float, y: float, inwards: float) -> QPolygonF:
        points = [(x, y + top), (x, y + bottom)]
        if kind == "⌊":
            points.append((x + inwards, y + bottom))
        elif kind == "⌈":
            points.insert(0, (x + inwards, y + top))
        else:
            points = [(x + inwards, y + top), *points, (x + inwards, y + bottom)]
        return QPolygonF([QPointF(*point) for point in points])

    def draw(painter: QPainter, at: QPointF) -> None:
        pen = painter.pen()
        painter.setPen(QPen(pen.color(), 1.2))
        painter.drawPolyline(corner(at.x() + side / 2, at.y(), foot))
        painter.drawPolyline(corner(at.x() + box.width + 1.5 * side, at.y(), -foot))
        painter.setPen(pen)
        box.draw(painter, QPointF(at.x() + side, at.y()))

    return Box(box.width + 2 * side, box.ascent + 1, box.descent + 1, draw)
