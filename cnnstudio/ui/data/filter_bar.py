"""Above the pictures: which of them are looked at, and how large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.finding_pictures import EVERYTHING, EXCLUDED, Wanted
from cnnstudio.ui.theme.tokens import GAP, PANEL_PADDING
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.choices import Combo, Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SearchField
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase

ROW_EACH, EVERY = -2, -1
"""Instead of one class: a row of each, or all pictures of all."""
SMALLEST, LARGEST = 28, 168
PART_WORDS: dict[str, Text] = {
    "train": T("Training set"),
    "validation": T("Validation set"),
    "test": T("Test set"),
    EXCLUDED: T("Excluded"),
    EVERYTHING: T("All"),
}
"""What can be looked at, in short."""
_SEARCH, _CLASSES = 232, 160


class FilterBar(QWidget):
    """Part, class and size; a field to search in, and a switch for what the person changed.

    Args:
        context: Theme and language.
        tile: The size of the pictures to begin with.
    """

    changed = Signal()
    """Other pictures are wanted."""
    class_changed = Signal()
    """Another class of the same pictures is wanted."""

    def __init__(self, context: Context, tile: int) -> None:
        super().__init__()
        self._context = context
        self._offered: list[tuple[Any, Text | str]] = []
        self.parts = Segmented(context, list(PART_WORDS.items()), T("Part of the data"))
        self.parts.set_value("train")
        self.classes = Combo(context, (), T("Class"))
        self.classes.setMinimumWidth(context.theme.scaled(_CLASSES))
        self.tile_size = QSlider(Qt.Orientation.Horizontal)
        self.tile_size.setRange(SMALLEST, LARGEST)
        self.tile_size.setPageStep(20)
        self.tile_size.setFixedWidth(96)
        self.tile_size.setValue(tile)
        name = T("Size of the pictures")
        Phrase(context.language, self.tile_size, QSlider.setAccessibleName, name)
        self.search = SearchField(context, T("Name, number or class"))
        self.search.setMaximumWidth(context.theme.scaled(_SEARCH))
        self.only_changed = Button(context, T("Changed by me"), "pencil", "quiet")
        self.only_changed.setCheckable(True)
        self.note = ElidedLabel(context, "", "small", "muted")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._assemble()
        self.parts.changed.connect(self.changed)
        self.search.textChanged.connect(self.changed)
        self.only_changed.toggled.connect(self.changed)
        self.classes.chosen.connect(self.class_changed)

    @property
    def wanted(self) -> Wanted:
        """Which pictures are wanted, of whatever class."""
        return Wanted(self.parts.value, self.search.text().strip(), self.only_changed.isChecked())

    def offer_classes(self, names: Sequence[Text | str]) -> None:
        """Offers these classes; the choice stays if it is still among them."""
        options: list[tuple[Any, Text | str]] = [
            (ROW_EACH, T("A row of each class")),
            (EVERY, T("All, class after class")),
            *enumerate(names),
        ]
        if options != self._offered:
            self._offered = options
            self.classes.set_options(options)
            if self.classes.value is None:
                self.classes.set_value(ROW_EACH)

    def show_everything(self) -> None:
        """Wants all pictures, whatever was wanted before."""
        blocked = self.blockSignals(True)
        self.search.clear()
        self.blockSignals(blocked)
        self.search_everything()

    def search_everything(self) -> None:
        """Wants all pictures with the same words."""
        blocked = self.blockSignals(True)
        self.parts.set_value(EVERYTHING)
        self.only_changed.setChecked(False)
        self.blockSignals(blocked)
        self.changed.emit()

    def set_usable(self, usable: bool) -> None:
        """Whether there is anything to choose from."""
        for control in (self.parts, self.classes, self.tile_size, self.search, self.only_changed):
            control.setEnabled(usable)

    def _assemble(self) -> None:
        what = QHBoxLayout()
        what.setSpacing(GAP)
        what.addWidget(self.parts)
        what.addWidget(self.classes)
        what.addStretch(1)
        what.addWidget(Label(self._context, T("Size"), "small", "muted"))
        what.addWidget(self.tile_size)
        which = QHBoxLayout()
        which.setSpacing(GAP)
        which.addWidget(self.search, 2)
        which.addWidget(self.only_changed)
        which.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, 4)
        column.setSpacing(GAP)
        column.addLayout(what)
        column.addLayout(which)


class GivenBar(QWidget):
    """In place of the filters while a set of pictures is shown that was found elsewhere.

    Args:
        context: Theme and language.
    """

    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.back = Button(context, T("All pictures"), "arrow-left", "quiet")
        self.title = ElidedLabel(context, "", "title")
        self.note = Label(context, "", "small", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, 4)
        row.setSpacing(GAP)
        row.addWidget(self.back)
        row.addWidget(self.title, 1)
        row.addWidget(self.note)
        self.back.clicked.connect(self.closed)
