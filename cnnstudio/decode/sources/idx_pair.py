"""Pictures and labels as pairs of IDX files: MNIST and what is given in its form.

Two files are a pair if their names differ only in "images" and "labels" ("idx3" and "idx1", gzipped
or not): ``train-images-idx3-ubyte.gz`` and ``train-labels-idx1-ubyte``. Pairs called train and test
(or t10k) are the parts they say; of one pair alone the pictures are free to be divided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault
from cnnstudio.core.text import T
from cnnstudio.decode.idx import check_pair, is_idx, read_images, read_labels
from cnnstudio.decode.sources.assembling import Part, Source, assembled
from cnnstudio.decode.sources.listing import FREE, TEST, Arrays, Tell
from cnnstudio.decode.sources.tree import PARTS

_NAME = re.compile(
    r"(?P<before>.*?)(?P<what>images|labels)(?P<after>.*?)(?P<ending>(?:[-._]idx[13])?(?:[-._]ubyte|\.idx)?)"
    r"(?:\.gz)?",
    re.IGNORECASE,
)
_SPLITS = PARTS | {"t10k": TEST}


def recognises(path: Path) -> bool:
    """Whether a path is an IDX file, or a folder with some that are called as pairs are."""
    if path.is_dir():
        try:
            return any(map(_is_half, path.iterdir()))
        except OSError:
            return False
    return path.is_file() and (_is_half(path) or is_idx(path))


def read(path: Path, options: Mapping[str, Any], tell: Tell) -> Arrays:
    """Reads the pairs in a folder, or the one that a file belongs to.

    Args:
        path: The folder, or one of the two files.
        options: Answers, as ``assembling.assembled`` takes them.
        tell: Is told how far it is.

    Raises:
        BadInput: When a file isn't sound or lacks its other half.
        JobFailed: When what is unpacked doesn't fit on the disk.
    """
    pairs = _pairs(path)
    splits = {pair.given for pair in pairs}
    if len(splits) < len(pairs):
        raise BadInput(
            T(
                "{folder} has several pairs of IDX files: {names}. Choose the file of pictures you "
                "want.",
                folder=str(path),
                names=", ".join(sorted(pair.images.name for pair in pairs)),
            )
        )
    alone = len(pairs) == 1
    parts = [_part(pair, FREE if alone else pair.given) for pair in pairs]
    files = tuple(str(file.absolute()) for pair in pairs for file in (pair.images, pair.labels))
    return assembled(Source("idx", files, options=dict(options)), parts, tell)


@dataclass(frozen=True, slots=True)
class _Half:
    """What a name says.

    Attributes:
        pair: The same for the two halves of a pair.
        family: The same for pairs that belong together, such as train and test.
        pictures: Whether it is the half with the pictures.
        given: The part.
        plain: Whether it is called as IDX files are.
    """

    pair: tuple[str, str]
    family: tuple[str, ...]
    pictures: bool
    given: int
    plain: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    images: Path
    labels: Path
    given: int


def _part(pair: _Pair, given: int) -> Part:
    pictures, labels = read_images(pair.images), read_labels(pair.labels)
    check_pair(pictures, labels, pair.images, pair.labels)
    return Part(given, pictures, labels, str(pair.images), str(pair.labels))


def _half(path: Path) -> _Half | None:
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    words = re.split(r"[-._ ]+", f"{match['before']}-{match['after']}".lower().strip("-._ "))
    return _Half(
        pair=(match["before"], match["after"]),
        family=tuple(word for word in words if word not in _SPLITS),
        pictures=match["what"].lower() == "images",
        given=next((_SPLITS[word] for word in words if word in _SPLITS), FREE),
        plain=bool(match["ending"]),
    )


def _is_half(path: Path) -> bool:
    half = _half(path)
    return half is not None and path.is_file() and (half.plain or is_idx(path))


def _pairs(path: Path) -> list[_Pair]:
    """The pairs in a folder, or the one a file belongs to; training before test."""
    own = None if path.is_dir() else _half(path)
    if own is None and not path.is_dir():
        raise BadInput(
            T(
                "{file} is one half of a pair; the other isn't known by its name. Call the files "
                "such as train-images-idx3-ubyte and train-labels-idx1-ubyte.",
                file=str(path),
            )
        )
    folder = path if path.is_dir() else path.parent
    try:
        found = [one for one in folder.iterdir() if _is_half(one)]
    except OSError as error:
        raise read_fault(error, folder) from error
    halves = {one: half for one in sorted(found, key=_plain_last) if (half := _half(one))}
    if own is not None:
        halves = {one: half for one, half in halves.items() if half.family == own.family}
        rival = (own.pair, own.pictures)  # the same file gzipped, or not
        halves = {one: half for one, half in halves.items() if (half.pair, half.pictures) != rival}
        halves[path] = own
    images = {half.pair: (one, half) for one, half in halves.items() if half.pictures}
    labels = {half.pair: one for one, half in halves.items() if not half.pictures}
    for pair in {*images} ^ {*labels}:
        raise _lonely(images[pair][0] if pair in images else labels[pair], pair in images)
    pairs = [_Pair(one, labels[pair], half.given) for pair, (one, half) in images.items()]
    return sorted(pairs, key=lambda pair: pair.given)


def _plain_last(path: Path) -> tuple[bool, str]:
    """A file that is there gzipped and plain is taken plain: the last of a name wins."""
    return not path.name.endswith(".gz"), path.name


def _lonely(path: Path, pictures: bool) -> BadInput:
    text = (
        T("{file} holds pictures, but the file with their labels isn't beside it: {missing}.",
          file=str(path), missing=_other(path.name))
        if pictures
        else T("{file} holds labels, but the file with their pictures isn't beside it: {missing}.",
               file=str(path), missing=_other(path.name))
    )  # fmt: skip
    return BadInput(text)


def _other(name: str) -> str:
    """What the other half would be called."""
    swaps = {"images": "labels", "labels": "images", "idx3": "idx1", "idx1": "idx3"}
    return re.sub("|".join(swaps), lambda match: swaps[match[0]], name, flags=re.IGNORECASE)
