"""PyTorch's devices."""

from __future__ import annotations

import os

import torch

from cnnstudio.engine.backends import choose, cpu
from cnnstudio.protocol.messages import Device


def select(device: str) -> tuple[tuple[Device, ...], str]:
    """Makes Keras compute with PyTorch on `device`; returns all devices and the chosen one's id.

    Keras reads ``KERAS_TORCH_DEVICE`` when it is imported (keras/src/backend/torch/core.py).
    """
    gpus: tuple[Device, ...] = ()
    if torch.cuda.is_available():
        found = [torch.cuda.get_device_properties(n) for n in range(torch.cuda.device_count())]
        gpus = tuple(
            Device(id=f"gpu:{n}", name=p.name, memory=p.total_memory) for n, p in enumerate(found)
        )
        own = "cuda:{}"
    elif torch.backends.mps.is_available():
        gpus, own = (Device(id="gpu:0", name="Apple GPU"),), "mps"
    devices = (cpu(), *gpus)
    chosen = choose(device, devices)
    os.environ["KERAS_TORCH_DEVICE"] = (
        "cpu" if chosen == "cpu" else own.format(chosen.removeprefix("gpu:"))
    )
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    return devices, chosen
