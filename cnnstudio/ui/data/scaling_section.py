"""How bytes become the numbers a network gets, and what that makes of the training pictures."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cnnstudio.core.data.pixels import PixelFacts
from cnnstudio.core.data.scaling import FITTED, Scaler, constant_channels, scaler_of
from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.histogram import CHANNELS, Histogram
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.widgets.choices import Combo
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.section import Section, Swatch

OPTIONS = (
    ("none", T("None: 0 to 255")),
    ("1/255", T("1/255: 0 to 1")),
    ("min-max", T("Min-max: 0 to 1")),
    ("min-max-signed", T("Min-max: −1 to 1")),
    ("z-score", T("Z-score: mean 0, deviation 1")),
)
_BEFORE = (T("mean"), T("std"), T("zeros"))
_AFTER = (T("mean"), T("std"), T("0 becomes"))


class ScalingSection(Section):
    """The scaling with its numbers, and the pixel values before and after.

    Args:
        context: Theme and language.
        document: The project being edited.
    """

    def __init__(self, context: Context, document: Document) -> None:
        super().__init__(context, T("Scaling"))
        self._document = document
        self.scaling = Combo(context, OPTIONS, T("Scaling"))
        self.scaling.chosen.connect(self._edit)
        self.formula = Label(context, "", "code-small", "muted", wrap=True)
        self.warning = Label(context, "", "small", "warning", wrap=True)
        self.before = _Values(context, T("Pixel values before scaling, without 0"), _BEFORE)
        self.after = _Values(context, T("After scaling"), _AFTER)
        self.over = Label(context, "", "tick", "muted", wrap=True)
        words = T("What touches the top is cut off: it is far more than the rest.")
        self.cut = Label(context, words, "tick", "muted", wrap=True)
        told = (self.scaling, self.formula, self.warning)
        for part in (*told, self.before, self.after, self.over, self.cut):
            self.body.addWidget(part)

    def sync(self, library: Library) -> None:
        """Shows what the library knows now."""
        scaling, facts = library.settings.scaling, library.pixels
        self.scaling.set_value(scaling)
        known = facts if self.scaling.value is not None else None
        scaler = scaler_of(known, scaling) if known is not None else None
        fitted = known is not None and scaling in FITTED
        self.formula.say(formula(scaler, scaling) if scaler is not None else "")
        self.formula.setVisible(fitted)
        constant = constant_channels(known) if known is not None and fitted else ()
        self.warning.say(constant[0] if constant else "")
        self.warning.setVisible(bool(constant))
        self.before.histogram.show_pixels(known, "none")
        self.after.histogram.show_pixels(known, scaling)
        self.before.show_rows(_rows_before(known) if known is not None else ())
        self.after.show_rows(_rows_after(known, scaler) if known and scaler else ())
        self.over.say(_over(library, known))
        self.cut.setVisible(self.before.histogram.cut)

    def _edit(self, scaling: str) -> None:
        def edit(project: Project) -> Project:
            return replace(project, data=replace(project.data, scaling=scaling))

        self._document.apply(edit, T("Change the scaling"))


class _Values(QWidget):
    """A histogram with its numbers, a row for each channel."""

    def __init__(self, context: Context, title: Text, columns: Sequence[Text]) -> None:
        super().__init__()
        self.histogram = Histogram(context, title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(Label(context, title, "small", "muted", wrap=True))
        column.addWidget(self.histogram)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        for index, text in enumerate(columns):
            grid.addWidget(Label(context, text, "small", "muted"), 0, index + 2)
            grid.setColumnStretch(index + 2, 1)
        self.rows = [_Row(context, grid, channel, len(columns)) for channel in range(len(CHANNELS))]
        column.addLayout(grid)
        self.show_rows(())

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Shows the numbers of each channel; none where they aren't known yet."""
        for channel, row in enumerate(self.rows):
            row.show_numbers(rows[channel] if channel < len(rows) else (), len(rows))


class _Row:
    """The numbers of a channel, with its letter and colour where there are several."""

    def __init__(self, context: Context, grid: QGridLayout, channel: int, columns: int) -> None:
        letter, colour = CHANNELS[channel]
        self._first = channel == 0
        self._marks = (Swatch(context, colour), Label(context, letter, "code-small", "muted"))
        self.numbers = [Label(context, "–", "code-small") for _ in range(columns)]
        for index, widget in enumerate((*self._marks, *self.numbers)):
            grid.addWidget(widget, channel + 1, index)

    def show_numbers(self, numbers: Sequence[str], channels: int) -> None:
        """Shows them, and the mark where there are several channels."""
        for mark in self._marks:
            mark.setVisible(bool(numbers) and channels > 1)
        for index, label in enumerate(self.numbers):
            label.say(numbers[index] if numbers else "–")
            label.setVisible(bool(numbers) or self._first)


def formula(scaler: Scaler, scaling: str) -> str:
    """The arithmetic with its numbers, a line for each channel.

    Args:
        scaler: The numbers.
        scaling: What it is called; one without numbers of the pictures has no formula.
    """
    if scaling not in FITTED:
        return ""
    lines = []
    for channel, (offset, factor) in enumerate(zip(scaler.offset, scaler.factor, strict=True)):
        mark = f"{CHANNELS[channel][0]}  " if scaler.channels > 1 else ""
        lines.append(f"{mark}(x − {offset:.5g}) ÷ {1 / factor:.5g}")
    return "\n".join(lines)


def _rows_before(facts: PixelFacts) -> list[tuple[str, str, str]]:
    numbers = zip(facts.means, facts.deviations, facts.zeros, strict=True)
    return [
        (f"{mean:.2f}", f"{deviation:.2f}", f"{100 * zeros:.1f} %")
        for mean, deviation, zeros in numbers
    ]


def _rows_after(facts: PixelFacts, scaler: Scaler) -> list[tuple[str, str, str]]:
    rows = []
    for channel, (mean, deviation) in enumerate(zip(facts.means, facts.deviations, strict=True)):
        values = (
            scaler.of(mean, channel),
            deviation * scaler.factor[channel],
            scaler.of(0, channel),
        )
        first, second, third = (_shown(value) for value in values)
        rows.append((first, second, third))
    return rows


def _shown(value: float) -> str:
    """Four decimals, fewer for numbers that need the room; 0 has no sign."""
    words = f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}"
    return words.replace("-", "−") if float(words) else words.removeprefix("-")


def _over(library: Library, facts: PixelFacts | None) -> Text:
    if facts is not None:
        return T("Over the {count} pixels of the training part.", count=facts.pixels)
    if library.problem is None:
        return T("Counting the pixels of the training part.")
    return T("Counted once the pictures are read and split.")
