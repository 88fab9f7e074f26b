"""Layers of two networks find each other, and the differences add up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.comparison import Comparison, Fate, compare
from cnnstudio.core.marks import freeze
from cnnstudio.core.matching import match_layers
from cnnstudio.core.network import Link, Network
from tests.fakes.networks import Graph, chain, graphs, lecture

CONV = ("conv2d", {"filters": 16, "padding": "same"})
POOL = ("max_pooling2d", {})
DENSE = ("dense", {"units": 10})
INPUT = ("input", {"shape": [28, 28, 1]})


def told(comparison: Comparison) -> list[str]:
    """Sign, name and changes of every layer that isn't the same."""
    return [
        " ".join([layer.fate, layer.node.name, *map(str, layer.changes)])
        for layer in comparison.layers
        if layer.fate is not Fate.SAME
    ]


def apart(network: Network) -> Network:
    """The same network as somebody else would have made it: other ids."""
    ids = {id: f"x{97 * place}" for place, id in enumerate(network.by_id)}
    return Network(
        tuple(replace(node, id=ids[node.id]) for node in network.layers),
        tuple(Link(ids[k.source], ids[k.target], k.slot) for k in network.links),
    )


def test_an_edited_network_beside_what_it_was() -> None:
    before = lecture()
    after = edits.set_parameter(edits.delete(before, ["n7"]), "n2", "filters", 16)
    after = edits.rename(edits.add(after, "re_lu"), "n3", "둘째")
    after = edits.connect(after, "n8", after.layers[-1].id)
    after = freeze(after, ["n3"])
    comparison = compare(before, after, 2)
    assert told(comparison) == [
        "~ conv2d Filters 32 → 16",
        "~ 둘째 was called conv2d_1 frozen",
        "− dropout",
        "+ re_lu",
    ]
    conv, second = comparison.layers[1], comparison.layers[2]
    assert (conv.difference("params"), conv.difference("macs")) == (-160, -112_896)
    assert second.values("params") == (18_496, 9_280)
    assert conv.difference("memory") == -16 * 28 * 28 * 4 * 2


def test_what_follows_from_a_change_is_told_apart_from_it() -> None:
    after = edits.set_parameter(lecture(), "n3", "filters", 8)
    comparison = compare(lecture(), after, 1)
    assert told(comparison) == [
        "~ conv2d_1 Filters 64 → 8", "↳ max_pooling2d", "↳ flatten", "↳ dense",
    ]  # fmt: skip
    assert comparison.counts()[Fate.FOLLOWS] == 3


@pytest.mark.parametrize("other_ids", [False, True])
def test_a_layer_in_the_middle_shifts_no_other(other_ids: bool) -> None:
    before = chain(INPUT, CONV, POOL, CONV, POOL, CONV, ("flatten", {}), DENSE)
    after = chain(INPUT, CONV, CONV, POOL, CONV, POOL, CONV, ("flatten", {}), DENSE)
    after = edits.set_parameter(after, "n5", "filters", 24)
    comparison = compare(before, apart(after) if other_ids else after, 1)
    assert told(comparison) == [
        "+ conv2d_1", "~ conv2d_2 Filters 16 → 24", "↳ max_pooling2d_1", "↳ conv2d_3",
    ]  # fmt: skip
    pairs = [
        (layer.before.node.name, layer.node.name) for layer in comparison.layers if layer.before
    ]
    assert ("conv2d_1", "conv2d_2") in pairs
    assert ("conv2d_2", "conv2d_3") in pairs


def test_a_layer_cut_and_pasted_is_the_same() -> None:
    after = edits.delete(lecture(), ["n4"])
    after = edits.add(after, "max_pooling2d", params={"pool_size": 2})
    new = after.layers[-1].id
    after = edits.disconnect(after, Link("n3", "n5"))
    after = edits.connect(edits.connect(after, "n3", new), new, "n5")
    assert told(compare(lecture(), after, 1)) == []


def test_a_link_that_leads_elsewhere_is_a_change_of_what_it_feeds() -> None:
    graph = Graph()
    first = graph.chain(graph.add("input"), "conv2d")
    second = graph.chain(first, "re_lu")
    graph.add("add", second, first)
    before = graph.network
    last = before.layers[-1].id
    links = (*before.links[:-1], Link(second, last, 1))
    (line,) = told(compare(before, Network(before.layers, links), 1))
    assert line.startswith(f"~ add_{last} fed by")


def test_two_ways_to_write_a_value_are_one() -> None:
    after = edits.set_parameter(lecture(), "n2", "kernel_size", [3, 3])
    assert after != lecture()
    assert told(compare(lecture(), after, 1)) == []


def test_what_is_not_known_has_no_difference() -> None:
    after = edits.set_parameter(lecture(), "n3", "kernel_size", 99)
    comparison = compare(lecture(), after, 1)
    assert comparison.layers[2].values("params") == (18_496, None)
    assert comparison.layers[2].difference("params") is None
    assert comparison.layers[3].fate is Fate.FOLLOWS


@given(graphs(), graphs(), st.sampled_from([apart, lambda network: network]))
def test_any_two_networks(
    before: Network, after: Network, other: Callable[[Network], Network]
) -> None:
    after = other(after)
    matches = match_layers(before, after)
    assert len(set(matches.values())) == len(matches)
    assert all(before.by_id[a].kind == after.by_id[b].kind for a, b in matches.items())
    comparison = compare(before, after, 3)
    counts = comparison.counts()
    assert len(before.layers) == len(comparison.layers) - counts[Fate.ADDED]
    assert len(after.layers) == len(comparison.layers) - counts[Fate.REMOVED]
    for quantity in ("params", "trainable", "macs", "memory"):
        if comparison.before.known == len(before.layers) and comparison.after.known == len(
            after.layers
        ):
            total = sum(layer.difference(quantity) or 0 for layer in comparison.layers)
            assert total == getattr(comparison.after, quantity) - getattr(
                comparison.before, quantity
            )


@given(graphs())
def test_a_network_is_like_itself_and_like_a_copy_of_it(network: Network) -> None:
    assert told(compare(network, network, 1)) == []
    assert told(compare(network, apart(network), 1)) == []
