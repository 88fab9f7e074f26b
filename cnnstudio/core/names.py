"""What a person may call a layer or a block: one line that can be seen."""

from __future__ import annotations

import unicodedata


def composed(name: str) -> str:
    """The name in the one way it is kept (NFC), without spaces around it."""
    return unicodedata.normalize("NFC", name.strip())


def is_visible(name: str) -> bool:
    """Whether there is anything to see."""
    return any(letter.isprintable() for letter in name)


def is_one_line(name: str) -> bool:
    """Whether it holds no line break, control character or half a character."""
    return not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name)
