"""Colour maps as tables: viridis for maps and heat, a diverging one for what has a sign."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QColor

from cnnstudio.ui.theme.ink import mix
from cnnstudio.ui.theme.theme import Theme

STEPS = 255
"""Colours in a table; one more index, the last, is left for what isn't a number."""

Table = tuple[int, ...]
"""`STEPS` + 1 colours as QRgb, low to high, then the marker of what isn't finite."""


@cache
def viridis(marker: str) -> Table:
    """Viridis (Smith and van der Walt, 2015), dark blue to yellow.

    Args:
        marker: The colour of what isn't finite, ``#RRGGBB``.
    """
    from pyqtgraph import colormap  # not before a map is drawn: it takes a while to import

    colours = colormap.get("viridis").getLookupTable(0.0, 1.0, STEPS)
    return (*(QColor(*map(int, rgb)).rgb() for rgb in colours), QColor(marker).rgb())


@cache
def diverging(below: str, zero: str, above: str, marker: str) -> Table:
    """From `below` over `zero` in the middle to `above`, even steps in sRGB."""
    half = STEPS // 2
    down = [mix(QColor(below), QColor(zero), 1 - i / half).rgb() for i in range(half)]
    up = [mix(QColor(above), QColor(zero), i / half).rgb() for i in range(half + 1)]
    return (*down, *up, QColor(marker).rgb())


def maps_table(theme: Theme) -> Table:
    """What feature maps are drawn with."""
    return viridis(theme.colours.danger)


def signed_table(theme: Theme) -> Table:
    """What filters and differences are drawn with: blue below zero, orange above."""
    return diverging(*theme.colours.diverging, theme.colours.danger)
