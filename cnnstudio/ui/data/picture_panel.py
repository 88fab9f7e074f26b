"""The chosen picture, with the values under the cursor and what can be done with it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.data.scaling import scaled_words
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.picture_desk import Chosen, PictureDesk
from cnnstudio.ui.data.picture_words import PART_PICTURES, change_text, size_text
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import picture_image
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.pixel_view import PixelView
from cnnstudio.ui.widgets.section import Section

_SIDE, _NARROW = 140, 112


class PictureSection(Section):
    """One picture large, or how many are chosen; the class and the part, and how to change them.

    Args:
        context: Theme and language.
        library: The pictures of the project.
        desk: What is chosen.
    """

    def __init__(self, context: Context, library: Library, desk: PictureDesk) -> None:
        super().__init__(context, T("Chosen picture"))
        self._library, self._desk = library, desk
        self.view = PixelView(context, T("Chosen picture"), _SIDE)
        self.view.setMinimumWidth(_NARROW)
        self._hint = Label(
            context, T("Choose a picture to see it large."), "small", "muted", wrap=True
        )
        self.class_name = Label(context, "", "title", wrap=True)
        self.origin = Label(context, "", "small", "muted", wrap=True)
        self.change = Label(context, "", "small", "muted", wrap=True)
        self.relabel = Button(context, T("Change class"), "tag")
        self.exclude = Button(context, T("Exclude"), "eye-off")
        self.file = ElidedLabel(context, "", "small", "muted", mode=Qt.TextElideMode.ElideMiddle)
        self.where = Label(context, "", "small", "muted")
        self.value = Label(context, "", "code-small", wrap=True)
        self._shown = QWidget()
        self._assemble()
        self.view.pointed.connect(self._point)
        self.relabel.clicked.connect(self._open_classes)
        self.exclude.clicked.connect(desk.turn_excluded)
        desk.changed.connect(self.sync)
        library.changed.connect(self.sync)
        self.sync()

    def sync(self) -> None:
        """Shows what is chosen now."""
        chosen = self._desk.chosen
        self.setVisible(chosen is not None)
        count = 0 if chosen is None else len(chosen)
        self._hint.setVisible(not count)
        self._shown.setVisible(bool(count))
        self.title.say(T("Chosen pictures") if count > 1 else T("Chosen picture"))
        if chosen is None or not count:
            self.note.say("")
            self.view.set_image(None)
            return
        self._show_one(chosen)
        if count > 1:
            self._show_many(chosen)
        out = chosen.excluded
        self.exclude.say(T("Include again") if out else T("Exclude"))
        self.exclude.set_icon("eye" if out else "eye-off")
        self._point(*self.view.cursor_cell)

    def _assemble(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.view, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (self.class_name, self.origin, self.change):
            words.addWidget(label)
        for button in (self.relabel, self.exclude):
            words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        row.addLayout(words, 1)
        column = QVBoxLayout(self._shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        for label in (self.file, self.where, self.value):
            column.addWidget(label)
        self.body.addWidget(self._hint)
        self.body.addWidget(self._shown)

    def _show_one(self, chosen: Chosen) -> None:
        collection, number = chosen.collection, chosen.current
        self.note.say(f"#{collection.own_number(number):,}")
        self.view.set_image(picture_image(collection.pictures[number]))
        self.class_name.say(collection.class_name(number))
        self.origin.say(PART_PICTURES[collection.part(number)])
        self._say_change(change_text(collection, number))
        self.file.setVisible(collection.names is not None)
        if collection.names is not None:
            size = size_text(self._library.catalogue, number)
            self.file.say(T("{name}, {size}", name=collection.name(number), size=size))

    def _show_many(self, chosen: Chosen) -> None:
        collection, numbers = chosen.collection, chosen.numbers
        self.note.say(f"{len(numbers):,}")
        classes = np.unique(collection.labels[numbers])
        self.class_name.say(
            collection.facts.classes[int(classes[0])]
            if len(classes) == 1
            else TN("{count} class", "{count} classes", len(classes))
        )
        self.origin.say(TN("{count} picture chosen", "{count} pictures chosen", len(numbers)))
        out = int(np.count_nonzero(collection.excluded[numbers]))
        self._say_change(T("{count} of them excluded", count=out) if out else "")

    def _say_change(self, words: Text | str) -> None:
        self.change.say(words)
        self.change.setVisible(bool(words))

    def _open_classes(self) -> None:
        self._desk.open_class_menu(self.relabel)

    def _point(self, row: int, column: int) -> None:
        chosen = self._desk.chosen
        if row < 0 or chosen is None or chosen.current < 0:
            self.where.say("")
            self.value.say("")
            return
        picture = chosen.collection.pictures[chosen.current]
        self.where.say(T("row {row}, column {column}", row=row, column=column))
        self.value.say(value_words(self._library, picture[row, column].tolist()))


def value_words(library: Library, values: list[int]) -> str:
    """The values of a pixel, and what the network gets for them."""
    shown = " ".join(str(value) for value in values)
    if library.pixels is not None:
        shown += scaled_words(values, library.pixels, library.settings.scaling)
    return shown
