from __future__ import annotations

import os
import warnings
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def keras() -> ModuleType:
    """Keras on TensorFlow and the CPU; imported when the first test asks, which takes seconds."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what TensorFlow's own imports warn of
        import keras

    return keras
