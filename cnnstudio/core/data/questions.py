"""What a source of pictures leaves open, for a person to decide."""

from __future__ import annotations

from typing import Any

import msgspec

from cnnstudio.core.text import Text


class Choice(msgspec.Struct, frozen=True):
    """One of the answers a question takes.

    Attributes:
        value: What goes into the options: text, number or flag.
        text: What a person reads; a name of theirs as it is.
    """

    value: str | int | float | bool
    text: Text | str


class Question(msgspec.Struct, frozen=True):
    """Something a source doesn't say; answered by ``options[name]``.

    Attributes:
        name: The option's name, such as "x".
        text: What is asked, with the file it is about and why it can't be told from it.
        choices: The answers it takes, in the order they are shown; at least one.
        guess: The likeliest of their values; None where none is.
    """

    name: str
    text: Text
    choices: tuple[Choice, ...]
    guess: str | int | float | bool | None = None


Options = dict[str, Any]
"""Answers by the question's name, as a project keeps them."""
