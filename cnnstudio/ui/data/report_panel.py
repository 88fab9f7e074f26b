"""What was found in the data, and the chosen picture large."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.data.scaling import SCALINGS
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.class_bars import ClassBars
from cnnstudio.ui.data.library import PARTS, Library
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import picture_image
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.widgets.pixel_view import PixelView
from cnnstudio.ui.widgets.section import Icon, Section, stack_sections

_PART_PICTURES = {
    "train": T("Training picture"),
    "validation": T("Validation picture"),
    "test": T("Test picture"),
}


class ReportPanel(QWidget):
    """The right column of the Data workspace.

    Args:
        context: Theme and language.
        library: The pictures of the project.
    """

    def __init__(self, context: Context, library: Library) -> None:
        super().__init__()
        self._library = library
        panel = Panel(context, scrolls=True)
        self.counts = Section(context, T("Pictures by class"))
        self.bars = ClassBars(context)
        self.uncounted = Label(
            context, T("Counted once the pictures are read and split."), "small", "muted", wrap=True
        )
        self.counts.body.addWidget(self.bars)
        self.counts.body.addWidget(self.uncounted)
        self.findings = FindingsSection(context)
        self.picture = PictureSection(context)
        stack_sections(panel, self.counts, self.findings, self.picture)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        library.changed.connect(self.sync)
        self.sync()

    def sync(self) -> None:
        """Shows what the library knows now."""
        facts = self._library.facts
        classes = len(facts.classes) if facts else 0
        self.counts.note.say(TN("{count} class", "{count} classes", classes) if classes else "")
        counted = self._library.division is not None
        self.bars.setVisible(counted)
        self.uncounted.setVisible(not counted)
        self.bars.show_division(facts, self._library.division)
        self.findings.sync(self._library)
        self.picture.sync(self._library)

    def show_picture(self, part: str, number: int) -> None:
        """Shows a picture large; −1 for none."""
        self.picture.choose(part, number)
        self.picture.sync(self._library)


class FindingsSection(Section):
    """What is true of the whole set.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, T("What was found"))
        self.read = _Finding(context)
        self.balance = _Finding(context)
        self.body.addWidget(self.read)
        self.body.addWidget(self.balance)

    def sync(self, library: Library) -> None:
        """Shows what the library knows now."""
        division, facts = library.division, library.facts
        self.setVisible(division is not None)
        if division is None or facts is None:
            return
        total = sum(division.total(part) for part in PARTS)
        self.read.say(
            T("All {count} pictures were read", count=total),
            T("Every byte is that of the published set."),
        )
        counts = {part: division.counts[part] for part in PARTS}
        if all(len(set(each.tolist())) == 1 for each in counts.values()):
            self.balance.say(
                T("The classes are equally large"),
                T(
                    "Each has {train} for training, {validation} for validation and {test} for "
                    "testing.",
                    **{part: int(each[0]) for part, each in counts.items()},
                ),
            )
        else:
            train = counts["train"]
            small, large = int(train.argmin()), int(train.argmax())
            self.balance.say(
                T("The classes differ in size"),
                T(
                    "In the training part {large} has {most}, {small} has {least}.",
                    large=facts.classes[large],
                    most=int(train[large]),
                    small=facts.classes[small],
                    least=int(train[small]),
                ),
                well=int(train[small]) * 2 >= int(train[large]),
            )


class _Finding(QWidget):
    def __init__(self, context: Context) -> None:
        super().__init__()
        self._icon = Icon(context, "circle-check", "success")
        self.what = Label(context, "", "button", wrap=True)
        self.why = Label(context, "", "small", "muted", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.what)
        words.addWidget(self.why)
        row.addLayout(words, 1)

    def say(self, what: Text, why: Text, *, well: bool = True) -> None:
        self._icon.change(*(("circle-check", "success") if well else ("triangle-alert", "warning")))
        self.what.say(what)
        self.why.say(why)


class PictureSection(Section):
    """One picture large, with the values under the cursor.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, T("Chosen picture"))
        self._library: Library | None = None
        self._part, self._number = "train", -1
        self.view = PixelView(context, T("Chosen picture"))
        self._hint = Label(
            context, T("Choose a picture to see it large."), "small", "muted", wrap=True
        )
        self._class = Label(context, "", "title", wrap=True)
        self._origin = Label(context, "", "small", "muted")
        self._where = Label(context, "", "small", "muted")
        self.value = Label(context, "", "code-small", wrap=True)
        self._shown = QWidget()
        row = QHBoxLayout(self._shown)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.view, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (self._class, self._origin, self._where, self.value):
            words.addWidget(label)
        words.addStretch(1)
        row.addLayout(words, 1)
        self.body.addWidget(self._hint)
        self.body.addWidget(self._shown)
        self.view.pointed.connect(self._point)

    def choose(self, part: str, number: int) -> None:
        """Says which picture it is from now on."""
        self._part, self._number = part, number

    def sync(self, library: Library) -> None:
        """Shows the picture if it is there."""
        self._library = library
        labelled = library.part(self._part)
        self.setVisible(labelled is not None and library.division is not None)
        found = labelled is not None and library.facts is not None and self._number >= 0
        self._hint.setVisible(not found)
        self._shown.setVisible(found)
        self.note.say(f"#{self._number:,}" if found else "")
        if labelled is None or library.facts is None or not found:
            self.view.set_image(None)
            return
        self.view.set_image(picture_image(labelled.pictures[self._number]))
        self._class.say(library.facts.classes[int(labelled.labels[self._number])])
        self._origin.say(_PART_PICTURES[self._part])
        self._point(*self.view.cursor_cell)

    def _point(self, row: int, column: int) -> None:
        labelled = self._library.part(self._part) if self._library else None
        if row < 0 or labelled is None or self._library is None:
            self._where.say("")
            self.value.say("")
            return
        values = [int(v) for v in labelled.pictures[self._number, row, column]]
        factor = SCALINGS.get(self._library.settings.scaling, 1.0)
        shown = " ".join(f"{value}" for value in values)
        if factor != 1.0:
            shown += " → " + " ".join(f"{value * factor:.4f}" for value in values)
        self._where.say(T("row {row}, column {column}", row=row, column=column))
        self.value.say(shown)
