from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnstudio.core.data.fitting import FITS
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


@pytest.mark.parametrize("pictures", [GREY, COLOUR], ids=["grey", "colour"])
def test_crop_takes_the_middle_with_the_proportions(pictures: np.ndarray) -> None:
    cropped = fit_pictures(pictures, (3, 3), "crop")
    assert np.array_equal(cropped, fit_pictures(pictures[:, 1:7], (3, 3), "stretch"))
    assert np.array_equal(fit_pictures(pictures, (6, 6), "crop"), pictures[:, 1:7])
    flat = fit_pictures(pictures, (2, 6), "crop")
    assert np.array_equal(flat, pictures[:, 3:5])


@given(*[st.integers(1, 40)] * 4, st.sampled_from(FITS))
def test_any_size_fits_into_any_other(a: int, b: int, rows: int, columns: int, fit: str) -> None:
    picture = np.full((1, a, b, 1), 200, np.uint8)
    fitted = fit_pictures(picture, (rows, columns), fit)
    assert fitted.shape == (1, rows, columns, 1)
    assert fitted.max() == 200
    if fit != "pad":
        assert fitted.min() == 200
