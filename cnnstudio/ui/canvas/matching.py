"""Finds layer kinds by what a person types, in any keyboard state."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.text import Text

_INITIALS = ("r", "R", "s", "e", "E", "f", "a", "q", "Q", "t", "T", "d", "w", "W", "c", "z", "x",
             "v", "g")  # fmt: skip
_VOWELS = ("k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho", "hl", "y", "n", "nj", "np",
           "nl", "b", "m", "ml", "l")  # fmt: skip
_FINALS = ("", "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg",
           "a", "q", "qt", "t", "T", "d", "w", "c", "z", "x", "v", "g")  # fmt: skip
_JAMO = dict(zip("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", _INITIALS, strict=True)) | dict(
    zip("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ", _VOWELS, strict=True)
)


def keys_of(typed: str) -> str:
    """The Latin keys of a two-set Hangul keyboard that type this: ``채ㅜㅍ`` is ``conv``."""
    keys: list[str] = []
    for letter in typed:
        index = ord(letter) - ord("가")
        if 0 <= index < 11172:
            keys += (_INITIALS[index // 588], _VOWELS[index % 588 // 28], _FINALS[index % 28])
        else:
            keys.append(_JAMO.get(letter, letter))
    return "".join(keys)


def matches(typed: str, kinds: Iterable[LayerKind], show: Callable[[Text], str]) -> list[LayerKind]:
    """The kinds whose name, family or summary fits `typed`, the best first.

    A name that begins with it comes before one that holds it, then one that holds its letters in
    order, then a family and a summary that hold it. Empty text fits everything.
    """
    kinds = list(kinds)
    wanted = {_plain(typed), _plain(keys_of(typed))} - {""}
    if not wanted:
        return kinds
    ranked = []
    for position, kind in enumerate(kinds):
        rank = min(_rank(text, kind, show) for text in wanted)
        if rank < _NO_MATCH:
            ranked.append((rank, len(kind.keras) if rank == 0 else 0, position, kind))
    return [kind for *_, kind in sorted(ranked, key=lambda r: r[:3])]


_NO_MATCH = 9


def _rank(text: str, kind: LayerKind, show: Callable[[Text], str]) -> int:
    name = _plain(kind.keras)
    if name.startswith(text):
        return 0
    if text in name:
        return 1
    if _in_order(text, name):
        return 2
    if text in _plain(show(kind.family.label)) or text in _plain(str(kind.family)):
        return 3
    if text in _plain(show(kind.summary)):
        return 4
    return _NO_MATCH


def _in_order(letters: str, name: str) -> bool:
    rest = iter(name)
    return name.startswith(letters[:1]) and all(letter in rest for letter in letters)


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
