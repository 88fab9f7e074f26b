"""What an initialiser or a regulariser comes to for one weight, in notation without language."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from cnnstudio.core.layers.spec import Values, Weight
from cnnstudio.core.layers.variants import Chosen, VariantOf
from cnnstudio.core.shapes import Shape

# What a truncated normal keeps of its deviation (keras/src/initializers/random_initializers.py).
TRUNCATION = 0.87962566103423978


@dataclass(frozen=True, slots=True)
class Formula:
    """One line: ``limit = √(6 / (fan_in + fan_out)) = √(6 / (288 + 576)) = 0.08333``.

    Attributes:
        symbol: What it is about, with its sign: ``limit =``.
        symbols: In symbols: ``√(6 / (fan_in + fan_out))``.
        numbers: With this weight's numbers: ``√(6 / (288 + 576))``; "" where there are none.
        value: What it comes to; None where that depends on the weights.
    """

    symbol: str
    symbols: str
    numbers: str = ""
    value: float | None = None

    def __str__(self) -> str:
        known = "" if self.value is None else f"{self.value:.4g}"
        if isinstance(self.value, int):
            known = f"{self.value}"
        parts = (self.symbols, self.numbers, known)
        return f"{self.symbol} " + " = ".join(part for part in parts if part)


def weight_of(parameter: VariantOf, weights: tuple[Weight, ...]) -> Weight | None:
    """The weight that an initialiser or regulariser is for; None where the layer has none."""
    stem = parameter.name.rsplit("_", 1)[0]
    named = {weight.name: weight for weight in weights}
    # A depthwise convolution calls its only kernel just that.
    names = (stem, f"{stem}_kernel", "kernel" if stem == "depthwise" else "")
    return next((named[name] for name in names if name in named), None)


def fans(shape: Shape) -> tuple[int, int]:
    """How many numbers flow into one sum of a weight, and out of one input (fan_in, fan_out).

    Source: ``compute_fans`` in ``keras/src/initializers/random_initializers.py``.
    """
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def explain(
    parameter: VariantOf, chosen: Chosen, weights: tuple[Weight, ...], output: Shape
) -> tuple[Formula, ...]:
    """What an initialiser or regulariser comes to in a layer; nothing where it has no such weight.

    Args:
        parameter: What is set.
        chosen: What to.
        weights: The layer's variables.
        output: The shape it gives, which an ``activity_regularizer`` penalises.
    """
    if parameter.name == "activity_regularizer":
        return (_penalty(chosen.values, output, "y"),)
    weight = weight_of(parameter, weights)
    return formulas(chosen, weight.shape) if weight is not None else ()


def formulas(chosen: Chosen, shape: Shape | None) -> tuple[Formula, ...]:
    """Where the numbers of a weight start, or what the penalty on them is.

    Nothing for what is set to a number that can be read anyway.

    Args:
        chosen: The initialiser or regulariser.
        shape: The weight's; None where it isn't known.
    """
    name, v = chosen.variant.name, chosen.values
    if chosen.variant.module == "regularizers":
        return (_penalty(v, shape, "w"),)
    if name in _SCALES:
        scale, mode, distribution = _SCALES[name]
        return _scaled(scale, mode, distribution, shape)
    if name == "variance_scaling":
        return _scaled(v["scale"], v["mode"], v["distribution"], shape)
    return (_FIXED[name](v, shape),) if name in _FIXED else ()


# (scale, mode, distribution) as the classes of random_initializers.py hand them on.
_SCALES: dict[str, tuple[float, str, str]] = {
    "glorot_uniform": (1, "fan_avg", "uniform"),
    "glorot_normal": (1, "fan_avg", "truncated_normal"),
    "he_uniform": (2, "fan_in", "uniform"),
    "he_normal": (2, "fan_in", "truncated_normal"),
    "lecun_uniform": (1, "fan_in", "uniform"),
    "lecun_normal": (1, "fan_in", "truncated_normal"),
}
_DRAWS = {
    "uniform": "U(−limit, limit)",
    "truncated_normal": "N(0, σ²), |w| ≤ 2.27·σ",  # 2 / TRUNCATION
    "untruncated_normal": "N(0, σ²)",
}


def _scaled(scale: float, mode: str, distribution: str, shape: Shape | None) -> tuple[Formula, ...]:
    """The variance scale / n, with n as the mode says."""
    over = scale * (3 if distribution == "uniform" else 1)
    symbols = mode
    if mode == "fan_avg":  # over / ((a + b) / 2)
        over, symbols = over * 2, "(fan_in + fan_out)"
    symbol = "limit =" if distribution == "uniform" else "σ ="
    drawn = Formula("w ~", _DRAWS[distribution])
    root = f"√({over:g} / {symbols})"
    if shape is None:
        return drawn, Formula(symbol, root)
    counts = dict(zip(("fan_in", "fan_out"), fans(shape), strict=True))
    counted = [
        Formula(f"{name} =", _product(name, shape), value=count)
        for name, count in counts.items()
        if name in symbols
    ]
    total = sum(one.value or 0 for one in counted)
    numbers = symbols
    for name, count in counts.items():
        numbers = numbers.replace(name, f"{count}")
    return (
        drawn,
        *counted,
        Formula(symbol, root, f"√({over:g} / {numbers})", math.sqrt(over / total)),
    )


def _product(fan: str, shape: Shape) -> str:
    """A fan as the product it is, "" for a single factor."""
    if len(shape) < 3:
        return ""
    return "·".join(map(str, (*shape[:-2], shape[-2 if fan == "fan_in" else -1])))


def _penalty(v: Values, shape: Shape | None, letter: str) -> Formula:
    terms = {"l1": f"|{letter}{{}}|", "l2": f"{letter}{{}}²"}
    symbols, numbers = [], []
    for index, (name, factor) in enumerate(v.items(), start=1):
        term, number = terms[name], _low(index) if len(v) > 1 else ""
        symbols.append(f"λ{number}·Σ{term.format('')}")
        if shape is not None and factor:
            numbers.append(f"{factor:g}·{_sum(term, math.prod(shape))}")
    return Formula("loss +=", " + ".join(symbols), " + ".join(numbers))


def _sum(term: str, count: int) -> str:
    """``(w₁² + … + w₁₈₄₃₂²)``."""
    first, last = term.format(_low(1)), term.format(_low(count))
    return first if count == 1 else f"({first} + … + {last})"


def _low(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _normal(v: Values, _shape: Shape | None) -> Formula:
    return Formula("w ~", f"N({_number(v['mean'])}, {_number(v['stddev'])}²)")


def _truncated(v: Values, _shape: Shape | None) -> Formula:
    mean, stddev = _number(v["mean"]), _number(v["stddev"])
    off = "|w|" if v["mean"] == 0 else f"|w − {mean}|"
    return Formula("w ~", f"N({mean}, {stddev}²), {off} ≤ 2·{stddev}")


def _orthogonal(v: Values, shape: Shape | None) -> Formula:
    rows, columns = (math.prod(shape[:-1]), shape[-1]) if shape else (1, 1)
    product = "WᵀW" if rows >= columns else "WWᵀ"
    square = "" if v["gain"] == 1 else f"{_number(v['gain'])}²·"
    return Formula(f"{product} =", f"{square}I" + (f", W: {rows}×{columns}" if shape else ""))


def _identity(v: Values, _shape: Shape | None) -> Formula:
    return Formula("W =", "I" if v["gain"] == 1 else f"{_number(v['gain'])}·I")


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


_FIXED: dict[str, Callable[[Values, Shape | None], Formula]] = {
    "random_uniform": lambda v, _shape: Formula(
        "w ~", f"U({_number(v['minval'])}, {_number(v['maxval'])})"
    ),
    "random_normal": _normal,
    "truncated_normal": _truncated,
    "orthogonal": _orthogonal,
    "identity": _identity,
}
