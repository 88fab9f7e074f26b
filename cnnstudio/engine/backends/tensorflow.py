"""TensorFlow's devices, and how it is fed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import tensorflow as tf
from numpy.typing import NDArray

from cnnstudio.engine.backends import choose, cpu
from cnnstudio.protocol.messages import Device


def select(device: str) -> tuple[tuple[Device, ...], str]:
    """Makes TensorFlow compute on `device`; returns all devices and the id of the chosen one.

    On the CPU the same number of threads gives the same numbers without being asked.
    """
    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(g).get("device_name", "") for g in gpus]
    devices = (cpu(), *(Device(id=f"gpu:{n}", name=name) for n, name in enumerate(names)))
    chosen = choose(device, devices)
    if chosen == "cpu":
        tf.config.set_visible_devices([], "GPU")
    else:
        tf.config.set_visible_devices(gpus[int(chosen.removeprefix("gpu:"))], "GPU")
        tf.config.experimental.enable_op_determinism()
    return devices, chosen


def feed(batches: Iterator[tuple[NDArray[Any], NDArray[Any]]]) -> tf.data.Dataset:
    """Makes of `batches` what Keras would (generator_data_adapter.py), but for the autotuning.

    The autotuner of tf.data sleeps longer from look to look, at last a minute, and in a third of
    all trials the end of ``fit`` waited until it woke: a cancel may not take that long.
    """
    first = next(batches)
    signature = tuple(tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in first)
    options = tf.data.Options()
    options.autotune.enabled = False
    dataset = tf.data.Dataset.from_generator(
        lambda: chain([first], batches), output_signature=signature
    )
    return dataset.prefetch(2).with_options(options)
