"""Where cards stand."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.layout import CARD_HEIGHT, CARD_PITCH, CARD_WIDTH, COLUMN_PITCH
from cnnstudio.core.network import Link, Network
from cnnstudio.core.placing import Edge, Point, aligned, beside, distributed, free_place
from tests.fakes.networks import lecture


def spread(*places: Point) -> Network:
    """Layers n1, n2 … at these places."""
    network = Network()
    for at in places:
        network = edits.add(network, "flatten", at)
    return network


IDS = ("n1", "n2", "n3")


@pytest.mark.parametrize(
    ("edge", "axis", "line"),
    [
        (Edge.LEFT, 0, 0), (Edge.CENTRE, 0, 350), (Edge.RIGHT, 0, 700),
        (Edge.TOP, 1, 0), (Edge.MIDDLE, 1, 250), (Edge.BOTTOM, 1, 500),
    ],
)  # fmt: skip
def test_cards_are_brought_in_line(edge: Edge, axis: int, line: float) -> None:
    found = aligned(spread((0, 0), (700, 200), (400, 500)), IDS, edge)
    assert {at[axis] for at in found.values()} == {line}


def test_cards_in_line_do_not_lie_on_each_other() -> None:
    found = aligned(spread((0, 0), (400, 10), (800, 400)), IDS, Edge.LEFT)
    assert found == {"n1": (0, 0), "n2": (0, CARD_PITCH), "n3": (0, 400)}
    found = aligned(spread((0, 0), (30, 300), (800, 400)), IDS, Edge.TOP)
    assert found == {"n1": (0, 0), "n2": (COLUMN_PITCH, 0), "n3": (800, 0)}


def test_cards_are_put_at_equal_distances() -> None:
    found = distributed(spread((0, 0), (100, 70), (10, 500)), IDS, 1)
    assert found == {"n1": (0, 0), "n2": (100, 250), "n3": (10, 500)}
    assert distributed(spread((0, 0), (9, 9)), ("n1", "n2"), 0) == {"n1": (0, 0), "n2": (9, 9)}


@given(
    st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=3, max_size=8),
    st.sampled_from([*Edge, 0, 1]),
)
def test_what_is_arranged_never_overlaps(places: list[Point], how: Edge | int) -> None:
    network = spread(*places)
    ids = tuple(network.by_id)
    found = aligned(network, ids, how) if isinstance(how, Edge) else distributed(network, ids, how)
    if isinstance(how, Edge):
        pairs = itertools.combinations(found.values(), 2)
    else:
        pairs = itertools.pairwise(sorted(found.values(), key=lambda at: at[how]))
    for a, b in pairs:
        assert abs(a[0] - b[0]) >= CARD_WIDTH or abs(a[1] - b[1]) >= CARD_HEIGHT


def test_a_free_place_is_the_next_one_to_the_right() -> None:
    network = spread((0, 0), (COLUMN_PITCH, 10))
    assert free_place(network, (0, 20)) == (2 * COLUMN_PITCH, 20)
    assert free_place(network, (0, 100)) == (0, 100)


def ys(network: Network) -> list[float]:
    """How far down each layer stands, in pitches, as data passes through them."""
    return [network.by_id[id].position[1] / CARD_PITCH for id in network.order]


def test_layers_from_elsewhere_stand_beside_all_others() -> None:
    there = edits.move(lecture(), {lecture().layers[0].id: (1000.0, -40.0)})
    x, y = beside(there, lecture())
    moved = [(node.position[0] + x, node.position[1] + y) for node in lecture().layers]
    assert min(at[0] for at in moved) == 1000.0 + COLUMN_PITCH
    assert min(at[1] for at in moved) == -40.0
    assert beside(Network(), lecture()) == beside(there, Network()) == (0.0, 0.0)


def test_an_insertion_uses_room_that_is_there() -> None:
    network = edits.lay_out(lecture())
    lower = {id: (0.0, network.by_id[id].position[1] + CARD_PITCH) for id in network.order[4:]}
    network = edits.move(network, lower)
    assert ys(network) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert ys(edits.insert(network, Link("n4", "n5"), "dropout")) == list(range(9))
    # Above the gap only the cards down to it make room.
    assert ys(edits.insert(network, Link("n2", "n3"), "dropout")) == list(range(9))


def test_a_deletion_closes_the_gap_and_leaves_one_that_was_there() -> None:
    network = edits.lay_out(lecture())
    assert ys(edits.delete(network, ["n3", "n4"])) == [0, 1, 2, 3, 4, 5]
    far = edits.move(network, {"n8": (0.0, 20 * CARD_PITCH)})
    assert ys(edits.delete(far, ["n3"])) == [0, 1, 2, 3, 4, 5, 19]


def test_a_card_in_the_way_keeps_a_gap_open() -> None:
    network = edits.lay_out(lecture())
    network = edits.add(network, "flatten", (200.0, 6.2 * CARD_PITCH))
    network = edits.move(network, {"n7": (0.0, 7.2 * CARD_PITCH), "n8": (0.0, 8.2 * CARD_PITCH)})
    assert edits.delete(network, ["n2"]).by_id["n8"].position == (0.0, 8.2 * CARD_PITCH)


def test_a_layer_on_a_skip_link_stands_beside_the_chain() -> None:
    conv = {"filters": 4, "padding": "same"}
    network = edits.add(Network(), "input", params={"shape": [8, 8, 4]})
    for kind, params in (("conv2d", conv), ("conv2d", conv), ("add", {})):
        network = edits.add(network, kind, params=params)
        network = edits.connect(network, network.layers[-2].id, network.layers[-1].id)
    network = edits.lay_out(edits.connect(network, "n1", "n4"))
    grown = edits.insert(network, Link("n1", "n4", 1), "conv2d", {"filters": 4, "kernel_size": 1})
    assert grown.layers[-1].position == (COLUMN_PITCH, 2 * CARD_PITCH)
    assert grown.layers[:-1] == network.layers
