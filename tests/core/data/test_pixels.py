from __future__ import annotations

import numpy as np
import pytest

from cnnstudio.core.data.pixels import count_pixels
from cnnstudio.core.data.scaling import scaled

PICTURES = np.random.RandomState(0).randint(0, 256, (900, 20, 20, 3)).astype(np.uint8)
PICTURES[:, :7] = 0
CHOSEN = np.arange(0, 900, 2)


@pytest.mark.parametrize("scaling", ["none", "1/255"])
def test_mean_and_deviation_are_those_of_the_scaled_pictures(scaling: str) -> None:
    facts = count_pixels(PICTURES, CHOSEN)
    values = scaled(PICTURES[CHOSEN], scaling).astype(np.float64)
    assert facts.pixels == values.size
    assert facts.mean(scaling) == pytest.approx(values.mean(), rel=1e-6)
    assert facts.deviation(scaling) == pytest.approx(values.std(), rel=1e-6)
    assert facts.zeros == pytest.approx(np.mean(values == 0))
    assert np.array_equal(facts.counts, np.bincount(PICTURES[CHOSEN].ravel(), minlength=256))


def test_no_pictures_have_no_pixels() -> None:
    facts = count_pixels(PICTURES, CHOSEN[:0])
    assert (facts.pixels, facts.mean("none"), facts.zeros) == (0, 0.0, 0.0)


def test_it_can_be_stopped() -> None:
    answers = iter([False, True])
    facts = count_pixels(PICTURES, CHOSEN, lambda: next(answers))
    assert 0 < facts.pixels < PICTURES[CHOSEN].size
