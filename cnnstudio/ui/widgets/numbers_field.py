"""A field for one number, or one for each channel; fractions do as well."""

from __future__ import annotations

from typing import Any

from cnnstudio.core.layers.numbers import as_fraction
from cnnstudio.ui.widgets.axes_field import AxesField
from cnnstudio.ui.widgets.fields import number_text, read_number


class NumbersField(AxesField):
    """Numbers, typed as ``0.5``, ``1/255`` or ``0.49, 0.48, 0.45``. Empty is None."""

    def _text(self, part: Any) -> str:
        if isinstance(part, float) and (fraction := as_fraction(part)) is not None:
            return f"{number_text(fraction[0])}/{fraction[1]}"
        return part if isinstance(part, str) else number_text(part)

    def _read(self, part: str) -> Any:
        above, slash, below = (one.strip() for one in part.partition("/"))
        numbers = read_number(above), read_number(below)
        if slash and all(isinstance(n, int | float) for n in numbers) and numbers[1]:
            return numbers[0] / numbers[1]  # type: ignore[operator]
        return None if part.lower() == "none" else read_number(part)
