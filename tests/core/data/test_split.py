from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.data.split import stratified_split


def test_ten_equal_classes_give_each_a_tenth() -> None:
    labels = np.repeat(np.arange(10), 600)
    split = stratified_split(labels, 0.1, 42)
    assert len(split.train) == 5400
    assert np.bincount(labels[split.validation]).tolist() == [60] * 10


def test_the_seed_decides_and_nothing_else() -> None:
    labels = np.tile(np.arange(10), 50)
    np.random.seed(1)
    first = stratified_split(labels, 0.2, 7)
    state = np.random.get_state()[1]
    again = stratified_split(labels, 0.2, 7)
    other = stratified_split(labels, 0.2, 8)
    assert np.array_equal(first.validation, again.validation)
    assert not np.array_equal(first.validation, other.validation)
    assert np.array_equal(state, np.random.get_state()[1]), "NumPy's global state was touched"


def test_without_validation_every_picture_trains() -> None:
    split = stratified_split(np.array([0, 1, 1]), 0.0, 0)
    assert split.train.tolist() == [0, 1, 2]
    assert len(split.validation) == 0


@given(
    labels=st.lists(st.integers(0, 4), min_size=1, max_size=200).map(np.array),
    share=st.floats(0, 1, exclude_max=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_each_picture_is_on_one_side_and_each_class_trains(
    labels: np.ndarray, share: float, seed: int
) -> None:
    split = stratified_split(labels, share, seed)
    both = np.concatenate([split.train, split.validation])
    assert np.array_equal(np.sort(both), np.arange(len(labels)))
    assert np.all(np.diff(split.train) > 0)
    assert np.all(np.diff(split.validation) > 0)
    assert set(labels[split.train]) == set(labels)
    for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
        got = np.count_nonzero(labels[split.validation] == label)
        assert abs(got - min(share * count, count - 1)) < 1
