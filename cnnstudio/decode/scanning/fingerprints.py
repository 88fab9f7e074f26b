"""Numbers by which equal pictures are found, and pictures that look alike."""

from __future__ import annotations

import hashlib

import numpy as np
from PIL import Image

COLUMNS, ROWS = 9, 8
"""The grey cells that a difference hash compares."""

CELLS = COLUMNS * ROWS

SMALL = 64 * 64
"""Pixels of pictures that are sooner shrunk many at a time."""


def digest_of(image: Image.Image, content: bytes) -> bytes:
    """16 bytes that are equal for pictures that are equal.

    Args:
        image: The picture.
        content: Its pixels.
    """
    digest = hashlib.sha256(content)
    digest.update(f"{image.mode}{image.size}".encode())
    return digest.digest()[:16]


def cells_of(image: Image.Image, count: int = 1) -> bytes:
    """The grey cells of a picture, 8 rows of 9, as a box filter shrinks it.

    Args:
        image: The picture, or several of one size below each other.
        count: How many.
    """
    grey = image if image.mode == "L" else image.convert("L")
    narrow = grey.resize((COLUMNS, grey.height), Image.Resampling.BOX)
    return narrow.resize((COLUMNS, ROWS * count), Image.Resampling.BOX).tobytes()


def cells_of_all(pictures: bytes | bytearray, shape: tuple[int, ...]) -> bytes:
    """The grey cells of pictures that follow each other in memory.

    Args:
        pictures: Their pixels.
        shape: (rows, columns, channels) of each.
    """
    rows, columns, channels = shape
    mode, count = "L" if channels == 1 else "RGB", len(pictures) // (rows * columns * channels)
    if rows * columns <= SMALL:
        return cells_of(Image.frombytes(mode, (columns, rows * count), pictures), count)
    step = rows * columns * channels
    return b"".join(
        cells_of(Image.frombytes(mode, (columns, rows), pictures[first : first + step]))
        for first in range(0, count * step, step)
    )


def looks_of(cells: bytes | bytearray) -> bytes:
    """The difference hashes of pictures, 8 bytes each, from their cells one after the other."""
    grid = np.frombuffer(cells, np.uint8).reshape(-1, ROWS, COLUMNS)
    return np.packbits(grid[:, :, :-1] < grid[:, :, 1:]).tobytes()
