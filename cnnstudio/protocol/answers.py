"""What an inspector says of a model file, and how that is read: strictly, and never trusted."""

from __future__ import annotations

import re
import string
from typing import Any

import msgspec

from cnnstudio.core.storage.codec import lay_out, parse
from cnnstudio.core.text import Text

COPY, ANSWER, WEIGHTS, LOG = "source", "answer.json", "weights.npz", "log.txt"
"""The names of the files in an inspector's folder."""

_LONGEST_SPEC = 8
_NAME = re.compile(r"\w{1,40}")


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an inspector found.

    Attributes:
        refused: Why the file isn't opened; nothing else counts then.
        open_shape: The shape the model leaves open, None for an open length, if it is refused for
            that alone.
        project: The project as its file has it; layers with weights name the file "" for them.
        opaque: Names of the layers whose class the studio doesn't know.
        loaded: How many layers have their weights.
        missing: Names of the layers that have none and should.
        warnings: What a person should know.
        limits: What the inspector was limited in, as ``inspector.limits`` calls it.
    """

    refused: Text | None = None
    open_shape: tuple[int | None, ...] | None = None
    project: dict[str, Any] = {}
    opaque: tuple[str, ...] = ()
    loaded: int = 0
    missing: tuple[str, ...] = ()
    warnings: tuple[Text, ...] = ()
    limits: tuple[str, ...] = ()


class Unsound(Exception):
    """An answer that no sound inspector gives."""


def encode_answer(answer: Answer) -> bytes:
    """The answer as one line of JSON.

    Raises:
        ValueError: For a number that isn't finite.
    """
    value: dict[str, Any] = msgspec.to_builtins(answer)
    return lay_out(value, {})


def decode_answer(data: bytes) -> Answer:
    """Reads what ``encode_answer`` wrote.

    Raises:
        Unsound: For fields of another type, or a text that couldn't be put into words.
        BadInput: For anything that isn't one strict JSON object.
    """
    try:
        answer = msgspec.convert(parse(data, ANSWER), Answer)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Unsound(str(error)) from error
    texts = answer.warnings if answer.refused is None else (answer.refused, *answer.warnings)
    for text in texts:
        _check(text)
    return answer


def _check(text: Text) -> None:
    """Refuses a text whose sentence asks for more than its parameters, or for endless padding."""
    for sentence in (text.id, text.plural):
        try:
            fields = list(string.Formatter().parse(sentence))
        except ValueError as error:
            raise Unsound(sentence[:60]) from error
        for _, name, spec, conversion in fields:
            if name is None:
                continue
            if name not in text.params or not _NAME.fullmatch(name) or conversion:
                raise Unsound(sentence[:60])
            if len(spec or "") > _LONGEST_SPEC or re.search(r"\d{3}|[{}]", spec or ""):
                raise Unsound(sentence[:60])
    if text.plural and not isinstance(text.params.get("count"), int):
        raise Unsound(text.plural[:60])
    for value in text.params.values():
        if isinstance(value, Text):
            _check(value)
