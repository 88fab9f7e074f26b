"""Which pictures train, validate and test: indices into the pools of a project's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.edits import NO_EDITS, LabelEdits, edited
from cnnstudio.core.data.imported import FREE, POOL, TEST, TRAIN, VALIDATION
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.split import Indices, stratified_split
from cnnstudio.core.project import DataSettings

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """Which pictures train, validate and test.

    Attributes:
        pools: The pool of each part: "train" and "validation" of a shipped set are in "train".
        chosen: The pictures of each part, ascending indices into its pool; no excluded ones.
        counts: Pictures by class for each part, int64, shape (classes,).
        labels: The labels of each pool as the person corrected them, int32, shape (n,).
        excluded: The pictures of each part that are left out, ascending indices into its pool.
        relabelled: The pictures of each pool with a label their source doesn't say, ascending.
    """

    pools: dict[str, str]
    chosen: dict[str, Indices]
    counts: dict[str, NDArray[np.int64]]
    labels: dict[str, NDArray[np.int32]]
    excluded: dict[str, Indices]
    relabelled: dict[str, Indices]

    def total(self, part: str) -> int:
        """How many pictures a part has."""
        return len(self.chosen[part])

    def labels_of(self, part: str) -> NDArray[np.int32]:
        """The label of each chosen picture of a part."""
        return self.labels[self.pools[part]][self.chosen[part]]


def pools_of(dataset: Dataset) -> dict[str, str]:
    """The pool that each part is in."""
    if dataset.own is not None:
        return dict.fromkeys(PARTS, POOL)
    return {"train": "train", "validation": "train", "test": "test"}


def divide(
    dataset: Dataset,
    settings: DataSettings,
    pools: Mapping[str, Labelled],
    edits: LabelEdits = NO_EDITS,
) -> Division:
    """Divides the pictures as a run does, and counts every class.

    What is drawn is drawn over the labels that the source says, before any picture is left out:
    excluding or relabelling one moves no other.

    Args:
        dataset: The dataset.
        settings: Shares and seed, already found sound (``core.training.checks``).
        pools: Its pools; "test" of a shipped set may be missing, its part is then empty.
        edits: What the person changed.
    """
    where = pools_of(dataset)
    drawn = _drawn(dataset, settings, pools)
    after = {
        name: edited(edits, pool.names, pool.labels, dataset.classes)
        for name, pool in pools.items()
    }
    chosen, left_out, counts = {}, {}, {}
    for part in PARTS:
        change = after.get(where[part])
        if change is None:
            chosen[part] = left_out[part] = np.arange(0)
            counts[part] = np.zeros(len(dataset.classes), np.int64)
            continue
        out = np.isin(drawn[part], change.excluded, assume_unique=True)
        chosen[part], left_out[part] = drawn[part][~out], drawn[part][out]
        counts[part] = np.bincount(
            change.labels[chosen[part]], minlength=len(dataset.classes)
        ).astype(np.int64)
    return Division(
        where,
        chosen,
        counts,
        {name: change.labels for name, change in after.items()},
        left_out,
        {name: change.relabelled for name, change in after.items()},
    )


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many pictures each part gets, as far as the facts say: none is excluded.

    A class of very few pictures may keep one more for training.
    """

    train: int
    validation: int
    test: int


def sizes(dataset: Dataset, settings: DataSettings) -> Sizes:
    """What ``divide`` comes to, without reading anything."""
    if dataset.own is None:
        pictures, test = dataset.pools["train"].pictures, dataset.pools["test"].pictures
        validation = round(settings.validation * pictures)
        return Sizes(pictures - validation, validation, test)
    free, train, validation, test = dataset.own.counts
    carved = round(settings.test * free)
    to_divide = free - carved if settings.split == "folders" else free - carved + train + validation
    drawn = round(settings.validation * to_divide)
    if settings.split == "folders":
        return Sizes(train + to_divide - drawn, validation + drawn, test + carved)
    return Sizes(to_divide - drawn, drawn, test + carved)


def _drawn(
    dataset: Dataset, settings: DataSettings, pools: Mapping[str, Labelled]
) -> dict[str, Indices]:
    """The pictures of each part before any is left out, ascending."""
    seed = settings.split_seed
    if dataset.own is None:
        pool = pools["train"]
        split = stratified_split(pool.labels, settings.validation, seed, pool.groups)
        test = len(pools["test"].labels) if "test" in pools else 0
        return {"train": split.train, "validation": split.validation, "test": np.arange(test)}
    pool = pools[POOL]
    given = np.zeros(len(pool.labels), np.uint8) if pool.given is None else pool.given
    part = given.copy()
    _keep_apart(part, TEST, given == FREE, pool.labels, settings.test, seed)
    open_to_all = part == FREE if settings.split == "folders" else part != TEST
    part[open_to_all] = TRAIN
    _keep_apart(part, VALIDATION, open_to_all, pool.labels, settings.validation, seed)
    numbers = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
    return {name: np.flatnonzero(part == number) for name, number in numbers.items()}


def _keep_apart(
    part: NDArray[np.uint8],
    number: int,
    among: NDArray[np.bool_],
    labels: NDArray[np.integer[Any]],
    share: float,
    seed: int,
) -> None:
    """Draws a share of the pictures `among` which to choose, and writes `number` for their part."""
    there = np.flatnonzero(among)
    part[there[stratified_split(labels[there], share, seed).validation]] = number
