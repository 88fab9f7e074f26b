"""Messages as ids with parameters, put into words only where they are shown.

A message id is the English sentence itself, with ``{name}`` for its parameters, so English needs
no catalogue and a missing translation still reads well. Korean particles agree with the word
before them: ``{layer:을/를}`` gives "conv2d_1을" and "flatten을", but "dense_2를".
"""

from __future__ import annotations

import gettext
import os
import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

DOMAIN = "cnnstudio"
LANGUAGES = {"en": "English", "ko": "한국어"}


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence for a person, not yet in a language.

    Attributes:
        id: The English sentence, with ``{name}`` where a parameter goes.
        params: The parameters: numbers, names, or further texts.
        plural: The English sentence for a ``count`` other than one; "" if there is only one form.
    """

    id: str
    params: dict[str, Text | int | float | str] = {}
    plural: str = ""

    def __str__(self) -> str:
        return Translator("en").show(self)


def T(id: str, /, **params: Text | int | float | str) -> Text:
    """Marks `id` for translation and binds its parameters."""
    return Text(id, params)


def TN(id: str, plural: str, /, count: int, **params: Text | int | float | str) -> Text:
    """Marks a sentence with a singular and a plural form; ``{count}`` is its number."""
    return Text(id, {"count": count, **params}, plural)


class Translator:
    """Shows texts in one language.

    Args:
        language: "en" or "ko".
        locale_dir: The folder of the catalogues; the shipped one unless given.
    """

    def __init__(self, language: str, locale_dir: Path | None = None) -> None:
        self.language = language if language in LANGUAGES else "en"
        if locale_dir is None:
            from cnnstudio.core.resources import resource

            locale_dir = resource("locale")
        self._catalogue: gettext.NullTranslations = gettext.NullTranslations()
        if self.language != "en":
            self._catalogue = gettext.translation(
                DOMAIN, locale_dir, languages=[self.language], fallback=True
            )
        self._formatter = _Formatter(self)

    def show(self, text: Text | str) -> str:
        """Returns `text` in this translator's language; a plain string passes unchanged."""
        if isinstance(text, str):
            return text
        if text.plural:
            count = text.params["count"]
            assert isinstance(count, int)
            template = self._catalogue.ngettext(text.id, text.plural, count)
        elif text.id:
            template = self._catalogue.gettext(text.id)
        else:
            template = ""
        return self._formatter.vformat(template, (), text.params)


class _Formatter(string.Formatter):
    """``str.format`` with thousands commas, a true minus, nested texts and Korean particles."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return self.get_value(field_name, args, kwargs), field_name  # no attribute or item access

    def format_field(self, value: Any, format_spec: str) -> str:
        if "/" in format_spec:
            shown = self.format_field(value, "")
            return shown + particle(shown, format_spec)
        if isinstance(value, Text):
            return self._translator.show(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        if not format_spec:
            format_spec = "," if isinstance(value, int) else ",.10g"
        return format(value, format_spec).replace("-", "−")


def particle(word: str, pair: str) -> str:
    """Picks the particle that follows `word`.

    Args:
        word: Any word: Hangul, a number, or a Latin name read aloud in Korean.
        pair: The form after a final consonant and the one after a vowel: "을/를", "으로/로".
    """
    after_consonant, after_vowel = pair.split("/", 1)
    final = _final_sound(word)
    if final == "ㄹ" and after_consonant == "으로":
        return after_vowel
    return after_consonant if final else after_vowel


_DIGIT_FINALS = {"0": "ㅇ", "1": "ㄹ", "3": "ㅁ", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ"}
_LETTER_FINALS = {"l": "ㄹ", "m": "ㅁ", "n": "ㄴ", "r": "ㄹ"}  # letters read one by one: CNN
_LATIN_FINALS = {
    "l": "ㄹ",
    "m": "ㅁ",
    "n": "ㄴ",
    "b": "ㅂ",
    "c": "ㄱ",
    "k": "ㄱ",
    "p": "ㅂ",
    "t": "ㅅ",
}


def _final_sound(word: str) -> str:
    """Returns the final consonant of `word` as it is read in Korean, "" if it ends in a vowel."""
    core = word.rstrip(" .,;:!?\"'”’)]}»")
    if not core:
        return ""
    last = core[-1].lower()
    if "가" <= last <= "힣":
        index = (ord(last) - ord("가")) % 28
        return "" if index == 0 else "ㄹ" if index == 8 else "ㅇ"
    if last in _DIGIT_FINALS:
        return _DIGIT_FINALS[last]
    letters = re.search(r"[A-Za-z]*$", core)
    assert letters is not None
    if len(letters[0]) > 1 and letters[0].isupper():
        return _LETTER_FINALS.get(last, "")
    if letters[0].lower().endswith("ng"):
        return "ㅇ"
    return _LATIN_FINALS.get(last, "")


def preferred_language(environment: Mapping[str, str] | None = None) -> str:
    """Returns the language the person's system asks for, "en" or "ko".

    ``CNNSTUDIO_LANGUAGE`` comes before the POSIX variables; on systems that set none of them
    the locale of the C library decides.
    """
    env = os.environ if environment is None else environment
    for name in ("CNNSTUDIO_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := env.get(name):
            return "ko" if value.lower().startswith("ko") else "en"
    import locale

    try:
        system = locale.getlocale()[0] or ""
    except ValueError:
        system = ""
    return "ko" if system.lower().startswith("ko") else "en"
