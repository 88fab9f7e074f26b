"""Values of pictures as bytes: which range they are in is measured, shown, and may be answered.

Every range is mapped to 0..255 in a straight line and rounded; what leaves it is clipped. 16 bits
are scaled by 1/257, as ``decode.pictures`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.orders import DECODING
from cnnstudio.core.data.questions import Choice, Options, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text
from cnnstudio.decode.faults import unusable
from cnnstudio.decode.sources.layout import Layout
from cnnstudio.decode.sources.listing import Tell

Stored = NDArray[Any]
"""An array as its file has it, mapped or in memory."""

RANGE = "range"
"""The option's name; its values are such as "0..1" or "-2.5..2.5", or ``WHOLE``."""
WHOLE = "min..max"
"""From the smallest to the largest value there is."""

_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")
_BYTES = "0..255"
_DARK = 64
"""Values below this leave most of 0..255 unused, as the digits of scikit-learn (0..16) do."""
_DEPTHS = (1023, 4095, 16383, 65535)
_OVERSHOOT = 0.01
_CHUNK = 8 * 2**20  # bytes of a chunk as it is computed with


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found in arrays of pictures.

    Attributes:
        low, high: The smallest and the largest value that is finite.
        bad: For each array the numbers of the pictures with NaN or infinity.
    """

    low: float
    high: float
    bad: tuple[NDArray[np.intp], ...]


@dataclass(frozen=True, slots=True)
class Values:
    """The range that becomes 0..255.

    Attributes:
        low, high: Its ends.
        note: What was assumed; None where bytes stay what they are.
        question: To be answered otherwise; None where there is no doubt.
    """

    low: float
    high: float
    note: Text | None = None
    question: Question | None = None


def measure(arrays: Sequence[Stored], tell: Tell) -> Measured:
    """Looks at all values; at bytes only until it is plain that they use their range."""
    low, high = np.inf, -np.inf
    bad: list[NDArray[np.intp]] = []
    total, before = sum(map(len, arrays)), 0
    for array in arrays:
        found: list[NDArray[np.intp]] = []
        for start, chunk in _chunks(array):
            finite = np.isfinite(chunk).all(axis=tuple(range(1, chunk.ndim)))
            found.append(np.flatnonzero(~finite) + start)
            chunk = chunk if finite.all() else chunk[finite]  # noqa: PLW2901
            if chunk.size:
                low, high = min(low, float(chunk.min())), max(high, float(chunk.max()))
            if chunk.dtype == np.uint8 and high >= _DARK:
                break
            tell(DECODING, before + start, total)
        before += len(array)
        bad.append(np.concatenate(found) if found else np.empty(0, np.intp))
    return Measured(low, high, tuple(bad))


def values_of(
    arrays: Sequence[Stored], measured: Measured, options: Options, where: Text | str
) -> Values:
    """The range that the values are in.

    Raises:
        BadInput: When no picture has only finite values, or the answer is no range.
    """
    low, high = measured.low, measured.high
    if low > high:
        raise unusable(
            where,
            T(
                "every picture has values that are NaN or infinite. Look at the program that made "
                "it."
            ),
        )
    floats = any(array.dtype.kind == "f" for array in arrays)
    guesses = _guesses(low, high, floats=floats, signed_bytes=_all(arrays, np.int8))
    question = None
    if len(guesses) > 1 or RANGE in options:
        question = _question(guesses, low, high, where)
    chosen = str(options.get(RANGE, guesses[0]))
    if chosen == WHOLE:
        ends = (low, high) if high > low else (low, low + 1)
    elif (match := _RANGE.fullmatch(chosen)) and float(match[1]) < float(match[2]):
        ends = float(match[1]), float(match[2])
    else:
        raise BadInput(
            T(
                "{option} can't be {value}; write the smallest and the largest value, such as "
                "0..1, or {whole}.",
                option=RANGE,
                value=repr(chosen)[:60],
                whole=WHOLE,
            )
        )
    return Values(*ends, _note(arrays, low, high, chosen), question)


def as_bytes(
    array: Stored, layout: Layout, values: Values, keep: NDArray[np.bool_]
) -> Iterator[NDArray[np.uint8]]:
    """The pictures that are kept, in their order.

    Args:
        array: As stored; the first axis counts the pictures.
        layout: Where rows, columns and channels are.
        values: The range that becomes 0..255.
        keep: Which pictures, shape (pictures,).

    Yields:
        uint8, shape (some, rows, columns, channels), with 1 or 3 channels.
    """
    for start, chunk in _chunks(array):
        kept = keep[start : start + len(chunk)]
        if kept.any():
            pictures = layout.arranged(_scaled(chunk if kept.all() else chunk[kept], values))
            yield np.ascontiguousarray(_opaque(pictures))


def _scaled(chunk: Stored, values: Values) -> NDArray[np.uint8]:
    if chunk.dtype == np.uint8 and (values.low, values.high) == (0, 255):
        return chunk.view(np.uint8)
    exact = np.float32 if chunk.dtype.kind == "f" and chunk.dtype.itemsize <= 4 else np.float64
    numbers: NDArray[np.floating[Any]] = chunk.astype(exact)
    numbers -= exact(values.low)
    numbers *= exact(255 / (values.high - values.low))
    return np.clip(np.rint(numbers, out=numbers), 0, 255, out=numbers).astype(np.uint8)


def _opaque(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pictures without a fourth channel: what is transparent is black, as in picture files."""
    if pictures.shape[3] != 4:
        return pictures
    weighed = pictures[..., :3].astype(np.uint32) * pictures[..., 3:]
    return ((weighed + 127) // 255).astype(np.uint8)


def _chunks(array: Stored) -> Iterator[tuple[int, Stored]]:
    each = max(1, array[:1].size * 8)
    step = max(1, _CHUNK // each)
    for start in range(0, len(array), step):
        yield start, array[start : start + step]


def _all(arrays: Sequence[Stored], kind: type[np.generic]) -> bool:
    return all(array.dtype == kind for array in arrays)


def _guesses(low: float, high: float, *, floats: bool, signed_bytes: bool) -> list[str]:
    """Ranges that values from `low` to `high` may be meant in, the likeliest first."""
    if floats:  # interpolation overshoots a little
        low = 0.0 if -_OVERSHOOT < low < 0 else low
        high = 1.0 if 1 < high < 1 + _OVERSHOOT else high
    if low < 0:
        return _signed(low, high, floats=floats, signed_bytes=signed_bytes)
    if high <= 1:
        return ["0..1"] if high > 0 else [_BYTES]
    if high < _DARK:
        return [WHOLE, _BYTES]
    if high <= 255:
        return [_BYTES]
    fitting = [f"0..{depth}" for depth in _DEPTHS if high <= depth]
    return fitting[:1] if len(fitting) == 1 else [*fitting[:1], *fitting[-1:], WHOLE]


def _signed(low: float, high: float, *, floats: bool, signed_bytes: bool) -> list[str]:
    if signed_bytes:
        return ["-128..127"]
    if not floats:
        return [WHOLE, "-32768..32767"]
    if low < -1 or high > 1:
        return [WHOLE, "-1..1"]
    if low >= -0.5 and high <= 0.5:
        return ["-0.5..0.5", "-1..1"]
    return ["-1..1"] if low < -0.25 else ["0..1", "-1..1", WHOLE]


def _question(guesses: list[str], low: float, high: float, where: Text | str) -> Question:
    return Question(
        RANGE,
        T(
            "{where} has values from {low} to {high}. Which values are black and white?",
            where=where,
            low=round(low, 3),
            high=round(high, 3),
        ),
        tuple(Choice(guess, _ends(guess, low, high)) for guess in guesses),
        guesses[0],
    )


def _ends(chosen: str, low: float, high: float) -> Text:
    match = _RANGE.fullmatch(chosen)
    black, white = (float(match[1]), float(match[2])) if match else (round(low, 3), round(high, 3))
    return T("{black} is black, {white} is white", black=black, white=white)


def _note(arrays: Sequence[Stored], low: float, high: float, chosen: str) -> Text | None:
    if chosen == _BYTES and _all(arrays, np.uint8):
        return None
    return T(
        "The values ({type}, {low} to {high}) were made whole numbers from 0 to 255: {ends}.",
        type=", ".join(sorted({array.dtype.name for array in arrays})),
        low=round(low, 3),
        high=round(high, 3),
        ends=_ends(chosen, low, high),
    )
