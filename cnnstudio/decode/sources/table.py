"""A CSV file as rows of text: its encoding, delimiter and header are told from its content."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnstudio.core.data.questions import Choice, Question
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault, show_bytes
from cnnstudio.core.text import T, Text
from cnnstudio.decode.files import open_regular
from cnnstudio.decode.sources.listing import Ask

ENCODING = "encoding"
"""The option's name; its values are Python's names of encodings."""
ENCODINGS = ("utf-8", "cp949", "latin-1")

PICTURE_ENDINGS = (
    ".png",
    ".jpg",
    ".jpeg",
    ".bmp",
    ".gif",
    ".webp",
    ".tif",
    ".tiff",
    ".ppm",
    ".pgm",
)
"""How names of picture files end."""

_LARGEST = 2**27  # bytes of a table
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 50  # rows that are looked at to tell the delimiter
_MOST_COLUMNS = 100_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equally many cells.

    Attributes:
        header: The names of the columns; () where the first row is data.
        rows: The cells.
        lines: The number of each row's last line in the file, counted from 1.
        notes: What was found, for a person to read.
    """

    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    notes: tuple[Text, ...] = ()

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.rows[0])

    def title(self, column: int) -> str:
        """What a column is called; its number, counted from 1, where it has no name."""
        return (self.header[column] if self.header else "") or str(column + 1)

    def line(self, row: int) -> int:
        """The line of a row, counted from 1."""
        return self.lines[row]


def read_table(path: Path, options: Mapping[str, Any]) -> Table:
    """Reads a table; cells that a row lacks are empty, and those it has too many are cut off.

    Args:
        path: The file.
        options: Answers; ``options["encoding"]`` says how the text is encoded.

    Raises:
        BadInput: When it can't be read, has a single column or no rows.
        Ask: When the encoding can't be told.
    """
    text, notes = _decoded(_content(path), options, path)
    delimiter = _delimiter(text)
    if delimiter is None:
        raise BadInput(
            T(
                "{file} has no columns that commas, semicolons, tabs or bars part. Save a table "
                "with a path and a label in each line, such as cats/1.png,cat.",
                file=str(path),
            )
        )
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise BadInput(
            T(
                "Line {line} of {file} can't be read as a row of a table: {reason}.",
                line=reader.line_num,
                file=str(path),
                reason=str(error),
            )
        ) from error
    width = len(rows[0])
    header = tuple(cell.strip() for cell in rows[0]) if _is_header(rows) else ()
    start = 1 if header else 0
    if len(rows) == start or width > _MOST_COLUMNS:
        raise BadInput(T("{file} has no rows of data.", file=str(path)))
    plain = [(row + [""] * (width - len(row)))[:width] for row in rows[start:]]
    return Table(header, plain, lines[start:], notes)


def _content(path: Path) -> bytes:
    with open_regular(path) as file:
        try:
            content = file.read(_LARGEST + 1)
        except OSError as error:
            raise read_fault(error, path) from error
    if len(content) > _LARGEST:
        raise BadInput(
            T(
                "{file} is larger than {limit}; a table of paths isn't.",
                file=str(path),
                limit=show_bytes(_LARGEST),
            )
        )
    return content


def _decoded(
    content: bytes, options: Mapping[str, Any], path: Path
) -> tuple[str, tuple[Text, ...]]:
    chosen = options.get(ENCODING)
    if chosen is not None and chosen not in ENCODINGS:
        raise BadInput(
            T(
                "{option} can't be {value}; it can be {choices}.",
                option=ENCODING,
                value=repr(chosen)[:60],
                choices=", ".join(ENCODINGS),
            )
        )
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    for encoding in (chosen,) if chosen else (marked,) if marked else ENCODINGS[:2]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise BadInput(
                T("{file} isn't text: it has bytes that are 0. Save it as CSV.", file=str(path))
            )
        notes = (T("The text was read as {encoding}.", encoding=encoding.upper()),)
        return text, notes if encoding in ENCODINGS[1:] else ()
    if chosen or marked:
        raise BadInput(
            T(
                "{file} isn't {encoding} text. Save it as UTF-8.",
                file=str(path),
                encoding=(chosen or marked or "").upper(),
            )
        )
    raise Ask(
        [
            Question(
                ENCODING,
                T("{file} is neither UTF-8 nor CP949. How is it encoded?", file=str(path)),
                (Choice("latin-1", T("Latin-1 (Western Europe)")),),
                "latin-1",
            )
        ]
    )


def _delimiter(text: str) -> str | None:
    """The delimiter that gives all rows the same number of columns; the most, if several do."""
    best: tuple[bool, int, str] | None = None
    for delimiter in _DELIMITERS:
        widths: list[int] = []
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                if any(cell.strip() for cell in row):
                    widths.append(len(row))
                if len(widths) == _SAMPLE:
                    break
        except csv.Error:
            pass  # the rows before it tell; reading them all will name the line
        if widths and widths[0] > 1:
            found = (len(set(widths)) == 1, widths[0], delimiter)
            best = found if best is None or found[:2] > best[:2] else best
    return best[2] if best else None


def _is_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: no cell of it is like those below.

    Names of columns aren't numbers or paths.
    """
    first = [cell.strip() for cell in rows[0]]
    if any(map(_is_data, first)):
        return False
    below = [{row[at].strip() for row in rows[1:] if at < len(row)} for at in range(len(first))]
    return all(cell not in values for cell, values in zip(first, below, strict=True))


def _is_data(cell: str) -> bool:
    if "/" in cell or "\\" in cell or cell.lower().endswith(PICTURE_ENDINGS):
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True
