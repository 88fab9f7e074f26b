"""An augmentation in a line, for summaries."""

from __future__ import annotations

from typing import Any

from cnnstudio.core.augmentation.arguments import Argument
from cnnstudio.core.augmentation.parameters import Factors
from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.text import T, Text


def in_a_line(augmentation: Augmentation) -> Text:
    """What changes pictures, as in "Turn 20°, Flip left–right"."""
    parts = [_told(one, augmentation.values[one.name]) for one in augmentation.acting]
    places = ", ".join(f"{{{number}}}" for number in range(len(parts)))
    return Text(places, {str(number): part for number, part in enumerate(parts)})


def _told(argument: Argument, value: Any) -> Text:
    label = argument.parameter.label
    if isinstance(value, bool):
        return label
    return T("{label} {value}", label=label, value=_shown(argument, value))


def _shown(argument: Argument, value: Any) -> str:
    unit = argument.unit if isinstance(argument.unit, str) else ""
    if not isinstance(value, tuple):
        return f"{value:g}{unit}"
    numbers = [f"{one:g}".replace("-", "−") for one in value]
    between = "–" if isinstance(argument.parameter, Factors) else "/"
    return between.join(numbers) + unit
