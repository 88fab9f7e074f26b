"""Finding things by their names: in every language, whatever the keyboard is set to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cnnstudio.core.hangul import keys_of
from cnnstudio.core.text import LANGUAGES, Text, Translator

NO_MATCH = 9


class Matcher:
    """Ranks names against what was typed."""

    def __init__(self) -> None:
        self._translators = [Translator(code) for code in LANGUAGES]

    def rank(self, typed: str, names: Iterable[Text | str]) -> int:
        """How well the best of `names` fits: 0 begins with it, 1 a word does, 2 holds it, 3 holds
        its letters in order; `NO_MATCH` otherwise.
        """
        wanted = {_plain(typed), _plain(keys_of(typed))} - {""}
        if not wanted:
            return 0
        shown = {t.show(name).casefold() for name in names for t in self._translators}
        return min((_rank(text, name) for text in wanted for name in shown), default=NO_MATCH)


def _rank(wanted: str, name: str) -> int:
    joined = _plain(name)
    if joined.startswith(wanted):
        return 0
    if any(_plain(word).startswith(wanted) for word in name.split()):
        return 1
    if wanted in joined:
        return 2
    rest = iter(joined)
    in_order = len(wanted) > 1 and all(letter in rest for letter in wanted)
    return 3 if in_order else NO_MATCH


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
