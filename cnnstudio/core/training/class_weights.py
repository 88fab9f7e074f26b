"""How much a picture counts in the loss, by its class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASS_WEIGHTS = ("none", "balanced")


def balanced_weights(counts: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """Weighs every class so that all count alike: n / (k · n_c).

    Of the k classes that have pictures one with n_c of the n training pictures is weighed so; the
    mean over the pictures is 1, so losses stay comparable. It is what ``class_weight="balanced"``
    is in scikit-learn (``sklearn/utils/class_weight.py``), and what ``model.fit`` takes as
    ``class_weight``.

    Args:
        counts: Training pictures of each class, shape (classes,).

    Returns:
        One weight for each class; 1, Keras' default, for a class without pictures.
    """
    there = counts > 0
    weights = np.ones(len(counts))
    weights[there] = counts.sum() / (np.count_nonzero(there) * counts[there])
    return weights
