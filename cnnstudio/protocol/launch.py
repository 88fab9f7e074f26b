"""How a process is started: the one place that knows commands and environments.

From source an engine is ``python -m cnnstudio engine``; in a frozen build the same executable with
``engine``. A Windows executable without a console has no usable standard streams, so a build for
Windows has a twin beside it that has them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import cnnstudio

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


def inspector_command(
    folder: Path, name: str, input_shape: Sequence[int] | None = None
) -> list[str]:
    """Returns the command that starts an inspector.

    Args:
        folder: Where the copy of the foreign file lies and the answer goes.
        name: What to call the file in texts.
        input_shape: The shape of one picture for a model that leaves it open.
    """
    shape = ",".join(map(str, input_shape or ()))
    return [*studio_command(), "inspector", str(folder), name, shape]


def inspector_environment(
    folder: Path, environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Returns the environment for an inspector: nothing of the person's is in it.

    What the interpreter and the system's loader need of `environment` (this process' if None)
    stays; keys, tokens, proxies and the home folder go.
    """
    given = os.environ if environment is None else environment
    env = {name: given[name] for name in _NEEDED_TO_START if name in given}
    if not getattr(sys, "frozen", False):
        source = str(Path(cnnstudio.__file__).resolve().parents[1])
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (source, given.get("PYTHONPATH"))))
        env["PYTHONSAFEPATH"] = "1"
    env["PYTHONUTF8"] = "1"
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in ("TMPDIR", "TEMP", "TMP"):
        env[name] = str(folder)
    env["CUDA_VISIBLE_DEVICES"] = "-1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # each thread reserves memory
        env[name] = "1"
    env["HDF5_PLUGIN_PRELOAD"] = "::"  # HDF5's own word for: load no plugins
    env["HDF5_USE_FILE_LOCKING"] = "FALSE"
    return env


_NEEDED_TO_START = (
    "PATH", "SYSTEMROOT", "APPDATA", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "LANG",
)  # fmt: skip
