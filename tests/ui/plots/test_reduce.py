"""Averages and columns against their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstudio.ui.plots.reduce import MovingAverage, band, columns, line

FACTORS = st.sampled_from([0.0, 0.01, 0.5, 0.97, 0.999])
VALUES = hnp.arrays(float, st.integers(0, 300), elements=st.floats(0, 100) | st.just(math.nan))


def defined(values: np.ndarray, factor: float) -> list[float]:
    mean = weight = 0.0
    result = []
    for value in values:
        if math.isfinite(value):
            mean = factor * mean + (1 - factor) * value
            weight = factor * weight + (1 - factor)
            result.append(mean / weight)
        else:
            result.append(math.nan)
    return result


@given(VALUES, FACTORS, st.integers(0, 300))
def test_the_average_is_what_its_definition_says_in_any_number_of_parts(
    values: np.ndarray, factor: float, cut: int
) -> None:
    average = MovingAverage(factor)
    got = np.concatenate((average.extend(values[:cut]), average.extend(values[cut:])))
    np.testing.assert_allclose(got, defined(values, factor), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("factor", [0.01, 0.5, 0.97, 0.999])
def test_a_long_series_does_not_overflow(factor: float) -> None:
    values = np.linspace(2.0, 0.1, 100_000)
    average = MovingAverage(factor).extend(values)
    assert np.isfinite(average).all()
    assert np.all(np.diff(average) <= 1e-12)


@given(
    st.integers(1, 2000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(1, 400),
)
def test_columns_hold_every_value_in_view_once(
    count: int, start: float, stop: float, width: int
) -> None:
    x = np.arange(1.0, count + 1)
    low, high = min(start, stop) * count, max(start, stop) * count + 1
    places = columns(x, low, high, width)
    inside = np.flatnonzero((x >= low) & (x <= high))
    assert len(places) <= width + 1
    if len(inside):
        assert (places[0], places[-1]) == (inside[0], inside[-1] + 1)


def test_the_band_is_the_range_of_each_column() -> None:
    x = np.arange(1.0, 9.0)
    y = np.array([3.0, 1.0, math.nan, math.nan, 5.0, math.nan, 7.0, 9.0])
    places = columns(x, 0.5, 8.5, 4)
    middle, lowest, highest = band(x, y, places)
    assert middle.tolist() == [1.5, 5.5, 7.5]  # the second column has no number
    assert lowest.tolist() == [1.0, 5.0, 7.0]
    assert highest.tolist() == [3.0, 5.0, 9.0]


def test_no_extreme_of_a_hundred_thousand_values_is_lost() -> None:
    x = np.arange(1.0, 100_001.0)
    y = np.zeros(100_000)
    y[31_415] = 9.0
    _, lowest, highest = band(x, y, columns(x, 0, 100_000, 500))
    assert len(lowest) <= 500
    assert highest.max() == 9.0


def test_the_line_leaves_the_view_on_both_sides() -> None:
    x = np.arange(0.0, 100.0)
    picked, values = line(x, x * 2, columns(x, 10.0, 20.0, 5))
    assert picked[0] == 9.0
    assert picked[-1] == 21.0
    assert values.tolist() == (picked * 2).tolist()


def test_nothing_gives_nothing() -> None:
    empty = np.empty(0)
    places = columns(empty, 0, 1, 10)
    assert [len(part) for part in band(empty, empty, places)] == [0, 0, 0]
    assert [len(part) for part in line(empty, empty, places)] == [0, 0]
