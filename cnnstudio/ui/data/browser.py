"""Looking through the pictures: by part, class and words, as a grid or one of them large."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.data.division import Division
from cnnstudio.core.data.parts import Labelled
from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.album import Thumbnails
from cnnstudio.ui.data.collection import Collection, Pooled
from cnnstudio.ui.data.data_grid import DataGrid, PictureAlbum
from cnnstudio.ui.data.filter_bar import EVERY, ROW_EACH, FilterBar, GivenBar
from cnnstudio.ui.data.finder import Finder
from cnnstudio.ui.data.finding_pictures import EVERYTHING, EXCLUDED
from cnnstudio.ui.data.large_view import LargeView
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.picture_desk import Chosen, PictureDesk
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import CANVAS, ground
from cnnstudio.ui.widgets.picture_grid import Section

__all__ = ["EVERY", "ROW_EACH", "Browser"]

_TILE, _GAP = 48, 10


class Browser(QWidget):
    """The pictures of the project's data.

    Args:
        context: Theme and language.
        library: The pictures.
        desk: Is told what is chosen.
    """

    def __init__(self, context: Context, library: Library, desk: PictureDesk) -> None:
        super().__init__()
        ground(self, CANVAS)
        self._context, self._library, self._desk = context, library, desk
        self._collection: Collection | None = None
        self._pictures: Pooled | None = None
        self._thumbnails: Thumbnails | None = None
        self._album: PictureAlbum | None = None
        self._of: tuple[Division, dict[str, Labelled], int] | None = None
        self._given: Indices | None = None
        self._edited = False
        self._tile = _TILE
        self.finder = Finder(self)
        self.filters = FilterBar(context, _TILE)
        self.given = GivenBar(context)
        self.grid = DataGrid(context, desk, _TILE, _GAP)
        Phrase(context.language, self.grid, QWidget.setAccessibleName, T("Pictures of the data"))
        self.empty = Invitation(context)
        self.large = LargeView(context, library, desk)
        self._assemble()
        self._connect()
        self.sync()

    # ---------------------------------------------------------------------------- what is shown

    def sync(self) -> None:
        """Shows what the library knows now."""
        library, facts = self._library, self._library.facts
        self.filters.offer_classes(facts.classes if facts else ())
        self.filters.set_usable(library.problem is None)
        if facts is None or not library.pools or library.division is None:
            self._forget()
            self._say_state()
            return
        channels = 1 if library.settings.colour == "grey" else 3
        of = (library.division, library.pools, channels)
        if self._of is None or self._of[1] is not of[1] or self._of[2] != channels:
            pictures = Pooled(library.pools, channels)
            self._thumbnails = Thumbnails(pictures)
            self._thumbnails.set_side(self._device_side())
            if self._collection is None or len(self._collection) != len(pictures):
                self._leave_given()
            self._pictures = pictures
        elif self._of[0] is of[0]:
            return
        self._of = of
        assert self._pictures is not None
        self._collection = Collection.of(facts, self._pictures, library.division)
        self._edited = self._album is not None
        self._find()

    def set_default_tile(self, tile: int) -> None:
        """Sets the size of the pictures, unless the person has chosen one."""
        if self.filters.tile_size.value() == self._tile:
            self._tile = tile
            self.filters.tile_size.setValue(tile)

    def show_class(self, label: int) -> None:
        """Shows all pictures of a class."""
        self.filters.classes.set_value(label)
        self.leave()
        self._show()

    def show_pictures(self, numbers: Sequence[int] | Indices, title: Text) -> None:
        """Shows some pictures in the order they are given in, with a way back.

        Args:
            numbers: Counted through all pools, as ``Collection`` does; those that aren't there
                are left out.
            title: What they have in common.
        """
        if self._collection is None:
            return
        asked = list(dict.fromkeys(int(number) for number in numbers))
        there = [number for number in asked if 0 <= number < len(self._collection)]
        self._given = np.array(there, np.int64)
        self.given.title.say(title)
        self._bars.setCurrentWidget(self.given)
        self.close_large()
        self._find()
        self.grid.setFocus()

    def leave(self) -> None:
        """Goes back from one large picture, or from given ones, to all of them."""
        self.close_large()
        if self._given is not None:
            self._leave_given()
            self._find()

    def open_large(self) -> None:
        """Shows the current picture large, and chooses it alone."""
        if self.grid.current >= 0:
            self.grid.set_current(self.grid.current)
            self._tell_place()
            self._whole.setCurrentWidget(self.large)
            self.large.setFocus()

    def close_large(self) -> None:
        """Goes back to the grid."""
        if self._whole.currentWidget() is self.large:
            self._whole.setCurrentIndex(0)
            self.grid.setFocus()

    def close_up(self) -> None:
        """Ends what is read and looked for beside the window and waits for it."""
        self.large.originals.close()
        self.finder.close()
        self._desk.edits.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.leave()
            self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.filters.search.selectAll()
        elif event.key() == Qt.Key.Key_Escape and self._given is not None:
            self.leave()
        elif event.key() == Qt.Key.Key_Escape and self.filters.search.text():
            self.filters.search.clear()
        else:
            super().keyPressEvent(event)

    def _find(self) -> None:
        """Asks for the pictures that are wanted; they may come later."""
        if self._collection is None:
            return
        if self._given is not None:
            self._take(self._given)
            return
        show = self._context.language.show
        classes = [show(name) for name in self._collection.facts.classes]
        self.finder.ask(self._collection, self.filters.wanted, classes)

    def _find_anew(self) -> None:
        """The person wants other pictures."""
        self._edited = False
        self._find()

    def _take(self, numbers: Indices) -> None:
        """Makes an album of the pictures that were found."""
        collection, thumbnails = self._collection, self._thumbnails
        if collection is None or thumbnails is None:
            return
        before = self._album
        self._album = PictureAlbum(
            self._context.language,
            collection,
            numbers,
            thumbnails,
            by_class=self._given is None,
        )
        self._show(before, edited=self._edited)
        self._edited = False

    def _show(self, before: PictureAlbum | None = None, *, edited: bool = False) -> None:
        """Puts the album into the grid; what is chosen stays so where it can.

        Args:
            before: The album that was shown; None for the same one.
            edited: Whether only what is known of the pictures is different.
        """
        album, grid = self._album, self.grid
        if album is None:
            return
        before = album if before is None else before
        position, current = grid.position, grid.current
        numbers = before.numbers(grid.selection)
        number = before.number(current) if current >= 0 else -1
        if edited and self._given is None:
            numbers = numbers[_alike(before, album, numbers)]
            moved = number >= 0 and not _alike(before, album, np.array([number]))[0]
            number = -1 if moved else number
        grid.set_pictures(album, self._sections(album))
        place = album.place(number)
        if edited and position >= 0 and not grid.shows(place):
            grid.set_position(position)
        else:
            grid.select(album.places(numbers), place, reveal=not edited)
        self._tell()
        self._show_page()

    def _sections(self, album: PictureAlbum) -> Sequence[Section]:
        choice = self.filters.classes.value
        if choice == ROW_EACH:
            return album.sections(most=self.grid.columns)
        return album.sections(None if choice == EVERY else choice)

    def _forget(self) -> None:
        self._collection = self._album = self._of = None
        self._pictures = self._thumbnails = None
        self._leave_given()
        self.close_large()
        if self._desk.chosen is not None:
            self._desk.choose(None)

    def _leave_given(self) -> None:
        self._given = None
        self._bars.setCurrentWidget(self.filters)

    # ------------------------------------------------------------------------------------ words

    def _tell(self) -> None:
        """Says what is chosen, to the desk and in words."""
        album, grid = self._album, self.grid
        if album is None or self._collection is None:
            return
        numbers = np.sort(album.numbers(grid.selection))
        current = album.number(grid.current) if grid.current >= 0 else -1
        if len(numbers) and current not in numbers:
            current = int(numbers[0])
        shown = TN("{count} picture", "{count} pictures", len(album))
        note = T("{pictures}, {count} chosen", pictures=shown, count=len(numbers))
        self._say(note if len(numbers) > 1 else shown, True)
        self._desk.choose(Chosen(self._collection, numbers, current))
        self._tell_place()

    def _tell_place(self) -> None:
        self.large.set_place(self.grid.position + 1, self.grid.shown)

    def _say(self, text: Text, well: bool = False) -> None:
        for note in (self.filters.note, self.given.note):
            note.say(text)
            note.set_colour("muted" if well else "danger")

    def _say_state(self) -> None:
        """Says why there are no pictures, in their place."""
        library, edits = self._library, self._desk.edits
        words = library.problem or library.working or ""
        if library.edits_lost:
            self.empty.say(words, T("Go on without these changes"), edits.forget)
        else:
            self.empty.say(words)
        self._pages.setCurrentWidget(self.empty)

    def _show_page(self) -> None:
        """Shows the grid, or an invitation where it would be empty."""
        if self.grid.shown:
            self._pages.setCurrentWidget(self.grid)
            return
        self.close_large()
        wanted, all_pictures = self.filters.wanted, T("Show all pictures")
        everything = self.filters.show_everything
        if self._given is not None:
            self.empty.say(T("None of these pictures is there any more."), all_pictures, self.leave)
        elif wanted.words:
            words = T("No picture here is called “{words}”.", words=wanted.words)
            if wanted.part != EVERYTHING or wanted.changed:
                search = T("Search all pictures")
                self.empty.say(words, search, self.filters.search_everything)
            else:
                self.empty.say(words, T("Clear the search"), self.filters.search.clear)
        elif wanted.changed:
            words = T("You have relabelled and excluded nothing here.")
            self.empty.say(words, all_pictures, everything)
        elif wanted.part == EXCLUDED:
            words = T(
                "No picture is excluded. Choose some and press Delete: training leaves them out, "
                "their files stay as they are."
            )
            self.empty.say(words, all_pictures, everything)
        else:
            words = T("No picture is in this part. How many are is set on the left, under Split.")
            self.empty.say(words, all_pictures, everything)
        self._pages.setCurrentWidget(self.empty)

    # --------------------------------------------------------------------------------- controls

    def _assemble(self) -> None:
        self._bars = QStackedWidget()
        self._bars.addWidget(self.filters)
        self._bars.addWidget(self.given)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.grid)
        browsing = QWidget()
        column = QVBoxLayout(browsing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bars)
        column.addWidget(self._pages, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(browsing)
        self._whole.addWidget(self.large)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._whole)

    def _connect(self) -> None:
        self._library.changed.connect(self.sync)
        self.finder.found.connect(self._take)
        self.finder.failed.connect(self._say)
        self.filters.changed.connect(self._find_anew)
        self.filters.class_changed.connect(self._show)
        self.filters.tile_size.valueChanged.connect(self._resize_tiles)
        self.given.closed.connect(self.leave)
        self.grid.selection_changed.connect(self._tell)
        self.grid.resized.connect(self._fill_rows)
        self.grid.activated.connect(self.open_large)
        self.grid.number_typed.connect(self._go_to)
        self.large.closed.connect(self.close_large)
        self.large.stepped.connect(self._step)
        self._desk.said.connect(self._say)
        self._desk.opened.connect(self.open_large)

    def _step(self, by: int) -> None:
        self.grid.set_position(self.grid.position + by)

    def _go_to(self, own: int) -> None:
        """Goes to the picture whose number was typed."""
        if self._collection is None or self._album is None:
            return
        for number in self._collection.numbered(own):
            place = self._album.place(number)
            if self.grid.shows(place):
                self.grid.set_current(place)
                return
        self._say(T("There is no picture #{number} here.", number=own))

    def _fill_rows(self) -> None:
        if self.filters.classes.value == ROW_EACH and self._given is None:
            self._show(edited=True)

    def _device_side(self) -> int:
        return round(self.filters.tile_size.value() * self.devicePixelRatioF())

    def _resize_tiles(self, tile: int) -> None:
        if self._thumbnails is not None:
            self._thumbnails.set_side(self._device_side())
        self.grid.set_tile(tile)
        self._fill_rows()


class Invitation(QWidget):
    """In place of pictures: why there are none, and the button that brings some.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._run: Callable[[], object] | None = None
        self.words = Label(context, "", "body", "muted", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = Button(context)
        self.button.clicked.connect(self._press)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(PANEL_PADDING,) * 4)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self.words)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def say(
        self, words: Text | str, button: Text | str = "", run: Callable[[], object] | None = None
    ) -> None:
        """Shows a sentence and, if something can be done, a button for it."""
        self.words.say(words)
        self._run = run
        self.button.say(button)
        self.button.setVisible(run is not None)

    def _press(self) -> None:
        if self._run is not None:
            self._run()


def _alike(before: PictureAlbum, after: PictureAlbum, numbers: Indices) -> np.ndarray:
    """Which of some pictures are in the same class as before."""
    old, new = before.collection.labels, after.collection.labels
    if len(old) != len(new):
        return np.zeros(len(numbers), bool)
    same: np.ndarray = old[numbers] == new[numbers]
    return same
