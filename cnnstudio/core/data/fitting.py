"""How a picture gets another size."""

from __future__ import annotations

Size = tuple[int, int]

FITS = ("stretch", "pad", "crop")


def middle(own: Size, size: Size, fit: str) -> tuple[int, int, int, int]:
    """The part of a picture that is used: (top, left, rows, columns).

    All of it, but with "crop" the largest part from its middle with the proportions of `size`; an
    odd row or column is cut off below or to the right.

    Args:
        own: Its (rows, columns).
        size: (rows, columns) wanted.
        fit: One of ``FITS``.
    """
    if fit != "crop":
        return 0, 0, *own
    rows = min(own[0], max(1, round(own[1] * size[0] / size[1])))
    columns = min(own[1], max(1, round(own[0] * size[1] / size[0])))
    return (own[0] - rows) // 2, (own[1] - columns) // 2, rows, columns


def inner_size(own: Size, size: Size, fit: str) -> Size:
    """The size that part is stretched to; what is missing to `size` is padded with zeros.

    Args:
        own: The picture's (rows, columns).
        size: (rows, columns) wanted.
        fit: One of ``FITS``; with "pad" a picture is only shrunk, if it is too large, with its
            proportions kept.
    """
    if fit != "pad":
        return size
    ratio = min(1.0, size[0] / own[0], size[1] / own[1])
    return max(1, round(own[0] * ratio)), max(1, round(own[1] * ratio))


def borders(missing: int) -> Size:
    """The rows or columns of zeros before and behind; an odd one goes behind."""
    return missing // 2, missing - missing // 2
