"""Where cards stand: free places, room in a chain, cards in line and evenly apart.

Pure functions from a network to positions by id, for ``core.edits.move``. All lengths are logical
pixels; y points down, and a card's position is its upper left corner.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from enum import StrEnum

from cnnstudio.core.layout import CARD_HEIGHT, CARD_PITCH, CARD_WIDTH, COLUMN_PITCH
from cnnstudio.core.network import Link, Network

Point = tuple[float, float]
_NEAR = 1.0  # less than this is no distance


class Edge(StrEnum):
    """What cards are brought in line by."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"

    @property
    def axis(self) -> int:
        """0 where x changes, 1 where y does."""
        return 0 if self in (Edge.LEFT, Edge.CENTRE, Edge.RIGHT) else 1


def aligned(network: Network, ids: Collection[str], edge: Edge) -> dict[str, Point]:
    """Brings cards in line; those that would then lie on each other stand one pitch apart.

    Args:
        network: The network.
        ids: Ids of the layers.
        edge: Left and top go to the first card there is, right and bottom to the last, centre and
            middle halfway between the two.
    """
    places = {id: network.by_id[id].position for id in ids}
    if len(places) < 2:
        return places
    axis = edge.axis
    along = [at[axis] for at in places.values()]
    if edge in (Edge.LEFT, Edge.TOP):
        line = min(along)
    elif edge in (Edge.RIGHT, Edge.BOTTOM):
        line = max(along)
    else:
        line = (min(along) + max(along)) / 2
    size, pitch = ((CARD_HEIGHT, CARD_PITCH), (CARD_WIDTH, COLUMN_PITCH))[axis]
    result: dict[str, Point] = {}
    before = -math.inf
    for id, at in sorted(places.items(), key=lambda item: (item[1][1 - axis], item[1][axis])):
        across = before + pitch if at[1 - axis] < before + size else at[1 - axis]
        result[id] = (line, across) if axis == 0 else (across, line)
        before = across
    return result


def distributed(network: Network, ids: Collection[str], axis: int) -> dict[str, Point]:
    """Puts cards at equal distances between the first and the last of them.

    Cards that would then lie on each other stand one pitch apart.

    Args:
        network: The network.
        ids: Ids of the layers; fewer than three stay where they are.
        axis: 0 horizontally, 1 vertically.
    """
    places = {id: network.by_id[id].position for id in ids}
    if len(places) < 3:
        return places
    order = sorted(places, key=lambda id: (places[id][axis], places[id][1 - axis]))
    first, last = places[order[0]][axis], places[order[-1]][axis]
    step = (last - first) / (len(order) - 1)
    result = _spread(places, order, axis, first, step)
    ends = [result[id] for id in order]
    if any(_meet(a, b) for a, b in itertools.pairwise(ends)):
        result = _spread(places, order, axis, first, (COLUMN_PITCH, CARD_PITCH)[axis])
    return result


def _spread(
    places: Mapping[str, Point], order: list[str], axis: int, first: float, step: float
) -> dict[str, Point]:
    result = {}
    for number, id in enumerate(order):
        along, across = first + number * step, places[id][1 - axis]
        result[id] = (along, across) if axis == 0 else (across, along)
    return result


def free_place(network: Network, at: Point) -> Point:
    """`at`, or the first place right of it where a card lies on no other."""
    taken = [node.position for node in network.by_id.values()]
    x, y = at
    while any(_meet((x, y), other) for other in taken):
        x += COLUMN_PITCH
    return x, y


def beside(network: Network, clip: Network) -> Point:
    """How far the cards of `clip` move to stand right of all others, level with the first of them.

    Args:
        network: The network they come to.
        clip: Their layers.
    """
    there, new = ([node.position for node in one.by_id.values()] for one in (network, clip))
    if not there or not new:
        return 0.0, 0.0
    right = max(x for x, _ in there) + COLUMN_PITCH
    return right - min(x for x, _ in new), min(y for _, y in there) - min(y for _, y in new)


def slot_on(network: Network, link: Link, height: float = CARD_PITCH) -> tuple[Point, float]:
    """Where what is put on a link stands, and how far down the link's target must go for it.

    Room that is there already is used, above the target or in a column beside it.

    Args:
        network: The network.
        link: The link.
        height: What it takes: one pitch for one card.
    """
    source, (x, y) = network.by_id[link.source].position, network.by_id[link.target].position
    spare = min(max(y - source[1] - CARD_PITCH, 0.0), height)
    place = (x, y - spare)
    rest = [node.position for id, node in network.by_id.items() if id != link.target]
    in_the_way = any(
        abs(at[0] - x) < CARD_WIDTH and y - spare - CARD_HEIGHT < at[1] < y for at in rest
    )
    if not in_the_way:
        return place, height - spare
    if spare == height == CARD_PITCH:
        return free_place(network, place), 0.0
    return (x, y), height


def pushed_down(network: Network, id: str, height: float) -> dict[str, Point]:
    """Moves a card down by `height`, and those behind it only as far as that takes their room."""
    by = {id: height} if height > 0 else {}
    for one in network.order if by else ():
        y = network.by_id[one].position[1]
        for link in network.incoming[one]:
            if link.source in by and one != id:
                apart = y - network.by_id[link.source].position[1]
                needed = by[link.source] + min(apart, CARD_PITCH) - apart
                if apart > 0 and needed > by.get(one, 0.0):
                    by[one] = needed
    return {one: _shifted(network, one, shift) for one, shift in by.items()}


def pulled_up(network: Network, link: Link, height: float) -> dict[str, Point]:
    """Closes a gap on a link: its target and all behind that go up, by `height` at most.

    No card comes nearer than a pitch to one that feeds it, and none lies on another: then all
    stay where they are.
    """
    behind = {link.target}
    for one in network.order:
        if any(k.source in behind for k in network.incoming[one]):
            behind.add(one)
    top = network.by_id[link.target].position[1]
    behind = {id for id in behind if network.by_id[id].position[1] >= top}
    room = [
        network.by_id[id].position[1] - network.by_id[k.source].position[1] - CARD_PITCH
        for id in behind
        for k in network.incoming[id]
        if k.source in network.by_id and k.source not in behind
    ]
    by = min([height, *room])
    if by < _NEAR:
        return {}
    moved = {id: _shifted(network, id, -by) for id in behind}
    rest = sorted((n.position for id, n in network.by_id.items() if id not in moved), key=_height)
    for at in moved.values():
        first = bisect_left(rest, at[1] - CARD_HEIGHT, key=_height)
        last = bisect_right(rest, at[1] + CARD_HEIGHT, key=_height)
        if any(_meet(at, other) for other in rest[first:last]):
            return {}
    return moved


def gaps_closed(network: Network, links: Collection[Link], height: float) -> dict[str, Point]:
    """Closes a gap on each of some links, as `pulled_up` does on one, in one pass.

    Args:
        network: The network.
        links: The links.
        height: How far each target comes nearer, at most.
    """
    if len(links) == 1:
        return pulled_up(network, next(iter(links)), height)
    closing = set(links)
    by: dict[str, float] = {}
    for id in network.order:
        wanted, most = 0.0, math.inf
        for link in network.incoming[id]:
            if (above := network.by_id.get(link.source)) is not None:
                apart = network.by_id[id].position[1] - above.position[1]
                room = max(apart - CARD_PITCH, 0.0)
                before = by.get(link.source, 0.0)
                near = min(room, height) if link in closing and room >= _NEAR else 0.0
                wanted, most = max(wanted, before + near), min(most, before + room)
        if min(wanted, most) >= _NEAR:
            by[id] = min(wanted, most)
    moved = {id: _shifted(network, id, -up) for id, up in by.items()}
    places = {id: moved.get(id, node.position) for id, node in network.by_id.items()}
    order = sorted(places, key=lambda id: places[id][1])
    heights = [places[id][1] for id in order]
    for number, id in enumerate(order):
        last = bisect_left(heights, heights[number] + CARD_HEIGHT)
        for other in order[number + 1 : last]:
            if by.get(id) != by.get(other) and _meet(places[id], places[other]):
                return {}
    return moved


def _shifted(network: Network, id: str, by: float) -> Point:
    x, y = network.by_id[id].position
    return x, y + by


def _height(at: Point) -> float:
    return at[1]


def _meet(a: Point, b: Point) -> bool:
    """Whether cards at these places lie on each other."""
    return abs(a[0] - b[0]) < CARD_WIDTH and abs(a[1] - b[1]) < CARD_HEIGHT
