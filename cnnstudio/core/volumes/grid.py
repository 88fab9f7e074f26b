"""Where the layers of a network stand when it is drawn from left to right.

A layer's column is the length of the longest way to it. The longest branch keeps the main lane,
the others stand in lanes beside it, and where they meet they end.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.core.network import Network

Place = tuple[int, int]
"""Column and lane, from 0."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The places of a network's layers.

    Attributes:
        places: Column and lane of each layer, by column and lane.
        columns: How many columns there are.
        lanes: The last lane in use in each column, a branch that only passes it included.
        links: Pairs (source, target) of the links from left to right, once each.
    """

    places: dict[str, Place]
    columns: int
    lanes: tuple[int, ...]
    links: tuple[tuple[str, str], ...]


def grid_of(network: Network) -> Grid:
    """Gives every layer a place; layers on a cycle, and those behind one, follow at the end."""
    columns = _columns(network)
    links = tuple(
        dict.fromkeys(
            (k.source, k.target)
            for k in network.links
            if k.source in columns and k.target in columns and columns[k.source] < columns[k.target]
        )
    )
    count = max(columns.values(), default=-1) + 1
    lanes, widest = _lanes(columns, count, links)
    order = sorted(columns, key=lambda id: (columns[id], lanes[id]))
    return Grid({id: (columns[id], lanes[id]) for id in order}, count, widest, links)


def _columns(network: Network) -> dict[str, int]:
    columns: dict[str, int] = {}
    for id in network.order:
        before = (columns[k.source] for k in network.incoming[id] if k.source in columns)
        columns[id] = max(before, default=-1) + 1
    behind = max(columns.values(), default=-1)
    for id in network.by_id:
        if id not in columns:
            behind += 1
            columns[id] = behind
    return columns


def _lanes(
    columns: dict[str, int], count: int, links: tuple[tuple[str, str], ...]
) -> tuple[dict[str, int], tuple[int, ...]]:
    """The lane of each layer, and the last lane in use in each column."""
    sources: dict[str, list[str]] = {id: [] for id in columns}
    targets: dict[str, list[str]] = {id: [] for id in columns}
    for source, target in links:
        sources[target].append(source)
        targets[source].append(target)
    left = _steps_left(columns, targets)
    by_column: list[list[str]] = [[] for _ in range(count)]
    for id, column in columns.items():
        by_column[column].append(id)
    lanes: dict[str, int] = {}
    widest = []
    held: dict[str, int] = {}  # layers whose lane nobody has taken over yet
    for column, ids in enumerate(by_column):
        taken: dict[str, int] = {}
        for id in sorted(ids, key=lambda one: -left[one]):
            own = [held[source] for source in sources[id] if source in held]
            if own:
                lane = min(own)
                held = {source: at for source, at in held.items() if at != lane}
            else:
                lane = _free({*held.values(), *taken.values()})
            taken[id] = lanes[id] = lane
        passing = {
            id: lane
            for id, lane in held.items()
            if any(columns[target] > column for target in targets[id])
        }
        widest.append(max((*passing.values(), *taken.values()), default=0))
        held = passing | {id: lane for id, lane in taken.items() if targets[id]}
    return lanes, tuple(widest)


def _steps_left(columns: dict[str, int], targets: dict[str, list[str]]) -> dict[str, int]:
    """How long the longest way from each layer to an end is."""
    left: dict[str, int] = {}
    for id in sorted(columns, key=lambda one: -columns[one]):
        left[id] = max((left[target] + 1 for target in targets[id]), default=0)
    return left


def _free(taken: set[int]) -> int:
    lane = 0
    while lane in taken:
        lane += 1
    return lane
