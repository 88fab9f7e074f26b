"""What the command line prints: the result on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import dataclass
from typing import Any, TextIO

from cnnstudio.core.errors import JobFailed
from cnnstudio.core.text import T, Text, Translator


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
        if self.as_json:  # a name that isn't text stays readable: JSON has \\udc80 for it
            lines = [json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)]
        if sys.stdout is None:
            raise JobFailed(
                T("The result could not be written: standard output is closed. Open it, or > FILE.")
            )
        try:
            _write(sys.stdout, "\n".join(lines) + "\n")
        except BrokenPipeError:  # the reader has what it wants
            return
        except OSError as error:
            raise JobFailed(
                T(
                    "The result could not be written to standard output: {reason}. Send it "
                    "elsewhere.",
                    reason=error.strerror or type(error).__name__,
                )
            ) from error

    def say(self, text: Text | str) -> None:
        """Prints a line of progress or an error to stderr; where that is gone, to nobody."""
        self.end_live()
        self._tell(self.text(text) + "\n")

    def live(self, text: Text | str) -> None:
        """Redraws one line in place where stderr is a terminal; prints nothing elsewhere."""
        if sys.stderr is not None and sys.stderr.isatty():
            self._tell("\r\x1b[K" + self.text(text))
            self._live = True

    def end_live(self) -> None:
        """Clears the line that `live` draws."""
        if self._live:
            self._tell("\r\x1b[K")
            self._live = False

    def _tell(self, words: str) -> None:
        if sys.stderr is not None:
            with contextlib.suppress(OSError):  # a job goes on without its listener
                _write(sys.stderr, words)


def _write(stream: TextIO, words: str) -> None:
    """Writes at once; a stream that can't take it is led to nowhere, since Python tries again."""
    try:
        stream.write(words)
        stream.flush()
    except OSError:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, no path
            os.dup2(nowhere.fileno(), stream.fileno())
        raise


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
