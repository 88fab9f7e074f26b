"""Which comments are notes on layers.

A layer's note is what stands in comment lines right above the line that makes it, and in a
comment behind it. Only the layer a line begins with has one; a comment that repeats a layer's name
or the shape of its output is none.
"""

from __future__ import annotations

import ast
import re

from cnnstudio.core.code.comments import is_heading, note_in, without_shape
from cnnstudio.core.code.reading.source import Source
from cnnstudio.core.marks import LONGEST_NOTE, tidied

# What may stand before a call that its line begins with: "x = ", "model.add(", "return ".
_BEGINNING = re.compile(r"\s*(?:[^\s()=#'\"][^()=#'\"]*=\s*|[\w.]+\.add\(\s*|return\s+)?")
_LENGTH = r"(?:\d+|None|N|\?)"
_SHAPE = re.compile(
    rf"(?:->|→|=>|output(?: shape)?:?|shape:?|출력:?)?\s*"
    rf"[(\[]?\s*{_LENGTH}(?:\s*[,x×*]\s*{_LENGTH})*\s*,?\s*[)\]]?",
    re.IGNORECASE,
)


class Notes:
    """The notes in a text.

    Args:
        source: The text.

    Attributes:
        lines: The lines whose comment belongs to a note that was read.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[tuple[int, int, int], str] = {}
        self.lines: set[int] = set()

    def of(self, node: ast.AST, *, named: bool) -> str:
        """The note on a layer.

        Args:
            node: What makes the layer.
            named: Whether the comment behind it is its name.
        """
        first, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        last = getattr(node, "end_lineno", None) or first
        key = (first, column, 0 if named else last)
        if key not in self._known:
            self._known[key] = self._read(first, column, key[2])
        return self._known[key]

    def _read(self, first: int, column: int, last: int) -> str:
        before = self._source.lines[first - 1].encode()[:column].decode(errors="replace")
        if not _BEGINNING.fullmatch(before):
            return ""
        above = self._above(first)
        found = [self._own_line(line) for line in above]
        behind = without_shape(self._source.comments.get(last, ""))
        if behind and not _SHAPE.fullmatch(behind) and not self._is_own(last):
            found.append(behind)
            self.lines.add(last)
        self.lines.update(above)
        return tidied("\n".join(found))[:LONGEST_NOTE].rstrip()

    def _above(self, first: int) -> range:
        """The comment lines right above a line, of the same cell."""
        top = first
        while top not in self._source.cells and self._is_own(top - 1):
            top -= 1
        return range(top, first)

    def _is_own(self, line: int) -> bool:
        """Whether a line is nothing but a comment."""
        comments, lines = self._source.comments, self._source.lines
        text = lines[line - 1] if line in comments else ""
        return text.lstrip().startswith("#") and not is_heading(text)

    def _own_line(self, line: int) -> str:
        return note_in(self._source.lines[line - 1])
