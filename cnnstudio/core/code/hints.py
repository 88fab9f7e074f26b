"""What can be written at a place of Keras code, and what stands there, from the declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cnnstudio.core.code.reading.naming import layer_class
from cnnstudio.core.layers.parameters import Choice, Flag, Parameter, shown
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.layers.variants import VariantOf
from cnnstudio.core.text import T, Text

_TOKEN = re.compile(r"#[^\n]*|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|[^\W\d]\w*|[()\[\]{}]")
_PREFIX = re.compile(r"(?<!\w)[^\W\d]\w*$")
_VALUE = re.compile(r"(?<![\w.])([^\W\d]\w*)\s*=\s*(['\"]?)(\w*)$")
_GIVEN = re.compile(r"(?<![\w.])([^\W\d]\w*)\s*=(?!=)")
_REACH = 4_000  # characters before the place that are looked at
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to go on.

    Attributes:
        text: What is written in the place of what was typed.
        help: What it is.
    """

    text: str
    help: Text


@dataclass(frozen=True, slots=True)
class Offers:
    """The ways to go on at a place.

    Attributes:
        typed: What was typed of them; it stands right before the place.
        ways: All of them, whatever was typed, in the order of their declaration.
    """

    typed: str = ""
    ways: tuple[Offer, ...] = ()

    @property
    def fitting(self) -> tuple[Offer, ...]:
        """Those that begin with what was typed, in whatever case."""
        typed = self.typed.lower()
        return tuple(way for way in self.ways if way.text.lower().startswith(typed))


def offers_at(text: str, at: int) -> Offers:
    """What can be written at a place: a layer, one of its arguments, or an argument's value.

    Args:
        text: The code.
        at: The place, as a number of characters from its beginning.
    """
    before = text[max(at - _REACH, 0) : at]
    scanned = _scanned(before)
    if scanned is None:
        return Offers()
    called, opened, quoted = scanned
    kind = layer_class(called)
    if kind is not None and (found := _VALUE.search(before[opened:])):
        parameter = kind.parameter(found[1])
        if parameter is not None:
            return Offers(found[2] + found[3], tuple(_values(parameter, found[2] or '"')))
    if quoted:
        return Offers()
    typed = _PREFIX.search(before)
    prefix = typed[0] if typed else ""
    if kind is not None:
        given = set(_GIVEN.findall(before[opened:]))
        return Offers(prefix, tuple(_arguments(kind, given)))
    ways = (Offer(one.keras, one.summary) for one in kinds().values())
    return Offers(prefix, tuple(ways) if prefix else ())


def help_at(text: str, at: int) -> Text | None:
    """What the class or the argument at a place is; None if nothing is known of it."""
    start = end = at
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    word = text[start:end]
    if (kind := layer_class(word)) is not None:
        return T("{summary} {help}", summary=kind.summary, help=kind.help)
    scanned = _scanned(text[max(start - _REACH, 0) : start])
    kind = layer_class(scanned[0]) if scanned and not scanned[2] else None
    parameter = kind.parameter(word) if kind else None
    if parameter is None or not re.match(r"\s*=(?!=)", text[end:]):
        return None
    return _told(parameter)


def _told(parameter: Parameter) -> Text:
    if parameter.required:
        return T("{label}: {help}", label=parameter.label, help=parameter.help)
    return T(
        "{label}: {help} Keras' default is {default}.",
        label=parameter.label,
        help=parameter.help,
        default=shown(parameter.write(parameter.default)),
    )


def _arguments(kind: LayerKind, given: set[str]) -> Iterator[Offer]:
    for parameter in kind.parameters:
        if parameter.name not in given:
            yield Offer(f"{parameter.name}=", _told(parameter))
    if "name" not in given:
        yield Offer("name=", T("What the layer is called."))


def _values(parameter: Parameter, quote: str) -> Iterator[Offer]:
    """The values of an argument that has a few, in these quotes."""
    if isinstance(parameter, Flag):
        yield from (Offer(one, parameter.help) for one in ("True", "False"))
    elif isinstance(parameter, Choice):
        for choice in parameter.choices:
            written = "None" if choice is None else f"{quote}{choice}{quote}"
            yield Offer(written, parameter.help)
    elif isinstance(parameter, VariantOf):
        for variant in parameter.variants:
            if variant.module == "initializers":
                yield Offer(f"{quote}{variant.name}{quote}", variant.help)


def _scanned(text: str) -> tuple[str, int, bool] | None:
    """Whose brackets the end of a text is in.

    Returns:
        The name before the innermost open bracket ("" if there is none, or no name) and where
        its inside begins, and whether the end is inside a string; None inside a comment.
    """
    open_: list[tuple[str, int]] = []
    name, name_end, quoted = "", -1, False
    for found in _TOKEN.finditer(text):
        token, end = found[0], found.end()
        quoted = token[0] in "\"'" and (len(token) == 1 or token[-1] != token[0])
        if token[0] == "#" and end == len(text):
            return None
        if token in _OPENING:
            open_.append((name if token == "(" and name_end == found.start() else "", end))
        elif token in _CLOSING:
            if open_:
                open_.pop()
        elif token[0] not in "\"'#":
            name, name_end = token, end
    called, opened = open_[-1] if open_ else ("", 0)
    return called, opened, quoted
