"""Ticks: where they stand and how they are written."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.ui.plots.overlay import spread
from cnnstudio.ui.plots.ticks import (
    finite_range,
    linear_ticks,
    log_tick_text,
    log_ticks,
    nice_step,
    padded,
    tick_text,
)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_linear_ticks_are_few_even_and_inside(low: float, span: float, most: int) -> None:
    ticks = linear_ticks(low, low + span, most)
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)
    steps = np.diff(ticks)
    assert np.allclose(steps, steps[:1].repeat(len(steps)), rtol=1e-6, atol=1e-9)


@given(st.floats(-6, 3), st.floats(0.01, 8), st.integers(2, 12))
def test_log_ticks_are_few_and_inside(power: float, decades: float, most: int) -> None:
    low, high = 10.0**power, 10.0 ** (power + decades)
    ticks = log_ticks(low, high, most)
    assert len(ticks) <= most + 1
    assert all(low * (1 - 1e-6) <= tick <= high * (1 + 1e-6) for tick in ticks)
    assert ticks == sorted(ticks)


def test_a_loss_has_the_ticks_people_expect() -> None:
    assert log_ticks(0.08, 3.0, 8) == pytest.approx([0.1, 0.2, 0.5, 1.0, 2.0])
    assert [log_tick_text(tick) for tick in (0.1, 0.2, 1.0, 20.0)] == ["0.1", "0.2", "1", "20"]
    assert log_ticks(0.3, 0.31, 6) == pytest.approx([0.3, 0.302, 0.304, 0.306, 0.308, 0.31])


def test_whole_ticks_have_no_fractions() -> None:
    assert linear_ticks(0, 3, 10, whole=True) == [0, 1, 2, 3]
    assert nice_step(844, 8) == 200


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.25, 0.05, "0.25"),
        (1.0, 0.1, "1.0"),
        (84_400, 200, "84,400"),
        (-0.5, 0.5, "−0.5"),
        (0.0, 0.2, "0.0"),
        (2e-5, 1e-5, "2e−5"),
        (3e7, 1e7, "3e7"),
    ],
)
def test_how_a_tick_is_written(value: float, step: float, text: str) -> None:
    assert tick_text(value, step) == text


def test_ranges_leave_out_what_is_no_number() -> None:
    assert finite_range(np.array([math.nan, 2.0]), np.array([0.0, 5.0])) == (0.0, 5.0)
    assert finite_range(np.array([0.0, 5.0]), above=0.0) == (5.0, 5.0)
    assert finite_range(np.array([math.nan])) is None
    low, high = padded(5.0, 5.0, log=False)
    assert low < 5.0 < high
    low, high = padded(0.1, 10.0, log=True)
    assert 0.05 < low < 0.1
    assert 10 < high < 20


def test_labels_move_apart_and_stay_inside() -> None:
    assert spread([10.0, 100.0], 16, 0, 200) == [10.0, 100.0]
    close = spread([50.0, 48.0], 16, 0, 200)
    assert close == [64.0, 48.0]
    assert spread([199.0, 198.0], 16, 0, 200) == [192.0, 176.0]
