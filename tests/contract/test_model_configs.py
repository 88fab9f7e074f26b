"""Models that Keras made, from their configs: the same layers, shapes and parameters."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from cnnstudio.core.analysis import analyse
from cnnstudio.core.layers.spec import LayerKind, Shapes
from cnnstudio.core.layers.variants import Chosen
from cnnstudio.core.models.translating import translate_model
from cnnstudio.core.network import LayerNode, Link, Network
from tests.contract.settings import KINDS, input_shapes, settings
from tests.fakes.keras_configs import FORMATS, assert_agrees, config_of

APPLICATIONS: dict[str, dict[str, Any]] = {
    "ConvNeXtTiny": {"input_shape": (64, 64, 3), "include_top": False},
    "EfficientNetB0": {"input_shape": (64, 64, 3), "classes": 5},
    "MobileNet": {"input_shape": (64, 64, 3), "alpha": 0.25},
    "MobileNetV3Small": {"input_shape": (64, 64, 3), "classes": 5},
    "ResNet50V2": {"input_shape": (64, 64, 3), "include_top": False},
    "VGG16": {"input_shape": (64, 64, 3), "include_top": False, "pooling": "avg"},
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_model_of_keras_applications_opens_as_it_is(keras: ModuleType, name: str) -> None:
    keras.backend.clear_session()
    model = getattr(keras.applications, name)(weights=None, **APPLICATIONS[name])
    for format in FORMATS:
        reading = translate_model(config_of(model, format))
        assert reading.warnings == reading.opaque == ()
        assert_agrees(reading, model)


def test_a_frozen_backbone_in_a_sequential(keras: ModuleType) -> None:
    keras.backend.clear_session()
    shape = (32, 32, 3)
    backbone = keras.applications.MobileNet(
        weights=None, include_top=False, alpha=0.25, input_shape=shape
    )
    backbone.trainable = False
    layers = [backbone, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input(shape), *layers])
    for format in FORMATS:
        reading = translate_model(config_of(model, format))
        assert_agrees(reading, model)
        trainable = sum(weight.shape.num_elements() for weight in model.trainable_weights)
        assert analyse(reading.network).trainable_params == trainable
        assert [block.name for block in reading.network.blocks] == [backbone.name]
        assert len(reading.network.blocks[0].members) == len(backbone.layers) - 1


def test_arithmetic_on_tensors_opens_as_layers(keras: ModuleType) -> None:
    keras.backend.clear_session()
    x = keras.Input((4, 4, 3), name="picture")
    y = (2 - (x + 1.5) * 3) / 4
    y = keras.ops.relu(y) - x
    y = keras.ops.maximum(y, x * y)
    model = keras.Model(x, keras.ops.sigmoid(y))
    for format in FORMATS:
        reading = translate_model(config_of(model, format))
        assert reading.opaque == ()
        assert_agrees(reading, model)
    kinds = [node.kind for node in reading.network.layers]
    assert kinds.count("rescaling") == 4
    assert {"activation", "subtract", "multiply", "maximum"} <= set(kinds)


def _network(kind: LayerKind, raw: dict[str, Any], shapes: Shapes) -> Network:
    """The layer behind an input of the first shape, which a merge takes as often as it may."""
    layer = LayerNode("n2", kind.id, "layer", raw)
    if not shapes:
        return Network((layer,))
    picture = LayerNode("n1", "input", "picture", {"shape": list(shapes[0])})
    return Network((picture, layer), tuple(Link("n1", "n2", slot) for slot in range(len(shapes))))


def _values(node: LayerNode) -> dict[str, Any]:
    """Its values, with one for those that mean the same."""
    values = {name: _value(value) for name, value in node.values.items()}
    if isinstance(values.get("axis"), list):
        values["axis"].sort()  # as Keras does, and their order says nothing
    if node.kind == "group_normalization":
        del values["groups"]  # Keras writes the number of channels for −1
    assert node.spec is not None
    for parameter in node.spec.parameters:
        follows = getattr(parameter, "follows", "")
        if follows and values[parameter.name] is None:
            values[parameter.name] = values[follows]
    return values


def _value(value: Any) -> Any:
    if isinstance(value, Chosen):
        arguments = {name: _value(one) for name, one in value.values.items()}
        return {"name": value.variant.name, **arguments}
    if isinstance(value, float):
        return np.float32(value)  # as a regulariser keeps its factor
    if isinstance(value, tuple):
        return _value(value[0]) if len(value) == 1 else [_value(one) for one in value]
    return None if value == "linear" else value


@pytest.mark.usefixtures("keras")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
@how(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_kind_comes_back_with_its_settings(kind: LayerKind, data: st.DataObject) -> None:
    from cnnstudio.engine.model import build_model

    raw = data.draw(settings(kind))
    shapes = data.draw(input_shapes(kind))
    network = _network(kind, raw, shapes)
    if analyse(network).errors:
        return
    model = build_model(network, seed=0)
    for format in FORMATS:
        reading = translate_model(config_of(model, format))
        assert_agrees(reading, model)
        for ours, back in zip(network.layers, reading.network.layers, strict=True):
            assert (back.kind, back.name) == (ours.kind, ours.name)
            assert _values(back) == _values(ours)
