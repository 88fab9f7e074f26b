"""A network as a value: layers and the links between them, valid or not.

An invalid network can be held, saved and explained: a layer keeps raw parameter values, an
unknown kind keeps its name and config, and a link may lead nowhere. ``core.analysis`` says what
is wrong with it.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import msgspec

from cnnstudio.core.layers.custom import CustomLayer, custom_kind
from cnnstudio.core.layers.parameters import ParameterError
from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.layers.spec import LayerKind


class StoredWeights(msgspec.Struct, frozen=True, omit_defaults=True):
    """Weights a layer brought along: where its arrays lie, and their shapes.

    The layer takes them for as long as its variables have these shapes; see
    ``NodeAnalysis.keeps_weights``.

    Attributes:
        file: SHA-256, in hexadecimal digits, of the ``.npz`` file that has the arrays.
        layer: Which layer of that file, counted from 0; its arrays are called ``layer/0``,
            ``layer/1`` and so on, in the order Keras makes the variables.
        shapes: The shapes of the arrays, in that order.
        extra: Unknown keys of the project file, kept.
    """

    file: str
    layer: int
    shapes: tuple[tuple[int, ...], ...]
    extra: dict[str, Any] = {}


class LayerNode(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """One layer of a network.

    What is computed from it once (`dict=True`) is no field: neither compared, saved nor copied.

    Attributes:
        id: Unique in its network and never shown; links name it.
        kind: A layer kind's id, or any other name for a layer the studio doesn't know.
        name: The person's name for it.
        params: Raw values of the parameters that differ from their default.
        position: Where its card stands on the canvas (x, y in logical pixels).
        kept: Ids of the warnings the person keeps as they are, in alphabetical order.
        note: What the person wrote about it; lines end with a line feed.
        frozen: Whether training leaves its parameters as they are (Keras' ``trainable=False``).
        weights: The weights it starts with instead of drawn ones.
        code: The code of its class, where a person wrote that; a kind of the studio has none.
        extra: Unknown keys of the project file, kept.
    """

    id: str
    kind: str
    name: str
    params: dict[str, Any] = {}
    position: tuple[float, float] = (0.0, 0.0)
    kept: tuple[str, ...] = ()
    note: str = ""
    frozen: bool = False
    weights: StoredWeights | None = None
    code: CustomLayer | None = None
    extra: dict[str, Any] = {}

    @cached_property
    def spec(self) -> LayerKind | None:
        """The layer's kind; None if the studio doesn't know it, and it has no code either."""
        known = kind_of(self.kind)
        if known is not None or self.code is None:
            return known
        return custom_kind(self.kind, self.code, self.params)

    @property
    def custom(self) -> CustomLayer | None:
        """The code that is the layer; None for a kind of the studio, or one it doesn't know."""
        if self.code is None or self.spec is None or kind_of(self.kind) is not None:
            return None
        return self.code

    @property
    def values(self) -> dict[str, Any]:
        """The read values of all its kind's parameters; the default where a value is refused."""
        return self._reading[0]

    @property
    def refused(self) -> tuple[ParameterError, ...]:
        """One error for each raw value its kind can't take."""
        return self._reading[1]

    @cached_property
    def _reading(self) -> tuple[dict[str, Any], tuple[ParameterError, ...]]:
        values, refused = {}, []
        for parameter in self.spec.parameters if self.spec else ():
            values[parameter.name] = parameter.default
            if parameter.name in self.params:
                try:
                    values[parameter.name] = parameter.read(self.params[parameter.name])
                except ParameterError as error:
                    refused.append(error)
        return values, tuple(refused)

    def __hash__(self) -> int:
        return hash(self.id)  # `params` and `extra` can't be hashed


class Link(msgspec.Struct, frozen=True, order=True):
    """The output of one layer as an input of another.

    Attributes:
        source: Id of the layer that gives.
        target: Id of the layer that takes.
        slot: Which input of the target, counted from 0 (only merges have more than one).
        extra: Unknown keys of the project file, kept.
    """

    source: str
    target: str
    slot: int = 0
    extra: dict[str, Any] = {}

    def __hash__(self) -> int:
        return hash((self.source, self.target, self.slot))


class Block(msgspec.Struct, frozen=True, omit_defaults=True):
    """Layers seen as one; no layer is in two blocks.

    Blocks with the same `pattern` are uses of one design: layers with the same part in it
    correspond, and what is changed in one use changes in all (``core.blocks.uses``).

    Attributes:
        id: Unique among the blocks and layers of its network and never shown.
        name: The person's name for it, unique among the blocks.
        pattern: The name its uses share.
        members: Each layer's part in the pattern, by the layer's id; parts are unique.
        own: Values that follow no other use, as ``part.parameter``.
        collapsed: Whether the canvas shows it as one card.
        extra: Unknown keys of the project file, kept.
    """

    id: str
    name: str
    pattern: str
    members: dict[str, str]
    own: tuple[str, ...] = ()
    collapsed: bool = False
    extra: dict[str, Any] = {}

    def __hash__(self) -> int:
        return hash(self.id)  # `members` and `extra` can't be hashed


class Network(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """Layers and links; the order of `layers` is the order of lists and code where it is free.

    Attributes:
        layers: The layers, ids unique.
        links: The links.
        blocks: Groups of layers; what is computed and trained doesn't depend on them.
        extra: Unknown keys of the project file, kept.
    """

    layers: tuple[LayerNode, ...] = ()
    links: tuple[Link, ...] = ()
    blocks: tuple[Block, ...] = ()
    extra: dict[str, Any] = {}

    def __hash__(self) -> int:
        return hash((self.layers, self.links))  # `extra` can't be hashed

    @cached_property
    def by_id(self) -> dict[str, LayerNode]:
        """The layers by id (the first one where a damaged file repeats an id)."""
        found: dict[str, LayerNode] = {}
        for node in self.layers:
            found.setdefault(node.id, node)
        return found

    @cached_property
    def incoming(self) -> dict[str, tuple[Link, ...]]:
        """The links into each layer, by slot."""
        found: dict[str, list[Link]] = {node.id: [] for node in self.layers}
        for link in self.links:
            if link.target in found:
                found[link.target].append(link)
        return {id: tuple(sorted(links, key=lambda k: k.slot)) for id, links in found.items()}

    @cached_property
    def outgoing(self) -> dict[str, tuple[Link, ...]]:
        """The links out of each layer."""
        found: dict[str, list[Link]] = {node.id: [] for node in self.layers}
        for link in self.links:
            if link.source in found:
                found[link.source].append(link)
        return {id: tuple(links) for id, links in found.items()}

    @cached_property
    def block_of(self) -> dict[str, Block]:
        """The block of each layer that is in one."""
        return {id: block for block in self.blocks for id in block.members}

    @cached_property
    def loose(self) -> tuple[LayerNode, ...]:
        """The layers that feed no other, in the order of `layers`."""
        return tuple(
            node
            for id, node in self.by_id.items()
            if not any(link.target in self.by_id for link in self.outgoing[id])
        )

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Ids so that every layer comes after what feeds it, else in the order of `layers`.

        Layers on a cycle, and those behind one, are left out: see `cyclic`.
        """
        waiting = {
            id: len({k.source for k in links if k.source in self.by_id})
            for id, links in self.incoming.items()
        }
        rank = {id: index for index, id in enumerate(self.by_id)}
        ready = _Ready(rank, (id for id, count in waiting.items() if count == 0))
        result: list[str] = []
        while ready:
            id = ready.pop()
            result.append(id)
            for target in {k.target for k in self.outgoing[id] if k.target in waiting}:
                waiting[target] -= 1
                if waiting[target] == 0:
                    ready.push(target)
        return tuple(result)

    @cached_property
    def cyclic(self) -> frozenset[str]:
        """Ids of the layers on a cycle or behind one."""
        return frozenset(self.by_id) - frozenset(self.order)

    def free_ids(self) -> Iterator[str]:
        """Ids no layer or block has, one after the other: ``n8``, ``n9`` and so on."""
        taken = [node.id for node in self.layers]
        for block in self.blocks:
            taken += (block.id, *block.members)
        numbers = [int(id[1:]) for id in taken if re.fullmatch(r"n\d{1,9}", id)]
        return (f"n{number}" for number in itertools.count(max(numbers, default=0) + 1))

    def free_id(self) -> str:
        """An id no layer has."""
        return next(self.free_ids())

    def free_name(self, stem: str) -> str:
        """A name no layer has, as Keras counts: ``conv2d``, ``conv2d_1``, ``conv2d_2``."""
        taken = {node.name for node in self.layers}
        if stem not in taken:
            return stem
        number = 1
        while f"{stem}_{number}" in taken:
            number += 1
        return f"{stem}_{number}"


class _Ready:
    """Layers whose inputs are all done, taken in the order of `layers`."""

    def __init__(self, rank: dict[str, int], ids: Iterable[str]) -> None:
        self._rank = rank
        self._heap = [(rank[id], id) for id in ids]
        heapq.heapify(self._heap)

    def __bool__(self) -> bool:
        return bool(self._heap)

    def push(self, id: str) -> None:
        heapq.heappush(self._heap, (self._rank[id], id))

    def pop(self) -> str:
        return heapq.heappop(self._heap)[1]
