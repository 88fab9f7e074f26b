"""Per-class results, by hand and by their definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.scores import ClassScore, class_scores


def test_by_hand() -> None:
    cat, dog = class_scores([[8, 2], [4, 6]])
    assert cat == ClassScore(precision=8 / 12, recall=0.8, f1=pytest.approx(16 / 22), support=10)
    assert dog == ClassScore(precision=6 / 8, recall=0.6, f1=pytest.approx(12 / 18), support=10)


def test_a_class_without_pictures_scores_zero() -> None:
    assert class_scores([[5, 0], [0, 0]])[1] == ClassScore(0.0, 0.0, 0.0, 0)


@given(
    st.integers(1, 6).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(0, 50), min_size=n, max_size=n), min_size=n, max_size=n
        )
    )
)
def test_f1_is_the_harmonic_mean(matrix: list[list[int]]) -> None:
    for score in class_scores(matrix):
        if score.precision and score.recall:
            mean = 2 / (1 / score.precision + 1 / score.recall)
            assert score.f1 == pytest.approx(mean)
        else:
            assert score.f1 == 0
