"""Generated augmentations, from the declarations of their arguments alone."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnnstudio.core.augmentation.arguments import ARGUMENTS
from cnnstudio.core.augmentation.parameters import Factors, Shift
from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.layers.parameters import Choice, Flag, Integer, Number, Parameter


def raw_values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Values an argument takes, as a project file has them."""
    match parameter:
        case Flag():
            return st.booleans()
        case Choice():
            return st.sampled_from(parameter.choices)
        case Integer():
            return st.integers(parameter.minimum, parameter.maximum)
        case Number():
            low, high = max(parameter.minimum, -50), min(parameter.maximum, 300)
            numbers = st.floats(low, high, exclude_min=parameter.open_minimum)
            return numbers | st.integers(int(low), int(high)).filter(lambda n: n > low)
        case Shift():
            several = st.floats(-3, 3) | st.integers(-3, 3) | st.floats(-0.5, 0.5)
            return st.floats(0, 4) | st.integers(0, 4) | st.lists(several, min_size=1, max_size=3)
        case Factors():
            pair = st.lists(st.floats(0.125, 2) | st.just(1), min_size=2, max_size=2)
            if parameter.single:
                return pair | st.floats(0, 0.875) | st.just(0)
            return st.none() | pair
    raise TypeError(f"no values are known for {type(parameter).__name__}")


@st.composite
def augmentations(draw: st.DrawFn) -> Augmentation:
    """Any augmentation, most arguments left out."""
    names = draw(st.sets(st.sampled_from([*ARGUMENTS]), max_size=8))
    return Augmentation(
        {name: draw(raw_values(ARGUMENTS[name].parameter)) for name in ARGUMENTS if name in names}
    )
