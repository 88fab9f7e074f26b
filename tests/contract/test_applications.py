"""The layers of ``keras.applications``, read from its source: every one is a kind."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from types import ModuleType

from tests.contract.settings import KINDS

# What a layer is given besides what it does, and what the studio keeps to itself.
ASIDE = {"name", "data_format", "dtype", "tensor", "shape"}
FUNCTIONS = {"add": "Add", "concatenate": "Concatenate", "multiply": "Multiply"}


def test_every_layer_and_argument_of_keras_applications_is_known(keras: ModuleType) -> None:
    kinds = {kind.keras: {p.name for p in kind.parameters} for kind in KINDS}
    used: dict[str, set[str]] = defaultdict(set)
    for path in Path(str(keras.__file__)).parent.glob("src/applications/*.py"):
        if path.stem.endswith("_test"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                used[node.name] |= set()  # a layer of its own
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner, name = node.func.value, node.func.attr
                if isinstance(owner, ast.Name) and owner.id == "layers":
                    used[FUNCTIONS.get(name, name)] |= {str(k.arg) for k in node.keywords}
    assert len(used) > 20
    assert set(used) <= set(kinds)
    for name, arguments in used.items():
        assert arguments - ASIDE <= kinds[name], name
