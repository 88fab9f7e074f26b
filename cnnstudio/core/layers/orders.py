"""The parameter for a new order of axes."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.core.layers.parameters import Parameter, is_whole
from cnnstudio.core.text import T


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Parameter):
    """A permutation of the axes 1 to n of an input, n at most 4; the batch axis stays."""

    def read(self, raw: object) -> tuple[int, ...]:
        if (
            isinstance(raw, list | tuple)
            and 1 <= len(raw) <= 4
            and all(map(is_whole, raw))
            and sorted(raw) == list(range(1, len(raw) + 1))
        ):
            return tuple(raw)
        raise self.refuse(
            raw,
            T("it takes every axis once, in their new order, counted from 1, such as (2, 1, 3)"),
        )
