"""Layer classes of a person's own, as text, and networks with them."""

from __future__ import annotations

from pathlib import Path

SQUEEZE = '''\
import keras
from keras import layers

RATIO = 4


def gate(x):
    """Between 0 and 1."""
    return keras.ops.sigmoid(x)


class Squeeze(layers.Layer):
    """Weighs the channels."""

    def __init__(self, ratio=RATIO, activation="relu", sizes=(1, 2), **kwargs):
        super().__init__(**kwargs)
        self.ratio, self.activation, self.sizes = ratio, activation, tuple(sizes)

    def build(self, shape):
        channels = shape[-1]
        self.narrow = layers.Dense(channels // self.ratio, activation=self.activation)
        self.wide = layers.Dense(channels)
        self.narrow.build((None, channels))
        self.wide.build((None, channels // self.ratio))

    def call(self, x):
        means = keras.ops.mean(x, axis=(1, 2))  # one for each channel
        return x * gate(self.wide(self.narrow(means)))[:, None, None]

    def get_config(self):
        own = {"ratio": self.ratio, "activation": self.activation, "sizes": self.sizes}
        return {**super().get_config(), **own}
'''

PROGRAM = (
    """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from keras.layers import Conv2D, Dense, Flatten, Input

x_train = np.zeros((10, 28, 28, 1))
"""
    + SQUEEZE.partition("layers\n")[2]
    + """

inputs = Input(shape=(28, 28, 1), name="input_1")
x = Conv2D(8, 3, name="conv")(inputs)
x = Squeeze(2, activation="gelu")(x)  # which channel matters?
x = Squeeze(sizes=(3, 4), name="again")(x)
x = Flatten()(x)
outputs = Dense(10, activation="softmax")(x)
model = keras.Model(inputs, outputs)
"""
)


def canary(path: Path) -> str:
    """A class whose code leaves a file behind as soon as it is run in any way."""
    return f"""\
import pathlib

import keras

pathlib.Path({str(path)!r}).write_text("imported")


class Canary(keras.layers.Layer):
    pathlib.Path({str(path)!r}).write_text("defined")

    def call(self, x):
        pathlib.Path({str(path)!r}).write_text("called")
        return x
"""


def canary_program(path: Path) -> str:
    """A program with that class in it."""
    return (
        canary(path)
        + """

inputs = keras.Input((28, 28, 1))
x = Canary()(inputs)
x = keras.layers.Flatten()(x)
outputs = keras.layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs, outputs)
"""
    )
