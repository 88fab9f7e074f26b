"""Pictures and labels in a ``.npz`` file of numpy.

What the arrays are for is told by their names, or asked. Arrays are looked at where they lie in the
file; a compressed one is unpacked to the disk first. Nothing is ever unpickled.
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from cnnstudio.core.data.orders import DECODING
from cnnstudio.core.data.questions import Choice, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault, show_bytes
from cnnstudio.core.text import T, Text
from cnnstudio.decode.faults import unusable
from cnnstudio.decode.files import open_regular
from cnnstudio.decode.npy import Header, read_header
from cnnstudio.decode.sources.assembling import Part, Source, assembled
from cnnstudio.decode.sources.listing import FREE, TEST, TRAIN, VALIDATION, Arrays, Ask, Tell
from cnnstudio.decode.sources.pixels import Stored
from cnnstudio.decode.spill import mapped, unpacked

_MEMBER = b"PK\x03\x04"
_LOCAL = struct.Struct("<26xHH")  # the lengths of the name and the extra field that follow
_ENCRYPTED = 0x1
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LARGEST_DIRECTORY = 2**20  # bytes of the archive's table of contents: some ten thousand members
_MUCH, _EXPANSION = 2**30, 200  # a member of more bytes than this, out of so much fewer, is a bomb

_PICTURES = re.compile("xs?|images?|imgs?|pictures?|data|pixels|features")
_LABELS = re.compile("ys?|(class_)?labels?|targets?|class_ids?")
_CLASSES = re.compile("(class|label|target)_names|classes|categories|names", re.IGNORECASE)
_SPLITS = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
_X, _Y, _X_TEST, _Y_TEST = OPTIONS = ("x", "y", "x_test", "y_test")
"""The options: which array holds the pictures, which the labels, and which those for testing."""


def recognises(path: Path) -> bool:
    """Whether a path is such a file: by its ending, or as an archive that begins with an array."""
    if not path.is_file():
        return False
    if path.suffix.lower() == ".npz":
        return True
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError:
        return False
    if not start.startswith(_MEMBER) or len(start) < 30:
        return False
    (length, _) = _LOCAL.unpack_from(start)
    return start[30 : 30 + length].endswith(b".npy")


def read(path: Path, options: Mapping[str, Any], tell: Tell) -> Arrays:
    """Reads the file.

    Args:
        path: The file.
        options: Answers: "x" and "y" name arrays, and so do "x_test" and "y_test"; besides
            ``layout.LAYOUT``, ``pixels.RANGE`` and ``labels.NEGATIVE``.
        tell: Is told how far it is.

    Raises:
        BadInput: When it isn't a sound file of pictures with labels.
        Ask: When a person has to say which array is which, or where its channels are.
        JobFailed: When a compressed array doesn't fit on the disk.
    """
    with _opened(path) as archive:
        arrays = _members(archive, path)
        pairs = _pairs(arrays, options, path)
        parts = [
            Part(
                given,
                arrays[x].load(archive, path, tell),
                arrays[y].load(archive, path, tell),
                arrays[x].where,
                arrays[y].where,
            )
            for given, (x, y) in sorted(pairs.items())
        ]
        names = _class_names(arrays, archive, path, tell)
    used = {name for pair in pairs.values() for name in pair}
    unused = sorted(set(arrays) - used - {name for name in arrays if _CLASSES.fullmatch(name)})
    notes = (_unused(unused),) if unused else ()
    source = Source("npz", (str(path.absolute()),), names, dict(options), notes)
    return assembled(source, parts, tell)


@dataclass(frozen=True, slots=True)
class _Member:
    """An array of the file.

    Attributes:
        where: What it is called and in which file.
        info: Where it lies.
        header: What it declares; None if it can't be used.
        problem: Why it can't.
    """

    where: Text
    info: zipfile.ZipInfo
    header: Header | None
    problem: BadInput | None = None

    def load(self, archive: zipfile.ZipFile, path: Path, tell: Tell) -> Stored:
        """The array, mapped or, where it is little, in memory."""
        if self.header is None:
            assert self.problem is not None
            raise self.problem
        header = self.header
        if not header.size:
            raise unusable(self.where, T("it is empty."))
        with archive.open(self.info) as packed:
            stream = cast(IO[bytes], _Telling(packed, header, tell))
            if self.info.compress_type == zipfile.ZIP_STORED:
                while stream.read(2**20):  # to its end, where the checksum is compared
                    pass
                body = mapped(path, _start(path, self.info) + header.length, header.size)
            else:
                stream.read(header.length)
                body = unpacked(stream, header.size)
                stream.read(1)
        if len(body) != header.size:
            raise _other_size(self.where, header, len(body))
        values = np.frombuffer(body, header.dtype)
        return values.reshape(header.shape, order="F" if header.fortran else "C")


# ------------------------------------------------------------------------------------ the archive


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with open_regular(path) as file:
        start = file.read(6)
        if not start.startswith(_MEMBER):
            raise unusable(
                str(path),
                T(
                    "it begins with {found}, expected {expected}, so it is no npz file. Save it "
                    "with numpy.savez.",
                    found=start[:4].hex(" "),
                    expected=_MEMBER.hex(" "),
                ),
            )
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        ValueError,
        RuntimeError,
    ) as error:
        raise BadInput(
            T(
                "{file} is incomplete or damaged ({reason}); perhaps a download stopped. Save or "
                "download it again.",
                file=str(path),
                reason=str(error) or T("it ends early"),
            )
        ) from error
    except OSError as error:
        raise read_fault(error, path) from error


def _check_directory(path: Path) -> None:
    """Refuses a table of contents that would take much memory; ``zipfile`` reads all of it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 2**16 - 42))
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + 22:
            raise zipfile.BadZipFile("it has no table of contents")
        (length,) = struct.unpack_from("<I", tail, at + 12)
        if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR64:
            (place,) = struct.unpack_from("<Q", tail, at - 12)
            file.seek(min(place, size))
            record = file.read(56)
            if record[:4] == _END64 and len(record) == 56:
                (length,) = struct.unpack_from("<Q", record, 40)
    if length > _LARGEST_DIRECTORY:
        raise unusable(
            str(path),
            T(
                "its table of contents has {size}; a set of pictures has a few arrays.",
                size=show_bytes(length),
            ),
        )


def _other_size(where: Text, header: Header, found: int) -> BadInput:
    return unusable(
        where,
        T(
            "its header declares {sizes} values, {expected} bytes, but there are {found}.",
            sizes="×".join(map(str, header.shape)) or "1",
            expected=header.size,
            found=found,
        ),
    )


class _Telling:
    """A stream that tells how many pictures went by.

    Args:
        stream: What is read.
        header: What it holds.
        tell: Is told.
    """

    def __init__(self, stream: IO[bytes], header: Header, tell: Tell) -> None:
        self._stream, self._tell, self._done = stream, tell, 0
        self._size = header.length + header.size
        self._pictures = header.shape[0] if header.shape else 1

    def read(self, size: int) -> bytes:
        """Reads as the stream does."""
        data = self._stream.read(size)
        self._done += len(data)
        self._tell(DECODING, self._done * self._pictures // self._size, self._pictures)
        return data


def _start(path: Path, info: zipfile.ZipInfo) -> int:
    """Where the bytes of a member begin."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        lengths = _LOCAL.unpack(file.read(_LOCAL.size))
        return int(file.tell() + sum(lengths))


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, _Member]:
    found: dict[str, _Member] = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name == info.filename:
            continue
        if name in found:
            raise BadInput(
                T(
                    "{file} has two arrays called {array}, so it is ambiguous. Save it again with "
                    "numpy.savez.",
                    file=str(path),
                    array=name,
                )
            )
        where = T("The array {array} of {file}", array=name, file=str(path))
        try:
            found[name] = _Member(where, info, _header(archive, info, where))
        except BadInput as problem:
            found[name] = _Member(where, info, None, problem)
    if not found:
        raise BadInput(
            T("{file} holds no arrays. Save it with numpy.savez.", file=str(path)),
        )
    return found


def _header(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: Text) -> Header:
    if info.flag_bits & _ENCRYPTED:
        raise unusable(where, T("it is encrypted. Save it without a password."))
    with archive.open(info) as stream:
        header = read_header(stream, where)
    real = info.file_size - header.length
    if header.size != real:
        raise _other_size(where, header, real)
    if real > _MUCH and real > _EXPANSION * info.compress_size:
        raise unusable(
            where,
            T(
                "its {packed} would become {size}, as no pictures do.",
                packed=show_bytes(info.compress_size),
                size=show_bytes(real),
            ),
        )
    return header


# ----------------------------------------------------------------------------- which array is which


def _pairs(
    arrays: Mapping[str, _Member], options: Mapping[str, Any], path: Path
) -> dict[int, tuple[str, str]]:
    """For each `given` the names of its pictures and labels."""
    if any(option in options for option in OPTIONS):
        return _answered(arrays, options, path)
    if found := _by_name(arrays):
        return found
    usable = {name: one for name, one in arrays.items() if one.header is not None}
    pictures = [name for name, one in usable.items() if _may_be_pictures(one.header)]
    labels = [name for name, one in usable.items() if _axes(one) in (1, 2)]
    if pictures and {*labels} - {*pictures[:1]}:
        raise Ask(_questions(usable, pictures, labels, path))
    for one in arrays.values():
        if one.problem is not None:
            raise one.problem
    raise BadInput(
        T(
            "{file} has only {arrays}; an array of pictures and one of labels are needed.",
            file=str(path),
            arrays=", ".join(map(_described, arrays, arrays.values())),
        )
    )


def _by_name(arrays: Mapping[str, _Member]) -> dict[int, tuple[str, str]]:
    """What plain names say; empty where they don't say all."""
    pictures: dict[int, list[str]] = {}
    labels: dict[int, list[str]] = {}
    for name in arrays:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_").split("_")
        given = {_SPLITS[word] for word in words if word in _SPLITS}
        rest = "_".join(word for word in words if word not in _SPLITS)
        kind = (
            pictures if _PICTURES.fullmatch(rest) else labels if _LABELS.fullmatch(rest) else None
        )
        if len(given) <= 1 and kind is not None:
            kind.setdefault(given.pop() if given else FREE, []).append(name)
    alone = all(len(names) == 1 for names in (*pictures.values(), *labels.values()))
    if pictures.keys() != labels.keys() or not alone:
        return {}
    return {given: (pictures[given][0], labels[given][0]) for given in pictures}


def _answered(
    arrays: Mapping[str, _Member], options: Mapping[str, Any], path: Path
) -> dict[int, tuple[str, str]]:
    chosen = {option: str(options.get(option) or "") for option in OPTIONS}
    for option, name in chosen.items():
        needed = option in (_X, _Y) or chosen[_X_TEST] or chosen[_Y_TEST]
        if name not in arrays and (name or needed):
            raise BadInput(
                T(
                    "{option} can't be {value}; {file} has the arrays {arrays}.",
                    option=option,
                    value=repr(name)[:60],
                    file=str(path),
                    arrays=", ".join(arrays),
                )
            )
    if not chosen[_X_TEST]:
        return {FREE: (chosen[_X], chosen[_Y])}
    return {TRAIN: (chosen[_X], chosen[_Y]), TEST: (chosen[_X_TEST], chosen[_Y_TEST])}


def _questions(
    usable: Mapping[str, _Member], pictures: Sequence[str], labels: Sequence[str], path: Path
) -> list[Question]:
    order = sorted(pictures, key=lambda name: -_axes(usable[name]))
    x = order[0]
    fitting = [name for name in labels if name != x and _count(usable[name]) == _count(usable[x])]
    first_label = next(iter([*fitting, *(name for name in labels if name != x)]), None)

    def choices(names: Sequence[str]) -> tuple[Choice, ...]:
        return tuple(Choice(name, _described(name, usable[name])) for name in names)

    file = str(path)
    asked = [
        Question(_X, T("Which array of {file} holds the pictures?", file=file), choices(order), x),
        Question(
            _Y, T("Which array of {file} holds their labels?", file=file), choices(labels),
            first_label,
        ),
    ]  # fmt: skip
    if len(order) > 1 and len(labels) > 1:
        none = (Choice("", T("None: there is one set of pictures")),)
        asked += [
            Question(
                _X_TEST,
                T("Which array of {file} holds pictures kept for testing?", file=file),
                none + choices(order),
                "",
            ),
            Question(
                _Y_TEST,
                T("Which array of {file} holds their labels, kept for testing?", file=file),
                none + choices(labels),
                "",
            ),
        ]
    return asked


def _may_be_pictures(header: Header | None) -> bool:
    return header is not None and header.dtype.kind in "biuf" and 2 <= len(header.shape) <= 5


def _axes(member: _Member) -> int:
    return len(member.header.shape) if member.header else 0


def _count(member: _Member) -> int:
    return member.header.shape[0] if member.header and member.header.shape else 0


def _described(name: str, member: _Member) -> str:
    header = member.header
    if header is None:
        return name
    return f"{name} ({'×'.join(map(str, header.shape))} {header.dtype.name})"


def _class_names(
    arrays: Mapping[str, _Member], archive: zipfile.ZipFile, path: Path, tell: Tell
) -> list[str]:
    """Names of the classes, where an array has them."""
    for name, member in arrays.items():
        header = member.header
        if _CLASSES.fullmatch(name) and header and header.dtype.kind in "US" and _axes(member) == 1:
            words = member.load(archive, path, tell)
            try:
                return [str(np.char.decode(w, "utf-8") if header.dtype.kind == "S" else w)
                        for w in words]  # fmt: skip
            except UnicodeDecodeError:
                return []
    return []


def _unused(names: Sequence[str]) -> Text:
    return T("Arrays that weren't used: {names}.", names=", ".join(names))
