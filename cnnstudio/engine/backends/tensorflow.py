"""TensorFlow's devices, and how it is fed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from cnnstudio.engine.backends import choose, cpu
from cnnstudio.engine.stream import Batch
from cnnstudio.protocol.messages import Device

_MOST_TOGETHER = 8  # batches that cross from Python at once
_MOST_BYTES = 4_000_000  # of them together


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
    signature = tuple(tf.TensorSpec((None, None, *part.shape[1:]), part.dtype) for part in like)
    options = tf.data.Options()
    options.autotune.enabled = False
    dataset = tf.data.Dataset.from_generator(
        lambda: _together(batches()), output_signature=signature
    ).unbatch()
    if count is not None:
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
    return dataset.prefetch(2).with_options(options)


def _together(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Batches of one size stacked, since each step from Python costs as much for one as for eight.

    The first ones go alone or few together: nobody waits for more than is asked for.
    """
    waiting: list[Batch] = []
    most = 1
    for batch in batches:
        if waiting and len(batch[1]) != len(waiting[0][1]):
            yield _stacked(waiting)
            waiting = []
        waiting.append(batch)
        if len(waiting) >= min(most, _MOST_BYTES // batch[0].nbytes):
            yield _stacked(waiting)
            waiting = []
            most = min(2 * most, _MOST_TOGETHER)
    if waiting:
        yield _stacked(waiting)


def _stacked(batches: list[Batch]) -> Batch:
    return tuple(np.stack(parts) for parts in zip(*batches, strict=True))
