"""Automatic layout: rows by depth, columns by branch."""

from __future__ import annotations

from msgspec.structs import replace

from cnnstudio.core.network import Network

CARD_WIDTH = 304.0
CARD_HEIGHT = 56.0
CARD_PITCH = CARD_HEIGHT + 22.0
COLUMN_PITCH = 352.0


def lay_out(network: Network) -> Network:
    """Gives every card a place: every layer below what feeds it, the main branch straight down.

    A layer's row is the length of the longest way to it. It takes the column of its first input
    if that is free, else the next free one to the right; a link that passes rows keeps a column
    free in them, so that it isn't drawn behind cards. Layers on a cycle, and those behind one,
    follow below in the order of `layers`.
    """
    rows = _rows(network)
    last = {
        id: max((rows[k.target] for k in network.outgoing[id] if k.target in rows), default=row)
        for id, row in rows.items()
    }
    by_row: list[list[str]] = [[] for _ in range(max(rows.values(), default=-1) + 1)]
    for id, row in rows.items():
        by_row[row].append(id)
    columns: dict[str, int] = {}
    lanes: dict[str, int] = {}  # the column in which a layer's output passes the row
    for row, ids in enumerate(by_row):
        taken: set[int] = set()
        for id in ids:
            wanted = [lanes[k.source] for k in network.incoming[id] if k.source in lanes]
            columns[id] = _free(taken, wanted[0] if wanted else 0)
        passing = {id: _free(taken, lane) for id, lane in lanes.items() if last[id] > row}
        lanes = passing | {id: columns[id] for id in ids}
    layers = tuple(
        replace(node, position=(columns[node.id] * COLUMN_PITCH, rows[node.id] * CARD_PITCH))
        for node in network.layers
    )
    return network if layers == network.layers else replace(network, layers=layers)


def _rows(network: Network) -> dict[str, int]:
    """Every layer's row, in the order of `network.order`."""
    rows: dict[str, int] = {}
    for id in network.order:
        above = (rows[k.source] for k in network.incoming[id] if k.source in rows)
        rows[id] = max(above, default=-1) + 1
    for id in network.by_id:
        if id not in rows:
            rows[id] = max(rows.values(), default=-1) + 1
    return rows


def _free(taken: set[int], wanted: int) -> int:
    """Takes the first free column from `wanted` on to the right."""
    column = wanted
    while column in taken:
        column += 1
    taken.add(column)
    return column
