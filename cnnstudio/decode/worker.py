"""The entry of a decoding process: ``cnnstudio decode``; see ``core.data.orders``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from cnnstudio.core.data.datasets import dataset
from cnnstudio.core.data.orders import Outcome
from cnnstudio.core.data.parts import open_part
from cnnstudio.core.errors import BadInput, StudioError
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import T
from cnnstudio.decode.pictures import decode_picture
from cnnstudio.decode.sets import load_part, prepare_part


def main(argv: Sequence[str]) -> int:
    """Does one order, answers on standard output, and returns the exit code."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no part of the answer
    body = b""
    try:
        match argv:
            case ["part", source, part, rows, columns, fit]:
                _cache_part(source, part, (int(rows), int(columns)), fit)
                outcome = Outcome()
            case ["picture", path, rows, columns, channels]:
                picture = decode_picture(Path(path), (int(rows), int(columns), int(channels)))
                outcome, body = Outcome(shape=picture.shape), picture.tobytes()
            case _:
                return 2
    except StudioError as error:
        outcome = Outcome(refused=error.text)
    with answer:
        answer.write(msgspec.json.encode(outcome) + b"\n" + body)
    return 0 if outcome.refused is None else 2


def _cache_part(source: str, part: str, size: tuple[int, int], fit: str) -> None:
    facts = dataset(source)
    settings = DataSettings(source=source, size=size if all(size) else None, fit=fit)
    if settings.size is None:
        load_part(facts, part)
    else:
        prepare_part(facts, part, settings)
    if open_part(facts, part, settings) is None:
        raise BadInput(
            T(
                "The decoded pictures of {data} could not be kept on the disk. Free some space, or "
                "check that the cache folder can be written.",
                data=facts.title,
            )
        )
