"""Looking through the pictures: by part, by class, as large as one likes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.text import T
from cnnstudio.ui.data.album import Album
from cnnstudio.ui.data.library import PARTS, Library
from cnnstudio.ui.data.source_panel import PART_NAMES
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.choices import Combo, Segmented
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import CANVAS, ground
from cnnstudio.ui.widgets.picture_grid import PictureGrid

ROW_EACH, EVERY = -2, -1
"""Instead of one class: a row of each, or all pictures of all."""
SMALLEST, LARGEST = 28, 168
_GAP = 10


class _Grid(PictureGrid):
    """Says when its width has changed, for a row that must be full."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class Browser(QWidget):
    """The pictures of the project's data.

    Args:
        context: Theme and language.
        library: The pictures.
    """

    chosen = Signal(str, int)
    """A part and the number of a picture in its file; the number is −1 for none."""

    def __init__(self, context: Context, library: Library) -> None:
        super().__init__()
        ground(self, CANVAS)
        self._context = context
        self._library = library
        self._album: Album | None = None
        self._of: tuple[str, int] | None = None
        self._tile = 48
        self.parts = Segmented(
            context, [(part, PART_NAMES[part]) for part in PARTS], T("Part of the data")
        )
        self.parts.set_value("train")
        self.classes = Combo(context, (), T("Class"))
        self.classes.setMinimumWidth(context.theme.scaled(184))
        self.tile_size = QSlider(Qt.Orientation.Horizontal)
        self.tile_size.setRange(SMALLEST, LARGEST)
        self.tile_size.setPageStep(20)
        self.tile_size.setFixedWidth(96)
        self.tile_size.setValue(self._tile)
        Phrase(
            context.language, self.tile_size, QSlider.setAccessibleName, T("Size of the pictures")
        )
        self.grid = _Grid(context, self._tile, _GAP)
        Phrase(context.language, self.grid, QWidget.setAccessibleName, T("Pictures of this part"))
        self._state = Label(context, "", "body", "muted", wrap=True)
        self._state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._state)
        self._pages.addWidget(self.grid)
        self._assemble()
        self._connect()
        self.sync()

    def sync(self) -> None:
        """Shows what the library knows now."""
        library, part = self._library, self.parts.value
        labelled, division = library.part(part), library.division
        self._offer_classes()
        for control in (self.parts, self.classes, self.tile_size):
            control.setEnabled(library.problem is None)
        if library.facts is None or labelled is None or division is None:
            self._pages.setCurrentWidget(self._state)
            self._state.say(library.problem or library.working or "")
            return
        of = (part, id(division))
        if of != self._of:
            self._of = of
            self._album = Album(
                self._context.language, library.facts, labelled, division.chosen[part]
            )
            self._show()
            self._tell(self.grid.current)
        self._pages.setCurrentWidget(self.grid)

    def set_default_tile(self, tile: int) -> None:
        """Sets the size of the pictures, unless the person has chosen one."""
        if self.tile_size.value() == self._tile:
            self._tile = tile
            self.tile_size.setValue(tile)

    def show_class(self, label: int) -> None:
        """Shows all pictures of a class."""
        self.classes.set_value(label)
        self._show()

    def _assemble(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(PANEL_PADDING + 4, 8, PANEL_PADDING + 4, 8)
        bar.setSpacing(8)
        bar.addWidget(self.parts)
        bar.addWidget(self.classes)
        bar.addStretch(1)
        bar.addWidget(Label(self._context, T("Size"), "small", "muted"))
        bar.addWidget(self.tile_size)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self._library.changed.connect(self.sync)
        self.parts.changed.connect(lambda _: self.sync())
        self.classes.chosen.connect(lambda _: self._show())
        self.tile_size.valueChanged.connect(self._resize_tiles)
        self.grid.current_changed.connect(self._tell)
        self.grid.resized.connect(self._fill_rows)

    def _offer_classes(self) -> None:
        facts = self._library.facts
        options: list[tuple[Any, Any]] = [
            (ROW_EACH, T("A row of each class")),
            (EVERY, T("All, class after class")),
            *enumerate(facts.classes if facts else ()),
        ]
        if self.classes.count() != len(options):
            self.classes.set_options(options)
            if self.classes.value is None:
                self.classes.set_value(ROW_EACH)

    def _show(self) -> None:
        if self._album is None:
            return
        choice = self.classes.value
        if choice == ROW_EACH:
            sections = self._album.sections(most=self._per_row())
        else:
            sections = self._album.sections(None if choice == EVERY else choice)
        self.grid.set_pictures(self._album, sections)

    def _fill_rows(self) -> None:
        if self.classes.value == ROW_EACH:
            self._show()

    def _per_row(self) -> int:
        room = self.grid.viewport().width() - 2 * PANEL_PADDING + _GAP
        return max(1, room // (self.tile_size.value() + _GAP))

    def _resize_tiles(self, tile: int) -> None:
        self.grid.set_tile(tile)
        self._fill_rows()

    def _tell(self, place: int) -> None:
        number = self._album.number(place) if self._album is not None and place >= 0 else -1
        self.chosen.emit(self.parts.value, number)
