"""How a program scales its pictures is read from the arithmetic it does with them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cnnstudio.core.code.reading.project import project_of
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.reading.result import Reading

LOAD = "(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()\n"
MODEL = """
model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])
model.fit(x_train, y_train, epochs=3{more})
"""


def read(lines: str, more: str = "") -> Reading:
    return read_code(LOAD + lines + MODEL.format(more=more))


def setting(reading: Reading, field: str) -> object:
    return next((one.value for one in reading.settings if one.field == field), None)


FORMS: dict[str, Sequence[str]] = {
    "1/255": (
        "x_train = x_train / 255",
        "x_train, x_test = x_train / 255.0, x_test / 255.0",
        "x_train = x_train.astype('float32') / 255\nx_test = x_test.astype('float32') / 255",
        "x_train = x_train.astype('float32')\nx_train /= 255",
        "x_train = (1 / 255) * np.expand_dims(x_train, -1).astype(np.float32)",
        "MOST = 255.0\nx_train = tf.cast(x_train, tf.float32) / MOST",
        "def prepared(x):\n    return x[..., np.newaxis] / 255\nx_train = prepared(x_train)",
        "scale = lambda x: x / 255.\nx_train = scale(x_train)",
        "x_train = x_train / 255\nx_train = x_train.reshape(-1, 28, 28, 1)",
        "for n in range(1):\n    x_train = x_train / 255",
    ),
    "min-max-signed": (
        "x_train = (x_train - 127.5) / 127.5",
        "x_train = x_train.astype('float32') / 127.5 - 1",
        "x_train = 2 * (x_train / 255) - 1",
        "x_train = x_train / 127.5\nx_train -= 1.0",
        "x_train = (x_train / 255 - 0.5) / 0.5",
        "low, high = x_train.min(), x_train.max()\n"
        "x_train = 2 * (x_train - low) / (high - low) - 1",
    ),
    "min-max": (
        "x_train = (x_train - x_train.min()) / (x_train.max() - x_train.min())",
        "low = np.min(x_train, axis=(0, 1, 2))\nspan = x_train.max(axis=(0, 1, 2)) - low\n"
        "x_train = (x_train - low) / span",
    ),
    "z-score": (
        "x_train = (x_train - x_train.mean()) / x_train.std()",
        "mean, std = x_train.mean(axis=(0, 1, 2)), x_train.std(axis=(0, 1, 2))\n"
        "x_train = (x_train - mean) / std\nx_test = (x_test - mean) / std",
        "x_train = x_train / 255\nmean = np.mean(x_train)\nstd = np.std(x_train)\n"
        "x_train = (x_train - mean) / (std + 1e-7)",
        "mean = x_train.mean(axis=(0, 1, 2), keepdims=True)\nx_train = x_train - mean\n"
        "std = x_train.std(axis=(0, 1, 2), keepdims=True)\nx_train /= std",
        "std = x_train.std()\nstd = np.where(std > 0, std, 1)\n"
        "x_train = (x_train - x_train.mean()) / std",
    ),
}


@pytest.mark.parametrize(
    ("scaling", "lines"), [(name, one) for name, forms in FORMS.items() for one in forms]
)
def test_the_common_forms_are_read(scaling: str, lines: str) -> None:
    reading = read(lines)
    assert setting(reading, "data.scaling") == scaling
    assert project_of(reading, "a").data.scaling == scaling
    assert reading.questions == ()


@pytest.mark.parametrize(
    "lines",
    [
        "x_train = x_train.astype('float32')",
        "x_train = x_train / 100",
        "x_train = x_train ** 2",
        "x_train = (x_train - x_train.std()) / x_train.mean()",
        "x_train = x_train / 0",
        "x_train = x_train * 1e300\nx_train = x_train * 1e300",
        "rate = 255 / 255",
        "count = x_train.shape[0] / 255",
        "other = load() / load()",
    ],
)
def test_any_other_arithmetic_is_passed_over(lines: str) -> None:
    assert setting(read(lines), "data.scaling") is None


def test_layers_that_scale_stay_layers() -> None:
    reading = read_code("""
i = keras.Input((8, 8, 3))
x = keras.layers.Rescaling(1 / 127.5, offset=-1)(i)
x = keras.layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0])(x)
model = keras.Model(i, keras.layers.Flatten()(x))
""")
    kinds = [node.kind for node in reading.network.layers]
    assert kinds == ["input", "rescaling", "normalization", "flatten"]
    assert setting(reading, "data.scaling") is None


def test_balanced_weights_are_read_and_others_passed_over() -> None:
    balanced = """
from sklearn.utils.class_weight import compute_class_weight
found = compute_class_weight(class_weight='balanced', classes=np.unique(y_train), y=y_train)
"""
    reading = read(balanced, ", class_weight=dict(enumerate(found))")
    assert project_of(reading, "a").training.class_weights == "balanced"
    assert not [one for one in reading.passed if "class_weight=" in one.what]
    own = read("", ", class_weight={0: 1.0, 1: 3.0}")
    assert project_of(own, "a").training.class_weights == "none"
    assert [one.what for one in own.passed] == ["class_weight=…"]
