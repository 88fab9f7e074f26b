"""What the command line prints: the result on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import msgspec

from cnnstudio.core.text import Text, Translator


@dataclass
class Console:
    """Where a verb's words go.

    Attributes:
        show: Puts texts into the person's language.
        as_json: Whether the result is one JSON object on stdout.
    """

    show: Translator
    as_json: bool = False
    _live: bool = False

    def text(self, text: Text | str) -> str:
        """`text` in the person's language."""
        return self.show.show(text)

    def result(self, value: dict[str, Any], lines: list[str]) -> None:
        """Prints a verb's result: the JSON object, or the lines for a person."""
        self.end_live()
        if self.as_json:
            sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
        else:
            sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()

    def say(self, text: Text | str) -> None:
        """Prints a line of progress or an error to stderr."""
        self.end_live()
        sys.stderr.write(self.text(text) + "\n")
        sys.stderr.flush()

    def live(self, text: Text | str) -> None:
        """Redraws one line in place where stderr is a terminal; prints nothing elsewhere."""
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K" + self.text(text))
            sys.stderr.flush()
            self._live = True

    def end_live(self) -> None:
        """Clears the line that `live` draws."""
        if self._live:
            sys.stderr.write("\r\x1b[K")
            self._live = False


def table(rows: list[tuple[str, ...]], right: tuple[int, ...] = ()) -> list[str]:
    """Lays rows out in columns, two spaces apart; `right` columns are aligned right.

    Hangul and other wide characters count two cells.
    """
    widths = [max(_cells(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for i, cell in enumerate(row):
            space = " " * (widths[i] - _cells(cell))
            cells.append(space + cell if i in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def _cells(text: str) -> int:
    import unicodedata

    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
