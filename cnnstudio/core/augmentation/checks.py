"""What is wrong with a project's augmentation, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T, Text

MOST_WHITENED = 4096  # values of a picture; ZCA's matrix has that many rows and columns
FIELD = "augmentation."


def refusals(augmentation: Augmentation) -> Iterator[tuple[str, Text]]:
    """The field and the sentence for each value that its argument can't take."""
    for error in augmentation.refused:
        yield FIELD + error.parameter, error.text


def refusals_for(augmentation: Augmentation, shape: Shape) -> Iterator[tuple[str, Text]]:
    """What can't be done with pictures of `shape`, (rows, columns, channels)."""
    if augmentation.values["zca_whitening"] and math.prod(shape) > MOST_WHITENED:
        yield (
            FIELD + "zca_whitening",
            T(
                "zca_whitening compares every value of a picture with every other: {count} values "
                "would take a table of {count} × {count}. It takes pictures of up to {most}; make "
                "them smaller, or switch it off.",
                count=math.prod(shape),
                most=MOST_WHITENED,
            ),
        )
