"""Arrays as images: pictures as they are stored, numbers through a colour table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from cnnstudio.ui.theme.colormaps import STEPS, Table


def picture_image(picture: NDArray[np.uint8]) -> QImage:
    """A stored picture, neither smoothed nor tinted.

    Args:
        picture: uint8, shape (rows, columns, 1 or 3).
    """
    rows, columns, channels = picture.shape
    grey, colour = QImage.Format.Format_Grayscale8, QImage.Format.Format_RGB888
    content = np.ascontiguousarray(picture).tobytes()
    image = QImage(content, columns, rows, channels * columns, grey if channels == 1 else colour)
    return image.copy()  # which has its pixels to itself


def numbers_image(values: NDArray[np.floating], low: float, high: float, table: Table) -> QImage:
    """Numbers as colours.

    Args:
        values: Shape (rows, columns).
        low: The value of the table's first colour.
        high: The value of its last; values outside are drawn as the nearest end.
        table: The colours; what isn't finite gets the marker.
    """
    span = high - low if high > low else 1.0
    finite = np.isfinite(values)
    steps = (np.where(finite, values, low) - low) * ((STEPS - 1) / span)
    index = np.clip(np.rint(steps), 0, STEPS - 1).astype(np.uint8)
    index[~finite] = STEPS
    rows, columns = index.shape
    image = QImage(index.tobytes(), columns, rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(list(table))
    return image.copy()


def value_range(values: NDArray[np.floating]) -> tuple[float, float]:
    """The lowest and the highest finite value; (0, 0) where there is none."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 0.0
    return float(finite.min()), float(finite.max())
