from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks import folding, grouping
from cnnstudio.core.blocks.bodies import body_of, put
from cnnstudio.core.blocks.uses import follow
from cnnstudio.core.difference import network_difference, project_difference
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Block, Link, Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from cnnstudio.core.text import T
from tests.fakes.networks import LAYERS, chain, graphs, lecture


def stacked() -> Network:
    """input, then two uses of a block of two layers (n2 n3, n5 n6), then flatten and dense."""
    conv = ("conv2d", {"filters": 4, "kernel_size": 3, "padding": "same"})
    network = chain(
        ("input", {"shape": [8, 8, 4]}),
        conv,
        ("re_lu", {}),
        ("flatten", {}),
        ("dense", {"units": 2}),
    )
    network = grouping.make_block(edits.lay_out(network), ["n2", "n3"], "stem")
    return put(network, body_of(network, "b1"), link=Link("n3", "n4"), collapsed=False)


def edited(network: Network, edit: Callable[[Network], Network]) -> Network:
    """The network a document has after an edit."""
    document = Document(Project(network=network))
    document.apply_network(edit, T("edit"))
    document.undo()
    assert document.network is network
    document.redo()
    return document.network


def chain_of(network: Network) -> list[str]:
    """The kinds along a chain."""
    return [network.by_id[id].kind for id in network.order]


def test_a_block_holds_what_lies_between_its_layers() -> None:
    network = grouping.make_block(lecture(), ["n4", "n2"], "features")
    assert network.blocks == (
        Block(
            "b1", "features", "features", {"n2": "conv2d", "n3": "conv2d_2", "n4": "max_pooling2d"}
        ),
    )
    assert network.layers == lecture().layers
    assert grouping.ungroup(network, "b1") == lecture()


@pytest.mark.parametrize(
    ("ids", "name", "words"),
    [
        ([], "", "Select the layers that the block shall hold."),
        (["n1", "n2"], "", "input is where the pictures come in"),
        (["n3", "n7"], "", "blocks don't nest. Ungroup body first"),
        (["n7"], "body", "Another block is called body already"),
        (["n7"], "a/b", "can't be empty or have a slash"),
        (["n7"], "a\0b", "A block's name is one line"),
    ],
)
def test_a_block_that_cannot_be_made_says_why(ids: list[str], name: str, words: str) -> None:
    network = grouping.make_block(lecture(), ["n2", "n3"], "body")
    with pytest.raises(BadInput, match=words):
        grouping.make_block(network, ids, name)


def test_a_parameter_changes_in_all_uses_but_those_with_a_value_of_their_own() -> None:
    network = edited(stacked(), lambda n: edits.set_parameter(n, "n6", "filters", 8))
    assert [network.by_id[id].params["filters"] for id in ("n2", "n6")] == [8, 8]

    def only_here(network: Network) -> Network:
        return edits.set_parameter(grouping.keep_own(network, "n6", "filters"), "n6", "filters", 16)

    network = edited(network, only_here)
    assert [network.by_id[id].params["filters"] for id in ("n2", "n6")] == [8, 16]
    assert grouping.own_values(network, "n6") == ("filters",)
    network = edited(network, lambda n: edits.set_parameter(n, "n2", "filters", 2))
    network = edited(network, lambda n: edits.set_parameter(n, "n2", "kernel_size", 1))
    assert [network.by_id[id].params["filters"] for id in ("n2", "n6")] == [2, 16]
    assert network.by_id["n6"].params["kernel_size"] == 1
    network = edited(network, lambda n: grouping.share_again(n, "n6", "filters"))
    assert network.by_id["n6"].params["filters"] == 2
    assert grouping.own_values(network, "n6") == ()


def test_a_layer_put_into_one_use_is_put_into_all() -> None:
    network = edited(
        stacked(), lambda n: edits.insert(n, Link("n2", "n3"), "dropout", {"rate": 0.25})
    )
    assert chain_of(network) == ["input", *["conv2d", "dropout", "re_lu"] * 2, "flatten", "dense"]
    assert [len(block.members) for block in network.blocks] == [3, 3]
    assert network == edits.lay_out(network)
    assert analyse(network).errors == ()


def test_a_layer_taken_out_of_one_use_leaves_all_but_a_use_leaves_alone() -> None:
    network = edited(stacked(), lambda n: edits.delete(n, ["n2"]))
    assert chain_of(network) == ["input", "re_lu", "re_lu", "flatten", "dense"]
    network = edited(stacked(), lambda n: edits.delete(n, ["n2", "n3"]))
    assert chain_of(network) == ["input", "conv2d", "re_lu", "flatten", "dense"]
    assert [block.name for block in network.blocks] == ["stem_1"]


def test_uses_from_which_different_layers_are_taken_at_once_part() -> None:
    document = Document(Project(network=stacked()))
    first, second = (list(block.members) for block in document.network.blocks)
    document.apply_network(lambda n: edits.delete(n, [first[0], second[1]]), T("Delete"))
    assert decode_project(encode_project(document.project), "it") == document.project


def test_a_link_inside_is_made_in_all_uses() -> None:
    network = edited(stacked(), lambda n: edits.insert(n, Link("n2", "n3"), "add"))
    add, other = (grouping.layer_of(block, "add") for block in network.blocks)
    network = edited(network, lambda n: edits.connect(n, "n2", add))
    assert [k.source for k in network.incoming[other]] == ["n6", "n6"]
    network = edited(network, lambda n: edits.disconnect(n, Link("n2", add, 1)))
    assert [k.source for k in network.incoming[other]] == ["n6"]


def test_detached_uses_follow_no_more() -> None:
    network = edited(stacked(), lambda n: grouping.detach(n, "b2"))
    network = edited(network, lambda n: edits.set_parameter(n, "n2", "filters", 8))
    assert [network.by_id[id].params["filters"] for id in ("n2", "n6")] == [8, 4]
    assert [block.pattern for block in network.blocks] == ["stem", "stem_1"]


def test_a_renamed_block_keeps_the_pattern_that_others_share() -> None:
    network = grouping.rename_block(stacked(), "b1", "first")
    assert [(b.name, b.pattern) for b in network.blocks] == [("first", "stem"), ("stem_1", "stem")]
    alone = grouping.rename_block(grouping.make_block(lecture(), ["n2"], "a"), "b1", "b")
    assert [(b.name, b.pattern) for b in alone.blocks] == [("b", "b")]


def test_copies_of_all_members_are_a_use_and_copies_of_some_are_not() -> None:
    network = edits.duplicate(stacked(), ["n2", "n3", "n5"])
    assert [(b.name, b.pattern) for b in network.blocks] == [
        ("stem", "stem"), ("stem_1", "stem"), ("stem_2", "stem")
    ]  # fmt: skip


def test_pasting_into_another_project_keeps_its_patterns_apart() -> None:
    clip = edits.copy(stacked(), ["n2", "n3"])
    other = grouping.make_block(lecture(), ["n2", "n3"], "stem")
    network = edits.paste(other, clip)
    assert [block.pattern for block in network.blocks] == ["stem", "stem_1"]
    filters = edits.set_parameter(stacked(), "n2", "filters", 9)  # an edit that wasn't followed
    network = edits.paste(grouping.detach(stacked(), "b2"), edits.copy(filters, ["n2", "n3"]))
    assert [(b.pattern, b.own) for b in network.blocks][2] == ("stem", ("conv2d.filters",))


def test_what_changed_tells_blocks_too() -> None:
    before, named = lecture(), grouping.rename_block(stacked(), "b1", "first")
    made = grouping.make_block(before, ["n2"], "stem")
    told = [
        [str(text) for text in project_difference(Project(network=a), Project(network=b)).texts()]
        for a, b in ((before, made), (made, before), (stacked(), named))
    ]
    assert told == [["Block stem made"], ["Block stem taken apart"], ["stem is called first"]]
    assert not network_difference(before, made).structural


# --------------------------------------------------------------------------------------- folding


def residual() -> Network:
    """input n1, then a block of conv2d n2, conv2d n3 and add n4 with the input beside, flatten."""
    conv = ("conv2d", {"filters": 4, "padding": "same"})
    network = chain(("input", {"shape": [8, 8, 4]}), conv, conv, ("add", {}), ("flatten", {}))
    network = edits.lay_out(edits.connect(network, "n1", "n4"))
    return folding.collapse(grouping.make_block(network, ["n2", "n3", "n4"], "residual"), "b1")


def test_a_collapsed_block_is_one_card_with_the_links_from_outside() -> None:
    view = folding.folded(residual())
    assert [node.id for node in view.network.layers] == ["n1", "b1", "n5"]
    assert view.network.links == (Link("n1", "b1"), Link("b1", "n5"))
    assert view.links(Link("n1", "b1")) == (Link("n1", "n2"), Link("n1", "n4", 1))
    assert [node.position for node in view.network.layers] == [(0, 0), (0, 78), (0, 156)]
    assert view.layers(["b1", "n5"]) == ("n2", "n3", "n4", "n5")
    assert view.cards(["n3", "n4"]) == ("b1",)
    flat = folding.expand(residual(), "b1")
    assert folding.folded(flat).network is flat
    assert flat == edits.lay_out(flat)
    assert folding.collapse(flat, "b1") == residual()


def test_edits_of_cards_are_edits_of_what_they_stand_for() -> None:
    def edited_cards(network: Network, edit: Callable[[Network], Network]) -> Network:
        return grouping.kept(folding.through(network, edit))

    network = edited_cards(residual(), lambda n: edits.insert(n, Link("n1", "b1"), "conv2d"))
    assert [k.source for k in network.incoming["n4"]] == ["n3", "n6"]
    assert network.incoming["n2"] == (Link("n6", "n2"),)
    assert network.by_id["n6"].name == "conv2d_2"  # conv2d and conv2d_1 are inside
    assert folding.folded(network).network.by_id["b1"].position == (0, 156)
    network = edited_cards(network, lambda n: edits.delete(n, ["n6"]))
    assert network.incoming == residual().incoming
    assert network.by_id == residual().by_id
    network = edited_cards(network, lambda n: edits.delete(n, ["b1"]))
    assert network.links == (Link("n1", "n5"),)
    assert network.blocks == ()
    network = edited_cards(residual(), lambda n: edits.disconnect(n, Link("n1", "b1")))
    assert network.links == (Link("n2", "n3"), Link("n3", "n4"), Link("n4", "n5"))
    network = edited_cards(network, lambda n: edits.connect(n, "n1", "b1", 0))
    assert Link("n1", "n2") in network.links
    network = edited_cards(residual(), lambda n: edits.move(n, {"b1": (50, 178)}))
    assert [network.by_id[id].position for id in ("n2", "n3", "n4")] == [
        (50, 178), (50, 256), (50, 334)
    ]  # fmt: skip


def test_another_use_goes_on_a_link_into_a_collapsed_block() -> None:
    network = residual()
    network = put(network, body_of(network, "b1"), link=Link("n1", "b1"))
    view = folding.folded(network)
    assert [view.network.by_id[id].name for id in view.network.order] == [
        "input", "residual_1", "residual", "flatten"
    ]  # fmt: skip
    assert [node.position for node in view.network.layers] == [(0, 0), (0, 156), (0, 234), (0, 78)]
    assert analyse(network).errors == ()
    assert folding.arranged(network) == network
    opened = folding.expand(network, view.network.order[1])
    assert folding.arranged(opened).layers != ()


# ------------------------------------------------------------------------------------------ files


def test_blocks_are_kept_in_the_file_and_files_without_them_stay_as_they_were() -> None:
    network = replace(stacked(), extra={"note": 1})
    network = grouping.keep_own(network, "n6", "filters")
    block = replace(network.blocks[0], extra={"colour": "red"}, collapsed=True)
    project = Project(network=grouping.with_block(network, block))
    data = encode_project(project)
    assert decode_project(data, "p") == project
    assert b'{"id": "b1", "name": "stem", "pattern": "stem", "members": {"n2": "conv2d"' in data
    assert b"blocks" not in encode_project(Project(network=lecture()))


def file_with(*items: object) -> dict[str, object]:
    raw: dict[str, object] = json.loads(encode_project(Project(network=lecture())))
    raw["network"]["blocks"] = list(items)  # type: ignore[index]
    return raw


def use(id: str, name: str, **members: str) -> dict[str, object]:
    return {"id": id, "name": name, "pattern": "p", "members": members}


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([3], "block number 1 can't be 3"),
        ([{"id": "b1", "name": "x", "pattern": "p"}], "block x has no members"),
        ([use("n3", "x", n2="a")], "block x has the id \"n3\", which layer conv2d_1 has too"),
        ([use("b1", "x", n2="a"), use("b1", "y", n3="a")], "which block x has too"),
        ([use("b1", "x", n2="a"), use("b2", "x", n3="a")], "two blocks are called"),
        ([use("b1", "x", n2="a"), use("b2", "y", n2="a")], "is in two blocks, \"x\" and \"y\""),
        ([use("b1", "x", n2="a", n3="a")], "two layers of block x play the same part"),
        ([{**use("b1", "x", n2="a"), "own": "no"}], "own of block x can't be \"no\""),
    ],
)  # fmt: skip
def test_a_damaged_list_of_blocks_is_refused_with_a_sentence(
    items: list[object], words: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        decode_project(json.dumps(file_with(*items)), "p")
    assert words in str(refusal.value)


def test_members_that_are_gone_and_uses_that_disagree_are_put_right() -> None:
    items = [use("b1", "x", n2="a", n99="b"), use("b2", "y", n3="a"), use("b3", "z", n98="a"),
             use("b4", "w", n8="a")]  # fmt: skip
    network = decode_project(json.dumps(file_with(*items)), "p").network
    assert [(b.name, b.pattern, b.members, b.own) for b in network.blocks] == [
        ("x", "p", {"n2": "a"}, ()),
        ("y", "p", {"n3": "a"}, ("a.filters", "a.padding")),
        ("w", "w", {"n8": "a"}, ()),
    ]
    assert network.layers == lecture().layers


# ------------------------------------------------------------------------------------- invariants


def check(network: Network) -> None:
    """What is true of blocks after every edit."""
    ids = [node.id for node in network.layers] + [block.id for block in network.blocks]
    assert len(ids) == len(set(ids))
    assert len({block.name for block in network.blocks}) == len(network.blocks)
    members = [id for block in network.blocks for id in block.members]
    assert len(members) == len(set(members))
    assert set(members) <= network.by_id.keys()
    assert all(block.members for block in network.blocks)
    assert grouping.reconciled(network) is network
    view = folding.folded(network)
    assert set(view.layers(node.id for node in view.network.layers)) == network.by_id.keys()
    assert len(set(view.network.links)) == len(view.network.links)


Edit = Callable[[Network], Network]


def an_edit(network: Network, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Edit:
    """Some edit of `network`, of layers, links, cards or blocks."""
    ids = [node.id for node in network.layers]
    some = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True))
    kind, params = draw(LAYERS)
    whole = [id for block in network.blocks for id in block.members] or some

    def own(network: Network) -> Network:
        network = grouping.keep_own(network, some[0], "filters")
        return edits.set_parameter(network, some[0], "filters", 5)

    choices: list[Edit] = [
        lambda n: grouping.make_block(n, some),
        lambda n: edits.delete(n, some) if len(some) < len(ids) else n,
        lambda n: edits.duplicate(n, whole),
        lambda n: edits.connect(n, some[0], some[-1]),
        lambda n: edits.set_parameter(n, some[0], "filters", 3),
        own,
        lambda n: grouping.share_again(n, some[0], "filters"),
    ]
    if network.blocks:
        id = draw(st.sampled_from(network.blocks)).id
        choices += [
            lambda n: put(n, body_of(n, id), after=some[0]),
            lambda n: folding.expand(folding.collapse(n, id), id),
            lambda n: folding.collapse(n, id),
            lambda n: grouping.detach(n, id),
            lambda n: grouping.ungroup(n, id),
            lambda n: (
                edits.delete(n, grouping.block_with(n, id).members) if len(n.blocks) > 1 else n
            ),
        ]
    seen = folding.folded(network).network
    card = draw(st.sampled_from(seen.layers)).id
    places = {card: (draw(st.integers(0, 99)), 8.0)}
    choices += [lambda n: folding.through(n, lambda cards: edits.move(cards, places))]
    if len(seen.layers) > 1:
        choices += [lambda n: folding.through(n, lambda cards: edits.delete(cards, [card]))]
    if seen.links:
        link = draw(st.sampled_from(seen.links))
        card_edits: list[Edit] = [
            lambda n: edits.insert(n, link, kind, params),
            lambda n: edits.disconnect(n, link),
            lambda n: edits.connect(n, link.source, card),
        ]
        edit_of_cards = draw(st.sampled_from(card_edits))
        choices += [lambda n: folding.through(n, edit_of_cards)] * 3
    edit: Edit = draw(st.sampled_from(choices))
    return edit


@settings(max_examples=60)
@given(graphs(), st.data())
def test_blocks_stay_true_over_random_edits(network: Network, data: st.DataObject) -> None:
    document = Document(Project(network=network))
    steps = 0
    for _ in range(data.draw(st.integers(1, 8))):
        before = document.network
        try:
            document.apply_network(an_edit(before, data.draw), T("edit"))
        except BadInput:
            assert document.network is before
        steps += document.network is not before
        check(document.network)
    for _ in range(steps):
        document.undo()
    assert document.undo_text is None
    assert document.network is network


def test_an_edit_that_leaves_a_network_without_blocks_is_untouched() -> None:
    network = lecture()
    assert follow(stacked(), network) is network
