"""The pictures of the project being edited, as they are split now, and what is true of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Signal

from cnnstudio.core.data.cache import let_go
from cnnstudio.core.data.catalogue import Catalogue
from cnnstudio.core.data.datasets import Dataset, dataset_of
from cnnstudio.core.data.division import PARTS, Division, divide, pools_of
from cnnstudio.core.data.edits import NO_EDITS, LabelEdits
from cnnstudio.core.data.looks import catalogue_of_pools
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.pixels import PixelFacts, count_pixels
from cnnstudio.core.data.report import Examined, Report, examine, make_report
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import COLOURS, problems
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.reading import Opened, Reader

__all__ = ["LABELS", "PARTS", "Library"]

Found = TypeVar("Found")

LABELS: dict[str, Text] = {
    "data.validation": T("Share for validation"),
    "data.test": T("Share for testing"),
    "data.split": T("Split"),
    "data.split_seed": T("Seed of the split"),
    "data.size": T("Size"),
    "data.fit": T("Fit"),
    "data.colour": T("Colour"),
    "data.scaling": T("Scaling"),
}
"""What a field of a problem is called in the window."""

_SPLIT = ("data.validation", "data.test", "data.split", "data.split_seed")
_SIZE = ("data.size", "data.fit")


class Library(QObject):
    """Opens the project's data and follows its settings; nothing here waits.

    Attributes:
        facts: What is known of the data before it is read.
        pools: The pictures by pool; empty until they are read. While they are decoded at another
            size, those of the size before.
        shown: The settings whose size and fit `pools` have; after a failure, had.
        edits: What the person has left out and relabelled.
        division: Which picture belongs to which part.
        pixels: The values of the training part, with the channels that the network gets.
        catalogue: What is known of every picture, pool after pool.
        report: What is true of the data as they are split now.
        problem: Why something of this isn't there.
        unread: Whether that is because the person's own pictures must be scanned (again) first.
        edits_lost: Whether that is because what was left out and relabelled is nowhere to be found.
        edits_folders: Gives the folders where such edits may lie besides the person's store.
        working: What is being done.
        share: How much of it is done, 0 to 1; None where nobody knows.

    Args:
        document: The project being edited.
        parent: Its owner.
    """

    changed = Signal()
    """Something of this has arrived or is out of date."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._background = Background("data", self)
        self._counting = Background("counts", self)
        self._examining = Background("report", self)
        self._stale, self._left = threading.Event(), threading.Event()
        self._reader = Reader(self)
        self._reader.decoding.connect(self._say)
        self._reader.progressed.connect(self._tell)
        self._opened = self._examines = False
        self._known: tuple[str, Examined] | None = None
        self.edits_folders: Callable[[], Sequence[Path]] = tuple
        self._forget()
        self._unsubscribe = document.subscribe(self._follow)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)

    def open(self) -> None:
        """Begins to read; later calls do nothing."""
        if not self._opened:
            self._opened = True
            self._open(anew=True)

    def examine(self) -> None:
        """Begins to read, and to compare the pictures with each other; later calls do nothing."""
        self.open()
        if not self._examines:
            self._examines = True
            self._examine()

    def know(self, digest: str, examined: Examined) -> None:
        """Takes what comparing the pictures of a catalogue has given elsewhere already."""
        self._known = (digest, examined)

    def read_again(self) -> None:
        """Reads everything once more, if it was ever asked for."""
        if self._opened:
            self._open(anew=True)

    def close(self) -> None:
        """Ends what is being read and waits for it."""
        self._stale.set()
        self._left.set()
        self._reader.stop()
        for background in (self._background, self._counting, self._examining):
            background.close()

    @property
    def at_another_size(self) -> bool:
        """Whether pictures of another size than the settings say were read last."""
        shown, wanted = self.shown, self.settings
        return shown is not None and (shown.size, shown.fit) != (wanted.size, wanted.fit)

    @property
    def settings(self) -> DataSettings:
        """The data settings of the project as it is now."""
        return self._document.project.data

    def part(self, name: str) -> Labelled | None:
        """The pool that "train", "validation" or "test" pictures are in; None until it is read."""
        return None if self.facts is None else self.pools.get(pools_of(self.facts)[name])

    # ------------------------------------------------------------------------------- reading

    def _forget(self) -> None:
        self.facts: Dataset | None = None
        self.pools: dict[str, Labelled] = {}
        self.shown: DataSettings | None = None
        self.edits: LabelEdits = NO_EDITS
        self.catalogue: Catalogue | None = None
        self._examined: Examined | None = None
        self._forget_division()
        self.problem: Text | None = None
        self.unread = False
        self.edits_lost = False
        self.working: Text | None = None
        self.share: float | None = None

    def _forget_division(self) -> None:
        self.division: Division | None = None
        self.pixels: PixelFacts | None = None
        self.report: Report | None = None

    def _follow(self, before: Project, after: Project) -> None:
        if not self._opened or before.data == after.data:
            return
        old, new = before.data, after.data
        if _whose(old) != _whose(new):
            self._open(anew=True)
        elif (old.size, old.fit) != (new.size, new.fit):
            self._open(anew=False)
        elif _split_of(old) != _split_of(new):
            self._divide()
        elif old.colour != new.colour:
            self._look()
            self.changed.emit()
        else:
            self.changed.emit()

    def _open(self, *, anew: bool) -> None:
        """Reads the data; what is shown meanwhile stays unless it is of other pictures."""
        self._reader.stop_current()
        self._stale.set()
        for background, keys in (
            (self._background, ("pools",)),
            (self._counting, ("split", "pixels", "report")),
            (self._examining, ("catalogue", "examined")),
        ):
            for key in keys:
                background.forget(key)
        if anew:
            self._left.set()
            self._left = threading.Event()
            self._forget()
        self.problem, self.unread = None, False
        settings = self.settings
        try:
            self.facts = facts = dataset_of(settings)
        except BadInput as error:
            self._forget()
            self._fail(error.text)
            return
        if (wrong := _problem(self._document.project, _SIZE)) is not None:
            self._fail_reading(wrong)
            return
        self.working = T("Opening the pictures of {data}.", data=facts.title)
        self.share = None
        reader = self._reader
        self._background.do(
            "pools",
            lambda: reader.open(facts, settings),
            lambda opened: self._take(opened, settings),
            self._fail_reading,
        )
        self.changed.emit()

    def _take(self, opened: Opened, settings: DataSettings) -> None:
        self.pools, self.shown = opened.pools, settings
        self.catalogue = opened.catalogue or self.catalogue
        if self._known is not None and opened.catalogue is not None:
            digest, examined = self._known
            if digest == opened.catalogue.facts.digest:
                self._examined = examined
        self._divide()
        self._examine()

    def _divide(self) -> None:
        """Splits anew, and looks at the new parts."""
        facts, settings, pools = self.facts, self.settings, self.pools
        if facts is None or not pools:
            return
        wrong = _problem(self._document.project, _SPLIT)
        if wrong is not None:
            self._forget_division()
            self._fail(wrong)
            return
        self._stale.set()  # what is counted of the parts of before
        self._counting.forget("pixels")
        self.problem, self.edits_lost = None, False
        folders = tuple(self.edits_folders())
        if self.division is None:
            self._say(T("Splitting the pictures."))

        def split() -> tuple[LabelEdits, Division]:
            edits = EditsStore.of_person().read(settings.edits, *folders)
            return edits, divide(facts, settings, pools, edits)

        self._counting.do("split", split, self._take_division, self._fail_split)
        self.changed.emit()

    def _take_division(self, found: tuple[LabelEdits, Division]) -> None:
        self.edits, self.division = found
        self.working = self.share = None
        self._look()
        self.changed.emit()

    # ------------------------------------------------------------------------------- looking

    def _look(self) -> None:
        """Counts the values of the training part, and says what is true; both follow settings."""
        self._stale.set()
        self._stale = stale = threading.Event()
        division, channels = self.division, COLOURS.get(self.settings.colour)
        if division is None:
            return
        pools = self.pools
        pictures, chosen = pools[division.pools["train"]].pictures, division.chosen["train"]
        self._counting.do(
            "pixels",
            lambda: _let_go(count_pixels(pictures, chosen, channels, stale.is_set), pools),
            self._take_pixels,
            self._fail,
        )
        self._report()

    def _report(self) -> None:
        division, catalogue, facts = self.division, self.catalogue, self.facts
        if division is None or catalogue is None or facts is None:
            return
        settings, examined = self.settings, self._examined
        self._counting.do(
            "report",
            lambda: make_report(catalogue, division, facts, settings, examined),
            self._take_report,
            self._fail,
        )

    def _examine(self) -> None:
        """Compares the pictures with each other, once for the data."""
        facts, pools, left = self.facts, self.pools, self._left
        if not self._examines or facts is None or not pools or self._examined is not None:
            return
        catalogue = self.catalogue
        if catalogue is None:
            self._examining.do(
                "catalogue",
                lambda: _let_go(catalogue_of_pools(facts, pools, left.is_set), pools),
                self._take_catalogue,
                self._fail,
            )
            return
        self._examining.do(
            "examined",
            lambda: _let_go(examine(catalogue, facts, pools, left.is_set), pools),
            self._take_examined,
            self._fail,
        )

    def _take_catalogue(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._report()
        self._examine()

    def _take_examined(self, examined: Examined) -> None:
        self._examined = examined
        self._report()

    def _take_pixels(self, pixels: PixelFacts) -> None:
        self.pixels = pixels
        self.changed.emit()

    def _take_report(self, report: Report) -> None:
        self.report = report
        self.changed.emit()

    # ------------------------------------------------------------------------------- telling

    def _say(self, text: Text) -> None:
        self.working, self.share = text, None
        self.changed.emit()

    def _tell(self, share: float) -> None:
        if self.working is not None:
            self.share = share
            self.changed.emit()

    def _fail_reading(self, text: Text) -> None:
        """What was shown isn't what the settings ask for, so it isn't shown any more."""
        own = self.settings.imported
        self.unread = own is not None and not self._reader.knows(own)
        self.pools = {}
        self._forget_division()
        self._fail(text)

    def _fail_split(self, text: Text) -> None:
        self.edits_lost = bool(self.settings.edits)
        self._forget_division()
        self._fail(text)

    def _fail(self, text: Text) -> None:
        self.problem = text
        self.working = self.share = None
        self.changed.emit()


def _let_go(found: Found, pools: Mapping[str, Labelled]) -> Found:
    """What was found in pictures, whose memory isn't needed any more."""
    for pool in pools.values():
        let_go(pool.pictures)
    return found


def _whose(settings: DataSettings) -> tuple[str, object]:
    """What decides which pictures they are."""
    own = settings.imported
    facts = None if own is None else (own.digest, own.shape, own.classes, own.path, own.title)
    return settings.source, facts


def _split_of(settings: DataSettings) -> tuple[object, ...]:
    """What decides which picture belongs to which part."""
    return (
        settings.validation,
        settings.test,
        settings.split,
        settings.split_seed,
        settings.edits,
    )


def _problem(project: Project, fields: tuple[str, ...]) -> Text | None:
    """The first thing that is wrong with one of these settings."""
    found = (problem for problem in problems(project) if problem.field in fields)
    return next((problem.called(LABELS[problem.field]).text for problem in found), None)
