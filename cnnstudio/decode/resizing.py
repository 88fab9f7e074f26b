"""Pictures of one size made into another: stretched, padded with zeros, or cropped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnstudio.core.data.fitting import borders, inner_size, middle

Pictures = NDArray[np.uint8]


def fit_pictures(pictures: Pictures, size: tuple[int, int], fit: str) -> Pictures:
    """Gives every picture the size of a network's input.

    Args:
        pictures: uint8, shape (n, rows, columns, channels), with 1 or 3 channels.
        size: (rows, columns) wanted.
        fit: As ``fit_image``.

    Returns:
        uint8, shape (n, *size, channels).
    """
    if pictures.shape[1:3] == size:
        return pictures
    channels = pictures.shape[3]
    result = np.empty((len(pictures), *size, channels), np.uint8)
    for index, picture in enumerate(pictures):
        image = Image.fromarray(picture[..., 0] if channels == 1 else picture)
        result[index] = np.asarray(fit_image(image, size, fit)).reshape(*size, channels)
    return result


def fit_image(image: Image.Image, size: tuple[int, int], fit: str) -> Image.Image:
    """Gives a picture the size of a network's input, by Pillow's bilinear filter.

    Args:
        image: Grey or RGB.
        size: (rows, columns) wanted.
        fit: "stretch" (proportions change), "crop" (the same with the middle of the picture, which
            has the wanted proportions) or "pad" (zeros around the centred picture; one that is too
            large is first shrunk with its proportions kept; an odd row or column goes below or to
            the right).
    """
    own = image.height, image.width
    top, left, rows, columns = middle(own, size, fit)
    if (rows, columns) != own:
        image = image.crop((left, top, left + columns, top + rows))
    inner = inner_size(own, size, fit)
    if inner != (rows, columns):
        image = image.resize((inner[1], inner[0]), Image.Resampling.BILINEAR)
    if inner == size:
        return image
    (above, _), (before, _) = borders(size[0] - inner[0]), borders(size[1] - inner[1])
    result = Image.new(image.mode, (size[1], size[0]))
    result.paste(image, (before, above))
    return result
