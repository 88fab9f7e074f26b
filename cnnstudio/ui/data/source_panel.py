"""Where the pictures come from, how they are split, and the values a network gets."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.document import Document
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import COLOURS, picture_shape
from cnnstudio.ui.data.class_bars import PART_COLOURS
from cnnstudio.ui.data.histogram import Histogram
from cnnstudio.ui.data.library import PARTS, Library
from cnnstudio.ui.widgets.bars import Share, ShareBar
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.widgets.section import Icon, Section, Swatch, stack_sections
from cnnstudio.ui.widgets.states import Notice

MOST_PERCENT = 50
PART_NAMES = {"train": T("Training set"), "validation": T("Validation set"), "test": T("Test set")}
_FITS = {"stretch": T("stretched"), "pad": T("padded with zeros")}
_COLOURS = {1: T("grey, 1 channel, 8 bits"), 3: T("colour, 3 channels, 8 bits each")}


class SourcePanel(QWidget):
    """The left column of the Data workspace.

    Args:
        context: Theme and language.
        document: The project being edited.
        library: Its pictures.
    """

    def __init__(self, context: Context, document: Document, library: Library) -> None:
        super().__init__()
        self._library = library
        panel = Panel(context, scrolls=True)
        self.source = _SourceSection(context)
        self.split = SplitSection(context, document)
        self.values = ValuesSection(context, document)
        stack_sections(panel, self.source, self.split, self.values)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        library.changed.connect(self.sync)
        self.sync()

    def sync(self) -> None:
        """Shows what the library knows now."""
        self.source.sync(self._library)
        self.split.sync(self._library)
        self.values.sync(self._library)


class _SourceSection(Section):
    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._context = context
        self._notice: Notice | None = None
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Icon(context, "database", side=18), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._name = Label(context, "", "title")
        self._facts = Label(context, "", "small", "muted", wrap=True)
        words.addWidget(self._name)
        words.addWidget(self._facts)
        row.addLayout(words, 1)
        self._about = Label(context, "", "small", "muted", wrap=True)
        self._state = Label(context, "", "small", "muted", wrap=True)
        self.body.addLayout(row)
        self.body.addWidget(self._about)
        self.body.addWidget(self._state)

    def sync(self, library: Library) -> None:
        facts = library.facts
        self._name.say(facts.title if facts else library.settings.source)
        self._facts.say(_describe(facts) if facts else "")
        self._about.say(facts.about if facts else "")
        self._state.say(library.working or "")
        self._state.setVisible(library.working is not None)
        if self._notice is not None:
            self._notice.deleteLater()
            self._notice = None
        if library.problem is not None:
            self._notice = Notice(self._context, library.problem)
            self.body.addWidget(self._notice)


class SplitSection(Section):
    """The parts of the data, and the share that validates.

    Args:
        context: Theme and language.
        document: The project being edited.
    """

    def __init__(self, context: Context, document: Document) -> None:
        super().__init__(context, T("Split"))
        self._document = document
        self._bar = ShareBar(context)
        self.body.addWidget(self._bar)
        self._counts: dict[str, Label] = {}
        for part in PARTS:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(Swatch(context, PART_COLOURS[part]))
            row.addWidget(Label(context, PART_NAMES[part]))
            if part == "test":
                row.addWidget(Label(context, T("never trained on"), "small", "muted"))
            row.addStretch(1)
            self._counts[part] = Label(context, "", "code")
            row.addWidget(self._counts[part])
            self.body.addLayout(row)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, MOST_PERCENT)
        self.slider.setPageStep(5)
        Phrase(context.language, self.slider, QSlider.setAccessibleName, T("Share for validation"))
        self._percent = Label(context, "", "code")
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._percent.setMinimumWidth(48)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Label(context, T("Share for validation"), "small", "muted"))
        row.addWidget(self.slider, 1)
        row.addWidget(self._percent)
        self.body.addLayout(row)
        self.slider.valueChanged.connect(self._edit)
        self.slider.sliderReleased.connect(document.end_gesture)

    def sync(self, library: Library) -> None:
        """Shows what the library knows now."""
        settings, division = library.settings, library.division
        self.note.say(T("classes keep their share · seed {seed}", seed=str(settings.split_seed)))
        shares = [
            Share(PART_NAMES[part], division.total(part) if division else 0, PART_COLOURS[part])
            for part in PARTS
        ]
        self._bar.set_shares(shares)
        for part, share in zip(PARTS, shares, strict=True):
            self._counts[part].say(f"{share.value:,}" if division else "–")
        percent = settings.validation * 100
        self._percent.say(f"{percent:.10g} %")
        self.slider.blockSignals(True)
        self.slider.setValue(round(percent))
        self.slider.blockSignals(False)

    def _edit(self, percent: int) -> None:
        def edit(project: Project) -> Project:
            return _with(project, validation=percent / 100)

        self._document.apply(edit, T("Change the validation share"), field="data.validation")
        if not self.slider.isSliderDown():
            self._document.end_gesture()


class ValuesSection(Section):
    """Size, colour and scaling, with the pixel values that come of it.

    Args:
        context: Theme and language.
        document: The project being edited.
    """

    def __init__(self, context: Context, document: Document) -> None:
        super().__init__(context, T("Size and values"))
        self._document = document
        self._size = self._fact(context, T("Size"))
        self._colour = self._fact(context, T("Colour"))
        self.scaling = Segmented(context, [("none", T("None")), ("1/255", "1/255")], T("Scaling"))
        self.scaling.changed.connect(self._edit)
        row = QHBoxLayout()
        label = Label(context, T("Scaling"), "small", "muted")
        label.setMinimumWidth(72)
        row.addWidget(label)
        row.addWidget(self.scaling, 1)
        self.body.addLayout(row)
        heading = T("Distribution of the pixel values that aren't 0")
        self.body.addSpacing(4)
        self.body.addWidget(Label(context, heading, "small", "muted", wrap=True))
        self._histogram = Histogram(context)
        self.body.addWidget(self._histogram)
        columns = QGridLayout()
        columns.setHorizontalSpacing(8)
        columns.setVerticalSpacing(0)
        self._numbers: dict[str, Label] = {}
        names = {"mean": T("mean"), "deviation": T("std"), "zeros": T("zeros")}
        for index, (key, text) in enumerate(names.items()):
            self._numbers[key] = Label(context, "–", "code-small")
            columns.addWidget(Label(context, text, "small", "muted"), 0, index)
            columns.addWidget(self._numbers[key], 1, index)
            columns.setColumnStretch(index, 1)
        self.body.addLayout(columns)
        self._over = Label(context, "", "tick", "muted", wrap=True)
        self.body.addWidget(self._over)

    def sync(self, library: Library) -> None:
        """Shows what the library knows now."""
        settings, facts, pixels = library.settings, library.facts, library.pixels
        if facts is not None and settings.colour in COLOURS:
            rows, columns, channels = picture_shape(settings, facts)
            own = (rows, columns) == facts.shape[:2]
            self._size.say(
                T(
                    "{size}, {how}",
                    size=show_shape((rows, columns)),
                    how=T("original") if own else _FITS.get(settings.fit, settings.fit),
                )
            )
            self._colour.say(_COLOURS[channels])
        self.scaling.set_value(settings.scaling)
        if self.scaling.value is None:
            return
        self._histogram.show_pixels(pixels, settings.scaling)
        if pixels is None:
            for number in self._numbers.values():
                number.say("–")
            self._over.say(
                T("Counting the pixels of the training part.")
                if library.problem is None
                else T("Counted once the pictures are read and split.")
            )
            return
        digits = 4 if settings.scaling == "1/255" else 2
        self._numbers["mean"].say(f"{pixels.mean(settings.scaling):,.{digits}f}")
        self._numbers["deviation"].say(f"{pixels.deviation(settings.scaling):,.{digits}f}")
        self._numbers["zeros"].say(f"{100 * pixels.zeros:.1f} %")
        self._over.say(T("Over the {count} pixels of the training part.", count=pixels.pixels))

    def _fact(self, context: Context, name: Text) -> Label:
        row = QHBoxLayout()
        label = Label(context, name, "small", "muted")
        label.setMinimumWidth(72)
        value = Label(context, "–")
        row.addWidget(label)
        row.addWidget(value, 1)
        self.body.addLayout(row)
        return value

    def _edit(self, scaling: str) -> None:
        self._document.apply(
            lambda project: _with(project, scaling=scaling), T("Change the scaling")
        )


def _with(project: Project, **changes: object) -> Project:
    """The project with other data settings."""
    data: DataSettings = msgspec.structs.replace(project.data, **changes)
    return msgspec.structs.replace(project, data=data)


def _describe(facts: Dataset) -> Text:
    rows, columns, channels = facts.shape
    return T(
        "{size}, {colour} · installed with the studio",
        size=show_shape((rows, columns)),
        colour=_COLOURS[channels],
    )
