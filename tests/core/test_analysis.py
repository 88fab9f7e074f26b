from __future__ import annotations

import math
import re
import time
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.layers.spec import Cells, Reason
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.problems.fixes import apply_fix
from cnnstudio.core.problems.spec import Severity
from tests.fakes.networks import chain, graphs, lecture


def test_the_lectures_table() -> None:
    analysis = analyse(lecture())
    layers = list(analysis.nodes.values())
    assert [one.output for one in layers] == [
        (28, 28, 1), (28, 28, 32), (26, 26, 64), (13, 13, 64), (10816,), (100,), (100,), (10,),
    ]  # fmt: skip
    assert [one.params for one in layers] == [0, 320, 18_496, 0, 0, 1_081_700, 0, 1_010]
    assert [one.macs for one in layers] == [0, 225_792, 12_460_032, 0, 0, 1_081_600, 0, 1_000]
    assert [one.receptive_field for one in layers] == [
        (1, 1), (3, 3), (5, 5), (6, 6), (28, 28), (28, 28), (28, 28), (28, 28),
    ]  # fmt: skip
    assert analysis.total_params == analysis.trainable_params == 1_101_526
    assert analysis.non_trainable_params == 0
    assert analysis.macs == 13_768_424
    assert analysis.memory_bytes_per_image == 363_912
    assert [p.id for p in analysis.problems] == ["dense_holds_most"]
    assert analysis.input is layers[0]
    assert analysis.output is layers[-1]


def value_of(numbers: str) -> float:
    """What a reason's numbers come to."""
    python = numbers.translate(str.maketrans({"·": "*", "−": "-", "⌊": "(", "⌋": ")"}))
    python = python.replace(" / ", " // ")
    assert re.fullmatch(r"[\d+*/() ,max-]+", python), numbers
    return float(eval(python))


@given(graphs())
def test_every_number_has_a_reason_that_comes_to_it(network: Network) -> None:
    for one in analyse(network).nodes.values():
        reasons = {reason.quantity: reason for reason in one.reasons}
        for reason in one.reasons:
            assert value_of(reason.numbers) == reason.value, (one.node, reason)
        axes = [r.value for r in one.reasons if r.quantity in SHAPE]
        assert tuple(axes) == one.output
        assert reasons["parameters"].value == one.params
        assert reasons["macs"].value == one.macs
        assert reasons["memory"].value == one.memory_bytes == 4 * math.prod(one.output)
        assert reasons["receptive_field_rows"].value == one.receptive_field[0]
        assert reasons["receptive_field_columns"].value == one.receptive_field[1]


SHAPE = {"rows", "columns", "channels", "values"}


def test_reasons_in_symbols_and_numbers() -> None:
    one = analyse(lecture()).nodes["n3"]
    assert (
        Reason("parameters", "(F_h·F_w·C_in + 1)·C_out", "(3·3·32 + 1)·64", 18_496) in one.reasons
    )
    assert Reason("rows", "⌊(I − F) / S⌋ + 1", "⌊(28 − 3) / 1⌋ + 1", 26) in one.reasons


# What is wrong is one error, and what is behind it keeps quiet


def only(analysis: Analysis) -> tuple[str, str]:
    """Name and text of the only problem, which is an error."""
    (problem,) = analysis.problems
    assert problem.severity is Severity.ERROR
    assert analysis.input is analysis.output is None
    name = analysis.network.by_id[problem.node].name if problem.node else ""
    return name, str(problem.text)


def test_a_wrong_connection_names_both_layers_their_shapes_and_what_helps() -> None:
    network = chain(
        ("input", {}),
        ("flatten", {}),
        ("conv2d", {"filters": 8}),
        ("max_pooling2d", {}),
        ("dense", {}),
    )
    name, text = only(analyse(network))
    assert name == "conv2d"
    assert text == (
        "conv2d needs rows, columns and channels, but flatten gives 784 values. "
        "Put it where there is still a feature map, above the layer that flattens."
    )
    (problem,) = analyse(network).problems
    fix, _ = problem.fixes
    assert str(fix.text) == "Move conv2d above flatten"
    fixed = apply_fix(network, problem.node, fix)
    assert [fixed.by_id[id].name for id in fixed.order[:3]] == ["input", "conv2d", "flatten"]


def test_a_window_that_does_not_fit_offers_two_ways_out() -> None:
    network = chain(
        ("input", {"shape": [4, 9, 1]}),
        ("conv2d", {"kernel_size": [5, 3], "dilation_rate": [1, 2]}),
    )
    (problem,) = analyse(network).problems
    assert str(problem.text) == (
        "conv2d slides a window of 5×5 over the 4×9×1 that input gives: the window doesn't fit. "
        "A smaller kernel_size or padding same would."
    )
    assert problem.parameter == "kernel_size"
    assert len(problem.fixes) == 2
    for fix in problem.fixes:
        assert analyse(apply_fix(network, problem.node, fix)).errors == ()


def merge(kind: str, first: dict[str, Any], second: dict[str, Any]) -> Network:
    nodes = [
        LayerNode("n1", "input", "input"),
        LayerNode("n2", "conv2d", "left", first),
        LayerNode("n3", "conv2d", "right", second),
        LayerNode("n4", kind, "merged"),
        LayerNode("n5", "conv2d", "below", {"kernel_size": 99}),
    ]
    links = [
        Link("n1", "n2"),
        Link("n1", "n3"),
        Link("n2", "n4", 0),
        Link("n3", "n4", 1),
        Link("n4", "n5"),
    ]
    return Network(tuple(nodes), tuple(links))


@pytest.mark.parametrize("kind", ["add", "concatenate"])
def test_merges_name_the_two_that_disagree(kind: str) -> None:
    name, text = only(analyse(merge(kind, {"filters": 8}, {"filters": 8, "padding": "same"})))
    assert name == "merged"
    assert "left gives 26×26×8 and right gives 28×28×8" in text


def test_add_repeats_axes_of_length_one() -> None:
    network = merge("add", {"filters": 8, "kernel_size": 28}, {"filters": 8, "padding": "same"})
    merged = analyse(network).nodes["n4"]
    assert merged.output == (28, 28, 8)
    assert merged.receptive_field == (28, 28)  # the branch that is repeated sees the whole picture


def test_a_cycle_is_one_error() -> None:
    network = chain(("input", {}), ("conv2d", {}), ("conv2d", {}), ("conv2d", {}))
    network = replace(network, links=(*network.links[1:], Link("n4", "n2")))
    name, text = only(analyse(network))
    assert name == "conv2d"
    assert text.startswith("conv2d → conv2d_1 → conv2d_2 → conv2d is a circle")
    (problem,) = analyse(network).problems
    assert analyse(apply_fix(network, "n2", problem.fixes[0])).network.cyclic == frozenset()


def test_layers_behind_a_cycle_keep_quiet() -> None:
    network = chain(("input", {}), ("conv2d", {}), ("conv2d", {}), ("dense", {}))
    network = replace(network, links=(*network.links, Link("n3", "n2", 1)))
    assert only(analyse(network))[0] == "conv2d"


def with_links(*links: Link) -> Network:
    network = chain(("input", {}), ("conv2d", {"padding": "same"}), ("add", {}), ("flatten", {}))
    return replace(network, links=links)


def three_into(kind: str) -> Network:
    network = chain(("input", {}), ("re_lu", {}), ("elu", {}), (kind, {}))
    return replace(network, links=(*network.links, Link("n2", "n4", 1), Link("n1", "n4", 2)))


IN, SUM, OUT = Link("n1", "n2"), (Link("n1", "n3", 0), Link("n2", "n3", 1)), Link("n3", "n4")


@pytest.mark.parametrize(
    ("network", "name", "words"),
    [
        (Network(), "", "The network is empty"),
        (chain(("conv2d", {}), ("flatten", {})), "conv2d", "no Input, so nothing reaches conv2d"),
        (with_links(IN, SUM[0], OUT), "add", "only input is linked to it"),
        (with_links(IN, Link("n2", "n2"), *SUM, OUT), "conv2d", "linked to itself"),
        (with_links(IN, SUM[0], Link("n2", "n3"), OUT), "add", "both linked to input 1 of add"),
        (with_links(IN, *SUM, OUT, Link("n2", "n4", 1)), "flatten", "takes one input, but add"),
        (with_links(IN, *SUM, OUT, Link("nowhere", "n4")), "flatten", "comes from a layer"),
        (with_links(IN, *SUM, OUT, Link("n2", "nowhere")), "conv2d", "leads from conv2d to"),
        (with_links(IN, *SUM, OUT, Link("nowhere", "n1")), "input", "comes from a layer"),
        (with_links(IN, *SUM), "flatten", "Nothing reaches flatten"),
        (chain(("input", {}), ("subtract", {})), "subtract", "takes two inputs, but only input"),
        (three_into("subtract"), "subtract", "takes two inputs, but 3 layers are linked"),
        (chain(("input", {}), ("lambda", {}), ("dense", {})), "lambda", "doesn't know"),
    ],
)  # fmt: skip
def test_broken_graphs_are_explained_by_one_error(network: Network, name: str, words: str) -> None:
    found, text = only(analyse(network))
    assert found == name
    assert words in text


def test_without_an_input_only_the_first_layer_speaks() -> None:
    network = with_links(Link("n2", "n4"))
    network = replace(network, layers=(*network.layers[1:], LayerNode("n9", "re_lu", "other")))
    assert only(analyse(network))[0] == "conv2d"
    fixed = apply_fix(network, "n2", analyse(network).problems[0].fixes[0])
    assert {p.node for p in analyse(fixed).problems} == {"n3", "n9"}


def test_an_input_takes_nothing() -> None:
    network = chain(("input", {}), ("flatten", {}))
    network = replace(
        network,
        layers=(*network.layers, LayerNode("n3", "input", "late")),
        links=(*network.links, Link("n2", "n3")),
    )
    assert "late takes nothing in" in only(analyse(network))[1]


def test_every_refused_value_is_named_with_its_default() -> None:
    network = chain(
        ("input", {}),
        ("conv2d", {"filters": 0, "kernel_size": [3, 3.5], "strides": 2}),
        ("flatten", {}),
    )
    analysis = analyse(network)
    assert [p.parameter for p in analysis.problems] == ["filters", "kernel_size"]
    assert str(analysis.problems[0].text) == (
        "conv2d: filters can't be 0: it takes a whole number from 1 to 1,000,000. "
        "The default is 32."
    )
    for problem in analysis.problems:
        network = apply_fix(network, problem.node, problem.fixes[0])
    assert analyse(network).errors == ()
    assert network.by_id["n2"].params == {"strides": 2}


def test_true_is_not_one() -> None:
    good = chain(("input", {}), ("conv2d", {"filters": 1}))
    bad = chain(("input", {}), ("conv2d", {"filters": True}))
    assert analyse(good).problems == ()
    assert "can't be True" in only(analyse(bad))[1]


def test_unknown_parameters_are_kept_and_told() -> None:
    (problem,) = analyse(chain(("input", {}), ("dense", {"units": 3, "lora_rank": 2}))).warnings[:1]
    assert "lora_rank" in str(problem.text)


def test_names_must_differ_and_ids_too() -> None:
    network = lecture()
    layers = tuple(replace(node, name="same") for node in network.layers[:3]) + network.layers[3:]
    analysis = analyse(replace(network, layers=layers))
    assert [p.node for p in analysis.problems] == ["n2", "n3"]
    assert analysis.total_params == 1_101_526  # shapes don't depend on names
    fixed = apply_fix(analysis.network, "n2", analysis.problems[0].fixes[0])
    assert [node.name for node in fixed.layers[:3]] == ["same", "same_1", "same_2"]

    twice = replace(network, layers=(*network.layers, replace(network.layers[1], name="twin")))
    (problem,) = analyse(twice).problems
    assert "two layers with one id" in str(problem.text)
    apart = apply_fix(twice, problem.node, problem.fixes[0])
    assert [node.id for node in apart.layers][-1] == "n9"


def test_one_output_and_one_input() -> None:
    network = chain(("input", {}), ("conv2d", {}), ("flatten", {}), ("dense", {}))
    extra = LayerNode("n9", "global_average_pooling2d", "pool")
    both = replace(
        network, layers=(*network.layers, extra), links=(*network.links, Link("n2", "n9"))
    )
    name, text = only(analyse(both))
    assert {name, *re.findall("ends in (\\w+)", text)} == {"dense", "pool"}
    second = replace(network, layers=(*network.layers, LayerNode("n9", "input", "second")))
    assert only(analyse(second))[0] == "second"


@pytest.mark.parametrize(
    ("layers", "parameter"),
    [
        ([("dense", {})], ""),
        ([("dropout", {"rate": 1})], "rate"),
        ([("batch_normalization", {"momentum": 1.5})], "momentum"),
        ([("batch_normalization", {"epsilon": 0})], "epsilon"),
        ([("flatten", {}), ("dense", {"units": 1}), ("softmax", {})], ""),
        ([("flatten", {}), ("dense", {"units": 1, "activation": "softmax"})], "activation"),
        ([("conv2d", {"filters": 1, "activation": "softmax"})], "activation"),
        ([("activation", {"activation": "softmax"})], "activation"),
    ],
)
def test_what_is_seldom_meant_is_a_warning(layers: list[Any], parameter: str) -> None:
    network = chain(("input", {}), *layers)
    (problem,) = analyse(network).problems
    assert problem.severity is Severity.WARNING
    assert problem.parameter == parameter
    assert analyse(network).output is not None
    for fix in problem.fixes:
        after = analyse(apply_fix(network, problem.node, fix))
        assert problem.id not in [other.id for other in after.problems]


# The receptive field


def seen_by(network: Network, id: str, cell: int, axis: int) -> tuple[int, int]:
    """First and last pixel a cell sees along an axis, found window by window."""
    one = analyse(network).nodes[id]
    if not one.sources:
        return cell, cell
    values, size = one.node.values, one.inputs[0][axis]
    window = values.get("kernel_size") or values.get("pool_size")
    if window is None:
        return seen_by(network, one.sources[0], cell, axis)
    stride, dilation = (
        (values["strides"] or window)[axis],
        values.get("dilation_rate", (1, 1))[axis],
    )
    span = dilation * (window[axis] - 1) + 1
    before = 0
    if values["padding"] == "same":
        before = max((math.ceil(size / stride) - 1) * stride + span - size, 0) // 2
    first = cell * stride - before
    return (
        seen_by(network, one.sources[0], first, axis)[0],
        seen_by(network, one.sources[0], first + span - 1, axis)[1],
    )


@given(graphs())
def test_receptive_fields_of_chains_are_what_windows_cover(network: Network) -> None:
    analysis = analyse(network)
    for id, one in analysis.nodes.items():
        if any(
            two.kind.inputs != (1, 1)
            or len(two.output) < 3
            or "global" in two.kind.id
            or two.kind.id in ("softmax", "zero_padding2d")
            or isinstance(two.sight, Cells)  # compared with Keras, see tests/contract
            for two in above(analysis, id)
        ):
            continue
        for axis, field in enumerate(one.fields):
            for cell in (0, one.output[axis] - 1):
                first, after = field.at(cell)
                assert seen_by(network, id, cell, axis) == (first, after - 1)


def above(analysis: Analysis, id: str) -> list[Any]:
    """The layer and those above it up to the Input, without the Input."""
    one = analysis.nodes[id]
    return [one, *above(analysis, one.sources[0])] if one.sources else []


def test_after_flatten_dense_and_global_pooling_a_cell_sees_everything() -> None:
    for last in ("flatten", "global_average_pooling2d", "global_max_pooling2d"):
        network = chain(
            ("input", {"shape": [9, 7, 3]}), ("conv2d", {"padding": "same"}), (last, {})
        )
        assert analyse(network).nodes["n3"].receptive_field == (9, 7)
    network = chain(("input", {"shape": [9]}), ("dense", {}))
    assert analyse(network).nodes["n2"].receptive_field == (9,)


def test_branches_give_the_union() -> None:
    network = merge(
        "concatenate",
        {"kernel_size": 3, "padding": "same"},
        {"kernel_size": [7, 1], "padding": "same"},
    )
    assert analyse(network).nodes["n4"].receptive_field == (7, 3)


def test_inputs_with_other_axes_have_a_field_of_their_own() -> None:
    layers = (
        LayerNode("a", "input", "a", {"shape": [8, 8, 1]}),
        LayerNode("b", "input", "b", {"shape": [5]}),
        LayerNode("f", "flatten", "f"),
        LayerNode("c", "concatenate", "c"),
    )
    network = Network(layers, (Link("a", "f"), Link("f", "c"), Link("b", "c", 1)))
    assert analyse(network).nodes["c"].receptive_field == (8, 8)


# Keeping what was computed


def test_the_analysis_is_kept_with_its_network_and_no_part_of_it() -> None:
    network = lecture()
    analysis = analyse(network)
    assert analyse(network) is analysis
    twin = replace(network)
    assert twin == network
    assert hash(twin) == hash(network)
    assert analyse(twin) is not analysis
    shorter = replace(network, layers=network.layers[:-1], links=network.links[:-1])
    assert analyse(shorter).total_params == 1_101_526 - 1_010
    assert shorter != network


@pytest.mark.parametrize(("count", "milliseconds"), [(100, 16), (1000, 100)])
def test_a_change_at_the_top_of_a_long_chain_is_quick(count: int, milliseconds: float) -> None:
    side = 2 * count + 8
    network = chain(("input", {"shape": [side, side, 1]}), *[("conv2d", {"filters": 8})] * count)
    assert len(analyse(network).nodes) == count + 1
    took = []
    for more in range(1, 6):
        first = replace(network.layers[0], params={"shape": [side + more, side, 1]})
        changed = replace(network, layers=(first, *network.layers[1:]))
        start = time.perf_counter()
        analyse(changed)
        took.append(time.perf_counter() - start)
    assert min(took) * 1000 < milliseconds
