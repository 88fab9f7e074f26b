"""Where cards, ports and links lie, and what lies under a point. No Qt: only numbers.

All lengths are logical pixels in canvas coordinates; y points down, and a card's position is its
upper left corner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cnnstudio.core.network import Link

CARD_WIDTH, CARD_HEIGHT = 304.0, 56.0
GAP = 22.0
ROW = CARD_HEIGHT + GAP
COLUMN = 352.0
GRID = 24.0
PORT, PORT_HOVER, PORT_HIT = 10.0, 12.0, 24.0
PORT_SPREAD = 32.0
SNAP = 24.0
ALIGN = 8.0
LINK_HIT = 8.0
_SAMPLES = 12


class Point(NamedTuple):
    """A point on the canvas."""

    x: float
    y: float


class Rect(NamedTuple):
    """An upright rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """Its middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def holds(self, p: Point) -> bool:
        """Whether `p` lies in it, edges included."""
        return self.x <= p.x <= self.right and self.y <= p.y <= self.bottom

    def meets(self, other: Rect) -> bool:
        """Whether the two share a point."""
        return not (
            other.x > self.right
            or other.right < self.x
            or other.y > self.bottom
            or other.bottom < self.y
        )

    def grown(self, by: float) -> Rect:
        """The rectangle with `by` more on each side."""
        return Rect(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)


class Curve(NamedTuple):
    """A cubic Bézier curve."""

    start: Point
    control_1: Point
    control_2: Point
    end: Point

    def at(self, t: float) -> Point:
        """The point at 0 ≤ t ≤ 1."""
        u = 1 - t
        a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        p, q, r, s = self
        return Point(a * p.x + b * q.x + c * r.x + d * s.x, a * p.y + b * q.y + c * r.y + d * s.y)


Path = tuple[Curve, ...]
Places = Mapping[str, Point]


def card_rect(at: Point) -> Rect:
    """The card that stands at `at`."""
    return Rect(at[0], at[1], CARD_WIDTH, CARD_HEIGHT)


def input_port(at: Point, slot: int = 0, count: int = 1) -> Point:
    """The middle of an input port: on the top edge, several spread about its middle."""
    offset = (slot - (count - 1) / 2) * PORT_SPREAD
    return Point(at[0] + CARD_WIDTH / 2 + offset, at[1])


def output_port(at: Point) -> Point:
    """The middle of the output port."""
    return Point(at[0] + CARD_WIDTH / 2, at[1] + CARD_HEIGHT)


def bounds(rects: Iterable[Rect]) -> Rect | None:
    """The smallest rectangle around all of them; None if there is none."""
    rects = list(rects)
    if not rects:
        return None
    left, top = min(r.x for r in rects), min(r.y for r in rects)
    return Rect(left, top, max(r.right for r in rects) - left, max(r.bottom for r in rects) - top)


# --- links -------------------------------------------------------------------------------------


def line(a: Point, b: Point) -> Curve:
    """A straight line as a curve."""
    third = Point(a.x + (b.x - a.x) / 3, a.y + (b.y - a.y) / 3)
    return Curve(a, third, Point(2 * third.x - a.x, 2 * third.y - a.y), b)


def direct(start: Point, end: Point) -> Path:
    """A link with nothing in its way: straight when aligned, otherwise a vertical cubic."""
    if abs(start.x - end.x) < 0.5 and end.y >= start.y:
        return (line(start, end),)
    reach = max(abs(end.y - start.y) / 2, GRID)
    return (Curve(start, Point(start.x, start.y + reach), Point(end.x, end.y - reach), end),)


def distance(path: Path, p: Point) -> float:
    """How far `p` is from the nearest point of `path`."""
    best = math.inf
    for curve in path:
        a = curve.start
        for step in range(1, _SAMPLES + 1):
            b = curve.at(step / _SAMPLES)
            best = min(best, _to_segment(a, b, p))
            a = b
    return best


def _to_segment(a: Point, b: Point, p: Point) -> float:
    dx, dy = b.x - a.x, b.y - a.y
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else ((p.x - a.x) * dx + (p.y - a.y) * dy) / length
    t = min(1.0, max(0.0, t))
    return math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy)


def path_moved(path: Path, dx: float, dy: float) -> Path:
    """The path, elsewhere."""
    return tuple(Curve(*(Point(p.x + dx, p.y + dy) for p in curve)) for curve in path)


def path_bounds(path: Path) -> Rect:
    """A rectangle that holds the path (its control points)."""
    xs = [p.x for curve in path for p in curve]
    ys = [p.y for curve in path for p in curve]
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def path_middle(path: Path) -> Point:
    """Where a link's label stands."""
    return path[len(path) // 2].at(0.5)


# --- hit-testing ---------------------------------------------------------------------------------


class Port(NamedTuple):
    """A place a link can start or end.

    Attributes:
        layer: The layer's id.
        slot: The input counted from 0; −1 for the output.
    """

    layer: str
    slot: int

    @property
    def is_output(self) -> bool:
        """Whether a link starts here."""
        return self.slot < 0


def port_place(port: Port, places: Places, ports: Mapping[str, int]) -> Point:
    """Where a port is."""
    at = places[port.layer]
    if port.is_output:
        return output_port(at)
    return input_port(at, port.slot, max(ports.get(port.layer, 1), port.slot + 1))


def nearest_port(
    p: Point, candidates: Iterable[Port], places: Places, ports: Mapping[str, int], within: float
) -> Port | None:
    """The candidate nearest to `p`, at most `within` away."""
    best, best_distance = None, within
    for port in candidates:
        far = math.dist(p, port_place(port, places, ports))
        if far <= best_distance:
            best, best_distance = port, far
    return best


def card_at(p: Point, places: Places) -> str | None:
    """The card under `p`; the one drawn last where several lie there."""
    under = cards_near(p, places, 0.0)
    return under[-1] if under else None


def cards_near(p: Point, places: Places, reach: float) -> list[str]:
    """The cards at most `reach` away from `p`, the one drawn last at the end."""
    x, y = p
    right, below = CARD_WIDTH + reach, CARD_HEIGHT + reach
    return [
        id
        for id, at in places.items()
        if -reach <= x - at[0] <= right and -reach <= y - at[1] <= below
    ]


def neighbour(id: str, dx: int, dy: int, places: Places) -> str | None:
    """The card an arrow key leads to: the nearest one in that direction.

    Args:
        id: Where the focus is.
        dx: −1 left, 1 right, 0 neither.
        dy: −1 up, 1 down, 0 neither.
        places: Where the cards stand.
    """
    here = card_rect(places[id]).centre
    best, best_cost = None, math.inf
    for other, at in places.items():
        if other == id:
            continue
        there = card_rect(at).centre
        ahead = (there.x - here.x) * dx + (there.y - here.y) * dy
        aside = abs((there.x - here.x) * dy) + abs((there.y - here.y) * dx)
        if ahead <= 0 or aside > 2 * ahead + (CARD_WIDTH / 2 if dy else CARD_HEIGHT / 2):
            continue
        cost = ahead + 2 * aside
        if cost < best_cost:
            best, best_cost = other, cost
    return best


class Slot(NamedTuple):
    """Where a dropped layer would land.

    Attributes:
        at: The upper left corner of its card.
        link: The link it would be inserted on; None elsewhere.
        after: The layer it would be connected behind where there is no link; "" if none.
        joins: The layers it would take together if it merges; none unless several are meant.
    """

    at: Point
    link: Link | None = None
    after: str = ""
    joins: tuple[str, ...] = ()


def slot_at(
    p: Point, network_links: Mapping[Link, Path], places: Places, ends: Iterable[str]
) -> Slot | None:
    """Where a layer dropped at `p` would join the network; None where it would stand alone.

    Args:
        p: The pointer.
        network_links: Every link with its path.
        places: Where the cards stand.
        ends: Layers whose output leads nowhere yet.
    """
    best: Slot | None = None
    best_distance = SNAP
    for link, path in network_links.items():
        if not path_bounds(path).grown(CARD_WIDTH / 2).holds(p):
            continue
        far = 0.0 if _in_band(p, path) else distance(path, p)
        if far < best_distance or (far == 0.0 and best_distance == SNAP):
            target = places[link.target]
            best, best_distance = Slot(target, link), far
    if best is not None:
        return best
    for id in ends:
        card = card_rect(places[id])
        below = Rect(card.x, card.centre.y, card.width, CARD_HEIGHT / 2 + ROW)
        if below.holds(p):
            return Slot(Point(card.x, card.y + ROW), None, id)
    return None


def _in_band(p: Point, path: Path) -> bool:
    """Between the middles of the two cards of a straight link."""
    start, end = path[0].start, path[-1].end
    if len(path) > 1 or abs(start.x - end.x) > 0.5:
        return False
    half = CARD_HEIGHT / 2
    return abs(p.x - start.x) <= CARD_WIDTH / 2 and start.y - half <= p.y <= end.y + half


def aligned(at: Point, others: Iterable[Point]) -> Point:
    """`at`, taken onto the column and row of a card nearby (within 8 px)."""
    others = list(others)
    x = _nearest(at.x, [o[0] for o in others])
    y = _nearest(at.y, [o[1] + step for o in others for step in (0.0, ROW, -ROW)])
    return Point(x, y)


def _nearest(value: float, candidates: Iterable[float]) -> float:
    best = min(candidates, key=lambda c: abs(c - value), default=value)
    return best if abs(best - value) <= ALIGN else value
