"""What a program needs of pictures that Keras doesn't have: files of arrays that NumPy alone reads.

The pictures are the cache's, as they were decoded; the division is written beside them.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnstudio.core.data.cache import cache_folder, cached_path
from cnnstudio.core.data.datasets import Dataset, dataset_of
from cnnstudio.core.data.division import PARTS, divide
from cnnstudio.core.data.parts import Labelled, open_pool, pool_name
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.storage.arrays import Array, write_arrays
from cnnstudio.core.storage.atomic import rename
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.text import T
from cnnstudio.core.training.checks import problems

_IN_KERAS = ("fashion_mnist",)


@dataclass(frozen=True, slots=True)
class StoredData:
    """Where the pictures of a project lie.

    Attributes:
        pictures: The ``.npy`` file of each pool, with the size the network gets.
        division: An ``.npz`` file: "train", "train_labels" … of each part, indices and labels.
        parts: The pool of each part that has pictures.
    """

    pictures: dict[str, str]
    division: str
    parts: dict[str, str]


def in_keras(settings: DataSettings, facts: Dataset) -> bool:
    """Whether Keras loads these pictures, and all of them with their labels as they are."""
    return facts.id in _IN_KERAS and not settings.edits


def store_data(project: Project) -> StoredData | None:
    """Writes the division of a project into the cache, where its pictures are already.

    Returns:
        None for pictures that Keras has.

    Raises:
        BadInput: When the settings aren't sound, the cache doesn't have the pictures, or label
            edits are missing.
        JobFailed: When the disk is full or breaks.
    """
    for problem in problems(project):
        raise BadInput(problem.text)
    settings, dataset = project.data, dataset_of(project.data)
    if in_keras(settings, dataset):
        return None
    pools: dict[str, Labelled] = {}
    for name in dataset.pools:
        pool = open_pool(dataset, name, settings)
        if pool is None:
            raise BadInput(
                T(
                    "A program for this project needs the decoded pictures of {data}, but they "
                    "aren't there yet. Open the Data workspace or train once, then try again.",
                    data=dataset.title,
                )
            )
        pools[name] = pool
    division = divide(dataset, settings, pools, EditsStore.of_person().read(settings.edits))
    arrays: dict[str, Array] = {}
    for part in PARTS:
        arrays[part] = division.chosen[part]
        arrays[f"{part}_labels"] = division.labels_of(part)
    return StoredData(
        {
            name: str(cached_path(pool_name(dataset, name, settings.size, settings.fit)))
            for name in pools
        },
        str(_written(arrays)),
        {part: division.pools[part] for part in PARTS if division.total(part)},
    )


def _written(arrays: dict[str, Array]) -> Path:
    """The file in the cache with these arrays, called by their content."""
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name} {len(array)} ".encode())
        digest.update(np.ascontiguousarray(array).data)
    path = cache_folder() / "divisions" / f"{digest.hexdigest()}.npz"
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        if not os.path.exists(path):  # noqa: PTH110
            path.parent.mkdir(parents=True, exist_ok=True)
            write_arrays(temporary, arrays)
            rename(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise write_fault(error, path) from error
    return path
