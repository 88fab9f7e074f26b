"""Every layer kind against the Keras layer it declares, found unasked."""

from __future__ import annotations

import importlib
import inspect
import math
import re
import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from cnnstudio.core.layers.common import ACTIVATION
from cnnstudio.core.layers.initializers import Initializer
from cnnstudio.core.layers.regularizers import Regularizer
from cnnstudio.core.layers.spec import LayerKind, ShapeError, Shapes
from cnnstudio.core.network import LayerNode
from cnnstudio.core.shapes import Shape
from tests.contract.settings import KINDS, has_its_type, input_shapes, settings

REFUSALS = (ValueError, TypeError, IndexError, KeyError, ZeroDivisionError, AttributeError)

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
QUICK = [HealthCheck.too_slow, HealthCheck.data_too_large]  # the first example waits for Keras

# Arguments of Keras' signatures that no kind has yet: data_format is channels_last throughout,
# one Input feeds one float32 batch, and SpatialDropout says what noise_shape could.
LEFT_OUT = {
    "kwargs", "name", "data_format", "dtype", "batch_size", "batch_shape", "sparse", "ragged",
    "tensor", "optional", "noise_shape", "seed", "kernel_constraint", "bias_constraint",
    "alpha_constraint", "beta_constraint", "gamma_constraint", "renorm_clipping", "synchronized",
    "lora_rank", "lora_alpha", "quantization_config",
}  # fmt: skip


class Refused(Exception):
    """Keras, or the kind, doesn't take the settings or the shapes."""


def by_keras(keras: ModuleType, kind: LayerKind, raw: dict[str, Any], inputs: Shapes) -> Any:
    """The built Keras layer and its output's shape without the batch axis."""
    try:
        if kind.inputs[1] == 0:
            return None, tuple(keras.Input(**raw).shape[1:])
        layer = declared(kind)(**keras_raw(keras, kind, raw))
        tensors = [keras.KerasTensor((None, *shape)) for shape in inputs]
        return layer, tuple(layer(tensors if kind.merges else tensors[0]).shape[1:])
    except REFUSALS as error:
        raise Refused(str(error)) from error


def declared(kind: LayerKind) -> Any:
    """The class or function of Keras that the kind declares."""
    return getattr(importlib.import_module(kind.module), kind.keras)


def keras_raw(keras: ModuleType, kind: LayerKind, raw: dict[str, Any]) -> dict[str, Any]:
    """Raw settings for Keras, with initialisers and regularisers made as code makes them."""
    modules = {Initializer: keras.initializers, Regularizer: keras.regularizers}
    made = dict(raw)
    for parameter in kind.parameters:
        value = raw.get(parameter.name)
        module = modules.get(type(parameter))
        given = dict(value) if isinstance(value, dict) else {"name": value}
        if module and given.get("name") in [v.name for v in parameter.variants]:
            made[parameter.name] = getattr(module, given.pop("name"))(**given)
    return made


def by_kind(kind: LayerKind, raw: dict[str, Any], inputs: Shapes) -> tuple[dict[str, Any], Shape]:
    """The read values and the output shape."""
    node = LayerNode("n1", kind.id, "layer", raw)
    if node.refused:
        raise Refused(str(node.refused[0]))
    try:
        return node.values, kind.output_shape(node.values, inputs)
    except ShapeError as error:
        raise Refused(str(error.text.id)) from error


@every_kind
@how(max_examples=300, deadline=None, suppress_health_check=QUICK)
@given(data=st.data())
def test_shape_weights_and_counts_are_those_of_keras(
    keras: ModuleType, kind: LayerKind, data: st.DataObject
) -> None:
    raw, inputs = data.draw(settings(kind)), data.draw(input_shapes(kind))
    try:
        values, output = by_kind(kind, raw, inputs)
    except Refused as refusal:
        if not is_stricter(kind, raw, inputs, refusal):
            with pytest.raises(Refused):
                by_keras(keras, kind, raw, inputs)
        return
    layer, shape = by_keras(keras, kind, raw, inputs)
    assert output == shape
    weights = kind.weights(values, inputs)
    if layer is not None:
        assert [(w.name, w.shape, w.trainable) for w in weights] == [
            (re.sub(r"^variable_\d+$", "variable", w.name), tuple(w.shape), w.trainable)
            for w in layer.weights  # one without a name of its own is counted on
        ]
        assert sum(w.size for w in weights) == layer.count_params()
    kernel = next((w for w in weights if w.name == "kernel"), None)
    at_a_place = kernel.size if kernel else 0
    if kind.id != "dot":
        assert kind.macs(values, inputs, output) == at_a_place * math.prod(output[:-1])


# A rate of 1 or more is built by Keras and then divides by 0.
UNTRAINABLE = {
    ("gaussian_dropout", "rate"),
    ("alpha_dropout", "rate"),
    ("stochastic_depth", "drop_path_rate"),
}
ALONG = {
    ("softmax", "axis"),
    ("concatenate", "axis"),
    ("layer_normalization", "axis"),
    ("unit_normalization", "axis"),
    ("rms_normalization", "axis"),
    ("dot", "axes"),
}


def is_stricter(kind: LayerKind, raw: dict[str, Any], inputs: Shapes, refusal: Refused) -> bool:
    """Whether the studio refuses more than Keras here, for a reason it states.

    The axes in `ALONG`: along the batch they would mix pictures, and one that isn't there, or is
    named twice, is seen by Keras only when data flows. The values in `UNTRAINABLE`: see below.
    """
    parameters = {p.name: p for p in kind.parameters}
    if not all(has_its_type(parameters[name], value) for name, value in raw.items()):
        return True
    if any(kind.id == id and not 0 <= raw[name] < 1 for id, name in UNTRAINABLE):
        return True
    if kind.id == "custom_scale_layer":  # Keras matches a batch of unknown size with any axis
        return len(inputs[0]) != len(inputs[1])
    if kind.id == "layer_scale":  # no factors at all
        return raw["projection_dim"] == 0
    cause = refusal.__cause__
    return isinstance(cause, ShapeError) and (kind.id, cause.parameter) in ALONG


@every_kind
@how(max_examples=25, deadline=None, suppress_health_check=QUICK)
@given(data=st.data())
def test_data_comes_out_in_the_shape_that_was_said(
    keras: ModuleType, kind: LayerKind, data: st.DataObject
) -> None:
    if kind.inputs[1] == 0:
        return
    raw, inputs = data.draw(settings(kind)), data.draw(input_shapes(kind))
    try:
        values, output = by_kind(kind, raw, inputs)
    except Refused:
        return
    layer = declared(kind)(**keras_raw(keras, kind, raw))
    arrays = [np.ones((2, *shape), "float32") for shape in inputs]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        result = layer(arrays if kind.merges else arrays[0])
    assert result.shape == (2, *output)
    if warned:
        assert kind.advice(values, inputs, output), warned[0].message


@every_kind
@pytest.mark.usefixtures("keras")
def test_arguments_names_and_defaults_are_those_of_keras(kind: LayerKind) -> None:
    signature = inspect.signature(declared(kind))
    known = [name for name in signature.parameters if name not in LEFT_OUT]
    assert [p.name for p in kind.parameters] == known
    for parameter in kind.parameters:
        default = signature.parameters[parameter.name].default
        if kind.inputs[1] == 0:
            assert parameter.required
        elif parameter.required:
            assert default is inspect.Parameter.empty
        else:
            assert parameter.default == parameter.read(default)
        assert parameter.read(parameter.write(parameter.default)) == parameter.default


@every_kind
@pytest.mark.usefixtures("keras")
def test_ids_are_the_stems_of_keras_names(kind: LayerKind) -> None:
    if kind.inputs[1] == 0:
        assert kind.id == "input"  # the layer behind keras.Input is called input_layer
        return
    raw = {p.name: p.write(p.default) for p in kind.parameters if p.required}
    name = declared(kind)(**raw).name
    assert re.sub(r"_\d+$", "", name) == kind.id


@pytest.mark.parametrize("name", ["glu", "threshold"])
def test_activations_are_left_out_that_keras_builds_and_can_not_run(
    keras: ModuleType, name: str
) -> None:
    layer = keras.layers.Activation(name)
    assert layer(keras.KerasTensor((None, 4))).shape == (None, 4)
    with pytest.raises((TypeError, AssertionError)):
        assert layer(np.ones((1, 4), "float32")).shape == (1, 4)


def test_every_other_activation_of_keras_is_known(keras: ModuleType) -> None:
    activations = {
        name
        for name in dir(keras.activations)
        if name not in {"get", "serialize", "deserialize", "glu", "threshold"}
        and inspect.isfunction(getattr(keras.activations, name))
    }
    assert activations == ({*ACTIVATION.choices} | {*ACTIVATION.aliases}) - {None}
