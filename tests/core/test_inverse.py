"""Every proposal, applied, gives the size that was asked for."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.inverse import Answer, apply_proposal, sizes_for
from cnnstudio.core.network import Network
from tests.fakes.networks import chain, graphs, lecture


def check(network: Network, id: str, answer: Answer) -> None:
    before = analyse(network)
    told = {(p.node, p.text.id) for p in before.errors}
    for proposal in answer.proposals:
        after = analyse(apply_proposal(network, proposal.settings))
        assert after.nodes[id].output[:2] == answer.wanted
        assert {(p.node, p.text.id) for p in after.errors} <= told
        assert proposal.params == (before.total_params, after.total_params)
        assert proposal.macs == (before.macs, after.macs)
        for setting in proposal.settings:
            assert network.by_id[setting.node].name == setting.layer


@settings(deadline=None)
@given(graphs(), st.data())
def test_every_proposal_gives_the_wanted_size(network: Network, data: st.DataObject) -> None:
    maps = [id for id, one in analyse(network).nodes.items() if len(one.output) == 3]
    id = data.draw(st.sampled_from(maps))
    wanted = (data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12)))
    answer = sizes_for(network, id, wanted, most=3)
    check(network, id, answer)
    assert not (answer.proposals and answer.reason)
    there = analyse(network).nodes[id].output[:2] == wanted
    assert answer.proposals or answer.reason or there
    for size in answer.nearest[:1]:
        again = sizes_for(network, id, size, most=1)
        assert again.proposals, (size, "was said to be near")


@given(
    st.integers(4, 40), st.integers(1, 40), st.sampled_from(["conv2d", "max_pooling2d"]),
    st.booleans(),
)  # fmt: skip
def test_whatever_one_window_can_give_is_found(
    length: int, wanted: int, kind: str, same: bool
) -> None:
    network = chain(
        ("input", {"shape": [length, length, 1]}), (kind, {"padding": "same" if same else "valid"})
    )
    answer = sizes_for(network, "n2", (wanted, wanted))
    assert bool(answer.proposals) == (
        wanted <= length and analyse(network).nodes["n2"].output[0] != wanted
    )
    check(network, "n2", answer)


def words(answer: Answer) -> list[str]:
    return [", ".join(f"{s.layer}: {s.change}" for s in one.settings) for one in answer.proposals]


def test_the_least_change_comes_first_with_what_it_costs() -> None:
    answer = sizes_for(lecture(), "n4", (14, 14))
    assert words(answer)[0] == "conv2d_1: padding valid → same"
    assert answer.proposals[0].params == (1_101_526, 1_274_326)
    rows_only = sizes_for(lecture(), "n3", (28, 26))
    assert words(rows_only)[0] == "conv2d_1: kernel_size 3 → 1×3"


def test_a_layer_without_a_window_asks_those_above() -> None:
    network = chain(("input", {"shape": [28, 28, 1]}), ("conv2d", {}), ("re_lu", {}))
    answer = sizes_for(network, "n3", (28, 28))
    assert words(answer)[0] == "conv2d: padding valid → same"


def test_a_branch_keeps_agreeing_with_the_other() -> None:
    network = chain(
        ("input", {"shape": [16, 16, 4]}),
        ("conv2d", {"filters": 4, "padding": "same"}),
        ("conv2d", {"filters": 4, "padding": "same"}),
    )
    network = edits.add(network, "add")
    for source in ("n2", "n3"):
        network = edits.connect(network, source, "n4")
    answer = sizes_for(network, "n4", (8, 8))
    assert words(answer)[0] == "conv2d: strides 1 → 2"  # above the fork
    check(network, "n4", answer)


@pytest.mark.parametrize(
    ("id", "wanted", "reason"),
    [
        ("n4", (40, 40), "at most 26×26 can be had"),
        ("n5", (7, 7), "only a feature map has rows and columns"),
        ("n1", (7, 7), "no layer down to it has a window or a stride"),
    ],
)
def test_why_a_size_can_not_be_had(id: str, wanted: tuple[int, int], reason: str) -> None:
    answer = sizes_for(lecture(), id, wanted)
    assert answer.proposals == ()
    assert reason in str(answer.reason)
    for size in answer.nearest:
        assert math.dist(size, wanted) < math.dist((13, 13), wanted)
        assert sizes_for(lecture(), id, size, most=1).proposals


def test_the_size_there_is_needs_nothing() -> None:
    assert sizes_for(lecture(), "n4", (13, 13)) == Answer((13, 13))


def test_a_long_network_is_answered_in_a_moment() -> None:
    network = chain(("input", {"shape": [900, 900, 1]}), *[("conv2d", {"filters": 1})] * 300)
    analyse(network)
    start = time.perf_counter()
    assert sizes_for(network, "n301", (302, 302)).proposals
    assert time.perf_counter() - start < 3
