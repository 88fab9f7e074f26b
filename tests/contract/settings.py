"""Generated settings for any layer kind, found from its declaration alone."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from cnnstudio.core.layers.borders import BorderOf
from cnnstudio.core.layers.noise import NoiseShape
from cnnstudio.core.layers.numbers import Numbers
from cnnstudio.core.layers.orders import Order
from cnnstudio.core.layers.parameters import (
    Axis,
    Choice,
    Flag,
    Integer,
    Number,
    PairOf,
    Parameter,
    Sizes,
)
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import LayerKind, Shapes
from cnnstudio.core.layers.variants import Variant, VariantOf
from cnnstudio.core.shapes import Shape

ODD_VALUES = (
    0, -1, 2, True, 1.5, 2.0, -0.1, 1.1, float("nan"), float("inf"), None, "3", "SAME", "valid",
    "nonsense", "relu", [], [2], [0, 2], [2, -1], [1, 2, 3], [2, 2.0], [1.5, 2], [-1, -1], {},
)  # fmt: skip


def usual(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Raw values of the parameter's own type, small ones; the shapes may still refuse them."""
    match parameter:
        case Integer():
            whole = st.integers(parameter.minimum, parameter.minimum + 8)
            whole |= st.just(parameter.also) if parameter.also is not None else st.nothing()
            return st.none() | whole if parameter.optional else whole
        case Number():
            numbers = st.floats(max(parameter.minimum, -2), min(parameter.maximum, 3))
            return st.none() | numbers if parameter.optional else numbers
        case Flag():
            return st.booleans()
        case Choice():
            return st.sampled_from([*parameter.choices, *parameter.aliases])
        case PairOf():
            one = st.integers(parameter.minimum, 4)
            pairs = one | st.lists(one, min_size=2, max_size=2)
            return st.none() | pairs if parameter.optional else pairs
        case Sizes():
            axes = st.lists(st.integers(1, 40), min_size=1, max_size=4)
            few = st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6, 9]), min_size=1, max_size=4)
            return few | axes if parameter.inferred else axes
        case Order():
            return st.integers(1, 4).flatmap(lambda n: st.permutations(range(1, n + 1)))
        case BorderOf():
            one = st.integers(0, 4)
            side = one | st.lists(one, min_size=2, max_size=2)
            return one | st.lists(side, min_size=2, max_size=2)
        case Numbers():
            one = st.floats(max(parameter.minimum, -2), 3) | st.integers(0, 2)
            numbers = one | st.lists(one, min_size=1, max_size=3)
            return st.none() | numbers if parameter.optional else numbers
        case NoiseShape():
            draws = st.sampled_from([None, None, 1, 1, 2])
            return st.none() | st.lists(draws, min_size=2, max_size=5)
        case Axis():
            one = st.integers(1 if parameter.counted else -5, 4)
            most = parameter.length or 3
            several = st.lists(one, min_size=parameter.length or 1, max_size=most)
            axes = one | several if parameter.several else one
            return st.none() | axes if parameter.optional else axes
        case VariantOf():
            plain = st.sampled_from([v.name for v in parameter.variants])
            known = st.one_of(plain, *map(variant, parameter.variants))
            return st.none() | known if parameter.optional else known
    raise TypeError(f"no values are known for {type(parameter).__name__}")


def _has_float(raw: Any) -> bool:
    """Whether there is a float somewhere in a list of lists."""
    return any(map(_has_float, raw)) if isinstance(raw, list) else isinstance(raw, float)


def variant(of: Variant) -> st.SearchStrategy[dict[str, Any]]:
    """A variant with arguments, as a project file has it; only together can they be refused."""
    arguments = {p.name: usual(p) for p in of.parameters}
    drawn = st.fixed_dictionaries({"name": st.just(of.name)}, optional=arguments)
    return drawn.filter(lambda raw: of.check({"minval": -0.05, "maxval": 0.05} | raw) is None)


def has_its_type(parameter: Parameter, raw: object) -> bool:
    """Whether `raw` is what Keras documents for the parameter; if not, the studio is stricter."""
    whole = isinstance(raw, int) and not isinstance(raw, bool)
    pair = isinstance(raw, list) and all(isinstance(n, int) for n in raw)
    match parameter:
        case Integer():
            return whole or (raw is None and parameter.optional)
        case Axis(several=False):
            return whole
        case Number():
            finite = isinstance(raw, float) and math.isfinite(raw)
            return whole or finite or (raw is None and parameter.optional)
        case Flag():
            return isinstance(raw, bool)
        case Choice():
            return isinstance(raw, str) or (raw is None and None in parameter.choices)
        case VariantOf():
            return isinstance(raw, str | dict) or (raw is None and parameter.optional)
        case PairOf():
            return whole or pair
        case Axis(several=True):
            if raw is None:
                return parameter.optional
            if parameter.counted:  # Keras takes others too, and means other axes than anywhere else
                return (whole and raw > 0) or (pair and raw != [] and min(raw) > 0)
            return whole or (pair and raw != [])  # Keras sees that it is empty when data flows
        case Sizes():
            return pair and 0 not in raw and raw != []  # an empty picture, or a single number
        case NoiseShape():  # Keras counts a shorter list from the last axis
            draws = isinstance(raw, list) and len(raw) > 1
            whole = draws and all(n is None or (type(n) is int and n > 0) for n in raw)
            return raw is None or whole
        case Order():
            return pair
        case BorderOf():
            return whole or pair or (isinstance(raw, list) and not _has_float(raw))
        case Numbers():  # Keras computes NaN with a variance below 0
            numbers = raw if isinstance(raw, list) else [raw]
            known = all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)
            finite = known and all(math.isfinite(n) and n >= parameter.minimum for n in numbers)
            return (finite and raw != []) or (raw is None and parameter.optional)
    raise TypeError(f"nothing is known of {type(parameter).__name__}")


@st.composite
def settings(draw: st.DrawFn, kind: LayerKind) -> dict[str, Any]:
    """Arguments of a layer, written as a project file has them; sometimes one is odd."""
    chosen = {
        parameter.name: draw(usual(parameter))
        for parameter in kind.parameters
        if parameter.required or draw(st.booleans())
    }
    if kind.parameters and draw(st.integers(0, 3)) == 0:
        odd = draw(st.sampled_from(kind.parameters))
        chosen[odd.name] = draw(st.sampled_from(ODD_VALUES))
    return chosen


@st.composite
def input_shapes(draw: st.DrawFn, kind: LayerKind) -> Shapes:
    """Shapes a layer might be given: mostly feature maps; for merges mostly alike ones."""
    least, most = kind.inputs
    if most == 0:
        return ()
    rank = draw(st.sampled_from([3, 3, 3, 3, 1, 2, 4]))
    first = tuple(draw(st.lists(st.integers(1, 9), min_size=rank, max_size=rank)))
    count = draw(st.integers(least, least + 2 if most is None else most))
    return (first, *(draw(_alike(first)) for _ in range(count - 1)))


@st.composite
def _alike(draw: st.DrawFn, shape: Shape) -> Shape:
    axes = [draw(st.sampled_from([n, n, n, n, 1, n + 1])) for n in shape]
    return tuple(axes[draw(st.sampled_from([0, 0, 0, 1])) :]) or (1,)


KINDS = list(kinds().values())
