"""How a picture's bytes become the numbers a network gets.

The numbers of a scaling that needs some come from the training pictures alone, as the network gets
them (with its size and channels, without those that are excluded). Every other picture is scaled by
the same ones, so that nothing of validation or test pictures is known to the training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.parts import Pictures
from cnnstudio.core.data.pixels import PixelFacts, count_pixels
from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import T, Text

_FIXED = {"none": 1.0, "1/255": 1 / 255}
FITTED = ("min-max", "min-max-signed", "z-score")
"""The scalings whose numbers come from the training pictures."""
SCALINGS = (*_FIXED, *FITTED)


class Scaler(msgspec.Struct, frozen=True, kw_only=True):
    """Scales each channel by its own numbers: (value − offset) · factor.

    The arithmetic is float32: offset and factor are rounded to it, then the difference, then the
    product. A step that changes nothing (offsets 0, factors 1) is left out, which gives the same
    bits. So 1/255 equals the ``rescale`` of ``ImageDataGenerator``
    (``keras/src/legacy/preprocessing/image.py``) to the bit; a range's ends come out as they should
    to within 2⁻²⁴ of its width.

    Attributes:
        offset: What is taken away, by channel.
        factor: What the rest is multiplied with, by channel.
        extra: Unknown keys of a run's file, kept.
    """

    offset: tuple[float, ...]
    factor: tuple[float, ...]
    extra: dict[str, Any] = {}

    @property
    def channels(self) -> int:
        """How many channels a picture has."""
        return len(self.factor)

    @property
    def rescale(self) -> float | None:
        """The one factor that is all it does; None where it does more."""
        return None if any(self.offset) or len(set(self.factor)) > 1 else self.factor[0]

    def apply(self, pictures: NDArray[Any]) -> NDArray[np.float32]:
        """`pictures` scaled, a new array.

        Args:
            pictures: uint8 or float32, shape (…, columns, channels), not yet scaled.
        """
        result = pictures.astype(np.float32)
        if any(self.offset):
            result -= _over_row(self.offset, result.shape)
        if any(factor != 1 for factor in self.factor):
            result *= _over_row(self.factor, result.shape)
        return result

    def of(self, value: float, channel: int) -> float:
        """What `value` becomes in a channel, to show it; not rounded to float32."""
        return (value - self.offset[channel]) * self.factor[channel]


def fixed_scaler(scaling: str, channels: int) -> Scaler:
    """The scaler of a scaling that needs no numbers, "none" or "1/255"."""
    return Scaler(offset=(0.0,) * channels, factor=(_FIXED[scaling],) * channels)


def scaler_of(facts: PixelFacts, scaling: str) -> Scaler:
    """The scaler for pictures whose values were counted.

    A channel that has one value only has no spread to divide by: it is moved to 0 and keeps its
    unit, as scikit-learn's scalers do. (Keras' ``Normalization`` divides by 10⁻⁷.)

    Args:
        facts: The counts of the training pictures.
        scaling: One of ``SCALINGS``.
    """
    ranges = facts.ranges
    if scaling == "z-score":
        offset, spread = facts.means, facts.deviations
    elif scaling == "min-max":
        offset = tuple(float(low) for low, _ in ranges)
        spread = tuple(float(high - low) for low, high in ranges)
    elif scaling == "min-max-signed":
        offset = tuple((low + high) / 2 for low, high in ranges)
        spread = tuple((high - low) / 2 for low, high in ranges)
    else:
        return fixed_scaler(scaling, facts.channels)
    return Scaler(offset=offset, factor=tuple(1 / one if one else 1.0 for one in spread))


def fit_scaler(
    pictures: Pictures,
    chosen: Indices,
    scaling: str,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[Scaler, tuple[Text, ...]]:
    """Finds the numbers of a scaling in one pass over the training pictures, in blocks.

    Args:
        pictures: uint8, shape (n, rows, columns, channels), as the network gets them; may be
            memory-mapped.
        chosen: Indices of the training pictures.
        scaling: One of ``SCALINGS``.
        stopped: Asked between blocks; true ends the pass early, with numbers of no use.

    Returns:
        The scaler, and what a person should know about it.
    """
    if scaling not in FITTED:
        return fixed_scaler(scaling, pictures.shape[3]), ()
    facts = count_pixels(pictures, chosen, stopped=stopped)
    return scaler_of(facts, scaling), constant_channels(facts)


def constant_channels(facts: PixelFacts) -> tuple[Text, ...]:
    """A sentence for each channel that has the same value in every training picture."""
    if not facts.pixels:
        return ()
    return tuple(
        T(
            "Channel {channel} of {channels} has the value {value} at every pixel of the training "
            "pictures: there is no spread to divide by, so scaling only takes {value} away.",
            channel=number,
            channels=facts.channels,
            value=low,
        )
        for number, (low, high) in enumerate(facts.ranges, 1)
        if low == high
    )


def scaled_words(values: Sequence[int], facts: PixelFacts, scaling: str) -> str:
    """What a pixel's values become, to stand behind them: " → 0.4510"; "" where they stay.

    Args:
        values: One value for each of the channels that were counted; "" for other ones.
        facts: The counts of the training pictures.
        scaling: One of ``SCALINGS``; "" for others.
    """
    if scaling not in SCALINGS[1:] or len(values) != facts.channels:
        return ""
    scaler = scaler_of(facts, scaling)
    words = (f"{scaler.of(value, channel):.4f}" for channel, value in enumerate(values))
    return " → " + " ".join(words).replace("-", "−")


def _over_row(numbers: tuple[float, ...], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """One number for every channel of every column: NumPy goes through rows faster than pixels."""
    if len(set(numbers)) == 1:
        return np.array(numbers[:1], np.float32)
    return np.full(shape[-2:], numbers, np.float32)
