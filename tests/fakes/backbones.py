"""Whole networks from a cache of made-up weights, and what Keras makes of the same."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.backbones import Backbone, BackboneChoice, WeightsFile, backbone
from cnnstudio.core.clipboard import read_clip
from cnnstudio.core.network import Network
from cnnstudio.core.storage.project_weights import read_weights
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.protocol.messages import BuildBackbone
from tests.fakes.tiny import RecordingContext

# Additions hide what comes from the picture, so they are kept small.
_NOISE = {"mean": 0.5, "variance": 0.5, "beta": 1e-4, "bias": 1e-4, "moving_mean": 1e-4}


def module_of(keras: ModuleType, name: str) -> Any:
    """The module with a network of ``keras.applications`` and its ``preprocess_input``."""
    return sys.modules[getattr(keras.applications, name).__module__]


def use_cache(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Lets Keras and the studio take `folder` for Keras' own, and any file there for whole."""
    from keras.src.utils import file_utils

    patch.setenv("KERAS_HOME", str(folder))
    patch.setattr(file_utils.config, "keras_home", lambda: str(folder))
    patch.setattr(file_utils, "validate_file", lambda *_, **__: True)


def fill_cache(patch: pytest.MonkeyPatch, choice: BackboneChoice) -> None:
    """Puts made-up weights of a network into Keras' cache, as Keras' own files are made."""
    import h5py
    import keras
    from keras.src.legacy.saving import legacy_h5_format

    from cnnstudio.engine.backbones import keras_model

    chosen = backbone(choice.name)
    file = chosen.weights_file(head=choice.head, size=choice.size)
    keras.utils.set_random_seed(7)
    model = keras_model(chosen, msgspec.structs.replace(choice, pretrained=False))
    random = np.random.RandomState(3)
    for variable in model.weights:  # no two alike, and close enough to stay finite
        size = _NOISE.get(variable.name, 0.02)
        noise = random.uniform(-size, size, variable.shape)
        variable.assign_add(keras.ops.cast(noise, variable.dtype))
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # one batch sets the running means: values stay of one size
    shape = (4, choice.size, choice.size, 3)
    pictures = random.randint(0, 256, shape).astype(np.float32)
    model(module_of(keras, choice.name).preprocess_input(pictures), training=True)
    file.path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(file.path, "w") as h5:
        legacy_h5_format.save_weights_to_hdf5_group(h5, model)
    checksum = hashlib.md5(file.path.read_bytes()).hexdigest()
    told = WeightsFile(file.name, "http://nowhere.invalid/", checksum)
    patch.setattr(Backbone, "weights_file", lambda *_, **__: told)


def built(choice: BackboneChoice, store: Path) -> Network:
    """A network as the engine gives it."""
    from cnnstudio.engine.backbones import build_backbone

    message = BuildBackbone(choice=choice, store=str(store))
    return read_clip(build_backbone(message, RecordingContext(), b"").layers)


def difference(keras: ModuleType, network: Network, choice: BackboneChoice, store: Path) -> float:
    """The largest difference between the studio's network and Keras', as a share of the range."""
    from cnnstudio.engine.backbones import keras_model
    from cnnstudio.engine.model import build_model, set_weights

    shape = (2, choice.size, choice.size, 3)
    pictures = np.random.RandomState(0).randint(0, 256, shape).astype(np.float32)
    prepare = module_of(keras, choice.name).preprocess_input
    theirs = keras_model(backbone(choice.name), choice)
    ready = prepare(pictures.copy())
    expected = keras.ops.convert_to_numpy(theirs(ready, training=False))
    ours = build_model(network, 0)
    set_weights(ours, network, read_weights(analyse(network), WeightsStore(store)))
    if choice.preprocessing:
        ready = pictures * np.float32(1 / 255) if choice.unit_range else pictures
    found = keras.ops.convert_to_numpy(ours(ready, training=False))
    largest = np.abs(expected).max()
    differs = np.abs(expected[0] - expected[1]).max() / largest
    assert differs > 1e-3, f"weights that tell nothing: two pictures differ by {differs}"
    return float(np.abs(found - expected).max() / largest)
