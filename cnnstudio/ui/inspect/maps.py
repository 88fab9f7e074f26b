"""Feature maps and kernels as pictures for a grid."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.colormaps import Table
from cnnstudio.ui.widgets.images import numbers_image, value_range
from cnnstudio.ui.widgets.language import Language

_KEPT = 4096


class MapAlbum:
    """The feature maps of a layer.

    A map without negative values has zero at the low end of its scale, any other its minimum.

    Args:
        language: For the captions.
        table: The colours.
        output: float32, shape (rows, columns, maps).
        common: Whether all maps share one scale.
    """

    def __init__(
        self, language: Language, table: Table, output: np.ndarray, *, common: bool
    ) -> None:
        self._language = language
        self._table = table
        self._output = output
        self._common = _scale(*value_range(output)) if common else None
        self._images: dict[int, QImage] = {}

    @property
    def count(self) -> int:
        """How many maps there are."""
        return int(self._output.shape[2])

    def values(self, index: int) -> np.ndarray:
        """A map's numbers, shape (rows, columns)."""
        found: np.ndarray = self._output[..., index]
        return found

    def scale(self, index: int) -> tuple[float, float]:
        """What the ends of a map's colours mean."""
        return self._common or _scale(*value_range(self.values(index)))

    def liveliest(self) -> int:
        """The map that a person looks at first."""
        return liveliest(self._output)

    def is_dead(self, index: int) -> bool:
        """Whether a map is 0 everywhere."""
        return not self.values(index).any()

    def picture(self, index: int) -> QImage | None:
        """A map in colours."""
        image = self._images.get(index)
        if image is None:
            image = numbers_image(self.values(index), *self.scale(index), self._table)
            self._images[index] = image
        return image

    def caption(self, index: int) -> str:
        """A map's number, and whether it is dead."""
        if self.is_dead(index):
            return self._language.show(T("{number} dead", number=index))
        return str(index)


class KernelAlbum:
    """The kernels of a convolution, filter after filter, input channel after input channel.

    All are drawn on one scale, symmetric about 0.

    Args:
        table: The colours, zero in the middle.
        kernels: Shape (rows, columns, input channels, filters).
        caption: What is written under and read aloud for (filter, channel).
    """

    def __init__(
        self, table: Table, kernels: np.ndarray, caption: Callable[[int, int], Text | str]
    ) -> None:
        self._table = table
        self._kernels = kernels
        self._caption = caption
        low, high = value_range(kernels)
        self.range = low, high
        self.limit = max(abs(low), abs(high))
        self._images: OrderedDict[int, QImage] = OrderedDict()

    @property
    def channels(self) -> int:
        """Input channels a filter reads."""
        return int(self._kernels.shape[2])

    @property
    def filters(self) -> int:
        """How many filters there are."""
        return int(self._kernels.shape[3])

    def place(self, index: int) -> tuple[int, int]:
        """(filter, input channel) of a place in the grid."""
        return index // self.channels, index % self.channels

    def values(self, index: int) -> np.ndarray:
        """A kernel's numbers, shape (rows, columns)."""
        number, channel = self.place(index)
        found: np.ndarray = self._kernels[:, :, channel, number]
        return found

    def picture(self, index: int) -> QImage | None:
        """A kernel in colours."""
        image = self._images.pop(index, None)
        if image is None:
            image = numbers_image(self.values(index), -self.limit, self.limit, self._table)
            if len(self._images) >= _KEPT:
                self._images.popitem(last=False)
        self._images[index] = image
        return image

    def caption(self, index: int) -> str:
        """What is written under a kernel and read aloud."""
        return str(self._caption(*self.place(index)))


def liveliest(output: np.ndarray) -> int:
    """The map with the highest mean.

    Args:
        output: Shape (rows, columns, maps).
    """
    return int(np.argmax(np.nan_to_num(output.mean(axis=(0, 1)))))


def wrapped(values: np.ndarray) -> np.ndarray:
    """A vector in rows of about as many cells as there are rows; NaN fills the last row.

    Args:
        values: Shape (n,), n ≥ 1.
    """
    columns = math.ceil(math.sqrt(len(values)))
    rows = math.ceil(len(values) / columns)
    cells = np.full(rows * columns, np.nan, np.float32)
    cells[: len(values)] = values
    return cells.reshape(rows, columns)


def vector_image(values: np.ndarray, table: Table) -> QImage:
    """A vector in rows, from its minimum (or 0) to its maximum; nothing where no value is."""
    cells = wrapped(values)
    image = numbers_image(cells, *_scale(*value_range(values)), table)
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    columns = cells.shape[1]
    for index in range(len(values), cells.size):
        nothing = QColor(Qt.GlobalColor.transparent)
        image.setPixelColor(index % columns, index // columns, nothing)
    return image


def _scale(low: float, high: float) -> tuple[float, float]:
    return min(low, 0.0), high
