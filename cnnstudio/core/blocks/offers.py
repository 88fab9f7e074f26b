"""The blocks there are to use: the library's, and those of the project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cnnstudio.core.backbones import BACKBONES
from cnnstudio.core.blocks.bodies import Body, body_of
from cnnstudio.core.blocks.grouping import uses_of
from cnnstudio.core.blocks.library.registry import library, library_block
from cnnstudio.core.blocks.library.spec import LibraryBlock, Place
from cnnstudio.core.errors import BadInput
from cnnstudio.core.hangul import keys_of
from cnnstudio.core.network import Network
from cnnstudio.core.quick_entry import plain
from cnnstudio.core.text import TN, T, Text


@dataclass(frozen=True, slots=True)
class BlockOffer:
    """A block that can be put into a network.

    Attributes:
        id: Its own among the offers.
        title: What it is called.
        summary: What it does, or where it is used.
        source: The library's block, or the pattern of the project.
    """

    id: str
    title: Text | str
    summary: Text
    source: LibraryBlock | str

    def body(self, network: Network, place: Place) -> Body:
        """Its inside: the library's sized to `place`, the project's as it is used first.

        Raises:
            BadInput: If the project has it no more.
        """
        if isinstance(self.source, LibraryBlock):
            return self.source.body(place)
        uses = uses_of(network, self.source)
        if not uses:
            raise BadInput(T("The project has no block like that any more."))
        return body_of(network, uses[0].id)


LIBRARY = tuple(BlockOffer(f"library {b.id}", b.title, b.summary, b) for b in library())
"""What ships with the studio."""


def project_offers(network: Network) -> tuple[BlockOffer, ...]:
    """The blocks a project uses, as they are there."""
    return tuple(
        BlockOffer(
            f"project {pattern}",
            pattern,
            T("{layers}, {uses}", layers=_layers(len(uses[0].members)), uses=used(len(uses))),
            pattern,
        )
        for pattern in dict.fromkeys(block.pattern for block in network.blocks)
        for uses in (uses_of(network, pattern),)
    )


def about(pattern: str) -> tuple[Text, str] | None:
    """What a block or network that ships with the studio is for, and its paper; None for others."""
    if (block := library_block(pattern)) is not None:
        return block.help, block.paper
    network = next((one for one in BACKBONES if one.pattern == pattern), None)
    return (network.summary, network.family.paper) if network is not None else None


def used(count: int) -> Text:
    """How often a block is used, in words."""
    return TN("used once", "used {count} times", count)


def _layers(count: int) -> Text:
    return TN("{count} layer", "{count} layers", count)


Show = Callable[[Text | str], str]


class Titled(Protocol):
    """What can be found by its title, its id behind the first space, or its summary."""

    @property
    def id(self) -> str:
        """Its own among the offers."""

    @property
    def title(self) -> Text | str:
        """What it is called."""

    @property
    def summary(self) -> Text:
        """What it is, in one sentence."""


One = TypeVar("One", bound=Titled)


def matching(typed: str, offers: Iterable[One], show: Show) -> list[One]:
    """The offers whose title, id or summary holds what was typed; titles first."""
    offers = list(offers)
    first = titled(typed, offers, show)
    return [*first, *(o for o in offers if o not in first and _holds((show(o.summary),), typed))]


def titled(typed: str, offers: Iterable[One], show: Show) -> list[One]:
    """The offers whose title or id holds what was typed, in the keys of either language."""
    return [o for o in offers if _holds((show(o.title), o.id.partition(" ")[2]), typed)]


def _holds(texts: Iterable[str], typed: str) -> bool:
    wanted = {plain(typed), plain(keys_of(typed))} - {""}
    return not wanted or any(one in plain(text) for text in texts for one in wanted)
