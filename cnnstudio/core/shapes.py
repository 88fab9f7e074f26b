"""Shapes, and the arithmetic of windows that slide over them.

A shape is a tuple without the batch axis: ``(rows, columns, channels)`` for pictures and feature
maps, ``(values,)`` for vectors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Shape = tuple[int, ...]


def show_shape(shape: Shape) -> str:
    """``(26, 26, 64)`` as ``26×26×64``."""
    return "×".join(f"{n}" if len(shape) > 1 else f"{n:,}" for n in shape) or "1"


@dataclass(frozen=True, slots=True)
class Slide:
    """A window sliding along one axis.

    Source: ``compute_conv_output_shape`` in ``keras/src/ops/operation_utils.py``; TensorFlow's
    ``same`` padding puts the odd pixel after.

    Attributes:
        size: I, the length of the input axis.
        kernel: F, the kernel's length.
        stride: S.
        dilation: D; the kernel spans F_eff = D·(F − 1) + 1.
        same: Whether padding is "same" ("valid" otherwise).
    """

    size: int
    kernel: int
    stride: int
    dilation: int = 1
    same: bool = False

    @property
    def span(self) -> int:
        """F_eff, the length the dilated kernel covers."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def output(self) -> int:
        """O, the length of the output axis; below 1 when the window doesn't fit."""
        if self.same:
            return math.ceil(self.size / self.stride)
        return (self.size - self.span) // self.stride + 1

    @property
    def padding(self) -> tuple[int, int]:
        """P_before and P_after."""
        if not self.same:
            return 0, 0
        total = max((self.output - 1) * self.stride + self.span - self.size, 0)
        return total // 2, total - total // 2

    @property
    def formula(self) -> str:
        """The output length in symbols."""
        kernel = "F" if self.dilation == 1 else "(D·(F − 1) + 1)"
        padding = " + P_before + P_after" if self.same else ""
        return f"⌊(I − {kernel}{padding}) / S⌋ + 1"

    @property
    def numbers(self) -> str:
        """The output length with this axis' numbers."""
        kernel = (
            f"{self.kernel}" if self.dilation == 1 else f"({self.dilation}·({self.kernel} − 1) + 1)"
        )
        before, after = self.padding
        padding = f" + {before} + {after}" if self.same else ""
        return f"⌊({self.size} − {kernel}{padding}) / {self.stride}⌋ + 1"
