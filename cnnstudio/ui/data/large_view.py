"""One picture large: as the network gets it, beside it as its file has it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.originals import Originals
from cnnstudio.ui.data.picture_desk import Chosen, PictureDesk
from cnnstudio.ui.data.picture_panel import value_words
from cnnstudio.ui.data.picture_words import (
    PART_PICTURES,
    change_text,
    conversion_texts,
    listed,
    size_text,
)
from cnnstudio.ui.theme.tokens import GAP, PANEL_PADDING
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.images import picture_image
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.panel import Line
from cnnstudio.ui.widgets.pixel_view import PixelView

_BACK = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Space: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
}


class _Side(QWidget):
    """A picture under its heading, with the value under the cursor below it."""

    def __init__(self, context: Context, title: Text) -> None:
        super().__init__()
        self.title = Label(context, title, "title")
        self.note = Label(context, "", "small", "muted", wrap=True)
        self.view = PixelView(context, title, 280)
        self.state = Label(context, "", "small", "muted", wrap=True)
        self.value = ElidedLabel(context, "", "code-small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.note)
        column.addWidget(self.state)
        column.addWidget(self.value)
        column.addWidget(self.view, 1)
        column.addStretch()

    def show_image(self, image: QImage | None, state: Text | str = "", tone: str = "muted") -> None:
        """Shows a picture, or why there is none."""
        self.view.set_image(image)
        self.view.setVisible(image is not None)
        self.state.say(state)
        self.state.set_colour(tone)
        self.state.setVisible(bool(state))


class LargeView(QWidget):
    """The current picture as large as there is room; arrows go on, Escape goes back.

    Args:
        context: Theme and language.
        library: The pictures of the project.
        desk: What is chosen.
    """

    closed = Signal()
    """Back to the grid."""
    stepped = Signal(int)
    """To the next picture (1) or the one before (−1)."""

    def __init__(self, context: Context, library: Library, desk: PictureDesk) -> None:
        super().__init__()
        self._context, self._library, self._desk = context, library, desk
        self._number = -1
        self.originals = Originals(self)
        self.back = Button(context, T("All pictures"), "arrow-left", "quiet")
        self.name = ElidedLabel(context, "", "title", mode=Qt.TextElideMode.ElideMiddle)
        self.place = Label(context, "", "small", "muted")
        self.before = IconButton(context, "chevron-left", T("Picture before"), "Left")
        self.after = IconButton(context, "chevron-right", T("Next picture"), "Right")
        self.input = _Side(context, T("As the network gets it"))
        self.original = _Side(context, T("As the file has it"))
        self.class_name = Label(context, "", "section")
        self.part = Label(context, "", "small", "muted")
        self.change = Label(context, "", "small", "warning")
        self.relabel = Button(context, T("Change class"), "tag")
        self.exclude = Button(context, T("Exclude"), "eye-off")
        self.hint = Label(
            context,
            T(
                "Arrow keys show the next picture, a digit puts it into a class, Delete excludes "
                "it, Escape goes back."
            ),
            "small",
            "muted",
            wrap=True,
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._assemble()
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.sync()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._number = -1

    def sync(self) -> None:
        """Shows the current picture, as it is known now."""
        chosen = self._desk.chosen
        if not self.isVisible() or chosen is None or chosen.current < 0 or not len(chosen):
            return
        collection, number = chosen.collection, chosen.current
        self.name.say(collection.name(number))
        self.class_name.say(collection.class_name(number))
        self.part.say(PART_PICTURES[collection.part(number)])
        change = change_text(collection, number)
        self.change.say(change)
        self.change.setVisible(bool(change))
        out = bool(collection.excluded[number])
        self.exclude.say(T("Include again") if out else T("Exclude"))
        self.exclude.set_icon("eye" if out else "eye-off")
        self._show_input(chosen)
        if number != self._number:
            self._number = number
            self._ask_original(chosen)
        words = listed([collection.name(number), collection.class_name(number), change])
        self.setAccessibleDescription(self._context.language.show(words))

    def set_place(self, position: int, count: int) -> None:
        """Says which of the pictures of the grid it is, counted from 1."""
        self.place.say(T("{number} of {count} pictures", number=position, count=count))
        self.before.set_possible(position > 1, T("This is the first picture."))
        self.after.set_possible(position < count, T("This is the last picture."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._desk.key(event, self.relabel, digits=True):
            return
        if key in _BACK:
            self.closed.emit()
        elif key in _STEPS:
            self.stepped.emit(_STEPS[key])
        else:
            super().keyPressEvent(event)

    def _assemble(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, 8)
        bar.setSpacing(GAP)
        bar.addWidget(self.back)
        bar.addWidget(self.name, 1)
        for part in (self.place, self.before, self.after):
            bar.addWidget(part)
        sides = QHBoxLayout()
        sides.setSpacing(24)
        sides.addWidget(self.input, 1)
        sides.addWidget(self.original, 1)
        facts = QHBoxLayout()
        facts.setSpacing(12)
        for label in (self.class_name, self.part, self.change):
            facts.addWidget(label, 0, Qt.AlignmentFlag.AlignBaseline)
        facts.addStretch(1)
        facts.addWidget(self.relabel)
        facts.addWidget(self.exclude)
        body = QVBoxLayout()
        body.setContentsMargins(24, 16, 24, 16)
        body.setSpacing(12)
        body.addLayout(facts)
        body.addLayout(sides, 1)
        body.addWidget(self.hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(Line())
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self.back.clicked.connect(self.closed)
        self.before.clicked.connect(self._step_back)
        self.after.clicked.connect(self._step_on)
        self.relabel.clicked.connect(self._open_classes)
        self.exclude.clicked.connect(self._desk.turn_excluded)
        self.input.view.pointed.connect(self._point_input)
        self.original.view.pointed.connect(self._point_original)
        self.originals.arrived.connect(self._show_original)
        self._desk.changed.connect(self.sync)
        self._library.changed.connect(self.sync)

    def _step_back(self) -> None:
        self.stepped.emit(-1)

    def _step_on(self) -> None:
        self.stepped.emit(1)

    def _open_classes(self) -> None:
        self._desk.open_class_menu(self.relabel)

    # ------------------------------------------------------------------------------- pictures

    def _show_input(self, chosen: Chosen) -> None:
        picture = chosen.collection.pictures[chosen.current]
        self.input.note.say(_shape_text(picture.shape))
        self.input.show_image(picture_image(picture))
        self._point_input(*self.input.view.cursor_cell)

    def _ask_original(self, chosen: Chosen) -> None:
        """Has the file decoded; a shipped set's pictures are no files of their own."""
        own = chosen.collection.facts.own
        self.original.setVisible(own is not None)
        if own is None:
            return
        size = size_text(self._library.catalogue, chosen.current)
        self.original.note.say(size)
        self.original.show_image(None, T("Reading the file …"))
        self.original.value.say("")
        self.originals.ask(own, chosen.current)

    def _show_original(self) -> None:
        picture, problem = self.originals.picture, self.originals.problem
        if problem is not None:
            self.original.show_image(None, problem, "danger")
        elif picture is not None:
            done = conversion_texts(self._library.catalogue, self._number)
            size = size_text(self._library.catalogue, self._number)
            colour = T("colour") if picture.shape[2] == 3 else T("grey")
            self.original.note.say(listed([size, colour, *done]))
            self.original.show_image(picture_image(picture))

    def _point_input(self, row: int, column: int) -> None:
        chosen = self._desk.chosen
        if row < 0 or chosen is None or chosen.current < 0:
            self.input.value.say("")
            return
        values = chosen.collection.pictures[chosen.current][row, column].tolist()
        self.input.value.say(_cell_text(row, column, value_words(self._library, values)))

    def _point_original(self, row: int, column: int) -> None:
        picture = self.originals.picture
        if row < 0 or picture is None or row >= picture.shape[0] or column >= picture.shape[1]:
            self.original.value.say("")
            return
        values = " ".join(str(value) for value in picture[row, column].tolist())
        self.original.value.say(_cell_text(row, column, values))


def _cell_text(row: int, column: int, values: str) -> Text:
    return T("row {row}, column {column}: {values}", row=row, column=column, values=values)


def _shape_text(shape: Sequence[int]) -> Text:
    colour = T("colour") if shape[2] == 3 else T("grey")
    return T("{size}, {colour}", size=show_shape((shape[0], shape[1])), colour=colour)
