"""The facts of the status bar, as texts."""

from __future__ import annotations

import math

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import find_dataset
from cnnstudio.core.data.division import sizes
from cnnstudio.core.project import Project
from cnnstudio.core.text import TN, T, Text
from cnnstudio.core.training.run_state import RunState
from cnnstudio.protocol.messages import Ready
from cnnstudio.ui.widgets.numbers import short_count
from cnnstudio.ui.window.computer import FRAMEWORKS, Computer

_LONG = 120.0  # seconds


def data_fact(project: Project) -> Text:
    """The data and its split: training, validation and test pictures; "?" while it has no sense."""
    data = find_dataset(project.data)
    if data is None:
        return T("{source} isn't here", source=project.data.source)
    makes_sense = all(0 <= share < 1 for share in (project.data.validation, project.data.test))
    found = sizes(data, project.data) if makes_sense else None
    apart = "?" if data.own is not None else data.pools["test"].pictures
    return T(
        "{data} · {train} / {validation} / {test}",
        data=data.title,
        train=found.train if found else "?",
        validation=found.validation if found else "?",
        test=found.test if found else apart,
    )


def network_fact(project: Project, language: str) -> Text:
    """The network's totals; what keeps it from having any while something is wrong."""
    analysis = analyse(project.network)
    if analysis.errors and project.network.layers:
        return T(
            "{layers} · {errors}",
            layers=TN("{count} layer", "{count} layers", len(project.network.layers)),
            errors=TN("{count} error", "{count} errors", len(analysis.errors)),
        )
    return TN(
        "{count} layer · {parameters} parameters · {macs} multiply-adds",
        "{count} layers · {parameters} parameters · {macs} multiply-adds",
        count=len(project.network.layers),
        parameters=analysis.total_params,
        macs=short_count(analysis.macs, language),
    )


def device_fact(computer: Computer, backend: str) -> Text:
    """What trains, before an engine has said more."""
    found = computer.backends.get(backend)
    if found is None:
        return TN("CPU, {count} core", "CPU, {count} cores", count=computer.cores)
    return TN(
        "CPU, {count} core · {backend}",
        "CPU, {count} cores · {backend}",
        count=computer.cores,
        backend=found,
    )


def ended_fact(run: RunState) -> Text:
    """How a run has ended."""
    if run.reason is not None:
        return run.reason
    best = run.best_value("val_accuracy")
    if math.isnan(best):
        return T("The training has finished.")
    return T(
        "The training has finished. Best validation accuracy: {accuracy}", accuracy=f"{best:.4f}"
    )


def took_long(run: RunState) -> bool:
    """Whether a run took so long that the person may have gone away meanwhile."""
    return len(run.seconds) > 0 and bool(run.seconds[-1] > _LONG)


def ready_fact(ready: Ready) -> Text:
    """What trains, as the engine has found it."""
    name = FRAMEWORKS[ready.backend]
    version = ".".join(ready.versions.get(ready.backend, "").split(".")[:2])
    backend = f"{name} {version}".strip()
    gpus = [device for device in ready.devices if device.id.startswith("gpu")]
    used = next((device for device in gpus if device.id == ready.device), None)
    if used is not None:
        return T("{device} · {backend}", device=used.name or used.id, backend=backend)
    if gpus:
        return T("CPU · {backend}", backend=backend)
    return T("CPU · {backend} · no GPU", backend=backend)
