"""A table of picture files and their labels: CSV with any usual delimiter and encoding.

Which column is which is told by its name or by what is in it, or asked. Paths start at the table's
folder. One that leads out of it is taken only when a person has said so.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.core.data.catalogue import Refused
from cnnstudio.core.data.orders import LISTING
from cnnstudio.core.data.questions import Choice, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import TN, T, Text
from cnnstudio.decode.sources.listing import FREE, Ask, Files, Listing, Tell
from cnnstudio.decode.sources.table import PICTURE_ENDINGS, Table, read_table
from cnnstudio.decode.sources.tree import PARTS

PATH, LABEL, SPLIT, OUTSIDE = "path", "label", "split", "outside"
"""The options: the columns by their names or numbers; whether paths may lead out of the folder."""

_PATHS = re.compile("id|((image|img|picture|file)_?)?(path|file|name|id)s?|(image|img|picture)s?")
_LABELS = re.compile("((class|label)_?)?(label|class|name)(s|es)?|category|target|y|species|breed")
_SPLIT_NAMES = re.compile("split|(sub)?set|partition|usage|fold|phase|part")
_SPLITS = PARTS | {"": FREE}
_LOOKED_AT = 200  # rows that are looked at to tell the columns
_NO_SPLIT = ""


def recognises(path: Path) -> bool:
    """Whether a path is called as a table is."""
    return path.is_file() and path.suffix.lower() in (".csv", ".tsv")


def read(path: Path, options: Mapping[str, Any], tell: Tell) -> Listing:
    """Reads the table and looks which of its files are there.

    Args:
        path: The table.
        options: Answers: "path", "label" and "split" name columns, or number them from 1; "outside"
            says whether paths may lead out of the folder, "encoding" how the text is encoded.
        tell: Is told how far it is.

    Raises:
        BadInput: When it is no table of files and labels, or none of its files is there.
        Ask: When columns can't be told apart, or paths lead out of the folder.
    """
    table = read_table(path, options)
    columns = _columns(table, options, path)
    root = path.absolute().parent
    names = {PATH: columns.path, LABEL: columns.label, SPLIT: columns.split}
    notes = list(table.notes)
    notes.append(
        T(
            "Read from the columns: {columns}.",
            columns=", ".join(table.title(at) for at in names.values() if at is not None),
        )
    )
    place = _Places(root, [row[columns.path] for row in table.rows if len(row) > columns.path])
    if place.note is not None:
        notes.append(place.note)
    rows, refused = _rows(table, columns, place, options, path, tell)
    classes = _classes(rows)
    numbers = {name: number for number, name in enumerate(classes)}
    return Listing(
        kind="csv",
        classes=classes,
        names=[row.name for row in rows],
        labels=np.array([numbers[row.label] for row in rows], np.int32),
        given=np.array([row.given for row in rows], np.uint8),
        place=Files(str(root), [row.file for row in rows]),
        refused=tuple(refused),
        notes=tuple(notes),
        sources=(str(path.absolute()),),
        options=dict(options),
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    path: int
    label: int
    split: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    """A picture: its name, where it is from the root, its class and its part."""

    name: str
    file: str
    label: str
    given: int


# ----------------------------------------------------------------------------------------- columns


def _columns(table: Table, options: Mapping[str, Any], path: Path) -> _Columns:
    sample = table.rows[:_LOOKED_AT]
    columns = range(table.width)
    answers = {
        option: _answer(table, options[option], option, path)
        for option in (PATH, LABEL, SPLIT)
        if options.get(option)
    }
    paths = [at for at in columns if _looks_like_paths(row[at] for row in sample)]
    found_path = answers.get(PATH, _one(table, _PATHS, paths) if paths else _named(table, _PATHS))
    if found_path is None and not paths:
        raise _no_paths(table, path)
    rest = [at for at in columns if at != found_path and at not in paths]
    split = answers.get(SPLIT, _split_column(table, rest))
    if options.get(SPLIT) == _NO_SPLIT:
        split = None
    rest = [at for at in rest if at != split]
    label = answers.get(LABEL, _one(table, _LABELS, rest))
    if label is None and not rest:
        raise BadInput(
            T(
                "{file} has a column of paths, but none that says the class of each picture.",
                file=str(path),
            )
        )
    questions = []
    if found_path is None:
        questions.append(_question(table, PATH, paths, path))
    if label is None:
        questions.append(_question(table, LABEL, rest, path))
    if questions:
        raise Ask(questions)
    assert found_path is not None
    assert label is not None
    return _Columns(found_path, label, split)


def _named(table: Table, names: re.Pattern[str]) -> int | None:
    found = [at for at, name in enumerate(table.header) if names.fullmatch(_plain(name))]
    return found[0] if len(found) == 1 else None


def _one(table: Table, names: re.Pattern[str], columns: Sequence[int]) -> int | None:
    """The column among these that is called so; the only one if there is no other."""
    if len(columns) == 1:
        return columns[0]
    found = [at for at in columns if table.header and names.fullmatch(_plain(table.header[at]))]
    return found[0] if len(found) == 1 else None


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _looks_like_paths(values: Iterable[str]) -> bool:
    endings = [value.strip().lower().endswith(PICTURE_ENDINGS) for value in values]
    return sum(endings) * 2 > len(endings)


def _split_column(table: Table, columns: Sequence[int]) -> int | None:
    """The column that says train, validation or test, by its name and its values."""
    for at in columns:
        values = {row[at].strip().lower() for row in table.rows}
        called = table.header and _SPLIT_NAMES.fullmatch(_plain(table.header[at]))
        if values <= _SPLITS.keys() and len(values - {""}) >= (1 if called else 2):
            return at
    return None


def _answer(table: Table, answer: object, option: str, path: Path) -> int:
    named = [at for at, name in enumerate(table.header) if name == answer]
    if len(named) == 1:
        return named[0]
    if str(answer).isdecimal() and 1 <= int(str(answer)) <= table.width:
        return int(str(answer)) - 1
    raise BadInput(
        T(
            "{option} can't be {value}; {file} has the columns {columns}.",
            option=option,
            value=repr(answer)[:60],
            file=str(path),
            columns=", ".join(table.title(at) for at in range(table.width)),
        )
    )


def _question(table: Table, option: str, columns: Sequence[int], path: Path) -> Question:
    text = (
        T("Which column of {file} holds the paths of the pictures?", file=str(path))
        if option == PATH
        else T("Which column of {file} says the class of each picture?", file=str(path))
    )
    choices = [Choice(str(at + 1), _described(table, at)) for at in columns]
    guess = min(columns, key=lambda at: len({row[at] for row in table.rows}))
    return Question(
        option, text, tuple(choices), str((columns[0] if option == PATH else guess) + 1)
    )


def _described(table: Table, at: int) -> Text:
    values = [value for value, _ in Counter(row[at] for row in table.rows).most_common(3)]
    return T(
        "{column}, such as {values}",
        column=table.title(at),
        values=", ".join(value[:40] for value in values),
    )


def _no_paths(table: Table, path: Path) -> BadInput:
    if table.width > 50:
        return BadInput(
            T(
                "{file} has {count} columns, but none with paths of pictures. Tables of pixel "
                "values aren't read; save them with numpy.savez as arrays x and y.",
                file=str(path),
                count=table.width,
            )
        )
    return BadInput(
        T(
            "{file} has no column with paths of pictures ({columns}). One is needed, such as "
            "path,label.",
            file=str(path),
            columns=", ".join(table.title(at) for at in range(table.width)),
        )
    )


# -------------------------------------------------------------------------------------------- rows


def _rows(
    table: Table,
    columns: _Columns,
    place: _Places,
    options: Mapping[str, Any],
    path: Path,
    tell: Tell,
) -> tuple[list[_Row], list[Refused]]:
    rows: dict[str, _Row] = {}
    refused: list[Refused] = []
    outside: list[str] = []
    for number, row in enumerate(table.rows):
        line = table.line(number)
        if number % 1000 == 0:
            tell(LISTING, number, len(table.rows))
        written = row[columns.path].strip()
        label = unicodedata.normalize("NFC", row[columns.label].strip())
        if not written or not label:
            refused.append(
                Refused(written or f"{path.name}:{line}", T("Line {line} lacks a path or a label.",
                                                           line=line))
            )  # fmt: skip
            continue
        file = place.find(written)
        name = place.name(file or written)
        if file is None:
            refused.append(
                Refused(name, T("There is no such file; line {line} names it.", line=line))
            )
            continue
        if leads_out(file):
            outside.append(file)
        if name in rows:
            refused.append(_twice(rows[name], label, line))
            continue
        given = FREE
        if columns.split is not None:
            word = row[columns.split].strip().lower()
            if word not in _SPLITS:
                raise BadInput(
                    T(
                        "Line {line} of {file} has {value} in the column {column}, where train, "
                        "validation or test is expected.",
                        line=line,
                        file=str(path),
                        value=repr(word)[:60],
                        column=table.title(columns.split),
                    )
                )
            given = _SPLITS[word]
        rows[name] = _Row(name, file, label, given)
    _check_outside(outside, options, path)
    if not rows:
        raise BadInput(
            T(
                "None of the {count} pictures that {file} names is there; the first is {first}. "
                "Paths start at the folder of the table.",
                count=len(table.rows),
                file=str(path),
                first=table.rows[0][columns.path],
            )
        )
    return list(rows.values()), refused


def _twice(first: _Row, label: str, line: int) -> Refused:
    reason = (
        T("Line {line} names it again.", line=line)
        if first.label == label
        else T(
            "Line {line} names it again as {other}; it was taken as {label}.",
            line=line,
            other=label,
            label=first.label,
        )
    )
    return Refused(f"{first.name} ({line})", reason)


def leads_out(file: str) -> bool:
    """Whether a path leads out of the folder it starts at."""
    plain = Path(os.path.normpath(file))
    return plain.is_absolute() or plain.parts[:1] == (os.pardir,)


def _check_outside(outside: Sequence[str], options: Mapping[str, Any], path: Path) -> None:
    if not outside or options.get(OUTSIDE) is True:
        return
    if options.get(OUTSIDE) is False:
        raise BadInput(
            TN(
                "{file} names a picture outside its folder: {first}. Move the table to a folder "
                "that holds it.",
                "{file} names {count} pictures outside its folder, such as {first}. Move the table "
                "to the folder that holds them.",
                len(outside),
                file=str(path),
                first=outside[0],
            )
        )
    raise Ask(
        [
            Question(
                OUTSIDE,
                TN(
                    "{file} names a picture outside its folder: {first}. Read it too?",
                    "{file} names {count} pictures outside its folder, such as {first}. Read them "
                    "too?",
                    len(outside),
                    file=str(path),
                    first=outside[0],
                ),
                (Choice(True, T("Read them where they are")), Choice(False, T("Don't"))),
            )
        ]
    )


def _classes(rows: Sequence[_Row]) -> tuple[str, ...]:
    names = {row.label for row in rows}
    if all(name.isdecimal() and len(name) < 19 for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(sorted(names))


class _Places:
    """Finds the files that a table names.

    A path is tried as it is written; with slashes for backslashes; with its letters composed or
    apart (NFC, NFD). Where not even the first hundred are there, the folders beside the table and
    the usual endings are tried too.

    Args:
        root: The table's folder.
        written: The paths.
    """

    def __init__(self, root: Path, written: Sequence[str]) -> None:
        self._root = str(root)
        self._before, self._after = "", ""
        self.note: Text | None = None
        sample = [one.strip() for one in written[:100] if one.strip()]
        if sample and not any(self.find(one) for one in sample):
            self._look_elsewhere(root, sample)

    def find(self, written: str) -> str | None:
        """The path from the root of a file that is there; None if it isn't."""
        for spelled in _spellings(f"{self._before}{written}{self._after}"):
            try:
                if os.path.exists(os.path.join(self._root, spelled)):  # noqa: PTH110, PTH118
                    return spelled
            except ValueError:  # a NUL in the name
                return None
        return None

    def name(self, file: str) -> str:
        """What a picture is called."""
        plain = os.path.normpath(file).replace(os.sep, "/")
        return unicodedata.normalize("NFC", plain).encode("utf-8", "replace").decode()

    def _look_elsewhere(self, root: Path, sample: Sequence[str]) -> None:
        folders = [""]
        try:
            folders += sorted(f"{one.name}/" for one in root.iterdir() if one.is_dir())[:100]
        except OSError:
            return
        for before in folders:
            for after in ("", *PICTURE_ENDINGS):
                self._before, self._after = before, after
                if any(self.find(one) for one in sample):
                    self.note = T(
                        "The paths were read as {pattern}, where their files are.",
                        pattern=f"{before}…{after}",
                    )
                    return
        self._before, self._after = "", ""


def _spellings(path: str) -> Iterable[str]:
    slashed = path.replace("\\", "/") if os.sep == "/" else path
    composed = unicodedata.normalize("NFC", slashed)
    return dict.fromkeys((path, slashed, composed, unicodedata.normalize("NFD", slashed)))
