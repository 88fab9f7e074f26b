"""How a picture gets another size."""

from __future__ import annotations

Size = tuple[int, int]


def inner_size(own: Size, size: Size, fit: str) -> Size:
    """The size a picture is stretched to; what is missing to `size` is padded with zeros.

    Args:
        own: Its (rows, columns).
        size: (rows, columns) wanted.
        fit: "stretch", or "pad" (it is only shrunk, if it is too large, with its proportions kept).
    """
    if fit == "stretch":
        return size
    ratio = min(1.0, size[0] / own[0], size[1] / own[1])
    return max(1, round(own[0] * ratio)), max(1, round(own[1] * ratio))


def borders(missing: int) -> Size:
    """The rows or columns of zeros before and behind; an odd one goes behind."""
    return missing // 2, missing - missing // 2
