"""What comments in model code say, as it is written and as it is read.

Behind a layer stands its name, where Keras can't run it, and its output shape; above it, its note.
Behind a call of a helper function, or above layers that are written out, stands the block's name.

    # The edges.
    x = Conv2D(filters=8, kernel_size=3, name="conv2d")(x)  # 합성곱  # (28, 28, 8)
    x = residual(x, filters=8)  # --- first ---

Whatever a name or a note holds, it can't end its comment.
"""

from __future__ import annotations

import json
import re

from cnnstudio.core.marks import tidied
from cnnstudio.core.shapes import Shape

APART = "  # "
"""What stands between two comments of one line."""

_SHAPE = re.compile(r"(?:^|  # )\((?:\d+,|\d+(?:, \d+)+)\)$")
_BLOCK = re.compile(r"--- (.+) ---")
_TOOLS = re.compile(
    r"[!:]|(?:fmt|flake8|isort|mypy|noqa|nosec|pragma|pylint|pyright|pyre|ruff|type|yapf)\b", re.I
)
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"


def shape_comment(shape: Shape) -> str:
    """An output's shape, such as ``(28, 28, 32)``."""
    return str(shape)


def without_shape(comment: str) -> str:
    """The comment without the shape at its end."""
    return _SHAPE.sub("", comment)


def name_comment(name: str) -> str:
    """A name as a comment; in quotes where it wouldn't come back as it stands."""
    plain = _is_printable(name) and name == name.strip() and not name.startswith('"')
    if plain and name and without_shape(name) == name and not _TOOLS.match(name):
        return name
    quoted = json.dumps(name, ensure_ascii=False)
    return quoted if _is_printable(quoted) else json.dumps(name)


def name_in(comment: str) -> str:
    """The name that a comment says."""
    name = without_shape(comment)
    if name.startswith('"'):
        try:
            return str(json.loads(name))
        except ValueError:  # quotes that a person wrote
            pass
    return name


def block_comment(name: str, pattern: str) -> str:
    """What tells a block: its name, behind its pattern's where that is another.

    A block's name has no slash.
    """
    both = name_comment(name)
    if pattern != name and "/" not in pattern and name_comment(pattern) == pattern:
        both = f"{pattern}/{both}"
    return f"--- {both} ---"


def block_in(comment: str) -> tuple[str, str] | None:
    """A block's name and its pattern's, "" where that is the same; None for another comment."""
    found = _BLOCK.fullmatch(without_shape(comment))
    if found is None:
        return None
    pattern, slash, name = found[1].partition("/")
    return (name_in(name), pattern) if slash else (name_in(pattern), "")


def is_heading(line: str) -> bool:
    """Whether a line is the comment that stands above a block's layers."""
    return line.startswith("# ---") and block_in(line.removeprefix("# ")) is not None


def is_read(comment: str) -> bool:
    """Whether the comment tells a shape or a block and nothing else."""
    return not without_shape(comment) or block_in(comment) is not None


def note_lines(note: str) -> list[str]:
    """A note as lines of comment."""
    lines = []
    for line in tidied(note).split("\n") if note else ():
        apart = "  " if is_heading(f"# {line.lstrip(' ')}") else " "  # a note is no block's name
        lines.append(f"#{apart}{line}" if line else "#")
    return lines


def note_in(line: str) -> str:
    """The line of a note that a line of comment says."""
    text = line.lstrip().removeprefix("#").removeprefix(" ")
    return text.removeprefix(" ") if is_heading(f"# {text.lstrip(' ')}") else text


def _is_printable(text: str) -> bool:
    return "".join(c for c in text if c not in _JOINERS).isprintable()
