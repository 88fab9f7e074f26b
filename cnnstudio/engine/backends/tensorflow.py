"""TensorFlow's devices, and how it is fed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import tensorflow as tf

from cnnstudio.engine.backends import choose, cpu
from cnnstudio.engine.stream import Batch
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


def feed(
    batches: Callable[[], Iterator[Batch]], like: Batch, count: int | None = None
) -> tf.data.Dataset:
    """Makes of `batches` what Keras would (generator_data_adapter.py), but for the autotuning.

    The autotuner of tf.data sleeps longer from look to look, at last a minute, and in a third of
    all trials the end of ``fit`` waited until it woke: a cancel may not take that long.

    Args:
        batches: Begins to give them, from the first one, each time it is called.
        like: One of them, for their shapes and types.
        count: How many there are, where Keras is to know.
    """
    signature = tuple(tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in like)
    options = tf.data.Options()
    options.autotune.enabled = False
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    if count is not None:
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
    return dataset.prefetch(2).with_options(options)
