"""Every line of a derivation is a chain of equals that ends in the number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from cnnstudio.core.analysis import NodeAnalysis, analyse
from cnnstudio.core.derivations import Derivation, derive
from cnnstudio.core.expressions import NotAnExpression, bindings, evaluate, parse, show, steps
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.network import Network
from tests.contract.settings import input_shapes, settings
from tests.fakes.networks import chain, graphs, lecture


def of(network: Network, id: str, quantity: str) -> Derivation:
    nodes = analyse(network).nodes
    reason = next(r for r in nodes[id].reasons if r.quantity == quantity)
    return derive(nodes[id], reason, nodes)


def test_the_rows_of_the_lectures_second_convolution() -> None:
    found = of(lecture(), "n3", "rows")
    assert [(s.name, s.value) for s in found.symbols] == [("I", "28"), ("F", "3"), ("S", "1")]
    assert str(found.symbols[2].meaning) == "stride: how far the window moves"
    (line,) = found.lines
    assert line.formula == "⌊(I − F) / S⌋ + 1"
    assert line.steps == ("⌊(28 − 3) / 1⌋ + 1", "⌊25 / 1⌋ + 1", "25 + 1", "26")
    assert found.padding is None


def test_padding_same_shows_where_its_zeros_go() -> None:
    network = chain(
        ("input", {"shape": [28, 28, 1]}), ("conv2d", {"strides": 2, "padding": "same"})
    )
    found = of(network, "n2", "rows")
    lines = {line.left: line for line in found.lines}
    assert lines["O"].steps == ("⌈28 / 2⌉", "14")
    assert lines["P"].steps[0] == "max((14 − 1)·2 + 3 − 28, 0)"
    assert (lines["P"].value, lines["P_before"].value, lines["P_after"].value) == ("1", "0", "1")
    assert lines[""].steps[-2:] == ("13 + 1", "14")
    assert found.padding is not None
    assert (found.padding.before, found.padding.size, found.padding.after) == (0, 28, 1)


def test_parameters_are_split_into_kernel_and_bias() -> None:
    found = of(lecture(), "n3", "parameters")
    kernel, bias, total, formula = found.lines
    assert (kernel.title, kernel.steps) == ("kernel", ("3·3·32·64", "18432"))
    assert (bias.title, bias.steps) == ("bias", ("64",))
    assert total.steps == ("18432 + 64", "18496")
    assert formula.steps == ("(3·3·32 + 1)·64", "(288 + 1)·64", "289·64", "18496")


def test_a_receptive_field_is_told_layer_by_layer() -> None:
    found = of(lecture(), "n4", "receptive_field_rows")
    assert [(line.title, line.node, line.value) for line in found.lines] == [
        ("input", "n1", "1"), ("conv2d", "n2", "3"), ("conv2d_1", "n3", "5"), ("", "", "6"),
    ]  # fmt: skip
    assert found.lines[-1].steps == ("5 + (2 − 1)·1", "5 + 1·1", "5 + 1", "6")
    steps_of = of(lecture(), "n4", "jump_rows")
    assert [line.value for line in steps_of.lines] == ["1", "1", "1", "2"]


def test_a_long_way_is_cut_short() -> None:
    network = chain(
        ("input", {"shape": [99, 99, 1]}), *[("conv2d", {"filters": 1, "padding": "same"})] * 40
    )
    found = of(network, "n41", "receptive_field_columns")
    assert found.left_out == 40 - 24
    assert len(found.lines) == 25
    assert found.lines[-1].value == "81"


def check(one: NodeAnalysis, nodes: dict[str, NodeAnalysis]) -> None:
    for reason in one.reasons:
        found = derive(one, reason, nodes)
        for line in found.lines:
            values = {evaluate(parse(step)) for step in line.steps}
            assert len(values) == 1, line
            assert line.steps[-1] == show(parse(line.steps[-1]))
            assert re.fullmatch(r"−?\d+", line.value)
        assert int(found.lines[-1].value.replace("−", "-")) == reason.value


@limits(deadline=None)
@given(graphs())
def test_every_line_is_a_chain_of_equals(network: Network) -> None:
    nodes = analyse(network).nodes
    for one in nodes.values():
        check(one, nodes)


@limits(deadline=None)
@given(st.data())
def test_every_kind_has_derivations(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([kind for kind in kinds().values() if kind.inputs[1] == 1]))
    (shape,) = data.draw(input_shapes(kind))
    network = chain(("input", {"shape": list(shape)}), (kind.id, data.draw(settings(kind))))
    nodes = analyse(network).nodes
    for one in nodes.values():
        check(one, nodes)
        for reason in one.reasons:
            for symbol in derive(one, reason, nodes).symbols:
                named = re.match(r"(axis_\d_in|shape\[)", symbol.name) or symbol.meaning
                assert named, (kind.id, reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", ("7",)),
        ("(9)·5", ("(9)·5", "45")),
        ("⌊25 / 3⌋ + 1", ("⌊25 / 3⌋ + 1", "8 + 1", "9")),
        ("⌊25 / 2⌋ + 1", ("⌊25 / 2⌋ + 1", "⌊12.5⌋ + 1", "12 + 1", "13")),
        ("⌈7 / 2⌉", ("⌈7 / 2⌉", "⌈3.5⌉", "4")),
        ("max(3 − 5, 0)·2", ("max(3 − 5, 0)·2", "max(−2, 0)·2", "0·2", "0")),
        ("5 − (3 − 4)", ("5 − (3 − 4)", "5 − (−1)", "6")),
        ("5 + 3 − 1", ("5 + 3 − 1", "7")),
        ("12 / (2·3)", ("12 / (2·3)", "12 / 6", "2")),
    ],
)
def test_steps(text: str, expected: tuple[str, ...]) -> None:
    assert steps(text) == expected


@pytest.mark.parametrize("text", ["", "1 +", "(1", "1)", "∏ n_i", "⌊1", "max(1", "1 2", "a b", "%"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(NotAnExpression):
        parse(text)


def test_symbols_are_bound_only_where_formula_and_numbers_are_alike() -> None:
    assert bindings("(F·F·C_in/G + 1)·C", "(3·3·8/2 + 1)·4") == {
        "F": "3", "C_in": "8", "G": "2", "C": "4",
    }  # fmt: skip
    assert bindings("n_1·n_1", "3·4") == {}
    assert bindings("a + b", "3 − 4") == {}
    assert bindings("∏ n_i", "3·4") == {}
    assert bindings("a", "3·(4 + 1)") == {"a": "3·(4 + 1)"}
