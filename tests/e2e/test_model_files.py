"""Models that Keras saved come in with exactly its weights, and compute what they did in Keras."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.storage.project_weights import read_weights
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.protocol.importing import Imported, read_source
from tests.contract.conftest import keras  # noqa: F401 - the fixture
from tests.fakes.keras_networks import application

# NumPy 2 warns of how TensorFlow hands over its variables.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SIX = {
    "ConvNeXtTiny": ".h5",
    "EfficientNetB0": ".keras",
    "MobileNet": ".h5",
    "MobileNetV2": ".keras",
    "MobileNetV3Small": ".h5",
    "ResNet50": ".keras",
}
"""A few of the models that ``tests/full`` has all of, in both formats."""


def shaken(model: Any) -> Any:
    """The model with every weight changed a little: zeros and ones can't be told apart.

    The mean of the changes is 0, or the outputs of a hundred layers would grow beyond float32.
    """
    draw = np.random.default_rng(1)
    for variable in model.weights:
        value = variable.numpy()
        if value.dtype.kind == "f":
            variable.assign(value + draw.uniform(-0.002, 0.002, value.shape).astype(np.float32))
    for layer in leaves(model):
        if hasattr(layer, "finalize_state"):  # computes with copies of its variables
            layer.finalize_state()
    return model


def leaves(model: Any) -> Iterator[Any]:
    """The layers of a model and of the models in it."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from leaves(layer)
        else:
            yield layer


def in_models(keras: ModuleType) -> Any:  # noqa: F811
    """Models in models, parts of them frozen, with the layers whose variables are special."""
    layers = keras.layers
    inner = keras.Sequential(
        [
            layers.Input((6, 6, 4)),
            layers.BatchNormalization(name="norm"),
            layers.SeparableConv2D(4, 3, padding="same", name="separable"),
            layers.PReLU(shared_axes=[1, 2], name="prelu"),
        ],
        name="inner",
    )
    start = layers.Input((6, 6, 4))
    x = layers.Conv2D(4, 1, name="frozen", trainable=False)(inner(start))
    x = layers.BatchNormalization(name="norm_frozen", trainable=False)(x)
    middle = keras.Model(start, layers.DepthwiseConv2D(3, name="depthwise")(x), name="middle")
    fixed = keras.Sequential(
        [
            layers.Input((4, 4, 4)),
            layers.Conv2D(2, 3, name="fixed_conv"),
            layers.BatchNormalization(name="fixed_norm"),
            layers.Conv2D(2, 1, name="fixed_last"),
        ],
        name="fixed",
    )
    fixed.trainable = False
    image = layers.Input((8, 8, 1), name="image")
    x = layers.Normalization(name="scale")(image)
    x = fixed(middle(layers.Conv2D(4, 3, name="conv")(x)))
    x = layers.Dense(3, activation="softmax", name="classes")(layers.Flatten()(x))
    return keras.Model(image, x, name="outer")


def check(model: Any, imported: Imported, store: WeightsStore, outputs: np.ndarray | None) -> None:
    """Compares what came in with the model: all arrays, and what it gives for one picture."""
    from cnnstudio.engine.model import build_model, set_weights

    analysis = analyse(imported.project.network)
    assert analysis.errors == ()
    assert imported.missing == ()
    assert analysis.total_params == model.count_params()
    arrays = read_weights(analysis, store)
    ids = {node.name: node.id for node in analysis.network.layers}
    wanted = {ids[one.name]: one.get_weights() for one in leaves(model) if one.get_weights()}
    assert imported.loaded == len(wanted)
    assert arrays.keys() == wanted.keys()
    for id, of_layer in wanted.items():
        for ours, theirs in zip(arrays[id], of_layer, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    if outputs is not None:
        picture = some_picture(model)
        built = build_model(analysis.network, 0)
        set_weights(built, analysis.network, arrays)
        ours = np.asarray(built(picture, training=False))
        assert np.isfinite(outputs).all(), "the model itself tells nothing"
        assert np.abs(ours - outputs).max() <= 1e-5


def some_picture(model: Any) -> np.ndarray:
    shape = model.input_shape[1:]
    return np.random.RandomState(0).uniform(0, 1, (1, *shape)).astype(np.float32)


@pytest.mark.parametrize("name", SIX)
def test_a_model_of_keras_applications(keras: ModuleType, tmp_path: Path, name: str) -> None:  # noqa: F811
    keras.backend.clear_session()
    model = shaken(application(name))
    outputs = None
    if name in ("EfficientNetB0", "MobileNetV3Small"):
        outputs = np.asarray(model(some_picture(model), training=False))
    path, store = tmp_path / f"model{SIX[name]}", WeightsStore(tmp_path / "store")
    model.save(path)
    check(model, read_source(path, store=store), store, outputs)
    shutil.rmtree(tmp_path)  # a hundred megabytes and more


def test_models_in_models(keras: ModuleType, tmp_path: Path) -> None:  # noqa: F811
    model = shaken(in_models(keras))
    outputs = np.asarray(model(some_picture(model), training=False))
    for suffix in (".keras", ".h5"):
        path, store = tmp_path / f"model{suffix}", WeightsStore(tmp_path / "store")
        model.save(path)
        check(model, read_source(path, store=store), store, outputs)
