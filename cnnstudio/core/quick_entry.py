"""Layers in one typed line: ``conv 64 3x3 relu, pool 2, dense 10 softmax``.

An entry is a layer's name and, in any order, what makes it particular; commas, arrows or new
lines stand between entries. Everything is read by the kind's own declaration:

- a number is the next number the card would show (filters, then the kernel, then the stride), and
  ``3x3`` or ``(3, 3)`` the next pair;
- a word is a choice (``relu``, ``same``), an option (``keepdims``) or, with ``no`` before it, the
  option left out (``no bias``);
- ``stride 2``, ``rate=0.3`` name what they set; ``/2``, ``s2`` and ``k5`` are short for that;
- ``x3`` repeats the layer.

A layer as Python has it, ``Conv2D(64, (3, 3), activation="relu")``, is such an entry too.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from cnnstudio.core.errors import BadInput
from cnnstudio.core.hangul import keys_of
from cnnstudio.core.layers.parameters import (
    Choice,
    Flag,
    Integer,
    Number,
    PairOf,
    Parameter,
    ParameterError,
    Sizes,
)
from cnnstudio.core.layers.registry import kind_of, kinds
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.text import T, Text

MOST_LAYERS = 200
"""So many layers are added at once, at most."""

LONGEST = 4000
"""So many letters are read, at most."""

# What people write for a layer besides its own name, in both languages.
_ALIASES = {
    "conv2d": "conv convolution 합성곱 컨볼루션 콘브",
    "depthwise_conv2d": "dwconv depthwise 깊이별합성곱",
    "separable_conv2d": "sepconv separable 분리합성곱",
    "conv2d_transpose": "deconv convt upconv transposedconv 전치합성곱",
    "max_pooling2d": "pool maxpool mp 풀링 최대풀링 맥스풀링",
    "average_pooling2d": "avgpool avepool 평균풀링",
    "global_average_pooling2d": "gap globalavgpool 전역평균풀링",
    "global_max_pooling2d": "gmp globalmaxpool 전역최대풀링",
    "dense": "fc linear fullyconnected 밀집 완전연결 덴스",
    "batch_normalization": "bn batchnorm 배치정규화",
    "layer_normalization": "ln layernorm 층정규화",
    "group_normalization": "gn groupnorm 그룹정규화",
    "dropout": "drop 드롭아웃",
    "flatten": "flat 평탄화 펼치기",
    "activation": "act 활성화 활성화함수",
    "re_lu": "렐루",
    "softmax": "소프트맥스",
    "leaky_re_lu": "lrelu",
    "input": "입력 image",
    "add": "plus sum 더하기 덧셈",
    "concatenate": "concat cat 이어붙이기",
    "zero_padding2d": "pad zeropad 제로패딩",
    "up_sampling2d": "upsample 업샘플링",
}
_SHORT = {
    "k": ("kernel_size", "pool_size"), "s": ("strides",), "d": ("dilation_rate",),
    "g": ("groups",), "f": ("filters",), "n": ("units",),
}  # fmt: skip
_YES, _NO = ("true", "yes", "on"), ("false", "no", "off")

_NUMBER = re.compile(r"-?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})([eE]-?\d{1,2})?")
_PAIR = re.compile(r"\d{1,9}([x×*]\d{1,9})+")
_TOKEN = re.compile(
    r"(?P<list>[(\[]\s*\d{1,9}(?:\s*[,x×*]\s*\d{1,9})*\s*,?\s*[)\]])"
    r"|(?P<next>->|=>|[,;>→⟶⇒\n])"
    r"|(?P<word>[^\s,;>→⟶⇒()\[\]=:\-]+(?:-(?!>)[^\s,;>→⟶⇒()\[\]=:\-]*)*|-[^\s,;>→⟶⇒()\[\]=:]*)"
    r"|(?P<is>[=:])"
    r"|(?P<other>\S)"
)


class QuickEntryError(BadInput):
    """A word that can't be understood.

    Attributes:
        start: Where the word begins in what was typed.
        end: Where it ends.
        before: The layers before it, which were understood.
    """

    def __init__(self, text: Text, start: int, end: int) -> None:
        super().__init__(text)
        self.start, self.end = start, end
        self.before: tuple[NewLayer, ...] = ()


@dataclass(frozen=True, slots=True)
class NewLayer:
    """A layer to be added.

    Attributes:
        kind: Its kind.
        params: The raw values typed, by parameter.
    """

    kind: LayerKind
    params: dict[str, object] = field(default_factory=dict)


class Token(NamedTuple):
    """A piece of what was typed.

    Attributes:
        text: The piece.
        start: Where it begins.
        sort: "word", "list" (numbers in brackets) or "is" (= or :).
    """

    text: str
    start: int
    sort: str

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    def refuse(self, text: Text) -> QuickEntryError:
        """The error for this piece."""
        return QuickEntryError(text, self.start, self.end)


def read_entries(typed: str) -> tuple[NewLayer, ...]:
    """The layers a line describes, in their order; none for an empty line.

    Raises:
        QuickEntryError: Naming the word that can't be understood, and what would be.
    """
    found: list[NewLayer] = []
    try:
        for tokens in _groups(typed):
            entry, times = _Reader(tokens).read()
            if len(found) + times > MOST_LAYERS:
                raise tokens[-1].refuse(
                    T("That would be more than {most} layers at once.", most=MOST_LAYERS)
                )
            found += [entry] * times
    except QuickEntryError as error:
        error.before = tuple(found)
        raise
    return tuple(found)


def unfinished(typed: str) -> tuple[str, str | None]:
    """Splits off a last entry that is a name and nothing else yet, so that it can be completed.

    Returns:
        What stands before it, comma or arrow included, and the name, "" while nothing follows;
        all that was typed and None if the last entry has more than a name.
    """
    ends = [match.end() for match in _TOKEN.finditer(typed) if match.lastgroup == "next"]
    before, last = typed[: ends[-1] if ends else 0], typed[ends[-1] if ends else 0 :]
    tokens = [token for group in _groups(last) for token in group]
    if not tokens:
        return typed, ""
    try:
        (entry, times), words = _Reader(tokens).read(), len(tokens)
        only_name = not entry.params and times == 1 and words == _named(tokens)[0]
    except QuickEntryError:
        only_name = len(tokens) == 1 and last.strip()[0].isalpha()
    return (before, last.strip()) if only_name else (typed, None)


def kinds_named(typed: str) -> list[LayerKind]:
    """The kinds a name may mean, best first: exactly, beginning so, holding it, in order."""
    wanted = {plain(typed), plain(keys_of(typed))} - {""}
    ranked = []
    for position, kind in enumerate(kinds().values()):
        rank = min((_rank(one, kind) for one in wanted), default=_NO_MATCH)
        if rank < _NO_MATCH:
            ranked.append((rank, len(kind.keras) if rank == _BEGINS else 0, position, kind))
    return [kind for *_, kind in sorted(ranked, key=lambda r: r[:3])]


def aliases_of(kind: LayerKind) -> tuple[str, ...]:
    """What people write for a kind besides its own name, in both languages."""
    return tuple(_ALIASES.get(kind.id, "").split())


def plain(text: str) -> str:
    """Letters and digits alone, in small letters."""
    return "".join(c for c in text.casefold() if c.isalnum())


_EXACT, _BEGINS, _HOLDS, _IN_ORDER, _NO_MATCH = range(5)


def _rank(text: str, kind: LayerKind) -> int:
    name = plain(kind.keras)
    if text in (name, plain(kind.id)) or _aliases().get(text) == kind.id:
        return _EXACT
    if name.startswith(text):
        return _BEGINS
    if text in name:
        return _HOLDS
    rest = iter(name)
    in_order = name.startswith(text[:1]) and all(letter in rest for letter in text)
    return _IN_ORDER if in_order else _NO_MATCH


@cache
def _aliases() -> dict[str, str]:
    return {alias: id for id, names in _ALIASES.items() if id in kinds() for alias in names.split()}


def _meant(typed: str, worst: int) -> LayerKind | None:
    """The best kind of that name, if it fits no worse than `worst`."""
    best = next(iter(kinds_named(typed)), None)
    if best is None:
        return None
    fit = min(_rank(one, best) for one in {plain(typed), plain(keys_of(typed))} - {""})
    return best if fit <= worst else None


def _named(tokens: list[Token]) -> tuple[int, LayerKind | None]:
    """How many of the tokens are a kind's name, and the kind; the longest name there is."""
    words = 0
    while words < min(len(tokens), 4) and tokens[words].text[:1].isalpha():
        words += 1
    for count in range(words, 0, -1):
        joined = " ".join(token.text for token in tokens[:count])
        if (kind := _meant(joined, _BEGINS if count > 1 else _EXACT)) is not None:
            return count, kind
    return 1, None


def _groups(typed: str) -> Iterator[list[Token]]:
    """The tokens of each entry."""
    if len(typed) > LONGEST:
        raise QuickEntryError(
            T("That is longer than {most} letters.", most=LONGEST), LONGEST, len(typed)
        )
    group: list[Token] = []
    depth = 0
    for match in _TOKEN.finditer(typed):
        sort, text = match.lastgroup or "other", match[0]
        if sort == "next" and depth == 0:
            if group:
                yield group
            group = []
        elif text in ("(", ")"):  # a call in Python: what is in its brackets belongs to it
            depth = max(0, depth + (1 if text == "(" else -1))
            if not group:
                group.append(Token(text, match.start(), sort))
        elif sort != "next" or text != ",":
            group.append(_token(text, match.start(), sort, first=not group))
    if group:
        yield group


def _token(text: str, start: int, sort: str, *, first: bool) -> Token:
    """The token without quotes around it, and a layer's name without its module."""
    bare = text.strip("'\"")
    start += text.find(bare)
    name = bare.rpartition(".")[2]
    if first and name[:1].isalpha():
        start, bare = start + len(bare) - len(name), name
    return Token(bare or text, start, sort)


class _Reader:
    """Reads one entry."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._params: dict[str, object] = {}
        self._times = 1

    def read(self) -> tuple[NewLayer, int]:
        """The layer, and how many times it comes."""
        first = self._tokens[0]
        if times := re.fullmatch(r"(\d{1,4})[x×]", first.text):
            self._times, self._at = int(times[1]), 1
        if self._at == len(self._tokens):
            raise first.refuse(T("After {word} comes a layer's name.", word=first.text))
        self._kind = self._read_kind()
        while self._at < len(self._tokens):
            self._read_one(self._tokens[self._at])
        return NewLayer(self._kind, self._params), self._times

    # --- the name -------------------------------------------------------------------------------

    def _read_kind(self) -> LayerKind:
        """The kind; the name of an activation function is a layer too."""
        rest = self._tokens[self._at :]
        count, kind = _named(rest)
        self._at += count
        if kind is not None:
            return kind
        word = rest[0]
        activation = kind_of("activation")
        function = activation.parameter("activation") if activation else None
        if activation and function and (name := _choice(function, word.text)):
            self._params["activation"] = name
            return activation
        found = kinds_named(word.text) if word.text[:1].isalpha() else []
        if found:
            return found[0]
        raise word.refuse(_unknown(word.text))

    # --- what makes it particular ---------------------------------------------------------------

    def _read_one(self, token: Token) -> None:
        self._at += 1
        word = keys_of(token.text)
        if token.sort == "list":
            self._set_next([int(n) for n in re.findall(r"\d+", word)], token)
        elif re.fullmatch(r"[x×*]\d{1,4}", word):
            self._times = int(word[1:])
            if self._times == 0:
                raise token.refuse(T("{word} would be no layer at all.", word=word))
        elif _PAIR.fullmatch(word):
            self._set_next([int(n) for n in re.split("[x×*]", word)], token)
        elif _NUMBER.fullmatch(word):
            self._set_next(_number(word), token)
        elif short := re.fullmatch(r"/(\d{1,9})", word):
            self._set(self._short("s", token), int(short[1]), token)
        elif (short := re.fullmatch(r"([a-z])(\d{1,9})", word)) and short[1] in _SHORT:
            self._set(self._short(short[1], token), int(short[2]), token)
        else:
            self._read_word(token)

    def _read_word(self, token: Token) -> None:
        """A choice, an option, or the name of a parameter with its value."""
        word, after = keys_of(token.text), self._peek()
        option = self._flag(after.text) if after is not None else None
        named, whole = self._parameter(word)
        if after is not None and option is not None and plain(word) in ("no", "without"):
            self._at += 1
            self._set(option, False, after)
        elif named is not None and (whole or self._is_next()):
            self._read_value(named, token)
        elif (left_out := self._flag(word[2:])) is not None and plain(word).startswith("no"):
            self._set(left_out, False, token)
        elif chosen := self._choice(word):
            self._set(*chosen, token)
        elif named is not None:
            self._read_value(named, token)
        elif (flag := self._flag(word)) is not None:
            self._set(flag, True, token)
        else:
            raise token.refuse(self._refused(token.text))

    def _choice(self, word: str) -> tuple[Parameter, str] | None:
        """The first parameter with a choice of that name."""
        for parameter in self._kind.parameters:
            if (name := _choice(parameter, word)) is not None:
                return parameter, name
        return None

    def _read_value(self, parameter: Parameter, name: Token) -> None:
        """The value after a parameter's name; an option alone is switched on."""
        explicit = self._is_next()
        if explicit:
            self._at += 1
        after = self._peek()
        if isinstance(parameter, Flag):
            switch = plain(after.text) if after is not None else ""
            if switch in (*_YES, *_NO):
                self._at += 1
            elif explicit:
                raise (after or name).refuse(_needs_value(name.text))
            self._set(parameter, switch not in _NO, name)
            return
        if after is None:
            raise name.refuse(_needs_value(name.text))
        self._at += 1
        if after.sort == "list" or _PAIR.fullmatch(after.text):
            value: object = [int(n) for n in re.findall(r"\d+", after.text)]
        elif _NUMBER.fullmatch(after.text):
            value = self._more(parameter, _number(after.text))
        elif isinstance(parameter, Choice):
            value = _choice(parameter, after.text) or after.text
        else:
            value = None if plain(after.text) == "none" else after.text
        self._set(parameter, value, after)

    def _set_next(self, value: object, token: Token) -> None:
        """Sets the next number or pair, in the order a card shows them."""
        order = [p for name in self._kind.headline if (p := self._kind.parameter(name))]
        order += [p for p in self._kind.parameters if p not in order and not p.advanced]
        wanted = (PairOf, Sizes) if isinstance(value, list) else (Integer, Number, PairOf, Sizes)
        free = [p for p in order if isinstance(p, wanted) and p.name not in self._params]
        if not free:
            raise token.refuse(self._refused(token.text))
        self._set(free[0], self._more(free[0], value), token)

    def _more(self, parameter: Parameter, value: object) -> object:
        """A shape's further numbers, written one after the other: ``input 28 28 1``."""
        if not isinstance(parameter, Sizes) or isinstance(value, list):
            return value
        sizes = [value]
        while (after := self._peek()) is not None and re.fullmatch(r"\d{1,9}", after.text):
            sizes.append(int(after.text))
            self._at += 1
        return sizes

    def _set(self, parameter: Parameter, value: object, token: Token) -> None:
        if parameter.name in self._params and parameter.name != "activation":
            raise token.refuse(
                T("{word} would set {parameter} a second time.", word=token.text,
                  parameter=parameter.name)
            )  # fmt: skip
        try:
            parameter.read(value)
        except ParameterError as error:
            raise token.refuse(error.text) from error
        self._params[parameter.name] = value

    # --- names of parameters --------------------------------------------------------------------

    def _parameter(self, word: str) -> tuple[Parameter | None, bool]:
        """The parameter whose name begins with `word`, and whether that is its whole name."""
        wanted = plain(word)
        if wanted == "kernel":
            wanted = "kernelsize"
        for parameter in self._kind.parameters:
            if wanted in (plain(parameter.name), plain(parameter.name).removesuffix("s")):
                return parameter, True
        if len(wanted) < 3:
            return None, False
        found = [p for p in self._kind.parameters if plain(p.name).startswith(wanted)]
        return (found[0], False) if len(found) == 1 else (None, False)

    def _flag(self, word: str) -> Flag | None:
        wanted = plain(word)
        for parameter in self._kind.parameters:
            name = plain(parameter.name)
            if isinstance(parameter, Flag) and wanted in (name, name.removeprefix("use")):
                return parameter
        return None

    def _short(self, letter: str, token: Token) -> Parameter:
        for name in _SHORT[letter]:
            if (parameter := self._kind.parameter(name)) is not None:
                return parameter
        raise token.refuse(self._refused(token.text))

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _is_next(self) -> bool:
        after = self._peek()
        return after is not None and after.sort == "is"

    def _refused(self, word: str) -> Text:
        names = [p.name for p in self._kind.parameters if not p.advanced]
        if not names:
            return T("{kind} has nothing to set, so it can't take {word}.", kind=self._kind.keras,
                     word=word)  # fmt: skip
        return T(
            "{kind} doesn't know {word}. It takes {names}.",
            kind=self._kind.keras, word=word, names=", ".join(names),
        )  # fmt: skip


def _choice(parameter: Parameter, word: str) -> str | None:
    """The choice of `parameter` that `word` names; None if none does."""
    if not isinstance(parameter, Choice):
        return None
    wanted = plain(keys_of(word))
    named = [c for c in parameter.choices if c is not None] + list(parameter.aliases)
    return next((c for c in named if plain(c) == wanted), None)


def _number(word: str) -> int | float:
    return int(word) if re.fullmatch(r"-?\d+", word) else float(word)


def _needs_value(name: str) -> Text:
    return T("{name} needs a value after it.", name=name)


def _unknown(word: str) -> Text:
    names = [kind.keras for kind in kinds().values()]
    close = difflib.get_close_matches(word.casefold(), [n.casefold() for n in names], 1)
    if close:
        meant = next(n for n in names if n.casefold() == close[0])
        return T("{word} is no layer. {name} is one.", word=word, name=meant)
    return T("{word} is no layer. Begin with a name such as Conv2D or Dense.", word=word)
