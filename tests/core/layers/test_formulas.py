from __future__ import annotations

import pytest

from cnnstudio.core.layers.conv2d import KIND as CONV2D
from cnnstudio.core.layers.dense import KIND as DENSE
from cnnstudio.core.layers.formulas import explain, formulas
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.layers.variants import VariantOf


def parameter(name: str, kind: LayerKind = CONV2D) -> VariantOf:
    found = kind.parameter(name)
    assert isinstance(found, VariantOf)
    return found


def lines(raw: object, shape: tuple[int, ...] | None, kind: LayerKind = CONV2D) -> list[str]:
    chosen = parameter("kernel_initializer", kind).read(raw)
    assert chosen is not None
    return [str(line) for line in formulas(chosen, shape)]


KERNEL = (3, 3, 32, 64)


def test_an_initialiser_shows_its_numbers() -> None:
    assert lines("glorot_uniform", KERNEL) == [
        "w ~ U(−limit, limit)",
        "fan_in = 3·3·32 = 288",
        "fan_out = 3·3·64 = 576",
        "limit = √(6 / (fan_in + fan_out)) = √(6 / (288 + 576)) = 0.08333",
    ]
    assert lines("he_normal", None)[-1] == "σ = √(2 / fan_in)"
    assert lines("lecun_normal", (25088, 10), DENSE)[1:] == [
        "fan_in = 25088",
        "σ = √(1 / fan_in) = √(1 / 25088) = 0.006313",
    ]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ({"name": "random_uniform", "maxval": 0.2}, "w ~ U(−0.05, 0.2)"),
        ({"name": "random_normal", "mean": -1, "seed": 3}, "w ~ N(−1, 0.05²)"),
        ("truncated_normal", "w ~ N(0, 0.05²), |w| ≤ 2·0.05"),
        ({"name": "orthogonal", "gain": 2}, "WᵀW = 2²·I, W: 288×64"),
        ({"name": "variance_scaling", "distribution": "untruncated_normal"}, "w ~ N(0, σ²)"),
    ],
)
def test_what_is_fixed_is_written_out(raw: object, line: str) -> None:
    assert lines(raw, KERNEL)[0] == line
    assert lines({"name": "constant", "value": -0.1}, KERNEL) == []


def test_penalties_are_sums_over_weights_or_outputs() -> None:
    values = CONV2D.read({"filters": 64})
    weights = CONV2D.weights(values, ((28, 28, 32),))
    kernel, activity = parameter("kernel_regularizer"), parameter("activity_regularizer")
    both = kernel.read({"name": "l1_l2", "l2": 0.001})
    l1 = activity.read("l1")
    assert both is not None
    assert l1 is not None
    penalty = explain(kernel, both, weights, (26, 26, 64))[0]
    assert str(penalty) == "loss += λ₁·Σ|w| + λ₂·Σw² = 0.001·(w₁² + … + w₁₈₄₃₂²)"
    assert str(explain(activity, l1, weights, (26, 26, 64))[0]).endswith(
        "0.01·(|y₁| + … + |y₄₃₂₆₄|)"
    )
    without_bias = CONV2D.weights(values | {"use_bias": False}, ((28, 28, 32),))
    bias = parameter("bias_regularizer")
    assert explain(bias, both, without_bias, (26, 26, 64)) == ()
