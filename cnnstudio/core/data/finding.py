"""One thing that is true of somebody's data, good or bad, with what helps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import T, Text

LEVELS = ("blocker", "warning", "note", "good")
"""From what keeps the data from being used to what is as it should be."""

_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """Something found in the data.

    Attributes:
        id: What kind of finding it is, such as "duplicates.leak"; it stays, whatever the words.
        level: One of ``LEVELS``.
        title: What was found, without a full stop.
        detail: The numbers and names, why it matters, and the remedy, in sentences.
        change: A setting that helps and its value, such as ("data.fit", "pad"); None for none.
        pictures: The pictures it is about, by their places in the catalogue, ascending; of
            duplicates those that could be left out.
    """

    id: str
    level: str
    title: Text
    detail: Text
    change: tuple[str, Any] | None = None
    pictures: Indices = field(default_factory=lambda: np.zeros(0, np.int64))


def listed(names: Iterable[Text | str], count: int) -> Text | str:
    """The first few of `count` names, and how many more there are."""
    first, *others = islice(names, _NAMED)
    for name in others:
        first = T("{names}, {name}", names=first, name=name)
    if count > _NAMED:
        return T("{names} and {count} more", names=first, count=count - _NAMED)
    return first
