"""TensorFlow's devices."""

from __future__ import annotations

import tensorflow as tf

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
