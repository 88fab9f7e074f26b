"""How the pictures are divided: the shares as a bar and as numbers, and what moves them."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from cnnstudio.core.data.division import PARTS
from cnnstudio.core.data.imported import FREE, TEST, TRAIN, VALIDATION
from cnnstudio.core.document import Document
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.class_bars import PART_COLOURS
from cnnstudio.ui.data.library import LABELS, Library
from cnnstudio.ui.widgets.bars import Share, ShareBar
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.section import Section, Swatch

MOST_PERCENT = 50
_SLIDER = 60  # as narrow as it gets
PART_NAMES = {"train": T("Training set"), "validation": T("Validation set"), "test": T("Test set")}
_STEPS = {
    "validation": T("Change the validation share"),
    "test": T("Change the test share"),
}


class ShareSlider(QWidget):
    """A share of the pictures, moved with a slider.

    Args:
        context: Theme and language.
        document: The project being edited.
        field: "validation" or "test".
    """

    def __init__(self, context: Context, document: Document, field: str) -> None:
        super().__init__()
        self._document, self._field = document, field
        name = LABELS[f"data.{field}"]
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, MOST_PERCENT)
        self.slider.setPageStep(5)
        Phrase(context.language, self.slider, QSlider.setAccessibleName, name)
        self._percent = Label(context, "", "code")
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._percent.setMinimumWidth(48)
        self.slider.setMinimumWidth(_SLIDER)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(ElidedLabel(context, name, "small", "muted"), 1)
        row.addWidget(self.slider, 1)
        row.addWidget(self._percent)
        self.slider.valueChanged.connect(self._edit)
        self.slider.sliderReleased.connect(document.end_gesture)

    def show_share(self, share: object) -> None:
        """Shows a share; one that makes no sense as it is written."""
        sound = isinstance(share, int | float) and not isinstance(share, bool)
        percent = float(share) * 100 if sound else 0.0  # type: ignore[arg-type]
        self._percent.say(f"{percent:.10g} %" if sound else str(share))
        self.slider.blockSignals(True)
        self.slider.setValue(round(min(max(percent, 0), 100)))
        self.slider.blockSignals(False)

    def _edit(self, percent: int) -> None:
        def edit(project: Project) -> Project:
            return with_data(project, **{self._field: percent / 100})

        self._document.apply(edit, _STEPS[self._field], field=f"data.{self._field}")
        if not self.slider.isSliderDown():
            self._document.end_gesture()


class SplitSection(Section):
    """The parts of the data, and the shares that are kept apart.

    Args:
        context: Theme and language.
        document: The project being edited.
    """

    def __init__(self, context: Context, document: Document) -> None:
        super().__init__(context, T("Split"))
        self.note.setMinimumWidth(1)  # large text in a narrow column may be cut off here
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
                row.addWidget(ElidedLabel(context, T("never trained on"), "small", "muted"), 1)
            else:
                row.addStretch(1)
            self._counts[part] = Label(context, "", "code")
            row.addWidget(self._counts[part])
            self.body.addLayout(row)
        self.excluded = Label(context, "", "small", "muted", wrap=True)
        self.how = Segmented(
            context, [("ratio", T("By shares")), ("folders", T("By folders"))], T("Split")
        )
        self.validation = ShareSlider(context, document, "validation")
        self.test = ShareSlider(context, document, "test")
        self.slider = self.validation.slider
        self.body.addWidget(self.excluded)
        self.body.addWidget(self.how)
        self.body.addWidget(self.validation)
        self.body.addWidget(self.test)
        self.how.changed.connect(self._choose)

    def sync(self, library: Library) -> None:
        """Shows what the library knows now."""
        settings, division = library.settings, library.division
        counts = None if settings.imported is None else settings.imported.counts
        self.note.say(_note(settings))
        shares = [
            Share(PART_NAMES[part], division.total(part) if division else 0, PART_COLOURS[part])
            for part in PARTS
        ]
        self._bar.set_shares(shares)
        for part, share in zip(PARTS, shares, strict=True):
            self._counts[part].say(f"{share.value:,}" if division else "–")
        out = sum(len(each) for each in division.excluded.values()) if division else 0
        self.excluded.say(TN("{count} picture is left out", "{count} pictures are left out", out))
        self.excluded.setVisible(out > 0)
        self.how.set_value(settings.split)
        self.how.setVisible(counts is not None and counts[TRAIN] + counts[VALIDATION] > 0)
        free = counts is None or settings.split == "ratio" or counts[FREE] > 0
        self.validation.setVisible(free)
        self.test.setVisible(counts is not None and counts[FREE] > 0 and not counts[TEST])
        self.validation.show_share(settings.validation)
        self.test.show_share(settings.test)

    def _choose(self, split: str) -> None:
        self._document.apply(
            lambda project: with_data(project, split=split), T("Change how the data are split")
        )


def with_data(project: Project, **changes: object) -> Project:
    """The project with other data settings."""
    data: DataSettings = msgspec.structs.replace(project.data, **changes)
    return msgspec.structs.replace(project, data=data)


def _note(settings: DataSettings) -> Text:
    if settings.imported is not None and settings.split == "folders":
        return T("as the folders say")
    return T("classes keep their share · seed {seed}", seed=str(settings.split_seed))
