"""Source text: of a file or of a notebook's cells, parsed, with its comments."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import warnings
from bisect import bisect_right
from dataclasses import dataclass

from cnnstudio.core.code.reading.result import Passed, Unreadable
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text

LONGEST = 2_000_000  # characters
_SHOWN = 70
_MAGIC = re.compile(r"(\s*(?:\w+\s*=\s*)?)([%!].*|[\w.]+\?\??\s*)$")
_TIMED = re.compile(r"(\s*(?:\w+\s*=\s*)?)%(?:time|timeit|prun)\s+(?=[^\s-])")
_FOREIGN = "%\N{INVISIBLE SEPARATOR}"
"""What a line of a cell for another program is marked with, so that it is passed over."""
_AROUND_PYTHON = re.compile(r"%%(?:time|timeit|capture|prun)\b")
"""Cell magics whose cell is Python all the same."""


@dataclass(frozen=True, slots=True)
class Source:
    """Parsed source text.

    Attributes:
        tree: Its syntax tree.
        lines: Its lines.
        comments: The comments by line, without their #.
        passed: Notebook magics that were passed over.
        cells: The first line of every code cell; empty for a file.
    """

    tree: ast.Module
    lines: tuple[str, ...]
    comments: dict[int, str]
    passed: tuple[Passed, ...]
    cells: tuple[int, ...] = ()

    def shown(self, node: ast.AST) -> str:
        """The text of a node's first line, shortened."""
        line = getattr(node, "lineno", 1)
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        start = getattr(node, "col_offset", 0)
        end = getattr(node, "end_col_offset", None) if _on_one_line(node) else None
        return short(text.encode()[start:end].decode(errors="replace"))

    def refuse(self, node: ast.AST, problem: Text) -> Unreadable:
        """The error for a node."""
        line = getattr(node, "lineno", 1)
        code = self.lines[line - 1]
        before = code.encode()[: getattr(node, "col_offset", 0)]  # `ast` counts bytes
        column = len(before.decode(errors="replace")) + 1
        where = place(line, column, self.cells)
        return Unreadable(line, column, self.shown(node), problem, where, code)


def _on_one_line(node: ast.AST) -> bool:
    return getattr(node, "lineno", 1) == getattr(node, "end_lineno", 1)


def short(text: str) -> str:
    """The text, cut to what fits a line."""
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def place(line: int, column: int, cells: tuple[int, ...]) -> Text:
    """Where something stands; in a notebook, the cell and the line in it."""
    if not cells:
        return T("Line {line}, column {column}", line=line, column=column)
    cell = max(bisect_right(cells, line), 1)
    return T(
        "Code cell {cell}, line {line}, column {column}",
        cell=cell,
        line=line - cells[cell - 1] + 1,
        column=column,
    )


def parse_code(text: str, cells: tuple[int, ...] = ()) -> Source:
    """Parses source text; lines for IPython are passed over.

    Raises:
        Unreadable: With the place, for text that isn't Python.
    """
    if len(text) > LONGEST:
        raise Unreadable(1, 1, "", T("The code is longer than {most} characters.", most=LONGEST))
    text = re.sub("\r\n?", "\n", text.removeprefix("\ufeff")).replace("\f", " ")
    passed: tuple[Passed, ...] = ()
    try:
        tree = _parse(text, cells)
    except Unreadable:
        text, passed = _without_magics(text)
        if not passed:
            raise
        tree = _parse(text, cells)
    return Source(tree, tuple(text.split("\n")), _comments(text), passed, cells)


def notebook_code(text: str) -> tuple[str, tuple[int, ...]]:
    """The code cells of a notebook's JSON one after the other, and the first line of each.

    Raises:
        BadInput: For text that isn't a notebook.
    """
    try:
        notebook = json.loads(text)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        sources = [
            _joined(cell["source"] if "source" in cell else cell["input"])
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise BadInput(
            T("This is no Jupyter notebook: its JSON has no cells. Save it again as .ipynb.")
        ) from error
    firsts, line = [], 1
    for index, source in enumerate(sources):
        is_other = source.lstrip().startswith("%%") and not _AROUND_PYTHON.match(source.lstrip())
        if is_other:  # a cell for another program
            sources[index] = "\n".join(_FOREIGN + part for part in source.split("\n"))
        firsts.append(line)
        line += sources[index].count("\n") + 1
    return "\n".join(sources), tuple(firsts)


def _joined(source: object) -> str:
    if isinstance(source, str):
        return re.sub("\r\n?", "\n", source)
    if isinstance(source, list) and all(isinstance(part, str) for part in source):
        return re.sub("\r\n?", "\n", "".join(source))
    raise TypeError(source)


def _parse(text: str, cells: tuple[int, ...]) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as an invalid escape in a string
            return ast.parse(text)
    except SyntaxError as error:
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        lines = text.split("\n")
        code = lines[line - 1] if 0 < line <= len(lines) else ""
        problem = T("this isn't Python: {reason}.", reason=error.msg)
        where = place(line, column, cells)
        raise Unreadable(line, column, short(code), problem, where, code) from error
    except (ValueError, RecursionError, MemoryError) as error:  # a null byte, too deep
        problem = T("this isn't Python, or nested too deeply.")
        raise Unreadable(1, 1, "", problem, place(1, 1, cells)) from error


def _without_magics(text: str) -> tuple[str, tuple[Passed, ...]]:
    lines, passed = text.split("\n"), []
    goes_on = False
    for index, line in enumerate(lines):
        if goes_on:  # a command of the shell over several lines
            lines[index], goes_on = "", line.endswith("\\")
        elif found := _TIMED.match(line):
            lines[index] = found[1] + line[found.end() :]
            passed.append(Passed(index + 1, short(line[found.end(1) : found.end()])))
        elif found := _MAGIC.match(line):
            lines[index] = found[1] + ("None" if found[1].strip() else "pass")
            passed.append(Passed(index + 1, short(found[2].removeprefix(_FOREIGN))))
            goes_on = line.endswith("\\")
    return "\n".join(lines), tuple(passed)


def _comments(text: str) -> dict[int, str]:
    found = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.string.removeprefix("#").strip()
    except (tokenize.TokenError, SyntaxError):  # what `ast` takes and `tokenize` doesn't
        pass
    return found
