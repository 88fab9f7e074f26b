"""What this computer has, as far as it can be known without importing a framework."""

from __future__ import annotations

import importlib.metadata
import os
from dataclasses import dataclass

import psutil

FRAMEWORKS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
"""What Keras computes with: the distribution, which is also the backend's id, to its name."""


@dataclass(frozen=True, slots=True)
class Computer:
    """What trains here.

    Attributes:
        cores: CPU cores this process may use.
        memory_gb: Memory in GB (10⁹ bytes).
        keras: Keras' version, "" if it isn't installed.
        backends: Backend id to its name and version, such as "TensorFlow 2.21".
    """

    cores: int
    memory_gb: int
    keras: str
    backends: dict[str, str]


def this_computer() -> Computer:
    """Looks at this computer; takes a few milliseconds."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    backends = {id: f"{name} {_version(id)}" for id, name in FRAMEWORKS.items() if _version(id)}
    memory = round(psutil.virtual_memory().total / 1e9)
    return Computer(cores, memory, _version("keras"), backends)


def _version(distribution: str) -> str:
    """The first two numbers of an installed distribution's version; "" if there is none."""
    try:
        whole = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""
    return ".".join(whole.split(".")[:2])
