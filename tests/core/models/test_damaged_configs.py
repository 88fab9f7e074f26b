"""Configs changed at random: a network comes of them or a sentence, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.core.analysis import analyse
from cnnstudio.core.errors import BadInput
from cnnstudio.core.models.translating import translate_model
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from tests.fakes.model_configs import (
    CONV2,
    Config,
    conv,
    functional,
    functional2,
    input2,
    input_layer,
    layer,
    layer2,
    nested,
    operation,
    sequential,
)

INNER = sequential(input_layer("in"), layer("Dense", "dense", units=3), name="inner")
BASES: list[Config] = [
    functional(
        input_layer(),
        conv("conv", "picture", kernel_regularizer={"class_name": "L2", "config": {"l2": 0.1}}),
        layer("BatchNormalization", "bn", "conv", axis=-1, momentum=0.9),
        operation("Add", "plus", "bn", 3.0),
        layer("Fancy", "fancy", "plus", inner={"a": [1, {"b": None}]}) | {"module": "mine"},
        layer("Add", "add", ["plus", "bn"]),
        nested(INNER, "inner", "add"),
    ),
    functional2(
        input2(),
        layer2("Conv2D", "conv", "input_1", **CONV2),
        {
            **layer2("TFOpLambda", "op", function="math.multiply"),
            "inbound_nodes": [["conv", 0, 0, {"y": 0.5, "name": None}]],
        },
        layer2("Concatenate", "both", "conv", "op", axis=3),
    ),
    sequential(
        input_layer(),
        layer("Conv2D", "a", filters=2, kernel_size=[3, 3], strides=[2, 2], padding="same"),
        layer("UpSampling2D", "up", size=[2, 2], interpolation="bilinear"),
        layer("Reshape", "reshape", target_shape=[-1]),
        layer("Dense", "dense", units=2),
    ),
]
ODD = st.one_of(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            *("", "conv", "picture", "relu", "Conv2D", "Lambda", "function", "keras.utils", "os"),
            *("channels_first", "float16", "__lambda__", "__numpy__", "Add", "a>b", "ReLU", "LSTM"),
            *(2**31, -1, 10**6, 10**400, 1e308, [], {}, [[]], [None, 1], ["conv", 0, 0], "\0"),
            {"class_name": "Zeros", "config": {}},
            {"class_name": "Conv2D", "config": []},
            {"class_name": "__numpy__", "config": {"value": [[1.0, 2.0]]}},
            {"class_name": 3},
            {"args": [], "kwargs": {}},
        ]
    ),
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in lists and objects: what holds it, and its key or index."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


@st.composite
def damaged(draw: st.DrawFn) -> Config:
    config = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(config))
        if not found:
            break
        holder, key = draw(st.sampled_from(found))
        match draw(st.sampled_from(["put", "put", "drop", "copy", "add"])):
            case "drop":
                del holder[key]
            case "copy":
                other, there = draw(st.sampled_from(found))
                held = there in other if isinstance(other, dict) else there < len(other)
                holder[key] = copy.deepcopy(other[there]) if held else None
            case "add" if isinstance(holder, dict):
                holder[draw(st.sampled_from(["extra", "compile_config", "name", "axis"]))] = 1
            case _:
                holder[key] = copy.deepcopy(draw(ODD))
    return config


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_a_network_or_a_sentence(config: Config) -> None:
    try:
        reading = translate_model(config)
    except BadInput:
        return
    network = reading.network
    assert set(reading.paths) == {node.id for node in network.layers}
    assert not network.cyclic
    assert analyse(network).network is network
    project = Project(name="p", network=network)
    assert decode_project(encode_project(project), "p") == project
