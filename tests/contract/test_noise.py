"""Layers that draw at random, as they run in training."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from cnnstudio.core.layers.registry import kinds
from tests.contract.agreement import Refused, by_kind, declared
from tests.contract.settings import input_shapes, settings

DRAWING = [
    "alpha_dropout", "dropout", "gaussian_dropout", "gaussian_noise", "spatial_dropout2d",
    "stochastic_depth",
]  # fmt: skip


@pytest.mark.parametrize("id", DRAWING)
@pytest.mark.usefixtures("keras")
@how(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_taken_can_be_trained_with(id: str, data: st.DataObject) -> None:
    kind = kinds()[id]
    raw, inputs = data.draw(settings(kind)), data.draw(input_shapes(kind))
    try:
        _, output = by_kind(kind, raw, inputs)
    except Refused:
        return
    result = np.asarray(declared(kind)(**raw)(np.ones((3, *inputs[0]), "float32"), training=True))
    assert result.shape == (3, *output)
    assert np.isfinite(result).all()


@pytest.mark.parametrize("rate", [1, 1.0])
@pytest.mark.parametrize("id", ["alpha_dropout", "gaussian_dropout"])
def test_a_rate_of_one_is_refused_because_keras_divides_by_zero(
    keras: ModuleType, id: str, rate: Any
) -> None:
    kind = kinds()[id]
    with pytest.raises(Refused, match="rate can't be 1"):
        by_kind(kind, {"rate": rate}, ((4,),))
    layer = declared(kind)(rate)
    assert layer(keras.KerasTensor((None, 4))).shape == (None, 4)
    with pytest.raises(ZeroDivisionError):
        layer(np.ones((2, 4), "float32"), training=True)
