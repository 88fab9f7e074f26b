from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.data.pixels import count_pixels
from cnnstudio.core.data.scaling import (
    FITTED,
    SCALINGS,
    fit_scaler,
    fixed_scaler,
    scaled_words,
    scaler_of,
)
from cnnstudio.core.training.class_weights import balanced_weights

AXES = (0, 1, 2)
RANDOM = np.random.RandomState(1)
PICTURES = RANDOM.randint(10, 200, (60, 6, 5, 3)).astype(np.uint8)
TRAIN = np.arange(0, 60, 2)
BYTES = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)


def by_numpy(scaling: str, values: np.ndarray) -> np.ndarray:
    """The lecture's arithmetic in float64, by channel, with the numbers of the training part."""
    train = PICTURES[TRAIN].astype(np.float64)
    low, high = train.min(AXES), train.max(AXES)
    if scaling == "z-score":
        return (values - train.mean(AXES)) / train.std(AXES)
    share = (values - low) / (high - low)
    return share if scaling == "min-max" else 2 * share - 1


@pytest.mark.parametrize("scaling", FITTED)
def test_the_numbers_come_from_the_training_part_alone(scaling: str) -> None:
    pictures = PICTURES.copy()
    pictures[1::2] = 255  # what validates and tests
    scaler, notes = fit_scaler(pictures, TRAIN, scaling)
    assert notes == ()
    given = scaler.apply(PICTURES)
    assert given.dtype == np.float32
    assert given == pytest.approx(by_numpy(scaling, PICTURES), abs=2e-6)
    assert scaler.of(77, 2) == pytest.approx(by_numpy(scaling, np.full(3, 77.0))[2], abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(low=st.integers(0, 254), width=st.integers(1, 255), signed=st.booleans())
def test_a_range_comes_out_between_its_ends(low: int, width: int, signed: bool) -> None:
    high = min(low + width, 255)
    pictures = np.linspace(low, high, 256).astype(np.uint8).reshape(1, 16, 16, 1)
    scaler, _ = fit_scaler(pictures, np.array([0]), "min-max-signed" if signed else "min-max")
    found = scaler.apply(pictures)
    start = -1.0 if signed else 0.0
    assert found.min() >= start
    assert found.max() <= 1.0
    assert [found.min(), found.max()] == pytest.approx([start, 1.0], abs=2**-23)


@pytest.mark.parametrize(("scaling", "factor"), [("none", None), ("1/255", 1 / 255)])
def test_what_needs_no_numbers_is_rescale_to_the_bit(scaling: str, factor: float | None) -> None:
    expected = BYTES.astype(np.float32)
    if factor is not None:
        expected *= factor
    scaler, _ = fit_scaler(BYTES, np.array([0]), scaling)
    assert scaler == fixed_scaler(scaling, 1) == scaler_of(count_pixels(BYTES, TRAIN[:1]), scaling)
    assert scaler.apply(BYTES).tobytes() == expected.tobytes()


@pytest.mark.parametrize("scaling", SCALINGS)
def test_floats_and_bytes_scale_alike_and_stay_as_they_are(scaling: str) -> None:
    scaler, _ = fit_scaler(PICTURES, TRAIN, scaling)
    floats = PICTURES[3].astype(np.float32)
    kept = floats.copy()
    assert np.array_equal(scaler.apply(floats), scaler.apply(PICTURES)[3])
    assert np.array_equal(floats, kept)


def test_the_pass_reads_blocks_of_a_file(tmp_path: Any) -> None:
    path = tmp_path / "pictures.npy"
    np.save(path, PICTURES)
    mapped = np.load(path, mmap_mode="r")
    assert fit_scaler(mapped, TRAIN, "z-score") == fit_scaler(PICTURES, TRAIN, "z-score")


@pytest.mark.parametrize("scaling", FITTED)
def test_a_channel_of_one_value_becomes_zero_and_is_named(scaling: str) -> None:
    pictures = PICTURES.copy()
    pictures[..., 1] = 12
    scaler, (note,) = fit_scaler(pictures, TRAIN, scaling)
    given = scaler.apply(pictures)
    assert not given[..., 1].any()
    assert given[..., 0].std() > 0.1
    assert (scaler.offset[1], scaler.factor[1]) == (12, 1)
    assert "Channel 2 of 3 has the value 12" in str(note)


def test_a_pixels_values_are_told() -> None:
    facts = count_pixels(BYTES, np.array([0]))
    assert scaled_words([51], facts, "1/255") == " → 0.2000"
    assert scaled_words([0], facts, "min-max-signed") == " → −1.0000"
    assert scaled_words([0], facts, "none") == ""
    assert scaled_words([0, 1, 2], facts, "z-score") == ""
    assert scaled_words([0], facts, "log") == ""


def test_balanced_classes_count_alike() -> None:
    counts = np.array([90, 9, 0, 1])
    weights = balanced_weights(counts)
    assert weights.tolist() == pytest.approx([100 / 270, 100 / 27, 1, 100 / 3])
    assert (weights * counts).sum() == pytest.approx(100)
    assert len(set((weights * counts)[counts > 0].round(9))) == 1
