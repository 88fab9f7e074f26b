"""Augmentation is ImageDataGenerator's: the same draws, and the same batches to the last bit."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnstudio.core.augmentation.sampling import draw_transform
from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.data.scaling import FITTED, SCALINGS, fit_scaler, fixed_scaler
from cnnstudio.engine.stream import BatchStream
from tests.fakes.augmentations import augmentations

pytestmark = pytest.mark.usefixtures("keras")

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3]))
RANDOM = np.random.RandomState(3)
PICTURES = RANDOM.randint(0, 256, (14, 6, 5, 3)).astype(np.uint8)
LABELS = RANDOM.randint(0, 10, 14)


def generator_of(params: dict[str, Any], **more: Any) -> Any:
    """Keras' generator with the arguments just as a person gives them."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that one argument switches another on
        return ImageDataGenerator(**params, **more)


@settings(max_examples=150, deadline=None)
@given(augmentation=augmentations(), shape=SHAPES, seed=st.integers(0, 2**32 - 1))
@example(Augmentation({"height_shift_range": 1, "width_shift_range": [0.25]}), (9, 8, 1), 5)
@example(Augmentation({"zoom_range": [1, 1], "height_shift_range": [-1, -2]}), (9, 8, 1), 5)
def test_the_draws_are_keras(augmentation: Augmentation, shape: Any, seed: int) -> None:
    generator = generator_of(augmentation.params)
    random = np.random.RandomState(seed)
    np.random.seed(seed)
    for _ in range(3):
        expected = generator.get_random_transform(shape)
        assert draw_transform(augmentation.values, shape, random) == expected
    ours, keras_state = random.get_state(), np.random.get_state()
    assert ours[2] == keras_state[2]
    assert np.array_equal(ours[1], keras_state[1])


@settings(max_examples=60, deadline=None)
@given(
    augmentation=augmentations(),
    channels=st.sampled_from([1, 3]),
    scaling=st.sampled_from([*SCALINGS]),
    batch_size=st.integers(1, 12),
    shuffle=st.booleans(),
    seed=st.integers(0, 2**32 - 100),
)
@example(Augmentation({"zca_whitening": True}), 3, "1/255", 4, True, 1)
@example(Augmentation({"featurewise_std_normalization": True}), 1, "none", 12, False, 1)
@example(
    Augmentation({"brightness_range": [0.5, 2], "channel_shift_range": 90}), 3, "none", 5, True, 1
)
@example(Augmentation({"rotation_range": 40, "interpolation_order": 3}), 1, "1/255", 12, True, 1)
@example(
    Augmentation({"brightness_range": [0.5, 2], "zca_whitening": True}), 3, "z-score", 5, True, 1
)
def test_the_batches_are_keras(
    augmentation: Augmentation,
    channels: int,
    scaling: str,
    batch_size: int,
    shuffle: bool,
    seed: int,
) -> None:
    from cnnstudio.engine.augmentation import Augmenter

    chosen = np.arange(1, 13)
    pictures = PICTURES[..., :channels]
    scaler, _ = fit_scaler(pictures, chosen, scaling)
    augmenter = Augmenter(augmentation, scaler, lambda: pictures[chosen])
    with BatchStream(
        pictures,
        LABELS,
        chosen,
        batch_size=batch_size,
        seed=seed,
        shuffle=shuffle,
        scaler=scaler,
        augment=augmenter.augmented,
    ) as ours:
        rescale, by_numbers = (1 / 255 if scaling == "1/255" else None), None
        if scaling in FITTED:
            offset, factor = np.float32(scaler.offset), np.float32(scaler.factor)

            def by_numbers(picture: np.ndarray) -> np.ndarray:
                return (picture - offset) * factor

        more = {"rescale": rescale, "preprocessing_function": by_numbers}
        generator = generator_of(augmentation.params, **more)
        if augmentation.fitted:
            known = pictures[chosen].astype(np.float32)
            generator.fit(by_numbers(known) if by_numbers else known)
        flow = generator.flow(
            pictures[chosen], LABELS[chosen], batch_size=batch_size, shuffle=shuffle, seed=seed
        )
        for number in range(2 * ours.steps):
            x, y = next(flow)
            given_x, given_y = ours.batch(*divmod(number, ours.steps))
            assert given_x.dtype == np.float32
            assert np.array_equal(given_x, x, equal_nan=True)
            assert np.array_equal(given_y, y)
        again, _ = ours.batch(0, 0)
        first, _ = ours.batch(0, 0)
        assert np.array_equal(again, first, equal_nan=True)


def test_pictures_that_nothing_is_trained_on_are_only_standardised() -> None:
    from cnnstudio.engine.augmentation import Augmenter

    params = {"rotation_range": 90, "featurewise_center": True, "samplewise_center": True}
    augmenter = Augmenter(Augmentation(params), fixed_scaler("1/255", 3), lambda: PICTURES)
    generator = generator_of(params, rescale=1 / 255)
    generator.fit(PICTURES)
    for got, picture in zip(augmenter.standardised(PICTURES), PICTURES, strict=True):
        assert np.array_equal(got, generator.standardize(picture.astype(np.float32)))
