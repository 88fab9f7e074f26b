"""What a network drawn as volumes is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cnnstudio.core.shapes import Shape
from cnnstudio.core.windows import Span

SMALLEST_ANGLE, LARGEST_ANGLE, USUAL_ANGLE = 20, 45, 30
CAPTION = 84.0
"""The height of the three lines below a volume."""

_LABEL_DOWN = 11.5

Point = tuple[float, float]
Polygon = tuple[Point, ...]


class Scale(StrEnum):
    """How lengths follow numbers."""

    LOG = "log"
    LINEAR = "linear"


class Form(StrEnum):
    """What a layer's output is drawn as."""

    BOX = "box"
    BAR = "bar"
    UNKNOWN = "unknown"


class Look(NamedTuple):
    """How a network is projected.

    Attributes:
        scale: How lengths follow numbers.
        angle: At how many degrees columns recede, 20 to 45.
    """

    scale: Scale = Scale.LOG
    angle: int = USUAL_ANGLE


USUAL = Look()


class Label(NamedTuple):
    """A number beside a volume.

    Attributes:
        text: The number; "?" where it isn't known.
        x: Where it is aligned.
        y: The middle of its line.
        align: −1 if it begins at x, 0 if x is its middle, 1 if it ends there.
    """

    text: str
    x: float
    y: float
    align: int


@dataclass(frozen=True, slots=True)
class Volume:
    """One layer's output.

    Attributes:
        id: The layer, or the collapsed block.
        form: Box, bar, or unknown.
        shape: Its output shape; () where it isn't known.
        x: The left edge of its front.
        y: The lower edge of its front.
        width: Its channels.
        height: Its rows, or the values of a vector.
        reach: How far its columns lead to the right.
        rise: How far they lead up.
        column: Its place along the network, from 0.
        lane: The branch it stands in; 0 is the main one.
    """

    id: str
    form: Form
    shape: Shape
    x: float
    y: float
    width: float
    height: float
    reach: float
    rise: float
    column: int
    lane: int

    @property
    def right(self) -> float:
        """Its rightmost x."""
        return self.x + self.width + self.reach

    @property
    def summit(self) -> float:
        """Its uppermost y."""
        return self.y - self.height - self.rise

    @property
    def middle(self) -> float:
        """The x its caption is centred on."""
        return (self.x + self.right) / 2

    @property
    def front(self) -> Polygon:
        """Rows and channels."""
        x, y, right, top = self.x, self.y, self.x + self.width, self.y - self.height
        return (x, y), (x, top), (right, top), (right, y)

    @property
    def top(self) -> Polygon:
        """Columns and channels."""
        x, right, top = self.x, self.x + self.width, self.y - self.height
        up = top - self.rise
        return (x, top), (x + self.reach, up), (right + self.reach, up), (right, top)

    @property
    def side(self) -> Polygon:
        """Rows and columns: the feature map as a picture, from its upper left corner on."""
        return self.cells((0, self._rows), (0, self._columns))

    @property
    def outline(self) -> Polygon:
        """What it covers."""
        (a, b, _, d), up, reach = self.front, self.summit, self.reach
        if not reach:
            return self.front
        right = self.right
        return a, b, (self.x + reach, up), (right, up), (right, self.y - self.rise), d

    def cells(self, rows: Span, columns: Span) -> Polygon:
        """Some cells on its side, from their upper left corner on; for a bar some of its values."""
        tall, deep = self.height / self._rows, 1 / self._columns
        first, last = (n * tall for n in rows)
        near, far = (n * deep for n in columns)
        top = self.y - self.height
        x = self.x + self.width
        if self.form is not Form.BOX or not self.reach:
            x0, x1 = self.x, x
            return (x0, top + first), (x1, top + first), (x1, top + last), (x0, top + last)
        x0, x1 = x + near * self.reach, x + far * self.reach
        up0, up1 = near * self.rise, far * self.rise
        return (
            (x0, top + first - up0),
            (x1, top + first - up1),
            (x1, top + last - up1),
            (x0, top + last - up0),
        )

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and column on its side under a point; None elsewhere."""
        if self.form is not Form.BOX or not self.reach:
            return None
        deep = (x - self.x - self.width) / self.reach
        tall = (y - (self.y - self.height) + deep * self.rise) / self.height
        if not (0 <= deep < 1 and 0 <= tall < 1):
            return None
        return int(tall * self._rows), int(deep * self._columns)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The numbers of its shape."""
        middle, below = self.x + self.width / 2, self.y + _LABEL_DOWN
        if self.form is Form.UNKNOWN:
            return (Label("?", middle, self.y - self.height / 2, 0),)
        if self.form is Form.BAR:
            return (Label(f"{math.prod(self.shape):,}", middle, below, 0),)
        found = [
            Label(f"{self._channels}", middle, below, 0),
            Label(f"{self.shape[0]}", self.x - 6, self.y - 0.27 * self.height, 1),
        ]
        if self.reach:
            x, y = self.x + self.width + self.reach / 2, self.y - self.rise / 2
            found.append(Label(f"{self.shape[1]}", x + 8, y + 10, -1))
        return tuple(found)

    @property
    def _rows(self) -> int:
        return self.shape[0] if self.shape else 1

    @property
    def _columns(self) -> int:
        return self.shape[1] if len(self.shape) > 2 else 1

    @property
    def _channels(self) -> int:
        return math.prod(self.shape[2:]) if len(self.shape) > 2 else self.shape[-1]


class Arrow(NamedTuple):
    """A link, drawn along a line with right angles to its end.

    Attributes:
        source: The layer that gives.
        target: The layer that takes.
        points: Its corners; the last is its tip.
    """

    source: str
    target: str
    points: Polygon


class Bracket(NamedTuple):
    """What spans a part of the network from above.

    Attributes:
        part: 0 for the feature extractor, 1 for the classifier.
        left: Its left end.
        right: Its right end.
        y: Its line.
    """

    part: int
    left: float
    right: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A network as volumes.

    Attributes:
        volumes: By layer or collapsed block, from left to right.
        arrows: The links between them.
        brackets: Feature extractor and classifier, once there are both.
        layers: The layer whose output each volume is: of a block the one that leads on.
    """

    volumes: Mapping[str, Volume]
    arrows: tuple[Arrow, ...]
    brackets: tuple[Bracket, ...]
    layers: Mapping[str, str]
