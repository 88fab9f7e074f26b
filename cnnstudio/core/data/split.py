"""Which pictures train and which validate: stratified, seeded, kept as indices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Indices into the training part; each picture is in exactly one of the two.

    Attributes:
        train: The pictures a run trains on, ascending.
        validation: The pictures it validates on, ascending; empty without validation.
    """

    train: Indices
    validation: Indices


def stratified_split(labels: NDArray[np.integer], share: float, seed: int) -> Split:
    """Chooses the validation pictures so that every class keeps its share.

    The number of validation pictures is ``round(share · n)``. A class first gives the whole
    part of ``share · its pictures``; what is missing comes from the classes with the largest
    remainders, the lower label first. Every class keeps at least one training picture.

    Args:
        labels: One label for each picture, shape (n,).
        share: The share of the pictures that validate, 0 ≤ share < 1.
        seed: The seed of NumPy's ``RandomState``, 0 ≤ seed < 2³².

    Returns:
        The split, equal for equal arguments.
    """
    random = np.random.RandomState(seed)
    classes, counts = np.unique(labels, return_counts=True)
    wanted = share * counts
    taken = np.floor(wanted).astype(np.int64)
    missing = max(round(share * len(labels)) - int(taken.sum()), 0)
    taken[np.argsort(taken - wanted, kind="stable")[:missing]] += 1
    taken = np.minimum(taken, counts - 1)
    chosen = np.zeros(len(labels), bool)
    for label, count in zip(classes, taken, strict=True):
        chosen[random.permutation(np.flatnonzero(labels == label))[:count]] = True
    return Split(np.flatnonzero(~chosen), np.flatnonzero(chosen))
