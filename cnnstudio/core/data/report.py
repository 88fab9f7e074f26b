"""What is true of somebody's data, said before anything is trained on it.

What has to be read or compared for it is found once (``examine``). The report on a division then
takes milliseconds, so that it can follow every change of the split and of the labels.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.catalogue import (
    ANIMATED,
    CMYK,
    DEEP,
    MISNAMED,
    TRANSPARENT,
    TURNED,
    Catalogue,
    Refused,
)
from cnnstudio.core.data.class_counts import ClassCounts, class_findings, imbalance
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.division import PARTS, Division
from cnnstudio.core.data.duplicates import Duplicates, find_duplicates
from cnnstudio.core.data.finding import LEVELS, Finding
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.repeats import UNUSED, Uses, repeat_findings
from cnnstudio.core.data.sizes import Sizes, size_findings, sizes_of
from cnnstudio.core.data.split import Indices
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import TN, T, Text
from cnnstudio.core.training.class_weights import balanced_weights

__all__ = ["LEVELS", "ClassCounts", "Examined", "Finding", "Report", "examine", "make_report"]

_LOOKED_AT = 1000  # pictures that are looked at for colour


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What reading and comparing the pictures themselves gives; it doesn't depend on the division.

    Attributes:
        duplicates: Equal and near duplicates.
        grey: Whether all pictures that were looked at are stored as colour and grey all the same.
        looked_at: How many those were.
    """

    duplicates: Duplicates
    grey: bool
    looked_at: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Report:
    """What is true of a project's data.

    Attributes:
        classes: The classes in the order of their labels.
        sizes: The pictures' own sizes; None where there is no picture.
        modes: How many pictures the files have in each of Pillow's modes.
        refused: The files that were left out.
        ignored: How many files nobody misses were passed over.
        duplicates: Equal and near duplicates; None before the pictures were examined.
        findings: What is to be known, the gravest first.
    """

    classes: tuple[ClassCounts, ...]
    sizes: Sizes | None
    modes: dict[str, int]
    refused: Sequence[Refused]
    ignored: int
    duplicates: Duplicates | None
    findings: tuple[Finding, ...]

    @property
    def imbalance(self) -> float | None:
        """As ``class_counts.imbalance`` has it."""
        return imbalance(self.classes)


def examine(
    catalogue: Catalogue,
    dataset: Dataset,
    pools: Mapping[str, Labelled],
    stopped: Callable[[], bool] = lambda: False,
) -> Examined:
    """Looks for duplicates and for grey pictures stored as colour.

    Args:
        catalogue: What is known of the pictures, all pools of `dataset` one after the other.
        dataset: The dataset.
        pools: Its pools, decoded to any size.
        stopped: Asked between steps; true ends it early, with what was found so far.
    """
    stored = [pools[name].pictures for name in dataset.pools]
    starts = np.cumsum([0, *(len(pictures) for pictures in stored)])

    def pictures(places: Indices) -> NDArray[np.uint8]:
        taken = np.empty((len(places), *stored[0].shape[1:]), np.uint8)
        pool = np.searchsorted(starts, places, side="right") - 1
        for number, one in enumerate(stored):
            taken[pool == number] = one[places[pool == number] - starts[number]]
        return taken

    looked_at = np.unique(np.linspace(0, starts[-1] - 1, _LOOKED_AT).astype(np.int64))
    return Examined(
        find_duplicates(catalogue.digests, catalogue.looks, pictures, stopped),
        all(_is_grey(pictures(one)) for one in np.array_split(looked_at, 20) if len(one)),
        len(looked_at),
    )


def make_report(
    catalogue: Catalogue,
    division: Division,
    dataset: Dataset,
    settings: DataSettings,
    examined: Examined | None = None,
) -> Report:
    """Says what is true of the data as they are divided now.

    Args:
        catalogue: What is known of the pictures, all pools of `dataset` one after the other.
        division: Which of them train, validate and test.
        dataset: The dataset.
        settings: Size, fit and colour that the network gets.
        examined: What comparing them gave; without it nothing is said of duplicates.
    """
    counts = division.counts
    weights = balanced_weights(counts["train"])
    classes = tuple(
        ClassCounts(
            name,
            train=int(counts["train"][label]),
            validation=int(counts["validation"][label]),
            test=int(counts["test"][label]),
            weight=float(weights[label]),
        )
        for label, name in enumerate(dataset.classes)
    )
    sizes = sizes_of(catalogue.sizes) if len(catalogue) else None
    findings = [
        *_reading(catalogue, dataset),
        *_oddities(catalogue),
        *class_findings(classes, settings),
    ]
    if sizes is not None and dataset.own is not None:
        size = settings.size or (dataset.shape[0], dataset.shape[1])
        findings += size_findings(catalogue.sizes, sizes, size, settings.fit)
    if examined is not None:
        findings += _colour(examined, settings)
        findings += repeat_findings(examined.duplicates, _uses(catalogue, division, dataset))
    return Report(
        classes=classes,
        sizes=sizes,
        modes=catalogue.modes,
        refused=catalogue.refused,
        ignored=catalogue.ignored,
        duplicates=examined.duplicates if examined else None,
        findings=tuple(sorted(findings, key=lambda finding: LEVELS.index(finding.level))),
    )


def _uses(catalogue: Catalogue, division: Division, dataset: Dataset) -> Uses:
    starts = dict(
        zip(
            dataset.pools,
            itertools.accumulate((pool.pictures for pool in dataset.pools.values()), initial=0),
            strict=False,
        )
    )
    labels = catalogue.labels.astype(np.int32)
    parts = np.full(len(catalogue), UNUSED, np.int8)
    for pool, own in division.labels.items():
        labels[starts[pool] : starts[pool] + len(own)] = own
    for number, part in enumerate(PARTS):
        parts[starts[division.pools[part]] + division.chosen[part]] = number
    return Uses(catalogue.names, labels, parts)


# ------------------------------------------------------------------------------- what was read


def _reading(catalogue: Catalogue, dataset: Dataset) -> Iterator[Finding]:
    if count := len(catalogue.refused):
        first = catalogue.refused[0]
        yield Finding(
            "files.refused",
            "warning",
            TN("{count} file can't be used", "{count} files can't be used", count),
            T(
                "Left out; everything else is used. The first: {name}. {reason}",
                name=first.name,
                reason=first.reason,
            ),
        )
    else:
        yield Finding(
            "files.read",
            "good",
            T("All {count} pictures were read", count=len(catalogue)),
            T("No file is damaged or empty.")
            if dataset.own
            else T("Every byte is that of the published set."),
        )
    if catalogue.ignored:
        yield Finding(
            "files.ignored",
            "note",
            TN(
                "{count} file was passed over",
                "{count} files were passed over",
                catalogue.ignored,
            ),
            T("Hidden files, and those that programs leave behind, such as .DS_Store."),
        )
    if catalogue.notes:
        said = reduce(
            lambda one, two: T("{sentence} {next}", sentence=one, next=two), catalogue.notes
        )
        yield Finding(
            "files.converted", "note", T("What was found in the file, and converted"), said
        )


_ODD = {
    ANIMATED: (
        "files.animated",
        T("Pictures with several frames or pages"),
        T("Of {count}, such as {name}, only the first one is used."),
    ),
    TURNED: (
        "files.turned",
        T("Pictures turned upright"),
        T("{count}, such as {name}, are stored lying and say which way is up (EXIF orientation)."),
    ),
    DEEP: (
        "files.deep",
        T("Pictures of more than 8 bits"),
        T("{count}, such as {name}, were scaled down to 8 bits a channel; nothing is cut off."),
    ),
    TRANSPARENT: (
        "files.transparent",
        T("Pictures with transparent parts"),
        T("Those parts became black in {count}, such as {name}."),
    ),
    CMYK: (
        "files.cmyk",
        T("Pictures in printing colours"),
        T("{count}, such as {name}, were CMYK and became RGB."),
    ),
    MISNAMED: (
        "files.misnamed",
        T("Names that say another format"),
        T("{count}, such as {name}, have another format than their names end in; they were read."),
    ),
}


def _oddities(catalogue: Catalogue) -> Iterator[Finding]:
    for bit, (id, title, detail) in _ODD.items():
        places = np.flatnonzero(catalogue.flags & bit)
        if len(places):
            name = catalogue.names[int(places[0])]
            params: dict[str, Text | int | float | str] = {"count": len(places), "name": name}
            yield Finding(id, "note", title, Text(detail.id, params), pictures=places)


def _colour(examined: Examined, settings: DataSettings) -> Iterator[Finding]:
    if examined.grey and settings.colour == "rgb":
        yield Finding(
            "colour.grey",
            "note",
            T("Grey pictures, stored as colour"),
            T(
                "Red, green and blue are equal in all {count} that were looked at. With one "
                "channel the network computes less and sees as much: set the colour to grey.",
                count=examined.looked_at,
            ),
            ("data.colour", "grey"),
        )


def _is_grey(pictures: NDArray[np.uint8]) -> bool:
    if pictures.shape[-1] != 3:
        return False
    return bool((pictures[..., :1] == pictures[..., 1:]).all())
