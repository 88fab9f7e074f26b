"""Errors a person can act on: each carries a text that says what happened and what helps."""

from __future__ import annotations

from cnnstudio.core.text import Text


class StudioError(Exception):
    """Something a person should be told, with the remedy in the same breath.

    Attributes:
        text: What happened, to what, why, and what to do.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text.id)
        self.text = text

    def __str__(self) -> str:
        return str(self.text)


class BadInput(StudioError):
    """What was given can't be used: a file, a field, an argument (exit code 2)."""


class JobFailed(StudioError):
    """A job that was accepted could not be finished (exit code 1)."""
