"""Automatic layout: straight chains, branches beside them in the order of their merge."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given

from cnnstudio.core import edits
from cnnstudio.core.layout import CARD_HEIGHT, CARD_PITCH, CARD_WIDTH, COLUMN_PITCH, FAN, lay_out
from cnnstudio.core.network import LayerNode, Link, Network
from tests.fakes.networks import Graph, graphs, lecture


def columns(network: Network) -> dict[str, float]:
    """Which column each layer is in, by name."""
    return {node.name: node.position[0] / COLUMN_PITCH for node in lay_out(network).layers}


def residual(blocks: int, *, projected: bool = False) -> Network:
    """Residual blocks, with a convolution on each shortcut or none."""
    graph = Graph()
    x = graph.add("input")
    for _ in range(blocks):
        y = graph.chain(x, "conv2d", "batch_normalization", "re_lu", "conv2d")
        x = graph.add("add", graph.add("conv2d", x) if projected else x, y)
    return graph.network


def inception(blocks: int) -> Network:
    """Blocks of four branches, the third the longest."""
    graph = Graph()
    x = graph.add("input")
    for _ in range(blocks):
        branches = [
            graph.chain(x, "conv2d"),
            graph.chain(x, "conv2d", "conv2d"),
            graph.chain(x, "conv2d", "conv2d", "conv2d"),
            graph.chain(x, "max_pooling2d", "conv2d"),
        ]
        x = graph.add("concatenate", *branches)
    return graph.network


def dense(blocks: int) -> Network:
    """Every convolution gets what all before it gave."""
    graph = Graph()
    given = [graph.chain(graph.add("input"), "conv2d")]
    for _ in range(blocks):
        x = graph.add("concatenate", *given) if len(given) > 1 else given[0]
        given.append(graph.chain(x, "batch_normalization", "conv2d"))
    return graph.network


def cells(count: int) -> Network:
    """Cells in the manner of NASNet: each takes the two before it, in five pairs of branches."""
    graph = Graph()
    before = x = graph.chain(graph.add("input"), "conv2d")
    for _ in range(count):
        h, p = (graph.chain(one, "re_lu", "conv2d") for one in (x, before))
        pairs = [
            graph.add(
                "add",
                graph.chain(a, "re_lu", "conv2d", "batch_normalization"),
                graph.chain(b, "re_lu", "conv2d", "batch_normalization"),
            )
            for a, b in ((h, p), (p, h), (h, h), (p, p))
        ]
        before, x = x, graph.add("concatenate", p, *pairs)
    return graph.network


def test_a_chain_goes_straight_down_at_the_pitch_of_cards() -> None:
    places = [node.position for node in lay_out(lecture()).layers]
    assert places == [(0.0, row * CARD_PITCH) for row in range(8)]


def test_a_shortcut_without_a_layer_keeps_the_chain_straight() -> None:
    assert set(columns(residual(4)).values()) == {0}
    assert set(columns(dense(5)).values()) == {0}


def test_a_layer_on_a_shortcut_stands_on_the_side_of_its_input() -> None:
    network = lay_out(residual(1, projected=True))
    aside = [node for node in network.layers if node.position[0]]
    assert [(node.kind, node.position) for node in aside] == [
        ("conv2d", (-COLUMN_PITCH, CARD_PITCH + FAN))
    ]


def test_branches_stand_in_the_order_of_their_merge() -> None:
    network = inception(3)
    found = columns(network)
    for node in network.layers:
        if node.kind == "concatenate":
            last = [network.by_id[k.source].name for k in network.incoming[node.id]]
            assert [found[name] for name in last] == [-2, -1, 0, 1]
            assert found[node.name] == 0


def test_branches_of_a_branch_stand_beside_it() -> None:
    graph = Graph()
    x = graph.chain(graph.add("input"), "conv2d")
    inner = graph.chain(x, "conv2d")
    pair = graph.add("concatenate", graph.chain(inner, "conv2d"), graph.chain(inner, "conv2d"))
    main = graph.chain(x, "conv2d", "conv2d", "conv2d", "conv2d")
    graph.add("concatenate", graph.chain(x, "conv2d"), pair, main)
    found = columns(graph.network)
    assert found[graph.name(pair)] == -2  # its second branch is between it and the longest way
    assert sorted(set(found.values())) == [-3, -2, -1, 0]


def test_a_short_split_lies_inside_one_that_goes_past_it() -> None:
    graph = Graph()
    x = graph.chain(graph.add("input"), "conv2d")
    y = graph.chain(x, "conv2d", "conv2d")
    pair = graph.add("concatenate", graph.chain(y, "conv2d"), graph.chain(y, "conv2d"))
    past = graph.chain(x, "max_pooling2d", "conv2d")
    graph.add("concatenate", pair, past)
    found = columns(graph.network)
    assert found[graph.name(past)] == 2
    assert sorted(set(found.values())) == [0, 1, 2]


def test_cells_that_take_the_two_before_them_do_not_drift_away() -> None:
    assert len(set(columns(cells(30)).values())) <= 20


def test_a_second_input_stands_above_what_it_feeds() -> None:
    graph = Graph()
    x = graph.chain(graph.add("input"), *["conv2d"] * 6)
    other = graph.add("input")
    merge = graph.add("add", x, graph.chain(other, "conv2d"))
    network = lay_out(graph.network)
    heights = {node.id: node.position[1] for node in network.layers}
    assert heights[merge] > heights[other]
    (taken,) = network.outgoing[other]
    assert heights[taken.target] - heights[other] <= CARD_PITCH + FAN


@given(graphs(largest=20))
def test_no_card_lies_on_another_and_every_layer_is_below_what_feeds_it(network: Network) -> None:
    network = lay_out(network)
    for one, other in itertools.combinations(network.layers, 2):
        (a, b), (c, d) = one.position, other.position
        assert abs(a - c) >= CARD_WIDTH or abs(b - d) >= CARD_HEIGHT
    for link in network.links:
        assert network.by_id[link.source].position[1] < network.by_id[link.target].position[1]
    assert lay_out(network) is network


@given(graphs(largest=20))
def test_the_layout_depends_on_the_graph_alone(network: Network) -> None:
    elsewhere = edits.move(network, {node.id: (7.0, -3.0) for node in network.layers})
    assert lay_out(elsewhere) == lay_out(network)


def test_layers_in_a_circle_are_laid_out_below() -> None:
    names = "abcd"
    nodes = tuple(LayerNode(id, "flatten", id) for id in names)
    network = lay_out(Network(nodes, (Link("b", "c"), Link("c", "b"), Link("c", "d"))))
    assert len({node.position for node in network.layers}) == 4


@pytest.mark.parametrize("network", [residual(200), inception(111), dense(40), cells(30)],
                         ids=["residual", "inception", "dense", "cells"])  # fmt: skip
def test_a_thousand_layers_are_laid_out_in_no_time(network: Network) -> None:
    start = time.perf_counter()
    lay_out(network)
    assert time.perf_counter() - start < 1  # 0.02 s on two quiet cores
