"""Which pictures of a pool are kept apart: stratified, seeded, kept as indices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Indices of pictures; each picture is in exactly one of the two.

    Attributes:
        train: The pictures that stay, ascending.
        validation: The pictures kept apart, ascending; empty for the share 0.
    """

    train: Indices
    validation: Indices


def stratified_split(
    labels: NDArray[np.integer[Any]],
    share: float,
    seed: int,
    groups: NDArray[np.integer[Any]] | None = None,
) -> Split:
    """Chooses the validation pictures so that every class keeps its share.

    The number of validation pictures is ``round(share · n)``. A class first gives the whole
    part of ``share · its pictures``; what is missing comes from the classes with the largest
    remainders, the lower label first. Every class keeps at least one training picture.

    Where pictures belong together, a class gives whole groups, in a drawn order, as long as that
    brings it no further from its number than leaving the group; it keeps at least one group.

    Args:
        labels: One label for each picture, shape (n,).
        share: The share of the pictures that validate, 0 ≤ share < 1.
        seed: The seed of NumPy's ``RandomState``, 0 ≤ seed < 2³².
        groups: A number for each picture, shape (n,): those of one number and one label stay
            together. None where each picture is for itself.

    Returns:
        The split, equal for equal arguments.
    """
    random = np.random.RandomState(seed)
    _, counts = np.unique(labels, return_counts=True)
    wanted = share * counts
    taken = np.floor(wanted).astype(np.int64)
    missing = max(round(share * len(labels)) - int(taken.sum()), 0)
    taken[np.argsort(taken - wanted, kind="stable")[:missing]] += 1
    taken = np.minimum(taken, counts - 1)
    chosen = np.zeros(len(labels), bool)
    order = np.argsort(labels, kind="stable")
    of_classes = np.split(order, np.cumsum(counts)[:-1]) if len(labels) else []
    for members, count in zip(of_classes, taken, strict=True):
        if groups is None:
            chosen[random.permutation(members)[:count]] = True
        else:
            chosen[_whole_groups(members, groups[members], int(count), random)] = True
    return Split(np.flatnonzero(~chosen), np.flatnonzero(chosen))


def _whole_groups(
    members: Indices, groups: NDArray[np.integer[Any]], count: int, random: np.random.RandomState
) -> Indices:
    """About `count` of a class' pictures, in whole groups."""
    _, group_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = random.permutation(len(sizes))[: len(sizes) - 1]
    totals = np.cumsum(sizes[order])
    number = int(np.searchsorted(totals, count))
    if number < len(order):
        below = int(totals[number - 1]) if number else 0
        number += int(totals[number] - count <= count - below)
    return members[np.isin(group_of, order[:number])]
