"""The parameter of layers that add or cut off a border, and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnstudio.core.layers.common import feature_map
from cnnstudio.core.layers.parameters import Pair, Parameter, is_whole
from cnnstudio.core.layers.spec import Reason, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T

Border = tuple[Pair, Pair]
"""((top, bottom), (left, right)) in cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderOf(Parameter):
    """The widths of a border: ((top, bottom), (left, right)), each at least 0.

    One number stands for all four sides, and a number in the place of a pair for both of its
    sides, as Keras has it.
    """

    maximum: int = 100_000

    def read(self, raw: object) -> Border:
        both = (raw, raw) if is_whole(raw) else raw
        if isinstance(both, list | tuple) and len(both) == 2:
            rows, columns = self._pair(both[0]), self._pair(both[1])
            if rows is not None and columns is not None:
                return rows, columns
        raise self.refuse(
            raw,
            T(
                "it takes a whole number from 0 to {maximum}, two (rows, columns), or two pairs "
                "((top, bottom), (left, right))",
                maximum=self.maximum,
            ),
        )

    def write(self, value: Any) -> object:
        rows, columns = value
        if rows[0] == rows[1] and columns[0] == columns[1]:
            return rows[0] if rows == columns else [rows[0], columns[0]]
        return [list(rows), list(columns)]

    def _pair(self, raw: object) -> Pair | None:
        pair = (raw, raw) if is_whole(raw) else raw
        if (
            isinstance(pair, list | tuple)
            and len(pair) == 2
            and all(is_whole(n) and 0 <= n <= self.maximum for n in pair)
        ):
            return pair[0], pair[1]
        return None


def border_reasons(
    border: Border, sign: str, symbol: str, inputs: Shapes, output: Shape
) -> tuple[Reason, ...]:
    """Rows and columns with `border` added or taken off, and the channels as they were."""
    rows, columns, channels = inputs[0]
    (top, bottom), (left, right) = border
    return (
        Reason(
            "rows",
            f"H_in {sign} {symbol}_top {sign} {symbol}_bottom",
            f"{rows} {sign} {top} {sign} {bottom}",
            output[0],
        ),
        Reason(
            "columns",
            f"W_in {sign} {symbol}_left {sign} {symbol}_right",
            f"{columns} {sign} {left} {sign} {right}",
            output[1],
        ),
        Reason("channels", "C_in", f"{channels}", output[2]),
    )


def bordered(v: Values, inputs: Shapes, name: str, sign: int) -> Shape:
    """(rows, columns, channels) with the border called `name` added (1) or taken off (−1)."""
    rows, columns, channels = feature_map(inputs)
    return rows + sign * sum(v[name][0]), columns + sign * sum(v[name][1]), channels
