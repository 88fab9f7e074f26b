"""The pictures' own sizes, and what becomes of them at the size that the network gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.finding import Finding
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import TN, T

Size = tuple[int, int]

BENT = 1.1
"""From this factor on rows and columns are stretched unequally."""
BADLY_BENT = 1.5
"""From this one on a stretched picture looks like something else …"""
MANY = 0.1
"""… and from this share of such pictures on it is worth a warning."""
ENLARGED = 2.0
"""From this factor on a picture is far smaller than the network's size."""


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Own sizes as (rows, columns), upright.

    Attributes:
        table: uint32, shape (m, 2): every size there is, the most frequent first.
        counts: int64, shape (m,): how many pictures have it.
        smallest: The one with the fewest pixels.
        largest: The one with the most pixels.
    """

    table: NDArray[np.uint32]
    counts: NDArray[np.int64]
    smallest: Size
    largest: Size

    @property
    def uniform(self) -> bool:
        """Whether all pictures have one size."""
        return len(self.table) == 1

    @property
    def commonest(self) -> Size:
        """The most frequent size."""
        return _size(self.table[0])


def sizes_of(sizes: NDArray[np.uint32]) -> Sizes:
    """Counts own sizes.

    Args:
        sizes: uint32, shape (n, 2), n ≥ 1: rows and columns of every picture.
    """
    codes, counts = np.unique(
        sizes[:, 0].astype(np.uint64) << np.uint64(32) | sizes[:, 1], return_counts=True
    )
    codes = codes[order := np.argsort(-counts, kind="stable")]
    table = np.stack([codes >> np.uint64(32), codes & np.uint64(0xFFFFFFFF)], axis=1)
    pixels = table.prod(axis=1)
    return Sizes(
        table.astype(np.uint32),
        counts[order].astype(np.int64),
        _size(table[pixels.argmin()]),
        _size(table[pixels.argmax()]),
    )


def size_findings(own: NDArray[np.uint32], sizes: Sizes, size: Size, fit: str) -> Iterator[Finding]:
    """What happens to pictures of these sizes on their way to the network.

    Args:
        own: uint32, shape (n, 2): rows and columns of every picture.
        sizes: The same, counted.
        size: (rows, columns) the network gets.
        fit: How they are given that size.
    """
    if sizes.uniform and sizes.commonest == size:
        yield Finding(
            "sizes.same",
            "good",
            T("All pictures have the same size"),
            T("{size}, and so they reach the network.", size=show_shape(size)),
        )
        return
    if fit != "stretch":
        return
    ratio = np.array(size, np.float64) / own
    yield from _stretched(ratio, size)
    yield from _enlarged(own, ratio, size)


def _stretched(ratio: NDArray[np.float64], size: Size) -> Iterator[Finding]:
    bent = ratio.max(axis=1) / ratio.min(axis=1)
    places = np.flatnonzero(bent > BENT)
    if len(places):
        badly = np.count_nonzero(bent > BADLY_BENT)
        yield Finding(
            "sizes.stretched",
            "warning" if badly >= MANY * len(bent) else "note",
            TN(
                "{count} picture is stretched out of its proportions",
                "{count} pictures are stretched out of their proportions",
                len(places),
            ),
            T(
                "At {size}, the size the network gets, the worst one is stretched {factor:.1f} "
                "times more one way than the other. Set the fit to pad or crop to keep "
                "proportions.",
                size=show_shape(size),
                factor=float(bent.max()),
            ),
            ("data.fit", "pad"),
            places,
        )


def _enlarged(own: NDArray[np.uint32], ratio: NDArray[np.float64], size: Size) -> Iterator[Finding]:
    places = np.flatnonzero(ratio.min(axis=1) >= ENLARGED)
    if len(places):
        most = 2 * len(places) >= len(ratio)
        common = sizes_of(own[places]).commonest
        remedy = (
            T(
                "Their most frequent size is {size}: the network can take that.",
                size=show_shape(common),
            )
            if most
            else T("Leave them out, or choose a smaller size.")
        )
        yield Finding(
            "sizes.enlarged",
            "warning" if most else "note",
            TN(
                "{count} picture is far smaller than the network's size",
                "{count} pictures are far smaller than the network's size",
                len(places),
            ),
            T(
                "Enlarged to {size} a picture gains no detail, but costs more work. {remedy}",
                size=show_shape(size),
                remedy=remedy,
            ),
            ("data.size", common) if most else None,
            places,
        )


def _size(row: NDArray[np.integer[Any]]) -> Size:
    return int(row[0]), int(row[1])
