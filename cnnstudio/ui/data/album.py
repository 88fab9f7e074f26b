"""Pictures of a dataset in the order a person looks at them, for a grid."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from PySide6.QtGui import QImage

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import TN
from cnnstudio.ui.widgets.images import picture_image
from cnnstudio.ui.widgets.language import Language
from cnnstudio.ui.widgets.picture_grid import Section

_KEPT = 4096  # images; some 10 MB at 28×28


class Album:
    """The pictures of one part, class after class; a place in that order is a grid's index.

    Args:
        language: Names the classes aloud.
        facts: The dataset.
        part: The pictures.
        chosen: Which of them, as indices.
    """

    def __init__(self, language: Language, facts: Dataset, part: Labelled, chosen: Indices) -> None:
        self._language = language
        self._facts = facts
        self._part = part
        labels = part.labels[chosen]
        self._order = chosen[np.argsort(labels, kind="stable")]
        self._places = {int(index): place for place, index in enumerate(self._order)}
        counts = np.bincount(labels, minlength=len(facts.classes))
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        self._images: OrderedDict[int, QImage] = OrderedDict()

    def picture(self, index: int) -> QImage | None:
        """The picture at a place."""
        image = self._images.pop(index, None)
        if image is None:
            image = picture_image(self._part.pictures[self._order[index]])
            if len(self._images) >= _KEPT:
                self._images.popitem(last=False)
        self._images[index] = image
        return image

    def caption(self, index: int) -> str:
        """Number and class of the picture at a place."""
        number = self.number(index)
        name = self._facts.classes[int(self._part.labels[number])]
        return f"#{number:,} {self._language.show(name)}"

    def number(self, index: int) -> int:
        """The picture's number in its file."""
        return int(self._order[index])

    def place(self, number: int) -> int:
        """The place of a picture of the file; −1 if it isn't in this part."""
        return self._places.get(number, -1)

    def sections(self, only: int | None = None, most: int | None = None) -> tuple[Section, ...]:
        """The classes as sections of a grid.

        Args:
            only: The one class to show; None for all.
            most: The most pictures of a class to show; None for all.
        """
        shown = range(len(self._facts.classes)) if only is None else (only,)
        return tuple(self._section(label, most) for label in shown)

    def _section(self, label: int, most: int | None) -> Section:
        start, end = int(self._starts[label]), int(self._starts[label + 1])
        count = end - start
        note = TN("{count} picture", "{count} pictures", count)
        return Section(
            self._facts.classes[label], note, start, count if most is None else min(most, count)
        )
