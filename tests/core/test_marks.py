"""Freezing, notes and weights that were brought along: edits, and what they come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks import grouping
from cnnstudio.core.blocks.uses import follow
from cnnstudio.core.clipboard import read_clip, write_clip
from cnnstudio.core.derivations import derive
from cnnstudio.core.difference import project_difference
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.marks import (
    LONGEST_NOTE,
    above,
    annotate,
    can_freeze,
    drop_weights,
    freeze,
    misfit,
    tidied,
)
from cnnstudio.core.network import Link, Network, StoredWeights
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T

STORED = StoredWeights("a" * 64, 3, ((3, 3, 1, 8), (8,)))


def small() -> Network:
    """input → conv2d → batch_normalization → re_lu."""
    network = edits.add(Network(), "input", params={"shape": [8, 8, 1]})
    for kind, params in (
        ("conv2d", {"filters": 8, "kernel_size": 3}),
        ("batch_normalization", {}),
        ("re_lu", {}),
    ):
        last = network.layers[-1].id
        network = edits.add(network, kind, params=params)
        network = edits.connect(network, last, network.layers[-1].id)
    return network


def with_weights(network: Network, id: str = "n2") -> Network:
    nodes = {id: replace(network.by_id[id], weights=STORED)}
    return grouping.with_layers(network, nodes)


def test_freezing_takes_the_layers_that_have_parameters() -> None:
    network = freeze(small(), ["n1", "n2", "n3", "n4"])
    assert [node.frozen for node in network.layers] == [False, True, True, False]
    assert freeze(network, ["n2", "n4"]) is network
    thawed = freeze(network, ["n2"], frozen=False)
    assert [node.id for node in thawed.layers if node.frozen] == ["n3"]
    assert [can_freeze(node) for node in network.layers] == [False, True, True, False]
    opaque = replace(network.layers[3], kind="Custom>Mine")
    assert can_freeze(opaque), "what isn't known may have parameters"
    with pytest.raises(BadInput, match="isn't in the network any more"):
        freeze(network, ["n9"])
    assert above(network, ["n3"]) == ("n1", "n2")


def test_a_frozen_layer_counts_as_not_trained_everywhere() -> None:
    before, after = analyse(small()), analyse(freeze(small(), ["n2", "n3"]))
    assert (before.trainable_params, after.trainable_params) == (80 + 16, 0)
    assert after.non_trainable_params == after.total_params == 80 + 32
    norm = after.nodes["n3"]
    reason = next(one for one in norm.reasons if one.quantity == "parameters")
    notes = {line.title: line.note for line in derive(norm, reason, after.nodes).lines}
    assert notes["gamma"] == T("frozen, not trained")
    assert notes["moving_mean"] == T("kept on the side, not trained")
    frozen = Project(network=after.network)
    told = project_difference(Project(network=before.network), frozen).texts()
    assert [str(text) for text in told] == ["conv2d frozen", "batch_normalization frozen"]


@given(
    st.text(
        st.characters() | st.sampled_from("\r\n\t #'\"\\\u2028\x0c\x85\ud800\u0301e"), max_size=60
    )
)
def test_a_note_can_stand_in_comments(note: str) -> None:
    kept = tidied(note)
    assert tidied(kept) == kept
    assert kept.splitlines() == (kept.split("\n") if kept else [])
    code = "".join(f"# {line}\n" for line in kept.split("\n")) + "x = 1\n"
    compile(code.encode(), "note", "exec")


def test_a_note_is_written_changed_and_taken_away() -> None:
    network = annotate(small(), "n2", "  the edges \r\n\r\n then corners\n\n")
    assert network.by_id["n2"].note == "  the edges\n\n then corners"
    assert annotate(network, "n2", network.by_id["n2"].note) is network
    assert annotate(network, "n2", " \n ").by_id["n2"].note == ""
    with pytest.raises(BadInput, match="at most 4,000 characters; this one has 4,001"):
        annotate(network, "n2", "x" * (LONGEST_NOTE + 1))


def test_weights_stay_while_they_fit_and_come_back_with_undo() -> None:
    document = Document(Project(network=with_weights(small())))

    def keeps() -> bool:
        return analyse(document.network).nodes["n2"].keeps_weights

    assert keeps()
    for name, value in (("activation", "relu"), ("padding", "same"), ("strides", 2)):
        document.apply_network(
            lambda network, name=name, value=value: edits.set_parameter(network, "n2", name, value),
            T("Change"),
        )
        assert keeps(), "the kernel is what it was"
    document.apply_network(lambda n: edits.set_parameter(n, "n2", "filters", 9), T("Change"))
    assert not keeps()
    reason = misfit(analyse(document.network).nodes["n2"])
    assert "kernel 3×3×1×8 came with it, now it needs 3×3×1×9" in str(reason)
    document.undo()
    assert keeps()
    document.apply_network(lambda n: edits.set_parameter(n, "n2", "use_bias", False), T("Change"))
    assert "2 arrays came with it, now it needs 1" in str(
        misfit(analyse(document.network).nodes["n2"])
    )
    document.undo()
    document.apply_network(lambda n: edits.delete(n, ["n2"]), T("Delete"))
    document.undo()
    assert keeps()
    document.apply_network(lambda n: drop_weights(n, ["n2", "n3"]), T("Drop"))
    assert document.network.by_id["n2"].weights is None
    assert misfit(analyse(document.network).nodes["n2"]) is None
    assert drop_weights(document.network, ["n2"]) is document.network


def test_a_copy_has_all_three_here_and_in_another_project() -> None:
    network = annotate(freeze(with_weights(small()), ["n2"]), "n2", "edges\nand corners")
    for copied in (
        edits.duplicate(network, ["n2"]),
        edits.paste(Network(), read_clip(write_clip(network, ["n2"]))),
    ):
        node = copied.layers[-1]
        assert (node.note, node.frozen, node.weights) == ("edges\nand corners", True, STORED)
    again = decode_project(encode_project(Project(network=network)), "file").network
    assert again == network


def test_every_use_of_a_block_has_its_own() -> None:
    network = edits.add(small(), "dense")
    network = grouping.make_block(network, ["n2", "n3"], "block")
    network = edits.duplicate(network, ["n2", "n3"])
    first, second = network.blocks
    assert first.pattern == second.pattern
    marked = annotate(freeze(with_weights(network), ["n2"]), "n2", "edges")
    after = follow(network, marked)
    twin = grouping.layer_of(second, first.members["n2"])
    assert not after.by_id[twin].frozen
    assert (after.by_id[twin].note, after.by_id[twin].weights) == ("", None)
    # A layer put into one use comes to the others without the marks it has there.
    link = next(link for link in after.links if (link.source, link.target) == ("n2", "n3"))
    edited = edits.insert(after, link, "conv2d", {"filters": 8, "kernel_size": 1})
    new = edited.layers[-1].id
    edited = annotate(freeze(with_weights(edited, new), [new]), new, "here")
    joined = follow(after, edited)
    part = joined.block_of[new].members[new]
    other = joined.by_id[grouping.layer_of(joined.blocks[1], part)]
    assert (other.kind, other.frozen, other.note, other.weights) == ("conv2d", False, "", None)
    assert joined.by_id[new].frozen


def test_the_lecture_network_frozen_but_for_its_end_is_what_is_trained() -> None:
    network = load_project_argument("sample:lecture-cnn").network
    last = network.order[-1]
    frozen = freeze(network, above(network, [last]))
    analysis = analyse(frozen)
    assert analysis.trainable_params == analysis.nodes[last].params
    assert Link(network.order[0], network.order[1]) in network.links
