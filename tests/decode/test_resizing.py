from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cnnstudio.decode.resizing import fit_pictures

RANDOM = np.random.RandomState(0)
GREY = RANDOM.randint(0, 256, (3, 8, 6, 1), np.uint8)
COLOUR = RANDOM.randint(0, 256, (3, 8, 6, 3), np.uint8)


@pytest.mark.parametrize("pictures", [GREY, COLOUR], ids=["grey", "colour"])
def test_stretch_is_pillows_bilinear(pictures: np.ndarray) -> None:
    resized = fit_pictures(pictures, (5, 11), "stretch")
    for picture, result in zip(pictures, resized, strict=True):
        expected = Image.fromarray(picture.squeeze()).resize((11, 5), Image.Resampling.BILINEAR)
        assert np.array_equal(result.squeeze(), np.asarray(expected))


def test_pad_centres_and_puts_the_odd_row_below() -> None:
    padded = fit_pictures(GREY, (11, 10), "pad")
    assert np.array_equal(padded[:, 1:9, 2:8], GREY)
    assert padded.sum(dtype=np.int64) == GREY.sum(dtype=np.int64)


def test_pad_shrinks_what_is_too_large_and_keeps_proportions() -> None:
    padded = fit_pictures(np.full((1, 8, 4, 1), 200, np.uint8), (4, 4), "pad")
    assert padded[0, ..., 0].tolist() == [[0, 200, 200, 0]] * 4
