"""What was found, before it is taken: pictures, classes, findings, files left out, the network."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.data.division import PARTS
from cnnstudio.core.data.report import Report
from cnnstudio.core.data.sizes import Sizes
from cnnstudio.core.network import Network
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.class_bars import PART_COLOURS, ClassBars
from cnnstudio.ui.data.findings import FindingsList, Told
from cnnstudio.ui.data.proposal import ADAPT, KEEP, NEW, Found, NetworkChoice
from cnnstudio.ui.data.refused_list import RefusedList
from cnnstudio.ui.data.remedies import change_remedies
from cnnstudio.ui.importing.words import preview
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.bars import Share, ShareBar
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import picture_image
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.section import Icon
from cnnstudio.ui.window.start_items import PictureStrip

PART_COUNTS = {
    "train": T("{count} for training"),
    "validation": T("{count} for validation"),
    "test": T("{count} for testing"),
}
_MOST_SIZES = 4
_SPACING = 20


class ReportView(QWidget):
    """The report on pictures that aren't the project's yet.

    Args:
        context: Theme and language.
    """

    changed = Signal(str, object)
    """A remedy was taken: a setting and its value."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.facts = Label(context, "", "body", "muted", wrap=True)
        self._strip: PictureStrip | None = None
        self._top = QVBoxLayout()
        self._top.setSpacing(GAP)
        self.findings = FindingsList(context)
        self.left_out = Label(context, "", "title")
        self.refused = RefusedList(context)
        self.bars = ClassBars(context)
        self.split = _SplitPreview(context)
        self.sizes = SizesTable(context)
        self.network = NetworkBox(context)
        columns = QHBoxLayout()
        columns.setSpacing(32)
        columns.addLayout(
            _column(
                Label(context, T("What was found"), "title"),
                self.findings,
                self.left_out,
                self.refused,
            ),
            1,
        )
        columns.addLayout(
            _column(
                self.network,
                Label(context, T("Pictures by class"), "title"),
                self.bars,
                self.split,
                self.sizes,
            ),
            1,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        column.addWidget(self.facts)
        column.addLayout(self._top)
        column.addLayout(columns)
        column.addStretch(1)

    def show_found(self, found: Found) -> None:
        """Shows what was found."""
        self.facts.say(facts_text(found))
        self._show_samples(found)
        self._show_findings(found)
        report = found.report
        refused = report.refused if report is not None else ()
        self.left_out.say(TN("{count} file left out", "{count} files left out", len(refused)))
        self.left_out.setVisible(bool(refused))
        self.refused.show_refused(refused)
        self.bars.show_division(found.dataset, found.division)
        self.split.show_found(found)
        self.sizes.show_report(report)
        self.network.show_found(found)

    def _show_findings(self, found: Found) -> None:
        if found.report is None:
            about = Told("good", T("It ships with the studio"), found.dataset.about)
            self.findings.show_findings([about])
            return
        self.findings.show_findings(
            [
                Told.of(one, change_remedies(one, found.project, self.changed.emit))
                for one in found.report.findings
            ]
        )

    def _show_samples(self, found: Found) -> None:
        if self._strip is not None:
            self._top.removeWidget(self._strip)
            self._strip.hide()
            self._strip.deleteLater()
            self._strip = None
        if samples := found.samples:
            images = [picture_image(picture) for _, picture in samples]
            self._strip = PictureStrip(self._context, images, [name for name, _ in samples])
            self._top.addWidget(self._strip)
            self._strip.show()


class NetworkBox(QWidget):
    """Whether the project's network fits the pictures, and which one the project gets if not.

    Args:
        context: Theme and language.
    """

    chosen = Signal()
    """Another network was chosen."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._found: Found | None = None
        self._choice: NetworkChoice = KEEP
        self.misfit = Label(context, "", "small", "text", wrap=True)
        self.outcome = Label(context, "", "small", "muted", wrap=True)
        self._sign = Icon(context, "triangle-alert", "warning")
        self.choices: Segmented | None = None
        self._place = QVBoxLayout()
        sentence = QHBoxLayout()
        sentence.setSpacing(GAP)
        sentence.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        sentence.addWidget(self.misfit, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(Label(context, T("Network"), "title"))
        column.addLayout(sentence)
        column.addLayout(self._place)
        column.addWidget(self.outcome)

    @property
    def choice(self) -> NetworkChoice:
        """Which network the project gets."""
        return self._choice

    def reset(self) -> None:
        """Forgets the choice, for other pictures."""
        self._choice = KEEP

    def show_found(self, found: Found) -> None:
        """Shows what fits; a choice that was made stays as long as it can be made."""
        self._found = found
        self._drop()
        if found.misfit is None:
            self._choice = KEEP
            self._sign.change("circle-check", "success")
            self.misfit.say(T("The project's network takes these pictures."))
            self.outcome.say("")
            return
        self._sign.change("triangle-alert", "warning")
        self.misfit.say(found.misfit)
        options: list[tuple[NetworkChoice, Text]] = [(NEW, T("A new one"))]
        if found.adapted is not None:
            options.insert(0, (ADAPT, T("Adapt it")))
        if found.project.network.layers:
            options.insert(0, (KEEP, T("Keep it")))
        values = [value for value, _ in options]
        if len(options) == 1:
            self._choice = values[0]
            self._show_outcome()
            return
        self.choices = Segmented(self._context, options, T("Network"))
        if self._choice not in values:
            self._choice = values[0]
        self.choices.set_value(self._choice)
        self.choices.changed.connect(self._choose)
        self._place.addWidget(self.choices, 0, Qt.AlignmentFlag.AlignLeft)
        self.choices.show()
        self._show_outcome()

    def _choose(self, choice: NetworkChoice) -> None:
        self._choice = choice
        self._show_outcome()
        self.chosen.emit()

    def _show_outcome(self) -> None:
        found, choice = self._found, self.choice
        assert found is not None
        network: Network | None = found.project.network
        if choice == ADAPT:
            network = found.adapted
        elif choice == NEW and found.new is not None:
            network = found.new.network
        words = T("Nothing is changed; it can't be trained until it fits.")
        if choice != KEEP and network is not None:
            words = preview(network)
        self.outcome.say(words)

    def _drop(self) -> None:
        if self.choices is not None:
            self._place.removeWidget(self.choices)
            self.choices.hide()
            self.choices.deleteLater()
            self.choices = None


class SizesTable(QWidget):
    """Own sizes and modes, the most frequent ones first.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._title = Label(context, T("Sizes and modes"), "title")
        self.rows: list[tuple[Label, Label]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._title)
        column.addLayout(self._grid)

    def show_report(self, report: Report | None) -> None:
        """Shows these; nothing of itself where nothing is known."""
        lines = [] if report is None else [*size_lines(report.sizes), *mode_lines(report.modes)]
        self.setVisible(bool(lines))
        while len(self.rows) < len(lines):
            row = (Label(self._context, "", "small"), Label(self._context, "", "code-small"))
            at = len(self.rows)
            self._grid.addWidget(row[0], at, 0)
            self._grid.addWidget(row[1], at, 1, Qt.AlignmentFlag.AlignRight)
            self.rows.append(row)
        for index, (name, number) in enumerate(self.rows):
            there = index < len(lines)
            name.say(lines[index][0] if there else "")
            number.say(f"{lines[index][1]:,}" if there else "")
            name.setVisible(there)
            number.setVisible(there)


class _SplitPreview(QWidget):
    """How the pictures would be divided."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.bar = ShareBar(context)
        self.words = Label(context, "", "small", "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(Label(context, T("Split"), "title"))
        column.addWidget(self.bar)
        column.addWidget(self.words)

    def show_found(self, found: Found) -> None:
        division = found.division
        self.setVisible(division is not None)
        if division is None:
            return
        counts = {part: division.total(part) for part in PARTS}
        self.bar.set_shares(
            [
                Share(Text(PART_COUNTS[part].id, {"count": counts[part]}), counts[part],
                      PART_COLOURS[part])
                for part in PARTS
            ]
        )  # fmt: skip
        how = (
            T("as the folders say")
            if found.settings.split == "folders"
            else T("drawn so that classes keep their share")
        )
        self.words.say(
            T(
                "{train} train, {validation} validate, {test} test; {how}. It can be changed "
                "later.",
                how=how,
                **counts,
            )
        )


def facts_text(found: Found) -> Text:
    """How many pictures of how many classes, and the size the network gets."""
    dataset, settings = found.dataset, found.settings
    rows, columns = settings.size or dataset.shape[:2]
    return T(
        "{pictures} of {classes}, {size}, {colour}",
        pictures=TN("{count} picture", "{count} pictures", dataset.pictures),
        classes=TN("{count} class", "{count} classes", len(dataset.classes)),
        size=show_shape((rows, columns)),
        colour=T("colour") if settings.colour == "rgb" else T("grey"),
    )


def size_lines(sizes: Sizes | None) -> list[tuple[Text | str, int]]:
    """The most frequent own sizes, and all others together."""
    if sizes is None:
        return []
    shown = sizes.table[:_MOST_SIZES].tolist()
    counts: Sequence[int] = sizes.counts.tolist()
    lines: list[tuple[Text | str, int]] = [
        (show_shape((rows, columns)), count)
        for (rows, columns), count in zip(shown, counts, strict=False)
    ]
    if others := len(counts) - len(lines):
        words = TN(
            "{count} other size, from {smallest} to {largest} in all",
            "{count} other sizes, from {smallest} to {largest} in all",
            others,
            smallest=show_shape(sizes.smallest),
            largest=show_shape(sizes.largest),
        )
        lines.append((words, sum(counts[len(shown) :])))
    return lines


def mode_lines(modes: dict[str, int]) -> list[tuple[Text | str, int]]:
    """How the files have their colours, in words."""
    names = {
        "L": T("grey, 8 bits"),
        "RGB": T("colour (RGB)"),
        "RGBA": T("colour with transparency (RGBA)"),
        "P": T("colour palette"),
        "1": T("black and white, 1 bit"),
        "CMYK": T("printing colours (CMYK)"),
        "LA": T("grey with transparency"),
        "I;16": T("grey, 16 bits"),
    }
    ordered = sorted(modes.items(), key=lambda item: -item[1])
    return [(names.get(mode, mode), count) for mode, count in ordered]


def _column(*widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(_SPACING // 2)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return column
