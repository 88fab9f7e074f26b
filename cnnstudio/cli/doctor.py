"""``cnnstudio doctor``: what this computer has, what is missing, and how to get it."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
from typing import Any

import psutil

import cnnstudio
from cnnstudio.cli.console import Console
from cnnstudio.core.errors import StudioError
from cnnstudio.core.installing import pip_command
from cnnstudio.core.storage.places import logs_folder
from cnnstudio.core.text import T, Text, Translator
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Ended
from cnnstudio.protocol.messages import Ready

PACKAGES = ("keras", "numpy", "pillow", "msgspec", "tensorflow", "torch", "jax")
BACKENDS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


def add_arguments(_parser: argparse.ArgumentParser, _show: Translator) -> None:
    """Declares the verb's arguments: none."""


def run(_options: argparse.Namespace, console: Console) -> int:
    """Looks and tells; every installed backend is really started."""
    versions = {name: _version(name) for name in PACKAGES}
    backends = {name: _look(name, versions[name], console) for name in BACKENDS}
    advice = [text for name in BACKENDS for text in _advice(name, backends[name])]
    console.result(
        {
            "studio": cnnstudio.__version__,
            "python": platform.python_version(),
            "system": platform.platform(),
            "cpu_cores": os.cpu_count(),
            "memory_bytes": psutil.virtual_memory().total,
            "packages": versions,
            "backends": backends,
            "advice": [console.text(text) for text in advice],
        },
        _lines(versions, backends, advice, console),
    )
    return 0 if any(backend["works"] for backend in backends.values()) else 1


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _look(name: str, version: str | None, console: Console) -> dict[str, Any]:
    """What one backend can do, by starting an engine with it."""
    found: dict[str, Any] = {"installed": version is not None, "works": False, "devices": []}
    if version is None:
        return found | {"problem": None}
    client = EngineClient("bench", name, "auto", logs_folder() / f"doctor-{os.getpid()}.log")
    problem: Text | None = None
    try:
        client.start()
        console.live(T("Starting {backend}", backend=BACKENDS[name]))
        for delivery in client:
            match delivery.event:
                case Ready(devices=devices):
                    found["works"] = True
                    found["devices"] = [
                        {"id": d.id, "name": d.name, "memory_bytes": d.memory or None}
                        for d in devices
                    ]
                    break
                case Ended(reason=reason):
                    problem = reason.text
                case _:
                    pass
    except StudioError as error:
        problem = error.text
    finally:
        client.close()
        console.end_live()
    return found | {"problem": None if problem is None else console.text(problem)}


def _advice(name: str, backend: dict[str, Any]) -> list[Text]:
    """How to get what is missing, on this system."""
    if not backend["installed"]:
        if name == "tensorflow":
            return [T("TensorFlow is missing. Get it with: {command}", command=pip_command(name))]
        return [
            T(
                "{backend} isn't installed; it is optional. Get it with: {command}",
                backend=BACKENDS[name],
                command=pip_command(name),
            )
        ]
    has_gpu = any(device["id"].startswith("gpu") for device in backend["devices"])
    if name != "tensorflow" or not backend["works"] or has_gpu:
        return []
    if sys.platform == "linux":
        return [
            T(
                "TensorFlow finds no GPU and computes on the CPU. With an NVIDIA GPU and its "
                "driver: {command}",
                command=pip_command("gpu"),
            )
        ]
    return [
        T(
            "TensorFlow has no GPU support on this system. A GPU can be used through PyTorch: "
            "{command}, then train with --backend torch",
            command=pip_command("torch"),
        )
    ]


def _lines(
    versions: dict[str, str | None],
    backends: dict[str, dict[str, Any]],
    advice: list[Text],
    console: Console,
) -> list[str]:
    memory = psutil.virtual_memory().total / 2**30
    lines = [
        f"CNN Studio {cnnstudio.__version__}, Python {platform.python_version()}, "
        f"{platform.platform()}",
        console.text(
            T(
                "{cores} CPU cores, {memory} GiB of memory",
                cores=os.cpu_count() or 1,
                memory=f"{memory:.0f}",
            )
        ),
        ", ".join(f"{name} {version}" for name, version in versions.items() if version),
        "",
    ]
    for name, backend in backends.items():
        if backend["works"]:
            devices = ", ".join(
                f"{d['id']} ({d['name']})" if d["name"] else d["id"] for d in backend["devices"]
            )
            lines.append(
                console.text(
                    T("{backend} works on: {devices}", backend=BACKENDS[name], devices=devices)
                )
            )
        elif backend["installed"]:
            lines.append(
                console.text(
                    T(
                        "{backend} doesn't work: {problem}",
                        backend=BACKENDS[name],
                        problem=backend["problem"] or "?",
                    )
                )
            )
    return [*lines, "", *(console.text(text) for text in advice)]
