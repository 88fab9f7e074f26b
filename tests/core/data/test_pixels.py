from __future__ import annotations

import numpy as np
import pytest

from cnnstudio.core.data.parts import with_channels
from cnnstudio.core.data.pixels import count_pixels

RANDOM = np.random.RandomState(0)
PICTURES = RANDOM.randint(0, 256, (900, 20, 20, 3)).astype(np.uint8)
PICTURES[:, :7] = 0
PICTURES[..., 1] //= 3
CHOSEN = np.arange(0, 900, 2)


@pytest.mark.parametrize("channels", [3, 1])
def test_the_numbers_of_each_channel_are_numpys(channels: int) -> None:
    facts = count_pixels(PICTURES, CHOSEN, channels)
    values = with_channels(PICTURES[CHOSEN], channels)
    axes = (0, 1, 2)
    assert facts.pixels == values[..., 0].size
    assert facts.means == tuple(values.mean(axes, dtype=np.float64))  # sums of bytes are exact
    assert facts.deviations == pytest.approx(tuple(values.std(axes, dtype=np.float64)), rel=1e-12)
    assert facts.zeros == pytest.approx((values == 0).mean(axes))
    assert facts.ranges == tuple(zip(values.min(axes), values.max(axes), strict=True))
    for channel, counts in enumerate(facts.counts):
        assert np.array_equal(counts, np.bincount(values[..., channel].ravel(), minlength=256))


def test_grey_pictures_of_a_colour_network_have_three_equal_channels() -> None:
    grey = PICTURES[..., :1]
    facts = count_pixels(grey, CHOSEN, 3)
    assert np.array_equal(facts.counts, np.repeat(count_pixels(grey, CHOSEN).counts, 3, axis=0))


def test_pictures_larger_than_a_block_are_counted_one_by_one() -> None:
    large = np.full((3, 600, 500, 1), 7, np.uint8)
    assert count_pixels(large, np.array([0, 2])).counts[0, 7] == 600_000


def test_no_pictures_have_no_pixels() -> None:
    facts = count_pixels(PICTURES, CHOSEN[:0])
    assert facts.pixels == 0
    assert facts.means == facts.deviations == facts.zeros == (0.0, 0.0, 0.0)
    assert facts.ranges == ((0, 0),) * 3


def test_it_can_be_stopped() -> None:
    answers = iter([False, True])
    facts = count_pixels(PICTURES, CHOSEN, stopped=lambda: next(answers))
    assert 0 < facts.pixels < PICTURES[CHOSEN][..., 0].size
