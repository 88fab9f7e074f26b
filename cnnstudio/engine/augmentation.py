"""Keras' ``ImageDataGenerator``, asked one picture at a time with drawn numbers given to it.

The one module that imports it. What it does to a picture doesn't depend on NumPy's global random
state then, so a batch may be built on any thread.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from numpy.typing import NDArray

from cnnstudio.core.augmentation.sampling import draw_transform
from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.data.scaling import Scaler

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Keras asks for the function by its old place, where SciPy 1 warns each time; SciPy 2 has no such
# place any more.
scipy.ndimage.interpolation.affine_transform = scipy.ndimage.affine_transform


class Augmenter:
    """What a project does to pictures before the network gets them.

    Args:
        augmentation: Sound settings.
        scaler: Scales them, in the place of ``rescale``: after all that changes them, before they
            are standardised.
        training: Gives the training pictures, uint8 of shape (n, rows, columns, channels); asked
            only if the settings need to know them all.
    """

    def __init__(
        self, augmentation: Augmentation, scaler: Scaler, training: Callable[[], Bytes]
    ) -> None:
        self._values = augmentation.values
        self._generator = generator_of(augmentation, scaler)
        if augmentation.fitted:
            known = np.ascontiguousarray(training())
            self._generator.fit(known if scaler.rescale else scaler.apply(known))

    def augmented(self, pictures: Bytes, random: np.random.RandomState) -> Floats:
        """`pictures` changed by what is drawn from `random`, scaled and standardised.

        Equal, bit for bit, to a batch of ``ImageDataGenerator.flow``.
        """
        result = np.empty(pictures.shape, np.float32)
        for index, picture in enumerate(pictures):
            transform = draw_transform(self._values, picture.shape, random)
            changed = self._generator.apply_transform(
                picture.astype(np.float32, order="C"), transform
            )
            result[index] = self._generator.standardize(changed)
        return result

    def standardised(self, pictures: Bytes) -> Floats:
        """`pictures` scaled and standardised only, as those are that nothing is trained on."""
        result = np.empty(pictures.shape, np.float32)
        for index, picture in enumerate(pictures):
            result[index] = self._generator.standardize(picture.astype(np.float32, order="C"))
        return result


def generator_of(augmentation: Augmentation, scaler: Scaler) -> Any:
    """Keras' generator with a project's settings.

    What is more than a factor is its ``preprocessing_function``, which stands where ``rescale``
    does; only ``fit`` leaves it out.
    """
    rescale = scaler.rescale
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that one setting switches another on
        return ImageDataGenerator(
            **augmentation.stated,
            rescale=None if rescale == 1 else rescale,
            preprocessing_function=None if rescale else scaler.apply,
            data_format="channels_last",
        )
