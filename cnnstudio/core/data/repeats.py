"""What pictures that occur more than once do to a training, told for the division as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.duplicates import Duplicates
from cnnstudio.core.data.finding import Finding, listed
from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import TN, T, Text

UNUSED, TRAIN, VALIDATION, TEST = -1, 0, 1, 2
"""What ``Uses.parts`` says of a picture."""

SERIOUS = 0.01
"""From this share of leaked pictures on the results they make too good are worth a warning."""

_SHOWN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """What pictures are used for, by their places in the catalogue.

    Attributes:
        names: The name of each.
        labels: int32, shape (n,).
        parts: int8, shape (n,): ``TRAIN``, ``VALIDATION``, ``TEST`` or ``UNUSED``.
    """

    names: Sequence[str]
    labels: NDArray[np.int32]
    parts: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Duplicates among the pictures that are used, by their places, ascending.

    Attributes:
        copies: All but the first of each group.
        leaked: Those kept from training that have one like them among the training pictures.
        torn: Those whose group has several classes.
    """

    copies: Indices
    leaked: Indices
    torn: Indices


def repeats(firsts: Indices, uses: Uses) -> Repeats:
    """Looks at groups of duplicates across classes and parts.

    Args:
        firsts: int64, shape (n,): for each picture the first of its group.
        uses: What they are used for.
    """
    used = np.flatnonzero(uses.parts != UNUSED)
    part, label = uses.parts[used], uses.labels[used]
    _, first, group, counts = np.unique(
        firsts[used], return_index=True, return_inverse=True, return_counts=True
    )
    copy = np.ones(len(used), bool)
    copy[first] = False
    trains = np.bincount(group[part == TRAIN], minlength=len(counts)) > 0
    differs = label != label[first][group]
    torn = np.bincount(group[differs], minlength=len(counts)) > 0
    leaked = (counts[group] > 1) & (part != TRAIN) & trains[group]
    return Repeats(used[copy], used[leaked], used[torn[group]])


def repeat_findings(duplicates: Duplicates, uses: Uses) -> Iterator[Finding]:
    """What is to be known of duplicates, equal ones first, then near ones."""
    equal = repeats(duplicates.equal, uses)
    alike = _beyond(repeats(duplicates.alike, uses), equal)
    if not len(equal.copies):
        count = int(np.count_nonzero(uses.parts != UNUSED))
        yield Finding(
            "duplicates.none",
            "good",
            T("No picture is there twice"),
            T("All {count} were compared, pixel by pixel.", count=count)
            if len(alike.copies)
            else T("All {count} were compared, also with those that only look alike.", count=count),
        )
    yield from _equal(equal, _Examples(duplicates.equal, uses))
    yield from _alike(alike, _Examples(duplicates.alike, uses))


def _beyond(alike: Repeats, equal: Repeats) -> Repeats:
    """Near duplicates without those of whom equal ones tell the same already."""
    return Repeats(
        np.setdiff1d(alike.copies, equal.copies, assume_unique=True),
        np.setdiff1d(alike.leaked, equal.leaked, assume_unique=True),
        np.setdiff1d(alike.torn, equal.torn, assume_unique=True),
    )


class _Examples:
    """Some of the pictures of a finding, each with one that it is like.

    Args:
        firsts: For each picture the first of its group.
        uses: What they are used for.
    """

    def __init__(self, firsts: Indices, uses: Uses) -> None:
        self._firsts = firsts
        self._uses = uses
        self.apart = int(np.count_nonzero(uses.parts > TRAIN))

    def trained(self, places: Indices) -> Text | str:
        """With one that is trained on."""
        return self._pairs(places, lambda _place: self._uses.parts == TRAIN)

    def elsewhere(self, places: Indices) -> Text | str:
        """With one of another class."""
        labels, used = self._uses.labels, self._uses.parts != UNUSED
        return self._pairs(places, lambda place: used & (labels != labels[place]))

    def any(self, places: Indices) -> Text | str:
        """With the first one."""
        return self._pairs(places, lambda _place: self._uses.parts != UNUSED)

    def _pairs(self, places: Indices, wanted: Callable[[int], NDArray[np.bool_]]) -> Text | str:
        names, shown = self._uses.names, []
        for place in places[:_SHOWN].tolist():
            others = np.flatnonzero((self._firsts == self._firsts[place]) & wanted(place))
            other = int(others[others != place][0])
            shown.append(f"{names[place]} = {names[other]}")
        return listed(shown, len(places))


def _equal(found: Repeats, examples: _Examples) -> Iterator[Finding]:
    if count := len(found.leaked):
        share = count / examples.apart
        yield Finding(
            "duplicates.leak",
            "warning" if share >= SERIOUS else "note",
            TN(
                "{count} picture for validation or testing is trained on, too",
                "{count} pictures for validation or testing are trained on, too",
                count,
            ),
            T(
                "Equal to the pixel: {pairs}. The network has seen the answers to {share:.1%} of "
                "what it is measured on. Leave the copies out.",
                pairs=examples.trained(found.leaked),
                share=share,
            ),
            pictures=found.leaked,
        )
    if count := len(found.torn):
        yield Finding(
            "duplicates.classes",
            "warning",
            TN(
                "{count} picture is in another class, too",
                "{count} pictures are in another class, too",
                count,
            ),
            T(
                "Equal to the pixel: {pairs}. No network can tell them apart. Relabel them, or "
                "leave the wrong ones out.",
                pairs=examples.elsewhere(found.torn),
            ),
            pictures=found.torn,
        )
    if count := len(found.copies):
        yield Finding(
            "duplicates.copies",
            "note",
            TN("{count} picture is a copy", "{count} pictures are copies", count),
            T(
                "Equal to the pixel: {pairs}. What is there twice counts twice. Leave the copies "
                "out unless that is meant.",
                pairs=examples.any(found.copies),
            ),
            pictures=found.copies,
        )


def _alike(found: Repeats, examples: _Examples) -> Iterator[Finding]:
    if count := len(found.leaked):
        yield Finding(
            "alike.leak",
            "warning" if count >= SERIOUS * examples.apart else "note",
            TN(
                "{count} picture for validation or testing looks like one that is trained on",
                "{count} pictures for validation or testing look like one that is trained on",
                count,
            ),
            T(
                "Nearly the same: {pairs}. How well the network does on them says little about new "
                "pictures. Look at them, and leave out what is there twice.",
                pairs=examples.trained(found.leaked),
            ),
            pictures=found.leaked,
        )
    if count := len(found.torn):
        yield Finding(
            "alike.classes",
            "note",
            TN(
                "{count} picture looks like one of another class",
                "{count} pictures look like one of another class",
                count,
            ),
            T(
                "Nearly the same: {pairs}. Look whether their classes are right.",
                pairs=examples.elsewhere(found.torn),
            ),
            pictures=found.torn,
        )
    if count := len(found.copies):
        yield Finding(
            "alike.copies",
            "note",
            TN(
                "{count} picture looks like another one",
                "{count} pictures look like another one",
                count,
            ),
            T(
                "Nearly the same: {pairs}. Perhaps a picture saved again; leave out what is there "
                "twice.",
                pairs=examples.any(found.copies),
            ),
            pictures=found.copies,
        )
