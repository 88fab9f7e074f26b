"""The card of one layer: painted from texts laid out once, simpler the smaller it is on screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.ui.canvas.drawing import (
    canvas_font,
    elided,
    laid_out,
    paint_icon,
    paint_shadow,
    short_name,
)
from cnnstudio.ui.canvas.faces import Face, Severity
from cnnstudio.ui.canvas.geometry import (
    CARD_HEIGHT,
    CARD_WIDTH,
    PORT,
    PORT_HOVER,
    Point,
    input_port,
    output_port,
)
from cnnstudio.ui.canvas.marks import Brought
from cnnstudio.ui.theme.ink import Ink, mix
from cnnstudio.ui.theme.tokens import CARD_RADIUS, FAMILY_ICONS

FULL, NAME_ONLY = 0.55, 0.20
"""Below the first zoom a card is its name only, below the second a bare bar."""

_PAD = 12.0
_TILE = QRectF(12, 12, 28, 28)
_TEXT_LEFT = 50.0
_LINE_1, _LINE_2 = 8.0, 27.0
_BAR = QRectF(12, 49, 280, 3)
_MARK, MARK_HIT = 20.0, 24.0
_SIGN, _SIGN_PITCH = 13, 18.0  # what stands behind the name
_ORIGIN = Point(0, 0)
_BODY = QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT)
_BELOW = _BODY.adjusted(6.5, 40.5, -6.5, 3.5)  # the edge of another card under a block's
_BOUNDS = _BODY.adjusted(-18, -12, 18, 28)


@dataclass(frozen=True)
class Look:
    """What the pointer and the selection do to a card.

    Attributes:
        hover: The pointer is over it.
        selected: It has the ring.
        dragged: It follows the pointer.
        hot_port: The port a link would snap to: an input's slot, −1 the output, None.
        offered: Ports that would accept the link being drawn.
    """

    hover: bool = False
    selected: bool = False
    dragged: bool = False
    hot_port: int | None = None
    offered: tuple[int, ...] = ()


class _Texts(NamedTuple):
    """The words of a card at full size, laid out."""

    name: QStaticText
    detail: QStaticText
    shape: QStaticText
    params: QStaticText


class CardItem(QGraphicsItem):
    """Paints a layer's card. It holds no truth: a face and a look, both given.

    Args:
        face: What the card says.
        theme: Colours and icons.
    """

    def __init__(self, face: Face, theme: Ink) -> None:
        super().__init__()
        self.face = face
        self.look = Look()
        self._theme = theme
        self.setZValue(1)

    def show_face(self, face: Face) -> None:
        """Shows other facts about the layer; does nothing when they are the same."""
        if face != self.face:
            self.face = face
            vars(self).pop("_texts", None)
            self.update()

    def show_look(self, **changes: Any) -> None:
        """Changes how the pointer and the selection make it look."""
        if any(getattr(self.look, name) != value for name, value in changes.items()):
            self.look = look = replace(self.look, **changes)
            self.setZValue(3 if look.dragged else 2 if look.selected else 1)
            self.update()

    @property
    def shape_area(self) -> QRectF:
        """Where the output shape is written: a click there asks where it comes from."""
        width = self._texts.shape.size().width()
        return QRectF(CARD_WIDTH - _PAD - width, _LINE_1, width, 18)

    @property
    def count_area(self) -> QRectF:
        """Where the parameter count is written; empty without one."""
        width = self._texts.params.size().width() if self.face.count else 0.0
        return QRectF(CARD_WIDTH - _PAD - width, _LINE_2, width, 17)

    @property
    def mark_area(self) -> QRectF:
        """Where the mark of an error or warning is, 24×24; empty without one."""
        if self.face.severity is Severity.NONE:
            return QRectF()
        return QRectF(CARD_WIDTH - 2 - MARK_HIT / 2, 2 - MARK_HIT / 2, MARK_HIT, MARK_HIT)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports drawn: −1 the output, then the inputs' slots."""
        return ((-1,) if self.face.has_output else ()) + tuple(range(self.face.inputs))

    def boundingRect(self) -> QRectF:
        return _BOUNDS

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        detail = option.levelOfDetailFromTransform(painter.worldTransform())
        if detail < NAME_ONLY:
            painter.fillRect(_BODY, self._far_colour())
        elif detail < FULL:
            self._paint_name_only(painter, detail)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_card(painter)

    @cached_property
    def _texts(self) -> _Texts:
        """Laid out when they are first painted or measured: far fewer cards than there are."""
        face, right = self.face, CARD_WIDTH - _PAD
        shape = laid_out(face.shape, "code-title")
        count = laid_out(face.count, "code-small")
        signs = _SIGN_PITCH * len(self._signs) + (2 if self._signs else 0)
        room = right - shape.size().width() - _TEXT_LEFT - 12 - signs
        name = elided(face.name, "title", room, Qt.TextElideMode.ElideMiddle)
        room = right - (count.size().width() + 12 if face.count else 0) - _TEXT_LEFT
        detail = elided(face.detail, "small", room)
        return _Texts(laid_out(name, "title"), laid_out(detail, "small"), shape, count)

    @property
    def _signs(self) -> tuple[tuple[str, str], ...]:
        """The icons behind the name, each with its colour's role."""
        face = self.face
        signs = (
            (face.frozen, ("snowflake", "muted")),
            (face.brought is Brought.KEPT, ("weight", "muted")),
            (face.brought is Brought.MISFIT, ("weight", "warning")),
            (face.noted, ("sticky-note", "muted")),
        )
        return tuple(sign for shown, sign in signs if shown)

    def _paint_card(self, painter: QPainter) -> None:
        theme, look = self._theme, self.look
        if look.dragged:
            painter.setOpacity(0.96)
            paint_shadow(painter, _BODY, CARD_RADIUS, theme.dark)
        if look.selected and not look.dragged:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(_BODY.adjusted(-2, -2, 2, 2), CARD_RADIUS + 2, CARD_RADIUS + 2)
        painter.setPen(self._border())
        painter.setBrush(theme.colour("raised"))
        if self.face.block:
            painter.drawRoundedRect(_BELOW, CARD_RADIUS, CARD_RADIUS)
        painter.drawRoundedRect(_BODY.adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)
        self._paint_tile(painter)
        self._paint_texts(painter)
        self._paint_share(painter)
        self._paint_ports(painter)
        if self.face.severity is not Severity.NONE:
            self._paint_mark(painter)

    def _border(self) -> QPen:
        theme, look, severity = self._theme, self.look, self.face.severity
        if look.dragged:
            return QPen(theme.colour("accent"), 1, Qt.PenStyle.DashLine)
        if severity is not Severity.NONE:
            style = Qt.PenStyle.DashLine if self.face.opaque else Qt.PenStyle.SolidLine
            return QPen(theme.colour(severity.value), 1, style)
        return QPen(theme.colour("control" if look.hover else "line"), 1)

    def _paint_tile(self, painter: QPainter) -> None:
        theme, colour = self._theme, self._colour()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mix(colour, theme.colour("raised"), theme.colours.tile))
        painter.drawRoundedRect(_TILE, 6, 6)
        if self.face.frozen:
            hatch = QColor(colour)
            hatch.setAlphaF(0.45)
            painter.setBrush(QBrush(hatch, Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(_TILE, 6, 6)
        icon = "component" if self.face.block else FAMILY_ICONS[self.face.family]
        if self.face.opaque:
            icon = "box"
        paint_icon(painter, theme, icon, colour.name(), _TILE.center(), 16)

    def _paint_texts(self, painter: QPainter) -> None:
        theme, face, texts = self._theme, self.face, self._texts
        text, muted = theme.colour("text"), theme.colour("muted")
        painter.setFont(canvas_font("title"))
        painter.setPen(text)
        painter.drawStaticText(QPointF(_TEXT_LEFT, _LINE_1), texts.name)
        painter.setFont(canvas_font("code-title"))
        painter.setPen(muted if face.stale else text)
        painter.drawStaticText(self.shape_area.topLeft(), texts.shape)
        painter.setPen(muted)
        painter.setFont(canvas_font("small"))
        painter.drawStaticText(QPointF(_TEXT_LEFT, _LINE_2), texts.detail)
        if face.count:
            painter.setFont(canvas_font("code-small"))
            painter.drawStaticText(self.count_area.topLeft(), texts.params)
        at = QPointF(_TEXT_LEFT + texts.name.size().width() + 12, _LINE_1 + 9)
        for icon, colour in self._signs:
            paint_icon(painter, theme, icon, colour, at, _SIGN)
            if colour == "warning":  # struck through: a colour is never the only sign
                painter.setPen(QPen(theme.colour(colour), 1.5))
                painter.drawLine(at + QPointF(-6, 6), at + QPointF(6, -6))
            at += QPointF(_SIGN_PITCH, 0)

    def _paint_share(self, painter: QPainter) -> None:
        if self.face.share <= 0:
            return
        bar = QRectF(_BAR)
        bar.setWidth(max(2.0, _BAR.width() * self.face.share))
        theme = self._theme
        painter.setPen(Qt.PenStyle.NoPen)
        grey = self.face.frozen and not self.face.tint
        painter.setBrush(theme.colour("muted") if grey else self._colour())
        painter.drawRoundedRect(bar, 1.5, 1.5)

    def _paint_ports(self, painter: QPainter) -> None:
        theme, look = self._theme, self.look
        for slot in self.ports:
            hot, offered = slot == look.hot_port, slot in look.offered
            grown = hot or offered or look.hover or look.dragged
            radius = ((PORT_HOVER if grown else PORT) - 1.5) / 2
            painter.setPen(QPen(theme.colour("accent" if hot or offered else "control"), 1.5))
            painter.setBrush(theme.colour("accent" if hot else "raised"))
            at = output_port(_ORIGIN) if slot < 0 else input_port(_ORIGIN, slot, self.face.inputs)
            painter.drawEllipse(QPointF(*at), radius, radius)

    def _paint_mark(self, painter: QPainter) -> None:
        theme, error = self._theme, self.face.severity is Severity.ERROR
        at = QPointF(CARD_WIDTH - 2, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("canvas"))
        painter.drawEllipse(at, _MARK / 2, _MARK / 2)
        name = "circle-alert" if error else "triangle-alert"
        paint_icon(painter, theme, name, self.face.severity.value, at, 14)

    def _paint_name_only(self, painter: QPainter, detail: float) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        border = QPen(self._far_colour(), 2 if self.look.selected else 1)
        border.setCosmetic(True)
        painter.setPen(border)
        painter.setBrush(mix(self._colour(), theme.colour("raised"), 0.30))
        painter.drawRoundedRect(_BODY, CARD_RADIUS, CARD_RADIUS)
        height = CARD_HEIGHT * detail
        if height < 14:
            return
        name = short_name(self.face.name, round(CARD_WIDTH * detail - 16))
        painter.save()
        painter.scale(1 / detail, 1 / detail)
        painter.setFont(canvas_font("tick-title"))
        painter.setPen(theme.colour("text"))
        painter.drawStaticText(QPointF(8, (height - name.size().height()) / 2), name)
        painter.restore()

    def _far_colour(self) -> QColor:
        theme, severity = self._theme, self.face.severity
        if self.look.selected:
            return theme.colour("accent")
        if severity is Severity.ERROR:
            return theme.colour("danger")
        return self._colour()

    def _colour(self) -> QColor:
        """Its family's colour, or its tint."""
        face = self.face
        return self._theme.colour(face.tint) if face.tint else self._theme.family(face.family)
