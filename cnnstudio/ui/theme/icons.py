"""Icons: Lucide's outlines in any colour, drawn once per size and device pixel ratio."""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from cnnstudio.core.resources import resource
from cnnstudio.ui.theme.tokens import ICON_STROKE


@cache
def _svg(name: str) -> str:
    source = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    return re.sub(r'stroke-width="2"', f'stroke-width="{ICON_STROKE}"', source)


class Icons:
    """Draws icons and keeps what it drew."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, str, int, float, int], QPixmap] = {}

    def draw(
        self, name: str, colour: str, size: int, ratio: float = 1.0, width: int = 0
    ) -> QPixmap:
        """Returns an icon's pixels.

        Args:
            name: The file in ``resources/icons`` without its ending.
            colour: ``#RRGGBB``, in place of ``currentColor``.
            size: Logical pixels, width and height.
            ratio: The device pixel ratio.
            width: A larger width, in logical pixels; what is left of it stays empty on the right.
        """
        key = (name, colour, size, ratio, width)
        if (known := self._drawn.get(key)) is not None:
            return known
        pixmap = QPixmap(QSize(max(width, size), size) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.render(painter, name, colour, QRectF(0, 0, size, size))
        painter.end()
        self._drawn[key] = pixmap
        return pixmap

    def render(self, painter: QPainter, name: str, colour: str, place: QRectF) -> None:
        """Draws an icon's outlines.

        Args:
            painter: Draws.
            name: The file in ``resources/icons`` without its ending.
            colour: ``#RRGGBB``, in place of ``currentColor``.
            place: The square it fills.
        """
        svg = _svg(name).replace("currentColor", colour)
        QSvgRenderer(QByteArray(svg.encode())).render(painter, place)


class LineIcon(QIconEngine):
    """An icon engine that draws one icon at whatever size and ratio Qt asks for.

    Args:
        icons: Where it is drawn and kept.
        name: The icon's name.
        colour: Its colour at rest.
        on: Its colour while its button is checked; `colour` unless given.
        disabled: Its colour while disabled; `colour` unless given.
    """

    def __init__(
        self, icons: Icons, name: str, colour: str, on: str = "", disabled: str = ""
    ) -> None:
        super().__init__()
        self._icons = icons
        self._parts = (name, colour, on, disabled)

    def clone(self) -> QIconEngine:
        return LineIcon(self._icons, *self._parts)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        place = QRect(0, 0, side, side)
        place.moveCenter(rect.center())
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(place, self.scaledPixmap(place.size(), mode, state, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        name, colour, on, disabled = self._parts
        if mode == QIcon.Mode.Disabled and disabled:
            colour = disabled
        elif state == QIcon.State.On and on:
            colour = on
        side = min(size.width(), size.height())  # logical pixels from Qt 6.8 on
        # What is wider than high is a button's, which wants a gap between icon and text.
        return self._icons.draw(name, colour, side, scale, size.width())
