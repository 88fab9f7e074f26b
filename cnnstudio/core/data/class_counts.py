"""Classes: their names, their pictures by part, and what is to be known of both."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnstudio.core.data.datasets import class_key
from cnnstudio.core.data.division import PARTS
from cnnstudio.core.data.finding import Finding, listed
from cnnstudio.core.project import DataSettings
from cnnstudio.core.text import TN, T, Text

EVEN, UNEVEN = 2.0, 10.0
"""How many times larger the largest class may be for classes to be about equally large, and from
where on their difference is a warning."""


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """A class and its pictures.

    Attributes:
        name: What it is called.
        train: Pictures that train.
        validation: Pictures that validate.
        test: Pictures kept for testing.
        weight: What each counts in the loss with balanced class weights.
    """

    name: Text | str
    train: int
    validation: int
    test: int
    weight: float

    @property
    def pictures(self) -> int:
        """All of them."""
        return self.train + self.validation + self.test


def class_findings(classes: Sequence[ClassCounts], settings: DataSettings) -> Iterator[Finding]:
    """What is to be known of classes.

    Args:
        classes: The classes, in the order of their labels.
        settings: The shares by which their pictures were divided.
    """
    yield from _names([one.name for one in classes])
    yield from _parts(classes, settings)
    yield from _balance(classes)


def imbalance(classes: Sequence[ClassCounts]) -> float | None:
    """How many times more training pictures the largest class has than the smallest.

    Classes without any don't count; None where there are fewer than two others.
    """
    there = [one.train for one in classes if one.train]
    return max(there) / min(there) if len(there) > 1 else None


def _names(classes: Sequence[Text | str]) -> Iterator[Finding]:
    alike: dict[str, list[str]] = {}
    for name in classes:
        plain = unicodedata.normalize("NFC", class_key(name))
        alike.setdefault(" ".join(plain.casefold().split()), []).append(class_key(name))
    found = [f"“{'” = “'.join(names)}”" for names in alike.values() if len(names) > 1]
    if found:
        yield Finding(
            "classes.alike",
            "warning",
            T("Classes whose names hardly differ"),
            T(
                "{names}: they differ in capitals, spaces or how a letter is encoded alone. If "
                "they mean the same, put their pictures into one folder.",
                names=listed(found, len(found)),
            ),
        )


def _parts(classes: Sequence[ClassCounts], settings: DataSettings) -> Iterator[Finding]:
    totals = {part: sum(getattr(one, part) for one in classes) for part in PARTS}
    there = [one for one in classes if one.pictures]
    if not totals["train"]:
        yield Finding(
            "train.none",
            "blocker",
            T("There is nothing to train on"),
            T("Every picture is kept for validation or testing, or left out. Take some back."),
        )
        return
    if len(there) < 2:
        yield Finding(
            "classes.one",
            "warning",
            T("There is only one class"),
            T(
                "With nothing to tell apart, a network learns to say “{name}” to everything. Add "
                "pictures of something else, each class in a folder of its own.",
                name=there[0].name,
            ),
        )
    yield from _missing(classes)
    if totals["validation"]:
        yield from _unvalidated(there, settings)
    else:
        yield Finding(
            "validation.none",
            "note",
            T("No pictures validate"),
            T(
                "So nothing shows when the network begins to learn the training pictures by heart. "
                "{remedy}",
                remedy=T("There are too few to keep some: add pictures.")
                if settings.validation
                else T("Keep some of them for validation."),
            ),
            None if settings.validation else ("data.validation", DataSettings().validation),
        )
    if not totals["test"]:
        yield Finding(
            "test.none",
            "note",
            T("No pictures are kept for testing"),
            T(
                "The best epoch is chosen by the validation pictures, so the result on them is a "
                "little too good. Only pictures that nothing was chosen by tell the truth."
            ),
            None if settings.test else ("data.test", 0.1),
        )


def _missing(classes: Sequence[ClassCounts]) -> Iterator[Finding]:
    untrained = [one.name for one in classes if not one.train]
    if untrained:
        yield Finding(
            "train.classes",
            "warning",
            TN(
                "{count} class has no training pictures",
                "{count} classes have no training pictures",
                len(untrained),
            ),
            T(
                "The network can't learn {names}. Add pictures, or remove what is empty.",
                names=listed(untrained, len(untrained)),
            ),
        )
    single = [one.name for one in classes if one.pictures == 1]
    if single:
        yield Finding(
            "classes.single",
            "warning",
            TN(
                "{count} class has a single picture",
                "{count} classes have a single picture",
                len(single),
            ),
            T(
                "{names}: a network learns that picture, not the class. Add more.",
                names=listed(single, len(single)),
            ),
        )


def _unvalidated(there: Sequence[ClassCounts], settings: DataSettings) -> Iterator[Finding]:
    without = [one for one in there if one.train and not one.validation]
    if not without:
        return
    fewest = min((one.train for one in without if one.train > 1), default=1)
    share = math.ceil(100 / fewest) / 100
    helps = settings.validation < share <= 0.5
    yield Finding(
        "validation.classes",
        "warning",
        TN(
            "{count} class has no validation pictures",
            "{count} classes have no validation pictures",
            len(without),
        ),
        T(
            "How well the network knows {names} can't be told. {remedy}",
            names=listed([one.name for one in without], len(without)),
            remedy=T("Keep {share:.0%} for validation, or add pictures.", share=share)
            if helps
            else T("Add pictures."),
        ),
        ("data.validation", share) if helps else None,
    )


def _balance(classes: Sequence[ClassCounts]) -> Iterator[Finding]:
    ratio = imbalance(classes)
    if ratio is None:
        return
    there = [one for one in classes if one.train]
    small = min(there, key=lambda one: one.train)
    large = max(there, key=lambda one: one.train)
    if ratio <= EVEN:
        alike = len({(one.train, one.validation, one.test) for one in classes}) == 1
        yield Finding(
            "balance.even",
            "good",
            T("The classes are equally large")
            if alike
            else T("The classes are about equally large"),
            T(
                "Each has {train} for training, {validation} for validation and {test} for "
                "testing.",
                train=small.train,
                validation=small.validation,
                test=small.test,
            )
            if alike
            else T(
                "From {least} to {most} training pictures.", least=small.train, most=large.train
            ),
        )
        return
    yield Finding(
        "balance.uneven",
        "warning" if ratio > UNEVEN else "note",
        T("The classes differ in size"),
        T(
            "{large} has {most} training pictures, {small} has {least}: {ratio:.3g} times fewer. "
            "With balanced class weights a picture of {small} counts {weight:.3g} times, one of "
            "{large} {other:.3g} times, so that all classes count alike.",
            large=large.name,
            most=large.train,
            small=small.name,
            least=small.train,
            ratio=ratio,
            weight=small.weight,
            other=large.weight,
        ),
        ("training.class_weights", "balanced"),
    )
