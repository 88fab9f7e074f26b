"""The numbers of a scaling are Keras' own."""

from __future__ import annotations

import numpy as np
import pytest

from cnnstudio.core.data.scaling import fit_scaler

pytestmark = pytest.mark.usefixtures("keras")

RANDOM = np.random.RandomState(4)
PICTURES = (RANDOM.rand(40, 9, 7, 3) * [255, 90, 30] + [0, 40, 200]).astype(np.uint8)
TRAIN = np.arange(30)


def test_z_scores_are_those_of_normalization() -> None:
    import keras

    layer = keras.layers.Normalization()
    layer.adapt(PICTURES[TRAIN].astype(np.float32))
    scaler, _ = fit_scaler(PICTURES, TRAIN, "z-score")
    assert scaler.offset == pytest.approx(np.asarray(layer.adapt_mean), rel=1e-6)
    variance = np.asarray(layer.adapt_variance)
    assert 1 / np.array(scaler.factor) ** 2 == pytest.approx(variance, rel=1e-5)
    expected = np.asarray(layer(PICTURES.astype(np.float32)))
    assert scaler.apply(PICTURES) == pytest.approx(expected, abs=1e-5)


def test_z_scores_are_those_of_the_generators_featurewise_numbers() -> None:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    generator.fit(PICTURES[TRAIN])
    scaler, _ = fit_scaler(PICTURES, TRAIN, "z-score")
    expected = generator.standardize(PICTURES.astype(np.float32))
    assert scaler.apply(PICTURES) == pytest.approx(expected, abs=1e-5)
