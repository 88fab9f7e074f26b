"""The pictures of a run: what it trains on, what it validates on, and where they come from."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.datasets import Dataset, dataset
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.scaling import scaled
from cnnstudio.core.data.split import Indices, Split, stratified_split
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T
from cnnstudio.decode.sets import prepare_part
from cnnstudio.engine.stream import Batch, BatchStream

if TYPE_CHECKING:
    from cnnstudio.engine.augmentation import Augmenter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class RunData:
    """The training part of a project's data, split.

    Attributes:
        project: Whose data it is.
        facts: The dataset.
        part: Its training pictures and labels, with the network's size and channels.
        split: Which of them train and which validate.
        augmenter: What is done to them; None where scaling is all.
    """

    project: Project
    facts: Dataset
    part: Labelled
    split: Split
    augmenter: Augmenter | None = None

    def stream(self, seed: int) -> BatchStream:
        """The training batches."""
        settings = self.project.training
        return BatchStream(
            self.part.pictures,
            self.part.labels.astype(np.int32),
            self.split.train,
            batch_size=settings.batch_size,
            seed=seed,
            shuffle=settings.shuffle,
            scaling=self.project.data.scaling,
            augment=self.augmenter.augmented if self.augmenter is not None else None,
        )

    def validation(self) -> Batch | None:
        """All validation pictures as the network gets them, with their labels; None without."""
        chosen = self.split.validation
        if not len(chosen):
            return None
        pictures = self.part.pictures[chosen]
        if self.augmenter is not None and self.project.augmentation.standardises:
            given = self.augmenter.standardised(pictures)
        else:
            given = scaled(pictures, self.project.data.scaling)
        return given, self.part.labels[chosen].astype(np.int32)


def load_data(project: Project, stored: tuple[NDArray[Any], NDArray[Any]] | None = None) -> RunData:
    """Opens the training part of a project's data.

    Args:
        project: The project.
        stored: The training and the validation indices of a run that already has its split.

    Raises:
        BadInput: When the data can't be read or no picture is left to train on.
    """
    facts = dataset(project.data.source)
    part = prepare_part(facts, "train", project.data)
    if stored is None:
        split = stratified_split(part.labels, project.data.validation, project.data.split_seed)
    else:
        split = Split(*(_indices(each, len(part.labels)) for each in stored))
    return RunData(project, facts, part, split, _augmenter(project, part, split))


def measured_part(run: RunFolder, on: str) -> tuple[Labelled, Indices, Dataset]:
    """The pictures to measure a run's checkpoint on.

    Args:
        run: The run.
        on: "test", or "validation" or "train" as the run's stored split has them.

    Returns:
        Pictures and labels, the indices of those to use, and the dataset.

    Raises:
        BadInput: When there are none.
    """
    project = run.record.project
    if on == "test":
        facts = dataset(project.data.source)
        part = prepare_part(facts, "test", project.data)
        return part, np.arange(len(part.labels)), facts
    data = load_data(project, run.read_split())
    chosen = {"train": data.split.train, "validation": data.split.validation}.get(on)
    if chosen is None:
        raise BadInput(
            T("There is no part {part} of the data. There is test, validation, train.", part=on)
        )
    if not len(chosen):
        raise BadInput(
            T(
                "{folder} was trained without validation pictures. Measure it on test or train.",
                folder=str(run.path),
            )
        )
    return data.part, chosen, data.facts


def prepared(run: RunFolder, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """`pictures` as the network of `run` gets those that nothing is trained on.

    They are scaled, and standardised by the numbers of the pictures the run is trained on.

    Raises:
        BadInput: When those pictures are needed and can't be read.
    """
    project = run.record.project
    if not project.augmentation.standardises:
        return scaled(pictures, project.data.scaling)
    return _augmenter_of(run.path, run.record.created).standardised(pictures)


def pictures_from(
    shape: tuple[int, int, int, int], blob: bytes, wanted: tuple[int, ...]
) -> NDArray[np.uint8]:
    """The pictures a message brought.

    Args:
        shape: Their shape, (pictures, rows, columns, channels).
        blob: Their bytes.
        wanted: What the network takes, (rows, columns, channels).

    Raises:
        BadInput: When they don't fit the network.
    """
    if shape[1:] != wanted or len(blob) != math.prod(shape):
        raise BadInput(
            T(
                "The network takes pictures of {wanted}, but was given {given} ({count} bytes).",
                wanted=show_shape(wanted),
                given=show_shape(shape[1:]),
                count=len(blob),
            )
        )
    return np.frombuffer(blob, np.uint8).reshape(shape)


def _augmenter(project: Project, part: Labelled, split: Split) -> Augmenter | None:
    if not project.augmentation.acting:
        return None
    from cnnstudio.engine.augmentation import Augmenter  # with SciPy, which few runs need

    logger.info("augmentation: %s", project.augmentation.stated)
    return Augmenter(project.augmentation, project.data.scaling, lambda: part.pictures[split.train])


@lru_cache(maxsize=1)
def _augmenter_of(path: Path, _created: str) -> Augmenter:
    """What a run does to its pictures; finding its numbers may take seconds."""
    run = RunFolder.open(path)
    found = load_data(run.record.project, run.read_split()).augmenter
    assert found is not None
    return found


def _indices(stored: NDArray[Any], pictures: int) -> Indices:
    if len(stored) and not 0 <= stored.min() <= stored.max() < pictures:
        raise BadInput(
            T(
                "The run's split names pictures that the data doesn't have (it has {count}). "
                "The run was trained on other data; train again.",
                count=pictures,
            )
        )
    return stored.astype(np.int64)
