"""JSON as people's files need it: strict in, readable out, unknown keys kept.

Reading names the place and the remedy for every fault. Writing puts one item on a line in a
stable order, so that a version control system shows what changed.
"""

from __future__ import annotations

import json
import math
import re
import types
import typing
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NoReturn, TypeVar

import msgspec

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text

LARGEST_FILE = 32_000_000  # bytes; a project of 10,000 layers has about 2 million
_DEEPEST = 50  # lists and objects in each other; nothing the studio writes goes beyond 5

S = TypeVar("S", bound=msgspec.Struct)


def shown(value: object) -> str:
    """A value as the file has it, never longer than a line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


# ---------------------------------------------------------------------------------- strict in


def parse(data: bytes | str, name: str) -> dict[str, Any]:
    """Reads one JSON object.

    Args:
        data: The file's content; UTF-8, a byte order mark is accepted.
        name: What to call the file in errors.

    Raises:
        BadInput: For anything that isn't one strict JSON object, with the position.
    """
    text = decode(data, name) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    _check_text(text, name)
    try:
        value = strict_json(text, name)
    except json.JSONDecodeError as error:
        raise _not_json(text, name, error) from error
    except RecursionError as error:
        raise _too_deep(name) from error
    if not isinstance(value, dict):
        raise BadInput(
            T(
                "{file} holds {value} where an object in braces should be. Choose another file.",
                file=name,
                value=shown(value),
            )
        )
    return value


def strict_json(text: str, name: str) -> Any:
    """Reads JSON without what it has no place for: NaN, repeated keys, half characters.

    Raises:
        BadInput: For one of those.
        json.JSONDecodeError: For what isn't JSON.
        RecursionError: For what is nested too deep.
    """
    reader = _Reader(text, name)
    value = json.loads(
        text,
        object_pairs_hook=reader.object,
        parse_constant=reader.refuse_number,
        parse_float=reader.number,
        parse_int=reader.integer,
    )
    try:
        text.encode()  # a clipboard's can have one as it is
        if re.search(r"\\u[dD][89a-fA-F]", text):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            T(
                "{file} has half a character ({value}). Correct it in a text editor.",
                file=name,
                value=ascii(error.object[error.start]),
            )
        ) from error
    return value


def decode(data: bytes, name: str) -> str:
    """The text of a file in UTF-8; a byte order mark is accepted.

    Raises:
        BadInput: For a file that is too large or no UTF-8, with the position.
    """
    if len(data) > LARGEST_FILE:
        raise BadInput(
            T(
                "{file} has {size} bytes, more than the {limit} that are read. Choose "
                "another file.",
                file=name,
                size=len(data),
                limit=LARGEST_FILE,
            )
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        raise BadInput(
            T(
                "{file} is UTF-16 or UTF-32 text from its first byte on. Save it as UTF-8.",
                file=name,
            )
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        raise BadInput(
            T(
                "{file} isn't UTF-8 text (line {line}, column {column}). Save it as UTF-8.",
                file=name,
                line=before.count("\n") + 1,
                column=len(before) - before.rfind("\n"),
            )
        ) from error


def _check_text(text: str, name: str) -> None:
    if not text.strip():
        raise BadInput(
            T("{file} is empty. Its previous version may lie beside it as .bak.", file=name)
        )
    if "\r" in text:
        before = text[: text.index("\r")]
        raise BadInput(
            T(
                "{file} has Windows line ends (the first at line {line}, column {column}). Save "
                "it with LF line ends; in git: *.cnnstudio text eol=lf.",
                file=name,
                line=before.count("\n") + 1,
                column=len(before) - before.rfind("\n"),
            )
        )
    if marker := re.search(r"^(<{7}|={7}|>{7}|\|{7})(?= |$)", text, re.MULTILINE):
        raise BadInput(
            T(
                "{file} has an unresolved git conflict ({marker} at line {line}). Choose one side "
                "and delete the markers.",
                file=name,
                marker=marker[1],
                line=text.count("\n", 0, marker.start()) + 1,
            )
        )


class _Reader:
    """The hooks of ``json.loads`` that refuse what strict JSON, or a person, can't mean."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise BadInput(
                T(
                    "{file} gives {key} twice in the same object. Delete one of them.",
                    file=self._name,
                    key=shown(twice),
                )
            )
        return found

    def number(self, token: str) -> float:
        value = float(token)
        if math.isinf(value):
            self.refuse_number(token)
        return value

    def integer(self, token: str) -> int:
        try:
            return int(token)
        except ValueError:  # thousands of digits
            return self.refuse_number(token)

    def refuse_number(self, token: str) -> NoReturn:
        start = next(
            found.start()
            for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[-+.\w]+', self._text)
            if found[0].startswith(token)  # whatever stands right behind it
        )
        raise BadInput(
            T(
                "{file} has {value} where a finite number should be (line {line}, column "
                "{column}). Correct it in a text editor.",
                file=self._name,
                value=token if len(token) <= 20 else token[:20] + "…",
                line=self._text.count("\n", 0, start) + 1,
                column=start - self._text.rfind("\n", 0, start),
            )
        )


def _not_json(text: str, name: str, error: json.JSONDecodeError) -> BadInput:
    cut = not text[error.pos :].strip() or error.msg.startswith("Unterminated string")
    sentence = (
        T(
            "{file} ends in the middle (line {line}, column {column}); perhaps a copy or download "
            "stopped. Its previous version may lie beside it as .bak.",
            file=name,
            line=error.lineno,
            column=error.colno,
        )
        if cut
        else T(
            "{file} isn't JSON: something is wrong at line {line}, column {column}. Correct it in "
            "a text editor, or take its previous version (.bak).",
            file=name,
            line=error.lineno,
            column=error.colno,
        )
    )
    return BadInput(sentence)


def _too_deep(name: str) -> BadInput:
    return BadInput(
        T(
            "{file} nests lists and objects more than {limit} deep. Choose another file.",
            file=name,
            limit=_DEEPEST,
        )
    )


def check_header(raw: Mapping[str, Any], name: str, format: str, version: int) -> int:
    """Checks what kind of file it is and returns its format version, at most `version`.

    Raises:
        BadInput: For another format, no version, or one from a newer studio.
    """
    if raw.get("format") != format:
        raise BadInput(
            T(
                '{file} isn\'t a "{format}" file. Choose another file.',
                file=name,
                format=format,
            )
        )
    found = raw.get("version")
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise BadInput(
            T(
                "{file} has the format version {value}; a whole number from 1 to {version} "
                "belongs there.",
                file=name,
                value=shown(found),
                version=version,
            )
        )
    if found > version:
        raise BadInput(
            T(
                "{file} was made with version {studio} of CNN Studio (file format {found}); this "
                "one reads formats up to {version}. Update CNN Studio; the file is left as it is.",
                file=name,
                studio=str(raw.get("studio", "?")),
                found=found,
                version=version,
            )
        )
    return found


# -------------------------------------------------------------------------- structs and objects


class Place(msgspec.Struct, frozen=True):
    """Where in a file a value stands, in words.

    Attributes:
        file: What to call the file.
        part: The part of it: "the data settings", "layer conv2d_1".
    """

    file: str
    part: Text

    def refuse(self, field: str, raw: object, allowed: Text, default: object) -> BadInput:
        """The error for a value that can't stand here; `default` may be ``msgspec.NODEFAULT``."""
        parts: dict[str, Text | int | float | str] = {
            "file": self.file,
            "field": field,
            "part": self.part,
            "value": shown(raw),
            "allowed": allowed,
        }
        if default is msgspec.NODEFAULT:
            return BadInput(
                T("{file}: {field} of {part} can't be {value}; it takes {allowed}.", **parts)
            )
        return BadInput(
            T(
                "{file}: {field} of {part} can't be {value}; it takes {allowed}. The default is "
                "{default}.",
                default=shown(default),
                **parts,
            )
        )

    def missing(self, field: str) -> BadInput:
        """The error for a value that must stand here."""
        return BadInput(
            T("{file}: {part} has no {field}. Add it.", file=self.file, part=self.part, field=field)
        )


def read_struct(
    cls: type[S], raw: object, place: Place, *, given: Mapping[str, Any] | None = None
) -> S:
    """Reads an object into a struct; keys it has no field for go to its ``extra``.

    Args:
        cls: A struct with an ``extra`` field.
        raw: The object.
        place: What to call it in errors.
        given: Values for fields that are read elsewhere.

    Raises:
        BadInput: Naming the field, its value, what it takes and its default.
    """
    if not isinstance(raw, dict):
        raise BadInput(
            T(
                "{file}: {part} can't be {value}; it takes an object in braces.",
                file=place.file,
                part=place.part,
                value=shown(raw),
            )
        )
    given = given or {}
    values: dict[str, Any] = dict(given)
    fields = _fields(cls)
    for field in fields:
        if field.name in given:
            continue
        if field.name not in raw:
            if field.required:
                raise place.missing(field.name)
            continue
        value = raw[field.name]
        struct = _struct(field.type)
        if struct is not None and (value is not None or field.type is struct):
            part = _PARTS.get(field.name, place.part)
            values[field.name] = read_struct(struct, value, Place(place.file, part))
            continue
        try:
            values[field.name] = msgspec.convert(value, field.type)
        except msgspec.ValidationError as error:
            default = _default(field)
            raise place.refuse(field.name, value, _allowed(field.type), default) from error
        if isinstance(value, dict | list):
            check_depth(value, place.file)
    known = {field.name for field in fields}
    extra = {key: value for key, value in raw.items() if key not in known}
    check_depth(extra, place.file)
    return cls(**values, extra=extra)


def write_struct(value: msgspec.Struct) -> dict[str, Any]:
    """The object ``read_struct`` reads: fields in order, then the unknown keys."""
    result: dict[str, Any] = {}
    for name in value.__struct_fields__:
        if name == "extra":
            continue
        part = getattr(value, name)
        result[name] = write_struct(part) if isinstance(part, msgspec.Struct) else part
    extra: dict[str, Any] = getattr(value, "extra", {})
    return result | {key: item for key, item in extra.items() if key not in result}


def check_depth(value: object, name: str, depth: int = 0) -> None:
    """Refuses values nested so deep that writing them back could fail."""
    if depth > _DEEPEST:
        raise _too_deep(name)
    children: Sequence[object] = ()
    if isinstance(value, dict):
        children = tuple(value.values())
    elif isinstance(value, list):
        children = value
    for child in children:
        if isinstance(child, dict | list):
            check_depth(child, name, depth + 1)


@cache
def _struct(expected: object) -> type[msgspec.Struct] | None:
    """The struct with an `extra` map that a field holds, be it or null; None for any other."""
    options = typing.get_args(expected) if isinstance(expected, types.UnionType) else (expected,)
    structs = (one for one in options if isinstance(one, type) and issubclass(one, msgspec.Struct))
    return next((one for one in structs if "extra" in one.__struct_fields__), None)


@cache
def _fields(cls: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return tuple(field for field in msgspec.structs.fields(cls) if field.name != "extra")


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


_ALLOWED: dict[object, Text] = {
    str: T("text in quotes"),
    int: T("a whole number"),
    float: T("a number"),
    bool: T("true or false"),
    dict[str, Any]: T("an object in braces"),
    dict[str, str]: T("an object in braces"),
    Text: T("an object in braces"),
    tuple[float, float]: T("two numbers in brackets"),
    tuple[int, int]: T("two whole numbers in brackets"),
    tuple[int, int, int]: T("three whole numbers in brackets"),
    tuple[int, int, int, int]: T("four whole numbers in brackets"),
    tuple[str, ...]: T("texts in brackets"),
    tuple[tuple[int, ...], ...]: T("lists of whole numbers in brackets"),
}


def _allowed(expected: object) -> Text:
    if isinstance(expected, types.UnionType):
        options = [kind for kind in typing.get_args(expected) if kind is not type(None)]
        return T("{allowed}, or null", allowed=_allowed(options[0]))
    if isinstance(expected, type) and issubclass(expected, StrEnum):
        return T("one of {names}", names=", ".join(expected))
    allowed = _ALLOWED.get(dict[str, Any] if _struct(expected) else expected)
    return allowed or T("a list in brackets")


_PARTS = {
    "data": T("the data settings"),
    "imported": T("the facts of the pictures"),
    "training": T("the training settings"),
    "optimizer": T("the optimiser"),
    "scaler": T("the scaling"),
}


# --------------------------------------------------------------------------------- readable out


def lay_out(value: Mapping[str, Any], unfold: Mapping[str, Any]) -> bytes:
    """Writes an object as JSON with one item on a line.

    Args:
        value: What ``json`` can write; numbers finite.
        unfold: The keys whose object or list is itself spread over lines, and in turn their keys;
            everything else stays on one line.

    Raises:
        ValueError: For a number that isn't finite, or has thousands of digits.
    """
    # A lone surrogate can't be UTF-8; a person sees "?" in its place.
    return (_lines(value, unfold, "") + "\n").encode("utf-8", "replace")


def _lines(value: object, unfold: Mapping[str, Any], indent: str) -> str:
    inner = indent + "  "
    if isinstance(value, dict):
        items = [
            f"{inner}{_flat(key)}: "
            + (_lines(item, unfold[key], inner) if key in unfold else _flat(item))
            for key, item in value.items()
        ]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}" if items else "{}"
    if isinstance(value, list | tuple):
        items = [inner + _flat(item) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]" if items else "[]"
    return _flat(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)  # made once: files have many lines


def _flat(value: object) -> str:
    return _ENCODER.encode(value)
