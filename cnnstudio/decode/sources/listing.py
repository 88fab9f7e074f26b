"""What reading a source gives: files that have to be decoded, or pictures that are arrays already.

Every module of this package has two functions, and ``kinds`` asks them in turn::

    def recognises(path: Path) -> bool: ...
    def read(path: Path, options: Mapping[str, Any], tell: Tell) -> Listing | Arrays: ...

``read`` raises ``BadInput`` for what can't be used and ``Ask`` where a person has to decide; the
answers come back in `options`. It says how far it is with ``tell(phase, done, total)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.catalogue import Refused
from cnnstudio.core.data.imported import FREE as FREE
from cnnstudio.core.data.imported import TEST as TEST
from cnnstudio.core.data.imported import TRAIN as TRAIN
from cnnstudio.core.data.imported import VALIDATION as VALIDATION
from cnnstudio.core.data.questions import Question
from cnnstudio.core.data.walking import Walk
from cnnstudio.core.text import Text

Tell = Callable[[str, int, int], None]
"""Gets a phase of ``core.data.orders.PHASES``, how much is done, and of how much (0: unknown)."""


class Ask(Exception):
    """A person has to decide something first.

    Attributes:
        questions: What.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__(", ".join(question.name for question in questions))
        self.questions = tuple(questions)


@dataclass(frozen=True, slots=True)
class Files:
    """Picture files.

    Attributes:
        root: The folder they are in, absolute.
        paths: The path of each from there, as the system spells it (``surrogateescape``).
    """

    root: str
    paths: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Files inside one file, found by their place in it; no name is ever used on the disk.

    Attributes:
        file: The archive, or what it was unpacked to, absolute.
        paths: The name of each member.
        spans: int64, shape (n, 5): where a member's bytes begin, how many there are, how many they
            become, how they are packed (as in ``decode.members``), their CRC-32 (−1 for none).
        temporary: Whether `file` was made for this, and is to be removed when it isn't needed more.
    """

    file: str
    paths: Sequence[str]
    spans: NDArray[np.int64]
    temporary: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Listing:
    """Files to decode.

    Attributes:
        kind: "folder", "archive" or "csv".
        classes: The names of the classes, in the order of their labels.
        names: A name for each picture, such as "cats/1.jpg": unique, stable, NFC where it can be.
        labels: int32, shape (n,).
        given: uint8, shape (n,).
        place: Where they are.
        refused: Files that were left out already, with the reason.
        ignored: How many files nobody misses (``.DS_Store``, hidden ones …) were passed over.
        walked: All that is in the folder that was read; None where only some files of it matter.
        sources: Files that were read besides, absolute: a table, an archive.
        questions: What was assumed (each question's guess), and may be answered otherwise.
        notes: What was found and converted, for a person to read.
        options: The answers it was read with.
    """

    kind: str
    classes: tuple[str, ...]
    names: Sequence[str]
    labels: NDArray[np.int32]
    given: NDArray[np.uint8]
    place: Files | Members
    refused: tuple[Refused, ...] = ()
    ignored: int = 0
    walked: Walk | None = None
    sources: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[Text, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Arrays:
    """Pictures that are arrays already.

    Attributes:
        kind: "npz", "idx", "cifar10" …
        classes: The names of the classes, in the order of their labels.
        names: A name for each picture, such as "train/17": unique.
        labels: int32, shape (n,).
        given: uint8, shape (n,).
        shape: (rows, columns, channels), with 1 or 3 channels.
        chunks: Gives all pictures in their order when called, uint8, each shape (m, *shape), of
            some megabytes; may raise BadInput.
        files: The files they come from, absolute: what is looked at to notice a change.
        refused: What was left out already, with the reason.
        questions: What was assumed (each question's guess), and may be answered otherwise.
        notes: What was found and converted, for a person to read.
        options: The answers it was read with.
    """

    kind: str
    classes: tuple[str, ...]
    names: Sequence[str]
    labels: NDArray[np.int32]
    given: NDArray[np.uint8]
    shape: tuple[int, int, int]
    chunks: Callable[[], Iterator[NDArray[np.uint8]]]
    files: tuple[str, ...]
    refused: tuple[Refused, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[Text, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
