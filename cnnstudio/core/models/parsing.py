"""The JSON of a model's config: strict, and within limits."""

from __future__ import annotations

import json
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage import codec
from cnnstudio.core.text import T

LARGEST = 16_000_000  # bytes; keras.applications' largest config has half a million
DEEPEST = 500  # lists and objects in each other; a model in a model takes four


def parse_config(text: bytes | str, name: str) -> dict[str, Any]:
    """Reads a model's config: ``config.json``, ``model_config`` or what ``to_json()`` gives.

    Args:
        text: The config; as bytes it is UTF-8.
        name: What to call it in errors.

    Raises:
        BadInput: For anything that isn't one strict JSON object of at most `LARGEST` bytes and
            `DEEPEST` levels, with line and column where there is one place.
    """
    if len(text) > LARGEST:
        raise BadInput(
            T(
                "{file} has {size} bytes; a model's config has at most {limit}. Choose another "
                "file.",
                file=name,
                size=len(text),
                limit=LARGEST,
            )
        )
    if isinstance(text, bytes):
        text = codec.decode(text, name)
    if not text.strip():
        raise BadInput(T("{file} is empty. Save the model again.", file=name))
    try:
        value = codec.strict_json(text, name)
    except json.JSONDecodeError as error:
        raise _not_json(text, name, error) from error
    except RecursionError as error:
        raise _too_deep(name) from error
    if not isinstance(value, dict):
        raise BadInput(
            T(
                "{file} holds {value} where the config of a model, an object in braces, should "
                "be. Choose another file.",
                file=name,
                value=codec.shown(value),
            )
        )
    _check_depth(value, name)
    return value


def _check_depth(value: object, name: str) -> None:
    level = [value]
    for _ in range(DEEPEST):
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
        level = [one for one in below if isinstance(one, dict | list)]
        if not level:
            return
    raise _too_deep(name)


def _too_deep(name: str) -> BadInput:
    return BadInput(
        T(
            "{file} nests lists and objects more than {limit} deep; no model does. Choose another "
            "file.",
            file=name,
            limit=DEEPEST,
        )
    )


def _not_json(text: str, name: str, error: json.JSONDecodeError) -> BadInput:
    cut = not text[error.pos :].strip() or error.msg.startswith("Unterminated string")
    sentence = (
        T(
            "{file} ends in the middle (line {line}, column {column}); perhaps a copy or download "
            "stopped. Get it again.",
            file=name,
            line=error.lineno,
            column=error.colno,
        )
        if cut
        else T(
            "{file} isn't JSON: something is wrong at line {line}, column {column}. Save the model "
            "again.",
            file=name,
            line=error.lineno,
            column=error.colno,
        )
    )
    return BadInput(sentence)
