"""The written code builds the network: same layers, links, arguments, shapes, and weights."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.code.writer import CodeStyle, write_model
from cnnstudio.core.layers.variants import Chosen
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.storage.samples import load_project_argument, sample_names
from cnnstudio.engine.model import build_model
from tests.fakes.blocked import blocked
from tests.fakes.networks import chain

NAMES = ["합성곱 층", "class", "x", "output", "a b", "conv2d", "conv2d_1", "dense", "1"]
STYLES = [CodeStyle(), CodeStyle("sequential"), CodeStyle("auto", shapes=True, blocks=False)]


def run(network: Network, seed: int = 0, style: CodeStyle = STYLES[0]) -> keras.Model:
    """The model the written code builds in a process where nothing was built before."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    scope: dict[str, Any] = {}
    exec(compile(write_model(network, style).text, "model.py", "exec"), scope)
    model: keras.Model = scope["model"]
    return model


def functional(model: keras.Model) -> keras.Model:
    """The model itself, or what a Sequential keeps inside, which has its Input among the layers."""
    return model._functional if isinstance(model, keras.Sequential) else model


def assert_same(network: Network, model: keras.Model) -> None:
    model = functional(model)
    analysis = analyse(network)
    names = safe_names(network)
    assert {layer.name for layer in model.layers} == set(names.values())
    for id, node in analysis.nodes.items():
        layer = model.get_layer(names[id])
        shape = layer.output.shape
        assert shape == (None, *node.output)
        assert layer.count_params() == node.params
        given = [link.source for link in network.incoming[id]]
        inbound = [
            tensor._keras_history.operation.name
            for call in layer._inbound_nodes
            for tensor in call.input_tensors
        ]
        assert inbound == [names[source] for source in given]
        if given:
            config = layer.get_config()
            for parameter in node.kind.parameters:
                found = config.get(parameter.name)  # Keras leaves out activity_regularizer
                assert_argument(found, node.node.values[parameter.name])
    assert analysis.output is not None
    assert model.output_names == [names[analysis.output.node.id]]


def assert_argument(found: Any, wanted: Any) -> None:
    """Compares an argument in Keras' config with the studio's value."""
    if isinstance(wanted, Chosen):
        assert found["class_name"] == wanted.variant.keras
        for name, value in wanted.values.items():
            assert found["config"][name] == pytest.approx(value)  # L1 keeps its factor in float32
    elif isinstance(wanted, tuple):
        assert tuple(found) == wanted
    elif wanted is not None:
        assert found == wanted


@pytest.mark.parametrize("name", sample_names())
def test_a_sample(name: str) -> None:
    network = load_project_argument(f"sample:{name}").network
    assert_same(network, run(network))


@pytest.mark.parametrize("name", ["lecture-cnn", "lecture-vgg-bn"])
def test_a_seed_gives_the_weights_the_studio_trains_from(name: str) -> None:
    network = load_project_argument(f"sample:{name}").network
    ours = [np.array(weight) for weight in build_model(network, seed=7).get_weights()]
    theirs = run(network, seed=7).get_weights()
    assert len(ours) == len(theirs)
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_layers_of_keras_applications_are_built_as_the_code_builds_them() -> None:
    network = chain(
        ("input", {"shape": [8, 8, 4]}),
        ("group_normalization", {"groups": 2, "epsilon": 1e-6}),
        ("layer_scale", {"init_values": 0.5, "projection_dim": 4}),
        ("stochastic_depth", {"drop_path_rate": 0.25}),
        ("custom_scale_layer", {"scale": 0.17}),
        ("p_re_lu", {"shared_axes": [1, 2], "alpha_initializer": "ones"}),
        ("dropout", {"rate": 0.2, "noise_shape": [None, 1, 1, 1]}),
    )
    network = edits.connect(network, "n1", "n5")
    model = run(network)
    assert_same(network, model)
    weights = [np.array(weight) for weight in model.get_weights()]
    built = build_model(network, seed=0).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(weights, built, strict=True))
    assert {float(value) for value in weights[2]} == {0.5}


def _layer(draw: st.DrawFn, id: str, name: str) -> LayerNode:
    kind = draw(
        st.sampled_from(
            ["conv2d", "max_pooling2d", "batch_normalization", "dropout", "re_lu", "activation"]
        )
    )
    params: dict[str, Any] = {
        "conv2d": {
            "filters": draw(st.sampled_from([2, 4])),
            "kernel_size": draw(st.sampled_from([1, 3, [3, 1]])),
            "padding": "same",
            "activation": draw(st.sampled_from([None, "relu"])),
            "use_bias": draw(st.booleans()),
            "kernel_initializer": draw(
                st.sampled_from(["he_normal", {"name": "random_normal", "stddev": 0.1, "seed": 3}])
            ),
            "kernel_regularizer": draw(st.sampled_from([None, "l2", {"name": "l1", "l1": 0.1}])),
            "activity_regularizer": draw(st.sampled_from([None, {"name": "l1_l2", "l2": 0.1}])),
        },
        "max_pooling2d": {"pool_size": 2, "strides": 1, "padding": "same"},
        "batch_normalization": {"momentum": 0.9},
        "dropout": {"rate": 0.25},
        "re_lu": {"max_value": 6.0},
        "activation": {"activation": "tanh"},
    }[kind]
    return LayerNode(id, kind, name, params)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """A graph with branches: every layer takes any earlier one, and all loose ends are joined."""
    count = draw(st.integers(1, 6))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=count, max_size=count, unique=True))
    layers = [LayerNode("n0", "input", "input_layer", {"shape": [6, 6, 2]})]
    links: list[Link] = []
    for number, name in enumerate(names, 1):
        layers.append(_layer(draw, f"n{number}", name))
        links.append(Link(f"n{draw(st.integers(0, number - 1))}", f"n{number}"))
    fed = {link.source for link in links}
    ends = [node.id for node in layers if node.id not in fed]
    if len(ends) > 1:
        layers.append(LayerNode("join", "concatenate", "concatenate"))
        links += [Link(end, "join", slot) for slot, end in enumerate(ends)]
        ends = ["join"]
    layers.append(LayerNode("pool", "global_average_pooling2d", "마지막"))
    links.append(Link(ends[0], "pool"))
    return Network(tuple(draw(st.permutations(layers))), tuple(links))


def assert_built_alike(network: Network, style: CodeStyle) -> None:
    """Compares the model that code builds with the one the studio trains."""
    ours = _told(build_model(network, seed=5))
    model = run(network, 5, style)
    assert_same(network, model)
    theirs = _told(functional(model))
    assert theirs.keys() == ours.keys()
    for name, (told, weights) in ours.items():
        assert theirs[name][0] == told
        for a, b in zip(weights, theirs[name][1], strict=True):
            assert np.array_equal(a, b)


def _told(model: keras.Model) -> dict[str, Any]:
    """Of each layer its class, arguments, shape and trainable weights, and all its weights."""
    return {
        layer.name: (
            (
                type(layer).__name__,
                layer.get_config(),
                layer.output.shape,
                [weight.name for weight in layer.trainable_weights],
            ),
            layer.get_weights(),
        )
        for layer in model.layers
    }


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks(), st.sampled_from(STYLES))
def test_any_graph(network: Network, style: CodeStyle) -> None:
    assert not analyse(network).errors
    assert_same(network, run(network, style=style))


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocked(largest=4), st.sampled_from(STYLES))
def test_blocks_as_functions_and_loops_build_what_the_studio_trains(
    network: Network, style: CodeStyle
) -> None:
    assert_built_alike(network, style)
