"""JAX's devices."""

from __future__ import annotations

import os

import jax

from cnnstudio.engine.backends import choose, cpu
from cnnstudio.protocol.messages import Device


def select(device: str) -> tuple[tuple[Device, ...], str]:
    """Makes JAX compute on `device`; returns all devices and the id of the chosen one."""
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()
    try:
        gpus = jax.devices("gpu")
    except RuntimeError:  # how JAX says that it has none
        gpus = []
    devices = (
        cpu(),
        *(Device(id=f"gpu:{n}", name=gpu.device_kind) for n, gpu in enumerate(gpus)),
    )
    chosen = choose(device, devices)
    used = jax.devices("cpu")[0] if chosen == "cpu" else gpus[int(chosen.removeprefix("gpu:"))]
    jax.config.update("jax_default_device", used)
    return devices, chosen
