"""The kinds of model files of Keras, told apart by the end of their name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T


class ModelFormat(StrEnum):
    """What a file of Keras holds; the value is what it is called in results."""

    KERAS = "keras"  # layers and weights, Keras 3's own
    H5 = "h5"  # layers and weights, as Keras 2 wrote them
    WEIGHTS = "weights"  # weights alone, for a network that is built by code

    @property
    def suffix(self) -> str:
        """The end of its files' names; Keras chooses the format by it."""
        return _SUFFIXES[self]


_SUFFIXES = {
    ModelFormat.WEIGHTS: ".weights.h5",
    ModelFormat.H5: ".h5",
    ModelFormat.KERAS: ".keras",
}


def model_format(path: Path) -> ModelFormat:
    """The format that a file's name asks for.

    Raises:
        BadInput: When it asks for none.
    """
    for form, suffix in _SUFFIXES.items():  # .weights.h5 ends in .h5 too
        if path.name.endswith(suffix) and path.name != suffix:
            return form
    raise BadInput(
        T(
            "{file} doesn't say what kind of file it shall be. End its name in .keras, .h5 or, "
            "for the weights alone, .weights.h5.",
            file=str(path),
        )
    )
