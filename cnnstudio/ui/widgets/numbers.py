"""Numbers as they are shown: large ones in a few characters, and in calculations."""

from __future__ import annotations

import re

_UNITS = ((10**9, "G"), (10**6, "M"))


def short_count(value: int, language: str) -> str:
    """A count for a line with little room: ``13.8 M`` in English, ``1,377만`` in Korean.

    Counts that fit are written out: below a million in English, below ten million in Korean.

    Args:
        value: The count, 0 or more.
        language: "en" or "ko".
    """
    if language == "ko":
        if value >= 10**8:
            return f"{value / 10**8:,.1f}억"
        return f"{value / 10**4:,.0f}만" if value >= 10**7 else f"{value:,}"
    for unit, word in _UNITS:
        if value >= unit:
            return f"{value / unit:,.1f}\u2009{word}"
    return f"{value:,}"


def memory_text(count: int) -> str:
    """Bytes for a cell of a table: ``512 B``, ``10.6 MB``; a step is 1,024, as Keras writes it.

    Args:
        count: Bytes, 0 or more.
    """
    size: float = count
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:,.0f}\u2009B" if unit == "B" else f"{size:,.1f}\u2009{unit}"
        size /= 1024
    return f"{size:,.1f}\u2009TB"


def expression(text: str) -> str:
    """A calculation with thousands commas: ``(10,816 + 1)·100``."""
    return re.sub(r"\d{4,}", lambda found: f"{int(found[0]):,}", text)
