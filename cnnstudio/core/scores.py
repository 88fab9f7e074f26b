"""Per-class results from a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one class is recognised; a share with nothing to divide by is 0.

    Attributes:
        precision: Of the pictures called this class, the share that is.
        recall: Of the pictures of this class, the share called so.
        f1: The harmonic mean of the two.
        support: Pictures of this class.
    """

    precision: float
    recall: float
    f1: float
    support: int


def class_scores(confusion_matrix: Sequence[Sequence[int]]) -> tuple[ClassScore, ...]:
    """Returns one score per class.

    Args:
        confusion_matrix: Rows are true classes, columns predicted ones.
    """
    called = [sum(column) for column in zip(*confusion_matrix, strict=True)]
    scores = []
    for label, row in enumerate(confusion_matrix):
        right, support = row[label], sum(row)
        scores.append(
            ClassScore(
                precision=right / called[label] if called[label] else 0.0,
                recall=right / support if support else 0.0,
                f1=2 * right / (called[label] + support) if called[label] + support else 0.0,
                support=support,
            )
        )
    return tuple(scores)
