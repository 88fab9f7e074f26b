"""What paths say: which folders are classes, which are parts, and what a picture is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.catalogue import Refused
from cnnstudio.core.data.imported import FREE, TEST, TRAIN, VALIDATION
from cnnstudio.core.data.walking import normal, plain
from cnnstudio.core.text import T

PARTS = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
"""What a folder of a part is called, in small letters."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Files in folders of classes.

    Attributes:
        classes: The names of the classes, in the order of their labels.
        chosen: int64, shape (n,): the numbers of the files that lie in one.
        names: Their names.
        labels: int32, shape (n,).
        given: uint8, shape (n,).
        refused: The files that don't.
    """

    classes: tuple[str, ...]
    chosen: NDArray[np.int64]
    names: list[str]
    labels: NDArray[np.int32]
    given: NDArray[np.uint8]
    refused: list[Refused]


def tree_of(paths: Sequence[str]) -> Tree:
    """Reads the classes from paths such as "cats/1.jpg" or "train/cats/1.jpg".

    Folders around the whole are passed over. Where folders called train, validation, test or alike
    hold the classes, they say the parts. All that lies below a class belongs to it.

    Args:
        paths: With "/" between folders, in the order of ``core.data.walking``.
    """
    split = [path.split("/") for path in paths]
    depth = _wrapping(split)
    given = _parts(split, depth)
    at = depth + 1 if given else depth
    classes: dict[str, int] = {}
    chosen, labels, parts, refused = [], [], [], []
    for number, folders in enumerate(split):
        part = FREE
        if given and len(folders) > depth:
            part = given.get(folders[depth], -1)
        if part < 0 or len(folders) < at + 2:
            reason = (
                T("It lies beside the folders of the parts, such as train and test.")
                if part < 0
                else T("It lies in no folder of a class.")
            )
            refused.append(Refused(shown("/".join(folders)), reason))
            continue
        chosen.append(number)
        labels.append(classes.setdefault(shown(folders[at]), len(classes)))
        parts.append(part)
    order = {name: label for label, name in enumerate(sorted(classes))}
    renumbered = np.array([order[name] for name in classes], np.int32)
    return Tree(
        tuple(sorted(classes)),
        np.array(chosen, np.int64),
        unique_names(["/".join(split[number][depth:]) for number in chosen]),
        renumbered[labels] if labels else np.zeros(0, np.int32),
        np.array(parts, np.uint8),
        refused,
    )


def unique_names(paths: Sequence[str]) -> list[str]:
    """A name for each of some different paths: composed, valid Unicode, and different too.

    What is called exactly as another path would be named keeps the name.
    """
    exact, taken, names = set(paths), set[str](), []
    for path in paths:
        name = path
        if not path.isascii():
            own = plain(path)
            longer = (own + "'" * length for length in count(1))
            name = next(
                wanted
                for wanted in chain((normal(own), own), longer)
                if wanted == path or not (wanted in exact or wanted in taken)
            )
            taken.add(name)
        names.append(name)
    return names


def shown(name: str) -> str:
    """A name as it is shown and compared: composed, with bytes that are no text as ``\\xe9``."""
    return normal(plain(name))


def _wrapping(split: Sequence[list[str]]) -> int:
    """How many folders hold all files and are no classes, for most files lie in folders there."""
    depth = 0
    while True:
        deep = [folders for folders in split if len(folders) > depth + 1]
        deeper = sum(len(folders) > depth + 2 for folders in deep)
        if len({folders[depth] for folders in deep}) != 1 or 2 * deeper <= len(deep):
            return depth
        depth += 1


def _parts(split: Sequence[list[str]], depth: int) -> dict[str, int]:
    """The folders of the parts; none where the folders are classes."""
    below: dict[str, bool] = {}
    for folders in split:
        if len(folders) > depth + 1:
            below[folders[depth]] = below.get(folders[depth], False) or len(folders) > depth + 2
    found = {
        name: PARTS[name.lower()]
        for name, has_folders in below.items()
        if has_folders and name.lower() in PARTS
    }
    return found if len(set(found.values())) > 1 else {}
