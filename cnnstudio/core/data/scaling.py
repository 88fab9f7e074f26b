"""How a picture's bytes become the numbers a network gets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SCALINGS = {"none": 1.0, "1/255": 1 / 255}


def scaled(pictures: NDArray[np.uint8], scaling: str) -> NDArray[np.float32]:
    """Returns `pictures` as float32, multiplied by the scaling's factor in float32.

    The same arithmetic as the ``rescale`` of ``ImageDataGenerator``
    (``keras/src/legacy/preprocessing/image.py``), so the result is equal bit for bit.

    Args:
        pictures: uint8 of any shape.
        scaling: A key of ``SCALINGS``.
    """
    result = pictures.astype(np.float32)
    if (factor := SCALINGS[scaling]) != 1.0:
        result *= np.float32(factor)
    return result
