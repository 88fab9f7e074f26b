"""How an engine is started: the one place that knows the command and the environment.

From source that is ``python -m cnnstudio engine``; in a frozen build the same executable with
``engine``. A Windows executable without a console has no usable standard streams, so a build for
Windows has a twin beside it that has them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Role = Literal["run", "bench"]
ROLES: tuple[Role, ...] = ("run", "bench")
BACKENDS = ("tensorflow", "torch", "jax")
CONSOLE_TWIN = "cnnstudio-console.exe"


def studio_command() -> list[str]:
    """Returns the command that starts this program anew, without arguments."""
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "cnnstudio"]
    executable = Path(sys.executable)
    twin = executable.with_name(CONSOLE_TWIN)
    return [str(twin if sys.platform == "win32" and twin.exists() else executable)]


def engine_command(role: Role, backend: str, device: str, log: Path) -> list[str]:
    """Returns the command that starts an engine.

    Args:
        role: "run" trains once and ends; "bench" answers at low priority and stays.
        backend: "tensorflow", "torch" or "jax".
        device: "auto", "cpu", "gpu" or "gpu:N".
        log: The file that gets what the engine and its libraries print.
    """
    options = {"--role": role, "--backend": backend, "--device": device, "--log": str(log)}
    return [*studio_command(), "engine", *(word for pair in options.items() for word in pair)]


def engine_environment(
    backend: str, device: str, environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Returns the environment for an engine, made from `environment` (this process' if None).

    Backend and device must be known before Keras is imported, so they stand here. "cpu" hides
    every GPU. "gpu:N" hides none, so that its number means the same everywhere: the engine picks
    it. What the person has set for the libraries stays, threads included.
    """
    env = dict(os.environ if environment is None else environment)
    env["KERAS_BACKEND"] = backend
    env["PYTHONUTF8"] = "1"
    env.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # warnings and errors
    env.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # otherwise it takes nearly all memory
    env.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the same for JAX
    if device == "cpu":
        env["CUDA_VISIBLE_DEVICES"] = "-1"
        env["HIP_VISIBLE_DEVICES"] = "-1"
        env["JAX_PLATFORMS"] = "cpu"
        env["KERAS_TORCH_DEVICE"] = "cpu"
    return env
