"""Where things lie on the canvas, as numbers."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.network import Link
from cnnstudio.ui.canvas import geometry as g
from cnnstudio.ui.canvas.geometry import Point, Port, Slot
from cnnstudio.ui.canvas.routing import routes

CHAIN = {"a": Point(0, 0), "b": Point(0, g.ROW), "c": Point(0, 2 * g.ROW)}
AB, BC, AC = Link("a", "b"), Link("b", "c"), Link("a", "c", 1)


def test_ports_stand_on_the_middle_of_the_edges_and_a_merge_spreads_its_inputs():
    assert g.input_port(Point(10, 20)) == (162, 20)
    assert g.output_port(Point(10, 20)) == (162, 76)
    assert [g.input_port(Point(0, 0), slot, 2).x for slot in (0, 1)] == [136, 168]


def test_an_aligned_link_is_straight_and_a_shifted_one_leaves_and_arrives_upright():
    (straight,) = g.direct(Point(5, 0), Point(5, 22))
    assert {p.x for p in straight} == {5}
    (curve,) = g.direct(Point(0, 0), Point(100, 60))
    assert curve.control_1.x == 0
    assert curve.control_2.x == 100


def test_a_skip_link_runs_outside_the_chain():
    found = routes([AB, BC, AC], CHAIN, {"c": 2})
    card = g.card_rect(CHAIN["b"])
    points = [curve.at(t / 8) for curve in found[AC] for t in range(9)]
    assert not any(card.holds(p) for p in points)
    assert points[0] == g.output_port(CHAIN["a"])
    assert points[-1] == g.input_port(CHAIN["c"], 1, 2)


def test_a_skip_link_takes_the_side_with_fewer_cards():
    beside = CHAIN | {"r": Point(g.COLUMN - 40, g.ROW)}
    lane = max(p.x for curve in routes([AC], CHAIN, {"c": 2})[AC] for p in curve)
    assert lane > g.CARD_WIDTH
    lane = min(p.x for curve in routes([AC], beside, {"c": 2})[AC] for p in curve)
    assert lane < 0


def test_two_skip_links_on_one_side_have_lanes_of_their_own():
    places = CHAIN | {"d": Point(0, 3 * g.ROW)}
    found = routes([AC, Link("a", "d", 1)], places, {"c": 2, "d": 2})
    lanes = {max(p.x for curve in path for p in curve) for path in found.values()}
    assert len(lanes) == 2


def test_a_link_that_goes_up_keeps_clear_of_both_cards():
    (path,) = routes([Link("c", "a")], CHAIN, {}).values()
    assert max(p.x for curve in path for p in curve) > g.CARD_WIDTH
    assert path[-1].end == g.input_port(CHAIN["a"])


def test_a_link_to_a_missing_layer_has_no_path():
    assert routes([Link("a", "gone")], CHAIN, {}) == {}


@given(
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    st.floats(0, 1),
)
def test_a_point_of_a_link_is_at_no_distance_from_it(start, end, t):
    path = g.direct(Point(*start), Point(*end))
    assert g.distance(path, path[0].at(t)) < 1.5 + math.dist(start, end) / 100


def test_a_port_is_found_within_its_reach_only():
    ports = [Port(id, slot) for id in CHAIN for slot in (-1, 0)]
    b_in = g.input_port(CHAIN["b"])
    near = Point(b_in.x + 5, b_in.y - 4)
    assert g.nearest_port(near, ports, CHAIN, {}, g.SNAP) == Port("b", 0)
    assert g.nearest_port(Point(b_in.x + 60, b_in.y), ports, CHAIN, {}, g.SNAP) is None


def test_the_card_drawn_last_is_the_one_under_the_pointer():
    places = {"below": Point(0, 0), "above": Point(100, 0)}
    assert g.card_at(Point(150, 20), places) == "above"
    assert g.card_at(Point(50, 20), places) == "below"
    assert g.card_at(Point(0, 90), places) is None


def test_arrows_lead_to_the_nearest_card_in_their_direction():
    places = CHAIN | {"side": Point(g.COLUMN, g.ROW)}
    assert g.neighbour("a", 0, 1, places) == "b"
    assert g.neighbour("b", 0, -1, places) == "a"
    assert g.neighbour("b", 1, 0, places) == "side"
    assert g.neighbour("side", -1, 0, places) == "b"
    assert g.neighbour("c", 0, 1, places) is None


@given(st.sampled_from([(0, 1), (0, -1), (1, 0), (-1, 0)]), st.integers(0, 8))
def test_arrows_never_lead_backwards(direction, start):
    places = {str(i): Point(i % 3 * g.COLUMN, i // 3 * g.ROW) for i in range(9)}
    there = g.neighbour(str(start), *direction, places)
    if there is not None:
        dx, dy = direction
        here, found = places[str(start)], places[there]
        assert (found.x - here.x) * dx + (found.y - here.y) * dy > 0


def test_a_drop_between_two_cards_is_an_insertion():
    paths = routes([AB, BC], CHAIN, {})
    slot = g.slot_at(Point(60, 70), paths, CHAIN, ["c"])
    assert slot == Slot(Point(0, g.ROW), AB)
    assert g.slot_at(Point(60, 100), paths, CHAIN, ["c"]).link == AB
    assert g.slot_at(Point(60, 110), paths, CHAIN, ["c"]).link == BC


def test_a_drop_below_the_last_card_connects_behind_it():
    paths = routes([AB, BC], CHAIN, {})
    slot = g.slot_at(Point(150, 2 * g.ROW + 80), paths, CHAIN, ["c"])
    assert slot == Slot(Point(0, 3 * g.ROW), None, "c")


def test_a_drop_in_the_open_stands_alone():
    paths = routes([AB, BC], CHAIN, {})
    assert g.slot_at(Point(900, 70), paths, CHAIN, ["c"]) is None


def test_a_dragged_card_takes_the_column_and_row_of_a_neighbour():
    assert g.aligned(Point(5, g.ROW - 6), [Point(0, 0)]) == (0, g.ROW)
    assert g.aligned(Point(30, 200), [Point(0, 0)]) == (30, 200)
