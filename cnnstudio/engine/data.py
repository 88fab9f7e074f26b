"""The pictures of a run: what it trains on, what it validates on, and where they come from."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
import psutil
from numpy.typing import NDArray

from cnnstudio.core.data.datasets import Dataset, dataset_of
from cnnstudio.core.data.division import PARTS, divide, pools_of
from cnnstudio.core.data.edits import LabelEdits, edited
from cnnstudio.core.data.parts import Pictures, Recoloured
from cnnstudio.core.data.scaling import Scaler, fit_scaler
from cnnstudio.core.data.split import Indices
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.storage.arrays import Array
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.storage.run_folder import RunFolder, StoredSplit
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import COLOURS
from cnnstudio.core.training.class_weights import balanced_weights
from cnnstudio.decode.sets import load_pool
from cnnstudio.engine.pools import Stopped, check_same, run_pool
from cnnstudio.engine.scaling import scaler_of_run
from cnnstudio.engine.stream import Batch, BatchStream

if TYPE_CHECKING:
    from cnnstudio.engine.augmentation import Augmenter

logger = logging.getLogger(__name__)

_COPIES = 3  # of the training pictures in float32: the studio's, Keras' and what it computes
_MOST_KEPT = 2**26  # numbers of validation pictures that stay in memory, 256 MiB


@dataclass(frozen=True, slots=True, eq=False)
class RunData:
    """What a run trains and validates on.

    Attributes:
        project: Whose data it is.
        facts: The dataset.
        pictures: The pool it trains on, with the network's size and channels.
        labels: The label of each, as the person corrected it, int32.
        split: Which of them train and which validate, and which of their pool test; int64.
        scaler: Makes numbers of their bytes.
        augmenter: What is done to them; None where scaling is all.
        notes: What a person should know of them.
    """

    project: Project
    facts: Dataset
    pictures: Pictures
    labels: NDArray[np.int32]
    split: StoredSplit
    scaler: Scaler
    augmenter: Augmenter | None = None
    notes: tuple[Text, ...] = ()

    def stream(self, seed: int) -> BatchStream:
        """The training batches."""
        settings = self.project.training
        return BatchStream(
            self.pictures,
            self.labels,
            self.split.train,
            batch_size=settings.batch_size,
            seed=seed,
            shuffle=settings.shuffle,
            scaler=self.scaler,
            augment=self.augmenter.augmented if self.augmenter is not None else None,
            weights=self._class_weights(),
        )

    def validation(self) -> Sequence[Batch]:
        """The validation pictures as the network gets them, in batches; empty without any."""
        given = self.scaler.apply
        if self.augmenter is not None and self.project.augmentation.standardises:
            given = self.augmenter.standardised
        size = self.project.training.batch_size
        batches = Batches(self.pictures, self.labels, self.split.validation, size, given)
        floats = len(self.split.validation) * math.prod(self.pictures.shape[1:])
        return list(batches) if floats <= _MOST_KEPT else batches

    def _class_weights(self) -> NDArray[np.float64] | None:
        if self.project.training.class_weights != "balanced":
            return None
        counts = np.bincount(self.labels[self.split.train], minlength=len(self.facts.classes))
        return balanced_weights(counts)


class Batches(Sequence[Batch]):
    """Batches of pictures in their order, made as they are asked for: nothing is kept of them.

    Args:
        pictures: uint8, shape (n, rows, columns, channels).
        labels: One for each picture.
        chosen: Indices of those that are in a batch.
        batch_size: Pictures a batch; the last one may be smaller.
        given: Makes of a batch's pictures what the network gets.
    """

    def __init__(
        self,
        pictures: Pictures,
        labels: NDArray[np.int32],
        chosen: Indices,
        batch_size: int,
        given: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
    ) -> None:
        self._pictures = pictures
        self._labels = labels
        self._chosen = chosen
        self._size = batch_size
        self._given = given

    def __len__(self) -> int:
        return math.ceil(len(self._chosen) / self._size)

    @overload
    def __getitem__(self, index: int) -> Batch: ...
    @overload
    def __getitem__(self, index: slice) -> list[Batch]: ...
    def __getitem__(self, index: int | slice) -> Batch | list[Batch]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        start = range(len(self))[index] * self._size
        chosen = self._chosen[start : start + self._size]
        return self._given(self._pictures[chosen]), self._labels[chosen]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The pictures to measure a checkpoint on.

    Attributes:
        facts: The dataset.
        pictures: Their pool, with the network's size and channels.
        labels: The label of each picture of it, int32.
        chosen: Indices of those to measure on.
    """

    facts: Dataset
    pictures: Pictures
    labels: NDArray[np.int32]
    chosen: Indices


def load_data(
    project: Project, run: RunFolder | None = None, stopped: Stopped = lambda: False
) -> RunData:
    """Opens what a project trains and validates on.

    Args:
        project: The project.
        run: The run that already has its split and the numbers its pictures are scaled by; None
            for a new one, which finds its own.
        stopped: Asked while pictures are read; true ends that.

    Raises:
        BadInput: When the data can't be read or no picture is left to train on, or the run is
            damaged.
        JobFailed: When reading was stopped, or the disk is full.
    """
    facts = dataset_of(project.data)
    where, edits = pools_of(facts), edits_of(project, run)
    if run is None:
        check_same(facts, stopped)
    pool = run_pool(facts, where["train"], project.data, stopped)
    pictures = Recoloured(pool.pictures, COLOURS[project.data.colour])
    notes: tuple[Text, ...] = ()
    if run is None:
        pools = {where["train"]: pool}
        if where["test"] not in pools:
            pools[where["test"]] = load_pool(facts, where["test"])
        division = divide(facts, project.data, pools, edits)
        labels, split = division.labels[where["train"]], StoredSplit(**division.chosen)
        if not len(split.train):
            raise BadInput(
                T(
                    "No picture of {data} is left to train on. Keep fewer for validation and "
                    "testing, or leave fewer out.",
                    data=facts.title,
                )
            )
        scaler, notes = fit_scaler(pictures, split.train, project.data.scaling, stopped)
    else:
        labels = edited(edits, pool.names, pool.labels, facts.classes).labels
        split = _checked(run.read_split(), len(labels))
        scaler = scaler_of_run(run, pictures.shape[-1])
    augmenter = _augmenter(project, pictures, split.train, scaler)
    return RunData(project, facts, pictures, labels, split, scaler, augmenter, notes)


def edits_of(project: Project, run: RunFolder | None) -> LabelEdits:
    """What was left out and relabelled, from the run's folder if that has it.

    Raises:
        BadInput: When it is nowhere to be found, or damaged.
    """
    folders = (run.labels_folder,) if run is not None else ()
    return EditsStore.of_person().read(project.data.edits, *folders)


def measured_part(run: RunFolder, on: str, stopped: Stopped = lambda: False) -> Measured:
    """The pictures to measure a run's checkpoint on.

    Args:
        run: The run.
        on: "test", "validation" or "train", as the run's stored split has them.
        stopped: Asked while pictures are read; true ends that.

    Raises:
        BadInput: When there are none.
        JobFailed: When reading was stopped, or the disk is full.
    """
    project = run.record.project
    if on not in PARTS:
        raise BadInput(
            T("There is no part {part} of the data. There is test, validation, train.", part=on)
        )
    facts = dataset_of(project.data)
    pool = run_pool(facts, pools_of(facts)[on], project.data, stopped)
    change = edited(edits_of(project, run), pool.names, pool.labels, facts.classes)
    stored = run.read_split()._asdict()[on]
    if stored is None:
        chosen = np.setdiff1d(np.arange(len(pool.labels)), change.excluded)
    else:
        chosen = _indices(stored, len(pool.labels))
    if not len(chosen):
        raise BadInput(_nothing_to_measure(run, on))
    pictures = Recoloured(pool.pictures, COLOURS[project.data.colour])
    return Measured(facts, pictures, change.labels, chosen)


def prepared(run: RunFolder, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """`pictures` as the network of `run` gets those that nothing is trained on.

    They are scaled, and standardised by the numbers of the pictures the run is trained on.

    Raises:
        BadInput: When those pictures are needed and can't be read.
    """
    project = run.record.project
    if not project.augmentation.standardises:
        return scaler_of_run(run, pictures.shape[-1]).apply(pictures)
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


def _augmenter(
    project: Project, pictures: Pictures, chosen: Indices, scaler: Scaler
) -> Augmenter | None:
    if not project.augmentation.acting:
        return None
    from cnnstudio.engine.augmentation import Augmenter  # with SciPy, which few runs need

    logger.info("augmentation: %s", project.augmentation.stated)
    if project.augmentation.fitted:
        _check_room(len(chosen) * math.prod(pictures.shape[1:]))
    return Augmenter(project.augmentation, scaler, lambda: pictures[chosen])


def _check_room(numbers: int) -> None:
    """Raises BadInput where all training pictures at once, as Keras asks for them, are too many."""
    needed, free = _COPIES * 4 * numbers, psutil.virtual_memory().available
    if needed > free:
        raise BadInput(
            T(
                "To standardise over all pictures, or for ZCA whitening, every training picture "
                "has to be in memory at once: that takes {needed}, and {free} are free. Choose the "
                "scaling z-score instead, a smaller size or fewer pictures.",
                needed=show_bytes(needed),
                free=show_bytes(free),
            )
        )


@lru_cache(maxsize=1)
def _augmenter_of(path: Path, _created: str) -> Augmenter:
    """What a run does to its pictures; finding its numbers may take seconds."""
    run = RunFolder.open(path)
    found = load_data(run.record.project, run).augmenter
    assert found is not None
    return found


def _checked(stored: StoredSplit, pictures: int) -> StoredSplit:
    """A run's split as indices to use; those of the test pictures count in a pool of their own."""
    train, validation = (_indices(each, pictures) for each in stored[:2])
    return StoredSplit(train, validation, stored.test)


def _indices(stored: Array, pictures: int) -> Indices:
    if len(stored) and not 0 <= stored.min() <= stored.max() < pictures:
        raise BadInput(
            T(
                "The run's split names pictures that the data doesn't have (it has {count}). "
                "The run was trained on other data; train again.",
                count=pictures,
            )
        )
    return stored.astype(np.int64)


def _nothing_to_measure(run: RunFolder, on: str) -> Text:
    if on == "validation":
        return T(
            "{folder} was trained without validation pictures. Measure it on test or train.",
            folder=str(run.path),
        )
    return T(
        "{folder} has no pictures for testing: its data had none, and none were kept apart. "
        "Measure it on validation or train.",
        folder=str(run.path),
    )
