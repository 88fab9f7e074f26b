"""Initialisers and regularisers against the Keras classes they declare."""

from __future__ import annotations

import inspect
import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from cnnstudio.core.layers import initializers, regularizers
from cnnstudio.core.layers.formulas import TRUNCATION, fans, formulas, weight_of
from cnnstudio.core.layers.initializers import Initializer
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.variants import Chosen, Variant, VariantOf

VARIANTS = [*initializers.VARIANTS, *regularizers.VARIANTS]
SCALED = [v for v in initializers.VARIANTS if v.name in
          ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
           "lecun_normal", "variance_scaling")]  # fmt: skip


def made(keras: ModuleType, chosen: Chosen) -> Any:
    variant = chosen.variant
    return getattr(getattr(keras, variant.module), variant.keras)(**chosen.values)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_arguments_and_defaults_are_those_of_keras(keras: ModuleType, variant: Variant) -> None:
    module = getattr(keras, variant.module)
    declared = getattr(module, variant.keras)
    assert getattr(module, variant.name) is declared
    signature = inspect.signature(declared).parameters
    known = [
        name for name in signature if name not in ("args", "kwargs", "input_axes", "output_axes")
    ]
    assert sorted(p.name for p in variant.parameters) == sorted(known)
    for parameter in variant.parameters:
        assert parameter.default == signature[parameter.name].default
    chosen = variant.plain
    if chosen.by_name:
        assert type(module.get(variant.name)) is declared


def test_every_initialiser_and_regulariser_of_keras_is_known_or_left_out(keras: ModuleType) -> None:
    for module, variants, left_out in (
        (keras.initializers, initializers.VARIANTS, {"STFT", "Initializer"}),
        (keras.regularizers, regularizers.VARIANTS, {"OrthogonalRegularizer", "Regularizer"}),
    ):
        classes = {one.__name__ for one in vars(module).values() if inspect.isclass(one)}
        assert classes - left_out == {v.keras for v in variants}


SHAPES = st.lists(st.integers(1, 9), min_size=1, max_size=5).map(tuple)


@pytest.mark.parametrize("variant", SCALED, ids=lambda v: v.name)
@how(max_examples=20, deadline=None)
@given(shape=SHAPES, data=st.data())
def test_the_formula_is_what_keras_draws_with(
    keras: ModuleType, variant: Variant, shape: tuple[int, ...], data: st.DataObject
) -> None:
    raw: dict[str, Any] = {"name": variant.name}
    if variant.name == "variance_scaling":
        raw["scale"] = data.draw(st.floats(0.01, 4))
        raw["mode"] = data.draw(st.sampled_from(["fan_in", "fan_out", "fan_avg"]))
        raw["distribution"] = data.draw(
            st.sampled_from(["uniform", "truncated_normal", "untruncated_normal"])
        )
    chosen = parameter().read(raw)
    assert chosen is not None
    from keras.src.initializers import random_initializers

    asked: dict[str, float] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("uniform", "normal", "truncated_normal"):
            patch.setattr(random_initializers.random, name, lambda *_, **given: asked.update(given))
        made(keras, chosen)(shape)
    assert fans(shape) == random_initializers.compute_fans(shape)
    line = formulas(chosen, shape)[-1]
    assert line.value is not None
    if "minval" in asked:
        assert (asked["minval"], asked["maxval"]) == pytest.approx((-line.value, line.value))
    else:
        cut = "2.27" in formulas(chosen, shape)[0].symbols
        assert asked["stddev"] * (TRUNCATION if cut else 1) == pytest.approx(line.value)
    assert math.isclose(2 / TRUNCATION, 2.27, rel_tol=0.01)


def parameter() -> Initializer:
    return initializers.initializer(
        "kernel_initializer", initializers.SEED.label, initializers.SEED.help, "zeros",
        initializers.MATRICES,
    )  # fmt: skip


@pytest.mark.parametrize("variant", regularizers.VARIANTS, ids=lambda v: v.name)
def test_penalties_are_what_the_formula_says(keras: ModuleType, variant: Variant) -> None:
    values = [1.5, -2.0, 0.5]
    chosen = Chosen(variant, tuple(0.1 * (n + 1) for n in range(len(variant.parameters))))
    expected = chosen.values.get("l1", 0) * 4.0 + chosen.values.get("l2", 0) * 6.5
    assert float(made(keras, chosen)(np.array(values, "float32"))) == pytest.approx(expected)


def test_every_initialiser_and_regulariser_has_the_weight_it_is_named_after() -> None:
    for kind in kinds().values():
        if kind.inputs[1] == 0:
            continue
        shapes = [((8, 8, 4),) * max(kind.inputs[0], 1), ((8,),)]
        for parameter in kind.parameters:
            if isinstance(parameter, VariantOf) and parameter.name != "activity_regularizer":
                weights = kind.weights(kind.read({}), shapes[0])
                assert weight_of(parameter, weights) is not None, (kind.id, parameter.name)
