"""A grid of maps that are as large as fits, enlarged by whole numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent

from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.picture_grid import PictureGrid, Pictures, Section

LARGEST = 256
"""The side in pixels that a map doesn't grow beyond."""
_GAP = 10


class MapGrid(PictureGrid):
    """Shows maps of one size, every number a square of whole pixels.

    Args:
        context: Theme and language.
        tile: The side of a map in pixels, about, where not all of them fit.
    """

    def __init__(self, context: Context, tile: int) -> None:
        super().__init__(context, tile, _GAP, captions=True)
        self._least = tile
        self._side, self._grows = tile, False

    def set_least(self, tile: int) -> None:
        """Sets the side of a map, about, where not all of them fit."""
        self._least = tile
        self._fit()

    def show_maps(
        self, maps: Pictures, sections: Sequence[Section], side: int, *, grows: bool
    ) -> None:
        """Shows these maps.

        Args:
            maps: The maps.
            sections: Their headings.
            side: The larger of a map's rows and columns.
            grows: Whether they take the room there is.
        """
        self._side, self._grows = side, grows
        self.set_pictures(maps, sections)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        tile = least = whole_zoom(self._side, self._least)
        if self._grows:
            sides = range(LARGEST // self._side * self._side, least, -self._side)
            tile = next((side for side in sides if self.fits(side)), least)
        self.set_tile(tile)


def whole_zoom(side: int, wanted: int) -> int:
    """The multiple of `side` that is nearest to `wanted`; `wanted` itself if that is far less."""
    return max(round(wanted / side), 1) * side if side < 2 * wanted else wanted
