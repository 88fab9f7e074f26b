"""Which layers of two networks correspond.

Versions of one project share ids; two projects that were made apart have the same ids by chance.
Where ids say nothing, layers are aligned in the order data passes through them, as a text
comparison aligns lines: the pairs that keep their order and are most alike together win. So a
layer put in the middle doesn't shift those after it, and a layer with another name is still the
same one.

Source: Needleman and Wunsch, "A general method applicable to the search for similarities in the
amino acid sequence of two proteins", J. Mol. Biol. 48, 1970, without gap penalties.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cnnstudio.core.analysis import analyse
from cnnstudio.core.network import LayerNode, Network

_KIND, _PARAMS, _NAME, _PLACE = 8, 4, 3, 2
"""What a pair is worth: the same kind, and on top of that alike in these. The settings count more
than the name, because names are numbered and a number shifts with every layer before it."""

_ANCHOR = 10_000
_MOST_CELLS = 25_000_000
"""Above so many pairs (5,000 layers each) only ids and names are looked at."""


def match_layers(before: Network, after: Network) -> dict[str, str]:
    """Finds the layers that correspond; two that do are of the same kind.

    Args:
        before: A network.
        after: Another one, or a later version of it.

    Returns:
        Ids of `before` to ids of `after`, both at most once.
    """
    found = _by_id(before, after)
    left = [id for id in _order(before) if id not in found]
    taken = set(found.values())
    right = [id for id in _order(after) if id not in taken]
    if left and right:
        found |= _aligned(before, after, found)
    return found


def are_versions(before: Network, after: Network) -> bool:
    """Whether ids mean the same in both, as they do in versions of one project.

    They do if most of the ids that both have are those of layers with one kind and one name.
    """
    shared = [(node, after.by_id[id]) for id, node in before.by_id.items() if id in after.by_id]
    same = sum((a.kind, a.name) == (b.kind, b.name) for a, b in shared)
    return 2 * same > len(shared)


def _by_id(before: Network, after: Network) -> dict[str, str]:
    """The layers with the same id and kind, if ids mean the same in both."""
    if not are_versions(before, after):
        return {}
    return {
        id: id
        for id, node in before.by_id.items()
        if id in after.by_id and after.by_id[id].kind == node.kind
    }


def _order(network: Network) -> tuple[str, ...]:
    return (*network.order, *(id for id in network.by_id if id in network.cyclic))


def _aligned(before: Network, after: Network, anchors: dict[str, str]) -> dict[str, str]:
    """Pairs of the layers that aren't anchors; the anchors keep them in their place."""
    a, b = _order(before), _order(after)
    if len(a) * len(b) > _MOST_CELLS:
        return _by_name(before, after, anchors)
    return {
        a[i]: b[j]
        for i, j in _best_pairs(_Features(before, a, after, b, anchors), len(a), len(b))
        if a[i] not in anchors
    }


def _by_name(before: Network, after: Network, anchors: dict[str, str]) -> dict[str, str]:
    taken = set(anchors.values())
    names = {(n.name, n.kind): id for id, n in after.by_id.items() if id not in taken}
    keys = {id: (n.name, n.kind) for id, n in before.by_id.items() if id not in anchors}
    return {id: names[key] for id, key in keys.items() if key in names}


class _Features:
    """What layers are alike in, as numbers, so that a row of pairs is judged at once."""

    def __init__(
        self,
        before: Network,
        a: Sequence[str],
        after: Network,
        b: Sequence[str],
        anchors: dict[str, str],
    ) -> None:
        codes: dict[object, int] = {}
        self._a = _coded(before, a, codes)
        self._b = _coded(after, b, codes)
        at = {id: index for index, id in enumerate(b)}
        self._anchors = [at[anchors[id]] if id in anchors else -1 for id in a]
        taken = set(anchors.values())
        self._free = np.array([id not in taken for id in b])

    def scores(self, row: int) -> npt.NDArray[np.int32]:
        """What the pairs of one layer of `before` with every one of `after` are worth."""
        if (anchor := self._anchors[row]) >= 0:
            worth = np.zeros(len(self._free), np.int32)
            worth[anchor] = _ANCHOR
            return worth
        kind, params, name, place = (
            one[row] == other for one, other in zip(self._a, self._b, strict=True)
        )
        worth = _KIND + _PARAMS * params + _NAME * name + _PLACE * place
        return np.where(kind & self._free, worth, 0).astype(np.int32)


def _coded(
    network: Network, ids: Sequence[str], codes: dict[object, int]
) -> tuple[npt.NDArray[np.int32], ...]:
    """Kind, settings, name, and where it stands (output shape, kinds around it)."""
    nodes = analyse(network).nodes

    def kinds(links: Sequence[str]) -> tuple[str, ...]:
        return tuple(network.by_id[id].kind for id in links if id in network.by_id)

    rows = []
    for id in ids:
        node = network.by_id[id]
        output = nodes[id].output if id in nodes else None
        above = kinds([link.source for link in network.incoming[id]])
        below = kinds([link.target for link in network.outgoing[id]])
        rows.append((node.kind, _settings(node), node.name, (output, above, below)))
    return tuple(
        np.array([codes.setdefault(key, len(codes)) for key in column], np.int32)
        for column in zip(*rows, strict=True)
    )


def _settings(node: LayerNode) -> str:
    return repr(node.values if node.spec else node.params)


def _best_pairs(features: _Features, rows: int, columns: int) -> list[tuple[int, int]]:
    """The alignment that is worth most: pairs (i, j), both rising."""
    best = np.zeros(columns + 1, np.int32)
    skips_row = np.empty((rows, columns), bool)
    skips_column = np.empty((rows, columns), bool)
    for row in range(rows):
        worth = features.scores(row)
        paired = np.where(worth > 0, best[:-1] + worth, 0)
        fresh = np.zeros_like(best)
        fresh[1:] = np.maximum.accumulate(np.maximum(best[1:], paired))
        skips_row[row] = fresh[1:] == best[1:]
        skips_column[row] = fresh[1:] == fresh[:-1]
        best = fresh
    pairs = []
    row, column = rows - 1, columns - 1
    while row >= 0 and column >= 0:
        if skips_row[row, column]:
            row -= 1
        elif skips_column[row, column]:
            column -= 1
        else:
            pairs.append((row, column))
            row, column = row - 1, column - 1
    return pairs[::-1]
