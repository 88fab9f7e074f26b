"""Automatic layout: rows by depth, the longest way straight down, branches in columns beside it.

Layers are put on *tracks*: chains that go straight down. The first track is the longest way
through the network, the others are what branches off. Their order from left to right follows
where they come from and the inputs they lead to, so that branches of a block lie in the order of
its merge and don't cross; then each takes the column nearest to the first track. A link without a
layer on it (a skip) has no track: it is drawn outside the cards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from cnnstudio.core.network import Network

CARD_WIDTH = 304.0
CARD_HEIGHT = 56.0
CARD_PITCH = CARD_HEIGHT + 22.0
COLUMN_PITCH = 352.0
FAN = 26.0
"""So much higher is the gap between two rows in which links change columns."""

_MOST_KEPT = 10  # rows below its last layer that a track keeps free for its output


def lay_out(network: Network) -> Network:
    """Gives every card a place; the same network always gets the same ones.

    Every layer stands below what feeds it, no card lies on another, and no other card stands
    between two layers of a track. Layers on a cycle, and those behind one, follow below in the
    order of `layers`.
    """
    rows = _rows(network)
    columns = _columns(network, rows)
    tops = _tops(network, rows, columns)
    layers = tuple(
        replace(node, position=(columns[node.id] * COLUMN_PITCH, tops[rows[node.id]]))
        for node in network.layers
    )
    return network if layers == network.layers else replace(network, layers=layers)


def _rows(network: Network) -> dict[str, int]:
    """Every layer's row, in the order of `network.order`: the length of the longest way to it.

    What nothing feeds stands right above what it feeds.
    """
    rows: dict[str, int] = {}
    for id in network.order:
        above = (rows[k.source] for k in network.incoming[id] if k.source in rows)
        rows[id] = max(above, default=-1) + 1
    for id in network.order:
        if not network.incoming[id] and network.outgoing[id]:
            below = (rows[k.target] for k in network.outgoing[id] if k.target in rows)
            rows[id] = max(min(below, default=1) - 1, 0)
    for id in network.by_id:
        if id not in rows:
            rows[id] = max(rows.values(), default=-1) + 1
    return rows


@dataclass(eq=False)
class _Track:
    """A chain that goes straight down.

    Attributes:
        ids: Its layers.
        top: Its first row.
        bottom: Its last row, those included in which only its output goes on down.
    """

    ids: list[str]
    top: int
    bottom: int
    left: list[_Track] = field(default_factory=list)
    right: list[_Track] = field(default_factory=list)

    @property
    def span(self) -> int:
        """Its rows, one bit each."""
        return ((1 << (self.bottom - self.top + 1)) - 1) << self.top


def _columns(network: Network, rows: dict[str, int]) -> dict[str, int]:
    """Every layer's column; 0 for the longest way."""
    tracks = _tracks(network, rows)
    if not tracks:
        return {}
    _hang(network, tracks)
    trunk = tracks[0]
    columns = dict.fromkeys(trunk.ids, 0)
    taken = {0: trunk.span}
    for side, splits in ((1, _splits(trunk.right)), (-1, _splits(trunk.left))):
        for split in splits:
            placed: list[tuple[int, int]] = []  # (column, rows) of this split's tracks
            for track in split if side > 0 else reversed(split):
                column = 1 + max((c for c, span in placed if span & track.span), default=0)
                while taken.get(side * column, 0) & track.span:
                    column += 1
                taken[side * column] = taken.get(side * column, 0) | track.span
                placed.append((column, track.span))
                columns |= dict.fromkeys(track.ids, side * column)
    return columns


def _splits(branches: list[_Track]) -> list[list[_Track]]:
    """The tracks on one side, from left to right, those that branch off in one row together.

    Short ones come first, so that they lie inside those that go past them.
    """
    by_top: dict[int, list[_Track]] = {}
    for track in branches:
        by_top.setdefault(track.top, []).extend(_in_order(track))
    return sorted(by_top.values(), key=_reach)


def _reach(split: list[_Track]) -> tuple[int, int]:
    """How many rows a split goes down, and where it begins."""
    top = min(track.top for track in split)
    return max(track.bottom for track in split) - top, top


def _tracks(network: Network, rows: dict[str, int]) -> list[_Track]:
    """All layers as tracks, the longest way first, then from the top down."""
    ahead: dict[str, int] = {}  # how many layers the longest way from here still has
    for id in reversed(network.order):
        ahead[id] = 1 + max((ahead.get(k.target, 0) for k in network.outgoing[id]), default=0)
    starts = sorted(network.order, key=lambda id: -ahead[id])[:1]
    on: set[str] = set()
    tracks = []
    for start in (*starts, *network.order, *network.by_id):
        if start in on:
            continue
        ids = [start]
        while following := [
            k.target
            for k in network.outgoing[ids[-1]]
            if k.target not in on and k.target in ahead and k.target not in ids
        ]:
            ids.append(max(following, key=lambda id: ahead[id]))
        on.update(ids)
        leads = [rows[k.target] for k in network.outgoing[ids[-1]] if k.target in rows]
        top, last = rows[ids[0]], rows[ids[-1]]
        below = min(max([last, *(row - 1 for row in leads)]), last + _MOST_KEPT)
        tracks.append(_Track(ids, top, below))
    return tracks


def _hang(network: Network, tracks: list[_Track]) -> None:
    """Gives every track those that branch off it, in their order from left to right."""
    of = {id: track for track in tracks for id in track.ids}
    away: dict[int, int] = {}
    for track in tracks[1:]:
        beside, side = _neighbour(network, of, track, tracks[0])
        away[id(track)] = side
        (beside.left if side < 0 else beside.right).append(track)
    for track in tracks:  # the farthest from the merge's own input goes outermost
        track.left.sort(key=lambda one: away[id(one)])
        track.right.sort(key=lambda one: away[id(one)])


def _in_order(track: _Track) -> Iterable[_Track]:
    """The track with all that lies left and right of it; without recursion, they may be many."""
    stack: list[tuple[_Track, bool]] = [(track, False)]
    while stack:
        one, opened = stack.pop()
        if opened:
            yield one
            continue
        stack += [(other, False) for other in reversed(one.right)]
        stack.append((one, True))
        stack += [(other, False) for other in reversed(one.left)]


def _neighbour(
    network: Network, of: dict[str, _Track], track: _Track, trunk: _Track
) -> tuple[_Track, int]:
    """The track a branch lies beside, and how far from it: negative on its left.

    It lies beside the track it branches off if that leads to the same merge or goes on there, on
    the side its input of the merge is on.
    """
    comes = [k.source for k in network.incoming[track.ids[0]] if k.source in of]
    leads = [k for k in network.outgoing[track.ids[-1]] if of.get(k.target, track) is not track]
    parent = of[comes[0]] if comes else None
    if parent is track:
        parent = None
    if not leads:
        return parent or trunk, 1
    into = leads[0]
    merged = of[into.target]
    beside = parent if parent is not None else merged
    own = _slot_of(network, beside, into.target)
    if own is None and (via := _slot_of(network, merged, into.target)) is not None:
        beside, own = merged, via
    if beside is track or own is None:
        return trunk, 1
    return beside, (into.slot - own) or 1


def _slot_of(network: Network, track: _Track, target: str) -> int | None:
    """The input of `target` that a track leads to; None if it doesn't."""
    ids = set(track.ids)
    slots = [k.slot for k in network.incoming[target] if k.source in ids]
    if target in ids:  # its own way in, not a skip past it
        before = track.ids[track.ids.index(target) - 1] if target != track.ids[0] else ""
        slots = [k.slot for k in network.incoming[target] if k.source == before] or slots
    return slots[0] if slots else None


def _tops(network: Network, rows: dict[str, int], columns: dict[str, int]) -> list[float]:
    """How far down each row is: farther where links change columns above it."""
    fans = [0.0] * (max(rows.values(), default=-1) + 1)
    for link in network.links:
        known = link.source in columns and link.target in columns
        if known and columns[link.source] != columns[link.target]:
            fans[rows[link.target]] = FAN
    tops, y = [], 0.0
    for number, fan in enumerate(fans):
        y += (CARD_PITCH + fan) if number else 0.0
        tops.append(y)
    return tops
