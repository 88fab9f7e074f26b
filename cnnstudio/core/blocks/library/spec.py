"""What a library block declares, and the sketch its layers are drawn on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.blocks.bodies import Body
from cnnstudio.core.network import Link, Network
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import Text

IN = ""
"""What a block is given, as a source on its sketch."""

_CHANNELS = 64  # of the feature map, where it isn't known yet


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block goes: it sizes itself to that.

    Attributes:
        shape: The shape it is given, the batch left out; None while it isn't known.
        classes: How many classes the network tells apart.
    """

    shape: Shape | None = None
    classes: int = 10

    @property
    def channels(self) -> int:
        """The channels it is given."""
        return self.shape[-1] if self.shape else _CHANNELS

    @property
    def width(self) -> int:
        """The channels a block works with that changes as little as it can.

        Those it is given, unless they are a picture's own: then 16 for pictures of up to 64 rows,
        as in ResNet's networks for CIFAR-10, and 64 for larger ones, as in those for ImageNet.
        """
        if self.channels >= 16:
            return self.channels
        return 16 if self.shape and self.shape[0] <= 64 else 64


class Sketch:
    """A block's layers while they are drawn, each behind the last one unless told otherwise.

    Args:
        place: Where the block goes.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._network = Network()
        self._parts: dict[str, str] = {}
        self._entries: list[tuple[str, int]] = []
        self._own: list[str] = []
        self._last = IN

    def layer(
        self,
        part: str,
        kind: str,
        *sources: str,
        own: tuple[str, ...] = (),
        **params: object,
    ) -> str:
        """Draws a layer and returns its id, a source for others.

        Args:
            part: Its part in the block.
            kind: Its kind's id.
            sources: What feeds it, by slot; the layer drawn last by default.
            own: Parameters sized to the place, which follow no other use.
            params: Parameters that aren't the default.
        """
        self._network = edits.add(self._network, kind, params=params)
        id = self._network.layers[-1].id
        for slot, source in enumerate(sources or (self._last,)):
            if source == IN:
                self._entries.append((id, slot))
            else:
                link = Link(source, id, slot)
                links = (*self._network.links, link)
                self._network = replace(self._network, links=links)
        self._parts[id] = part
        self._own += [f"{part}.{name}" for name in own]
        self._last = id
        return id

    def body(self, name: str, pattern: str) -> Body:
        """What was drawn; the layer drawn last is the exit."""
        return Body(
            name=name,
            pattern=pattern,
            network=self._network,
            parts=self._parts,
            entries=tuple(self._entries),
            exit=self._last,
            own=tuple(self._own),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryBlock:
    """A block that ships with the studio.

    Attributes:
        id: Its id in the palette.
        name: What its uses are called, with a number where the name is taken.
        pattern: The name its uses share; two sizes of one design share it.
        title: What the palette calls it.
        summary: What it does, in one sentence.
        help: Why it is built like that, for a learner, with what sizes itself to the place.
        paper: Where it was first described: authors, year, title, arXiv number.
        draw: Draws its layers.
    """

    id: str
    name: str
    pattern: str
    title: Text
    summary: Text
    help: Text
    paper: str
    draw: Callable[[Sketch], None]

    def body(self, place: Place) -> Body:
        """Its inside, sized to a place.

        Raises:
            BadInput: If the studio has no layer kind that it needs.
        """
        sketch = Sketch(place)
        self.draw(sketch)
        return sketch.body(self.name, self.pattern)
