"""Where rows, columns and channels are in an array of pictures: told from its shape, or asked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.questions import Choice, Options, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text
from cnnstudio.decode.faults import unusable
from cnnstudio.decode.sources.listing import Ask

LAYOUT = "layout"
"""The option's name."""
LAST, FIRST = "channels last", "channels first"
"""Its values: the channels of a pixel lie together; each channel is a picture of its own."""

LARGEST_PICTURE = 89_478_485
"""Pixels of a picture; Pillow's own limit (``Image.MAX_IMAGE_PIXELS``)."""
_CHANNELS = (1, 3, 4)
_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Layout:
    """How stored pictures become (rows, columns, channels).

    Attributes:
        size: (rows, columns).
        channels: As stored: 1, 3 or 4 (the fourth is opacity).
        first: Whether the channels come before rows and columns.
        note: What a person should know about how it was understood; None if it's plain.
    """

    size: tuple[int, int]
    channels: int
    first: bool = False
    note: Text | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(rows, columns, channels) of the pictures made of it, with 1 or 3 channels."""
        return (*self.size, min(self.channels, 3))

    def arranged(self, pictures: NDArray[Any]) -> NDArray[Any]:
        """A view of stored pictures as (n, rows, columns, channels)."""
        if self.first:
            apart = pictures.reshape(len(pictures), self.channels, *self.size)
            return np.moveaxis(apart, 1, 3)
        return pictures.reshape(len(pictures), *self.size, self.channels)


def layout_of(shape: Sequence[int], options: Options, where: Text | str) -> Layout:
    """The layout of an array of pictures.

    Args:
        shape: Its shape; the first axis counts the pictures.
        options: Answers; ``options["layout"]`` decides where the shape leaves it open.
        where: What the array is and in which file.

    Raises:
        BadInput: For a shape that no pictures have.
        Ask: When channels may come first as well as last.
    """
    sizes = "×".join(map(str, shape))
    if not shape or 0 in shape:
        raise unusable(where, T("its shape is {sizes}, so it holds no pictures.", sizes=sizes))
    match shape:
        case [_, values]:
            found = _of_flat(values, where)
        case [_, rows, columns]:
            found = [Layout((rows, columns), 1)]
        case [_, a, b, c]:
            found = [Layout((a, b), c)] if c in _CHANNELS else []
            found += [Layout((b, c), a, first=True, note=_planes(sizes))] if a in _CHANNELS else []
            if a == b == c == 1:
                found = found[:1]
        case _:
            raise unusable(where, _no_pictures(shape, sizes))
    if not found:
        raise unusable(
            where,
            T(
                "its shape is {sizes}, and neither the second nor the last axis has 1, 3 or 4 "
                "channels. Save grey or RGB pictures.",
                sizes=sizes,
            ),
        )
    layout = found[0] if len(found) == 1 else _chosen(found, options, where, sizes)
    if math.prod(layout.size) > LARGEST_PICTURE or shape[0] > _MOST:
        raise unusable(
            where,
            T(
                "its shape is {sizes}: pictures have at most {limit} megapixels. Save smaller "
                "ones.",
                sizes=sizes,
                limit=LARGEST_PICTURE // 1_000_000,
            ),
        )
    return layout


def _chosen(found: list[Layout], options: Options, where: Text | str, sizes: str) -> Layout:
    by_name = {FIRST if layout.first else LAST: layout for layout in found}
    if LAYOUT not in options:
        raise Ask([_question(by_name, where, sizes)])
    try:
        return by_name[options[LAYOUT]]
    except (KeyError, TypeError) as error:
        raise BadInput(
            T(
                "{option} can't be {value}; it can be {choices}.",
                option=LAYOUT,
                value=repr(options[LAYOUT])[:60],
                choices=", ".join(by_name),
            )
        ) from error


def _question(by_name: dict[str, Layout], where: Text | str, sizes: str) -> Question:
    texts = {
        LAST: T("Channels last: the values of a pixel lie together"),
        FIRST: T("Channels first: each channel is a picture of its own"),
    }
    return Question(
        LAYOUT,
        T("{where} has the shape {sizes}. Where are the channels?", where=where, sizes=sizes),
        tuple(Choice(name, texts[name]) for name in by_name),
        LAST,
    )


def _of_flat(values: int, where: Text | str) -> list[Layout]:
    """Layouts of pictures that are rows of numbers: squares, grey or RGB."""
    grey, colour = math.isqrt(values), math.isqrt(values // 3)
    if grey > 1 and grey**2 == values:
        note = T(
            "Each row of {values} values was taken as a grey picture of {side}×{side}.",
            values=values,
            side=grey,
        )
        return [Layout((grey, grey), 1, note=note)]
    if colour > 1 and 3 * colour**2 == values:
        note = T(
            "Each row of {values} values was taken as an RGB picture of {side}×{side}.",
            values=values,
            side=colour,
        )
        size = (colour, colour)
        return [Layout(size, 3, note=note), Layout(size, 3, first=True, note=note)]
    raise unusable(
        where,
        T(
            "each of its rows has {values} values, which make no square picture, grey or RGB. Save "
            "it with the shape (pictures, rows, columns, channels).",
            values=values,
        ),
    )


def _planes(sizes: str) -> Text:
    return T(
        "The shape {sizes} has the channels first; they were moved to the end, as Keras has them.",
        sizes=sizes,
    )


def _no_pictures(shape: Sequence[int], sizes: str) -> Text:
    if len(shape) > 4:
        return T(
            "its shape is {sizes}; {axes} axes are a film or a volume. Save single pictures, with "
            "the shape (pictures, rows, columns, channels).",
            sizes=sizes,
            axes=len(shape),
        )
    return T(
        "its shape is {sizes}; an array of pictures has 3 or 4 axes: pictures, rows, columns and "
        "channels.",
        sizes=sizes,
    )
