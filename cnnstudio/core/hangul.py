"""Latin words typed while the keyboard was set to Hangul."""

from __future__ import annotations

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
