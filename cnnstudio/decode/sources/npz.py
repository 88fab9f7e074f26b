"""Pictures and labels in a ``.npz`` file: which array is which, its name says, or a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnstudio.core.data.orders import DECODING
from cnnstudio.core.data.questions import Choice, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text
from cnnstudio.decode.npz_file import Member, NpzFile, begins_with_array
from cnnstudio.decode.sources.assembling import Part, Source, assembled
from cnnstudio.decode.sources.listing import FREE, TEST, TRAIN, Arrays, Ask, Tell
from cnnstudio.decode.sources.tree import PARTS

_PICTURES = re.compile("xs?|images?|imgs?|pictures?|data|pixels|features")
_LABELS = re.compile("ys?|(class_)?labels?|targets?|class_ids?")
_CLASSES = re.compile("(class|label|target)_names|classes|categories|names", re.IGNORECASE)
_X, _Y, _X_TEST, _Y_TEST = OPTIONS = ("x", "y", "x_test", "y_test")
"""The options: which array holds the pictures, which the labels, and which those for testing."""


def recognises(path: Path) -> bool:
    """Whether a path is such a file: by its ending, or as an archive that begins with an array."""
    return path.is_file() and (path.suffix.lower() == ".npz" or begins_with_array(path))


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

    def told(done: int, total: int) -> None:
        tell(DECODING, done, total)

    with NpzFile(path) as file:
        arrays = file.arrays
        pairs = _pairs(arrays, options, path)
        parts = [
            Part(given, file.load(x, told), file.load(y, told), arrays[x].where, arrays[y].where)
            for given, (x, y) in sorted(pairs.items())
        ]
        names = _class_names(file, told)
    used = {name for pair in pairs.values() for name in pair}
    unused = sorted(set(arrays) - used - {name for name in arrays if _CLASSES.fullmatch(name)})
    notes = (_unused(unused),) if unused else ()
    source = Source("npz", (str(path.absolute()),), names, dict(options), notes)
    return assembled(source, parts, tell)


def _pairs(
    arrays: Mapping[str, Member], options: Mapping[str, Any], path: Path
) -> dict[int, tuple[str, str]]:
    """For each `given` the names of its pictures and labels."""
    if any(option in options for option in OPTIONS):
        return _answered(arrays, options, path)
    if found := _by_name(arrays):
        return found
    usable = {name: one for name, one in arrays.items() if one.header is not None}
    pictures = [name for name, one in usable.items() if _may_be_pictures(one)]
    labels = [name for name, one in usable.items() if len(one.shape) in (1, 2)]
    if pictures and {*labels} - {*pictures[:1]}:
        raise Ask(_questions(usable, pictures, labels, path))
    for one in arrays.values():
        if one.problem is not None:
            raise one.problem
    raise BadInput(
        T(
            "{file} has only {arrays}; an array of pictures and one of labels are needed.",
            file=str(path),
            arrays=", ".join(one.described for one in arrays.values()),
        )
    )


def _by_name(arrays: Mapping[str, Member]) -> dict[int, tuple[str, str]]:
    """What plain names say; empty where they don't say all."""
    pictures: dict[int, list[str]] = {}
    labels: dict[int, list[str]] = {}
    for name in arrays:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_").split("_")
        given = {PARTS[word] for word in words if word in PARTS}
        rest = "_".join(word for word in words if word not in PARTS)
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
    arrays: Mapping[str, Member], options: Mapping[str, Any], path: Path
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
    usable: Mapping[str, Member], pictures: Sequence[str], labels: Sequence[str], path: Path
) -> list[Question]:
    order = sorted(pictures, key=lambda name: -len(usable[name].shape))
    x = order[0]
    fitting = [
        name for name in labels if name != x and usable[name].shape[:1] == usable[x].shape[:1]
    ]
    first_label = next(iter([*fitting, *(name for name in labels if name != x)]), None)

    def choices(names: Sequence[str]) -> tuple[Choice, ...]:
        return tuple(Choice(name, usable[name].described) for name in names)

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


def _may_be_pictures(member: Member) -> bool:
    return member.kind in tuple("biuf") and 2 <= len(member.shape) <= 5


def _class_names(file: NpzFile, tell: Callable[[int, int], None]) -> list[str]:
    """Names of the classes, where an array has them."""
    for name, member in file.arrays.items():
        if _CLASSES.fullmatch(name) and member.kind in ("U", "S") and len(member.shape) == 1:
            words = file.load(name, tell).tolist()
            return [w.decode("utf-8", "replace") if isinstance(w, bytes) else w for w in words]
    return []


def _unused(names: Sequence[str]) -> Text:
    return T("Arrays that weren't used: {names}.", names=", ".join(names))
