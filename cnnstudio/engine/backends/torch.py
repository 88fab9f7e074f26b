"""PyTorch's devices."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray

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


def random_state() -> dict[str, NDArray[Any]]:
    """PyTorch's global random state, which Dropout draws from (keras/src/backend/torch/random.py).

    Other backends draw from Keras' ``SeedGenerator`` variables alone.
    """
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return {name: state.numpy() for name, state in states.items()}


def set_random_state(states: Mapping[str, NDArray[Any]]) -> None:
    """Puts back what ``random_state`` gave."""
    torch.set_rng_state(torch.from_numpy(states["cpu"]))
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(torch.from_numpy(states["cuda"]))
