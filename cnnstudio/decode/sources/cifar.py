"""CIFAR-10 and CIFAR-100 in their own forms: Python (pickle) and binary, folder or tar archive.

The forms are those of https://www.cs.toronto.edu/~kriz/cifar.html: a row of a batch is 3072 bytes,
the red, then the green, then the blue values of 32×32 pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.known_classes import CIFAR10, CIFAR100_COARSE, CIFAR100_FINE
from cnnstudio.core.data.orders import LISTING
from cnnstudio.core.data.questions import Choice, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault
from cnnstudio.core.text import T, Text
from cnnstudio.decode.faults import unusable
from cnnstudio.decode.files import open_regular
from cnnstudio.decode.pickles import read_pickle
from cnnstudio.decode.sources.assembling import Part, Source, assembled
from cnnstudio.decode.sources.listing import TEST, TRAIN, Arrays, Tell
from cnnstudio.decode.sources.pixels import Stored
from cnnstudio.decode.spill import mapped, unpacked
from cnnstudio.decode.tar import members, tar_stream

LABELS = "labels"
"""The option of CIFAR-100: which of its two labels."""
FINE, COARSE = "fine", "coarse"

_PLANES = (3, 32, 32)
_PIXELS = 3 * 32 * 32
_LARGEST = 2**30  # bytes of a file in an archive
_LITTLE = 2**20  # bytes of one that are kept in memory
_LOOKED_AT = 4  # files of an archive that are looked at to recognise it


@dataclass(frozen=True, slots=True)
class _Form:
    """One of the forms.

    Attributes:
        kind: "cifar10" or "cifar100".
        title: What it is called.
        train, test: The files with the pictures.
        names: The file with the class names, by which label it says; read as a pickle or as lines.
        pickled: Whether the files are pickles.
    """

    kind: str
    title: str
    train: tuple[str, ...]
    test: str
    names: Mapping[str, str]
    pickled: bool

    @property
    def batches(self) -> tuple[str, ...]:
        """The files with pictures."""
        return (*self.train, self.test)

    @property
    def files(self) -> frozenset[str]:
        """All of its files."""
        return frozenset((*self.batches, *self.names.values()))


_FIVE = tuple(f"data_batch_{number}" for number in range(1, 6))
_FORMS = (
    _Form("cifar10", "CIFAR-10", _FIVE, "test_batch", {FINE: "batches.meta"}, pickled=True),
    _Form(
        "cifar10",
        "CIFAR-10",
        tuple(f"{name}.bin" for name in _FIVE),
        "test_batch.bin",
        {FINE: "batches.meta.txt"},
        pickled=False,
    ),
    _Form(
        "cifar100", "CIFAR-100", ("train",), "test", {FINE: "meta", COARSE: "meta"}, pickled=True
    ),
    _Form(
        "cifar100",
        "CIFAR-100",
        ("train.bin",),
        "test.bin",
        {FINE: "fine_label_names.txt", COARSE: "coarse_label_names.txt"},
        pickled=False,
    ),
)
_ALL_FILES = frozenset().union(*(form.files for form in _FORMS))
_KNOWN = {
    ("cifar10", FINE): CIFAR10,
    ("cifar100", FINE): CIFAR100_FINE,
    ("cifar100", COARSE): CIFAR100_COARSE,
}


def recognises(path: Path) -> bool:
    """Whether a folder, an archive or a file is CIFAR, whole or not."""
    if path.is_dir():
        return _folder(path) is not None
    if not path.is_file():
        return False
    if path.name in _ALL_FILES:
        return _folder(path.parent) is not None
    try:
        with tar_stream(path) as stream:
            names = (_base(member.name) for member in islice(members(stream), _LOOKED_AT))
            return any(name in _ALL_FILES for name in names)
    except BadInput:
        return False


def read(path: Path, options: Mapping[str, Any], tell: Tell) -> Arrays:
    """Reads CIFAR-10 or CIFAR-100.

    Args:
        path: The folder, one of its files, or the archive as it is downloaded.
        options: Answers: "labels" is "fine" or "coarse" for CIFAR-100.
        tell: Is told how far it is.

    Raises:
        BadInput: When a batch is missing, named by its name, damaged, or asks for something.
        JobFailed: When what is unpacked doesn't fit on the disk.
    """
    if path.is_file() and path.name in _ALL_FILES:
        path = path.parent
    contents = _contents(path, tell)
    form = _form_of(contents)
    if form is None:
        raise _lacks(path, _FORMS[0], contents)
    if any(name not in contents for name in form.batches):
        raise _lacks(path, form, contents)
    which = _which(form, options)
    parts: list[Part] = []
    first = 0
    for name in form.batches:
        given = TEST if name == form.test else TRAIN
        where = T("{name} in {source}", name=name, source=str(path))
        pictures, labels = _batch(form, contents[name], which, where)
        number = first if given == TRAIN else 0
        parts.append(Part(given, pictures, labels, where, where, number))
        first += len(pictures)
    names = _names(form, contents, which, path) or _KNOWN[form.kind, which]
    source = Source(
        form.kind,
        _files_of(path, form),
        names,
        dict(options),
        questions=(_question(which),) if form.kind == "cifar100" else (),
    )
    return assembled(source, parts, tell)


def _folder(path: Path) -> Path | None:
    """The folder that has the files: this one, or the only one of its kind in it."""
    try:
        inner = [one for one in path.iterdir() if one.is_dir() and one.name.startswith("cifar")]
    except OSError:
        return None
    for folder in (path, *inner):
        present = {name for name in _ALL_FILES if (folder / name).is_file()}
        if _form_of(present) is not None:
            return folder
    return None


def _form_of(present: Iterable[str]) -> _Form | None:
    """The form of which most files are there; the two plain names of CIFAR-100 must be together."""
    names = set(present)
    best = max(_FORMS, key=lambda form: len(names.intersection(form.batches)))
    if not names.intersection(best.batches) or (
        best.train == ("train",) and len(names & best.files) < 2
    ):
        return None
    return best


def _contents(path: Path, tell: Tell) -> dict[str, NDArray[np.uint8]]:
    """The bytes of each file that belongs to a form, mapped; of an archive after unpacking."""
    if not path.is_dir():
        return _unpacked_files(path, tell)
    folder = _folder(path) or path
    found: dict[str, NDArray[np.uint8]] = {}
    for name in sorted(_ALL_FILES):
        if not (folder / name).is_file():
            continue
        with open_regular(folder / name) as file:
            size = file.seek(0, 2)
        try:
            found[name] = mapped(folder / name, 0, size)
        except OSError as error:
            raise read_fault(error, folder / name) from error
    return found


def _unpacked_files(path: Path, tell: Tell) -> dict[str, NDArray[np.uint8]]:
    found: dict[str, NDArray[np.uint8]] = {}
    with tar_stream(path) as stream:
        for member in members(stream):
            name = _base(member.name)
            if name not in _ALL_FILES or not 0 < member.size <= _LARGEST:
                continue
            if name in found:
                raise BadInput(
                    T(
                        "{file} has two files called {name}, so it is ambiguous. Get the archive "
                        "again.",
                        file=str(path),
                        name=name,
                    )
                )
            found[name] = unpacked(cast(IO[bytes], member), member.size, _LITTLE)
            if len(found[name]) < member.size:
                raise EOFError
            tell(LISTING, len(found), 0)
    return found


def _base(name: str) -> str:
    return PurePosixPath(name).name


def _files_of(path: Path, form: _Form) -> tuple[str, ...]:
    """The files that are looked at to notice a change."""
    folder = _folder(path) if path.is_dir() else None
    if folder is None:
        return (str(path.absolute()),)
    return tuple(str((folder / name).absolute()) for name in form.batches)


def _lacks(path: Path, form: _Form, contents: Iterable[str]) -> BadInput:
    present = set(contents)
    return BadInput(
        T(
            "{source} lacks {missing} of {title}. Get the missing files, or the whole set again.",
            source=str(path),
            missing=", ".join(name for name in form.batches if name not in present),
            title=form.title,
        )
    )


# ----------------------------------------------------------------------------------------- batches


def _which(form: _Form, options: Mapping[str, Any]) -> str:
    chosen = options.get(LABELS, FINE) if form.kind == "cifar100" else FINE
    if chosen not in (FINE, COARSE):
        raise BadInput(
            T(
                "{option} can't be {value}; it can be {choices}.",
                option=LABELS,
                value=repr(chosen)[:60],
                choices=f"{FINE}, {COARSE}",
            )
        )
    return str(chosen)


def _question(which: str) -> Question:
    return Question(
        LABELS,
        T("CIFAR-100 has two labels for each picture. Which are the classes?"),
        (
            Choice(FINE, T("Fine: 100 classes such as maple_tree")),
            Choice(COARSE, T("Coarse: 20 groups of them such as trees")),
        ),
        which,
    )


def _batch(
    form: _Form, content: NDArray[np.uint8], which: str, where: Text
) -> tuple[Stored, Stored]:
    """Pictures, shape (n, 32, 32, 3), and labels of a batch."""
    rows, labels = (_pickled if form.pickled else _binary)(form, content, which, where)
    return np.moveaxis(rows.reshape(-1, *_PLANES), 1, 3), labels


def _pickled(
    form: _Form, content: NDArray[np.uint8], which: str, where: Text
) -> tuple[NDArray[np.uint8], Stored]:
    found = read_pickle(content.data, where)
    key = "labels" if form.kind == "cifar10" else f"{which}_labels"
    rows, labels = found.get("data"), found.get(key)
    if not isinstance(rows, np.ndarray) or rows.dtype != np.uint8 or rows.shape[1:] != (_PIXELS,):
        raise unusable(
            where,
            T(
                "its {key} is no array of {sizes} bytes, as a batch of {title} has.",
                key="data",
                sizes=f"n×{_PIXELS}",
                title=form.title,
            ),
        )
    if isinstance(labels, list) and all(type(label) is int for label in labels):
        labels = np.array(labels, np.int64) if _small(labels) else None
    if not isinstance(labels, np.ndarray):
        raise unusable(
            where,
            T(
                "it has no whole numbers called {key}, as a batch of {title} has.",
                key=key,
                title=form.title,
            ),
        )
    return rows, labels


def _small(labels: list[int]) -> bool:
    return all(-(2**31) <= label < 2**31 for label in labels)


def _binary(
    form: _Form, content: NDArray[np.uint8], which: str, where: Text
) -> tuple[NDArray[np.uint8], Stored]:
    before = 1 if form.kind == "cifar10" else 2
    record = before + _PIXELS
    if len(content) % record:
        raise unusable(
            where,
            T(
                "it has {found} bytes; pictures of {record} bytes each would be {expected}.",
                found=len(content),
                record=record,
                expected=max(1, round(len(content) / record)) * record,
            ),
        )
    rows = content.reshape(-1, record)
    return rows[:, before:], rows[:, before - 1 if which == FINE else 0]


def _names(
    form: _Form, contents: Mapping[str, NDArray[np.uint8]], which: str, path: Path
) -> tuple[str, ...]:
    """The class names that the files say; () where they say none."""
    name = form.names[which]
    if name not in contents:
        return ()
    content = contents[name]
    if form.pickled:
        key = "label_names" if form.kind == "cifar10" else f"{which}_label_names"
        where = T("{name} in {source}", name=name, source=str(path))
        words = read_pickle(content.data, where).get(key)
        texts = [_text(word) for word in words] if isinstance(words, list) else []
    else:
        texts = _text(content[:_LITTLE].tobytes()).splitlines()
    return tuple(text.strip() for text in texts if text.strip())


def _text(word: object) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)
