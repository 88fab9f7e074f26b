"""The pictures of the project being edited, as they are split now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject, Signal

from cnnstudio.core.data.datasets import Dataset, dataset
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.pixels import PixelFacts, count_pixels
from cnnstudio.core.data.split import Indices, stratified_split
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import problems
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.reading import Reader

PARTS = ("train", "validation", "test")
LABELS: dict[str, Text] = {
    "data.validation": T("Share for validation"),
    "data.split_seed": T("Seed of the split"),
    "data.size": T("Size"),
    "data.colour": T("Colour"),
    "data.scaling": T("Scaling"),
}
"""What a field of a problem is called in the window."""


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """Which pictures train, validate and test.

    Attributes:
        chosen: Indices by part; "test" counts in the test file, the others in the training file.
        counts: Pictures by class for each part, int64, shape (classes,).
    """

    chosen: dict[str, Indices]
    counts: dict[str, NDArray[np.int64]]

    def total(self, part: str) -> int:
        """How many pictures a part has."""
        return int(self.counts[part].sum())


class Library(QObject):
    """Opens the project's data and follows its settings; nothing here waits.

    Args:
        document: The project being edited.
        parent: Its owner.
    """

    changed = Signal()
    """Something of what follows has arrived or is out of date."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._background = Background("data", self)
        self._reader = Reader(self)
        self._reader.decoding.connect(self._say)
        self._opened = False
        self._forget()
        self._unsubscribe = document.subscribe(self._follow)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)

    def open(self) -> None:
        """Begins to read; later calls do nothing."""
        if not self._opened:
            self._opened = True
            self._open()

    def close(self) -> None:
        """Ends what is being read and waits for it."""
        self._reader.stop()
        self._background.close()

    @property
    def settings(self) -> DataSettings:
        """The data settings of the project as it is now."""
        return self._document.project.data

    def part(self, name: str) -> Labelled | None:
        """Where the pictures of "train", "validation" or "test" are; None until they are read."""
        return self.parts.get("test" if name == "test" else "train")

    # ------------------------------------------------------------------------------- reading

    def _forget(self) -> None:
        self.facts: Dataset | None = None
        self.parts: dict[str, Labelled] = {}
        self.division: Division | None = None
        self.pixels: PixelFacts | None = None
        self.problem: Text | None = None
        self.working: Text | None = None

    def _follow(self, before: Project, after: Project) -> None:
        if not self._opened or before.data == after.data:
            return
        old, new = before.data, after.data
        if old.source != new.source:
            self._open()
        elif (old.validation, old.split_seed) != (new.validation, new.split_seed):
            self._divide()
        else:
            self.changed.emit()

    def _open(self) -> None:
        self._forget()
        for key in ("parts", "split", "pixels"):
            self._background.forget(key)
        try:
            facts = dataset(self.settings.source)
        except BadInput as error:
            self._fail(error.text)
            return
        self.facts = facts
        self.working = T("Opening the pictures of {data}.", data=facts.title)
        self._background.do(
            "parts",
            lambda: {part: self._reader.part(facts, part) for part in ("train", "test")},
            self._take_parts,
            self._fail,
        )
        self.changed.emit()

    def _take_parts(self, parts: dict[str, Labelled]) -> None:
        self.parts = parts
        self._divide()

    def _divide(self) -> None:
        """Splits anew, and counts the pixels of the new training part."""
        facts, settings = self.facts, self.settings
        if facts is None or not self.parts:
            return
        wrong = _split_problem(self._document.project)
        if wrong is not None:
            self.division = self.pixels = None
            self._fail(wrong)
            return
        self.problem = None
        if self.division is None:
            self._say(T("Splitting the pictures."))
        train, test = self.parts["train"], self.parts["test"]
        self._background.do(
            "split",
            lambda: divide(train.labels, test.labels, settings, len(facts.classes)),
            self._take_division,
            self._fail,
        )
        self.changed.emit()

    def _take_division(self, division: Division) -> None:
        self.division, self.working = division, None
        pictures, chosen = self.parts["train"].pictures, division.chosen["train"]
        self._background.do(
            "pixels", lambda: count_pixels(pictures, chosen), self._take_pixels, self._fail
        )
        self.changed.emit()

    def _take_pixels(self, pixels: PixelFacts) -> None:
        self.pixels = pixels
        self.changed.emit()

    def _say(self, text: Text) -> None:
        self.working = text
        self.changed.emit()

    def _fail(self, text: Text) -> None:
        self.problem = text
        self.working = None
        self.changed.emit()


def divide(
    train: NDArray[Any], test: NDArray[Any], settings: DataSettings, classes: int
) -> Division:
    """Splits the training labels as a run would, and counts every class.

    Args:
        train: The labels of the training file.
        test: The labels of the test file.
        settings: Share and seed of the split.
        classes: How many classes there are.
    """
    split = stratified_split(train, settings.validation, settings.split_seed)
    chosen = {
        "train": split.train,
        "validation": split.validation,
        "test": np.arange(len(test), dtype=np.int64),
    }
    labels = {"train": train, "validation": train, "test": test}
    counts = {
        part: np.bincount(labels[part][chosen[part]], minlength=classes).astype(np.int64)
        for part in PARTS
    }
    return Division(chosen, counts)


def _split_problem(project: Project) -> Text | None:
    fields = ("data.validation", "data.split_seed")
    found = (problem for problem in problems(project) if problem.field in fields)
    return next((problem.called(LABELS[problem.field]).text for problem in found), None)
