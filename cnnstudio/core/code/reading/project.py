"""The project that was read: the network, its settings, and data that fits its Input."""

from __future__ import annotations

from msgspec.structs import replace

from cnnstudio.core.augmentation.settings import with_argument
from cnnstudio.core.code.reading.result import Reading
from cnnstudio.core.data.datasets import DATASETS
from cnnstudio.core.project import Project


def project_of(reading: Reading, name: str) -> Project:
    """A project with what was read; what the code doesn't say stays as in a new one."""
    project = Project(name=name, network=reading.network)
    data, augmentation = project.data, project.augmentation
    training, optimizer = project.training, project.training.optimizer
    for setting in reading.settings:
        part, _, field = setting.field.rpartition(".")
        if part == "data":
            data = replace(data, **{field: setting.value})
        elif part == "augmentation":
            augmentation = with_argument(augmentation, field, setting.value)
        elif part == "training":
            training = replace(training, **{field: setting.value})
        else:
            optimizer = replace(optimizer, **{field: setting.value})
    inputs = [node.values["shape"] for node in reading.network.layers if node.kind == "input"]
    if len(inputs) == 1 and len(inputs[0]) == 3:
        rows, columns, channels = inputs[0]
        own = DATASETS[data.source].shape[:2] == (rows, columns)
        data = replace(
            data,
            size=None if own else (rows, columns),
            colour="rgb" if channels == 3 else "grey",
        )
    training = replace(training, optimizer=optimizer)
    return replace(project, data=data, augmentation=augmentation, training=training)
