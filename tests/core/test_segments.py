"""Layers taken out of their chain and put on a link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.chains import add_chain
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import Link, Network
from cnnstudio.core.quick_entry import read_entries
from cnnstudio.core.segments import ends_of, move_onto, paste_onto
from tests.fakes.networks import graphs, lecture


def order(network: Network) -> str:
    """The ids as data passes through them."""
    return " ".join(network.order)


def test_a_layer_is_moved_to_another_place_of_its_chain() -> None:
    network = edits.lay_out(lecture())
    moved = move_onto(network, ["n7"], Link("n2", "n3"))
    assert order(moved) == "n1 n2 n7 n3 n4 n5 n6 n8"
    assert moved == edits.lay_out(moved)  # the gap has closed, and the chain made room
    assert [n.id for n in moved.layers] == [n.id for n in network.layers]
    assert order(move_onto(moved, ["n7"], Link("n6", "n8"))) == order(network)


def test_layers_one_behind_the_other_are_moved_as_one() -> None:
    network = edits.lay_out(lecture())
    moved = move_onto(network, ["n3", "n2"], Link("n6", "n7"))
    assert order(moved) == "n1 n4 n5 n6 n2 n3 n7 n8"
    assert moved == edits.lay_out(moved)


def test_a_layer_without_links_is_put_on_one() -> None:
    network = edits.add(lecture(), "dropout", (900, 40))
    moved = move_onto(network, ["n9"], Link("n2", "n3"))
    assert order(moved) == "n1 n2 n9 n3 n4 n5 n6 n7 n8"


def test_a_link_of_its_own_changes_nothing() -> None:
    assert move_onto(lecture(), ["n3"], Link("n2", "n3")) == lecture()


def test_what_can_not_stand_between_two_layers_is_refused() -> None:
    network = lecture()
    for ids in (["n1"], ["n2", "n4"], ["n2", "n7", "n8"]):
        assert ends_of(network, ids) is None
        with pytest.raises(BadInput, match="one way in and one way out"):
            move_onto(network, ids, Link("n5", "n6"))


def test_layers_are_pasted_on_a_link() -> None:
    network = edits.lay_out(lecture())
    pasted = paste_onto(network, edits.copy(network, ["n3", "n4"]), Link("n4", "n5"))
    assert order(pasted) == "n1 n2 n3 n4 n9 n10 n5 n6 n7 n8"
    assert pasted.by_id["n9"].position == (0, 4 * CARD_PITCH)


@given(graphs(), st.data())
def test_moving_keeps_every_layer_and_makes_no_circle(
    network: Network, data: st.DataObject
) -> None:
    if not network.links:
        return
    link = data.draw(st.sampled_from(network.links))
    ids = data.draw(st.sets(st.sampled_from([n.id for n in network.layers]), min_size=1))
    if ends_of(network, ids) is None:
        return
    moved = move_onto(network, ids, link)
    assert [n.id for n in moved.layers] == [n.id for n in network.layers]
    assert moved.cyclic == frozenset()
    slots = [(k.target, k.slot) for k in moved.links]
    assert len(set(slots)) == len(slots)


# ----------------------------------------------------------------------------------------- chains


def test_a_typed_chain_is_put_on_a_link_in_its_order() -> None:
    network = edits.lay_out(lecture())
    grown = add_chain(network, read_entries("bn, relu, dropout .2"), link=Link("n2", "n3"))
    assert order(grown) == "n1 n2 n9 n10 n11 n3 n4 n5 n6 n7 n8"
    assert grown == edits.lay_out(grown)


def test_a_typed_chain_is_put_behind_a_layer() -> None:
    grown = add_chain(Network(), read_entries("input 8x8x3, conv 4, flatten"))
    assert order(grown) == "n1 n2 n3"
    assert [n.position[1] for n in grown.layers] == [0, CARD_PITCH, 2 * CARD_PITCH]
    grown = add_chain(grown, read_entries("dense 3 -> softmax"), (0, 3 * CARD_PITCH), after=["n3"])
    assert order(grown) == "n1 n2 n3 n4 n5"


def test_a_merge_takes_all_the_layers_it_is_put_behind() -> None:
    network = add_chain(Network(), read_entries("input 8x8x4, conv 4 same x2"))
    grown = add_chain(network, read_entries("add, relu"), (0, 300), after=["n3", "n1"])
    assert [k.source for k in grown.incoming["n4"]] == ["n3", "n1"]
    assert order(grown) == "n1 n2 n3 n4 n5"
    onto = edits.connect(edits.add(network, "flatten"), "n3", "n4")
    grown = add_chain(onto, read_entries("add"), link=Link("n3", "n4"), after=["n1", "n3"])
    assert [k.source for k in grown.incoming["n5"]] == ["n1", "n3"]
    assert grown.incoming["n4"] == (Link("n5", "n4"),)


def test_several_layers_before_one_that_takes_one_are_refused() -> None:
    network = add_chain(Network(), read_entries("input 8x8x4, conv 4 same x2"))
    with pytest.raises(BadInput, match="flatten has no input 2"):
        add_chain(network, read_entries("flatten"), after=["n3", "n1"])


def test_an_input_between_others_is_refused() -> None:
    with pytest.raises(BadInput, match="pictures start there"):
        add_chain(Network(), read_entries("conv 8, input 3x3x1"))
