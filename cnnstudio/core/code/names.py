"""Names a person gives, as names Keras runs.

A layer's name becomes part of a TensorFlow scope and of a path in a weights file, so letters
beyond ASCII, spaces and slashes fail late or worse; PyTorch takes no dots in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cnnstudio.core.network import LayerNode, Network

PROGRAM_NAMES = frozenset(
    {"keras", "np", "flow", "BATCH_SIZE", "EPOCHS", "x_test", "y_test"}
    | {"x_validation", "y_validation"}
)
"""What a program still needs behind its model, where no variable or function is called so."""

_LONGEST = 60
_SAFE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{_LONGEST - 1}}}", re.ASCII)


def safe_names(network: Network) -> dict[str, str]:
    """A name for every layer, by id, that Keras runs and no other layer has.

    A name that is safe stays as it is; any other keeps its safe characters or, where too little is
    left, becomes its kind's. The same network always gives the same names.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for node in network.by_id.values():
        if _SAFE.fullmatch(node.name) and node.name not in taken:
            names[node.id] = node.name
            taken.add(node.name)
    for id, node in network.by_id.items():
        if id not in names:
            stem = _stem(node)
            number = 0
            name = stem
            while name in taken:
                number += 1
                name = f"{stem}_{number}"
            names[id] = name
            taken.add(name)
    return {id: names[id] for id in network.by_id}


def with_given_names(text: str, network: Network) -> str:
    """What Keras says, with the names the person gave: as a part of a path or in quotes."""
    given = {
        safe: network.by_id[id].name
        for id, safe in safe_names(network).items()
        if safe != network.by_id[id].name
    }
    if not given:
        return text
    names = "|".join(map(re.escape, given))
    named = rf"(?<![\w-])({names})(?=/)|(?<=[\"'/])({names})(?=[\"'])"
    return re.sub(named, lambda found: given[found[0]], text)


def _stem(node: LayerNode) -> str:
    for text in (node.name, node.kind):
        safe = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-")[:_LONGEST]
        if re.match(r"[A-Za-z]", safe):
            return safe
    return "layer"


class UseNames:
    """What uses of a pattern are called where code doesn't say: ``residual``, ``residual_1``.

    Args:
        taken: The names that other blocks have.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._number: dict[str, int] = {}

    def next(self, pattern: str) -> str:
        """The first name for a use of `pattern` that no block has."""
        number = self._number.get(pattern, 0)
        while (name := f"{pattern}_{number}" if number else pattern) in self._taken:
            number += 1
        self._number[pattern] = number
        return name

    def take(self, name: str) -> None:
        """Takes a name."""
        self._taken.add(name)
