"""Python source as text: expressions, and lines wrapped as ``ruff format`` wraps them.

What fits a line of 88 stands on one. A longer call has an argument a line and a comma behind the
last, which a formatter leaves alone whatever its own line length is.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cnnstudio.core.code.comments import APART

WIDTH = 88
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple, or a list."""

    items: tuple[Expression, ...]
    brackets: str = "()"


@dataclass(frozen=True, slots=True)
class Argument:
    """What a call is given.

    Attributes:
        value: The value.
        name: Its name, "" where it is given by its place.
        comment: What is said about it.
    """

    value: Expression
    name: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a class or a function."""

    function: str
    arguments: tuple[Argument, ...] = ()


Expression = str | Items | Call


def literal(value: object) -> Expression:
    """A plain value; what a project file has as lists as tuples, inside one another too."""
    if isinstance(value, list | tuple):
        return Items(tuple(map(literal, value)))
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(text: str) -> str:
    """A string in the quotes a formatter prefers."""
    return repr(text) if '"' in text else f'"{repr(text)[1:-1]}"'


def flat(expression: Expression) -> str:
    """An expression on one line."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Call):
        return f"{expression.function}({', '.join(map(_argument, expression.arguments))})"
    inner = ", ".join(map(flat, expression.items))
    comma = "," if len(expression.items) == 1 and expression.brackets == "()" else ""
    return f"{expression.brackets[0]}{inner}{comma}{expression.brackets[1]}"


def _argument(argument: Argument) -> str:
    value = flat(argument.value)
    return f"{argument.name}={value}" if argument.name else value


def comments_of(expression: Expression) -> list[str]:
    """The comments of a call's arguments."""
    if isinstance(expression, Call):
        return [argument.comment for argument in expression.arguments if argument.comment]
    return []


def wrapped(
    before: str, expression: Expression, after: str = "", *comments: str, depth: int = 0
) -> list[str]:
    """The lines of an expression.

    Args:
        before: What stands before it on its first line.
        expression: The expression.
        after: What stands behind it on its last line.
        comments: What is said behind it; on one line with what is said about its arguments.
        depth: How deep it is indented.
    """
    line = f"{_INDENT * depth}{before}{flat(expression)}{after}"
    line = _with_comments(line, (*comments_of(expression), *comments))
    if width(line) <= WIDTH or not _is_divisible(expression):
        return [line]
    return broken(before, expression, after, *comments, depth=depth)


def broken(
    before: str, expression: Expression, after: str = "", *comments: str, depth: int = 0
) -> list[str]:
    """The lines of an expression with each of its parts on a line of its own."""
    indent = _INDENT * depth
    if isinstance(expression, str):
        return [_with_comments(f"{indent}{before}{expression}{after}", comments)]
    if isinstance(expression, Call):
        opening, closing = f"{expression.function}(", ")"
        parts = expression.arguments
    else:
        opening, closing = expression.brackets[0], expression.brackets[1]
        parts = tuple(map(Argument, expression.items))
    lines = [f"{indent}{before}{opening}"]
    for part in parts:
        name = f"{part.name}=" if part.name else ""
        said = (part.comment,) if part.comment else ()
        lines += wrapped(name, part.value, ",", *said, depth=depth + 1)
    return [*lines, _with_comments(f"{indent}{closing}{after}", comments)]


def applied(
    target: str, layer: Call, given: Expression | None, *comments: str, depth: int = 0
) -> list[str]:
    """The lines of ``target = Layer(arguments)(given)``.

    Args:
        target: The variable.
        layer: What makes the layer.
        given: The tensor or the list of tensors it is called with; None for an Input.
        comments: What is said behind it.
        depth: How deep it is indented.
    """
    before = f"{target} = "
    if given is None:
        return wrapped(before, layer, "", *comments, depth=depth)
    behind = f"({flat(given)})"
    line = f"{_INDENT * depth}{before}{flat(layer)}{behind}"
    line = _with_comments(line, (*comments_of(layer), *comments))
    if width(line) <= WIDTH:
        return [line]
    if layer.arguments:
        lines = broken(before, layer, behind, *comments, depth=depth)
        if width(lines[-1]) <= WIDTH:
            return lines
        first = broken(before, layer, "", depth=depth)
    else:
        first = [f"{_INDENT * depth}{before}{flat(layer)}"]
    comma = "," if isinstance(given, str) else ""
    return [
        *first[:-1],
        f"{first[-1]}(",
        *broken("", given, comma, depth=depth + 1),
        _with_comments(f"{_INDENT * depth})", comments),
    ]


def _is_divisible(expression: Expression) -> bool:
    if isinstance(expression, Call):
        return bool(expression.arguments)
    return isinstance(expression, Items) and len(expression.items) > 1


def _with_comments(line: str, comments: Iterable[str]) -> str:
    said = APART.join(comments)
    return f"{line}{APART}{said}" if said else line


def width(text: str) -> int:
    """How many columns a line takes, letters beyond ASCII counted as the widest there are."""
    return len(text) if text.isascii() else sum(1 if letter.isascii() else 2 for letter in text)


def imported(modules: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The lines that import names from modules, in the order of the alphabet."""
    for module, names in sorted(modules.items()):
        every = sorted(names)
        line = f"from {module} import {', '.join(every)}"
        if len(line) <= WIDTH:
            yield line
        else:
            yield f"from {module} import ("
            yield from (f"{_INDENT}{name}," for name in every)
            yield ")"


def identifier(name: str, taken: Collection[str], otherwise: str = "layer") -> str:
    """A name for a variable or a function, not `taken`, that is as near to `name` as it can be."""
    stem = stem_of(name, otherwise)
    found, number = stem, 1
    while found in taken:
        number += 1
        found = f"{stem}_{number}"
    return found


def stem_of(name: str, otherwise: str = "layer") -> str:
    """What `identifier` makes of a name where nothing is taken."""
    stem = re.sub(r"\W", "_", name, flags=re.ASCII)
    if not stem.strip("_"):
        return otherwise
    return f"{otherwise}_{stem}" if stem[0].isdigit() or keyword.iskeyword(stem) else stem
