"""Sentences about a part of a file: what can't be used, and why."""

from __future__ import annotations

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text


def unusable(where: Text | str, reason: Text) -> BadInput:
    """The refusal of an array or another part of a file.

    Args:
        where: What it is and in which file: the beginning of a sentence.
        reason: Why, and what helps: a clause, then perhaps sentences.
    """
    return BadInput(T("{where} can't be used: {reason}", where=where, reason=reason))
