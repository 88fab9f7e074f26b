from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layout import CARD_PITCH
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.problems.fixes import apply_fix
from cnnstudio.core.project import Project
from cnnstudio.core.text import T
from tests.fakes.networks import chain, graphs, lecture, long_chain


def names(network: Network) -> list[str]:
    """The layers' names from the Input on."""
    return [network.by_id[id].name for id in network.order]


def residual() -> Network:
    """input → conv2d → conv2d_1 → add, with input → add beside it, then flatten."""
    conv = ("conv2d", {"filters": 4, "padding": "same"})
    network = chain(("input", {"shape": [8, 8, 4]}), conv, conv, ("add", {}), ("flatten", {}))
    return edits.connect(network, "n1", "n4")


def test_add_gives_a_free_id_and_name() -> None:
    network = edits.add(lecture(), "conv2d", (24, 48), {"filters": 8, "strides": 1})
    node = network.layers[-1]
    assert (node.id, node.name, node.position) == ("n9", "conv2d_2", (24, 48))
    assert node.params == {"filters": 8}  # strides 1 is the default
    assert network.links == lecture().links


def test_insert_puts_a_layer_on_a_link_and_makes_room() -> None:
    network = edits.insert(edits.lay_out(lecture()), Link("n3", "n4"), "batch_normalization")
    assert names(network)[2:5] == ["conv2d_1", "batch_normalization", "max_pooling2d"]
    assert network == edits.lay_out(network)
    assert analyse(network).errors == ()


def test_insert_keeps_the_slot_of_a_merge() -> None:
    network = edits.insert(
        residual(), Link("n1", "n4", 1), "conv2d", {"filters": 4, "kernel_size": 1}
    )
    assert [link.source for link in network.incoming["n4"]] == ["n3", "n6"]


def test_a_merge_of_two_has_two_places() -> None:
    conv = ("conv2d", {"filters": 4, "padding": "same"})
    network = chain(("input", {"shape": [8, 8, 4]}), conv, conv, ("subtract", {}))
    network = edits.connect(network, "n1", "n4")
    assert [(k.source, k.slot) for k in network.incoming["n4"]] == [("n3", 0), ("n1", 1)]
    with pytest.raises(BadInput, match="All 2 inputs of subtract are taken"):
        edits.connect(network, "n2", "n4")
    with pytest.raises(BadInput, match="has no input 3"):
        edits.connect(network, "n2", "n4", 2)
    network = edits.disconnect(network, network.incoming["n4"][0])
    assert network.incoming["n4"] == (Link("n1", "n4", 1),)  # what is subtracted stays that
    assert edits.connect(network, "n2", "n4").incoming["n4"][0] == Link("n2", "n4", 0)


def test_connect_replaces_what_was_in_the_slot() -> None:
    network = edits.connect(lecture(), "n2", "n4")
    assert network.incoming["n4"] == (Link("n2", "n4"),)
    assert edits.connect(network, "n2", "n4") is network


def test_connect_to_a_merge_takes_its_next_input() -> None:
    network = edits.connect(residual(), "n2", "n4")
    assert [(k.source, k.slot) for k in network.incoming["n4"]] == [("n3", 0), ("n1", 1), ("n2", 2)]
    network = edits.connect(network, "n2", "n4", 0)
    assert [(k.source, k.slot) for k in network.incoming["n4"]] == [("n2", 0), ("n1", 1), ("n2", 2)]


def test_disconnect_closes_a_gap_in_a_merge() -> None:
    network = edits.disconnect(residual(), Link("n3", "n4", 0))
    assert network.incoming["n4"] == (Link("n1", "n4", 0),)


def test_delete_heals_a_chain() -> None:
    network = edits.delete(lecture(), ["n3", "n4", "n7"])
    assert names(network) == ["input", "conv2d", "flatten", "dense", "dense_1"]
    assert analyse(network).errors == ()


def test_delete_heals_the_branches_of_a_merge_and_keeps_their_order() -> None:
    network = edits.delete(residual(), ["n3"])
    assert [(k.source, k.slot) for k in network.incoming["n4"]] == [("n2", 0), ("n1", 1)]
    assert analyse(network).errors == ()


def test_delete_leaves_a_gap_where_a_merge_was() -> None:
    network = edits.delete(residual(), ["n4"])
    assert network.incoming["n5"] == ()
    assert [k for k in network.links if "n4" in (k.source, k.target)] == []


def test_a_value_equal_to_the_default_is_left_out() -> None:
    network = edits.set_parameter(lecture(), "n2", "kernel_size", (5, 5))
    assert network.by_id["n2"].params["kernel_size"] == 5
    network = edits.set_parameter(network, "n2", "kernel_size", [3, 3])
    assert "kernel_size" not in network.by_id["n2"].params
    assert edits.set_parameter(network, "n2", "kernel_size", 3) is network


def test_a_parameter_keeps_its_place() -> None:
    network = edits.set_parameter(lecture(), "n2", "filters", 16)
    assert list(network.by_id["n2"].params) == list(lecture().by_id["n2"].params)


def test_duplicate_gives_fresh_ids_and_names_and_keeps_inner_links() -> None:
    network = edits.duplicate(residual(), ["n2", "n3"], (352, 0))
    copies = network.layers[-2:]
    assert [(node.id, node.name) for node in copies] == [("n6", "conv2d_2"), ("n7", "conv2d_3")]
    assert Link("n6", "n7") in network.links
    assert len(network.links) == len(residual().links) + 1
    assert copies[0].position == (352, 0)
    assert copies[0].params == network.by_id["n2"].params


def test_paste_into_an_empty_network_gives_the_same_network() -> None:
    clip = edits.copy(lecture(), [node.id for node in lecture().layers])
    assert edits.paste(Network(), clip, (0, 0)) == lecture()


Edit = Callable[[Network], Network]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda n: edits.add(n, "lambda"), "no layer kind called lambda"),
        (lambda n: edits.add(n, "dense", params={"units": 0}), "units can't be 0"),
        (lambda n: edits.add(n, "dense", (float("nan"), 0)), "finite"),
        (lambda n: edits.insert(n, Link("n1", "n2"), "input"), "takes nothing in"),
        (lambda n: edits.insert(n, Link("n1", "n9"), "flatten"), "link isn't in the network"),
        (lambda n: edits.connect(n, "n2", "n1"), "pictures start there"),
        (lambda n: edits.connect(n, "n5", "n2"), "conv2d already leads to flatten"),
        (lambda n: edits.connect(n, "n2", "n2"), "can't take its own output"),
        (lambda n: edits.connect(n, "n2", "n5", 1), "flatten has no input 2"),
        (lambda n: edits.connect(n, "n9", "n5"), "layer isn't in the network"),
        (lambda n: edits.disconnect(n, Link("n1", "n5")), "link isn't in the network"),
        (lambda n: edits.delete(n, ["n1", "n9"]), "layer isn't in the network"),
        (lambda n: edits.set_parameter(n, "n2", "filters", 0), "filters can't be 0"),
        (lambda n: edits.set_parameter(n, "n2", "units", 3), "conv2d has no parameter units"),
        (lambda n: edits.rename(n, "n2", " "), "can't be empty"),
        (lambda n: edits.rename(n, "n2", "a/b"), "slash"),
        (lambda n: edits.rename(n, "n2", "flatten "), "called flatten already"),
        (lambda n: edits.move(n, {"n2": (0, float("inf"))}), "finite"),
        (lambda n: edits.copy(n, ["n9"]), "layer isn't in the network"),
    ],
)
def test_what_can_not_be_done_is_refused_in_words(edit: Edit, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        edit(residual())


def test_unknown_layers_can_be_edited_around() -> None:
    network = chain(("input", {}), ("lambda", {"code": "x"}), ("flatten", {}))
    network = edits.rename(edits.connect(network, "n1", "n2", 1), "n2", "mine")
    assert len(network.incoming["n2"]) == 2
    with pytest.raises(BadInput, match="no parameter code"):
        edits.set_parameter(network, "n2", "code", "y")
    network = edits.disconnect(network, Link("n1", "n2", 1))
    assert names(edits.delete(network, ["n2"])) == ["input", "flatten"]


@st.composite
def random_edits(draw: st.DrawFn) -> Edit:
    """An edit of a network not known yet; it may refuse."""
    pick, other, number = (draw(st.integers(0, 50)) for _ in range(3))
    kind = draw(st.sampled_from(list(kinds())))

    def layer(network: Network, index: int) -> LayerNode:
        if not network.layers:
            raise BadInput(T("There is nothing to edit."))
        return network.layers[index % len(network.layers)]

    def link(network: Network) -> Link:
        if not network.links:
            raise BadInput(T("There is nothing to edit."))
        return network.links[pick % len(network.links)]

    def set_something(network: Network) -> Network:
        node = layer(network, pick)
        parameters = node.spec.parameters if node.spec else ()
        names = [p.name for p in parameters] or ["none"]
        return edits.set_parameter(network, node.id, names[other % len(names)], number)

    def fix(network: Network) -> Network:
        offered = [(p.node, f) for p in analyse(network).problems for f in p.fixes]
        return apply_fix(network, *offered[pick % len(offered)]) if offered else network

    return draw(
        st.sampled_from(
            [
                lambda n: edits.add(n, kind, (pick, other)),
                lambda n: edits.insert(n, link(n), kind),
                lambda n: edits.connect(n, layer(n, pick).id, layer(n, other).id),
                lambda n: edits.disconnect(n, link(n)),
                lambda n: edits.delete(n, {layer(n, pick).id, layer(n, other).id}),
                set_something,
                lambda n: edits.rename(n, layer(n, pick).id, f"name {number}"),
                lambda n: edits.move(n, {layer(n, pick).id: (number, other)}),
                lambda n: edits.duplicate(n, {layer(n, pick).id, layer(n, other).id}),
                edits.lay_out,
                fix,
            ]
        )
    )


@given(graphs(largest=6), st.lists(random_edits(), max_size=25))
def test_as_many_undos_give_the_project_back_and_as_many_redos_the_result(
    network: Network, changes: list[Edit]
) -> None:
    start = Project(network=network)
    document = Document(start)
    steps = [start]
    for change in changes:
        try:
            document.apply_network(change, T("Edit"))
        except BadInput:
            assert document.project is steps[-1]
        if document.project is not steps[-1]:
            steps.append(document.project)
        now = document.network
        assert len(now.by_id) == len(now.layers)
        assert len({node.name for node in now.layers}) == len(now.layers)
        assert now.cyclic == frozenset()
        assert all(k.source in now.by_id and k.target in now.by_id for k in now.links)
        slots = [(k.target, k.slot) for k in now.links]
        assert len(set(slots)) == len(slots)
        analyse(now)
    for project in reversed(steps[:-1]):
        document.undo()
        assert document.project is project
    assert document.undo_text is None
    assert not document.modified
    for project in steps[1:]:
        document.redo()
        assert document.project is project
    assert document.redo_text is None


def test_fixes_of_a_network_that_has_changed_are_refused() -> None:
    network = chain(("input", {}), ("flatten", {}), ("conv2d", {}), ("flatten", {}))
    (problem,) = analyse(network).problems
    without = edits.delete(network, ["n2"])
    with pytest.raises(BadInput, match="isn't in the network any more"):
        apply_fix(without, problem.node, problem.fixes[0])


def test_edits_keep_unknown_keys_of_links() -> None:
    network = lecture()
    links = tuple(replace(link, extra={"colour": "red"}) for link in network.links)
    network = replace(network, links=links)
    network = edits.insert(edits.delete(network, ["n3"]), Link("n4", "n5"), "dropout")
    assert sum(link.extra == {"colour": "red"} for link in network.links) == 6
    assert edits.disconnect(network, Link("n1", "n2")).incoming["n2"] == ()


def test_gaps_close_in_one_pass_where_every_other_layer_of_many_goes() -> None:
    network = long_chain(2000)
    started = time.perf_counter()
    rest = edits.delete(network, [node.id for node in network.layers[1:-1:2]])
    assert time.perf_counter() - started < 2  # 10 s when each gap was closed by itself
    assert [k.source for k in rest.links] == [node.id for node in rest.layers[:-1]]
    heights = [node.position[1] for node in rest.layers]
    assert {b - a for a, b in itertools.pairwise(heights)} == {CARD_PITCH}
