"""The lecture's CNN as anyone would train it with Keras alone: what the studio is measured against.

Prints one JSON object: seconds of each epoch (training and validation), test accuracy if asked.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers

DATA = Path(__file__).parents[2] / "resources" / "datasets" / "fashion_mnist"


def read(name: str, header: int) -> np.ndarray:
    """The numbers of one IDX file."""
    with gzip.open(DATA / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


class Clock(keras.callbacks.Callback):
    """Takes the time of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.seconds.append(time.perf_counter() - self._start)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--evaluate", action="store_true")
    options = parser.parse_args()

    x = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1).astype(np.float32) / 255
    y = read("train-labels-idx1-ubyte.gz", 8).astype(np.int32)
    order = np.random.RandomState(42).permutation(len(x))
    train, validation = order[6000:], order[:6000]

    keras.utils.set_random_seed(42)
    inputs = keras.Input((28, 28, 1))
    h = layers.Conv2D(32, 3, padding="same", activation="relu")(inputs)
    h = layers.Conv2D(64, 3, activation="relu")(h)
    h = layers.MaxPooling2D(2)(h)
    h = layers.Flatten()(h)
    h = layers.Dense(100, activation="relu")(h)
    h = layers.Dropout(0.4)(h)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(h))
    model.compile(
        keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    clock = Clock()
    model.fit(
        x[train],
        y[train],
        batch_size=64,
        epochs=options.epochs,
        validation_data=(x[validation], y[validation]),
        verbose=0,
        callbacks=[clock],
    )
    result: dict[str, object] = {"epoch_seconds": clock.seconds}
    if options.evaluate:
        tx = read("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1).astype(np.float32) / 255
        ty = read("t10k-labels-idx1-ubyte.gz", 8).astype(np.int32)
        result["test_accuracy"] = model.evaluate(tx, ty, verbose=0)[1]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
