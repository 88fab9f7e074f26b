"""The code of a person's own layer classes as text: taken out of a program, and put into one.

A class is kept with what it needs of its program: what it imports, and the functions, classes and
constants it names. That text has one form, so that code that is written and read again is the same
to the letter. Nothing of it is run.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cnnstudio.core.blocks.folding import BLOCK
from cnnstudio.core.code.reading import naming
from cnnstudio.core.code.writing.source import imported
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.custom import LONGEST_SOURCE, CustomLayer, parsed
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.network import LayerNode
from cnnstudio.core.text import T

_USUAL = {"np": "import numpy as np", "tf": "import tensorflow as tf", "keras": "import keras"}
_FROM_KERAS = frozenset({"layers", "ops"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A definition at the top level of a program.

    Attributes:
        names: The names it defines.
        text: Its lines.
        tall: Whether two blank lines stand around it.
    """

    names: tuple[str, ...]
    text: str
    tall: bool


@dataclass(slots=True)
class CustomCode:
    """What the classes of a network's layers need at the top of a program.

    Attributes:
        plain: Imports of whole modules, as lines.
        imports: Names that are imported, by module; ``a as b`` for one with another name.
        statements: The definitions, in the order they must stand in.
    """

    plain: set[str] = field(default_factory=set)
    imports: dict[str, set[str]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        """The names it defines or imports."""
        bound = {line.rpartition(" ")[2].partition(".")[0] for line in self.plain}
        bound |= {name.rpartition(" ")[2] for names in self.imports.values() for name in names}
        return frozenset(bound.union(*(one.names for one in self.statements)))

    @property
    def text(self) -> str:
        """All of it as a module of its own."""
        lines = [*sorted(self.plain), *imported(self.imports)]
        return "\n".join([*lines, *self.definitions(bool(lines)), ""])

    def definitions(self, below_imports: bool = False) -> Iterator[str]:
        """The lines of the definitions, with the blank lines between them."""
        before: Statement | None = None
        for one in self.statements:
            tall = one.tall or (before is not None and before.tall)
            if before is not None:
                yield from [""] * (2 if tall else 0)
            elif below_imports:
                yield from [""] * (2 if tall else 1)
            yield from one.text.split("\n")
            before = one


# ----------------------------------------------------------------------------- out of a program


def layer_code(tree: ast.Module, lines: Sequence[str], cls: str) -> CustomLayer | None:
    """A class with what it needs of its program.

    Args:
        tree: The program.
        lines: Its lines.
        cls: The name of the class.

    Returns:
        None where the program doesn't define it at its top level, or it is too long.
    """
    code = _Program(tree, lines).needed_by(cls)
    if code is None or len(text := code.text) > LONGEST_SOURCE:
        return None
    return CustomLayer(text, cls)


def layer_classes(tree: ast.Module) -> tuple[str, ...]:
    """The classes of a program that are derived from a layer, in their order."""
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
            if any(base in found or is_layer_class(base) for base in bases):
                found.append(node.name)
    return tuple(found)


def is_layer_class(name: str) -> bool:
    """Whether a class of this name in ``keras.layers`` is a layer to derive from."""
    return name == "Layer" or (naming.layer_class(name) is not None and name != "Input")


def kind_named(cls: str) -> str:
    """What a layer of this class is called, apart from the studio's own kinds.

    ``Custom`` is the package Keras registers a class in that names none.
    """
    return f"Custom>{cls}" if cls in kinds() or cls == BLOCK else cls


def class_named(kind: str) -> str:
    """The class of a layer kind that the studio doesn't know."""
    return kind.rpartition(">")[2]


class _Program:
    """The definitions and imports at the top level of a program."""

    def __init__(self, tree: ast.Module, lines: Sequence[str]) -> None:
        self._lines = lines
        self._definitions: list[tuple[Statement, ast.stmt]] = []
        self._imports: dict[str, tuple[str, str]] = {}  # by bound name: module, and what of it
        for node in tree.body:
            self._take(node)

    def needed_by(self, cls: str) -> CustomCode | None:
        """What a class needs, the class itself too; None if there is none of this name."""
        classes = (node for _, node in self._definitions if isinstance(node, ast.ClassDef))
        if all(node.name != cls for node in classes):
            return None
        code = CustomCode()
        known, waiting = {cls}, [cls]
        chosen: set[int] = set()
        while waiting:
            name = waiting.pop()
            there = [n for n, (one, _) in enumerate(self._definitions) if name in one.names]
            if not there:
                self._import(code, name)
            for number in there:
                if number not in chosen:
                    chosen.add(number)
                    more = _free_names(self._definitions[number][0].text) - known
                    known |= more
                    waiting += sorted(more)
        code.statements = [self._definitions[number][0] for number in sorted(chosen)]
        return code

    def _take(self, node: ast.stmt) -> None:
        match node:
            case ast.Import():
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    self._imports[bound] = _module(alias.name, alias.asname or "")
            case ast.ImportFrom(level=0) if node.module != "__future__":
                for alias in node.names:
                    self._imports[alias.asname or alias.name] = _member(
                        node.module or "", alias.name, alias.asname or ""
                    )
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._define(node, (node.name,), tall=True)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if not any(isinstance(part, ast.Call) for part in ast.walk(node)):
                    self._define(node, (name,), tall=False)

    def _define(self, node: ast.stmt, names: tuple[str, ...], *, tall: bool) -> None:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)])
        last = node.end_lineno or node.lineno
        rows = [line.rstrip() for line in self._lines[first - 1 : last]]
        if not tall:  # two of them may share a line
            rows[-1] = rows[-1].encode()[: node.end_col_offset].decode(errors="replace")
            rows[0] = rows[0].encode()[node.col_offset :].decode(errors="replace")
        self._definitions.append((Statement(names, "\n".join(rows), tall), node))

    def _import(self, code: CustomCode, name: str) -> None:
        module, member = self._imports.get(name, ("", ""))
        if not module:
            module, member = _usual_import(name)
        if member:
            code.imports.setdefault(module, set()).add(member)
        elif module:
            code.plain.add(module)


def _module(name: str, alias: str) -> tuple[str, str]:
    """``import name as alias``, as the keras package has it."""
    path = naming.canonical(name)
    parent, _, last = path.rpartition(".")
    if path != name and alias and parent:
        return _member(parent, last, "" if alias == last else alias)
    if path != name and not parent and alias:
        return (f"import {path}" if alias == path else f"import {path} as {alias}"), ""
    return (f"import {name} as {alias}" if alias else f"import {name}"), ""


def _member(module: str, name: str, alias: str) -> tuple[str, str]:
    """``from module import name as alias``, as the keras package has it."""
    path = naming.canonical(f"{module}.{name}")
    parent, _, last = path.rpartition(".")
    if not parent:
        return (f"import {path} as {alias}" if alias else f"import {path}"), ""
    return parent, f"{last} as {alias}" if alias and alias != last else last


def _usual_import(name: str) -> tuple[str, str]:
    """The import that a name usually has; ("", "") for one of Python's own, or any other."""
    if name in _USUAL:
        return _USUAL[name], ""
    if name in _FROM_KERAS:
        return "keras", name
    if name == "Layer":
        return "keras.layers", name
    path = naming.path_of_free_name(name)
    if path is None or not path.startswith("keras."):
        return "", ""
    module, _, last = path.rpartition(".")
    return module, last


def _free_names(text: str) -> set[str]:
    """The names that a definition takes from outside of it."""
    try:
        top = symtable.symtable(text, "code", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found: set[str] = set()
    waiting = [top]
    while waiting:
        table = waiting.pop()
        is_top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (is_top or symbol.is_global()):
                found.add(symbol.get_name())
        waiting += table.get_children()
    return found


# -------------------------------------------------------------------------------- into a program


def code_of(nodes: Iterable[LayerNode]) -> CustomCode:
    """What the classes of some layers need at the top of a program, each thing once.

    Raises:
        BadInput: For two layers whose code calls different things by one name.
    """
    together = CustomCode()
    defined: dict[str, tuple[Statement, str]] = {}
    seen: set[str] = set()
    for node in nodes:
        code = node.custom
        if code is None or code.source in seen:
            continue
        seen.add(code.source)
        tree = parsed(code.source)
        assert tree is not None  # or the layer would have no kind
        program = _Program(tree, code.source.split("\n"))
        own = program.needed_by(code.cls)
        assert own is not None
        together.plain |= own.plain
        for module, names in own.imports.items():
            together.imports.setdefault(module, set()).update(names)
        for one in own.statements:
            for name in one.names:
                there, layer = defined.setdefault(name, (one, node.name))
                if there.text != one.text:
                    raise _clash(name, layer, node.name)
            if one not in together.statements:
                together.statements.append(one)
    return together


def check_names(
    code: CustomCode, others: Mapping[str, Collection[str]], taken: Iterable[str]
) -> None:
    """Checks that a program can have the code of layers beside its own.

    Args:
        code: The code of the layers.
        others: What the program imports besides, by module.
        taken: Names the program gives to its own things.

    Raises:
        BadInput: For a name that would mean two things.
    """
    defined = {name for one in code.statements for name in one.names}
    imports = {name for module in others.values() for name in module}
    clash = next(iter(sorted(defined & (imports | set(taken)))), None)
    if clash is not None:
        raise BadInput(
            T(
                "The code of a layer defines {name}, and the program needs that name for "
                "something else. Call it otherwise there.",
                name=clash,
            )
        )


def _clash(name: str, layer: str, other: str) -> BadInput:
    return BadInput(
        T(
            "The code of {layer} and that of {other} both define {name}, and not alike. Give both "
            "layers the same code, or call one of them otherwise.",
            layer=layer,
            other=other,
            name=name,
        )
    )
