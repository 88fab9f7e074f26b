"""Pictures of one size made into another: stretched, or padded with zeros."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnstudio.core.data.fitting import borders, inner_size

Pictures = NDArray[np.uint8]


def fit_pictures(pictures: Pictures, size: tuple[int, int], fit: str) -> Pictures:
    """Gives every picture the size of a network's input.

    Args:
        pictures: uint8, shape (n, rows, columns, channels), with 1 or 3 channels.
        size: (rows, columns) wanted.
        fit: "stretch" (Pillow's bilinear filter, proportions change) or "pad" (zeros around the
            centred picture; one that is too large is first shrunk with its proportions kept; an
            odd row or column goes below or to the right).

    Returns:
        uint8, shape (n, *size, channels).
    """
    own: tuple[int, int] = pictures.shape[1:3]
    inner = inner_size(own, size, fit)
    resized = pictures if inner == own else _stretched(pictures, inner)
    if inner == size:
        return resized
    (top, _), (left, _) = borders(size[0] - inner[0]), borders(size[1] - inner[1])
    result = np.zeros((len(pictures), *size, pictures.shape[3]), np.uint8)
    result[:, top : top + inner[0], left : left + inner[1]] = resized
    return result


def _stretched(pictures: Pictures, size: tuple[int, int]) -> Pictures:
    rows, columns = size
    result = np.empty((len(pictures), rows, columns, pictures.shape[3]), np.uint8)
    for index, picture in enumerate(pictures):
        plain = picture[..., 0] if pictures.shape[3] == 1 else picture
        image = Image.fromarray(plain).resize((columns, rows), Image.Resampling.BILINEAR)
        result[index] = np.asarray(image).reshape(rows, columns, -1)
    return result
