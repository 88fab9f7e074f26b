"""Pictures in the order a person looks at them, as a grid wants them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import TN, Text
from cnnstudio.ui.widgets.images import picture_image
from cnnstudio.ui.widgets.language import Language
from cnnstudio.ui.widgets.picture_grid import Section

BUDGET = 48 << 20
"""Bytes of images that are kept: more than a screen full of the largest tiles."""


class Stored(Protocol):
    """Pictures that are stored somewhere."""

    def __getitem__(self, number: int, /) -> NDArray[np.uint8]:
        """One of them, uint8, shape (rows, columns, channels)."""


class Labels(Protocol):
    """Pictures with their labels: a pool, or all pools of a dataset in a row."""

    @property
    def pictures(self) -> Stored:
        """The pictures."""

    @property
    def labels(self) -> NDArray[np.integer]:
        """Their labels, shape (n,)."""


class Thumbnails:
    """Stored pictures as images ready to be drawn; those drawn least recently go first.

    Args:
        pictures: The pictures; none is read before it is asked for.
        budget: The bytes that the images may take.
    """

    def __init__(self, pictures: Stored, budget: int = BUDGET) -> None:
        self.pictures = pictures
        self._budget = budget
        self._side = 0
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._taken = 0

    @property
    def taken(self) -> int:
        """The bytes that the images take."""
        return self._taken

    def set_side(self, side: int) -> None:
        """Says how large they are drawn, in device pixels: larger ones are shrunk once, smoothly.

        Those that are enlarged stay as they are stored. 0 shrinks none.
        """
        if side != self._side:
            self._side = side
            self._images.clear()
            self._taken = 0

    def has(self, number: int) -> bool:
        """Whether a picture's image is there already."""
        return number in self._images

    def image(self, number: int) -> QImage:
        """A picture by its number."""
        image = self._images.get(number)
        if image is not None:
            self._images.move_to_end(number)
            return image
        image = picture_image(self.pictures[number])
        if 0 < self._side < max(image.width(), image.height()):
            image = image.scaled(
                self._side,
                self._side,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        image = image.convertToFormat(QImage.Format.Format_RGB32)  # what is drawn fastest
        self._images[number] = image
        self._taken += image.sizeInBytes()
        while self._taken > self._budget and len(self._images) > 1:
            _, oldest = self._images.popitem(last=False)
            self._taken -= oldest.sizeInBytes()
        return image


class Album:
    """Some of the pictures, class after class; a place in that order is a grid's index.

    Args:
        language: Names the classes aloud.
        facts: The dataset.
        part: All the pictures.
        chosen: Which of them, as numbers.
        thumbnails: Their images, if somebody keeps them already.
        by_class: Whether they are in classes; else they stay in the order they are chosen in.
    """

    def __init__(
        self,
        language: Language,
        facts: Dataset,
        part: Labels,
        chosen: Indices,
        thumbnails: Thumbnails | None = None,
        *,
        by_class: bool = True,
    ) -> None:
        self._language = language
        self._facts = facts
        self._part = part
        self._thumbnails = thumbnails or Thumbnails(part.pictures)
        self._order = chosen
        self._starts = np.array([0, len(chosen)])
        self._by_class = by_class
        if by_class:
            small = np.uint16 if len(facts.classes) < 1 << 16 else np.int64  # sorted by its digits
            labels = part.labels[chosen].astype(small)
            self._order = chosen[np.argsort(labels, kind="stable")]
            counts = np.bincount(labels, minlength=len(facts.classes))
            self._starts = np.concatenate(([0], np.cumsum(counts)))
        self._places: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self._order)

    def picture(self, index: int) -> QImage | None:
        """The picture at a place."""
        return self._thumbnails.image(int(self._order[index]))

    def is_ready(self, index: int) -> bool:
        """Whether the picture at a place needn't be read."""
        return self._thumbnails.has(int(self._order[index]))

    def caption(self, index: int) -> str:
        """Number and class of the picture at a place."""
        number = self.number(index)
        name = self._facts.classes[int(self._part.labels[number])]
        return f"#{number:,} {self._language.show(name)}"

    def number(self, index: int) -> int:
        """The number of the picture at a place."""
        return int(self._order[index])

    def numbers(self, indices: Indices) -> Indices:
        """The numbers of the pictures at some places."""
        return self._order[indices]

    def place(self, number: int) -> int:
        """The place of a picture; −1 if it isn't in this album."""
        found = self.places(np.array([number], np.int64))
        return int(found[0]) if len(found) else -1

    def places(self, numbers: Indices) -> Indices:
        """The places of those of some pictures that are in this album."""
        if self._places is None:
            self._places = np.full(len(self._part.labels), -1, np.int64)
            self._places[self._order] = np.arange(len(self._order))
        inside = numbers[(numbers >= 0) & (numbers < len(self._places))]
        found = self._places[inside]
        return found[found >= 0]

    def sections(self, only: int | None = None, most: int | None = None) -> tuple[Section, ...]:
        """The classes as sections of a grid.

        Args:
            only: The one class to show; None for all.
            most: The most pictures of a class to show; None for all.
        """
        if not self._by_class:
            return (Section("", "", 0, len(self._order)),)
        shown = range(len(self._facts.classes)) if only is None else (only,)
        return tuple(self._section(label, most) for label in shown)

    def note(self, numbers: Indices) -> Text:
        """What stands beside the heading of a class that has these pictures."""
        return TN("{count} picture", "{count} pictures", len(numbers))

    def _section(self, label: int, most: int | None) -> Section:
        start, end = int(self._starts[label]), int(self._starts[label + 1])
        shown = end - start if most is None else min(most, end - start)
        return Section(self._facts.classes[label], self.note(self._order[start:end]), start, shown)
