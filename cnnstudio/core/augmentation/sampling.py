"""What is drawn for one picture: the numbers of ``ImageDataGenerator.get_random_transform``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np

from cnnstudio.core.shapes import Shape


class Transform(TypedDict):
    """One picture's transformation, in the words of ``ImageDataGenerator.apply_transform``.

    theta and shear are in degrees, tx and ty in pixels (Keras exchanges the axes afterwards, so tx
    moves sideways), zx and zy factors. None for what is switched off.
    """

    theta: float
    tx: float
    ty: float
    shear: float
    zx: float
    zy: float
    flip_horizontal: bool
    flip_vertical: bool
    channel_shift_intensity: float | None
    brightness: float | None


def draw_transform(
    values: Mapping[str, Any], shape: Shape, random: np.random.RandomState
) -> Transform:
    """Draws the transformation of one picture.

    The draws, in order, and only for what is switched on: rotation, height shift, width shift,
    shear, zoom, flip left–right and flip up–down (always), channel shift, brightness.

    Args:
        values: The read values of all arguments (``Augmentation.values``).
        shape: The picture's (rows, columns, channels).
        random: Where the numbers come from.
    """
    rows, columns = shape[:2]
    theta = _either_way(values["rotation_range"], random)
    tx = _shift(values["height_shift_range"], rows, random)
    ty = _shift(values["width_shift_range"], columns, random)
    shear = _either_way(values["shear_range"], random)
    zx, zy = _zoom(values["zoom_range"], random)
    left_right = random.random_sample() < 0.5
    up_down = random.random_sample() < 0.5
    shifted = values["channel_shift_range"]
    brightness = values["brightness_range"]
    return Transform(
        theta=theta,
        tx=tx,
        ty=ty,
        shear=shear,
        zx=zx,
        zy=zy,
        flip_horizontal=left_right and values["horizontal_flip"],
        flip_vertical=up_down and values["vertical_flip"],
        channel_shift_intensity=_either_way(shifted, random) if shifted else None,
        brightness=random.uniform(*brightness) if brightness is not None else None,
    )


def _either_way(most: float, random: np.random.RandomState) -> float:
    return random.uniform(-most, most) if most else 0


def _shift(value: Any, length: int, random: np.random.RandomState) -> Any:
    """One shift in pixels; whole numbers and lists take two draws, other numbers one."""
    if not value:
        return 0
    if isinstance(value, float):
        shift: Any = random.uniform(-value, value)
    else:
        shift = random.choice(value)
        shift *= random.choice([-1, 1])
    if np.max(value) < 1:
        shift *= length
    return shift


def _zoom(value: Any, random: np.random.RandomState) -> tuple[float, float]:
    low, high = (1 - value, 1 + value) if isinstance(value, float) else value
    if low == high == 1:
        return 1, 1
    zx, zy = random.uniform(low, high, 2)
    return zx, zy
