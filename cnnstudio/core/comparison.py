"""Two networks side by side: layers added, removed and changed, and what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cnnstudio.core.analysis import analyse
from cnnstudio.core.costs import Costs, LayerCost, costs
from cnnstudio.core.difference import layer_change
from cnnstudio.core.layers.parameters import shown
from cnnstudio.core.matching import are_versions, match_layers
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.text import T, Text


class Fate(StrEnum):
    """What became of a layer; the value is its sign."""

    ADDED = "+"
    REMOVED = "−"
    CHANGED = "~"
    FOLLOWS = "↳"
    """Its settings are the same, but what feeds it isn't, and so its size or cost isn't."""
    SAME = "="


@dataclass(frozen=True, slots=True)
class ComparedLayer:
    """A layer of either network, or of both.

    Attributes:
        fate: What became of it.
        before: What it costs in the first network; None if it isn't there.
        after: What it costs in the second one; None if it isn't there.
        changes: What changed of it, each in a few words.
    """

    fate: Fate
    before: LayerCost | None
    after: LayerCost | None
    changes: tuple[Text, ...] = ()

    @property
    def node(self) -> LayerNode:
        """The layer, as it is in the second network if it is there."""
        cost = self.after or self.before
        assert cost is not None
        return cost.node

    def values(self, quantity: str) -> tuple[int | None, int | None]:
        """A number of `LayerCost` before and after: 0 where it isn't there, None if not known."""
        return _value(self.before, quantity), _value(self.after, quantity)

    def difference(self, quantity: str) -> int | None:
        """How much more there is of a number after; None if that isn't known."""
        before, after = self.values(quantity)
        return None if before is None or after is None else after - before


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks side by side.

    Attributes:
        layers: Those of the second network as data passes through them, each one that was
            removed behind the one it stood behind.
        before: What the first network costs.
        after: What the second one costs.
    """

    layers: tuple[ComparedLayer, ...]
    before: Costs
    after: Costs

    def counts(self) -> Counter[Fate]:
        """How many layers there are of each fate."""
        return Counter(layer.fate for layer in self.layers)


def compare(before: Network, after: Network, batch: int) -> Comparison:
    """Compares two networks.

    Args:
        before: The first one.
        after: The second one; of the same project or of any other.
        batch: Pictures that go through at once, for the memory.
    """
    old, new = costs(analyse(before), batch), costs(analyse(after), batch)
    matches = match_layers(before, after)
    origins = {b: a for a, b in matches.items()}
    names_count = are_versions(before, after)  # elsewhere everything is called something else
    rows: list[ComparedLayer] = []
    removed = _removed(old, matches)
    rows += removed.get("", ())
    for cost in new.rows:
        origin = origins.get(cost.node.id)
        if origin is None:
            rows.append(ComparedLayer(Fate.ADDED, None, cost))
        else:
            was = old.by_id[origin]
            changes = (
                *_settings(was.node, cost.node, renamed=names_count),
                *_links(before, after, matches, origins, cost.node.id),
            )
            rows.append(_kept(was, cost, changes))
        rows += removed.get(cost.node.id, ())
    return Comparison(tuple(rows), old, new)


def _value(cost: LayerCost | None, quantity: str) -> int | None:
    value: int | None = 0 if cost is None else getattr(cost, quantity)
    return value


def _removed(old: Costs, matches: Mapping[str, str]) -> dict[str, list[ComparedLayer]]:
    """The layers that were removed, by the layer of `after` they stood behind; "" for none."""
    found: dict[str, list[ComparedLayer]] = {}
    behind = ""
    for cost in old.rows:
        if cost.node.id in matches:
            behind = matches[cost.node.id]
        else:
            found.setdefault(behind, []).append(ComparedLayer(Fate.REMOVED, cost, None))
    return found


def _kept(old: LayerCost, new: LayerCost, changes: tuple[Text, ...]) -> ComparedLayer:
    if changes:
        return ComparedLayer(Fate.CHANGED, old, new, changes)
    if _figures(old) == _figures(new):
        return ComparedLayer(Fate.SAME, old, new)
    return ComparedLayer(Fate.FOLLOWS, old, new)


def _figures(cost: LayerCost) -> tuple[object, ...]:
    return (cost.output, cost.params, cost.macs)  # what is seen changes all the way down


def _settings(before: LayerNode, after: LayerNode, *, renamed: bool) -> Iterator[Text]:
    change = layer_change(before, after)
    if renamed and change.renamed:
        yield T("was called {old}", old=before.name)
    for name, (old, new) in change.parameters.items():
        parameter = after.spec.parameter(name) if after.spec else None
        yield T(
            "{parameter} {old} → {new}",
            parameter=parameter.label if parameter else name,
            old=shown(old),
            new=shown(new),
        )
    if before.frozen != after.frozen:
        yield T("frozen") if after.frozen else T("thawed")


def _links(
    before: Network, after: Network, matches: Mapping[str, str], origins: Mapping[str, str], id: str
) -> Iterator[Text]:
    """Other layers that feed it; where one came or went, that says it."""
    was = [link.source for link in before.incoming[origins[id]]]
    now = [link.source for link in after.incoming[id]]
    if all(one in matches for one in was) and all(one in origins for one in now):
        was = [matches[one] for one in was]
        if was != now:
            yield T("fed by {old} → {new}", old=_names(after, was), new=_names(after, now))


def _names(network: Network, ids: list[str]) -> str:
    return ", ".join(network.by_id[id].name for id in ids) or "–"
