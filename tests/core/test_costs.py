"""The cost table has the analysis' numbers, and its file is one a spreadsheet reads as it is."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.costs import HEADER, cost_csv, costs, harmless
from cnnstudio.core.network import LayerNode, Link, Network
from tests.fakes.networks import chain, graphs, lecture


def test_the_lectures_costs() -> None:
    table = costs(analyse(lecture()), 64)
    conv = table.rows[2]
    assert (conv.class_name, conv.output, conv.params) == ("Conv2D", (26, 26, 64), 18_496)
    assert (conv.macs, conv.memory) == (12_460_032, 26 * 26 * 64 * 4 * 64)
    assert (conv.field, conv.stride) == ((5, 5), (1, 1))
    pooled, flat = table.rows[3], table.rows[4]
    assert (pooled.field, pooled.stride) == ((6, 6), (2, 2))
    assert (flat.field, flat.stride) == ((28, 28), (None, None))
    assert (table.params, table.trainable, table.macs) == (1_101_526, 1_101_526, 13_768_424)
    assert table.memory == 363_912 * 64
    assert (table.known, table.field) == (8, (28, 28))


@given(graphs(), st.integers(1, 4096))
def test_every_number_is_the_analysis_one(network: Network, batch: int) -> None:
    analysis = analyse(network)
    table = costs(analysis, batch)
    assert [row.node.id for row in table.rows] == list(network.order)
    assert table.known == len(analysis.nodes)
    assert table.params == analysis.total_params
    assert table.trainable == analysis.trainable_params
    assert table.macs == analysis.macs
    assert table.memory == analysis.memory_bytes_per_image * batch
    for row in table.rows:
        facts = analysis.nodes.get(row.node.id)
        if facts is None:
            assert row.params is row.macs is row.memory is row.field is row.stride is None
            assert row.reason is not None
            continue
        assert row.reason is None
        assert row.memory == 4 * batch * math.prod(facts.output)
        for cell, field in zip(row.stride or (), facts.fields, strict=True):
            if cell is not None:
                assert field.at(1)[0] - field.at(0)[0] == cell


def test_where_cells_have_no_one_step_there_is_no_stride() -> None:
    network = chain(
        ("input", {"shape": [8, 8, 1]}),
        ("max_pooling2d", {"pool_size": 4}),
        ("up_sampling2d", {"size": 2}),
        ("max_pooling2d", {"pool_size": 2}),
    )
    rows = costs(analyse(network), 1).rows
    assert [row.stride for row in rows] == [(1, 1), (4, 4), (None, None), (4, 4)]


def test_what_is_not_known_says_why() -> None:
    network = edits.set_parameter(lecture(), "n3", "kernel_size", 99)
    table = costs(analyse(network), 1)
    own, *behind = [row.reason for row in table.rows if row.reason is not None]
    assert "conv2d_1" in str(own)
    assert own == analyse(network).problems_of("n3")[0].text
    assert {str(reason) for reason in behind} == {"Not known before conv2d_1 is mended."}
    assert (table.known, table.params, table.field) == (2, 320, None)
    assert cost_csv(table.rows).splitlines()[3] == "conv2d_1,Conv2D,,,,,,1,,,,"


def test_layers_on_a_cycle_come_last() -> None:
    network = chain(("input", {}), ("re_lu", {}), ("re_lu", {}))
    links = (Link("n2", "n3"), Link("n3", "n2"))
    table = costs(analyse(Network(network.layers, links)), 1)
    assert [row.node.id for row in table.rows] == ["n1", "n2", "n3"]
    assert all(row.reason for row in table.rows[1:])


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(NAMES | st.sampled_from("=+-@").flatmap(lambda mark: NAMES.map(mark.__add__)))
def test_any_name_comes_back_from_the_file(name: str) -> None:
    nodes = (LayerNode("n1", "input", name), LayerNode("n2", "누구", "합성곱 1"))
    text = cost_csv(costs(analyse(Network(nodes)), 2).rows)
    header, first, second = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert tuple(header) == HEADER
    assert first[0] == harmless(name)
    assert first[0].removeprefix("'") == name.removeprefix("'")
    assert first[1:4] == ["Input", "(None, 28, 28, 1)", "0"]
    assert second[:2] == ["합성곱 1", "누구"]
    assert text.endswith("\r\n")
    assert text.encode().decode() == text


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", " =1", "\t=1", "\rx", "＝1"])
def test_no_name_is_a_formula(name: str) -> None:
    assert harmless(name) == f"'{name}"
    assert harmless(f"a{name}") == f"a{name}"


def test_a_kind_nobody_knows_is_no_formula_either() -> None:
    node = LayerNode("n1", "=cmd", "층")
    (row,) = costs(analyse(Network((replace(node, params={"a": 1}),))), 1).rows
    assert cost_csv([row]).splitlines()[1].startswith("층,'=cmd,")
