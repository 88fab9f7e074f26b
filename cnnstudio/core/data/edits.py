"""What a person changed about the labels of their pictures: some left out, some in another class.

The pictures and their files stay as they are. A picture is named by its key, such as "cats/1.jpg"
or "train/17" (``Labelled.names``), and a class by its name, so that edits outlive it when files
come or go; what they name that isn't there any more has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from cnnstudio.core.data.datasets import class_key
from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import Text


class LabelEdits(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures left out and pictures put into another class.

    Attributes:
        excluded: The keys of the pictures left out.
        relabelled: The class by key, as ``class_key`` calls it.
    """

    excluded: frozenset[str] = frozenset()
    relabelled: Mapping[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.excluded or self.relabelled)


NO_EDITS = LabelEdits()


def excluded(edits: LabelEdits, keys: Iterable[str]) -> LabelEdits:
    """Leaves pictures out."""
    return replace(edits, excluded=edits.excluded.union(keys))


def included(edits: LabelEdits, keys: Iterable[str]) -> LabelEdits:
    """Takes pictures back in that were left out."""
    return replace(edits, excluded=edits.excluded.difference(keys))


def relabelled(edits: LabelEdits, keys: Iterable[str], name: str) -> LabelEdits:
    """Puts pictures into the class called `name`."""
    return replace(edits, relabelled={**edits.relabelled, **dict.fromkeys(keys, name)})


def restored(edits: LabelEdits, keys: Iterable[str]) -> LabelEdits:
    """Gives pictures the label back that their source says."""
    gone = set(keys)
    kept = {key: name for key, name in edits.relabelled.items() if key not in gone}
    return replace(edits, relabelled=kept)


@dataclass(frozen=True, slots=True, eq=False)
class Edited:
    """What edits come to for one pool.

    Attributes:
        labels: int32, shape (n,): the labels as the person wants them.
        excluded: The pictures left out, ascending.
        relabelled: The pictures whose label isn't what the source says, ascending.
    """

    labels: NDArray[np.int32]
    excluded: Indices
    relabelled: Indices


def edited(
    edits: LabelEdits,
    names: Sequence[str],
    labels: NDArray[np.integer[Any]],
    classes: Sequence[Text | str],
) -> Edited:
    """Applies edits to a pool.

    Args:
        edits: The edits.
        names: The key of each picture.
        labels: What the source says, shape (n,).
        classes: The names of the classes.
    """
    result = labels.astype(np.int32)
    numbers = {class_key(name): number for number, name in enumerate(classes)}
    left_out: list[int] = []
    for index, key in enumerate(names) if edits else ():
        if key in edits.excluded:
            left_out.append(index)
        label = numbers.get(edits.relabelled.get(key, ""))
        if label is not None:
            result[index] = label
    changed = np.flatnonzero(result != labels)
    return Edited(result, np.array(left_out, np.int64), changed)
