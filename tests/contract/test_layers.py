"""Every layer kind against the Keras layer it declares, found unasked.

``tests/full/test_layer_contract.py`` asks the same of many more settings.
"""

from __future__ import annotations

import inspect
import re
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from cnnstudio.core.layers.common import ACTIVATION
from cnnstudio.core.layers.spec import LayerKind
from tests.contract.agreement import check_counts, check_data, declared
from tests.contract.settings import KINDS

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
QUICK = [HealthCheck.too_slow, HealthCheck.data_too_large]  # the first example waits for Keras

# Arguments of Keras' signatures that no kind has yet: data_format is channels_last throughout,
# and one Input feeds one float32 batch.
LEFT_OUT = {
    "kwargs", "name", "data_format", "dtype", "batch_size", "batch_shape", "sparse", "ragged",
    "tensor", "optional", "seed", "kernel_constraint", "bias_constraint",
    "alpha_constraint", "beta_constraint", "gamma_constraint", "depthwise_constraint",
    "pointwise_constraint", "renorm_clipping", "synchronized",
    "lora_rank", "lora_alpha", "quantization_config",
}  # fmt: skip


@every_kind
@how(max_examples=100, deadline=None, suppress_health_check=QUICK)
@given(data=st.data())
def test_shape_weights_and_counts_are_those_of_keras(
    keras: ModuleType, kind: LayerKind, data: st.DataObject
) -> None:
    check_counts(keras, kind, data)


@every_kind
@how(max_examples=15, deadline=None, suppress_health_check=QUICK)
@given(data=st.data())
def test_data_comes_out_in_the_shape_that_was_said(
    keras: ModuleType, kind: LayerKind, data: st.DataObject
) -> None:
    if kind.inputs[1] != 0:
        check_data(keras, kind, data)


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
