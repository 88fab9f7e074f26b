"""The computing libraries under Keras: which one, on which device.

One module for each: ``select`` lists its devices, makes it use one, and asks for operations that
give the same numbers every time. It must run before Keras is imported, since Keras fixes its
backend then.
"""

from __future__ import annotations

import importlib
import os
import platform
from importlib.metadata import version
from typing import NamedTuple

import cnnstudio
from cnnstudio.core.errors import BadInput, JobFailed, StudioError
from cnnstudio.core.installing import pip_command
from cnnstudio.core.text import T
from cnnstudio.protocol.messages import Device


class Backend(NamedTuple):
    """The backend of this process.

    Attributes:
        name: "tensorflow", "torch" or "jax".
        versions: Package name to version.
        devices: What it can compute on.
        device: The id of the one it uses.
    """

    name: str
    versions: dict[str, str]
    devices: tuple[Device, ...]
    device: str


_current: list[Backend] = []  # at most one: Keras can't change its backend


def describe(device: str) -> Backend:
    """Imports Keras on the backend that ``KERAS_BACKEND`` names; a process does so once.

    Args:
        device: "auto" (a GPU if there is one), "cpu", "gpu" or "gpu:N".

    Raises:
        JobFailed: When the backend can't be loaded.
        BadInput: When it isn't installed, or there is no such device.
    """
    name = os.environ.get("KERAS_BACKEND", "tensorflow")
    try:
        devices, chosen = importlib.import_module(f"{__name__}.{name}").select(device)
    except ImportError as error:
        raise _not_there(name, error) from error
    importlib.import_module("keras")
    versions = {
        "python": platform.python_version(),
        **{package: version(package) for package in ("keras", name, "numpy")},
        "cnnstudio": cnnstudio.__version__,
    }
    _current[:] = [Backend(name, versions, devices, chosen)]
    return _current[0]


def current() -> Backend:
    """What ``describe`` has chosen."""
    return _current[0]


def cpu() -> Device:
    """The processor, which every backend can use."""
    return Device(id="cpu", name=platform.processor() or platform.machine())


def choose(wanted: str, devices: tuple[Device, ...]) -> str:
    """The id of the device that `wanted` ("auto", "cpu", "gpu", "gpu:N") stands for.

    Raises:
        BadInput: When it isn't among `devices`.
    """
    ids = [device.id for device in devices]
    gpus = [id for id in ids if id.startswith("gpu")]
    if wanted == "auto":
        return gpus[0] if gpus else "cpu"
    if wanted == "gpu" and gpus:
        return gpus[0]
    if wanted in ids:
        return wanted
    raise BadInput(
        T(
            "There is no device {device} for this backend: it sees {devices}. Choose one of them "
            "or auto; cnnstudio doctor shows what is missing.",
            device=wanted,
            devices=", ".join(ids),
        )
    )


def _not_there(name: str, error: ImportError) -> StudioError:
    if isinstance(error, ModuleNotFoundError) and error.name == name:
        return BadInput(
            T(
                "The backend {backend} isn't installed. Install it with: {command}",
                backend=name,
                command=pip_command(name),
            )
        )
    return JobFailed(
        T(
            "The backend {backend} can't be loaded: {reason}. Install it anew with: {command}",
            backend=name,
            reason=str(error).splitlines()[0].rstrip("."),
            command=f"{pip_command(name)} --force-reinstall",
        )
    )
