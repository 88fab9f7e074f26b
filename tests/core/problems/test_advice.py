"""Each warning of the studio's own, both ways: where it is told and where it would be silly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.layers.spec import Origin
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.problems.fixes import apply_fix
from cnnstudio.core.problems.spec import Severity
from tests.fakes.networks import Layer, chain, graphs

SAME: dict[str, Any] = {"padding": "same"}
RELU: dict[str, Any] = {"activation": "relu"}
SOFTMAX: dict[str, Any] = {"activation": "softmax"}


def picture(rows: int, columns: int | None = None, channels: int = 3) -> Layer:
    return "input", {"shape": [rows, columns or rows, channels]}


def conv(filters: int = 8, size: Any = 3, **params: Any) -> Layer:
    return "conv2d", {"filters": filters, "kernel_size": size, **params}


def pool(size: Any = 2, **params: Any) -> Layer:
    return "max_pooling2d", {"pool_size": size, **params}


def ids(network: Network) -> list[str]:
    """What is told, without the end: these networks are pieces."""
    return [p.id for p in analyse(network).problems]


TOLD: dict[str, list[list[Layer]]] = {
    "stride_drops": [
        [picture(13), pool(2)],
        [picture(28), conv(strides=2)],
        [picture(12, 13), pool(3, strides=2)],
        [picture(10), ("zero_padding2d", {"padding": [[2, 0], [2, 0]]}), conv(8, 3, strides=2)],
    ],
    "uneven_same": [
        [picture(28), conv(strides=2, **SAME)],
        [picture(28), conv(8, 2, **SAME)],
        [picture(28), conv(8, [3, 4], **SAME)],
        [picture(28), conv(8, 2, dilation_rate=3, **SAME)],
    ],
    "window_larger": [
        [picture(4), conv(8, 5, **SAME)],
        [picture(28, 2), conv(8, 3, **SAME)],
        [picture(5), conv(8, 3, dilation_rate=4, **SAME)],
        [picture(3), pool(4, **SAME)],
    ],
    "softmax_missing": [
        [picture(8), ("flatten", {}), ("dense", {"units": 10})],
        [picture(8), ("flatten", {}), ("dense", {"units": 10, "activation": "sigmoid"})],
    ],
    "softmax_twice": [
        [picture(8), ("flatten", {}), ("dense", {"units": 9, **SOFTMAX}), ("softmax", {})],
        [picture(8), ("softmax", {}), ("dropout", {"rate": 0.1}), ("activation", SOFTMAX)],
    ],
    "relu_before_softmax": [
        [picture(8), ("flatten", {}), ("dense", {"units": 9, **RELU}), ("softmax", {})],
        [picture(8), ("flatten", {}), ("dense", {"units": 9}), ("re_lu", {}), ("softmax", {})],
        [picture(8), conv(9, **RELU), ("dropout", {"rate": 0.1}), ("activation", SOFTMAX)],
    ],
    "normalised_after_dropout": [
        [picture(8), conv(), ("dropout", {"rate": 0.3}), ("batch_normalization", {})],
        [
            picture(8), conv(), ("dropout", {"rate": 0.3}), ("re_lu", {}), ("dropout", {}),
            ("batch_normalization", {}),
        ],
    ],
    "small_sight": [
        [picture(64), conv(), conv(), ("global_average_pooling2d", {})],
        [picture(8, 64), conv(), conv(), ("global_max_pooling2d", {}), ("dense", SOFTMAX)],
    ],
    "dense_holds_most": [
        [picture(32), conv(), ("flatten", {}), ("dense", {"units": 100, **RELU}),
         ("dense", SOFTMAX)],
        [picture(32), conv(64), ("flatten", {}), ("dropout", {}), ("dense", SOFTMAX)],
    ],
    "dense_on_maps": [
        [picture(28), conv(), ("dense", SOFTMAX)],
        [picture(28), conv(), ("dense", RELU), ("dropout", {}), ("dense", SOFTMAX)],
    ],
}  # fmt: skip

QUIET: dict[str, list[list[Layer]]] = {
    "stride_drops": [
        [picture(14), pool(2)],
        [picture(13), pool(2, **SAME)],
        [picture(56), conv(8, 1, strides=2)],  # a shortcut that skips cells on purpose
        [picture(224), ("zero_padding2d", {"padding": 3}), conv(8, 7, strides=2)],  # only zeros
    ],
    "uneven_same": [
        [picture(27), conv(strides=2, **SAME)],
        [picture(28), conv(8, [3, 5], **SAME)],
        [picture(28), conv(8, 1, strides=2, **SAME)],
        [picture(27), pool(2, **SAME)],  # a pooling doesn't see its padding
    ],
    "window_larger": [[picture(5), conv(8, 5, **SAME)], [picture(3), pool(3, **SAME)]],
    "softmax_missing": [
        [picture(8), ("flatten", {}), ("dense", SOFTMAX)],
        [picture(8), ("flatten", {}), ("dense", {"units": 10}), ("softmax", {})],
        [picture(8), ("flatten", {}), ("dense", {"units": 64, **RELU})],  # not finished yet
        [picture(8), conv(), ("flatten", {})],
    ],
    "softmax_twice": [
        [picture(8), ("softmax", {}), ("flatten", {}), ("dense", SOFTMAX)],
        [picture(8), ("flatten", {}), ("dense", {"units": 10}), ("softmax", {})],
    ],
    "relu_before_softmax": [
        [picture(8), ("flatten", {}), ("dense", RELU), ("dense", SOFTMAX)],
        [picture(8), conv(9, **RELU), conv(9, **SOFTMAX)],
        [picture(8), conv(9, activation="elu"), ("softmax", {})],
    ],
    "normalised_after_dropout": [
        [picture(8), conv(), ("batch_normalization", {}), ("dropout", {"rate": 0.3})],
        [picture(8), ("dropout", {"rate": 0.3}), conv(), ("batch_normalization", {})],
        [picture(8), conv(), ("dropout", {"rate": 0}), ("batch_normalization", {})],
    ],
    "small_sight": [
        [picture(28), conv(), conv(), pool(), ("flatten", {}), ("dense", SOFTMAX)],
        [picture(28), conv(), pool(), conv(), pool(), conv(), ("global_average_pooling2d", {})],
    ],
    "dense_holds_most": [
        [picture(28), ("flatten", {}), ("dense", {"units": 500}), ("dense", SOFTMAX)],
        [picture(12), conv(), ("flatten", {}), ("dense", {"units": 100}), ("dense", SOFTMAX)],
        [picture(32), conv(512, 9, strides=8), ("global_average_pooling2d", {}),
         ("dense", {"units": 1000, **SOFTMAX})],
    ],
    "dense_on_maps": [  # as in ConvNeXt: a 1×1 convolution by another name
        [picture(28), conv(), ("dense", RELU), ("global_average_pooling2d", {}),
         ("dense", SOFTMAX)],
        [picture(28), conv(), ("dense", RELU), conv(), ("flatten", {})],
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("id", "layers"), [(id, layers) for id, cases in TOLD.items() for layers in cases]
)
def test_a_warning_is_told_with_numbers_a_reason_and_fixes_that_work(
    id: str, layers: list[Layer]
) -> None:
    network = chain(*layers)
    (warning,) = [p for p in analyse(network).problems if p.id == id]
    assert warning.severity is Severity.WARNING
    assert warning.origin is Origin.STUDIO
    assert warning.why is not None
    assert network.by_id[warning.node].name in str(warning.text) + str(warning.why)
    assert any(letter.isdigit() for letter in str(warning.text) + str(warning.why))
    assert warning.fixes or id == "small_sight"
    for fix in warning.fixes:
        after = analyse(apply_fix(network, warning.node, fix))
        assert id not in [p.id for p in after.problems]
        assert after.errors == ()


@pytest.mark.parametrize(
    ("id", "layers"), [(id, layers) for id, cases in QUIET.items() for layers in cases]
)
def test_a_warning_is_not_told_where_it_would_be_silly(id: str, layers: list[Layer]) -> None:
    network = chain(*layers)
    assert analyse(network).errors == ()
    assert id not in ids(network)


def test_zeros_on_both_sides_take_the_place_of_uneven_ones() -> None:
    network = chain(picture(28), conv(strides=2, **SAME))
    (warning,) = analyse(network).warnings
    assert str(warning.fixes[0].text) == "Insert ZeroPadding2D((1, 1))"
    fixed = analyse(apply_fix(network, warning.node, warning.fixes[0]))
    assert fixed.nodes["n2"].output == analyse(network).nodes["n2"].output == (14, 14, 8)
    assert fixed.problems == ()


def test_a_squeeze_excite_is_no_head() -> None:
    network = chain(
        picture(64), conv(8, **SAME), ("global_average_pooling2d", {"keepdims": True}),
        conv(8, 1, activation="sigmoid"), ("multiply", {}), pool(4), conv(8, **SAME),
        pool(4), conv(),
        ("global_average_pooling2d", {}), ("dense", SOFTMAX),
    )  # fmt: skip
    network = replace(network, links=(*network.links, Link("n2", "n5", 1)))
    assert ids(network) == []


def lenet() -> Network:
    return chain(
        picture(32, channels=1), conv(6, 5, activation="tanh"),
        ("average_pooling2d", {}), conv(16, 5, activation="tanh"), ("average_pooling2d", {}),
        ("flatten", {}), ("dense", {"units": 120, "activation": "tanh"}),
        ("dense", {"units": 84, "activation": "tanh"}), ("dense", {"units": 10, **SOFTMAX}),
    )  # fmt: skip


def small_resnet() -> Network:
    """A stage of 16 filters and one of 32 at half the size, as for 32×32 pictures."""
    network = chain(picture(32), conv(16, **SAME), ("batch_normalization", {}), ("re_lu", {}))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        start = network.layers[-1].id
        for kind, params in (
            ("zero_padding2d", {"padding": 1}), conv(filters, 3, strides=stride),
            ("batch_normalization", {}), ("re_lu", {}), conv(filters, **SAME),
            ("batch_normalization", {}), ("add", {}),
        ):  # fmt: skip
            above = network.layers[-1].id
            network = edits.add(network, kind, params=params)
            network = edits.connect(network, above, network.layers[-1].id)
        merge = network.layers[-1].id
        if stride > 1:
            network = edits.add(network, "conv2d", params=dict(conv(filters, 1, strides=2)[1]))
            network = edits.connect(network, start, network.layers[-1].id)
            start = network.layers[-1].id
        network = edits.connect(network, start, merge)
        network = edits.add(network, "re_lu")
        network = edits.connect(network, merge, network.layers[-1].id)
    for kind, params in (("global_average_pooling2d", {}), ("dense", {"units": 10, **SOFTMAX})):
        above = network.layers[-1].id
        network = edits.add(network, kind, params=params)
        network = edits.connect(network, above, network.layers[-1].id)
    return network


@pytest.mark.parametrize("network", [lenet(), small_resnet()])
def test_well_known_networks_raise_no_alarm(network: Network) -> None:
    assert analyse(network).problems == ()
    assert analyse(network).output is not None


@given(graphs())
def test_a_layer_is_told_a_warning_once(network: Network) -> None:
    warnings = [(p.node, p.id) for p in analyse(network).warnings]
    assert len(set(warnings)) == len(warnings)
    assert all(id for _, id in warnings)


def test_unknown_parameters_can_be_kept() -> None:
    node = LayerNode("n1", "input", "input", {"odd": 1}, kept=("unknown:odd",))
    (kept,) = analyse(Network((node,))).kept
    assert kept.parameter == "odd"
