"""What painting needs of a theme: its colours and its icons."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap

from cnnstudio.core.layers.spec import Family
from cnnstudio.ui.theme.icons import Icons
from cnnstudio.ui.theme.tokens import ICON, LIGHT, Colours


class Ink:
    """One set of colours and the icons drawn in them."""

    _colours: Colours
    _icons: Icons

    @property
    def colours(self) -> Colours:
        """The colours in use, as ``#RRGGBB``."""
        return self._colours

    @property
    def dark(self) -> bool:
        """Whether they are those of the dark theme."""
        return self._colours.dark

    def colour(self, role: str) -> QColor:
        """The colour of a role of ``tokens.Colours``: "accent", "muted", "line" …"""
        return QColor(getattr(self._colours, role))

    def family(self, family: Family) -> QColor:
        """A layer family's colour."""
        return QColor(self._colours.families[family])

    def tile(self, family: Family) -> QColor:
        """The ground of a layer family's icon tile."""
        return mix(self.family(family), self.colour("raised"), self._colours.tile)

    def pixmap(self, name: str, colour: str, size: int = ICON, ratio: float = 1.0) -> QPixmap:
        """An icon's pixels.

        Args:
            name: The icon.
            colour: A role of ``tokens.Colours`` or ``#RRGGBB``.
            size: Logical pixels.
            ratio: The device pixel ratio of what it is painted on.
        """
        return self._icons.draw(name, self._value(colour), size, ratio)

    def paint_icon(self, painter: QPainter, name: str, colour: str, place: QRectF) -> None:
        """Draws an icon's outlines, which stay outlines on paper.

        Args:
            painter: Draws.
            name: The icon.
            colour: A role of ``tokens.Colours`` or ``#RRGGBB``.
            place: The square it fills.
        """
        self._icons.render(painter, name, self._value(colour), place)

    def _value(self, colour: str) -> str:
        value: str = colour if colour.startswith("#") else getattr(self._colours, colour)
        return value


class PrintInk(Ink):
    """The light theme's colours on white paper, whichever theme is on the screen."""

    def __init__(self) -> None:
        self._colours = replace(LIGHT, canvas=LIGHT.surface)
        self._icons = Icons()


def mix(over: QColor, under: QColor, share: float) -> QColor:
    """Returns `over` painted at the opacity `share` (0 to 1) on `under`."""

    def part(a: int, b: int) -> int:
        return round(a * share + b * (1 - share))

    return QColor(
        part(over.red(), under.red()),
        part(over.green(), under.green()),
        part(over.blue(), under.blue()),
    )
