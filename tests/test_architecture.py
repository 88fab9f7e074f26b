"""Which package may know which, read from the imports, and how long files and classes get."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "cnnstudio"

# What each part may import of the studio, itself left out.
ALLOWED = {
    "core": set(),
    "protocol": {"core"},
    "decode": {"core"},
    "engine": {"core", "protocol", "decode"},
    "inspector": {"core", "protocol"},
    "cli": {"core", "protocol", "decode"},
    "ui": {"core", "protocol"},
    "app": {"core", "protocol", "ui"},
    "__init__": set(),
    # The entry: it hands over to one of the parts before it imports anything else.
    "__main__": {"core", "protocol", "decode", "engine", "inspector", "cli", "ui", "app"},
}

# Who alone may import what is heavy, dangerous or a window's.
ONLY = {
    "keras": {"engine"},
    "tensorflow": {"engine"},
    "torch": {"engine"},
    "jax": {"engine"},
    "scipy": {"engine"},
    "h5py": {"engine", "inspector"},
    "PIL": {"decode", "engine", "inspector"},
    "PySide6": {"ui", "app"},
    "pyqtgraph": {"ui", "app"},
}

LONGEST_FILE = 500
MOST_METHODS = 30

FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The part of the studio a file belongs to: a package, or a module beside them."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of every import, inside functions too, with what is taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def broken_rules(path: Path, tree: ast.AST) -> Iterator[str]:
    """A sentence for each import `path` should not have."""
    part = part_of(path)
    for line, module in imports(tree):
        root, _, rest = module.partition(".")
        target = rest.split(".")[0]
        if root == "cnnstudio":
            known = target in ALLOWED and target != "__init__"
            if known and target != part and target not in ALLOWED[part]:
                may = ", ".join(sorted(ALLOWED[part])) or "nothing else"
                yield (
                    f"{name(path)}:{line} imports {module}, but {part} may know {may} of the "
                    f"studio. Move what both need to core, or turn the dependency round."
                )
        elif root in ONLY and part not in ONLY[root]:
            yield (
                f"{name(path)}:{line} imports {root}, which is for "
                f"{' and '.join(sorted(ONLY[root]))} alone. Ask that process for the result."
            )
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{name(path)}:{node.lineno} imports relatively. Write the whole name."


def test_the_files_are_seen() -> None:
    parts = {part_of(path) for path in FILES}
    assert len(FILES) > 40
    assert {"core", "protocol", "decode", "engine", "cli"} <= parts
    strangers = parts - set(ALLOWED)
    assert not strangers, f"{strangers} have no rule: say in ALLOWED what they may import"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_imports_what_its_part_may_know(path: Path) -> None:
    sentences = list(broken_rules(path, ast.parse(path.read_text(encoding="utf-8"))))
    assert not sentences, "\n".join(sentences)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_is_short_and_so_are_its_classes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    assert lines < LONGEST_FILE, f"{name(path)} has {lines} lines. Split it by meaning."
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            methods = sum(
                isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) for item in node.body
            )
            assert methods < MOST_METHODS, (
                f"{name(path)}: {node.name} has {methods} methods. Split it by meaning."
            )


@pytest.mark.parametrize(
    ("file", "source", "words"),
    [
        ("core/x.py", "import keras.layers", "imports keras, which is for engine alone"),
        ("core/x.py", "def f():\n    from PySide6 import QtCore", "x.py:2 imports PySide6"),
        ("core/x.py", "import cnnstudio.protocol.wire", "core may know nothing else"),
        ("protocol/x.py", "from cnnstudio import engine", "protocol may know core"),
        ("ui/a/x.py", "from cnnstudio.decode.idx import read", "ui may know core, protocol"),
        ("cli/x.py", "from cnnstudio.engine.main import main", "cli may know"),
        ("core/x.py", "from .network import Network", "imports relatively"),
        ("core/x.py", "from cnnstudio.core.network import Network", ""),
        ("engine/x.py", "import keras\nfrom cnnstudio.protocol import wire", ""),
        ("core/x.py", "import cnnstudio\nfrom cnnstudio import __version__", ""),
    ],
)
def test_a_broken_rule_is_noticed(file: str, source: str, words: str) -> None:
    sentences = list(broken_rules(PACKAGE / file, ast.parse(source)))
    if words:
        assert len(sentences) == 1
        assert words in sentences[0]
    else:
        assert not sentences
